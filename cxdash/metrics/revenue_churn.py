"""Revenue churn: recurring revenue lost from the customers a window began with (one minus gross retention)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cxdash.language import N_
from cxdash.measures import Estimates, Floats, Measure, State, count_if, total
from cxdash.metrics.facts.revenue import WINDOWS
from cxdash.metrics.metric import Metric
from cxdash.statistics.retention import Ratio, effective_customers, gross_retention

COHORT = State("cohort", lambda r: count_if(r.base > 0))
BASE = State("base", lambda r: total(r.base), wide=True)
KEPT = State("kept", lambda r: total(r.kept), wide=True)
GROSS = State("gross", lambda r: total(r.gross), wide=True)
BASE_BASE = State("base_base", lambda r: total(r.base * r.base), wide=True)
BASE_KEPT = State("base_kept", lambda r: total(r.base * r.kept), wide=True)
KEPT_KEPT = State("kept_kept", lambda r: total(r.kept * r.kept), wide=True)
BASE_GROSS = State("base_gross", lambda r: total(r.base * r.gross), wide=True)
GROSS_GROSS = State("gross_gross", lambda r: total(r.gross * r.gross), wide=True)

SAME_SHARE = 1e-6


def finalise(states: Mapping[str, Floats], *, z: Any, deff: Any) -> Estimates:
    """1 − Σ min(kept, base)/Σ base with Wilson's interval on effective customers; `extra`: both sums in minor units."""
    n = states["cohort"]
    kept = gross_retention(
        n, states["base"], states["gross"], states["base_base"], states["base_gross"], states["gross_gross"], z=z
    )
    return Estimates(
        value=1.0 - kept.ratio,
        low=1.0 - kept.high,
        high=1.0 - kept.low,
        n=n,
        n_eff=np.nan_to_num(effective_customers(states[BASE.name], states[BASE_BASE.name])) / deff,
        variance=kept.se**2,
        largest=count_alike(n, kept),
        extra={"base": states["base"], "lost": states["base"] - states["gross"]},
    )


def count_alike(n: Floats, kept: Ratio) -> Floats:
    """All customers where each kept the same share of revenue (then the value tells everybody's), otherwise 0.

    Sums of squares of money are rounded to about 16 digits, so an error of a millionth is none.
    """
    return np.where(kept.se <= SAME_SHARE * kept.ratio, n, 0.0)


METRIC = Metric(
    key="revenue_churn",
    label=N_("Revenue churn"),
    description=N_(
        "Share of the recurring revenue a month (or quarter, or year) began with that its customers cancelled or "
        "reduced by its end. One minus gross revenue retention."
    ),
    counted=N_("customers with revenue at the start"),
    formula="1 − Σ min(revenue at end, revenue at start) / Σ revenue at start; 95 % Wilson interval on effective "
    "customers",
    unit="percent",
    decimals=2,
    higher_is_better=False,
    sources=("Cochran 1977", "Kish 1965", "Wilson 1927"),
    computation=Measure("revenue", (COHORT, BASE, GROSS, BASE_BASE, BASE_GROSS, GROSS_GROSS), finalise),
    windows=WINDOWS,
    version=2,
)
