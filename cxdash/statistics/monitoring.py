"""Is today unusual, and which of many cells changed? Control charts and the correction for looking at many.

The default chart for daily NPS and CSAT is `weekday_baseline` + `weekday_z`: weekday means, the sampling variance
each day's n implies, and an additive day-to-day variance; it alone keeps false alarms near nominal when weekends are
small or days truly vary. `ewma` of its z finds drifts a single-day rule misses for weeks. XmR is only for values of
constant precision (weekly scores, volumes, handling time). `benjamini_hochberg` is for one declared level of cells at
a time.

Source: Wheeler (XmR); Laney 2002 (p'); DerSimonian & Laird 1986; Lucas & Saccucci 1990; Benjamini & Hochberg 1995.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root, together
from cxdash.statistics.intervals import nps_value, nps_variance

D2 = 1.128
"""Mean moving range of two in standard deviations, rounded as in qcc, Minitab and qicharts2 (exactly 1.128379)."""

_RANGE_LIMIT = 3.267
EWMA_LIMIT = 2.86
"""With lambda .2 an in-control process alarms about once in 370 points."""


class IndividualsChart(NamedTuple):
    """XmR: centre, mean moving range, limits of the values, and limit of the moving range."""

    centre: Floats
    mr_bar: Floats
    low: Floats
    high: Floats
    mr_high: Floats


class LaneyChart(NamedTuple):
    """p' or NPS': centre, factor by which days vary beyond sampling, each day's z (alarm beyond 3), and its limits."""

    centre: Floats
    sigma_z: Floats
    z: Floats
    low: Floats
    high: Floats


class WeekdayBaseline(NamedTuple):
    """What is normal: mean and its standard error by weekday (7 values), day-to-day variance, Cochran's Q."""

    mean: Floats
    se: Floats
    tau2: Floats
    q: Floats


def benjamini_hochberg(p: Numbers) -> Floats:
    """Adjusted p-values over the last axis: reject those at or below q to keep the false discovery rate at q.

    NaN are no tests: they are not counted and stay NaN.
    """
    given = floats(p)
    tests = np.sum(~np.isnan(given), axis=-1, keepdims=True)
    order = np.argsort(given, axis=-1)  # NaN sort last, so ranks of real tests are 1..tests
    ranked = np.take_along_axis(given, order, axis=-1)
    ranks = np.arange(1, given.shape[-1] + 1)
    scaled = np.where(np.isnan(ranked), np.inf, ranked * (tests / ranks))
    least = np.minimum(np.minimum.accumulate(scaled[..., ::-1], axis=-1)[..., ::-1], 1.0)
    adjusted = np.empty_like(given)
    np.put_along_axis(adjusted, order, np.where(np.isnan(ranked), np.nan, least), axis=-1)
    return adjusted


def xmr(x: Numbers) -> IndividualsChart:
    """The individuals chart of a series (last axis): mean -+ 3 mean moving range / d2.

    Missing points (NaN) are left out; limits are NaN without two neighbours.
    """
    values = floats(x)
    mr_bar = _mean_moving_range(values)
    known = ~np.isnan(values)
    centre = divide(np.where(known, values, 0.0).sum(axis=-1), known.sum(axis=-1))
    return IndividualsChart(centre, mr_bar, centre - 3 * mr_bar / D2, centre + 3 * mr_bar / D2, _RANGE_LIMIT * mr_bar)


def ewma(
    x: Numbers, *, smoothing: float = 0.2, limit: float = EWMA_LIMIT, start: float = 0.0, sd: float = 1.0
) -> tuple[Floats, Floats]:
    """The exponentially weighted mean of a series and its limits.

    Args:
        x: a series (last axis), usually z of `weekday_z`; NaN (no point that day) leaves the mean where it was.
        smoothing: lambda, the weight of the newest point.
        limit: how many standard deviations of the mean.
        start: the target, and the mean before the first point.
        sd: standard deviation of one point.

    Returns:
        (smoothed, half_width): alarm where |smoothed - start| exceeds half_width.
    """
    values = floats(x)
    level = np.full(values.shape[:-1], start)
    seen = np.cumsum(~np.isnan(values), axis=-1)
    smoothed = np.empty_like(values)
    for t in range(values.shape[-1]):
        now = values[..., t]
        level = np.where(np.isnan(now), level, smoothing * now + (1 - smoothing) * level)
        smoothed[..., t] = level
    half = limit * sd * np.sqrt(smoothing / (2 - smoothing) * (1 - (1 - smoothing) ** (2 * seen)))
    return smoothed, half


def fold_thin_days(state: Numbers, n: Numbers, *, minimum: float = 10) -> Floats:
    """Carry days with too few answers into the next day, so that no point rests on fewer than `minimum`.

    Args:
        state: counts of each day, shape (days, counts).
        n: answers of each day, shape (days,).
        minimum: answers a point needs.

    Returns:
        Shape (days, counts): what each day's point rests on; NaN on days without a point. A thin end is not carried
        anywhere, so it has none.
    """
    counts, answers = floats(state), np.nan_to_num(floats(n))
    folded = np.full_like(counts, np.nan)
    carried, held = np.zeros(counts.shape[1:]), 0.0
    for day, many in enumerate(answers):
        carried, held = carried + np.nan_to_num(counts[day]), held + many
        if held >= minimum:
            folded[day] = carried
            carried, held = np.zeros(counts.shape[1:]), 0.0
    return folded


def laney_proportions(x: Numbers, n: Numbers) -> LaneyChart:
    """Laney's p' of counts x of n over days (last axis); days with n = 0 are left out.

    Limits are not cut to 0..1. It scales every day alike, so it widens small days too much: for daily scores prefer
    the weekday chart.
    """
    x, n = floats(x), floats(n)
    total = n.sum(axis=-1)
    centre = divide(x.sum(axis=-1), total)
    return _laney(divide(x, n), centre, root(centre * (1 - centre)), n)


def laney_nps(d: Numbers, m: Numbers, p: Numbers) -> LaneyChart:
    """The same for NPS, with the pooled variance of one answer."""
    d, m, p = floats(d), floats(m), floats(p)
    pooled = (d.sum(axis=-1), m.sum(axis=-1), p.sum(axis=-1))
    return _laney(nps_value(d, m, p), nps_value(*pooled), root(nps_variance(*pooled)), d + m + p)


def weekday_baseline(y: Numbers, v: Numbers, weekday: ArrayLike) -> WeekdayBaseline:
    """Learn what is normal from 8 to 13 weeks of days.

    Args:
        y: daily scores, shape (days,); NaN days (too few answers, confirmed special causes) are left out.
        v: their sampling variances, pooled variance of one answer / n.
        weekday: 0..6 for each day.

    Returns:
        A WeekdayBaseline. Weekdays without a day are NaN; tau2 is 0 where days vary no more than sampling.
    """
    y, v = together(y, v)
    day: NDArray[np.intp] = np.asarray(weekday, dtype=np.intp)
    known = ~np.isnan(y) & (v > 0)
    y, v, day = y[known], v[known], day[known]
    w = 1.0 / v
    total, squares = np.bincount(day, w, 7), np.bincount(day, w**2, 7)
    mean = divide(np.bincount(day, w * y, 7), total)
    q = np.sum(w * (y - mean[day]) ** 2)
    spare = y.size - np.count_nonzero(total)
    scale = np.sum(total - np.where(total > 0, divide(squares, total), 0.0))
    tau2 = np.where(spare > 0, np.maximum(divide(q - spare, np.where(scale > 0, scale, np.nan)), 0.0), np.nan)
    refit = 1.0 / (v + np.where(np.isnan(tau2), 0.0, tau2))
    weight = np.bincount(day, refit, 7)
    return WeekdayBaseline(divide(np.bincount(day, refit * y, 7), weight), root(divide(1.0, weight)), tau2, floats(q))


def weekday_z(baseline: WeekdayBaseline, y: Numbers, v: Numbers, weekday: ArrayLike) -> Floats:
    """How many standard deviations each new day lies from what is normal for its weekday; alarm beyond 3."""
    day = np.asarray(weekday, dtype=np.intp)
    spread = root(floats(v) + baseline.tau2 + baseline.se[day] ** 2)
    return divide(floats(y) - baseline.mean[day], spread)


def _laney(y: Floats, centre: Floats, sigma: Floats, n: Floats) -> LaneyChart:
    """Each day's z against the pooled centre, its mean moving range, and the limits."""
    each = divide(sigma[..., None], root(np.where(n > 0, n, np.nan)))
    z = divide(y - centre[..., None], each)
    sigma_z = _mean_moving_range(z) / D2
    reach = 3 * each * sigma_z[..., None]
    return LaneyChart(
        centre, sigma_z, divide(z, sigma_z[..., None]), centre[..., None] - reach, centre[..., None] + reach
    )


def _mean_moving_range(values: Floats) -> Floats:
    """The mean absolute step between neighbours, over steps that exist."""
    steps = np.abs(np.diff(values, axis=-1))
    exist = ~np.isnan(steps)
    return divide(np.where(exist, steps, 0.0).sum(axis=-1), exist.sum(axis=-1))
