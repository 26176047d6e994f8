"""Which touchpoints move the score? Importance of correlated drivers, from cross-products of ratings.

Johnson's relative weights (default) and LMG (check) split R-squared among drivers; both are functions of the
correlation matrix, so mergeable sums suffice. Never show |beta| or beta times r: they turn negative or flip with
correlated drivers. Importance is association, not effect; a driver without effect of its own still has a weight above
zero when it is correlated with others. Show no ranking when R-squared is below .1, and use a pair of drivers only where
100 customers rated both.

Source: Johnson 2000; Genizi 1993; Lindeman, Merenda & Gold 1980; Groemping 2006; Tonidandel & LeBreton 2011.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cxdash.errors import CxdashError
from cxdash.statistics.arrays import Flags, Floats, Numbers, difference_of_products, divide, floats, root
from cxdash.statistics.buckets import jackknife, t_interval
from cxdash.statistics.shapley import mean_increments

FEWEST_CUSTOMERS = 100
"""Who rated everything; the same rule holds for each pair (`driver_reading.hide_thin_pairs`)."""

_MOST_DRIVERS = 15
_SINGULAR = 1e-8
_AT_ONCE = 2**18
"""Systems LMG solves in one go; bounds its memory to about a hundred megabytes."""


class DriverWeights(NamedTuple):
    """Relative weights, R-squared, and jackknife error and 95 % limits of each weight and of its share of R-squared."""

    weight: Floats
    r2: Floats
    se: Floats
    low: Floats
    high: Floats
    share: Floats
    share_low: Floats
    share_high: Floats


def correlations(n: Numbers, sums: Numbers, cross: Numbers) -> Floats:
    """The correlation matrix of customers who rated everything.

    Args:
        n: customers, shape (...,).
        sums: sum of each variable, shape (..., k); integers are used exactly.
        cross: sums of products of each two, shape (..., k, k).

    Returns:
        Shape (..., k, k); NaN for a variable that does not vary.
    """
    total = np.asarray(sums)
    count = np.asarray(n)[..., None, None]
    covariance = difference_of_products(count, cross, total[..., :, None], total[..., None, :])
    spread = root(np.diagonal(covariance, axis1=-2, axis2=-1))
    return divide(covariance, spread[..., :, None] * spread[..., None, :])


def pairwise_correlations(n: Numbers, sums: Numbers, squares: Numbers, cross: Numbers) -> Floats:
    """The correlation matrix when not everybody experienced every touchpoint; each pair from those who rated both.

    Args:
        n: customers who rated i and j, shape (..., k, k).
        sums: sum of variable i over them (not symmetric).
        squares: sum of its squares over them (not symmetric).
        cross: sum of products.

    Returns:
        Shape (..., k, k); equals `use="pairwise.complete.obs"` of R. May not be positive definite, see `repaired`.
    """
    ours = np.asarray(sums)
    theirs = np.swapaxes(ours, -1, -2)
    covariance = difference_of_products(n, cross, ours, theirs)
    spread = root(difference_of_products(n, squares, ours, ours))
    return divide(covariance, spread * np.swapaxes(spread, -1, -2))


def smallest_eigenvalue(rxx: Numbers) -> Floats:
    """Below .01 drivers are near copies and should be merged; below 1e-8 the matrix needs `repaired`."""
    r, _ = without_gaps(floats(rxx))
    return floats(np.linalg.eigvalsh(r)[..., 0]) if r.size else np.full(r.shape[:-2], np.nan)


def repaired(matrix: Numbers) -> Floats:
    """The matrix with eigenvalues raised to 1e-8 and its diagonal put back to one; unchanged where none was below.

    Drivers whose correlations are NaN stay so and do not disturb the others; a matrix in which a pair of present
    drivers was never rated together cannot be repaired and comes back as it was.
    """
    given = floats(matrix)
    filled, present = without_gaps(given)
    if not given.size:
        return given
    values, vectors = np.linalg.eigh(filled)
    raised = np.einsum("...ik,...k,...jk->...ij", vectors, np.maximum(values, _SINGULAR), vectors)
    scale = root(np.diagonal(raised, axis1=-2, axis2=-1))
    fixed = raised / (scale[..., :, None] * scale[..., None, :])
    wanting = (values[..., 0] < _SINGULAR)[..., None, None] & present[..., :, None] & present[..., None, :]
    return np.where(wanting, fixed, given)


def relative_weights(rxx: Numbers, rxy: Numbers) -> Floats:
    """Johnson's relative weights; they add up to R-squared.

    Args:
        rxx: correlations among drivers, shape (..., p, p).
        rxy: correlations with the outcome, shape (..., p).

    Returns:
        Shape (..., p); a driver whose correlations are NaN (it does not vary) is left out and NaN. All NaN where the
        drivers are linearly dependent, or a pair of them was never rated together.
    """
    r, y, present = _usable(rxx, rxy)
    values, vectors = np.linalg.eigh(r)
    solvable = values[..., :1] > _SINGULAR
    scale = np.sqrt(np.maximum(values, _SINGULAR))
    symmetric_root = np.einsum("...ik,...k,...jk->...ij", vectors, scale, vectors)
    inverse_root = np.einsum("...ik,...k,...jk->...ij", vectors, 1 / scale, vectors)
    b = np.einsum("...ij,...j->...i", inverse_root, y)
    weights = np.einsum("...jk,...k->...j", symmetric_root**2, b**2)
    return np.where(present & solvable, weights, np.nan)


def lmg(rxx: Numbers, rxy: Numbers) -> Floats:
    """The increment to R-squared of each driver, averaged over all orders of entry (Shapley; general dominance).

    Args:
        rxx: correlations among drivers, shape (..., p, p), p at most 15 (2^p small systems for each cell).
        rxy: correlations with the outcome, shape (..., p).

    Returns:
        Shape (..., p), adding up to R-squared. Drivers that are linearly dependent share alike. A driver whose
        correlations are NaN is left out and NaN; all NaN where a pair was never rated together, or where the matrix
        cannot be one of correlations (see `repaired`).

    Raises:
        CxdashError: for more than 15 drivers.
    """
    r, y, present = _usable(rxx, rxy)
    p = r.shape[-1]
    if p > _MOST_DRIVERS:
        raise CxdashError(
            f"LMG was asked for {p} drivers.",
            known=f"It solves 2^p systems, so at most {_MOST_DRIVERS} drivers are allowed.",
            action="Use relative weights, or merge drivers.",
        )
    if not present.size:
        return y
    cells = present.shape[:-1]
    r, y = r.reshape(-1, p, p), y.reshape(-1, p)
    at_once = max(1, _AT_ONCE >> p)
    shares = np.empty_like(y)
    for start in range(0, len(y), at_once):
        some = slice(start, start + at_once)
        shares[some] = mean_increments(_explained(r[some], y[some]))
    possible = (np.linalg.eigvalsh(r)[:, :1] > -_SINGULAR).reshape((*cells, 1))
    return np.where(present & possible, shares.reshape((*cells, p)), np.nan)


def bucketed_weights(n: Numbers, sums: Numbers, cross: Numbers, *, minimum: float = FEWEST_CUSTOMERS) -> DriverWeights:
    """Relative weights with bucket-jackknife intervals; variable 0 is the outcome.

    Args:
        n: customers in each bucket, shape (cells, G).
        sums: sums in each bucket, shape (cells, G, 1 + p).
        cross: sums of products in each bucket, shape (cells, G, 1 + p, 1 + p).
        minimum: customers below which there are no weights; ten customers are described almost perfectly by seven
            variables that say nothing.

    Returns:
        DriverWeights, each of shape (cells, p) except R-squared (cells,); all NaN with fewer customers than the
        minimum, error NaN with fewer than two occupied buckets.
    """
    state = [np.asarray(v) for v in (n, sums, cross)]
    places = (-1, -2, -3)
    whole = [v.sum(axis=axis) for v, axis in zip(state, places, strict=True)]
    rest = [np.expand_dims(w, axis) - v for w, v, axis in zip(whole, state, places, strict=True)]
    enough = floats(whole[0])[..., None] >= minimum
    return weight_intervals(np.where(enough, _weights(*whole), np.nan), _weights(*rest), floats(n) > 0)


def weight_intervals(weights: Numbers, without: Numbers, occupied: ArrayLike) -> DriverWeights:
    """Errors and limits of driver weights (either kind) from their values without each bucket.

    Args:
        weights: on all customers, shape (cells, p).
        without: without bucket g, shape (cells, G, p).
        occupied: which buckets hold any customer, shape (cells, G).

    Returns:
        As `bucketed_weights`.
    """
    everybody, left_out = floats(weights), np.swapaxes(floats(without), -1, -2)
    used = np.broadcast_to(np.asarray(occupied, dtype=np.bool_), floats(without).shape[:-1])[..., None, :]
    groups = used.sum(axis=-1)
    r2, r2_without = explained(everybody), explained(floats(without))
    share, share_without = divide(everybody, r2[..., None]), divide(left_out, r2_without[..., None, :])
    variance = jackknife(everybody, left_out, occupied=used)
    low, high = _fisher_limits(everybody, variance, groups)
    share_low, share_high = _logit_limits(share, jackknife(share, share_without, occupied=used), groups)
    return DriverWeights(everybody, r2, root(variance), low, high, share, share_low, share_high)


def _fisher_limits(weight: Floats, variance: Floats, groups: ArrayLike) -> tuple[Floats, Floats]:
    """Limits on the scale of Fisher's z of the weight's root, for a weight is like a squared correlation.

    At a hundred customers weight -+ t SE holds the truth in .92 of cases, these limits in .94. At 0 and 1, where the
    scale ends, they are weight -+ t SE.
    """
    inside = np.where((weight > 0) & (weight < 1), weight, np.nan)
    low, high = t_interval(np.arctanh(np.sqrt(inside)), variance / (4 * inside * (1 - inside) ** 2), groups)
    return _where_inside(np.tanh(np.maximum(low, 0.0)) ** 2, np.tanh(high) ** 2, weight, variance, groups)


def _logit_limits(share: Floats, variance: Floats, groups: ArrayLike) -> tuple[Floats, Floats]:
    """Limits of a share of R-squared on the logit scale (Korn & Graubard 1998); at 0 and 1 share -+ t SE.

    At a hundred customers share -+ t SE holds the truth in .89 of cases, these limits in .94.
    """
    inside = np.where((share > 0) & (share < 1), share, np.nan)
    low, high = t_interval(np.log(inside / (1 - inside)), variance / (inside * (1 - inside)) ** 2, groups)
    # the inverse logit, without overflow
    return _where_inside((1 + np.tanh(low / 2)) / 2, (1 + np.tanh(high / 2)) / 2, share, variance, groups)


def _where_inside(
    low: Floats, high: Floats, value: Floats, variance: Floats, groups: ArrayLike
) -> tuple[Floats, Floats]:
    """The limits where the value lies inside 0..1, otherwise plain ones cut to 0..1."""
    inside = (value > 0) & (value < 1)
    plain_low, plain_high = (np.clip(limit, 0.0, 1.0) for limit in t_interval(value, variance, groups))
    return np.where(inside, low, plain_low), np.where(inside, high, plain_high)


def explained(weights: Numbers) -> Floats:
    """R-squared: the sum of the weights of the drivers present (last axis); NaN where none is."""
    w = floats(weights)
    present = ~np.isnan(w)
    return np.where(present.any(axis=-1), np.where(present, w, 0.0).sum(axis=-1), np.nan)


def _weights(n: ArrayLike, sums: ArrayLike, cross: ArrayLike) -> Floats:
    """Relative weights of state whose variable 0 is the outcome."""
    r = correlations(n, sums, cross)
    return relative_weights(r[..., 1:, 1:], r[..., 1:, 0])


def _explained(r: Floats, y: Floats) -> Floats:
    """R-squared of every subset of drivers, shape (cells, 2^p); bit j of the position says whether driver j is in."""
    cells, p = y.shape
    members = np.arange(2**p)[:, None] >> np.arange(p) & 1
    found = np.zeros((cells, 2**p))
    # No part of a matrix has an eigenvalue below the matrix's own, so one look says whether all systems can be solved.
    solvable = np.linalg.eigvalsh(r)[:, 0] > _SINGULAR
    for size in range(1, p + 1):
        subsets = np.flatnonzero(members.sum(axis=1) == size)
        chosen = np.nonzero(members[subsets])[1].reshape(-1, size)
        parts, sides = r[:, chosen[:, :, None], chosen[:, None, :]], y[:, chosen, None]
        slopes = np.empty_like(sides)
        slopes[solvable] = np.linalg.solve(parts[solvable], sides[solvable])
        slopes[~solvable] = np.linalg.pinv(parts[~solvable], rcond=_SINGULAR, hermitian=True) @ sides[~solvable]
        found[:, subsets] = (sides * slopes).sum(axis=(-2, -1))
    return found


def _usable(rxx: Numbers, rxy: Numbers) -> tuple[Floats, Floats, Flags]:
    """Correlations of one shape without a NaN, and which drivers are present; the others are left uncorrelated."""
    r, y = floats(rxx), floats(rxy)
    cells = np.broadcast_shapes(r.shape[:-2], y.shape[:-1])
    y = np.broadcast_to(y, (*cells, y.shape[-1]))
    unknown = np.isnan(y)
    filled, present = without_gaps(np.where(unknown[..., :, None] | unknown[..., None, :], np.nan, r))
    return filled, np.where(present, y, 0.0), present


def without_gaps(r: Floats) -> tuple[Floats, Flags]:
    """The matrix with NaN drivers made uncorrelated, and which drivers are present.

    A pair nobody rated together leaves a gap between two present drivers; then no driver of that matrix is present.
    """
    present = ~np.isnan(np.diagonal(r, axis1=-2, axis2=-1))
    both = present[..., :, None] & present[..., None, :]
    gaps: Flags = np.asarray((np.isnan(r) & both).any(axis=(-2, -1)))
    both, present = both & ~gaps[..., None, None], present & ~gaps[..., None]
    return np.where(both, r, np.eye(r.shape[-1])), present
