"""Net revenue retention: revenue at the end of a window from the customers it began with, growth included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cxdash.language import N_
from cxdash.measures import Estimates, Floats, Measure
from cxdash.metrics.facts.revenue import WINDOWS
from cxdash.metrics.metric import Metric
from cxdash.metrics.revenue_churn import (
    BASE,
    BASE_BASE,
    BASE_GROSS,
    BASE_KEPT,
    COHORT,
    GROSS,
    GROSS_GROSS,
    KEPT,
    KEPT_KEPT,
    count_alike,
)
from cxdash.statistics.retention import effective_customers, net_retention


def finalise(states: Mapping[str, Floats], *, z: Any, deff: Any) -> Estimates:
    """Σ kept/Σ base with the interval of `net_retention` in the statistics."""
    n = states["cohort"]
    sums = (BASE, KEPT, GROSS, BASE_BASE, BASE_KEPT, KEPT_KEPT, BASE_GROSS, GROSS_GROSS)
    kept = net_retention(n, *(states[state.name] for state in sums), z=z)
    return Estimates(
        value=kept.ratio,
        low=kept.low,
        high=kept.high,
        n=n,
        n_eff=np.nan_to_num(effective_customers(states[BASE.name], states[BASE_BASE.name])) / deff,
        variance=kept.se**2,
        largest=count_alike(n, kept),
    )


METRIC = Metric(
    key="net_retention",
    label=N_("Net revenue retention"),
    description=N_(
        "Recurring revenue at the end of a month (or quarter, or year) from the customers it began with, upgrades "
        "included, as a share of what they paid at its start."
    ),
    counted=N_("customers with revenue at the start"),
    formula="Σ revenue at end / Σ revenue at start, same customers; 95 % interval of what was kept (Wilson, effective "
    "customers) and added (t)",
    unit="percent",
    decimals=1,
    higher_is_better=True,
    sources=("Cochran 1977", "Kish 1965", "Wilson 1927"),
    computation=Measure(
        "revenue", (COHORT, BASE, KEPT, GROSS, BASE_BASE, BASE_KEPT, KEPT_KEPT, BASE_GROSS, GROSS_GROSS), finalise
    ),
    windows=WINDOWS,
    version=2,
)
