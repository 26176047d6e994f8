"""What may be read from driver weights? Whether the state suffices, which drivers differ, and where to act first.

Before weights: `rated_together` says which drivers every pair of enough customers rated, `hide_thin_pairs` takes out
the other pairs, `variance_inflation` and `nearly_copies` say which drivers to merge, `mostly_missing` when to show
listwise and pairwise results side by side. After: `weight_differences` compares drivers (their weights come from the
same customers, so two intervals that overlap decide nothing), `above_average` tests which stand out of all of them,
`slopes` whether a driver has anything of its own (a weight above zero does not prove it), and `priority` puts
importance, performance and reach together. Importance is association, not effect; do not rank at all below an R-squared
of .1.

Source: Kott 2001 (jackknife); ordinary least squares from correlations; Tonidandel & LeBreton 2011.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cxdash.statistics.arrays import Flags, Floats, Numbers, divide, floats, root
from cxdash.statistics.buckets import jackknife, t_interval
from cxdash.statistics.distributions import two_sided_t
from cxdash.statistics.drivers import (
    FEWEST_CUSTOMERS,
    DriverWeights,
    explained,
    pairwise_correlations,
    relative_weights,
    smallest_eigenvalue,
    weight_intervals,
    without_gaps,
)

MINIMUM_TOGETHER = FEWEST_CUSTOMERS
_LEAST_EXPLAINED, _MOST_MISSING, _SMALLEST_EIGENVALUE, _LARGEST_INFLATION = 0.1, 0.2, 0.01, 10.0
_SINGULAR = 1e-8


class WeightDifferences(NamedTuple):
    """Weight of driver j minus weight of driver k, shape (cells, p, p), with jackknife error and 95 % limits."""

    diff: Floats
    se: Floats
    low: Floats
    high: Floats


class Slopes(NamedTuple):
    """Standardised regression slopes, shape (cells, p), their errors, t and two-sided p."""

    beta: Floats
    se: Floats
    t: Floats
    p: Floats


class AboveAverage(NamedTuple):
    """Weight of each driver minus the mean weight, shape (cells, p), with jackknife error and two-sided p."""

    diff: Floats
    se: Floats
    p: Floats


class PairwiseWeights(NamedTuple):
    """Relative weights (cells, p), the same without each bucket (cells, G, p), and occupied buckets (cells, G)."""

    weights: Floats
    without: Floats
    occupied: Flags


def rated_together(together: Numbers, *, minimum: float = MINIMUM_TOGETHER) -> Flags:
    """Which drivers can be weighed together, dropping as few as a greedy choice finds, shape (cells, p).

    First those go that too few rated with the outcome. While there is still a pair too few rated both of, the driver in
    most such pairs goes; of several, the one that fewest rated.

    Args:
        together: customers who rated both of each pair, variable 0 the outcome, shape (cells, 1 + p, 1 + p).
        minimum: customers a pair needs.
    """
    n = floats(together)
    rated, enough = n[..., 0, 1:], n >= minimum
    present = enough[..., 0, 1:] & np.diagonal(enough, axis1=-2, axis2=-1)[..., 1:] & enough[..., :1, 0]
    more = divide(rated, 1 + rated.max(axis=-1, initial=0.0)[..., None])
    for _ in range(rated.shape[-1]):
        thin = (~enough[..., 1:, 1:] & present[..., :, None] & present[..., None, :]).sum(axis=-1)
        leaves = np.argmax(np.where(thin > 0, thin - more, -np.inf), axis=-1)
        gone = (np.arange(rated.shape[-1]) == leaves[..., None]) & (thin > 0)
        present = present & ~gone
    return np.asarray(present, dtype=np.bool_)


def hide_thin_pairs(r: Numbers, together: Numbers, *, minimum: float = MINIMUM_TOGETHER) -> Floats:
    """Correlations with NaN where fewer than 100 customers rated both; variable 0 is the outcome.

    A driver too few rated together with the outcome is taken out whole; one that only misses a pair with another driver
    is not, so then no weights can be had (`drivers.relative_weights` says NaN) until one of the two is dropped.

    Args:
        r: correlations, shape (cells, 1 + p, 1 + p).
        together: customers who rated both of each pair, same shape.
        minimum: customers a pair needs.
    """
    enough = floats(together) >= minimum
    rated = enough[..., 0, :] & np.diagonal(enough, axis1=-2, axis2=-1)
    rated = rated & rated[..., :1]
    usable = enough & rated[..., :, None] & rated[..., None, :]
    return np.where(usable, floats(r), np.nan)


def effective_size(together: Numbers) -> Floats:
    """Customers a test over all drivers may count on: the smallest number who rated both of any pair."""
    return floats(np.min(floats(together), axis=(-2, -1)))


def mostly_missing(answered: Numbers, customers: Numbers) -> Flags:
    """Whether more than 20 % of ratings are missing: then show listwise and pairwise weights side by side.

    Args:
        answered: ratings of each driver, shape (cells, p).
        customers: customers asked, shape (cells,).
    """
    share = divide(floats(answered).mean(axis=-1), np.where(floats(customers) > 0, customers, np.nan))
    return np.asarray(1 - share > _MOST_MISSING, dtype=np.bool_)


def variance_inflation(rxx: Numbers) -> Floats:
    """How much the error of each driver's slope grows by the others, shape (cells, p): 1 / (1 - R-squared on them).

    Drivers whose correlations are NaN are left out and NaN; all NaN where drivers are linearly dependent.
    """
    inverse, present = _inverse(floats(rxx))
    return np.where(present, np.diagonal(inverse, axis1=-2, axis2=-1), np.nan)


def nearly_copies(rxx: Numbers) -> Flags:
    """Whether some drivers are so alike that they should be merged: an eigenvalue below .01, or inflation above 10."""
    inflation = variance_inflation(rxx)
    beyond = np.where(np.isnan(inflation), 0.0, inflation).max(axis=-1, initial=0.0) > _LARGEST_INFLATION
    return np.asarray(beyond | (smallest_eigenvalue(rxx) < _SMALLEST_EIGENVALUE), dtype=np.bool_)


def slopes(rxx: Numbers, rxy: Numbers, n: Numbers) -> Slopes:
    """Whether each driver adds anything to the others: standardised least squares from correlations.

    Args:
        rxx: correlations among drivers, shape (cells, p, p).
        rxy: correlations with the outcome, shape (cells, p).
        n: customers, or `effective_size` where pairs differ (divide by the design effect where answers repeat).

    Returns:
        Slopes with n - p - 1 degrees of freedom; NaN as in `variance_inflation`, error NaN below that many customers.
    """
    unknown = np.isnan(floats(rxy))
    inverse, present = _inverse(np.where(unknown[..., :, None] | unknown[..., None, :], np.nan, floats(rxx)))
    y = np.where(present, floats(rxy), 0.0)
    beta = np.einsum("...ij,...j->...i", inverse, y)
    left = np.maximum(1 - np.einsum("...i,...i->...", beta, y), 0.0)
    degrees = floats(n) - present.sum(axis=-1) - 1
    variance = divide(left, np.where(degrees > 0, degrees, np.nan))[..., None]
    se = root(variance * np.diagonal(inverse, axis1=-2, axis2=-1))
    t = divide(beta, se)
    found = (np.where(present, v, np.nan) for v in (beta, se, t, two_sided_t(t, degrees[..., None])))
    return Slopes(*found)


def weight_differences(weights: Numbers, without: Numbers, occupied: ArrayLike) -> WeightDifferences:
    """Whether one driver matters more than another, from the same buckets of customers.

    Args:
        weights: on all customers, shape (cells, p).
        without: without bucket g, shape (cells, G, p).
        occupied: which buckets hold any customer, shape (cells, G).

    Returns:
        WeightDifferences, antisymmetric; limits from t with G - 1 degrees of freedom.
    """
    w, rest = floats(weights), np.swapaxes(floats(without), -1, -2)
    diff = w[..., :, None] - w[..., None, :]
    diff_without = rest[..., :, None, :] - rest[..., None, :, :]
    used = np.broadcast_to(np.asarray(occupied, dtype=np.bool_), floats(without).shape[:-1])[..., None, None, :]
    variance = jackknife(diff, diff_without, occupied=used)
    return WeightDifferences(diff, root(variance), *t_interval(diff, variance, used.sum(axis=-1)))


def above_average(weights: Numbers, without: Numbers, occupied: ArrayLike) -> AboveAverage:
    """Whether each driver matters more than drivers do on average: its weight minus the mean of those present.

    Args:
        weights: on all customers, shape (cells, p).
        without: without bucket g, shape (cells, G, p).
        occupied: which buckets hold any customer, shape (cells, G).

    Returns:
        AboveAverage with p from t with G - 1 degrees of freedom; the differences of a cell add up to 0. Several drivers
        are several tests (`discoveries.benjamini_hochberg`).
    """
    w, rest = floats(weights), floats(without)
    diff, diff_without = (v - divide(explained(v), (~np.isnan(v)).sum(axis=-1))[..., None] for v in (w, rest))
    used = np.broadcast_to(np.asarray(occupied, dtype=np.bool_), rest.shape[:-1])[..., None, :]
    se = root(jackknife(diff, np.swapaxes(diff_without, -1, -2), occupied=used))
    return AboveAverage(diff, se, two_sided_t(divide(diff, se), used.sum(axis=-1) - 1.0))


def bucketed_pairwise_weights(
    n: Numbers, sums: Numbers, squares: Numbers, cross: Numbers, *, minimum: float = MINIMUM_TOGETHER
) -> DriverWeights:
    """Relative weights with bucket-jackknife intervals where not everybody rated everything; variable 0 the outcome.

    Args:
        n: customers who rated i and j, in each bucket, shape (cells, G, 1 + p, 1 + p).
        sums: sum of variable i over them.
        squares: sum of its squares over them.
        cross: sum of products.
        minimum: customers a pair needs over all buckets together.

    Returns:
        DriverWeights as `drivers.bucketed_weights`; NaN by the rule of `hide_thin_pairs`.
    """
    return weight_intervals(*pairwise_weights(n, sums, squares, cross, minimum=minimum))


def pairwise_weights(
    n: Numbers, sums: Numbers, squares: Numbers, cross: Numbers, *, minimum: float = MINIMUM_TOGETHER
) -> PairwiseWeights:
    """The weights with and without each bucket, from the same state: what errors and comparisons are made of."""
    state = [np.asarray(v) for v in (n, sums, squares, cross)]
    whole = [v.sum(axis=-3) for v in state]
    r = hide_thin_pairs(pairwise_correlations(*whole), whole[0], minimum=minimum)
    r_without = pairwise_correlations(*(np.expand_dims(w, -3) - v for w, v in zip(whole, state, strict=True)))
    r_without = np.where(np.isnan(r)[..., None, :, :], np.nan, r_without)
    occupied = state[0][..., 0, 0] > 0
    return PairwiseWeights(_outcome_first(r), _outcome_first(r_without), occupied)


def reach(answered: Numbers, customers: Numbers) -> Floats:
    """The share of customers who experienced each touchpoint, 0..1, shape (cells, p); customers of shape (cells,)."""
    asked = floats(customers)[..., None]
    return divide(answered, np.where(asked > 0, asked, np.nan))


def priority(share: Numbers, performance: Numbers, reached: Numbers) -> Floats:
    """Where to act first: high importance x low performance x reach, 0..1.

    Args:
        share: the driver's share of R-squared, 0..1.
        performance: its mean rating as a share of the way along its scale, 0..1.
        reached: the share of customers who experienced it, 0..1.

    Returns:
        Comparable within one analysis only, like the shares it is made of.
    """
    return floats(share) * (1 - floats(performance)) * floats(reached)


def rankable(r2: Numbers) -> Flags:
    """Whether drivers may be ranked at all: they explain a tenth of the outcome's variance."""
    return np.asarray(floats(r2) >= _LEAST_EXPLAINED, dtype=np.bool_)


def disagreement(listwise: Numbers, pairwise: Numbers) -> Floats:
    """How far two sets of weights (listwise and pairwise, relative and LMG) differ: largest gap over R-squared.

    Relative weights and LMG usually differ by less than .02; NaN where either has no weights.
    """
    first, second = floats(listwise), floats(pairwise)
    return divide(np.abs(first - second).max(axis=-1), explained(first))


def _outcome_first(r: Floats) -> Floats:
    """Relative weights from correlations whose variable 0 is the outcome."""
    return relative_weights(r[..., 1:, 1:], r[..., 1:, 0])


def _inverse(r: Floats) -> tuple[Floats, Flags]:
    """The inverse of the drivers' correlations, and which drivers are present; nobody in a matrix that has none."""
    filled, present = without_gaps(r)
    values, vectors = np.linalg.eigh(filled)
    present = present & (values[..., :1] > _SINGULAR)
    raised = np.maximum(values, _SINGULAR)
    return np.einsum("...ik,...k,...jk->...ij", vectors, 1 / raised, vectors), present
