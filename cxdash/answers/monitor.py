"""Since when? The days of a score against what is normal for their weekday, and the day from which they are not.

The daily chart of the statistics, with its own promised settings: thirteen weeks teach what is normal, the eight weeks
up to the end of the period are watched (at most 5 alarms begin in 1,000 quiet days, COVERAGE.md). Counts are divided by
the design effect of the selection. A day is shown as its own question would show it: points that could be taken apart
into a hidden day are hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Literal

import numpy as np

from cxdash.answers.ask import usable_period
from cxdash.answers.effects import design_effects
from cxdash.answers.estimate import Grouped, Scope, group
from cxdash.answers.kept import kept
from cxdash.answers.suppress import MINIMUM_SHOWN
from cxdash.answers.totals import hidden_by_totals
from cxdash.answers.weights import COUNTED, obstacle, weight_of
from cxdash.edition import Edition
from cxdash.measures import Estimates, Floats, Measure
from cxdash.metrics.catalogue import find_metric
from cxdash.metrics.facts import FACTS
from cxdash.metrics.metric import Metric
from cxdash.metrics.nps import DETRACTORS, PASSIVES, PROMOTERS
from cxdash.metrics.shares import sum_of
from cxdash.periods import Period
from cxdash.selection import EVERYTHING, Policy, Selection
from cxdash.statistics.arrays import Flags
from cxdash.statistics.daily_chart import FEWEST_WEEKS, DailyChart, chart_nps, chart_proportion
from cxdash.statistics.suppression import complementary

WATCHED = 56
"""Days that are watched, up to the end of the period."""
LEARNT = 91
"""Days before them that teach what is normal; fewer where the data is younger."""

Silence = Literal["", "kind", "young", "thin"]
"""Why nothing is watched: no daily share or NPS; less than eight weeks of history; too few answers in its weeks."""


@dataclass(frozen=True)
class DayPoint:
    """One point: a day, or several thin days carried into one. Numbers in the metric's unit, None where hidden.

    `low`, `high`: between these a normal day of that weekday and so many answers lies.
    """

    days: Period
    value: float | None
    n: float | None
    normal: float
    low: float
    high: float
    watched: bool
    alarm: bool


@dataclass(frozen=True)
class Stretch:
    """Days that are not normal.

    Attributes:
        days: from the day it began to the last day in alarm. side: 1 above, -1 below what is normal.
        lasting: found by the smoothed series, not by single days alone.
        points, aside: how many points it has, and how many of them lie on that side.
        open_start: whether it was there when watching began. ongoing: whether the last point is in alarm.
    """

    days: Period
    side: int
    lasting: bool
    points: int
    aside: int
    open_start: bool
    ongoing: bool


@dataclass(frozen=True)
class Monitor:
    """The watched days of a metric, after those that teach; `silence`: why there are none."""

    metric: Metric
    learnt: Period
    watched: Period
    points: tuple[DayPoint, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    silence: Silence = ""

    @property
    def main(self) -> Stretch | None:
        """The stretch to speak of: one that lasts before one that is over, then the longest."""
        return max(self.stretches, key=lambda s: (s.lasting, s.ongoing, s.days.days), default=None)


def watchable(metric: Metric) -> bool:
    """Whether the daily chart is made for it: NPS, and shares of what is counted on a day."""
    measure = metric.computation
    if not isinstance(measure, Measure) or FACTS[measure.fact].clock != "flow" or obstacle(metric) is not None:
        return False
    return metric.key == "nps" or (metric.unit == "percent" and weight_of(metric) == COUNTED)


@kept(256)
def watch(edition: Edition, key: str, selection: Selection, policy: Policy = EVERYTHING) -> Monitor:
    """Watch the eight weeks up to the end of the selection's period; its filters apply, its comparison does not."""
    metric = find_metric(key)
    end = usable_period(edition, metric, selection.period).end
    watched = Period(end - timedelta(days=WATCHED - 1), end)
    first = max(edition.manifest.first_day, watched.start - timedelta(days=LEARNT))
    baseline = (watched.start - first).days
    learnt = Period(first, watched.start - timedelta(days=1)) if baseline > 0 else watched
    if not watchable(metric):
        return Monitor(metric, learnt, watched, silence="kind")
    if baseline < 7 * FEWEST_WEEKS:
        return Monitor(metric, learnt, watched, silence="young")
    measure = metric.computation
    assert isinstance(measure, Measure)
    scope = Scope(edition, Period(first, end), policy.narrow(selection.filters), (), "day")
    grouped = group(measure, scope)
    estimates = measure.finalise(grouped.states, z=0.0, deff=1.0)
    deff = float(design_effects(measure, Scope(edition, selection.period, scope.filters), [()])[0])

    def draw(special: Flags | None = None) -> DailyChart:
        return _chart(metric, grouped, estimates, deff, baseline, special)

    chart = draw()
    if not np.isfinite(chart.z).any():
        return Monitor(metric, learnt, watched, silence="thin")
    points = _points(chart, grouped, deff, hidden_by_totals(measure, scope, grouped, estimates), estimates, baseline)
    return Monitor(metric, learnt, watched, points, stretches_in(draw, [period.start for period in grouped.periods]))


def _chart(
    metric: Metric, grouped: Grouped, estimates: Estimates, deff: float, baseline: int, special: Flags | None = None
) -> DailyChart:
    weekday = [period.start.weekday() for period in grouped.periods]
    if metric.key == "nps":
        kinds = [sum_of(grouped.states, kind)[None] / deff for kind in (DETRACTORS, PASSIVES, PROMOTERS)]
        return chart_nps(kinds[0], kinds[1], kinds[2], weekday, baseline=baseline, special=special)
    n = np.nan_to_num(estimates.n)[None]
    hits = np.nan_to_num(estimates.value) * n
    return chart_proportion(hits / deff, n / deff, weekday, baseline=baseline, special=special)


def _points(
    chart: DailyChart, grouped: Grouped, deff: float, hidden: Flags, estimates: Estimates, baseline: int
) -> tuple[DayPoint, ...]:
    at = np.flatnonzero(~np.isnan(chart.n[0]))
    begins = [0, *(at[:-1] + 1)]
    days = [period.start for period in grouped.periods]
    veiled = veiled_points(begins, at.tolist(), hidden, np.nan_to_num(estimates.n))
    reach = chart.limit[0] * chart.spread[0]
    return tuple(
        DayPoint(
            days=Period(days[begin], days[day]),
            value=None if veil else float(chart.value[0, day]),
            n=None if veil else float(chart.n[0, day] * deff),
            normal=float(chart.normal[0, day]),
            low=float(chart.normal[0, day] - reach[day]),
            high=float(chart.normal[0, day] + reach[day]),
            watched=bool(day >= baseline),
            alarm=bool(chart.alarm[0, day]),
        )
        for begin, day, veil in zip(begins, at.tolist(), veiled, strict=True)
    )


def veiled_points(begins: list[int], ends: list[int], hidden: Flags, n: Floats) -> list[bool]:
    """Points from which a hidden day would follow, once the shown days in them are taken away.

    What a point tells of its hidden days is their sum. That sum may not be one day, nor fewer than five people; and a
    point hidden for that takes others with it until their sum is neither.
    """
    # the last part is the thin end that no point holds; what all points leave over is its sum
    spans = [*zip(begins, ends, strict=True), (ends[-1] + 1, len(hidden) - 1)]
    parts = [np.flatnonzero(hidden[begin : end + 1] & (n[begin : end + 1] > 0)) + begin for begin, end in spans]
    people = np.array([float(n[part].sum()) for part in parts])
    exposed = np.array([part.size == 1 or 0 < n[part].sum() < MINIMUM_SHOWN for part in parts], dtype=bool)
    veiled = complementary(exposed, people, np.zeros(len(parts), dtype=int), k=MINIMUM_SHOWN)
    return [bool(one) for one in veiled[:-1]]


def stretches_in(draw: Callable[[Flags | None], DailyChart], days: Sequence[date]) -> tuple[Stretch, ...]:
    """Runs of points in alarm on one side of normal, from the day each began.

    Args:
        draw: the chart of one series, given the days with a special cause.
        days: its days.

    A single accident can push the smoothed series over its limit for days. So a run lasts only if it is still in alarm
    with its worst day taken for an accident; otherwise it is that day.
    """
    chart = draw(None)
    z, drift = chart.z[0], chart.drift[0]
    points = [int(day) for day in np.flatnonzero(~np.isnan(z))]

    def side(day: int) -> int:
        level = chart.smoothed[0, day] if drift[day] else z[day]
        return int(np.sign(level)) if chart.alarm[0, day] else 0

    found: dict[tuple[date, int], Stretch] = {}
    for which, run in groupby(points, key=side):
        members = list(run) if which else []
        drifting = [day for day in members if drift[day]]
        if not members:
            continue
        start = int(min(chart.since[0, day] for day in drifting)) if drifting else members[0]
        worst = max((day for day in points if start <= day <= members[-1]), key=lambda day: which * z[day])
        lasting = bool(drifting) and bool(draw(np.arange(z.size) == worst).drift[0, start : members[-1] + 1].any())
        first, last = (start, members[-1]) if lasting else (worst, worst)
        inside = [day for day in points if first <= day <= last]
        # what began on the same day is one stretch with normal days in between; the last run is counted from there
        found[days[first], which] = Stretch(
            days=Period(days[first], days[last]),
            side=which,
            lasting=lasting,
            points=len(inside),
            aside=sum(int(np.sign(z[day])) == which for day in inside),
            open_start=inside[0] == points[0],
            ongoing=last == points[-1],
        )
    return tuple(found.values())
