"""Is the service equally good in every channel? The spread between channels beyond sampling noise, and its index.

delta is an unbiased estimate (before it is cut at zero) of the traffic-weighted standard deviation of the channels'
true levels; the index is 100 at no spread and 0 at the reference spread. Raw range and raw SD call equal channels
inconsistent at n <= 200; I-squared is a share of noise that tends to 100 % as n grows. `raw_spread` and `heterogeneity`
are here only to show beside delta. Do not read it as an effect of the channels while they serve different customers:
standardise by segment, or use pairs (`channel_pairs`).

Source: DerSimonian & Laird 1986; Hedges 1983; Patnaik 1949; Steiger & Fouladi 1997; Borenstein et al. 2017. The index
itself is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cxdash.statistics.arrays import Flags, Floats, Numbers, divide, floats, root, together
from cxdash.statistics.distributions import chi_squared_tail, noncentral_chi_squared
from cxdash.statistics.intervals import nps_variance
from cxdash.statistics.roots import crossing


@dataclass(frozen=True, slots=True)
class Spread:
    """Spread between channels in the unit of y, its 95 % limits, p of "all equal", and the index 0..100 with limits."""

    delta: Floats
    delta_low: Floats
    delta_high: Floats
    p: Floats
    index: Floats
    index_low: Floats
    index_high: Floats


class Heterogeneity(NamedTuple):
    """Classical spread: Cochran's Q with p, tau-squared (DerSimonian-Laird, Hedges), I-squared in percent."""

    q: Floats
    p: Floats
    tau2_dl: Floats
    tau2_he: Floats
    i2: Floats


def level_spread(y: Numbers, v: Numbers, weights: Numbers, *, reference_spread: Numbers) -> Spread:
    """The spread of independent channel scores beyond their sampling noise.

    Args:
        y: channel scores, shape (cells, channels), in points; NaN leaves a channel out.
        v: their sampling variances, points squared (times design effect), see `smoothed_nps_variance`.
        weights: traffic shares; any positive scale, renormalised over the channels left in.
        reference_spread: the spread at which the index is 0, in the unit of y (NPS 30, CSAT 16, CES 0.6).

    Returns:
        A Spread for each cell; NaN where fewer than two channels remain.
    """
    y, v, w = together(y, v, weights)
    present = ~np.isnan(y) & (v >= 0) & (w > 0)
    y, v, w = np.where(present, y, 0.0), np.where(present, v, 0.0), _shares(w, present)
    between = np.sum(w * (y - np.sum(w * y, axis=-1, keepdims=True)) ** 2, axis=-1)
    noise = np.sum(w * (1 - w) * v, axis=-1)
    # tr(AVAV) for diagonal V: the squared diagonal, and for i != j the products w_i^2 v_i w_j^2 v_j.
    cross = np.sum(w**2 * v, axis=-1) ** 2 - np.sum(w**4 * v**2, axis=-1)
    noise_squared = np.sum((w * (1 - w) * v) ** 2, axis=-1) + cross
    return _spread(between, noise, noise_squared, present.sum(axis=-1), floats(reference_spread))


def correlated_level_spread(y: Numbers, covariance: Numbers, weights: Numbers, *, reference_spread: Numbers) -> Spread:
    """The same for channel levels whose errors are correlated (paired levels).

    Args:
        y: channel levels, shape (cells, channels); NaN leaves a channel out.
        covariance: their covariance, shape (cells, channels, channels).
        weights: traffic shares.
        reference_spread: the spread at which the index is 0.
    """
    y, w = together(y, weights)
    v = floats(covariance)
    present = ~np.isnan(y) & (w > 0) & (np.diagonal(v, axis1=-2, axis2=-1) >= 0)
    y, w = np.where(present, y, 0.0), _shares(w, present)
    v = np.where(present[..., :, None] & present[..., None, :], v, 0.0)
    a = w[..., :, None] * np.eye(w.shape[-1]) - w[..., :, None] * w[..., None, :]
    av = a @ v
    between = np.sum(w * (y - np.sum(w * y, axis=-1, keepdims=True)) ** 2, axis=-1)
    noise = np.trace(av, axis1=-2, axis2=-1)
    noise_squared = np.einsum("...ij,...ji->...", av, av)
    return _spread(between, noise, noise_squared, present.sum(axis=-1), floats(reference_spread))


def smoothed_nps_variance(d: Numbers, m: Numbers, p: Numbers) -> Floats:
    """The sampling variance of a channel's NPS in points squared, smoothed by (.75, 1.5, .75) pseudo-answers.

    Without them a channel of five promoters would count as known without error. NaN where nobody answered.
    """
    d, m, p = floats(d), floats(m), floats(p)
    n = np.where((d >= 0) & (m >= 0) & (p >= 0) & (d + m + p > 0), d + m + p, np.nan)
    return floats(1e4 * nps_variance(d + 0.75, m + 1.5, p + 0.75) / n)


def standardise_levels(y: Numbers, v: Numbers, shares: Numbers) -> tuple[Floats, Floats]:
    """Channel scores as they would be if every channel served the same mix of segments.

    Args:
        y: scores, shape (cells, channels, segments).
        v: their sampling variances.
        shares: the segments' fixed shares, shape (segments,), any positive scale.

    Returns:
        (score, variance), each (cells, channels), for `level_spread`; NaN where a segment with a share has no score in
        that channel (merge segments, or leave the channel out).
    """
    y, v, w = together(y, v, shares)
    counted = w > 0
    w = divide(w, w.sum(axis=-1, keepdims=True))
    some = counted.any(axis=-1)
    level, variance = (np.where(counted, part, 0.0).sum(axis=-1) for part in (w * y, w**2 * v))
    return np.where(some, level, np.nan), np.where(some, variance, np.nan)


def heterogeneity(y: Numbers, v: Numbers) -> Heterogeneity:
    """Cochran's Q and its relatives over the last axis; NaN values are left out, NaN below two values.

    Args:
        y: estimates, shape (cells, groups).
        v: their variances, positive.
    """
    y, v = together(y, v)
    present = ~np.isnan(y) & (v > 0)
    groups = present.sum(axis=-1).astype(np.float64)
    groups = np.where(groups >= 2, groups, np.nan)
    w = np.where(present, divide(1.0, v), 0.0)
    y, v = np.where(present, y, 0.0), np.where(present, v, 0.0)
    total = w.sum(axis=-1)
    centre = divide(np.sum(w * y, axis=-1), total)
    q = np.where(groups >= 2, np.sum(w * (y - centre[..., None]) ** 2, axis=-1), np.nan)
    tau2_dl = np.maximum(divide(q - (groups - 1), total - divide(np.sum(w**2, axis=-1), total)), 0.0)
    mean = divide(np.sum(y, axis=-1), groups)
    raw = divide(np.sum(np.where(present, (y - mean[..., None]) ** 2, 0.0), axis=-1), groups - 1)
    tau2_he = np.maximum(raw - divide(v.sum(axis=-1), groups), 0.0)
    i2 = np.where(q == 0, 0.0, 100 * np.maximum(divide(q - (groups - 1), q), 0.0))
    return Heterogeneity(q, chi_squared_tail(q, groups - 1), tau2_dl, tau2_he, i2)


def raw_spread(y: Numbers, weights: Numbers) -> tuple[Floats, Floats]:
    """Range and weighted standard deviation of channel scores as they are, sampling noise and all.

    To show beside delta, never instead of it.

    Args:
        y: channel scores, shape (cells, channels); NaN leaves a channel out.
        weights: traffic shares, any positive scale.

    Returns:
        (range, sd) in the unit of y; NaN below two channels.
    """
    y, w = together(y, weights)
    present = ~np.isnan(y) & (w > 0)
    w = _shares(w, present)
    level = np.where(present, y, 0.0)
    centre = np.sum(w * level, axis=-1, keepdims=True)
    sd = np.sqrt(np.sum(w * (level - centre) ** 2, axis=-1))
    enough = present.sum(axis=-1) >= 2
    highest = np.where(enough, np.where(present, y, -np.inf).max(axis=-1, initial=-np.inf), np.nan)
    lowest = np.where(enough, np.where(present, y, np.inf).min(axis=-1, initial=np.inf), np.nan)
    return highest - lowest, np.where(enough, sd, np.nan)


def reference_spread(within_sd: Numbers) -> Floats:
    """The spread between channels at which the index is 0: .4 standard deviations within a channel ("large", Cohen).

    Frozen at configuration (NPS 30 points, CSAT 16, CES 0.6), so that the index does not move with its yardstick.
    """
    return 0.4 * floats(within_sd)


def typical_difference(delta: Numbers) -> Floats:
    """How far two customers served in two random channels differ on average for reasons of channel: 1.13 delta.

    2/sqrt(pi) delta, in the unit of delta; the root mean square of that difference is sqrt(2) delta.
    """
    return floats(2.0 / np.sqrt(np.pi) * floats(delta))


def _shares(weights: Floats, present: Flags) -> Floats:
    """Weights of the channels left in, adding to one (zeros where none is)."""
    kept = np.where(present, weights, 0.0)
    total = kept.sum(axis=-1, keepdims=True)
    return kept / np.where(total > 0, total, 1.0)


def _spread(between: Floats, noise: Floats, noise_squared: Floats, channels: Floats, reference: Floats) -> Spread:
    """delta, its interval by inverting T ~ c chi2_nu(lambda), and the index."""
    # Noise below zero, or none beside a square of it, is of a covariance that cannot be one.
    answered = (channels >= 2) & ((noise_squared > 0) | (noise == 0)) & (noise >= 0)
    scale = np.where(answered, divide(noise_squared, noise), np.nan)
    degrees = np.where(answered, divide(noise**2, noise_squared), np.nan)
    statistic = divide(between, scale)
    certain = answered & (noise == 0)
    delta = np.where(answered, np.sqrt(np.maximum(between - noise, 0.0)), np.nan)
    raw = np.sqrt(np.maximum(between, 0.0))
    low = np.where(certain, raw, root(scale * _noncentrality(statistic, degrees, 0.975)))
    high = np.where(certain, raw, root(scale * _noncentrality(statistic, degrees, 0.025)))
    p = np.where(certain, np.where(between > 0, 0.0, 1.0), chi_squared_tail(statistic, degrees))
    return Spread(delta, low, high, p, _index(delta, reference), _index(high, reference), _index(low, reference))


def _index(delta: Floats, reference: Floats) -> Floats:
    """100 at no spread, 0 at the reference spread and beyond."""
    return 100 * np.maximum(1 - divide(delta, reference), 0.0)


def _noncentrality(statistic: Floats, degrees: Floats, probability: float) -> Floats:
    """The lambda with P(chi2_nu(lambda) <= statistic) = probability, 0 where even lambda = 0 gives less."""
    known = ~np.isnan(statistic)
    at = np.where(known, statistic, 1.0)
    nu = np.where(known, degrees, 1.0)

    def excess(noncentrality: Floats) -> Floats:
        return noncentral_chi_squared(at, nu, noncentrality) - probability

    central = excess(np.zeros_like(at))
    # Mean nu + lambda, variance 2(nu + 2 lambda): far enough above to push the probability below .025.
    far = at + 20 + 10 * np.sqrt(at + 4)
    found = crossing(excess, np.zeros_like(at), far, at_low=central, at_high=excess(far))
    return np.where(known, np.where(central <= 0, 0.0, found), np.nan)
