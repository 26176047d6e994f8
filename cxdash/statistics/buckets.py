"""The standard error of anything: delete-a-group jackknife over customer-hash buckets.

State kept for each bucket of customers (hash of the customer modulo G, usually 32) adds up like any other state, and
leaving out one bucket at a time gives the sampling variance of any smooth metric: valid when customers answer
repeatedly (naive intervals then cover 76 %, not 95 %), and with covariances between metrics and between overlapping
windows. Not for medians or maxima (not smooth), nor for cells with a handful of customers: estimate the design effect
on a coarse cube and carry it to fine cells as n/deff.

Source: Kott 2001; Wolter 2007, ch. 4 ("JK1" of the R package survey, variance about the full estimate).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root, together
from cxdash.statistics.distributions import t_quantile


class Estimate(NamedTuple):
    """A value, its standard error and 95 % limits."""

    value: Floats
    se: Floats
    low: Floats
    high: Floats


def without_each(state: Numbers) -> Floats:
    """The state with each bucket left out in turn: total minus bucket, buckets on the last axis."""
    buckets = floats(state)
    return floats(buckets.sum(axis=-1, keepdims=True) - buckets)


def jackknife(theta_full: Numbers, theta_without: Numbers, *, occupied: ArrayLike | None = None) -> Floats:
    """The variance of an estimate from its values without each bucket.

    Args:
        theta_full: the estimate on all customers, shape (cells,).
        theta_without: the estimate without bucket g, shape (cells, G).
        occupied: which buckets hold any customer, shape (cells, G). Empty ones are not counted among the groups;
            without this argument all are taken to be occupied.

    Returns:
        (G-1)/G sum of squared deviations from the full estimate, shape (cells,); NaN with fewer than two occupied
        buckets, or where leaving one out leaves no estimate.
    """
    return jackknife_covariance(theta_full, theta_without, theta_full, theta_without, occupied=occupied)


def jackknife_covariance(
    a_full: Numbers, a_without: Numbers, b_full: Numbers, b_without: Numbers, *, occupied: ArrayLike | None = None
) -> Floats:
    """The covariance of two estimates over the same buckets of customers.

    Args:
        a_full: the first estimate on all customers, shape (cells,).
        a_without: the first estimate without each bucket, shape (cells, G).
        b_full: the second estimate.
        b_without: the second estimate without each bucket.
        occupied: which buckets hold any customer.
    """
    a = floats(a_without) - floats(a_full)[..., None]
    b = floats(b_without) - floats(b_full)[..., None]
    used = np.broadcast_to(np.asarray(True if occupied is None else occupied, dtype=np.bool_), np.broadcast(a, b).shape)
    groups = used.sum(axis=-1).astype(np.float64)
    groups = np.where(groups >= 2, groups, np.nan)
    return floats((groups - 1) / groups * np.sum(np.where(used, a * b, 0.0), axis=-1))


def t_interval(value: Numbers, variance: Numbers, groups: Numbers) -> tuple[Floats, Floats]:
    """The limits value -+ t sqrt(variance), with G - 1 degrees of freedom; NaN with fewer than two groups."""
    half = t_quantile(0.975, floats(groups) - 1) * root(variance)
    return floats(value) - half, floats(value) + half


def difference_in_differences(
    full: tuple[Numbers, Numbers, Numbers, Numbers],
    without: tuple[Numbers, Numbers, Numbers, Numbers],
    *,
    occupied: ArrayLike | None = None,
) -> Estimate:
    """How much more one group changed than another, with errors that know that the customers are the same.

    Args:
        full: the estimate of the group after and before, and of the comparison group after and before, on all
            customers, each of shape (cells,).
        without: the same without each bucket, each of shape (cells, G).
        occupied: which buckets hold any customer.

    Returns:
        (group after - before) - (comparison after - before) as an Estimate; error NaN with fewer than two buckets.
    """
    after, before, other_after, other_before = (floats(v) for v in full)
    value = (after - before) - (other_after - other_before)
    after, before, other_after, other_before = (floats(v) for v in without)
    left_out = (after - before) - (other_after - other_before)
    used = np.broadcast_to(np.asarray(True if occupied is None else occupied, dtype=np.bool_), left_out.shape)
    variance = jackknife(value, left_out, occupied=used)
    return Estimate(value, root(variance), *t_interval(value, variance, used.sum(axis=-1)))


def design_effect(v_bucket: Numbers, v_srs: Numbers) -> Floats:
    """How much more an estimate varies than with independent answers: max(1, ratio); 1 where it cannot be told."""
    ratio = divide(v_bucket, v_srs)
    return np.where(np.isnan(ratio), 1.0, np.maximum(ratio, 1.0))


def pooled_design_effect(v_bucket: Numbers, v_srs: Numbers, *, axis: int | None = None) -> Floats:
    """One design effect for many cells: max(1, sum of variances / sum of independent-answer variances).

    A ratio of sums is far steadier than a mean of ratios. Cells without both variances are left out; 1 where none is.
    """
    clustered, independent = together(v_bucket, v_srs)
    usable = ~(np.isnan(clustered) | np.isnan(independent))
    return design_effect(
        np.sum(np.where(usable, clustered, 0.0), axis=axis), np.sum(np.where(usable, independent, 0.0), axis=axis)
    )
