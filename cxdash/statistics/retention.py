"""How much revenue is kept? A ratio of two sums over customers, with the error of both, and NRR and GRR built on it.

The cohort is the customers with revenue at the start of the window; who joins later never enters. Revenue is heavy
tailed: an error estimated from the revenue that happened to move misses the giant that has not left yet, so the limits
of `gross_retention` and `net_retention` ask how large the customers are instead (`ratio_state` and `bucketed_ratio`
reproduce the textbook error; see COVERAGE.md for what they hold). Take `bucketed_ratio_change` for the difference of
two windows: the same customers are in both. Annual NRR is not the product of monthly NRRs.

Source: Cochran 1977, ch. 6 (ratio linearisation); equals `svyratio` of the R package survey; Kott 2001 (buckets);
Kish 1965 (effective size); Donner & Zou 2012 (MOVER).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cxdash.statistics.arrays import Flags, Floats, Numbers, divide, floats, root, together
from cxdash.statistics.buckets import jackknife, t_interval, without_each
from cxdash.statistics.distributions import Z95, t_multiplier
from cxdash.statistics.intervals import wilson


class Ratio(NamedTuple):
    """A ratio of sums, its linearised standard error and 95 % limits."""

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
    residual = _residual(sx, sy, sxx, sxy, syy)
    n, sx, sy = floats(n), floats(sx), floats(sy)
    ratio = divide(sy, np.where((sx > 0) & (n > 0), sx, np.nan))
    residual = np.where(np.isnan(ratio + residual), np.nan, np.maximum(residual, 0.0))
    se = divide(root(divide(residual * n, np.where(n > 1, n - 1, np.nan))), sx)
    half = t_multiplier(z, n - 1) * se
    return Ratio(ratio, se, ratio - half, ratio + half)


def net_retention(
    n: Numbers,
    sx: Numbers,
    sy: Numbers,
    sg: Numbers,
    sxx: Numbers,
    sxy: Numbers,
    syy: Numbers,
    sxg: Numbers,
    sgg: Numbers,
    *,
    z: Numbers = Z95,
) -> Ratio:
    """Net revenue retention: revenue now over revenue then, of the customers of then.

    Limits: what was kept (limits of `gross_retention`) plus what was added, e = y - g (linearised t), joined by MOVER.
    Growth and loss never meet in one customer, so sum(xe) = sum(xy) - sum(xg) and sum(ee) = sum(yy) - sum(gg) -
    2 sum(xe): the nine sums suffice. The linearised limits of the whole ratio hold the truth in 53 to 95 % of cases on
    skewed revenue, these in 93 to 99 % (COVERAGE.md).

    Args:
        n: customers in the cohort.
        sx: sum of x (revenue at the start, minor units).
        sy: sum of y (revenue at the end).
        sg: sum of g = min(x, y).
        sxx: sum of x squared.
        sxy: sum of x times y.
        syy: sum of y squared.
        sxg: sum of x times g.
        sgg: sum of g squared.
        z: normal quantile of the level.

    Returns:
        A Ratio, `se` linearised; limits not below 0, NaN where n < 2.
    """
    ratio, se, _, _ = ratio_state(n, sx, sy, sxx, sxy, syy, z=z)
    kept = gross_retention(n, sx, sg, sxx, sxg, sgg, z=z)
    # integers stay integers, so that sums that nearly cancel cancel exactly
    y, g, xy, xg, yy, gg = (np.asarray(v) for v in (sy, sg, sxy, sxg, syy, sgg))
    added = ratio_state(n, sx, y - g, sxx, xy - xg, yy - gg - 2 * (xy - xg), z=z)
    below = np.hypot(kept.ratio - kept.low, added.ratio - np.maximum(added.low, 0.0))
    above = np.hypot(kept.high - kept.ratio, added.high - added.ratio)
    return Ratio(ratio, se, np.maximum(ratio - below, 0.0), ratio + above)


def gross_retention(
    n: Numbers, sx: Numbers, sg: Numbers, sxx: Numbers, sxg: Numbers, sgg: Numbers, *, z: Numbers = Z95
) -> Ratio:
    """Gross revenue retention, g = min(x, y) for each customer: never above 1.

    Limits: Wilson's for a share kept by `effective_customers`. They ask how large the customers are, not what they did:
    an error estimated from the revenue that moved cannot know of the giant that has not left yet, and is zero where
    nothing moved. The linearised limits hold the truth in 40 to 95 % of cases on skewed revenue, these in 95 to 99 %.
    """
    ratio, se, _, _ = ratio_state(n, sx, sg, sxx, sxg, sgg, z=z)
    size = effective_customers(sx, sxx)
    return Ratio(ratio, se, *wilson(ratio * size, size, z=z))


def effective_customers(sx: Numbers, sxx: Numbers) -> Floats:
    """How many customers of one size would be as uncertain: sum(x)^2/sum(x^2) (Kish 1965); NaN without revenue."""
    total = floats(sx)
    return divide(total * total, np.where(total > 0, floats(sxx), np.nan))


def bucketed_ratio(sx: Numbers, sy: Numbers) -> Ratio:
    """The ratio sum(y)/sum(x) with its error from customer buckets: for heavy tails and repeated customers.

    Args:
        sx: sum of x in each bucket, shape (cells, G).
        sy: sum of y in each bucket.

    Returns:
        A Ratio, limits from t with G - 1 degrees of freedom; buckets without revenue are not counted among the G. Error
        NaN with fewer than two buckets.
    """
    ratio, without, occupied = _ratio_by_bucket(sx, sy)
    variance = jackknife(ratio, without, occupied=occupied)
    return Ratio(ratio, root(variance), *t_interval(ratio, variance, occupied.sum(axis=-1)))


def bucketed_ratio_change(sx0: Numbers, sy0: Numbers, sx1: Numbers, sy1: Numbers) -> Ratio:
    """The change of such a ratio between two windows, second minus first: mostly the same customers are in both.

    Args:
        sx0: sum of x in each bucket in the first window, shape (cells, G).
        sy0: sum of y in each bucket in the first window.
        sx1: the same for the second window.
        sy1: the same for the second window.

    Returns:
        A Ratio whose `ratio` is the difference of the two; the covariance of the windows is in its error.
    """
    before, before_without, some = _ratio_by_bucket(sx0, sy0)
    after, after_without, others = _ratio_by_bucket(sx1, sy1)
    change, occupied = after - before, some | others
    variance = jackknife(change, after_without - before_without, occupied=occupied)
    return Ratio(change, root(variance), *t_interval(change, variance, occupied.sum(axis=-1)))


def merge_largest(first: Numbers, second: Numbers, *, keep: int = 10) -> Floats:
    """The largest amounts of two states together, descending, shape (cells, keep): how a top ten adds up.

    Exact as long as each customer is in one state only. NaN pads where there are fewer.
    """
    parts = [floats(first), floats(second), np.full(keep, np.nan)]
    cells = np.broadcast_shapes(*(part.shape[:-1] for part in parts))
    both = np.concatenate([np.broadcast_to(part, (*cells, part.shape[-1])) for part in parts], axis=-1)
    return -np.sort(-both, axis=-1)[..., :keep]  # NaN sort last


def largest_share(largest: Numbers, sx: Numbers) -> Floats:
    """The share of the revenue held by the largest customers (last axis, NaN pads); NaN without revenue."""
    held = floats(largest)
    return divide(np.where(np.isnan(held), 0.0, held).sum(axis=-1), np.where(floats(sx) > 0, floats(sx), np.nan))


def concentrated(largest: Numbers, sx: Numbers, *, limit: float = 0.05) -> Flags:
    """Whether a single customer holds more than 5 % of the revenue: worth a word beside the number."""
    held = floats(largest)
    most = np.where(np.isnan(held), 0.0, held).max(axis=-1, initial=0.0)
    return np.asarray(most > limit * floats(sx), dtype=np.bool_)


def _residual(sx: Numbers, sy: Numbers, sxx: Numbers, sxy: Numbers, syy: Numbers) -> Floats:
    """The sum of squares of y - R x. Its terms nearly cancel where all keep about the same, so integers stay integers.

    (syy sx^2 - 2 sxy sx sy + sxx sy^2) / sx^2, in Python's integers where every sum is one.
    """
    state = np.broadcast_arrays(*(np.asarray(v) for v in (sx, sy, sxx, sxy, syy)))
    x, y, xx, xy, yy = state
    if all(v.dtype.kind in "iu" or (v.dtype.kind == "O" and all(isinstance(i, int) for i in v.flat)) for v in state):
        x, y, xx, xy, yy = (v.astype(object) for v in state)
        return divide(floats(yy * x * x - 2 * xy * x * y + xx * y * y), floats(x) ** 2)
    ratio = divide(y, x)
    return floats(yy) - 2 * ratio * floats(xy) + ratio**2 * floats(xx)


def _ratio_by_bucket(sx: Numbers, sy: Numbers) -> tuple[Floats, Floats, Flags]:
    """The ratio of all buckets, of all but each, and which buckets hold anything."""
    x, y = together(sx, sy)
    below, without = x.sum(axis=-1), without_each(x)
    ratio = divide(y.sum(axis=-1), np.where(below > 0, below, np.nan))
    return ratio, divide(without_each(y), np.where(without > 0, without, np.nan)), np.asarray((x != 0) | (y != 0))
