"""Laws of the answers: whatever path computes a number, it is the same number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxdash.answers import Question, answer
from cxdash.answers.cells import ROWS, covers, fold
from cxdash.answers.estimate import Scope, group
from cxdash.answers.folded import Request
from cxdash.edition import Edition
from cxdash.errors import CxdashError
from cxdash.measures import Measure
from cxdash.metrics.catalogue import METRICS
from cxdash.metrics.facts import FACTS
from cxdash.metrics.facts.contacts import TIMES
from cxdash.periods import Period, step
from cxdash.selection import Selection, canonical
from cxdash.settings import Project
from tests.answers import brute_force
from tests.answers.brute_force import MEDIANS, ORACLES

FIRST, LAST = date(2024, 11, 21), date(2026, 11, 20)

shared_edition = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@lru_cache(maxsize=4)
def _raw(folder: Path, rows: str) -> pl.DataFrame:
    return {"scores": brute_force.scores, "invitations": brute_force.invitations, "contacts": brute_force.contacts}[
        rows
    ](folder)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    """Any period inside the data, short and long."""
    start = draw(st.dates(FIRST, LAST))
    return Period(start, min(LAST, start + timedelta(days=draw(st.integers(0, 500)))))


@st.composite
def filters(draw: st.DrawFn, edition: Edition, fact: str) -> dict[str, tuple[str, ...]]:
    """Any filters of at most three dimensions the fact offers, missing values included."""
    offered = edition.manifest.facts[fact].dimensions
    dims = draw(st.lists(st.sampled_from(sorted(offered)), max_size=3, unique=True))
    return {
        dim: tuple(draw(st.lists(st.sampled_from(offered[dim]), min_size=1, max_size=3, unique=True))) for dim in dims
    }


def _selection(period: Period, chosen: dict[str, tuple[str, ...]]) -> Selection:
    return Selection(period, str(period), "none", canonical(chosen))


@shared_edition
@given(data=st.data())
def test_every_path_gives_the_number_counted_by_hand(
    demo_project: Project, demo_edition: Edition, data: st.DataObject
) -> None:
    """Grid, rows and a slow count on the raw tables agree for random metrics, periods and filters."""
    key = data.draw(st.sampled_from(sorted(ORACLES)))
    source, oracle, maturity = ORACLES[key]
    period = data.draw(periods())
    measure = METRICS[key].computation
    assert isinstance(measure, Measure)
    chosen = data.draw(filters(demo_edition, measure.fact))
    last = min(period.end, demo_edition.manifest.last_day - timedelta(days=maturity))
    if last < period.start:
        with pytest.raises(CxdashError):
            answer(demo_edition, Question(key, _selection(period, chosen)))
        return
    hits, n = oracle(brute_force.selected(_raw(demo_project.var / "demo", source), period.start, last, chosen))
    scope = Scope(demo_edition, Period(period.start, last), canonical(chosen))
    routed, by_rows = group(measure, scope), group(measure, scope, source=ROWS)
    assert {k: v.tolist() for k, v in routed.states.items()} == {k: v.tolist() for k, v in by_rows.states.items()}
    estimates = measure.finalise(routed.states, z=1.96, deff=1.0)
    assert estimates.n[0] == n
    assert (estimates.value[0] * n == pytest.approx(hits)) if n else estimates.value[0] != estimates.value[0]


@shared_edition
@given(data=st.data())
def test_medians_are_those_of_the_seconds_to_within_a_bin(
    demo_project: Project, demo_edition: Edition, data: st.DataObject
) -> None:
    """Bins counted by any path are the bins of the raw seconds, and hold the median of each contact's seconds."""
    key = data.draw(st.sampled_from(sorted(MEDIANS)))
    measure = METRICS[key].computation
    assert isinstance(measure, Measure)
    period = data.draw(periods())
    chosen = data.draw(filters(demo_edition, "contacts"))
    raw = brute_force.selected(_raw(demo_project.var / "demo", "contacts"), period.start, period.end, chosen)
    expected, n = MEDIANS[key](raw)
    scope = Scope(demo_edition, period, canonical(chosen))
    routed, by_rows = group(measure, scope), group(measure, scope, source=ROWS)
    assert {k: v.tolist() for k, v in routed.states.items()} == {k: v.tolist() for k, v in by_rows.states.items()}
    estimates = measure.finalise(routed.states, z=1.96, deff=1.0)
    assert estimates.n[0] == n == routed.states[f"{measure.tally}_all"][0]
    if expected is None:
        assert np.isnan(estimates.value[0])
        return
    ends, tops = TIMES.boundaries, np.append(TIMES.edges[1:], np.inf)
    # between two middle contacts any time is a median; the bins of both must then hold it
    low, high = _middle(key, raw)
    first, last = (int(np.searchsorted(tops, second, side="right")) for second in (low, high))
    assert ends[max(first - 1, 0)] <= estimates.value[0] <= ends[min(last + 2, len(ends) - 1)]


def _middle(key: str, raw: pl.DataFrame) -> tuple[float, float]:
    """The two times in the middle; the same but for an even number of contacts."""
    if key == "wait_time":
        median, _ = MEDIANS[key](raw)
        later = raw.filter(pl.col("wait_seconds") > median)["wait_seconds"].min()
        return float(median or 0), float(later or median or 0)  # type: ignore[arg-type]
    times = raw.filter(pl.col("outcome") != "abandoned")["handle_seconds"].drop_nulls().sort()
    return float(times[(times.len() - 1) // 2]), float(times[times.len() // 2])


@shared_edition
@given(data=st.data())
def test_all_covering_grids_and_rows_hold_the_same_states(demo_edition: Edition, data: st.DataObject) -> None:
    """Every grid that covers a question and the rows themselves give the same states, cell by cell."""
    fact = data.draw(st.sampled_from(sorted(demo_edition.manifest.facts)))
    record = demo_edition.manifest.facts[fact]
    # one of sums, one of each tally the fact keeps, and what other answers than metrics read of it
    kinds = {
        m.computation.tally: m.computation.states
        for m in METRICS.values()
        if isinstance(m.computation, Measure) and m.computation.fact == fact
    }
    kinds |= {"further": tuple(s for s in FACTS[fact].further if not s.tally)} if FACTS[fact].further else {}
    states = kinds[data.draw(st.sampled_from(sorted(kinds)))]
    by = tuple(data.draw(st.lists(st.sampled_from(sorted(record.dimensions)), max_size=2, unique=True)))
    grain = data.draw(st.sampled_from(["", "day", "week", "month", "quarter", "year"]))
    request = Request(fact, states, data.draw(periods()), canonical(data.draw(filters(demo_edition, fact))), by, grain)
    reference = fold(demo_edition, request, source=ROWS).frame
    for grid in record.grids:
        if covers(grid, request):
            frame = fold(demo_edition, request, source=grid.key).frame
            assert frame.select(reference.columns).equals(reference.cast(frame.select(reference.columns).schema)), (
                grid.key
            )


@shared_edition
@given(data=st.data())
def test_a_coarse_grain_is_the_sum_of_the_finer_grain_that_divides_it(
    demo_edition: Edition, data: st.DataObject
) -> None:
    """Days add up to weeks, months, quarters and years; months to quarters and years."""
    fine, coarse = data.draw(
        st.sampled_from(
            [
                ("day", "week"),
                ("day", "month"),
                ("day", "year"),
                ("month", "quarter"),
                ("month", "year"),
                ("quarter", "year"),
            ]
        )
    )
    measure = METRICS["csat"].computation
    assert isinstance(measure, Measure)
    scope = Scope(demo_edition, data.draw(periods()), (), ("channel",))
    small, large = group(measure, replace(scope, grain=fine)), group(measure, replace(scope, grain=coarse))
    sums: dict[tuple[tuple[str, ...], int], float] = {}
    for n, (key, period) in enumerate(zip(small.keys, small.periods, strict=True)):
        for m, outer in enumerate(large.periods):
            if large.keys[m] == key and outer.contains(period.start):
                sums[key, m] = sums.get((key, m), 0.0) + small.states["csat_5"][n]
    assert sums == {(key, m): large.states["csat_5"][m] for m, key in enumerate(large.keys)}


@shared_edition
@given(data=st.data())
def test_states_of_a_split_add_up_to_the_whole(demo_edition: Edition, data: st.DataObject) -> None:
    """The merge law for every metric: cutting by a dimension, or by days, and adding gives the uncut states."""
    key = data.draw(st.sampled_from(sorted(k for k, m in METRICS.items() if isinstance(m.computation, Measure))))
    measure = METRICS[key].computation
    assert isinstance(measure, Measure)
    record = demo_edition.manifest.facts[measure.fact]
    period = data.draw(periods())
    whole = fold(demo_edition, Request(measure.fact, measure.states, period)).frame
    dim = data.draw(st.sampled_from(sorted(record.dimensions)))
    parts = fold(demo_edition, Request(measure.fact, measure.states, period, by=(dim,))).frame
    middle = period.start + timedelta(days=data.draw(st.integers(0, period.days - 1)))
    halves = [fold(demo_edition, Request(measure.fact, measure.states, Period(period.start, middle))).frame]
    if middle < period.end:
        halves.append(
            fold(
                demo_edition, Request(measure.fact, measure.states, Period(middle + timedelta(days=1), period.end))
            ).frame
        )
    for state in measure.states:
        total = whole[state.name].sum()
        assert parts[state.name].sum() == total
        assert sum(half[state.name].sum() for half in halves) == total


@shared_edition
@given(
    period=periods(),
    region=st.sampled_from(["North", "Harbour Coast", "(unknown)"]),
    grain=st.sampled_from(["", "week", "month"]),
)
def test_churn_is_the_daily_product_counted_by_hand(
    demo_project: Project, demo_edition: Edition, period: Period, region: str, grain: str
) -> None:
    """Product-limit churn from flows equals the product over days on the raw customers."""
    chosen = {"region": (region,)}
    period = Period(period.start, min(period.end, period.start + timedelta(days=60)))
    rows = answer(demo_edition, Question("churn", _selection(period, chosen), grain=grain)).rows
    assert region != "North" or rows[0].value is not None
    for row in rows[:3]:
        expected, at_risk = brute_force.churn(demo_project.var / "demo", row.period.start, row.period.end, chosen)
        if row.value is not None:
            assert row.value == pytest.approx(expected, abs=1e-12)
            assert row.n == at_risk


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(back=st.integers(1, 20), grain=st.sampled_from(["month", "quarter"]))
def test_revenue_of_a_window_is_the_revenue_counted_by_hand(
    demo_project: Project, demo_edition: Edition, back: int, grain: str
) -> None:
    """Gross loss and net retention of a calendar window equal sums over the raw subscriptions."""
    months = back if grain == "month" else back // 3 + 1
    start = step(date(2026, 11, 1) if grain == "month" else date(2026, 10, 1), grain, -months)
    stop = step(start, grain)
    if start < FIRST:
        return
    selection = _selection(Period(start, stop - timedelta(days=1)), {})
    base, kept, gross = brute_force.revenue(demo_project.var / "demo", start, stop)
    churned = answer(demo_edition, Question("revenue_churn", selection, grain=grain)).only
    retained = answer(demo_edition, Question("net_retention", selection, grain=grain)).only
    assert churned.extra["base"] == base
    assert churned.value == pytest.approx(1 - gross / base, abs=1e-12)
    assert retained.value == pytest.approx(kept / base, abs=1e-12)


@shared_edition
@given(data=st.data())
def test_numerator_and_denominator_take_the_same_filters(demo_edition: Edition, data: st.DataObject) -> None:
    """Shares of all values of a dimension, weighted by their n, are the share of the whole."""
    key = data.draw(st.sampled_from(["csat", "first_contact_resolution", "abandonment", "response_rate", "nps"]))
    selection = _selection(data.draw(periods()), {})
    try:
        whole = answer(demo_edition, Question(key, selection)).only
    except CxdashError:
        return
    measure = METRICS[key].computation
    assert isinstance(measure, Measure)
    period = answer(demo_edition, Question(key, selection)).period
    parts = group(measure, Scope(demo_edition, period, (), ("region",)))
    estimates = measure.finalise(parts.states, z=1.96, deff=1.0)
    if whole.value is not None and whole.n:
        total = sum(v * n for v, n in zip(estimates.value, estimates.n, strict=True) if n)
        assert estimates.n.sum() == whole.n
        assert total / whole.n == pytest.approx(whole.value, abs=1e-12)
