"""Did it change, and by how much? Differences of two independent estimates, each with interval and p-value.

One method serves period against period, channel against the rest, and own score against a published interval: MOVER
("square and add") needs only the two estimates and their intervals. The p-value is the level at which that very
interval just excludes zero, so a test and an interval can never disagree. Use Welch for means and the normal form for
estimates whose standard errors come from buckets.

Do not compare a part with the whole it is in (compare it with the rest), nor overlapping windows, nor the same
customers at two times (`weighting.panel_change`, or buckets); and do not read a daily p-value (`monitoring`).

Source: Newcombe 1998b (method 10); Donner & Zou 2012; Welch 1947.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root, together
from cxdash.statistics.distributions import Z95, t_quantile, two_sided_normal, two_sided_t
from cxdash.statistics.intervals import mean_variance, nps_score_interval, nps_value, wilson
from cxdash.statistics.roots import crossing

IntervalAt: TypeAlias = Callable[[Floats], tuple[Floats, Floats]]
"""An estimate's interval as a function of z: (low, high) for each cell at that cell's z."""

_LARGEST_Z = 37.5
"""Beyond this a two-sided normal p-value is zero in float64."""


class Difference(NamedTuple):
    """First minus second: estimate, 95 % limits and two-sided p-value, in the unit of the estimates."""

    diff: Floats
    low: Floats
    high: Floats
    p: Floats


def mover(
    e1: Numbers, l1: Numbers, u1: Numbers, e2: Numbers, l2: Numbers, u2: Numbers
) -> tuple[Floats, Floats, Floats]:
    """The difference e1 - e2 with the interval recovered from the two intervals (l1, u1) and (l2, u2).

    Returns:
        (diff, low, high) in the unit of the estimates; NaN where any of the six is NaN.
    """
    e1, l1, u1 = floats(e1), floats(l1), floats(u1)
    e2, l2, u2 = floats(e2), floats(l2), floats(u2)
    diff = e1 - e2
    return diff, diff - np.hypot(e1 - l1, u2 - e2), diff + np.hypot(u1 - e1, e2 - l2)


def mover_p(interval1: IntervalAt, interval2: IntervalAt, e1: Numbers, e2: Numbers) -> Floats:
    """The level at which the MOVER interval of e1 - e2 just excludes zero.

    Args:
        interval1: the first estimate's interval at a given z (one z for each cell).
        interval2: the second's.
        e1: the first estimate.
        e2: the second estimate.

    Returns:
        Two-sided p; 1 where the estimates are equal, 0 where no usable z reaches zero, NaN where either is NaN.
    """
    e1, e2 = together(e1, e2)
    diff = e1 - e2

    def clear_at(z: Floats) -> Floats:
        return clearance(interval1, interval2, e1, e2, z)

    far = np.full(diff.shape, _LARGEST_Z)
    at_far = clear_at(far)
    z = crossing(clear_at, 0.0, far, at_low=np.abs(diff), at_high=at_far)
    p = np.where(at_far > 0, 0.0, two_sided_normal(z))
    return np.where(diff == 0, 1.0, np.where(np.isnan(diff), np.nan, p))


def clearance(interval1: IntervalAt, interval2: IntervalAt, e1: Numbers, e2: Numbers, z: Floats) -> Floats:
    """How far the MOVER interval of e1 - e2 at z stays clear of zero; falls as z grows, and crosses 0 where p is.

    Negative where the interval holds zero: `mover_p` is above the two-sided level of z exactly there. NaN where either
    estimate is.
    """
    e1, e2 = together(e1, e2)
    (l1, u1), (l2, u2) = interval1(z), interval2(z)
    diff = e1 - e2
    reach = np.where(diff > 0, np.hypot(e1 - l1, u2 - e2), np.hypot(u1 - e1, e2 - l2))
    return np.abs(diff) - reach


def fixed_interval_p(diff: Numbers, low: Numbers, high: Numbers, *, z: Numbers = Z95) -> Floats:
    """P of a difference of which only one interval is known, as a normal one whose half-width reaches towards zero.

    For estimates that have no interval at other levels (the consistency index); everything else: `mover_p`.

    Args:
        diff: the difference.
        low: its lower limit.
        high: its upper limit.
        z: normal quantile of the limits' level.

    Returns:
        Two-sided p, below the level exactly where the interval excludes zero; 1 where the difference is 0, 0 where
        the interval has no width towards zero; NaN where one of the three is NaN.
    """
    diff, low, high = together(diff, low, high)
    reach = np.where(diff > 0, diff - low, high - diff)
    p = np.where(reach == 0, 0.0, two_sided_normal(divide(floats(z) * np.abs(diff), np.maximum(reach, 0.0))))
    return np.where(np.isnan(diff + low + high), np.nan, np.where(diff == 0, 1.0, p))


def nps_difference(d1: Numbers, m1: Numbers, p1: Numbers, d2: Numbers, m2: Numbers, p2: Numbers) -> Difference:
    """The difference of two NPS (unit scale), MOVER on score intervals; counts may be effective.

    Returns:
        First minus second; NaN where either group is empty.
    """
    d1, m1, p1, d2, m2, p2 = together(d1, m1, p1, d2, m2, p2)
    e1, e2 = nps_value(d1, m1, p1), nps_value(d2, m2, p2)
    diff, low, high = mover(e1, *nps_score_interval(d1, m1, p1), e2, *nps_score_interval(d2, m2, p2))
    p = mover_p(lambda z: nps_score_interval(d1, m1, p1, z=z), lambda z: nps_score_interval(d2, m2, p2, z=z), e1, e2)
    return Difference(diff, low, high, p)


def proportion_difference(x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers) -> Difference:
    """Newcombe's method 10: the difference of two proportions, MOVER on Wilson intervals; counts may be effective.

    Returns:
        First minus second, on the unit scale; NaN where either n is 0.
    """
    x1, n1, x2, n2 = together(x1, n1, x2, n2)
    e1, e2 = divide(x1, n1), divide(x2, n2)
    diff, low, high = mover(e1, *wilson(x1, n1), e2, *wilson(x2, n2))
    p = mover_p(lambda z: wilson(x1, n1, z=z), lambda z: wilson(x2, n2, z=z), e1, e2)
    return Difference(diff, low, high, p)


def welch_statistic(
    n1: Numbers,
    s1: Numbers,
    q1: Numbers,
    n2: Numbers,
    s2: Numbers,
    q2: Numbers,
    *,
    deff1: Numbers = 1,
    deff2: Numbers = 1,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Welch's t and what it is made of.

    Returns:
        (diff, se, t, degrees of freedom); t NaN where both groups have no spread.
    """
    mean1, variance1 = mean_variance(n1, s1, q1)
    mean2, variance2 = mean_variance(n2, s2, q2)
    size1, size2 = divide(n1, deff1), divide(n2, deff2)
    v1, v2 = divide(variance1, size1), divide(variance2, size2)
    diff, se = mean1 - mean2, root(v1 + v2)
    below = divide(v1**2, np.where(size1 > 1, size1 - 1, np.nan)) + divide(
        v2**2, np.where(size2 > 1, size2 - 1, np.nan)
    )
    return diff, se, divide(diff, se), divide((v1 + v2) ** 2, below)


def welch(
    n1: Numbers,
    s1: Numbers,
    q1: Numbers,
    n2: Numbers,
    s2: Numbers,
    q2: Numbers,
    *,
    deff1: Numbers = 1,
    deff2: Numbers = 1,
) -> Difference:
    """The difference of two means without assuming equal spread.

    Args:
        n1: answers of the first group.
        s1: their sum.
        q1: the sum of their squares.
        n2: answers of the second group.
        s2: their sum.
        q2: the sum of their squares.
        deff1: design effect of the first group.
        deff2: design effect of the second.

    Returns:
        First minus second in the unit of the answers; limits and p NaN where a group has fewer than two answers, or
        where neither group varies at all (nothing to judge the difference by).
    """
    diff, se, t, degrees = welch_statistic(n1, s1, q1, n2, s2, q2, deff1=deff1, deff2=deff2)
    half = t_quantile(0.975, degrees) * se
    return Difference(diff, diff - half, diff + half, two_sided_t(t, degrees))


def normal_difference(e1: Numbers, se1: Numbers, e2: Numbers, se2: Numbers) -> Difference:
    """The difference of two independent estimates with known standard errors.

    Returns:
        First minus second; limits and p NaN where both standard errors are 0 or either is NaN.
    """
    diff = floats(e1) - floats(e2)
    se = np.hypot(floats(se1), floats(se2))
    usable = np.where(se > 0, se, np.nan)
    half = Z95 * usable
    return Difference(diff, diff - half, diff + half, two_sided_normal(divide(diff, usable)))
