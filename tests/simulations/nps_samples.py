"""Every sample of n answers to the NPS question and how likely it is, for studies that enumerate instead of draw.

There are (n + 1)(n + 2)/2 ways to split n answers over detractors, passives and promoters: 66 for n = 10, half a
million for n = 1,000. A coverage summed over all of them has no Monte Carlo error. Not a study itself.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

_ROUNDING = 1e-12
"""A limit that is the truth itself up to rounding holds it."""

_NEVER = 1e-300
"""Stands for a share of zero, whose logarithm must not meet a count of zero."""


def populations() -> Floats:
    """Shares of detractors, passives and promoters, shape (85, 3).

    NPS -60 … +90 by 10 points with 5, 10, 20, 30, 40 and 50 % passives, wherever these leave room. Seven of them have
    nobody at one end at all (NPS 90 with 10 % passives has no detractors): the hardest for every method.
    """
    grid = product(np.arange(-60, 91, 10) / 100, (0.05, 0.10, 0.20, 0.30, 0.40, 0.50))
    found = [((1 - m - nps) / 2, m, (1 - m + nps) / 2) for nps, m in grid if 1 - m - abs(nps) > -_ROUNDING]
    shares: Floats = np.maximum(np.array(found), 0.0)
    return shares


def nps_of(shares: Floats) -> Floats:
    """The true NPS of each population, unit scale."""
    value: Floats = shares[..., 2] - shares[..., 0]
    return value


def samples(n: int) -> Counts:
    """Every possible (d, m, p) with d + m + p = n, shape (samples, 3)."""
    d, m = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    inside = d + m <= n
    return np.stack([d[inside], m[inside], n - d[inside] - m[inside]], axis=1)


def ways(counts: Counts) -> Floats:
    """The logarithm of the multinomial coefficient of each sample, shape (samples,)."""
    factorials: Floats = gammaln(np.arange(counts.sum(axis=1).max() + 1) + 1.0)
    found: Floats = np.asarray(factorials[counts.sum(axis=1)] - factorials[counts].sum(axis=1))
    return found


def chances(counts: Counts, shares: Floats, ordered: Floats | None = None) -> Floats:
    """The multinomial probability of each sample, shape (samples,); `ordered` is `ways(counts)` where it is known."""
    ordered = ways(counts) if ordered is None else ordered
    return np.asarray(np.exp(ordered + counts @ np.log(np.maximum(shares, _NEVER))))


def holds(low: Floats, high: Floats, truth: Floats | float) -> Flags:
    """Whether the interval holds the truth; an interval that is not there (NaN) does not."""
    return (low <= truth + _ROUNDING) & (truth - _ROUNDING <= high)
