"""The finaliser of every metric that is a share: numerator over denominator, Wilson interval.

Clustered answers enter through the design effect: counts are divided by it before the interval is made, so repeated
answers of one customer widen it as they should (methods: CSAT 2.1, foundations 0.4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cxdash.measures import Estimates, Finalise, Floats
from cxdash.statistics.arrays import divide
from cxdash.statistics.intervals import share_value, share_variance, wilson


def sum_of(states: Mapping[str, Floats], names: Sequence[str]) -> Floats:
    """Cell-wise sum of several states."""
    return np.asarray(np.sum([states[name] for name in names], axis=0), dtype=np.float64)


def share_estimates(x: Floats, n: Floats, *, z: Any, deff: Any) -> Estimates:
    """Estimates of x/n with a Wilson interval on n/deff; n = 0 gives NaN everywhere."""
    low, high = wilson(x / deff, n / deff, z=z)
    return Estimates(
        value=share_value(x, n),
        low=low,
        high=high,
        n=n,
        n_eff=n / deff,
        variance=divide(share_variance(x, n), n),
        largest=np.maximum(x, n - x),
    )


def share(numerator: Sequence[str], denominator: Sequence[str]) -> Finalise:
    """A finaliser for Σ numerator states / Σ denominator states."""

    def finalise(states: Mapping[str, Floats], *, z: Any, deff: Any) -> Estimates:
        return share_estimates(sum_of(states, numerator), sum_of(states, denominator), z=z, deff=deff)

    return finalise
