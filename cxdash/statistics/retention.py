"""How much revenue is kept? A ratio of two sums over customers, with the error of both, and NRR and GRR built on it.

The cohort is the customers with revenue at the start of the window; who joins later never enters. Revenue is heavy
tailed, so prefer bucket errors (`buckets`) where one customer holds more than 5 % of the base, and always for the
difference of two windows (the same customers are in both). Annual NRR is not the product of monthly NRRs.

Source: Cochran 1977, ch. 6 (ratio linearisation); equals `svyratio` of the R package survey.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root
from cxdash.statistics.distributions import Z95, t_multiplier


class Ratio(NamedTuple):
    """A ratio of sums, its standard error and limits (t with n - 1 degrees of freedom)."""

    ratio: Floats
    se: Floats
    low: Floats
    high: Floats


def ratio_state(
    n: Numbers, sx: Numbers, sy: Numbers, sxx: Numbers, sxy: Numbers, syy: Numbers, *, z: Numbers = Z95
) -> Ratio:
    """The ratio sum(y)/sum(x) over n customers.

    Args:
        n: customers in the cohort.
        sx: sum of x (revenue at the start, minor units).
        sy: sum of y (revenue at the end).
        sxx: sum of x squared.
        sxy: sum of x times y.
        syy: sum of y squared.
        z: normal quantile of the level; the t quantile of that level is used.

    Returns:
        A Ratio; NaN where sum(x) is not positive; error and limits NaN where n < 2. Zero error where y is the same
        multiple of x for every customer.
    """
    n, sx, sy = floats(n), floats(sx), floats(sy)
    ratio = divide(sy, np.where((sx > 0) & (n > 0), sx, np.nan))
    residual = floats(syy) - 2 * ratio * floats(sxy) + ratio**2 * floats(sxx)
    residual = np.where(np.isnan(residual), np.nan, np.maximum(residual, 0.0))
    se = divide(root(divide(residual * n, np.where(n > 1, n - 1, np.nan))), sx)
    half = t_multiplier(z, n - 1) * se
    return Ratio(ratio, se, ratio - half, ratio + half)


def net_retention(
    n: Numbers, sx: Numbers, sy: Numbers, sxx: Numbers, sxy: Numbers, syy: Numbers, *, z: Numbers = Z95
) -> Ratio:
    """Net revenue retention: revenue now over revenue then, of the customers of then; limits not below 0."""
    ratio, se, low, high = ratio_state(n, sx, sy, sxx, sxy, syy, z=z)
    return Ratio(ratio, se, np.maximum(low, 0.0), high)


def gross_retention(
    n: Numbers, sx: Numbers, sg: Numbers, sxx: Numbers, sxg: Numbers, sgg: Numbers, *, z: Numbers = Z95
) -> Ratio:
    """Gross revenue retention, g = min(x, y) for each customer: never above 1; limits cut to 0..1."""
    ratio, se, low, high = ratio_state(n, sx, sg, sxx, sxg, sgg, z=z)
    return Ratio(ratio, se, np.maximum(low, 0.0), np.minimum(high, 1.0))
