"""Why did it change: because the parts changed, or because their shares did? Mix and rate effects that add up exactly.

R = sum of w_i r_i holds for shares, NPS, means and retention (with base weights). The symmetric centred Kitagawa form
splits R1 - R0 into one mix and one rate effect for each segment, with no residual; centring makes each mix effect
readable (growth of a below-average segment is negative) without changing a total. Float arrays give floats; object
arrays of integers or Fractions give Fractions, with which "adds up exactly" is literally true. Not for
quantities that are no weighted average of their segments (medians, the consistency index); for more than these two
factors see `attribute_factors`.

A segment that holds nine tenths of the answers makes nine tenths of any change without explaining it. So each effect
has a *pull* beside it: what the segment did beyond its share of the change, had all moved alike.

Source: Kitagawa 1955; Das Gupta 1993; Simpson 1951.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxdash.statistics.arrays import Flags, Floats, Numbers, divide, floats, root, together
from cxdash.statistics.buckets import jackknife
from cxdash.statistics.distributions import Z95, t_multiplier, two_sided_normal, two_sided_t
from cxdash.statistics.shapley import mean_increments

_NO_EFFECT = 1e-12


class MixRate(NamedTuple):
    """Effects with their standard errors, in the unit of the metric.

    Attributes:
        mix: what the segment's share did, shape (cells, segments); rate: what its own score did.
        pull: mix and rate beyond what it would be had every segment moved like the whole; sums to 0 over segments.
        mix_se, rate_se, total_se, pull_se: standard errors, total being mix and rate together.
        mix_sum_se, rate_sum_se: of the sums over segments, shape (cells,).
    """

    mix: Floats
    rate: Floats
    pull: Floats
    mix_se: Floats
    rate_se: Floats
    total_se: Floats
    pull_se: Floats
    mix_sum_se: Floats
    rate_sum_se: Floats


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


def pull(n0: Numbers, x0: Numbers, n1: Numbers, x1: Numbers) -> Floats:
    """What each segment did to the change beyond its share of it, had every segment moved like the whole.

    Args:
        n0: denominators of the first period, shape (cells, segments).
        x0: numerators of the first period.
        n1: denominators of the second period.
        x1: numerators of the second period.

    Returns:
        Mix plus rate effect minus the segment's mean share of the change, (cells, segments); sums to 0 over segments.
    """
    n0, x0, n1, x1 = together(n0, x0, n1, x1)
    mix, rate = mix_rate(n0, x0, n1, x1)
    shares = _ratio(n0, n0.sum(axis=-1, keepdims=True)) + _ratio(n1, n1.sum(axis=-1, keepdims=True))
    return floats(mix + rate - shares / 2 * (mix + rate).sum(axis=-1, keepdims=True))


def bucketed_mix_rate(n0: Numbers, x0: Numbers, n1: Numbers, x1: Numbers) -> MixRate:
    """The same effects with errors from customer buckets: the same customers are in several segments and both periods.

    Args:
        n0: denominators of the first period in each bucket, shape (cells, G, segments).
        x0: numerators of the first period.
        n1: denominators of the second period.
        x1: numerators of the second period.

    Returns:
        A MixRate; errors NaN with fewer than two buckets.
    """
    state = together(n0, x0, n1, x1)
    full = _all_effects(*(v.sum(axis=-2) for v in state))
    without = _all_effects(*(v.sum(axis=-2, keepdims=True) - v for v in state))
    occupied = np.asarray(((state[0] > 0) | (state[2] > 0)).any(axis=-1))
    of_segments = [
        root(jackknife(full[i], np.swapaxes(without[i], -1, -2), occupied=occupied[..., None, :])) for i in range(4)
    ]
    of_sums = [root(jackknife(full[i].sum(axis=-1), without[i].sum(axis=-1), occupied=occupied)) for i in range(2)]
    mix, rate, _, beyond = full
    return MixRate(mix, rate, beyond, *of_segments, *of_sums)


def independent_mix_rate(
    n0: Numbers, x0: Numbers, v0: Numbers, n1: Numbers, x1: Numbers, v1: Numbers, *, deff: Numbers = 1.0
) -> MixRate:
    """The same effects with errors as if every answer were drawn alone: where there are no customer buckets.

    Each period is one sample of answers, so the shares vary as well as the scores: the variance is the sum over all
    answers of their squared influence on the effect (the linearisation that the jackknife over answers tends to).

    Args:
        n0: answers of the first period, shape (cells, segments).
        x0: their summed score.
        v0: variance of one answer about its segment's mean; anything where there is no answer.
        n1: answers of the second period.
        x1: their summed score.
        v1: variance of one answer.
        deff: design effect of the whole, shape (cells,) or one number. Where a segment holds whole customers
            (regions), repeated answers widen its share more than its score, and the errors of mix are too small.

    Returns:
        A MixRate; errors NaN where an effect is.

    Reference: Demnati & Rao 2004 (linearisation by the influence of each answer).
    """
    n0, x0, v0, n1, x1, v1 = together(n0, x0, v0, n1, x1, v1)
    mix, rate, _, beyond = _all_effects(n0, x0, n1, x1)
    variances = _influences((n0, x0, v0), (n1, x1, v1), sign=-1) + _influences((n1, x1, v1), (n0, x0, v0), sign=1)
    widened = variances * np.asarray(floats(deff))[..., None]
    of_segments, of_sums = np.split(root(widened), [4 * n0.shape[-1]], axis=-1)
    known = ~np.isnan(mix)
    errors = [np.where(known, one, np.nan) for one in np.split(of_segments, 4, axis=-1)]
    of_sums = np.where(known.any(axis=-1, keepdims=True), of_sums, np.nan)
    return MixRate(mix, rate, beyond, *errors, *(of_sums[..., i] for i in range(2)))


def _all_effects(n0: Floats, x0: Floats, n1: Floats, x1: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Mix, rate, both together, and pull."""
    mix, rate = mix_rate(n0, x0, n1, x1)
    return floats(mix), floats(rate), floats(mix + rate), pull(n0, x0, n1, x1)


def _influences(own: tuple[Floats, Floats, Floats], other: tuple[Floats, Floats, Floats], *, sign: int) -> Floats:
    """Squared influences of one period's answers, summed: of mix, rate, total and pull of each segment, and two sums.

    An effect depends on a period through the segment's share w, its score r and the level L of the whole. An answer y
    in segment j moves w_i by (1[i=j] - w_i)/N, r_i by 1[i=j](y - r_i)/n_i and L by (y - L)/N.
    """
    (n, x, v), (n_other, x_other, _) = own, other
    total, total_other = n.sum(axis=-1, keepdims=True), n_other.sum(axis=-1, keepdims=True)
    w, w_other = _ratio(n, total), _ratio(n_other, total_other)
    level, level_other = (
        _ratio(x.sum(axis=-1, keepdims=True), total),
        _ratio(x_other.sum(axis=-1, keepdims=True), total_other),
    )
    r, r_other = _ratio(x, n, otherwise=0), _ratio(x_other, n_other, otherwise=0)
    r, r_other = np.where(n == 0, r_other, r), np.where(n_other == 0, r, r_other)
    shift, share = sign * (w - w_other), (w + w_other) / 2
    # a segment that is there in one period only takes its score from it, and has no rate effect
    alone = n_other == 0
    by_share = [sign * ((r + r_other) / 2 - (level + level_other) / 2), sign * (r - r_other) / 2]
    by_score = [np.where(alone, shift, shift / 2), np.where(alone, 0.0, sign * share)]
    by_level = [-shift / 2, np.zeros_like(shift)]
    for parts, own_level in (
        (by_share, -sign * (level - level_other) / 2),
        (by_score, 0.0),
        (by_level, -sign * share),
    ):
        both = parts[0] + parts[1]
        parts += [both, both + own_level]
    same = np.eye(n.shape[-1])
    each = same * _ratio(np.ones_like(n), n, otherwise=0)[..., None, :]
    found, of_sums = [], []
    for partials in zip(by_share, by_score, by_level, strict=True):
        a, b, c = (np.broadcast_to(one, n.shape)[..., None] for one in partials)
        mean = _ratio(a * (same - w[..., None]) + c * (r - level)[..., None, :], total[..., None])
        slope = b * each + _ratio(c, total[..., None])
        found.append(_summed_squares(mean, slope, n, v))
        of_sums.append(_summed_squares(mean.sum(axis=-2), slope.sum(axis=-2), n, v)[..., None])
    return floats(np.concatenate([*found, *of_sums[:2]], axis=-1))


def _summed_squares(mean: Floats, slope: Floats, n: Floats, v: Floats) -> Floats:
    """Over all answers: (influence at the segment's mean)^2 + slope^2 times the variance of an answer."""
    if mean.ndim > n.ndim:
        n, v = n[..., None, :], v[..., None, :]
    return floats(np.where(n > 0, n * (mean**2 + slope**2 * np.where(n > 0, v, 0.0)), 0.0).sum(axis=-1))


def effect_limits(effect: Numbers, se: Numbers, degrees: Numbers) -> tuple[Floats, Floats, Floats]:
    """The 95 % limits of an effect and its two-sided p-value.

    Args:
        effect: in the unit of the metric.
        se: its standard error.
        degrees: of freedom with which the error was estimated (buckets of customers minus one); infinite = known.

    Returns:
        (low, high, p); p 1 for an effect of 0 without an error (a segment that never was there), NaN where either is.
    """
    effect, se, degrees = together(effect, se, degrees)
    estimated = np.isfinite(degrees)
    finite = np.where(estimated, degrees, 1.0)
    half = np.where(estimated, t_multiplier(Z95, finite), Z95) * se
    t = divide(effect, se)
    p = np.where(estimated, two_sided_t(t, finite), two_sided_normal(t))
    return effect - half, effect + half, np.where((effect == 0) & (se == 0), 1.0, p)


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
