"""Does one customer's experience change with the channel? Consistency from customers who rated more than one.

Where loyal customers prefer the app, channel scores differ without any effect of the channel. Pairs of ratings by the
same customer remove that: `paired_levels` estimates channel levels from differences within customers (feed them to
`consistency.correlated_level_spread`), `individual_excess` asks whether ratings move more across channels than within
one, which levels cannot see. Not for few pairs: the first needs 300, the second about 2000; below that use
segment-standardised levels.

Source: least squares on a graph of pairs (fixed effects); the excess measure is ours, present it as such.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxdash.statistics.arrays import Flags, Floats, Numbers, divide, floats, root, together
from cxdash.statistics.distributions import Z95, lower_normal

_DISCONNECTED = 1e-9


class PairedLevels(NamedTuple):
    """Channel levels around zero, shape (cells, channels), their covariance, and the variance of one difference."""

    theta: Floats
    covariance: Floats
    s2: Floats


class Excess(NamedTuple):
    """Extra squared difference across channels, its error, g (a spread in score units), limits, one-sided p."""

    excess: Floats
    se: Floats
    g: Floats
    g_low: Floats
    g_high: Floats
    p: Floats


def paired_levels(
    first: ArrayLike, second: ArrayLike, n: Numbers, sum_d: Numbers, sum_d2: Numbers, *, channels: int
) -> PairedLevels:
    """Channel levels from differences d = rating in `second` - rating in `first` of the same customer.

    Args:
        first: channel index 0..channels-1 of each unordered pair of channels, shape (pairs,).
        second: the other channel's index.
        n: customers who rated both, shape (cells, pairs).
        sum_d: sum of their differences.
        sum_d2: sum of their squared differences.
        channels: how many channels there are.

    Returns:
        PairedLevels. Channels in no pair are NaN; everything is NaN where the remaining channels are not connected by
        pairs (nothing links their levels) or no spread can be estimated.
    """
    a, b = np.asarray(first, dtype=np.intp), np.asarray(second, dtype=np.intp)
    n, sum_d, sum_d2 = together(n, sum_d, sum_d2)
    held = n > 0
    n, sum_d, sum_d2 = (np.where(held, v, 0.0) for v in (n, sum_d, sum_d2))
    within = np.where(held, sum_d2 - divide(sum_d**2, n), 0.0).sum(axis=-1)
    spare = n.sum(axis=-1) - held.sum(axis=-1)
    s2 = divide(within, np.where(spare > 0, spare, np.nan))
    incidence = np.zeros((a.size, channels))
    incidence[np.arange(a.size), a], incidence[np.arange(a.size), b] = -1.0, 1.0
    laplacian = np.einsum("...e,ei,ej->...ij", n, incidence, incidence)
    pull = np.einsum("...e,ei->...i", sum_d, incidence)
    inverse = np.linalg.pinv(laplacian, rcond=_DISCONNECTED, hermitian=True)
    linked = np.diagonal(laplacian, axis1=-2, axis2=-1) > 0
    largest = np.maximum(laplacian.max(axis=(-2, -1)), 1.0)
    rank = np.sum(np.linalg.eigvalsh(laplacian) > _DISCONNECTED * largest[..., None], axis=-1)
    connected = (rank == linked.sum(axis=-1) - 1) & (rank > 0) & ~np.isnan(s2)
    usable = linked & connected[..., None]
    theta = np.where(usable, np.einsum("...ij,...j->...i", inverse, pull), np.nan)
    both = usable[..., :, None] & usable[..., None, :]
    return PairedLevels(theta, np.where(both, inverse * s2[..., None, None], np.nan), s2)


def individual_excess(
    n_cross: Numbers, d2_cross: Numbers, d4_cross: Numbers, n_same: Numbers, d2_same: Numbers, d4_same: Numbers
) -> Excess:
    """How much more a customer's ratings differ across channels than within one.

    Args:
        n_cross: pairs of ratings in different channels.
        d2_cross: sum of their squared differences.
        d4_cross: sum of the fourth powers.
        n_same: pairs in the same channel.
        d2_same: sum of their squared differences.
        d4_same: sum of the fourth powers.

    Returns:
        An Excess: half the difference of mean squares, and g = sqrt(max(0, excess)); NaN where either kind has fewer
        than two pairs.
    """
    cross, cross_variance = _mean_square(n_cross, d2_cross, d4_cross)
    same, same_variance = _mean_square(n_same, d2_same, d4_same)
    excess, se = (cross - same) / 2, root(cross_variance + same_variance) / 2
    g, low, high = (root(np.maximum(v, 0.0)) for v in (excess, excess - Z95 * se, excess + Z95 * se))
    return Excess(excess, se, g, low, high, lower_normal(-divide(excess, se)))


def sum_transitions(transitions: ArrayLike, codes: ArrayLike) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Pairs, squared and fourth-power differences from counts of transitions, for `individual_excess`.

    Args:
        transitions: counts from category i (first rating) to j (second), shape (cells, k, k).
        codes: the categories' values, shape (k,): (-100, 0, 100) for NPS in points.

    Returns:
        (n, sum of d^2, sum of d^4), exact for integers.
    """
    moves, values = np.asarray(transitions), np.asarray(codes)
    squares = (values[None, :] - values[:, None]) ** 2
    return moves.sum(axis=(-2, -1)), (moves * squares).sum(axis=(-2, -1)), (moves * squares**2).sum(axis=(-2, -1))


def excess_index(excess: Excess, reference: Numbers) -> tuple[Floats, Floats, Floats]:
    """W, the individual part of consistency: 100 at no excess, 0 where g reaches the reference spread (NPS: 30).

    Returns:
        (index, low, high), 0..100. A diagnostic: see `headline_excess` before it is shown large.
    """
    index, high, low = (100 * np.maximum(1 - divide(g, reference), 0.0) for g in excess[2:5])
    return index, low, high


def headline_excess(n_cross: Numbers, n_same: Numbers, *, minimum: float = 2000) -> Flags:
    """Whether W rests on enough pairs of both kinds to stand in a headline; below that it is too noisy."""
    return np.asarray((floats(n_cross) > minimum) & (floats(n_same) > minimum), dtype=np.bool_)


def _mean_square(n: Numbers, d2: Numbers, d4: Numbers) -> tuple[Floats, Floats]:
    """Mean squared difference and its sampling variance."""
    count = np.where(floats(n) > 1, floats(n), np.nan)
    mean = divide(d2, count)
    return mean, divide(np.maximum(divide(d4, count) - mean**2, 0.0), count)
