"""Which touchpoints move the score? Importance of correlated drivers, from cross-products of ratings.

Johnson's relative weights (default) and LMG (check) split R-squared among drivers; both are functions of the
correlation matrix, so mergeable sums suffice. Never show |beta| or beta times r: they turn negative or flip with
correlated drivers. Importance is association, not effect; a driver without effect of its own still has a weight above
zero when it is correlated with others. Show no ranking when R-squared is below .1, and use a pair of drivers only where
100 customers rated both.

Source: Johnson 2000; Genizi 1993; Lindeman, Merenda & Gold 1980; Groemping 2006; Tonidandel & LeBreton 2011.
"""

from __future__ import annotations

from itertools import combinations
from math import factorial
from typing import NamedTuple

import numpy as np

from cxdash.errors import CxdashError
from cxdash.statistics.arrays import Flags, Floats, Numbers, difference_of_products, divide, floats, root
from cxdash.statistics.buckets import jackknife, t_interval

_MOST_DRIVERS = 15
_SINGULAR = 1e-8


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
    return floats(np.linalg.eigvalsh(_without_gaps(floats(rxx))[0])[..., 0])


def repaired(matrix: Numbers) -> Floats:
    """The matrix with eigenvalues raised to 1e-8 and its diagonal put back to one; unchanged where none was below."""
    given = floats(matrix)
    values, vectors = np.linalg.eigh(given)
    raised = np.einsum("...ik,...k,...jk->...ij", vectors, np.maximum(values, _SINGULAR), vectors)
    scale = root(np.diagonal(raised, axis1=-2, axis2=-1))
    fixed = raised / (scale[..., :, None] * scale[..., None, :])
    return np.where((values[..., 0] < _SINGULAR)[..., None, None], fixed, given)


def relative_weights(rxx: Numbers, rxy: Numbers) -> Floats:
    """Johnson's relative weights; they add up to R-squared.

    Args:
        rxx: correlations among drivers, shape (..., p, p).
        rxy: correlations with the outcome, shape (..., p).

    Returns:
        Shape (..., p); a driver whose correlations are NaN (it does not vary) is left out and NaN. All NaN where the
        drivers are linearly dependent, or a pair of them was never rated together.
    """
    r, present = _without_gaps(floats(rxx))
    values, vectors = np.linalg.eigh(r)
    solvable = values[..., :1] > _SINGULAR
    scale = np.sqrt(np.maximum(values, _SINGULAR))
    symmetric_root = np.einsum("...ik,...k,...jk->...ij", vectors, scale, vectors)
    inverse_root = np.einsum("...ik,...k,...jk->...ij", vectors, 1 / scale, vectors)
    b = np.einsum("...ij,...j->...i", inverse_root, np.where(present, floats(rxy), 0.0))
    weights = np.einsum("...jk,...k->...j", symmetric_root**2, b**2)
    return np.where(present & solvable, weights, np.nan)


def lmg(rxx: Numbers, rxy: Numbers) -> Floats:
    """The increment to R-squared of each driver, averaged over all orders of entry (Shapley); for one matrix.

    Args:
        rxx: correlations among drivers, shape (p, p), p at most 15 (2^p small systems).
        rxy: correlations with the outcome, shape (p,).

    Raises:
        CxdashError: for more than 15 drivers.
    """
    r, y = floats(rxx), floats(rxy)
    p = y.size
    if p > _MOST_DRIVERS:
        raise CxdashError(
            f"LMG was asked for {p} drivers.",
            known=f"It solves 2^p systems, so at most {_MOST_DRIVERS} drivers are allowed.",
            action="Use relative weights, or merge drivers.",
        )
    explained: dict[tuple[int, ...], float] = {(): 0.0}
    for size in range(1, p + 1):
        for subset in combinations(range(p), size):
            chosen = list(subset)
            explained[subset] = float(y[chosen] @ np.linalg.lstsq(r[np.ix_(chosen, chosen)], y[chosen], rcond=None)[0])
    shares = np.zeros(p)
    for subset, r2 in explained.items():
        before, after = len(subset), p - len(subset)
        for driver in subset:
            rest = tuple(i for i in subset if i != driver)
            shares[driver] += factorial(before - 1) * factorial(after) / factorial(p) * (r2 - explained[rest])
    return shares


def bucketed_weights(n: Numbers, sums: Numbers, cross: Numbers) -> DriverWeights:
    """Relative weights with bucket-jackknife intervals; variable 0 is the outcome.

    Args:
        n: customers in each bucket, shape (G,).
        sums: sums in each bucket, shape (G, 1 + p).
        cross: sums of products in each bucket, shape (G, 1 + p, 1 + p).

    Returns:
        DriverWeights, each of shape (p,) except R-squared; error NaN with fewer than two occupied buckets.
    """
    count, total, products = floats(n), floats(sums), floats(cross)
    everybody = _weights(count.sum(axis=0), total.sum(axis=0), products.sum(axis=0))
    left_out = _weights(count.sum(axis=0) - count, total.sum(axis=0) - total, products.sum(axis=0) - products)
    occupied = count > 0
    groups = occupied.sum()
    r2, r2_without = np.nansum(everybody), np.nansum(left_out, axis=-1)
    share, share_without = divide(everybody, r2), divide(left_out, r2_without[:, None])
    variance = jackknife(everybody, left_out.T, occupied=occupied)
    low, high = t_interval(everybody, variance, groups)
    share_low, share_high = t_interval(share, jackknife(share, share_without.T, occupied=occupied), groups)
    return DriverWeights(everybody, floats(r2), root(variance), low, high, share, share_low, share_high)


def _weights(n: Floats, sums: Floats, cross: Floats) -> Floats:
    """Relative weights of state whose variable 0 is the outcome."""
    r = correlations(n, sums, cross)
    return relative_weights(r[..., 1:, 1:], r[..., 1:, 0])


def _without_gaps(r: Floats) -> tuple[Floats, Flags]:
    """The matrix with NaN drivers made uncorrelated, and which drivers are present.

    A pair nobody rated together leaves a gap between two present drivers; then no driver of that matrix is present.
    """
    present = ~np.isnan(np.diagonal(r, axis1=-2, axis2=-1))
    both = present[..., :, None] & present[..., None, :]
    gaps: Flags = np.asarray((np.isnan(r) & both).any(axis=(-2, -1)))
    both, present = both & ~gaps[..., None, None], present & ~gaps[..., None]
    return np.where(both, r, np.eye(r.shape[-1])), present
