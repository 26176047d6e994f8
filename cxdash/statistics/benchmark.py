"""How far are we from the others, and are we gaining? Gaps to published scores, ranks and velocities.

A published score rarely brings its counts, so its interval depends on what it brings: its own margin, or value and n
(then the widest NPS interval that value allows), or nothing (then the gap carries own error only and must say so,
beside the standard error at which it would stop being significant). Sampling error is usually the smaller part: where
panel, mode, wording or scale differ, do not judge significance at all. Benchmarks repeated unchanged are not new
data.

Source: Newcombe 1998b / Donner & Zou 2012 (gap); Klein, Wright & Wieczorek 2020 (ranks).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from cxdash.errors import unknown_name
from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root, together
from cxdash.statistics.differences import Difference, mover
from cxdash.statistics.distributions import Z95, chi_squared_tail, normal_quantile, two_sided_normal
from cxdash.statistics.intervals import wilson

Unit = Literal["nps", "proportion", "mean"]


class Rank(NamedTuple):
    """Rank 1 is the highest score: the best rank still plausible, the rank of the estimates, the worst plausible."""

    low: Floats
    point: Floats
    high: Floats


class Trend(NamedTuple):
    """Slope per unit of time, its standard error, and Q of what the line leaves over (with its p)."""

    slope: Floats
    se: Floats
    q: Floats
    p_fit: Floats


def published_interval(
    value: Numbers, *, low: Numbers = np.nan, high: Numbers = np.nan, n: Numbers = np.nan, unit: Unit = "nps"
) -> tuple[Floats, Floats]:
    """The interval of a published score, by what was published with it.

    Args:
        value: the published score; NPS -1..1, proportion 0..1.
        low: its published lower limit, NaN if none.
        high: its published upper limit.
        n: how many answers it rests on, NaN if unknown.
        unit: "nps", "proportion" or "mean" (a mean with n alone has no interval).

    Returns:
        (low, high): as published; else from value and n (NPS: the widest, no passives; proportion: Wilson); else NaN.

    Raises:
        UnknownNameError: for another unit.
    """
    value, low, high, n = together(value, low, high, n)
    if unit == "nps":
        derived = max_variance_interval(value, n)
    elif unit == "proportion":
        derived = wilson(value * n, n)
    elif unit == "mean":
        derived = (np.full(value.shape, np.nan), np.full(value.shape, np.nan))
    else:
        raise unknown_name("unit", str(unit), ["nps", "proportion", "mean"])
    given = ~(np.isnan(low) | np.isnan(high))
    return np.where(given, low, derived[0]), np.where(given, high, derived[1])


def max_variance_interval(value: Numbers, n: Numbers) -> tuple[Floats, Floats]:
    """The widest sampling interval an NPS of this value and n allows: no passives, variance 1 - s^2."""
    s = floats(value)
    half = Z95 * root(divide(1 - s**2, np.where(floats(n) > 0, floats(n), np.nan)))
    return s - half, s + half


def min_variance_interval(value: Numbers, n: Numbers) -> tuple[Floats, Floats]:
    """The narrowest such interval: no mixed answers, variance |s| - s^2. Printed beside the widest, never alone."""
    s = floats(value)
    half = Z95 * root(divide(np.abs(s) - s**2, np.where(floats(n) > 0, floats(n), np.nan)))
    return s - half, s + half


def gap(
    own: Numbers, own_low: Numbers, own_high: Numbers, bench: Numbers, bench_low: Numbers, bench_high: Numbers
) -> tuple[Floats, Floats, Floats]:
    """Own score minus the benchmark, MOVER interval.

    Where the benchmark has no interval (NaN limits) it counts as known without error: the caller labels such a gap
    "excludes benchmark error" and shows `break_even_se` beside it.

    Returns:
        (gap, low, high) in the unit of the scores; limits NaN where own limits are.
    """
    value = floats(bench)
    unknown = np.isnan(floats(bench_low)) | np.isnan(floats(bench_high))
    return mover(
        own, own_low, own_high, value, np.where(unknown, value, bench_low), np.where(unknown, value, bench_high)
    )


def break_even_se(gap: Numbers, se_own: Numbers) -> Floats:
    """The benchmark's standard error below which the gap is significant; NaN where own error alone covers the gap."""
    room = (floats(gap) / Z95) ** 2 - floats(se_own) ** 2
    return np.where(room > 0, root(room), np.nan)


def percentile(own: Numbers, competitors: Numbers) -> Floats:
    """The share of competitors below (ties count half), 0..100, over the last axis; NaN scores are left out."""
    mine, theirs = floats(own)[..., None], floats(competitors)
    known = ~(np.isnan(theirs) | np.isnan(mine))
    below = np.where(known & (theirs < mine), 1.0, np.where(known & (theirs == mine), 0.5, 0.0))
    return 100 * divide(below.sum(axis=-1), known.sum(axis=-1))


def percentile_from_quartiles(own: Numbers, first: Numbers, median: Numbers, third: Numbers) -> Floats:
    """The same where only the competitors' quartiles are published: the distribution as a straight line between them.

    Beyond the outer quartiles the adjoining line goes on and the answer is cut to 0..100: say that it is interpolated.

    Args:
        own: own score.
        first: the lower quartile of the competitors.
        median: their median.
        third: their upper quartile.

    Returns:
        0..100; at two quartiles that coincide the middle of their percentages; NaN where quartiles are out of order.
    """
    x, q1, q2, q3 = together(own, first, median, third)
    lower, upper = q2 - q1, q3 - q2
    left = np.where(lower > 0, 50 + 25 * divide(x - q2, lower), np.where(x < q2, 0.0, 25.0))
    right = np.where(upper > 0, 50 + 25 * divide(x - q2, upper), np.where(x > q2, 100.0, 75.0))
    found = np.where(x < q2, left, np.where(x > q2, right, (left + right) / 2))
    return np.where((lower >= 0) & (upper >= 0) & ~np.isnan(x), np.clip(found, 0.0, 100.0), np.nan)


def distinct_waves(y: Numbers) -> Floats:
    """A benchmark's series with waves that only repeat the last known value as NaN, over the last axis.

    Publishers repeat a score until they measure again; a repeat is no new data and would make a trend too sure.
    """
    values = floats(y)
    position = np.where(np.isnan(values), 0, np.arange(values.shape[-1]))
    last = np.maximum.accumulate(position, axis=-1)
    before = np.concatenate([np.zeros_like(last[..., :1]), last[..., :-1]], axis=-1)
    known = np.take_along_axis(values, before, axis=-1)
    first = np.arange(values.shape[-1]) == 0
    return np.where(~first & (values == known), np.nan, values)


def rank_interval(y: Numbers, se: Numbers) -> Rank:
    """The ranks that are plausible for each of K scores, over the last axis.

    Pairwise z tests with Bonferroni over K - 1: best rank 1 + those significantly above, worst K - those significantly
    below. Scores that are NaN are left out and get NaN.
    """
    y, se = together(y, se)
    known = ~(np.isnan(y) | np.isnan(se))
    entrants = known.sum(axis=-1, keepdims=True).astype(np.float64)
    pair = known[..., :, None] & known[..., None, :]
    other_minus_own = np.where(pair, y[..., None, :] - y[..., :, None], 0.0)
    error = np.where(pair, np.hypot(se[..., None, :], se[..., :, None]), 1.0)
    critical = normal_quantile(1 - 0.025 / np.maximum(entrants - 1, 1))[..., None] * error
    above, below = other_minus_own > critical, other_minus_own < -critical
    low, point = 1.0 + above.sum(axis=-1), 1.0 + (other_minus_own > 0).sum(axis=-1)
    high = entrants - below.sum(axis=-1)
    return Rank(np.where(known, low, np.nan), np.where(known, point, np.nan), np.where(known, high, np.nan))


def velocity(
    own1: Numbers,
    own2: Numbers,
    bench1: Numbers,
    bench2: Numbers,
    se_own1: Numbers,
    se_own2: Numbers,
    se_bench1: Numbers,
    se_bench2: Numbers,
) -> tuple[Difference, Floats]:
    """How much more we moved than the benchmark between two periods: (own2 - own1) - (bench2 - bench1).

    Returns:
        (Difference, se). Independent samples on both dates are assumed.
    """
    diff = (floats(own2) - floats(own1)) - (floats(bench2) - floats(bench1))
    se = root(sum((floats(s) ** 2 for s in (se_own1, se_own2, se_bench1, se_bench2)), start=np.zeros(())))
    usable = np.where(se > 0, se, np.nan)
    return Difference(diff, diff - Z95 * usable, diff + Z95 * usable, two_sided_normal(divide(diff, usable))), se


def trend_known_variance(t: Numbers, y: Numbers, v: Numbers, *, inflate: bool = True) -> Trend:
    """A straight line through estimates whose variances are known, over the last axis.

    Args:
        t: times, shape (cells, periods).
        y: estimates; NaN leaves a period out.
        v: their variances, positive.
        inflate: widen the standard error by sqrt(Q/(T - 2)) where the points scatter more than their variances say.

    Returns:
        A Trend; NaN with fewer than two distinct times.
    """
    t, y, v = together(t, y, v)
    known = ~(np.isnan(t) | np.isnan(y)) & (v > 0)
    w = np.where(known, divide(1.0, v), 0.0)
    t, y = np.where(known, t, 0.0), np.where(known, y, 0.0)
    total = w.sum(axis=-1)
    t_off = t - divide(np.sum(w * t, axis=-1), total)[..., None]
    y_off = y - divide(np.sum(w * y, axis=-1), total)[..., None]
    spread = np.sum(w * t_off**2, axis=-1)
    slope = divide(np.sum(w * t_off * y_off, axis=-1), np.where(spread > 1e-12, spread, np.nan))
    q = np.sum(w * (y_off - slope[..., None] * t_off) ** 2, axis=-1)
    degrees = known.sum(axis=-1).astype(np.float64) - 2
    excess = root(divide(q, np.where(degrees > 0, degrees, np.nan)))
    factor = np.where(np.isnan(excess) | (not inflate), 1.0, np.maximum(excess, 1.0))
    se = np.where(np.isnan(slope), np.nan, divide(factor, root(spread)))
    q = np.where(np.isnan(slope), np.nan, q)
    return Trend(slope, se, q, chi_squared_tail(q, degrees))


def relative_velocity(own: Trend, bench: Trend) -> tuple[Difference, Floats]:
    """The difference of two slopes: (Difference with normal interval, z)."""
    diff, se = own.slope - bench.slope, np.hypot(own.se, bench.se)
    z = divide(diff, se)
    return Difference(diff, diff - Z95 * se, diff + Z95 * se, two_sided_normal(z)), z
