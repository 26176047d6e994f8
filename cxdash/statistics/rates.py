"""How many times as likely? Ratios of two rates and of two risks, crude and stratified.

For churn by NPS category, by channel or before and after a change. A ratio says nothing of how many are affected: show
the difference (`differences.proportion_difference`) beside it. Not for reading cause from association: stratify by
tenure and plan at least, and see `roi.e_value` for how much an unseen cause would have to do.

Source: Katz et al. 1978; Koopman 1984; Rothman, Greenland & Lash 2008 (Mantel-Haenszel); exact: conditional binomial.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root, together
from cxdash.statistics.distributions import Z95, binomial_log_chance, lower_beta
from cxdash.statistics.intervals import clopper_pearson
from cxdash.statistics.roots import crossing

_UNBOUNDED = 500.0
_TIE = 1e-7
"""Two splits count as equally likely when the logarithms of their chances differ by no more (as R)."""


class RatioInterval(NamedTuple):
    """A ratio (first over second) and its 95 % limits."""

    ratio: Floats
    low: Floats
    high: Floats


def rate_ratio(d1: Numbers, t1: Numbers, d2: Numbers, t2: Numbers) -> RatioInterval:
    """The ratio of two rates with the exact conditional interval (as `poisson.test` of R).

    Args:
        d1: events of the first group.
        t1: its exposure.
        d2: events of the second group.
        t2: its exposure.

    Returns:
        A RatioInterval; NaN where an exposure or both events are 0; high NaN (unbounded) where d2 = 0.
    """
    d1, t1, d2, t2 = _counts(d1, t1, d2, t2)
    exposure = divide(np.where(t2 > 0, t2, np.nan), np.where(t1 > 0, t1, np.nan))
    low, high = clopper_pearson(d1, d1 + d2)
    return RatioInterval(divide(d1, d2) * exposure, divide(low, 1 - low) * exposure, divide(high, 1 - high) * exposure)


def rate_ratio_p(d1: Numbers, t1: Numbers, d2: Numbers, t2: Numbers) -> Floats:
    """The exact two-sided p of equal rates: all splits of the events no likelier than the one seen (as R).

    Given the events in all, those of the first group are binomial. The chance of a split falls away from its mode, so
    the unlikely splits are two tails: one begins at the split seen, the other where an integer search finds it.

    Args:
        d1: events of the first group, whole numbers (others are rounded).
        t1: its exposure.
        d2: events of the second group.
        t2: its exposure.

    Returns:
        One p for each cell; NaN where an exposure or both events are 0, or a count is negative.
    """
    d1, t1, d2, t2 = together(d1, t1, d2, t2)
    seen, events = np.rint(d1), np.rint(d1) + np.rint(d2)
    usable = (t1 > 0) & (t2 > 0) & (d1 >= 0) & (d2 >= 0) & (events > 0)
    seen, events = np.where(usable, seen, 0.0), np.where(usable, events, 1.0)
    first, second = np.where(usable, t1, 1.0), np.where(usable, t2, 1.0)
    share, other = first / (first + second), second / (first + second)
    mode = np.minimum(np.floor((events + 1) * share), events)
    likelihood = binomial_log_chance(seen, events, share, other) + _TIE
    below = seen < mode
    end = np.where(below, events + 1, -1.0)  # the far end, one step outside, where nothing has any chance
    near, far = mode, end
    searching = np.abs(far - near) > 1
    while searching.any():
        middle = np.where(searching, np.floor((near + far) / 2), mode)
        unlikely = binomial_log_chance(middle, events, share, other) <= likelihood
        near, far = np.where(searching & ~unlikely, middle, near), np.where(searching & unlikely, middle, far)
        following = np.floor((near + far) / 2)  # beyond 2^53 not every whole number exists
        searching = (np.abs(far - near) > 1) & (following != near) & (following != far)
    low, high = np.where(below, seen, far), np.where(below, far, seen)
    # P(X <= low) + P(X >= high) as incomplete beta functions
    left = np.where(low >= 0, lower_beta(other, np.maximum(events - low, 0), low + 1), 0.0)
    right = np.where(high <= events, lower_beta(share, high, np.maximum(events - high, 0) + 1), 0.0)
    certain = binomial_log_chance(mode, events, share, other) <= likelihood
    return np.where(usable, np.where(certain, 1.0, np.minimum(left + right, 1.0)), np.nan)


def rate_ratio_log(d1: Numbers, t1: Numbers, d2: Numbers, t2: Numbers) -> RatioInterval:
    """The ratio of two rates with the simple log interval, for many events; NaN where either has none."""
    d1, t1, d2, t2 = _counts(d1, t1, d2, t2)
    ratio = divide(divide(d1, t1), divide(d2, t2))
    return _log_interval(ratio, divide(1.0, d1) + divide(1.0, d2))


def mantel_haenszel(d1: Numbers, t1: Numbers, d0: Numbers, t0: Numbers) -> RatioInterval:
    """The rate ratio common to strata (last axis: tenure band x plan), weighting strata by their information.

    Args:
        d1: events of the exposed group in each stratum, shape (cells, strata).
        t1: its exposure.
        d0: events of the reference group.
        t0: its exposure.

    Returns:
        A RatioInterval; strata without exposure weigh nothing. NaN where either group has no event in a stratum that
        counts, or a count is missing or negative.
    """
    d1, t1, d0, t0 = _counts(d1, t1, d0, t0)
    total = t1 + t0
    share1, share0 = (np.where(total > 0, divide(t, total), 0.0) for t in (t1, t0))
    above, below = np.sum(d1 * share0, axis=-1), np.sum(d0 * share1, axis=-1)
    return _log_interval(divide(above, below), divide(np.sum((d1 + d0) * share1 * share0, axis=-1), above * below))


def risk_ratio(a: Numbers, n1: Numbers, b: Numbers, n0: Numbers) -> RatioInterval:
    """The ratio of two risks a/n1 and b/n0, Katz log interval; NaN where a or b is 0 (use `risk_ratio_score`)."""
    a, n1, b, n0 = _counts(a, n1, b, n0)
    variance = divide(1.0, a) - divide(1.0, n1) + divide(1.0, b) - divide(1.0, n0)
    return _log_interval(divide(divide(a, n1), divide(b, n0)), variance)


def risk_ratio_score(a: Numbers, n1: Numbers, b: Numbers, n0: Numbers) -> RatioInterval:
    """The ratio of two risks with Koopman's score interval, which also takes zero cells.

    Returns:
        A RatioInterval; low 0 where a = 0; ratio and high NaN (unbounded) where b = 0; all NaN where a = b = 0.
    """
    a, n1, b, n0 = _counts(a, n1, b, n0)
    usable = (n1 > 0) & (n0 > 0) & (a + b > 0) & (a <= n1) & (b <= n0)
    x1, m1, x0, m0 = (np.where(usable, v, 1.0) for v in (a, n1, b, n0))

    def excess(log_ratio: Floats) -> Floats:
        """Koopman's score statistic at a ratio, less its critical value."""
        ratio = np.exp(log_ratio)
        linear = ratio * (m1 + x0) + x1 + m0
        radical = np.sqrt(np.maximum(linear**2 - 4 * ratio * (m1 + m0) * (x1 + x0), 0.0))
        risk = 2 * ratio * (x1 + x0) / (linear + radical)  # restricted first risk, in the form that does not cancel
        inside = np.where((risk > 0) & (risk < 1), risk, np.nan)
        own = (x1 - m1 * inside) ** 2 / (m1 * inside * (1 - inside))
        return floats(own * (1 + m1 * (ratio - inside) / (m0 * (1 - inside))) - Z95**2)

    ratio = np.where(usable, divide(divide(a, n1), divide(b, n0)), np.nan)
    middle = np.log(divide((x1 + 0.5) / (m1 + 1), (x0 + 0.5) / (m0 + 1)))
    middle = np.where((x1 > 0) & (x0 > 0), np.log(np.where(ratio > 0, ratio, 1.0)), middle)
    below, above = middle - 30, middle + 30
    at = excess(middle)
    low = np.exp(crossing(excess, middle, below, at_low=at, at_high=excess(below)))
    high = np.exp(crossing(excess, middle, above, at_low=at, at_high=excess(above)))
    return RatioInterval(
        ratio,
        np.where(usable, np.where(a == 0, 0.0, low), np.nan),
        np.where(usable & (b > 0), high, np.nan),
    )


def _counts(*values: Numbers) -> tuple[Floats, ...]:
    """Counts and exposures of one shape, with NaN for what is negative."""
    return tuple(np.where(v >= 0, v, np.nan) for v in together(*values))


def _log_interval(ratio: Floats, variance: Floats) -> RatioInterval:
    """Limits exp(log ratio -+ z sqrt(variance)); NaN where the logarithm does not exist, high also where unbounded."""
    inside = np.where((ratio > 0) & (variance >= 0), ratio, np.nan)
    reach = Z95 * root(variance)
    bounded = reach < _UNBOUNDED
    factor = np.exp(np.where(bounded, reach, 0.0))
    low, high = np.where(bounded, inside / factor, 0.0), np.where(bounded, inside * factor, np.nan)
    return RatioInterval(inside, np.where(np.isnan(inside), np.nan, low), high)
