"""Why did it change: because the parts changed, or because their shares did? Mix and rate effects that add up exactly.

R = sum of w_i r_i holds for shares, NPS, means and retention (with base weights). The symmetric centred Kitagawa form
splits R1 - R0 into one mix and one rate effect for each segment, with no residual; centring makes each mix effect
readable (growth of a below-average segment is negative) without changing a total. Float arrays give floats; object
arrays of integers or Fractions give Fractions, with which "adds up exactly" is literally true. Not for
quantities that are no weighted average of their segments (medians, the consistency index); for more than these two
factors see `attribute_factors`.

Source: Kitagawa 1955; Das Gupta 1993; Simpson 1951.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxdash.statistics.arrays import Flags, Floats, Numbers, floats, root, together
from cxdash.statistics.buckets import jackknife
from cxdash.statistics.shapley import mean_increments

_NO_EFFECT = 1e-12


class MixRate(NamedTuple):
    """Mix and rate effect of each segment with their standard errors, shape (cells, segments)."""

    mix: Floats
    rate: Floats
    mix_se: Floats
    rate_se: Floats


def mix_rate(n0: ArrayLike, x0: ArrayLike, n1: ArrayLike, x1: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """Split the change of sum(x)/sum(n) between two periods by segment.

    Args:
        n0: denominators of the first period, shape (cells, segments): answers, customers, base revenue.
        x0: numerators of the first period (p - d for NPS, a sum of scores for a mean).
        n1: denominators of the second period.
        x1: numerators of the second period.

    Returns:
        (mix, rate), each (cells, segments) in the unit of x/n; their sum over segments is the change. A segment that
        enters or leaves counts wholly as mix. NaN where a period has no denominator at all.
    """
    n0_, x0_, n1_, x1_ = (_numbers(v) for v in (n0, x0, n1, x1))
    n0_, x0_, n1_, x1_ = np.broadcast_arrays(n0_, x0_, n1_, x1_)
    total0, total1 = n0_.sum(axis=-1, keepdims=True), n1_.sum(axis=-1, keepdims=True)
    w0, w1 = _ratio(n0_, total0), _ratio(n1_, total1)
    level0, level1 = _ratio(x0_.sum(axis=-1, keepdims=True), total0), _ratio(x1_.sum(axis=-1, keepdims=True), total1)
    r0, r1 = _ratio(x0_, n0_, otherwise=0), _ratio(x1_, n1_, otherwise=0)
    r0, r1 = np.where(n0_ == 0, r1, r0), np.where(n1_ == 0, r0, r1)
    mix = (w1 - w0) * ((r0 + r1) / 2 - (level0 + level1) / 2)
    rate = (w0 + w1) / 2 * (r1 - r0)
    return mix, rate


def simpson_flag(n0: ArrayLike, x0: ArrayLike, n1: ArrayLike, x1: ArrayLike) -> Flags:
    """Whether the whole moved one way while its segments, at fixed shares, moved the other.

    Args:
        n0: denominators of the first period, shape (cells, segments).
        x0: numerators of the first period.
        n1: denominators of the second period.
        x1: numerators of the second period.

    Returns:
        One flag for each cell: total change and total rate effect have opposite signs (False where there is no answer).
    """
    mix, rate = mix_rate(n0, x0, n1, x1)
    segments = rate.sum(axis=-1)
    change = segments + mix.sum(axis=-1)
    up, down = (segments > _NO_EFFECT) & (change < -_NO_EFFECT), (segments < -_NO_EFFECT) & (change > _NO_EFFECT)
    return np.asarray(up | down, dtype=np.bool_)


def bucketed_mix_rate(n0: Numbers, x0: Numbers, n1: Numbers, x1: Numbers) -> MixRate:
    """The same effects with errors from customer buckets: the same customers are in several segments and both periods.

    Args:
        n0: denominators of the first period in each bucket, shape (cells, G, segments).
        x0: numerators of the first period.
        n1: denominators of the second period.
        x1: numerators of the second period.

    Returns:
        A MixRate, each of shape (cells, segments); errors NaN with fewer than two buckets.
    """
    state = together(n0, x0, n1, x1)
    mix, rate = mix_rate(*(v.sum(axis=-2) for v in state))
    rest = [v.sum(axis=-2, keepdims=True) - v for v in state]
    mix_without, rate_without = mix_rate(*rest)
    occupied = np.asarray(((state[0] > 0) | (state[2] > 0)).any(axis=-1))[..., None, :]
    errors = [
        root(jackknife(full, np.swapaxes(without, -1, -2), occupied=occupied))
        for full, without in ((mix, mix_without), (rate, rate_without))
    ]
    return MixRate(floats(mix), floats(rate), errors[0], errors[1])


def attribute_factors(function: Callable[..., Numbers], before: Sequence[Any], after: Sequence[Any]) -> Floats:
    """What each of several factors did to a quantity, averaged over the orders in which they could have changed.

    For more than mix and rate (volume, mix, rate, price). The effects add up to the change.

    Args:
        function: the quantity from its factors, in their order.
        before: each factor in the first period.
        after: each factor in the second; at most 15 factors (2^k evaluations).

    Returns:
        Shape (factors, ...), in the unit of the quantity.

    Reference: Das Gupta 1993; Shapley 1953 (the same numbers).
    """
    factors = len(before)
    states = [
        floats(function(*(after[i] if taken >> i & 1 else before[i] for i in range(factors))))
        for taken in range(2**factors)
    ]
    return floats(np.moveaxis(mean_increments(np.stack(np.broadcast_arrays(*states), axis=-1)), -1, 0))


def _numbers(values: ArrayLike) -> NDArray[Any]:
    """Object arrays as Fractions, everything else as float64."""
    given = np.asarray(values)
    if given.dtype.kind != "O":
        return given.astype(np.float64)
    exact = np.empty(given.shape, dtype=object)
    exact.ravel()[:] = [Fraction(v) for v in given.ravel()]
    return exact


def _ratio(above: NDArray[Any], below: NDArray[Any], *, otherwise: float = float("nan")) -> NDArray[Any]:
    """Above over below in the arithmetic of the operands, `otherwise` where below is zero."""
    usable = np.asarray(below != 0, dtype=np.bool_)
    return np.where(usable, above / np.where(usable, below, 1), otherwise)
