"""Is today unusual? The default control chart of a daily score whose number of answers varies from day to day.

A day is judged against what is normal for its weekday, in units of everything that moves a normal day: the sampling
error its own n implies, a day-to-day variance learnt from the baseline, and the error of the weekday's mean. Two rules
speak: one day beyond 3 (`Rules.spike`), which finds accidents, and the exponentially weighted mean of the z values
(`Rules.drift`), which finds in days the shifts that a single-day rule misses for weeks. Everything is vectorised over
series: one call charts every channel and region.

Not for values of constant precision such as weekly scores, volumes or times (`monitoring.xmr`). Not for days that hang
together (an outage that lasts a week is one cause; a series that wanders has no normal day): z values are taken to be
independent. Each series has its own false alarms: fifty charts have fifty times as many, so do not put fifty on a page
and read them for alarms (`discoveries` is for many cells).

Source: weekday means with an additive variance by moments, DerSimonian & Laird 1986; EWMA of residuals, Lucas &
Saccucci 1990; the first day of a drift, Nishina 1992.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxdash.statistics.arrays import Flags, Floats, Numbers, divide, floats, together
from cxdash.statistics.distributions import t_multiplier
from cxdash.statistics.intervals import nps_value
from cxdash.statistics.monitoring import ewma
from cxdash.statistics.weekdays import weekday_baseline, weekday_spread

Days: TypeAlias = NDArray[np.intp]
"""Positions of days on the last axis."""

FEWEST_WEEKS = 8
"""Weeks of the baseline that must hold a point, else nothing is known to be unusual."""

_ROUNDING = 1e-9
"""Slack for effective counts: x/deff may exceed n/deff by a rounding error."""

_INFORMATION = 2.0
"""Answers of a point times the variance of one: near 0 or 1 about the expected cases of the rarer kind."""


@dataclass(frozen=True)
class Rules:
    """When a chart speaks.

    Limits are widened as Student's t is against the normal, by the degrees of freedom of the baseline, because the
    spread is estimated once and shared by all days that follow. With these defaults at most 5 alarms begin in 1,000
    quiet days, both rules together; with 3 and 2.86 unwidened, the usual limits of each rule alone, 7 would, and a fall
    of 12 points would be found one or two days earlier (COVERAGE.md).

    Attributes:
        spike: standard deviations beyond which one day alarms, were the spread known.
        smoothing: lambda of the EWMA, the weight of the newest day.
        drift: standard deviations of the EWMA beyond which it alarms, were the spread known.
        in_a_row: points on one side of normal that alarm, 8 in Western Electric's rules; 0 is off, because every rule
            adds its own false alarms.
    """

    spike: float = 3.0
    smoothing: float = 0.2
    drift: float = 3.0
    in_a_row: int = 0


class DailyChart(NamedTuple):
    """A chart of many series; every array (series, days), NaN, False or -1 where there is nothing to say.

    Attributes:
        value: the score of each point.
        n: answers the point rests on, those of thin days before it included; NaN on days without a point.
        normal: what is normal on that weekday.
        spread: standard deviation of a normal point of this n about it.
        limit: how many of them a point may lie off, (series,); the chart's limits are normal -+ limit * spread.
        z: (value - normal) / spread on monitored days.
        smoothed: EWMA of z, without days of a special cause.
        smoothed_limit: its half-width.
        spike: this day alone is beyond the limit.
        drift: the smoothed series is.
        run: the last points all lie on one side (only where that rule is on).
        since: position of the first day of what alarms: the day itself for a spike, the first day since the smoothed
            series (or the run) has been on this side for a drift; -1 without alarm.
    """

    value: Floats
    n: Floats
    normal: Floats
    spread: Floats
    limit: Floats
    z: Floats
    smoothed: Floats
    smoothed_limit: Floats
    spike: Flags
    drift: Flags
    run: Flags
    since: Days

    @property
    def alarm(self) -> Flags:
        """Whether any rule speaks on that day."""
        return self.spike | self.drift | self.run


def chart_nps(
    d: Numbers,
    m: Numbers,
    p: Numbers,
    weekday: ArrayLike,
    *,
    baseline: int = 91,
    special: ArrayLike | None = None,
    minimum: float = 10,
    rules: Rules = Rules(),
) -> DailyChart:
    """Chart daily NPS (unit scale) from counts; effective counts n/deff are allowed.

    Args:
        d: detractors of each day, shape (series, days) or (days,); a day with an unknown or negative count has none.
        m: passives.
        p: promoters.
        weekday: 0..6 of each day, shape (days,).
        baseline: the first so many days are what normal is learnt from (56 to 91: 8 to 13 weeks); the days after them
            are monitored.
        special: days with a confirmed special cause, shape (days,) or (series, days): they teach the baseline nothing,
            and on monitored days, where they may still be a spike, they start no drift.
        minimum: answers a point needs; a thinner day is carried into the next (`fold_thin_days`). Where nearly all
            answers agree more are needed, until about two of the rarer kind are expected or a week is full: a share of
            2 % on 80 answers (15 at weekends) would else alarm on 9 of 1,000 quiet days.
        rules: when it alarms.

    Returns:
        A DailyChart; without at least 8 weeks with a point in the baseline nothing is monitored (z NaN, no alarms).
    """
    counts = _teaching_counts(together(d, m, p), special, baseline)
    learnt = counts[..., :baseline].sum(axis=-1)
    n = learnt.sum(axis=0)
    d_, m_, p_ = learnt[0] + 0.75, learnt[1] + 1.5, learnt[2] + 0.75
    # smoothed, since a baseline in which everybody agreed would have no variance and no day could be unusual; as a sum
    # of products rather than `nps_variance`, which is zero when so many agree that their pseudo-answers round away
    variance = (d_ + p_) / (n + 3) * (m_ / (n + 3)) + 4 * d_ / (n + 3) * (p_ / (n + 3))
    folded = fold_thin_days(counts, counts.sum(axis=0), minimum=_answers_needed(n, variance, baseline, minimum))
    return _chart(nps_value(*folded), folded.sum(axis=0), variance, weekday, baseline, special, rules)


def chart_proportion(
    x: Numbers,
    n: Numbers,
    weekday: ArrayLike,
    *,
    baseline: int = 91,
    special: ArrayLike | None = None,
    minimum: float = 10,
    rules: Rules = Rules(),
) -> DailyChart:
    """Chart a daily share x of n (CSAT, abandonment); arguments and result as in `chart_nps`."""
    hits, asked = together(x, n)
    counts = _teaching_counts((hits, asked - hits), special, baseline)
    learnt = counts[..., :baseline].sum(axis=-1)
    n_ = learnt.sum(axis=0)
    variance = (learnt[0] + 0.5) / (n_ + 1) * ((learnt[1] + 0.5) / (n_ + 1))
    folded = fold_thin_days(counts, counts.sum(axis=0), minimum=_answers_needed(n_, variance, baseline, minimum))
    points = folded.sum(axis=0)
    return _chart(divide(folded[0], points), points, variance, weekday, baseline, special, rules)


def fold_thin_days(counts: Numbers, n: Numbers, *, minimum: Numbers = 10) -> Floats:
    """Carry days with too few answers into the next day, so that no point rests on fewer than `minimum`.

    Args:
        counts: what adds up, shape (..., days); leading axes beyond those of n are several counts of the same days.
        n: answers of each day, shape (series, days) or (days,).
        minimum: answers a point needs, one number or one for each series.

    Returns:
        Shape of counts: what each day's point rests on; NaN on days without a point. A thin end is not carried
        anywhere, so it has none.
    """
    given, answers = np.nan_to_num(floats(counts)), np.nan_to_num(floats(n))
    fewest = np.maximum(floats(minimum), np.finfo(np.float64).tiny)
    folded = np.full(given.shape, np.nan)
    carried, held = np.zeros(given.shape[:-1]), np.zeros(answers.shape[:-1])
    for day in range(answers.shape[-1]):
        carried, held = carried + given[..., day], held + answers[..., day]
        enough = held >= fewest
        folded[..., day] = np.where(enough, carried, np.nan)
        carried, held = np.where(enough, 0.0, carried), np.where(enough, 0.0, held)
    return folded


def count_in_a_row(z: Numbers) -> Floats:
    """How many points up to each day lie on one side of zero without interruption, negative below it.

    Days without a point keep the count; a point exactly on the line begins anew with 0.
    """
    values = floats(z)
    counts = np.zeros(values.shape)
    run = np.zeros(values.shape[:-1])
    for t in range(values.shape[-1]):
        side = np.sign(values[..., t])
        run = np.where(np.isnan(side), run, np.where(side * run > 0, run + side, side))
        counts[..., t] = run
    return counts


def _teaching_counts(counts: tuple[Floats, ...], special: ArrayLike | None, baseline: int) -> Floats:
    """Counts of the kinds of answers, kinds on the first axis, without what must not teach.

    Days with an unknown or impossible count are emptied, and so are the special days of the baseline, so that they are
    not even carried on.
    """
    stacked = np.stack(counts)
    n = stacked.sum(axis=0)
    usable = (stacked >= -_ROUNDING * np.abs(n)).all(axis=0)
    if special is not None:
        usable = usable & ~(np.asarray(special, dtype=np.bool_) & (np.arange(n.shape[-1]) < baseline))
    return np.where(usable, np.maximum(stacked, 0.0), 0.0)


def _answers_needed(n: Floats, variance: Floats, baseline: int, minimum: float) -> Floats:
    """Answers a point needs: the minimum, or what `_INFORMATION` asks for but no more than a week of the baseline."""
    week = 7 * n / max(baseline, 1)
    return np.maximum(np.minimum(_INFORMATION / variance, week), minimum)


def _chart(
    y: Floats,
    n: Floats,
    variance: Floats,
    weekday: ArrayLike,
    baseline: int,
    special: ArrayLike | None,
    rules: Rules,
) -> DailyChart:
    """The chart of scores y on n answers, each with this variance, learnt from the first `baseline` days."""
    day, here = np.asarray(weekday, dtype=np.intp), np.arange(y.shape[-1])
    v = divide(variance[..., None], n)
    points = ~np.isnan(y[..., :baseline])
    learnt = weekday_baseline(y[..., :baseline], v[..., :baseline], day[:baseline])
    monitored = (_weeks_with_a_point(points) >= FEWEST_WEEKS)[..., None] & (here >= baseline)
    spare = points.sum(axis=-1) - np.count_nonzero(~np.isnan(learnt.mean), axis=-1)
    normal, spread = learnt.mean[..., day], weekday_spread(learnt, v, day)
    z = np.where(monitored, divide(y - normal, spread), np.nan)
    ordinary = z if special is None else np.where(np.asarray(special, dtype=np.bool_), np.nan, z)
    smoothed, unit = ewma(ordinary, smoothing=rules.smoothing, limit=1.0)
    limit, smoothed_limit = t_multiplier(rules.spike, spare), t_multiplier(rules.drift, spare)[..., None] * unit
    spike, drift = np.abs(z) > limit[..., None], monitored & (np.abs(smoothed) > smoothed_limit)
    rows = count_in_a_row(ordinary)
    run = monitored & (np.abs(rows) >= rules.in_a_row) & (rules.in_a_row > 0)
    since = np.where(drift, _first_of_side(smoothed), np.where(run, _first_of_side(rows), here))
    return DailyChart(
        value=y,
        n=n,
        normal=normal,
        spread=spread,
        limit=limit,
        z=z,
        smoothed=np.where(monitored, smoothed, np.nan),
        smoothed_limit=np.where(monitored, smoothed_limit, np.nan),
        spike=spike,
        drift=drift,
        run=run,
        since=np.where(spike | drift | run, since, -1),
    )


def _weeks_with_a_point(known: Flags) -> Floats:
    """How many weeks, counted back from the last day, hold a point."""
    days = known.shape[-1]
    padded = np.concatenate([np.zeros((*known.shape[:-1], -days % 7), dtype=np.bool_), known], axis=-1)
    weeks = padded.reshape((*known.shape[:-1], padded.shape[-1] // 7, 7)).any(axis=-1)
    return floats(weeks.sum(axis=-1))


def _first_of_side(level: Floats) -> Days:
    """The first day since the level has been on its present side of zero."""
    side = np.sign(level)
    before = np.concatenate([np.zeros((*side.shape[:-1], 1)), side[..., :-1]], axis=-1)
    here = np.arange(side.shape[-1])
    return np.asarray(np.maximum.accumulate(np.where(side != before, here, 0), axis=-1), dtype=np.intp)
