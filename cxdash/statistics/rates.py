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
from cxdash.statistics.distributions import Z95, log_gamma
from cxdash.statistics.intervals import clopper_pearson
from cxdash.statistics.roots import crossing

_TIE = 1 + 1e-7


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
    d1, t1, d2, t2 = together(d1, t1, d2, t2)
    exposure = divide(np.where(t2 > 0, t2, np.nan), np.where(t1 > 0, t1, np.nan))
    low, high = clopper_pearson(d1, d1 + d2)
    return RatioInterval(divide(d1, d2) * exposure, divide(low, 1 - low) * exposure, divide(high, 1 - high) * exposure)


def rate_ratio_p(d1: int, t1: float, d2: int, t2: float) -> float:
    """The exact two-sided p of equal rates, for one pair: all splits of the events no likelier than the one seen."""
    events = d1 + d2
    if events == 0 or t1 <= 0 or t2 <= 0:
        return float("nan")
    share = t1 / (t1 + t2)
    k = np.arange(events + 1, dtype=np.float64)
    chance = np.exp(
        log_gamma(events + 1.0)
        - log_gamma(k + 1)
        - log_gamma(events - k + 1)
        + k * np.log(share)
        + (events - k) * np.log1p(-share)
    )
    return float(min(chance[chance <= chance[d1] * _TIE].sum(), 1.0))


def rate_ratio_log(d1: Numbers, t1: Numbers, d2: Numbers, t2: Numbers) -> RatioInterval:
    """The ratio of two rates with the simple log interval, for many events; NaN where either has none."""
    d1, d2 = floats(d1), floats(d2)
    ratio = divide(divide(d1, t1), divide(d2, t2))
    return _log_interval(ratio, divide(1.0, d1) + divide(1.0, d2))


def mantel_haenszel(d1: Numbers, t1: Numbers, d0: Numbers, t0: Numbers) -> RatioInterval:
    """The rate ratio common to strata (last axis: tenure band x plan), weighting strata by their information.

    Args:
        d1: events of the exposed group in each stratum, shape (cells, strata).
        t1: its exposure.
        d0: events of the reference group.
        t0: its exposure.
    """
    d1, t1, d0, t0 = (floats(v) for v in (d1, t1, d0, t0))
    total = t1 + t0
    share1, share0 = (np.where(total > 0, divide(t, total), 0.0) for t in (t1, t0))
    above, below = np.sum(d1 * share0, axis=-1), np.sum(d0 * share1, axis=-1)
    return _log_interval(divide(above, below), divide(np.sum((d1 + d0) * share1 * share0, axis=-1), above * below))


def risk_ratio(a: Numbers, n1: Numbers, b: Numbers, n0: Numbers) -> RatioInterval:
    """The ratio of two risks a/n1 and b/n0, Katz log interval; NaN where a or b is 0 (use `risk_ratio_score`)."""
    a, n1, b, n0 = (floats(v) for v in (a, n1, b, n0))
    variance = divide(1.0, a) - divide(1.0, n1) + divide(1.0, b) - divide(1.0, n0)
    return _log_interval(divide(divide(a, n1), divide(b, n0)), variance)


def risk_ratio_score(a: Numbers, n1: Numbers, b: Numbers, n0: Numbers) -> RatioInterval:
    """The ratio of two risks with Koopman's score interval, which also takes zero cells.

    Returns:
        A RatioInterval; low 0 where a = 0; ratio and high NaN (unbounded) where b = 0; all NaN where a = b = 0.
    """
    a, n1, b, n0 = together(a, n1, b, n0)
    usable = (n1 > 0) & (n0 > 0) & (a + b > 0)
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


def _log_interval(ratio: Floats, variance: Floats) -> RatioInterval:
    """Limits exp(log ratio -+ z sqrt(variance)); all NaN where the logarithm does not exist."""
    inside = np.where((ratio > 0) & (variance >= 0), ratio, np.nan)
    reach = np.exp(Z95 * root(variance))
    return RatioInterval(inside, inside / reach, inside * reach)
