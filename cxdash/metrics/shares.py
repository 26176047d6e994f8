"""The finaliser of every metric that is a share: numerator over denominator, Wilson interval.

Clustered answers enter through the design effect: counts are divided by it before the interval is made, so repeated
answers of one customer widen it as they should (methods: CSAT 2.1, foundations 0.4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cxdash.measures import Estimates, Finalise, Floats
from cxdash.statistics.intervals import wilson


def sum_of(states: Mapping[str, Floats], names: Sequence[str]) -> Floats:
    """Cell-wise sum of several states."""
    return np.asarray(np.sum([states[name] for name in names], axis=0), dtype=np.float64)


def share_estimates(x: Floats, n: Floats, *, z: Any, deff: Any) -> Estimates:
    """Estimates of x/n with a Wilson interval on n/deff; n = 0 gives NaN everywhere."""
    n = np.asarray(n, dtype=float)
    some = n > 0
    safe = np.where(some, n, 1.0)
    value = np.where(some, x / safe, np.nan)
    n_eff = np.where(some, safe / deff, 0.0)
    low, high = wilson(np.where(some, x / safe, 0.0) * np.where(some, n_eff, 1.0), np.where(some, n_eff, 1.0), z=z)
    variance = np.where(some, value * (1 - value) / safe, np.nan)
    return Estimates(value, np.where(some, low, np.nan), np.where(some, high, np.nan), n, n_eff, variance)


def share(numerator: Sequence[str], denominator: Sequence[str]) -> Finalise:
    """A finaliser for Σ numerator states / Σ denominator states."""

    def finalise(states: Mapping[str, Floats], *, z: Any, deff: Any) -> Estimates:
        return share_estimates(sum_of(states, numerator), sum_of(states, denominator), z=z, deff=deff)

    return finalise
