"""Pairs of channels compared: the same numbers as the metric, hidden as everywhere, and judged beside a fair rest."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from cxdash.answers import Question, answer
from cxdash.answers.cells import ROWS, fold
from cxdash.answers.folded import Request
from cxdash.answers.handoffs import PAIR, compare_handoffs, compare_place, excess, worst_handoffs
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.metrics.facts.handoffs import HANDOFF_STEPS
from cxdash.metrics.handoff_reasons import BROKEN, CSAT_AFTER, REASONS
from cxdash.periods import Period
from cxdash.selection import Policy, Selection
from tests.conftest import DEMO_LAST_DAY

YEAR = Selection(Period(DEMO_LAST_DAY - timedelta(days=364), DEMO_LAST_DAY), "", "none")


def test_broken_is_what_seamless_leaves(demo_edition: Edition) -> None:
    """For every pair: share, limits and n are the metric's, mirrored; a pair hidden here is hidden there."""
    seamless = {
        tuple(row.dimensions.values()): row
        for row in answer(demo_edition, Question("handoff_continuity", YEAR, by=PAIR)).rows
    }
    compared = compare_handoffs(demo_edition, BROKEN, YEAR, PAIR)
    assert len(compared) > 10
    for one in compared:
        row = seamless[tuple(one.row.dimensions.values())]
        assert one.row.flags == row.flags
        assert one.row.n == row.n
        if one.row.value is not None and row.value is not None:
            assert one.row.value == pytest.approx(1 - row.value, abs=1e-12)
            assert (one.row.low, one.row.high) == pytest.approx((1 - row.high, 1 - row.low), abs=1e-12)  # type: ignore[operator]


def test_steps_within_a_channel_are_no_cells(demo_edition: Edition) -> None:
    """They are what others are compared with, and never a row of their own."""
    for metric, reference in ((BROKEN, "rest"), (CSAT_AFTER, "stayed")):
        found = compare_handoffs(demo_edition, metric, YEAR, PAIR, reference=reference)  # type: ignore[arg-type]
        assert all(one.row.dimensions["origin"] != one.row.dimensions["channel"] for one in found)


def test_staying_is_the_comparison_of_scores(demo_edition: Edition) -> None:
    """A pair's score is held against second contacts that were in its target channel before."""
    rows = pl.read_parquet(demo_edition.rows_path("handoffs"))
    last = DEMO_LAST_DAY - timedelta(days=14)
    stayed = rows.filter(
        pl.col("day").is_between(YEAR.period.start, last), pl.col("origin") == "phone", pl.col("channel") == "phone"
    )
    found = compare_handoffs(demo_edition, CSAT_AFTER, YEAR, PAIR, reference="stayed")
    [one] = [f for f in found if f.row.dimensions == {"origin": "chat", "channel": "phone"}]
    assert one.rest.n == stayed["csat_answers"].sum()
    assert one.rest.value == stayed["csat_satisfied"].sum() / stayed["csat_answers"].sum()


def test_reasons_of_a_place_are_counts_of_its_rows(demo_edition: Edition) -> None:
    """Each reason's share is what counting the rows gives, of those where it is known; so is that of the others."""
    rows = pl.read_parquet(demo_edition.rows_path("handoffs")).filter(
        "crossing", pl.col("day").is_between(YEAR.period.start, DEMO_LAST_DAY - timedelta(days=14))
    )
    inside = (pl.col("origin") == "chat") & (pl.col("channel") == "phone")
    columns = {
        "asked_again": "asked_to_repeat", "verified_again": "verified_again", "came_again": "came_again",
        "bounced": "bounced", "waited": "waited_long", "came_first": "came_back_first",
    }  # fmt: skip
    found = {f.metric.key: f for f in compare_place(demo_edition, YEAR, (("origin", "chat"), ("channel", "phone")))}
    assert list(found) == [reason.metric.key for reason in REASONS]
    for key, column in columns.items():
        for row, part in ((found[key].row, rows.filter(inside)), (found[key].rest, rows.filter(~inside))):
            known = part[column].drop_nulls()
            assert row.n == known.len() > 0
            assert row.value == pytest.approx(known.sum() / known.len(), abs=1e-12)
    context = rows.filter(inside)["context_attached"].drop_nulls()
    assert found["no_context"].row.value == pytest.approx((~context).sum() / context.len(), abs=1e-12)


def test_grids_and_rows_fold_the_further_states_alike(demo_edition: Edition) -> None:
    """What no metric reads is in the grids all the same, bit for bit."""
    states = tuple(state for state in HANDOFF_STEPS.further if not state.tally)
    request = Request("handoffs", states, YEAR.period, by=("origin", "channel", "region"))
    grid, rows = fold(demo_edition, request), fold(demo_edition, request, source=ROWS)
    assert grid.source != ROWS
    assert grid.frame.rows() == rows.frame.rows()


def test_one_outlier_makes_no_good_ones(demo_edition: Edition) -> None:
    """Beside a pair that breaks nearly always, the others are compared with each other."""
    lakeland = YEAR.with_filter("region", "Lakeland")
    two_years = Selection(Period(DEMO_LAST_DAY - timedelta(days=729), DEMO_LAST_DAY), "", "none")
    found = compare_handoffs(demo_edition, BROKEN, two_years.with_filter("region", "Lakeland"), PAIR)
    clear = [one for one in found if one.clear]
    assert [tuple(one.row.dimensions.values()) for one in clear] == [("chat", "phone")]
    assert excess(clear[0]) > 0
    others = [one for one in found if one.rest.n is not None and one is not clear[0]]
    outlier = clear[0].row.n or 0.0
    whole = answer(demo_edition, Question("handoff_continuity", two_years.with_filter("region", "Lakeland"))).only.n
    assert whole is not None
    for one in others:
        if one.row.n is not None:
            assert one.rest.n == whole - one.row.n - outlier
    assert lakeland.values("region") == ("Lakeland",)


def test_a_policy_narrows_cell_and_rest(demo_edition: Edition) -> None:
    """Who may see one region is told of its handoffs only, on both sides of every comparison."""
    policy = Policy("North", (("region", ("North",)),))
    seen = compare_handoffs(demo_edition, BROKEN, YEAR, PAIR, policy)
    asked = compare_handoffs(demo_edition, BROKEN, YEAR.with_filter("region", "North"), PAIR)
    assert seen == asked
    assert worst_handoffs(demo_edition, YEAR, policy).places == ()


def test_what_handoffs_do_not_have_is_refused(demo_edition: Edition) -> None:
    """A filter by journey stage, and days that have not matured."""
    stage = demo_edition.manifest.facts["scores"].dimensions["stage"][0]
    with pytest.raises(SelectionError, match="stage"):
        compare_handoffs(demo_edition, BROKEN, YEAR.with_filter("stage", stage), PAIR)
    young = Selection(Period(DEMO_LAST_DAY - timedelta(days=5), DEMO_LAST_DAY), "", "none")
    with pytest.raises(SelectionError, match="14 days"):
        compare_handoffs(demo_edition, BROKEN, young, PAIR)
