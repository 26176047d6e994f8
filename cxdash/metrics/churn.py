"""Customer churn over any window: product limit in calendar time on daily counts of customers at risk and lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cxdash.language import N_
from cxdash.measures import Estimates, Floats, Measure, State, total
from cxdash.metrics.metric import Metric
from cxdash.statistics.survival import equivalent_share, product_limit

JOINED = State("joined", lambda r: total(r.joined))
LOST = State("lost", lambda r: total(r.lost))


def finalise(states: Mapping[str, Floats], *, z: Any, deff: Any) -> Estimates:
    """Churn = 1 − Π(1 − lost/at risk) over the days of each cell.

    Reads `at_risk` (customers at the start of each day, folded from the flows) and `lost`, both (cells, days), and
    `days`, (cells,), the length of each cell. n is the number at risk on the first day. `extra`: `lost`, the number
    lost, and `monthly`, the churn of an average month at the same rate, with its limits. Without customers on the first
    day there is no value.
    """
    at_risk, lost, days = states["at_risk"], states["lost"], states["days"]
    n, gone = at_risk[..., 0], lost.sum(axis=-1)
    # a value stands for the customers of the first morning: where there were none, those who came later have none
    churn, se, low, high = product_limit(np.where(n[..., None] > 0, at_risk, 0.0), lost, z=z)
    extra = {"lost": np.where(n > 0, gone, np.nan), "monthly": equivalent_share(churn, days)}
    extra |= {"monthly_low": equivalent_share(low, days), "monthly_high": equivalent_share(high, days)}
    return Estimates(
        value=churn,
        low=low,
        high=high,
        n=n,
        n_eff=n / deff,
        variance=se**2,
        # who joins after the first day can also be lost: then more may be gone than there were, which tells of all
        largest=np.maximum(gone, n - gone),
        extra=extra,
    )


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
