"""What a reader can work out: nobody few enough to be recognised, from one answer or from several side by side."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cxdash.answers import Question, answer, decompose
from cxdash.answers.answer import HIDDEN, NO_DATA, Answer
from cxdash.answers.compare import compare_sides, estimate_sides, p_values
from cxdash.answers.decompose import OTHER
from cxdash.answers.estimate import Scope, group
from cxdash.answers.suppress import Totals, few_people, hidden_cells, shown_numbers
from cxdash.answers.tails import SURELY_CHANCE
from cxdash.edition import Edition
from cxdash.measures import Estimates, Floats, Measure
from cxdash.metrics.catalogue import METRICS
from cxdash.metrics.shares import share_estimates
from cxdash.periods import Period
from cxdash.selection import Selection
from cxdash.statistics.arrays import Flags
from cxdash.statistics.differences import fixed_interval_p

Table = NDArray[np.int64]


def estimates_of(x: Table, n: Table) -> Estimates:
    """Shares x of n, cell by cell."""
    return share_estimates(x.ravel().astype(float), n.ravel().astype(float), z=0.0, deff=1.0)


def mask_of_line(x: Table, n: Table) -> Flags:
    """What the question for one dimension alone hides."""
    return hidden_cells(estimates_of(x, n), [Totals(np.zeros(n.size, dtype=np.int64))])


def mask_of_table(x: Table, n: Table) -> Flags:
    """What the question for two dimensions hides, knowing what those for either hide."""
    row, column = np.indices(n.shape)
    totals = []
    for codes, axis in ((row, 1), (column, 0)):
        hidden = mask_of_line(x.sum(axis=axis), n.sum(axis=axis))
        totals.append(Totals(codes.ravel(), frozenset(np.flatnonzero(hidden).tolist())))
    totals.append(Totals(np.zeros(n.size, dtype=np.int64)))
    return hidden_cells(estimates_of(x, n), totals).reshape(n.shape)


def worked_out(n: Table, hidden: Flags, row_shown: Flags, column_shown: Flags) -> Flags:
    """Hidden cells that follow by subtracting from shown totals, again and again, and totals that add up from cells."""
    unknown, rows, columns = hidden & (n > 0), row_shown.copy(), column_shown.copy()
    while True:
        before = int(unknown.sum()) - int(rows.sum()) - int(columns.sum())
        for lines, totals in ((unknown, rows), (unknown.T, columns)):
            totals[lines.sum(axis=1) == 0] = True
            # one total more follows when all the others of its direction are known
            if (~totals).sum() == 1:
                totals[:] = True
            for line, known in zip(lines, totals, strict=True):
                if known and line.sum() == 1:
                    line[:] = False
        if int(unknown.sum()) - int(rows.sum()) - int(columns.sum()) == before:
            return hidden & (n > 0) & ~unknown


@st.composite
def tables(draw: st.DrawFn) -> tuple[Table, Table]:
    """Counts of a small table: empty, small and ordinary cells."""
    shape = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    sizes = st.one_of(st.just(0), st.integers(1, 12), st.integers(10, 60), st.integers(10, 60))
    n = np.array([[draw(sizes) for _ in range(shape[1])] for _ in range(shape[0])])
    x = np.array([[draw(st.integers(0, cell)) for cell in line] for line in n])
    return x, n


@settings(deadline=None, max_examples=300)
@given(table=tables())
@example(
    # 3 in the last line follows from its total and the third column's, and with it 2 from the second column's
    table=(
        np.array([[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0]]),
        np.array([[0, 0, 0, 1], [2, 10, 0, 3], [1, 2, 0, 1], [0, 3, 5, 0]]),
    )
)
def test_no_small_cell_of_a_table_can_be_worked_out(table: tuple[Table, Table]) -> None:
    """From the table, both margins as their own questions show them, and the whole: no small cell follows.

    But for one that would follow from the totals alone, with every cell hidden: that is for the totals to prevent.
    """
    x, n = table
    hidden = mask_of_table(x, n)
    few = few_people(estimates_of(x, n)).reshape(n.shape)
    assert (hidden >= few).all()
    shown = [~mask_of_line(x.sum(axis=axis), n.sum(axis=axis)) for axis in (1, 0)]
    anyway = worked_out(n, np.ones_like(hidden), *shown)
    assert not (worked_out(n, hidden, *shown) & few & ~anyway).any()


@settings(deadline=None, max_examples=200)
@given(table=tables())
def test_no_small_total_can_be_added_up(table: tuple[Table, Table]) -> None:
    """A total hidden in the coarser answer always has a hidden part in the finer one."""
    x, n = table
    hidden = mask_of_table(x, n)
    for axis in (0, 1):
        totals = mask_of_line(x.sum(axis=axis), n.sum(axis=axis))
        assert hidden.any(axis=axis)[totals].all()


def test_cover_that_is_known_from_elsewhere_is_no_cover() -> None:
    """What covers in a line is all there is of its column, whose total tells it: another one is hidden beside it."""
    n = np.array([[0, 3, 8], [8, 30, 40], [0, 0, 30]])
    hidden = mask_of_table(n // 2, n)
    assert hidden[1].tolist() == [True, True, True]
    assert not worked_out(n, hidden, np.ones(3, dtype=bool), np.ones(3, dtype=bool))[0, 1]


def test_a_line_that_is_wholly_hidden_leaves_the_others_alone() -> None:
    """Nothing but small cells in a row: they cover each other, and only their columns need more."""
    n = np.array([[3, 4, 4], [30, 40, 50], [35, 45, 55]])
    assert mask_of_table(n // 2, n).tolist() == [[True] * 3, [True] * 3, [False] * 3]


def test_numbers_that_are_hidden_or_undefined_are_none() -> None:
    """Neither NaN nor infinity nor a hidden number leaves as a number."""
    found = shown_numbers(np.array([1.5, np.nan, np.inf, 2.0]), np.array([False, False, False, True]))
    assert found == [1.5, None, None, None]


# ---------------------------------------------------------------- on the demo company


def _n(found: Answer, *dims: str) -> dict[tuple[str, ...], bool]:
    """Whether each non-empty group is hidden."""
    return {tuple(r.dimensions[d] for d in dims): HIDDEN in r.flags for r in found.rows if NO_DATA not in r.flags}


@pytest.mark.parametrize("key", ["nps", "csat", "abandonment", "first_contact_resolution", "churn"])
@pytest.mark.parametrize("period", ["last-3-days", "last-2-weeks", "last-4-weeks"])
def test_a_breakdown_does_not_tell_what_a_coarser_one_hides(demo_edition: Edition, key: str, period: str) -> None:
    """By two dimensions, whatever either alone would hide has a hidden part, and no cell is hidden by itself."""
    selection = Selection.over(period, last_day=demo_edition.manifest.last_day - timedelta(days=7))
    dims = ("region", "segment") if key == "churn" else ("channel", "region")
    cells = _n(answer(demo_edition, Question(key, selection, by=dims)), *dims)
    for axis, dim in enumerate(dims):
        for (value,), hidden in _n(answer(demo_edition, Question(key, selection, by=(dim,))), dim).items():
            parts = [veiled for cell, veiled in cells.items() if cell[axis] == value]
            if hidden and parts:
                assert any(parts)
            elif len(parts) > 1 and not all(parts):
                assert sum(parts) != 1


def test_a_series_does_not_tell_what_its_period_hides(demo_edition: Edition) -> None:
    """Weeks of a channel that is hidden for the period cannot be added up to it."""
    last = demo_edition.manifest.last_day
    seen = 0
    for back in range(0, 70, 7):
        end = last - timedelta(days=back)
        period = Period(end - timedelta(days=13), end)
        selection = Selection(period, str(period))
        whole = _n(answer(demo_edition, Question("csat", selection, by=("channel",))), "channel")
        weeks = answer(demo_edition, Question("csat", selection, by=("channel",), grain="week")).rows
        for (channel,), hidden in whole.items():
            if hidden:
                seen += 1
                parts = [r for r in weeks if r.dimensions["channel"] == channel and NO_DATA not in r.flags]
                assert any(HIDDEN in r.flags for r in parts)
    assert seen, "no channel was hidden: the test says nothing"


def test_the_reference_shows_what_its_own_question_would(demo_edition: Edition) -> None:
    """A comparison shows no value of the period before that the period before does not show itself."""
    selection = Selection.over("last-2-weeks", last_day=demo_edition.manifest.last_day)
    compared = answer(demo_edition, Question("nps", selection, by=("channel", "region"), against="previous")).rows
    before = compared[0].difference
    assert before is not None
    assert before.reference_period is not None
    period = before.reference_period
    direct = {
        tuple(row.dimensions.values()): row.value
        for row in answer(demo_edition, Question("nps", Selection(period, str(period)), by=("channel", "region"))).rows
    }
    told = {tuple(row.dimensions.values()): row.difference.reference for row in compared if row.difference}
    assert any(value is None for value in direct.values())
    assert all(direct.get(cell) == value for cell, value in told.items())


def test_parts_of_a_change_are_groups_that_may_be_shown(demo_edition: Edition) -> None:
    """A region is named in a decomposition only if both periods show it; what is pooled is not one small region."""
    selection = Selection.over("last-2-weeks", last_day=demo_edition.manifest.last_day)
    found = decompose(demo_edition, "csat", selection, "region")
    assert found is not None
    question = Question("csat", selection, by=("region",), against="previous")
    rows = {row.dimensions["region"]: row for row in answer(demo_edition, question).rows}
    named = [effect.value for effect in found.effects if effect.value != OTHER]
    assert OTHER in {effect.value for effect in found.effects}
    assert named
    for region in named:
        if region in rows:
            assert HIDDEN not in rows[region].flags
    assert sum(effect.total for effect in found.effects) == pytest.approx(found.change, abs=1e-12)


def test_a_change_of_too_few_people_is_not_decomposed(demo_edition: Edition) -> None:
    """Where the whole may not be shown, its parts may not either."""
    last = demo_edition.manifest.last_day
    selection = Selection.over("last-1-week", last_day=last, filters={"channel": ("social",), "region": ("Islands",)})
    assert answer(demo_edition, Question("ces", selection)).only.value is None
    assert decompose(demo_edition, "ces", selection, "segment") is None


# ---------------------------------------------------------------- p-values


def test_p_values_are_found_for_tested_cells_only(demo_edition: Edition) -> None:
    """A p-value costs twenty intervals: the finaliser is never asked for cells that are not tested."""
    measure = METRICS["nps"].computation
    assert isinstance(measure, Measure)
    last = demo_edition.manifest.last_day
    now, before = (
        group(
            measure,
            Scope(demo_edition, Period(last - timedelta(days=13 + back), last - timedelta(days=back)), (), ("region",)),
        )
        for back in (0, 14)
    )
    asked: list[int] = []

    def watched(states: dict[str, Floats], *, z: object, deff: object) -> Estimates:
        asked.append(len(states["nps_0"]))
        return measure.finalise(states, z=z, deff=deff)

    sides = estimate_sides(measure, now, before, np.ones(len(now.keys)))
    differences = compare_sides(sides)
    sides = replace(sides, measure=replace(measure, finalise=watched))  # type: ignore[arg-type]
    tested = np.zeros(len(now.keys), dtype=bool)
    assert np.isnan(p_values(sides, differences, tested)).all()
    assert asked == []
    rough = fixed_interval_p(differences.value, differences.low, differences.high)
    tested[np.argsort(np.where(np.isnan(rough), 2.0, rough))[[0, 1, -2]]] = True
    close = tested & ~(rough > SURELY_CHANCE)
    p = p_values(sides, differences, tested)
    assert 0 < close.sum() < tested.sum(), "one that may be found and one that will not"
    assert set(asked) == {int(close.sum())}
    assert np.isfinite(p).tolist() == tested.tolist()
    np.testing.assert_array_equal(p[tested & ~close], rough[tested & ~close])


def test_cells_with_too_few_answers_have_no_p(demo_edition: Edition) -> None:
    """No p where it was not asked for, and none for cells that are hidden, thin now, or thin in the reference."""
    selection = Selection.over("last-13-weeks", last_day=demo_edition.manifest.last_day)
    question = Question("nps", selection, by=("region",), against="previous", with_p=True)
    differences = [row.difference for row in answer(demo_edition, question).rows]
    thin = [one for one in differences if one and one.word == "too few answers"]
    tested = [one for one in differences if one and one.word != "too few answers"]
    assert thin
    assert tested
    assert all(one.p is None for one in thin)
    assert all(one.p is not None and (one.p < 0.05) == (one.word != "no clear change") for one in tested)
    unasked = answer(demo_edition, replace(question, with_p=False)).rows
    assert all(row.difference is not None and row.difference.p is None for row in unasked)
