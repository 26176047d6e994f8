"""Customer churn over any window: product limit in calendar time on daily counts of customers at risk and lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cxdash.language import N_
from cxdash.measures import Estimates, Floats, Measure, State, total
from cxdash.metrics.metric import Metric
from cxdash.statistics.survival import product_limit

JOINED = State("joined", lambda r: total(r.joined))
LOST = State("lost", lambda r: total(r.lost))

DAYS_PER_MONTH = 30.4375


def finalise(states: Mapping[str, Floats], *, z: Any, deff: Any) -> Estimates:
    """Churn = 1 − Π(1 − lost/at risk) over the days of each cell.

    Reads `at_risk` (customers at the start of each day, folded from the flows) and `lost`, both (cells, days), and
    `days`, (cells,), the length of each cell. n is the number at risk on the first day. `extra`: `lost`, the number
    lost, and `monthly`, the churn of an average month at the same rate.
    """
    at_risk, lost = states["at_risk"], states["lost"]
    churn, se, low, high = product_limit(at_risk, lost, z=z)
    n = at_risk[..., 0]
    days = np.maximum(states["days"], 1.0)
    monthly = 1.0 - np.power(1.0 - churn, DAYS_PER_MONTH / days)
    return Estimates(churn, low, high, n, n / deff, se**2, {"lost": lost.sum(axis=-1), "monthly": monthly})


METRIC = Metric(
    key="churn",
    label=N_("Customer churn"),
    description=N_(
        "Share of customers lost in the period, each day among those who were customers that morning, so that joining "
        "customers neither hide nor inflate it."
    ),
    counted=N_("customers at the start"),
    formula="1 − Π over days (1 − lost / at risk); 95 % log-log interval (Greenwood)",
    unit="percent",
    decimals=2,
    higher_is_better=False,
    sources=("Kaplan & Meier 1958", "Klein & Moeschberger 2003"),
    computation=Measure("customers", (JOINED, LOST), finalise),
    target_basis="monthly",
)
