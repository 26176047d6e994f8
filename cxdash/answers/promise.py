"""Promise against delivery: what a campaign promised, beside what those who came were given.

Every campaign's days are set against the usual days (`cxdash.answers.campaigns`). States add over days, so both sides
are exact, and each metric is compared with its own interval; all campaigns and metrics of a page are one family of
tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from cxdash.answers.answer import Row
from cxdash.answers.ask import usable_period
from cxdash.answers.campaigns import (
    USUAL_DAYS,
    Campaign,
    Demand,
    Shortage,
    campaigns_within,
    demand_of,
    shortage_of,
    usual_days,
    visits_by_day,
)
from cxdash.answers.compare import compare_sides, estimate_sides, p_values
from cxdash.answers.effects import design_effects
from cxdash.answers.estimate import Grouped, Scope, group
from cxdash.answers.kept import kept
from cxdash.answers.suppress import few_people, flags_of, number
from cxdash.edition import Edition
from cxdash.errors import CxdashError
from cxdash.measures import Measure
from cxdash.metrics.catalogue import find_metric
from cxdash.metrics.metric import Metric
from cxdash.periods import Period
from cxdash.selection import EVERYTHING, Filters, Policy, Selection
from cxdash.statistics.arrays import Flags
from cxdash.statistics.discoveries import benjamini_hochberg
from cxdash.statistics.suppression import low_base

FALSE_DISCOVERIES = 0.10
DIGITAL = ("web", "app")

ASKED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("visit_errors", ()),
    ("slow_visits", ()),
    ("conversion", ()),
    ("wait_time", ()),
    ("abandonment", ()),
    ("csat", DIGITAL),
)
"""What delivery is judged by: metric, and the channels it is asked of (() = all of the selection)."""


@dataclass(frozen=True)
class Met:
    """One metric on the days of a campaign against the usual days.

    `now` and `usual` carry value, interval and n; the difference is now − usual; `p` is adjusted for all campaigns and
    metrics asked together; `clear`: beyond noise after that.
    """

    metric: Metric
    channels: tuple[str, ...]
    now: Row
    usual: Row
    value: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    clear: bool = False

    @property
    def worse(self) -> bool:
        """Whether it was clearly worse than usual."""
        return self.clear and self.value is not None and (self.value < 0) == self.metric.higher_is_better


@dataclass(frozen=True)
class Delivery:
    """One campaign and what was delivered. None: the table is not connected or cannot be asked like this."""

    campaign: Campaign
    usual_days: int
    met: tuple[Met, ...]
    demand: Demand | None
    shortage: Shortage | None

    @property
    def worse(self) -> tuple[Met, ...]:
        """What was clearly worse than usual."""
        return tuple(one for one in self.met if one.worse)


def deliveries(edition: Edition, selection: Selection, policy: Policy = EVERYTHING) -> tuple[Delivery, ...]:
    """Every campaign that ran in the selection's period, with what was delivered, latest first.

    Metrics the edition does not have, or that the filters do not apply to, are left out; campaigns without 14 usual
    days before them, or that have no complete day yet, have no comparison.
    """
    return _deliveries(edition, selection.period, selection.filters, policy)


@kept(64)
def _deliveries(edition: Edition, period: Period, filters: Filters, policy: Policy) -> tuple[Delivery, ...]:
    selection = Selection(period, str(period), filters=filters)
    chosen = campaigns_within(edition, period)
    if not chosen:
        return ()
    others = campaigns_within(edition, Period(date.min, date.max))
    usual = {one.key: usual_days(edition, one, others) for one in chosen}
    series = {key: _by_day(edition, key, channels, selection, policy, chosen) for key, channels in ASKED}
    met = {
        one.key: tuple(
            _meet(found, one.period, usual[one.key])
            for found in series.values()
            if found is not None and found.reaches(one.period)
        )
        for one in chosen
    }
    demand = visits_by_day(edition, policy.narrow(filters))
    return tuple(
        Delivery(
            one,
            len(usual[one.key]),
            judged,
            demand_of(demand, one.period, usual[one.key]),
            shortage_of(edition, one),
        )
        for one, judged in zip(chosen, _judged(edition, [met[one.key] for one in chosen]), strict=True)
    )


@dataclass(frozen=True)
class _Series:
    """A metric's states by day."""

    metric: Metric
    measure: Measure
    channels: tuple[str, ...]
    grouped: Grouped
    deff: float

    def reaches(self, period: Period) -> bool:
        """Whether any of its days are in the period."""
        return any(period.start <= day.start <= period.end for day in self.grouped.periods)

    def over(self, days: Flags, period: Period) -> Grouped:
        """The states of some days, added up."""
        states = {name: array[days].sum(axis=0, keepdims=True) for name, array in self.grouped.states.items()}
        return Grouped(((),), (period,), states, self.grouped.source)


def _by_day(
    edition: Edition,
    key: str,
    channels: tuple[str, ...],
    selection: Selection,
    policy: Policy,
    chosen: Sequence[Campaign],
) -> _Series | None:
    if key not in edition.manifest.metrics:
        return None
    metric = find_metric(key)
    measure = metric.computation
    assert isinstance(measure, Measure)
    offered = edition.manifest.facts[measure.fact].dimensions
    known = tuple(channel for channel in channels if channel in offered.get("channel", ()))
    if channels and not known:
        return None
    asked = selection
    if known:
        limits = [channel for channel in known if channel in (selection.values("channel") or known)]
        if not limits:
            return None
        asked = selection.with_filter("channel", *limits)
        known = tuple(limits)
    span = Period(
        min(one.period.start for one in chosen) - timedelta(days=USUAL_DAYS), max(one.period.end for one in chosen)
    )
    try:
        period = usable_period(edition, metric, span)
        scope = Scope(edition, period, policy.narrow(asked.filters), (), "day")
        grouped = group(measure, scope)
        deff = design_effects(measure, replace(scope, grain=""), [()])
    except CxdashError:
        return None  # a filter this metric does not know: it has nothing to say about this selection
    return _Series(metric, measure, known, grouped, float(deff[0]))


def _meet(series: _Series, period: Period, usual: tuple[date, ...]) -> Met:
    held = [one.start for one in series.grouped.periods]
    during = np.array([period.start <= day <= period.end for day in held], dtype=np.bool_)
    before = np.isin(np.array(held, dtype="datetime64[D]"), np.array(usual, dtype="datetime64[D]"))
    span = Period(usual[0], usual[-1]) if usual else period
    now, then = series.over(during, period), series.over(before, span)
    sides = estimate_sides(series.measure, now, then, np.array([series.deff]))
    difference = compare_sides(sides)
    rows = []
    for grouped, estimates in ((now, sides.first), (then, sides.second)):
        hidden = few_people(estimates)
        value, low, high, n, n_eff = (number(array, 0, hidden=bool(hidden[0])) for array in estimates.of_cells())
        flags = flags_of(estimates, hidden, series.metric.minimum_n)[0]
        rows.append(Row({}, grouped.periods[0], value, low, high, n, n_eff, flags))
    hidden = few_people(sides.first) | few_people(sides.second)
    tested = ~hidden
    for estimates in (sides.first, sides.second):
        tested &= ~low_base(estimates.n_eff, k=series.metric.minimum_n)
    p = p_values(sides, difference, tested)
    gone = bool(hidden[0]) or not usual
    return Met(
        series.metric,
        series.channels,
        rows[0],
        rows[1],
        number(difference.value, 0, hidden=gone),
        number(difference.low, 0, hidden=gone),
        number(difference.high, 0, hidden=gone),
        number(p, 0, hidden=gone),
    )


def _judged(edition: Edition, met: Sequence[tuple[Met, ...]]) -> list[tuple[Met, ...]]:
    """The same with p adjusted over everything asked, and the word that follows."""
    together = [np.nan if one.p is None else one.p for each in met for one in each]
    adjusted = iter(benjamini_hochberg(np.array(together)).tolist() if together else [])
    found = []
    for each in met:
        judged = []
        for one in each:
            p = next(adjusted)
            apart = one.low is not None and one.high is not None and (one.low > 0 or one.high < 0)
            judged.append(replace(one, p=None if np.isnan(p) else p, clear=bool(apart and p <= FALSE_DISCOVERIES)))
        found.append(tuple(judged))
    return found
