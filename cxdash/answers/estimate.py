"""From folded cells to estimates: the three ways time folds, inner axes, and design effects from customer buckets."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

import numpy as np

from cxdash.answers.cells import day_range, fold
from cxdash.answers.folded import Cells, Request
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.grids import Places
from cxdash.measures import Floats, Measure
from cxdash.metrics.facts import FACTS
from cxdash.periods import Period, floor, step
from cxdash.selection import Filters

Name = TypeVar("Name", bound=Hashable)

FOUR_WEEKS_MISS = timedelta(days=3)
"""28 days lie between the ends of two months of 31 days with at most this much to spare on either side."""


@dataclass(frozen=True)
class Grouped:
    """States ready for a finaliser.

    Attributes:
        keys: per cell the values of the `by` dimensions. periods: per cell its days.
        states: name → (cells,) or (cells, inner).
        source: grid key or "rows".
    """

    keys: tuple[tuple[str, ...], ...]
    periods: tuple[Period, ...]
    states: dict[str, Floats]
    source: str


@dataclass(frozen=True)
class Scope:
    """What to estimate over: an edition, days, filters, groups and time buckets."""

    edition: Edition
    period: Period
    filters: Filters = ()
    by: tuple[str, ...] = ()
    grain: str = ""


def group(measure: Measure, scope: Scope, *, source: str = "") -> Grouped:
    """Fold the measure's states over the scope, with every time bucket present for every group found."""
    match FACTS[measure.fact].clock:
        case "stock":
            return _stock(measure, scope, source)
        case "window":
            return _window(measure, scope, source)
        case "flow":
            return _inner(measure, scope, source) if measure.inner else fold_flow(measure, scope, source)


def _buckets(scope: Scope) -> tuple[Period, ...]:
    return tuple(scope.period.cut(scope.grain)) if scope.grain else (scope.period,)


def _request(measure: Measure, scope: Scope, *, by: tuple[str, ...], grain: str) -> Request:
    return Request(measure.fact, measure.states, scope.period, scope.filters, by, grain)


def when_of(cells: Cells, scope: Scope) -> Places:
    """For each cell the place of its time bucket among those of the period."""
    if cells.starts is None:
        return np.zeros(cells.groups.size, dtype=np.intp)
    firsts = np.array([floor(period.start, scope.grain) for period in _buckets(scope)], dtype="datetime64[D]")
    return np.searchsorted(firsts, cells.starts)


def fold_flow(measure: Measure, scope: Scope, source: str = "") -> Grouped:
    """States that add over days, every time bucket of every group present."""
    cells = fold(scope.edition, _request(measure, scope, by=scope.by, grain=scope.grain), source=source)
    keys, buckets, when = cells.named_keys(), _buckets(scope), when_of(cells, scope)
    states = {}
    for state in measure.states:
        dense = np.zeros((len(keys), len(buckets)))
        dense[cells.groups, when] = cells.sums[state.name]
        states[state.name] = dense.reshape(-1)
    return _grouped(keys, buckets, states, cells.source)


def _grouped(
    keys: Sequence[tuple[str, ...]], buckets: Sequence[Period], states: dict[str, Floats], source: str
) -> Grouped:
    return Grouped(
        tuple(key for key in keys for _ in buckets), tuple(period for _ in keys for period in buckets), states, source
    )


def _inner(measure: Measure, scope: Scope, source: str) -> Grouped:
    """Cells × inner axis; the companion fact is folded the same way and aligned by inner value."""
    if measure.inner in scope.by:
        raise SelectionError(
            f"This metric compares {measure.inner}s and cannot be cut by {measure.inner}.",
            action="Leave it out of --by.",
        )
    by = (*scope.by, measure.inner)
    buckets = _buckets(scope)
    cells = fold(scope.edition, _request(measure, scope, by=by, grain=scope.grain), source=source)
    whole = cells.named_keys()
    keys, owners = places_of([key[:-1] for key in whole]) if scope.by else ([()], np.zeros(len(whole), dtype=np.intp))
    names, inner = places_of([key[-1] for key in whole])
    owners, inner = owners[cells.groups], inner[cells.groups]
    when = when_of(cells, scope)
    states = {}
    for state in measure.states:
        dense = np.zeros((len(keys), len(buckets), max(len(names), 1)))
        dense[owners, when, inner] = cells.sums[state.name]
        states[state.name] = dense.reshape(len(keys) * len(buckets), -1)
    if measure.companion:
        states[measure.companion[1].name] = _companion(measure, scope, keys, names, len(buckets))
    return _grouped(keys, buckets, states, cells.source)


def _companion(
    measure: Measure, scope: Scope, keys: Sequence[tuple[str, ...]], names: Sequence[str], buckets: int
) -> Floats:
    """Weights per inner value over the whole period, the same for every time bucket; NaN where they are not known."""
    assert measure.companion is not None
    fact, state = measure.companion
    shape = (len(keys) * buckets, max(len(names), 1))
    record = scope.edition.manifest.facts.get(fact)
    wanted = {*scope.by, *(dim for dim, _ in scope.filters), measure.inner}
    if record is None or not wanted <= {*record.dimensions, "bucket"}:
        return np.full(shape, np.nan)
    cells = fold(scope.edition, Request(fact, (state,), scope.period, scope.filters, (*scope.by, measure.inner)))
    found = dict(zip(cells.named_keys(), cells.sum_of(state.name).tolist(), strict=True))
    weights = np.array([[found.get((*key, name), 0.0) for name in names] or [np.nan] for key in keys], dtype=float)
    return np.repeat(weights, buckets, axis=0)


def _stock(measure: Measure, scope: Scope, source: str) -> Grouped:
    """Daily population at risk (running balance of the flows before the day) and losses, (cells, days)."""
    span = day_range(scope.edition, measure.fact)
    flows = [fold(scope.edition, _request(measure, scope, by=scope.by, grain="day"), source=source)]
    if span and span[0] < scope.period.start:
        # everything before the period only matters as one opening balance
        earlier = replace(scope, period=Period(span[0], scope.period.start - timedelta(days=1)))
        flows.append(fold(scope.edition, _request(measure, earlier, by=scope.by, grain=""), source=source))
    keys, owners = places_of([key for cells in flows for key in cells.named_keys()])
    of_flow = np.split(owners, [len(flows[0].keys)])
    shape = (len(keys), scope.period.days + 1)  # column 0 is the opening balance
    joined, lost = np.zeros(shape), np.zeros(shape)
    for cells, group_places in zip(flows, of_flow, strict=False):
        days = cells.starts
        when = 0 if days is None else (days - np.datetime64(scope.period.start, "D")).astype(np.intp) + 1
        places = group_places[cells.groups]
        joined[places, when], lost[places, when] = cells.sums["joined"], cells.sums["lost"]
    at_risk = np.cumsum(joined - lost, axis=1)[:, :-1]
    return _cut_days(scope, keys, {"at_risk": at_risk, "lost": lost[:, 1:]}, flows[0].source)


def places_of(names: Sequence[Name]) -> tuple[list[Name], Places]:
    """The different ones in order of appearance, and for each the place of its own among them."""
    found: dict[Name, int] = {}
    places = [found.setdefault(name, len(found)) for name in names]
    return list(found), np.array(places, dtype=np.intp)


def _cut_days(scope: Scope, keys: list[tuple[str, ...]], daily: dict[str, Floats], source: str) -> Grouped:
    """Days of the whole period cut into the scope's time buckets, shorter ones padded with days without customers."""
    buckets = _buckets(scope)
    longest = max(period.days for period in buckets)
    states: dict[str, Floats] = {}
    for name, dense in daily.items():
        cut = np.zeros((len(keys), len(buckets), longest))
        for n, period in enumerate(buckets):
            begin = (period.start - scope.period.start).days
            cut[:, n, : period.days] = dense[:, begin : begin + period.days]
        states[name] = cut.reshape(len(keys) * len(buckets), longest)
    states["days"] = np.tile([float(period.days) for period in buckets], len(keys))
    return _grouped(keys, buckets, states, source)


def _window(measure: Measure, scope: Scope, source: str) -> Grouped:
    """Declared windows only: all complete ones inside the period, or the last one that ended in it."""
    grain = scope.grain or "month"
    held = _windows_held(scope.edition, measure, grain, source)
    ended = [w for w in (_whole(p.start, grain) for p in scope.period.cut(grain)) if w.start in held]
    if scope.grain:
        buckets = [window for window in ended if window.start >= scope.period.start and window.end <= scope.period.end]
    else:
        # four weeks seldom hold a calendar month: the last one that ended in them, or days before, speaks for them
        before = _whole(floor(scope.period.start, grain) - timedelta(days=1), grain)
        ended = [before, *ended] if before.start in held else ended
        buckets = [w for w in ended if scope.period.start - FOUR_WEEKS_MISS <= w.end <= scope.period.end][-1:]
    if not buckets:
        known = f"Held {grain}s: {min(held)} to {max(held)} (first days)." if held else f"No complete {grain} is held."
        raise SelectionError(
            f"No complete {grain} ends between {scope.period.start} and {scope.period.end}.",
            known=known,
            action="Choose a period that holds one: this metric exists per calendar month, quarter or year only.",
        )
    filters = (*scope.filters, ("window_grain", (grain,)))
    days = Period(buckets[0].start, buckets[-1].start)
    request = Request(measure.fact, measure.states, days, filters, scope.by, "day")
    cells = fold(scope.edition, request, source=source)
    assert cells.starts is not None
    first_days = np.array([period.start for period in buckets], dtype="datetime64[D]")
    keys, when = cells.named_keys(), np.searchsorted(first_days, cells.starts)
    declared = first_days[when] == cells.starts
    states = {}
    for state in measure.states:
        dense = np.zeros((len(keys), len(buckets)))
        dense[cells.groups[declared], when[declared]] = cells.sums[state.name][declared]
        states[state.name] = dense.reshape(-1)
    return _grouped(keys, buckets, states, cells.source)


def _whole(start: date, grain: str) -> Period:
    first = floor(start, grain)
    return Period(first, step(first, grain) - timedelta(days=1))


def _windows_held(edition: Edition, measure: Measure, grain: str, source: str) -> frozenset[date]:
    span = day_range(edition, measure.fact)
    if span is None:
        return frozenset()
    request = Request(measure.fact, measure.states[:1], Period(*span), (("window_grain", (grain,)),), (), "day")
    starts = fold(edition, request, source=source).starts
    assert starts is not None
    return frozenset(starts.tolist())
