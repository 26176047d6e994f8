"""Net revenue retention: revenue at the end of a window from the customers it began with, growth included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cxdash.language import N_
from cxdash.measures import Estimates, Floats, Measure
from cxdash.metrics.facts.revenue import WINDOWS
from cxdash.metrics.metric import Metric
from cxdash.metrics.revenue_churn import BASE, BASE_BASE, BASE_KEPT, COHORT, KEPT, KEPT_KEPT
from cxdash.statistics.retention import ratio_state


def finalise(states: Mapping[str, Floats], *, z: Any, deff: Any) -> Estimates:
    """Σ kept/Σ base with a ratio-estimator interval."""
    n = states["cohort"]
    ratio, se, low, high = ratio_state(
        n, states["base"], states["kept"], states["base_base"], states["base_kept"], states["kept_kept"], z=z
    )
    return Estimates(ratio, low, high, n, n / deff, se**2)


METRIC = Metric(
    key="net_retention",
    label=N_("Net revenue retention"),
    description=N_(
        "Recurring revenue at the end of a month (or quarter, or year) from the customers it began with, upgrades "
        "included, as a share of what they paid at its start."
    ),
    counted=N_("customers with revenue at the start"),
    formula="Σ revenue at end / Σ revenue at start, same customers; 95 % ratio-estimator interval",
    unit="percent",
    decimals=1,
    higher_is_better=True,
    sources=("Cochran 1977",),
    computation=Measure("revenue", (COHORT, BASE, KEPT, BASE_BASE, BASE_KEPT, KEPT_KEPT), finalise),
    windows=WINDOWS,
)
