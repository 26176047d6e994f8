"""A cell against the rest of its whole: the rest is exactly what is left, and clear is only what is beyond noise."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from cxdash.answers import Question, answer
from cxdash.answers.answer import HIDDEN
from cxdash.answers.apart import Apart, against_rest, can_be_apart, judge_together
from cxdash.answers.changes import Q
from cxdash.edition import UNKNOWN, Edition
from cxdash.errors import SelectionError, UnknownNameError
from cxdash.measures import Measure
from cxdash.metrics.catalogue import METRICS
from cxdash.selection import Policy, Selection
from cxdash.statistics.differences import nps_difference
from cxdash.statistics.discoveries import estimated_error

LAST = date(2026, 11, 20)
YEAR = Selection.over("last-12-months", last_day=LAST)
COMPARED = ("nps", "csat", "ces", "first_contact_resolution", "repeat_rate", "abandonment")


def _of(found: tuple[Apart, ...], **dimensions: str) -> Apart:
    return next(one for one in found if one.row.dimensions == dimensions)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    key=st.sampled_from([*COMPARED, "churn"]),
    by=st.sampled_from([("region",), ("segment",), ("segment", "region"), ("channel",), ("channel", "region")]),
    days=st.integers(20, 500),
    grain=st.sampled_from(["", "month"]),
    policy=st.sampled_from([Policy(), Policy("west", (("region", ("South", "East", "North")),))]),
)
def test_cell_and_rest_make_the_whole(
    demo_edition: Edition, key: str, by: tuple[str, ...], days: int, grain: str, policy: Policy
) -> None:
    """The numbers behind cell and rest add up to the numbers behind the whole, in every bucket, under any policy."""
    if key == "churn" and "channel" in by:
        by = ("region",)
    selection = Selection.over(f"last-{days}-days", last_day=LAST)
    found = against_rest(demo_edition, Question(key, selection, by=by, grain=grain), policy)
    whole = {row.period: row for row in answer(demo_edition, Question(key, selection, grain=grain), policy).rows}
    assert found
    for one in found:
        total = whole[one.row.period]
        if one.row.n is None or one.rest.n is None or total.n is None:
            continue
        assert one.row.n + one.rest.n == total.n
        if key != "churn" and one.row.value is not None and one.rest.value is not None and total.value is not None:
            both = one.row.n * one.row.value + one.rest.n * one.rest.value
            assert both == pytest.approx(total.n * total.value, abs=1e-6)


def exact_p(one: Apart) -> float:
    """The p of a cell by inversion, whether it was looked for or not."""
    tails, place = one.tail
    if tails is None:
        assert one.p is not None
        return one.p
    return float(tails.exact(np.array([place]))[0])


@pytest.mark.parametrize("key", COMPARED)
@pytest.mark.parametrize("dim", ["region", "channel"])
def test_the_rest_is_what_a_filter_for_all_others_gives(demo_edition: Edition, key: str, dim: str) -> None:
    """Value, interval and n of the rest are those the page shows when the other values are chosen as filters."""
    found = against_rest(demo_edition, Question(key, YEAR, by=(dim,)))
    values = [one.row.dimensions[dim] for one in found]
    for one in found:
        others = [value for value in values if value != one.row.dimensions[dim]]
        asked = answer(demo_edition, Question(key, YEAR.with_filter(dim, *others))).only
        if HIDDEN in one.row.flags:
            assert one.rest.value is None
            continue
        assert (one.rest.value, one.rest.n) == (asked.value, asked.n)
        assert one.rest.low == pytest.approx(asked.low, abs=1e-12)
        assert one.rest.high == pytest.approx(asked.high, abs=1e-12)


def test_a_difference_is_the_one_counted_on_the_rows(demo_edition: Edition) -> None:
    """NPS of each region against all others, counted row by row: same difference, same interval, same p."""
    rows = pl.read_parquet(demo_edition.rows_path("scores"))
    rows = rows.filter(
        (pl.col("survey") == "nps") & pl.col("day").is_between(YEAR.period.start, YEAR.period.end)
    ).with_columns(pl.col("region").fill_null(UNKNOWN))
    selection = YEAR.with_filter("channel", "phone")
    rows = rows.filter(pl.col("channel") == "phone")
    for one in against_rest(demo_edition, Question("nps", selection, by=("region",))):
        own = rows.filter(pl.col("region") == one.row.dimensions["region"])
        others = rows.filter(pl.col("region") != one.row.dimensions["region"])
        if HIDDEN in one.row.flags:
            continue
        assert one.row.n_eff is not None
        assert one.rest.n_eff is not None
        effects = (own.height / one.row.n_eff, others.height / one.rest.n_eff)
        counts = [
            count / effect
            for part, effect in zip((own, others), effects, strict=True)
            for count in (
                part.filter(pl.col("score") <= 6).height,
                part.filter(pl.col("score").is_in([7, 8])).height,
                part.filter(pl.col("score") >= 9).height,
            )
        ]
        expected = nps_difference(*counts)
        assert one.difference == pytest.approx(float(expected.diff), abs=1e-9)
        assert one.low == pytest.approx(float(expected.low), abs=1e-9)
        assert one.high == pytest.approx(float(expected.high), abs=1e-9)
        if one.p is not None:
            assert exact_p(one) == pytest.approx(float(expected.p), rel=1e-3, abs=1e-9)


@pytest.mark.parametrize("key", [key for key in METRICS if can_be_apart(METRICS[key])])
def test_clear_means_all_of_it(demo_edition: Edition, key: str) -> None:
    """Nothing is clear that is hidden, of low base, unknown, inside its interval, or not found after the correction."""
    if key in demo_edition.manifest.unsupported:
        pytest.skip("not in the demo company")
    measure = METRICS[key].computation
    assert isinstance(measure, Measure)
    offered = demo_edition.manifest.facts[measure.fact].dimensions
    dims = [dim for dim in ("region", "channel", "segment", "product") if dim in offered]
    for by in [(dim,) for dim in dims] + ([tuple(dims[:2])] if len(dims) > 1 else []):
        found = against_rest(demo_edition, Question(key, YEAR, by=by))
        for one in found:
            if one.adjusted is not None:
                assert one.p is not None
                assert one.p == pytest.approx(exact_p(one), rel=1e-9)
                assert one.p <= one.adjusted <= Q
            if not one.clear:
                continue
            assert one.row.reliable
            assert one.rest.reliable
            assert UNKNOWN not in one.row.dimensions.values()
            assert one.adjusted is not None
            assert one.low is not None
            assert one.high is not None
            assert one.low > 0 or one.high < 0
        ranked = [one for one in sorted(found, key=lambda one: one.p or 0.0) if one.adjusted is not None]
        assert [one.adjusted for one in ranked] == sorted(one.adjusted or 0.0 for one in ranked)


def test_what_is_hidden_takes_its_rest_with_it(demo_edition: Edition) -> None:
    """Nobody reads a hidden cell off the whole minus its rest."""
    day = Selection.over("last-3-days", last_day=demo_edition.manifest.last_day)
    found = against_rest(demo_edition, Question("ces", day, by=("channel", "region")))
    hidden = [one for one in found if HIDDEN in one.row.flags]
    assert hidden
    for one in hidden:
        told = (one.rest.value, one.rest.low, one.rest.n, one.rest.n_eff, one.difference, one.low, one.high, one.p)
        assert told == (None,) * 8
        assert not one.clear


def test_a_single_cell_has_no_rest(demo_edition: Edition) -> None:
    """Where the selection is one region, nothing is compared and nothing is clear."""
    (one,) = against_rest(demo_edition, Question("nps", YEAR.with_filter("region", "East"), by=("region",)))
    assert one.row.value is not None
    assert one.rest.value is None
    assert one.difference is None
    assert not one.clear


@pytest.mark.parametrize(
    ("key", "by", "error"),
    [
        ("consistency", ("region",), SelectionError),
        ("health", ("region",), SelectionError),
        ("nps", (), SelectionError),
        ("nps", ("reason",), SelectionError),
        ("npps", ("region",), UnknownNameError),
    ],
)
def test_what_cannot_be_compared_is_refused(
    demo_edition: Edition, key: str, by: tuple[str, ...], error: type[Exception]
) -> None:
    """Metrics without a rest, no dimension, a dimension or metric that does not exist: a sentence, not a number."""
    with pytest.raises(error):
        against_rest(demo_edition, Question(key, YEAR, by=by))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    key=st.sampled_from(COMPARED), within=st.sampled_from(["channel", "region", "segment"]), days=st.integers(10, 400)
)
def test_within_a_value_the_rest_stays_there(demo_edition: Edition, key: str, within: str, days: int) -> None:
    """The rest of a cell within its region is what a question filtered to that region gives: same n, same value."""
    selection = Selection.over(f"last-{days}-days", last_day=LAST)
    other = "segment" if within != "segment" else "region"
    found = against_rest(demo_edition, Question(key, selection, by=(within, other)), within=within)
    for one in found:
        inside = selection.with_filter(within, one.row.dimensions[within])
        asked = _of(
            against_rest(demo_edition, Question(key, inside, by=(other,))), **{other: one.row.dimensions[other]}
        )
        if one.rest.n is None or asked.rest.n is None:
            continue
        assert (one.rest.n, one.rest.value) == (asked.rest.n, asked.rest.value)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    key=st.sampled_from(COMPARED),
    by=st.sampled_from([("channel", "region"), ("region", "segment"), ("region", "channel")]),
    days=st.integers(1, 9),
    grain=st.sampled_from(["", "day"]),
    inside=st.booleans(),
)
def test_no_whole_that_is_hidden_follows_from_a_cell_and_its_rest(
    demo_edition: Edition, key: str, by: tuple[str, str], days: int, grain: str, inside: bool
) -> None:
    """Where the coarser question hides its answer, no cell is shown together with the rest of it."""
    selection = Selection.over(f"last-{days}-days", last_day=demo_edition.manifest.last_day)
    try:
        found = against_rest(demo_edition, Question(key, selection, by=by, grain=grain), within=by[0] if inside else "")
    except SelectionError:
        return  # so short a period has not matured for this metric
    coarser = answer(demo_edition, Question(key, selection, by=by[:1] if inside else (), grain=grain)).rows
    hidden = {(*row.dimensions.values(), row.period) for row in coarser if HIDDEN in row.flags}
    for one in found:
        whole = (one.row.dimensions[by[0]], one.row.period) if inside else (one.row.period,)
        if whole in hidden:
            assert one.row.n is None or one.rest.n is None


def test_judged_together_all_tests_are_one_family(demo_edition: Edition) -> None:
    """Cells of two metrics are corrected for all of them, as an independent implementation corrects them."""
    alone = [one for key in ("nps", "csat") for one in against_rest(demo_edition, Question(key, YEAR, by=("region",)))]
    together = judge_together(demo_edition, alone)
    assert [one.row for one in together] == [one.row for one in alone]
    tested = [one for one in together if one.p is not None]
    assert len(tested) > len(together) // 2
    p = [float(estimated_error(exact_p(one), one.degrees)) for one in tested]
    expected = [adjusted if adjusted <= Q else None for adjusted in false_discovery_control(p).tolist()]
    assert any(expected)
    assert [one.adjusted for one in tested] == [pytest.approx(one, rel=1e-9) if one else None for one in expected]
