"""Answers on the demo company: comparison words, suppression, clear refusals, nothing undefined ever shown."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxdash.answers import Question, answer, decompose, what_changed
from cxdash.answers.answer import HIDDEN, LOW_BASE, NO_DATA
from cxdash.answers.changes import LEVEL, MINIMUM_N, Q, minimum_effect, scannable
from cxdash.answers.effects import windows
from cxdash.answers.suppress import hidden_cells
from cxdash.edition import UNKNOWN, Edition
from cxdash.errors import SelectionError, UnknownNameError
from cxdash.measures import BUCKETS, Estimates
from cxdash.metrics.catalogue import METRICS
from cxdash.periods import Period, step
from cxdash.selection import Policy, Selection, canonical
from cxdash.statistics.discoveries import scan_changes

QUARTER = Selection.over("last-13-weeks", last_day=date(2026, 11, 20))


@pytest.mark.parametrize("key", sorted(METRICS))
def test_every_metric_answers_with_interval_n_period_and_source(demo_edition: Edition, key: str) -> None:
    """No metric answers without saying how sure it is, what it rests on, for when and from where."""
    found = answer(demo_edition, Question(key, QUARTER))
    assert found.rows
    for row in found.rows:
        assert row.value is not None
        assert row.low is not None
        assert row.high is not None
        assert row.low <= row.value <= row.high
        assert row.n
        assert row.n >= 1
        assert QUARTER.period.start <= row.period.start <= row.period.end <= QUARTER.period.end
    assert found.edition == demo_edition.id
    assert found.source


@pytest.mark.parametrize("key", ["nps", "csat", "churn", "first_contact_resolution", "consistency", "health"])
@pytest.mark.parametrize("against", ["previous", "year"])
def test_word_and_interval_agree(demo_edition: Edition, key: str, against: str) -> None:
    """A change is named up or down exactly when its interval excludes zero, and p < .05 says the same."""
    found = answer(demo_edition, Question(key, QUARTER, against=against, with_p=True)).only.difference  # type: ignore[arg-type]
    assert found is not None
    if found.low is None or found.high is None or found.value is None:
        assert found.word == "too few answers"
        return
    assert found.low <= found.value <= found.high
    expected = "up" if found.low > 0 else "down" if found.high < 0 else "no clear change"
    assert found.word == expected
    if found.p is not None:
        assert (found.p < 0.05) == (expected != "no clear change")


def test_a_cell_has_one_interval_however_it_is_asked_for(demo_edition: Edition) -> None:
    """Phone by breakdown and phone by filter print the same interval."""
    by_cut = {r.dimensions["channel"]: r for r in answer(demo_edition, Question("nps", QUARTER, by=("channel",))).rows}
    by_filter = answer(demo_edition, Question("nps", QUARTER.with_filter("channel", "phone"))).only
    cut = by_cut["phone"]
    assert (cut.value, cut.low, cut.high, cut.n, cut.n_eff) == (
        by_filter.value,
        by_filter.low,
        by_filter.high,
        by_filter.n,
        by_filter.n_eff,
    )


def test_small_groups_are_hidden_with_a_neighbour(demo_edition: Edition) -> None:
    """Below 5 answers nothing is shown, and no shown total gives a hidden cell away."""
    day = Selection.over("last-3-days", last_day=demo_edition.manifest.last_day)
    found = answer(demo_edition, Question("ces", day, by=("channel", "region")))
    hidden = [row for row in found.rows if HIDDEN in row.flags]
    assert hidden
    assert all(row.value is row.low is row.high is row.n is None for row in hidden)
    assert all(row.n is None or row.n >= 5 for row in found.rows if NO_DATA not in row.flags)
    per_channel: dict[str, list[bool]] = {}
    shown_channels = {row.dimensions["channel"] for row in found.rows if row.value is not None}
    for row in found.rows:
        if NO_DATA not in row.flags:
            per_channel.setdefault(row.dimensions["channel"], []).append(HIDDEN in row.flags)
    assert all(sum(cells) != 1 for channel, cells in per_channel.items() if channel in shown_channels)


def test_unanimous_small_groups_are_hidden() -> None:
    """Nine people who all gave the same answer are disclosed by their average: it is not shown."""
    nine, nothing = np.array([9.0, 9.0]), np.full(2, np.nan)
    estimates = Estimates(nothing, nothing, nothing, nine, nine, nothing, largest=np.array([9.0, 8.0]))
    assert hidden_cells(estimates, []).tolist() == [True, False]


def test_low_base_is_flagged_and_never_called_up_or_down(demo_edition: Edition) -> None:
    """Between 5 and 30 effective answers a value is shown, flagged, and not compared."""
    week = Selection.over("last-1-week", last_day=demo_edition.manifest.last_day)
    found = answer(demo_edition, Question("nps", week, by=("region",), against="previous"))
    low = [row for row in found.rows if LOW_BASE in row.flags]
    assert low
    assert all(row.n_eff is not None and row.n_eff < 30 for row in low)
    assert {row.difference.word for row in low if row.difference} == {"too few answers"}


def test_no_undefined_number_leaves_the_answers(demo_edition: Edition) -> None:
    """Daily series over every metric: numbers or None, never NaN or infinity; empty buckets are empty, not zero."""
    month = Selection.over("2026-10", last_day=demo_edition.manifest.last_day)
    for key in ("nps", "csat", "ces", "churn", "repeat_rate", "consistency"):
        rows = answer(demo_edition, Question(key, month, grain="day")).rows
        assert len(rows) == 31
        for row in rows:
            numbers = [
                x for x in (row.value, row.low, row.high, row.n, row.n_eff, *row.extra.values()) if x is not None
            ]
            assert all(math.isfinite(x) for x in numbers)
            if NO_DATA in row.flags:
                assert row.value is None


def test_recent_days_that_can_still_change_are_left_out(demo_edition: Edition) -> None:
    """Response rate waits 14 days, repeats 7: the period used says so."""
    last = demo_edition.manifest.last_day
    assert answer(demo_edition, Question("response_rate", QUARTER)).only.period.end == last - timedelta(days=14)
    assert answer(demo_edition, Question("repeat_rate", QUARTER)).only.period.end == last - timedelta(days=7)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (Question("nsp", QUARTER), "nps"),
        (Question("nps", QUARTER, by=("chanel",)), "channel"),
        (Question("churn", QUARTER, by=("channel",)), "region"),
        (Question("nps", QUARTER, grain="fortnight"), "week"),
        (Question("revenue_churn", QUARTER, grain="week"), "month"),
        (Question("nps", QUARTER, by=("channel", "region", "segment")), "two"),
        (Question("consistency", QUARTER, by=("channel",)), "channel"),
        (Question("nps", Selection.over("2031", last_day=date(2026, 11, 20))), "2026-11-20"),
    ],
)
def test_a_question_the_data_cannot_answer_is_refused_with_what_it_can(
    demo_edition: Edition, question: Question, expected: str
) -> None:
    """Typos and impossible cuts are errors that name the way out, never a wrong number."""
    with pytest.raises((SelectionError, UnknownNameError)) as refused:
        answer(demo_edition, question)
    assert expected in str(refused.value)


def test_a_mistyped_dimension_is_met_with_the_nearest(demo_edition: Edition) -> None:
    """“chanel” is answered with “channel”; a dimension that is merely not offered is not guessed at."""
    with pytest.raises(SelectionError, match="Did you mean “channel”"):
        answer(demo_edition, Question("nps", QUARTER, by=("chanel",)))
    with pytest.raises(SelectionError, match="Leave stage out"):
        answer(demo_edition, Question("churn", QUARTER, by=("stage",)))


def test_a_policy_is_applied_below_every_question(demo_edition: Edition) -> None:
    """Under a policy a breakdown shows only allowed rows, and a filter outside it finds nothing."""
    policy = Policy("north", canonical({"region": ("North",)}))
    rows = answer(demo_edition, Question("csat", QUARTER, by=("region",)), policy).rows
    assert [row.dimensions["region"] for row in rows] == ["North"]
    elsewhere = QUARTER.with_filter("region", _other(demo_edition))
    assert answer(demo_edition, Question("csat", elsewhere)).only.value is not None
    outside = answer(demo_edition, Question("csat", elsewhere), policy)
    assert outside.only.value is None
    assert NO_DATA in outside.only.flags


def _other(edition: Edition) -> str:
    return next(r for r in edition.manifest.facts["scores"].dimensions["region"] if r not in ("North", "(unknown)"))


@pytest.mark.parametrize("dimension", ["channel", "region", "segment", "product"])
@pytest.mark.parametrize("key", ["nps", "csat", "first_contact_resolution"])
def test_mix_and_rate_add_up_to_the_change(demo_edition: Edition, key: str, dimension: str) -> None:
    """Effects of every segment sum to the change to the last digits."""
    found = decompose(demo_edition, key, QUARTER, dimension)
    assert found is not None
    assert found.mix + found.rate == pytest.approx(found.change, abs=1e-12)
    now = answer(demo_edition, Question(key, QUARTER, against="previous")).only
    assert now.difference is not None
    assert now.difference.value == pytest.approx(found.change, abs=1e-12)


def test_a_scan_without_reference_tests_nothing(demo_edition: Edition) -> None:
    """With no comparison period there is nothing to call a change."""
    assert what_changed(demo_edition, replace(QUARTER, compare="none")).tested == 0


@pytest.mark.parametrize("filters", [{}, {"region": ("North", "South")}, {"segment": ("Premium",)}])
def test_a_scan_finds_what_exact_p_values_of_every_cell_find(
    demo_edition: Edition, filters: dict[str, tuple[str, ...]]
) -> None:
    """Looking for p only where it may matter leaves out no finding, adds none and changes no adjusted p."""
    last = demo_edition.manifest.last_day
    selection = Selection.over("last-13-weeks", last_day=last, compare="previous", filters=filters)
    found = what_changed(demo_edition, selection)
    exact = []
    for key in scannable(demo_edition):
        question = Question(key, selection, by=LEVEL, against="previous", with_p=True)
        offered = demo_edition.manifest.facts[METRICS[key].computation.fact].dimensions  # type: ignore[union-attr]
        answered = answer(demo_edition, replace(question, by=tuple(dim for dim in LEVEL if dim in offered)))
        counted = windows(demo_edition, METRICS[key].computation.fact, answered.period)  # type: ignore[union-attr]
        for row in answered.rows:
            one = row.difference
            if one is None or one.p is None or UNKNOWN in row.dimensions.values():
                continue
            n = min(row.n_eff or 0.0, one.reference_n or 0.0)
            degrees = (BUCKETS - 1.0) * len(counted) if answered.deff > 1 else np.inf
            smallest = minimum_effect(demo_edition, METRICS[key]) / METRICS[key].factor
            exact.append((key, row, (one.value, one.low, one.high, one.p, n, smallest, degrees)))
    change, low, high, p, n, smallest, degrees = np.array([numbers for *_, numbers in exact], dtype=float).T
    scan = scan_changes(change, low, high, p, n, smallest, degrees=degrees, q=Q, minimum_n=MINIMUM_N)
    assert found.tested == int(scan.tested.sum()) > 40
    expected = {
        (key, tuple(row.dimensions.items())): adjusted
        for (key, row, _), adjusted, is_found in zip(exact, scan.p_adjusted.tolist(), scan.found.tolist(), strict=True)
        if is_found
    }
    assert expected or filters  # the demo company as a whole has findings
    ours = {(one.metric.key, tuple(one.row.dimensions.items())): one.p_adjusted for one in found.findings}
    assert ours == pytest.approx(expected, rel=1e-9)


def test_series_buckets_are_complete(demo_edition: Edition) -> None:
    """A series has every bucket of its period, cut at the period's ends."""
    period = Period(date(2026, 8, 5), date(2026, 10, 7))
    rows = answer(demo_edition, Question("nps", Selection(period, str(period)), grain="month")).rows
    assert [str(row.period) for row in rows] == [
        "2026-08-05..2026-08-31",
        "2026-09-01..2026-09-30",
        "2026-10-01..2026-10-07",
    ]


@pytest.mark.parametrize(
    ("metric", "filters"),
    [
        ("csat", {"channel": ("app", "web"), "team": ("Phone Evening", "Store Inland")}),
        ("churn", {"language": ("fa",), "region": ("(unknown)",)}),
    ],
)
def test_an_empty_series_read_from_rows_is_empty_not_an_error(
    demo_edition: Edition, metric: str, filters: dict[str, tuple[str, ...]]
) -> None:
    """No row meets the filters and no grid covers them: every bucket says “no data”."""
    selection = Selection.over("last-4-weeks", last_day=demo_edition.manifest.last_day, filters=filters)
    grain = "week" if metric == "csat" else "month"
    found = answer(demo_edition, Question(metric, selection, grain=grain, against="year"))
    assert found.source == "rows"
    assert found.rows
    assert all(row.value is None for row in found.rows)


@given(last=st.dates(date(2025, 3, 1), date(2026, 11, 20)))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_four_weeks_know_the_last_whole_month(demo_edition: Edition, last: date) -> None:
    """Whatever day the data ends with, the default period has a revenue figure: of the last month that had ended."""
    period = Period(last - timedelta(days=27), last)
    row = answer(demo_edition, Question("revenue_churn", Selection(period, str(period)))).only
    assert row.period.unit == ("month", 1)
    next_month_ends = step(row.period.start, "month", 2) - timedelta(days=1)
    assert row.period.end <= last < next_month_ends
