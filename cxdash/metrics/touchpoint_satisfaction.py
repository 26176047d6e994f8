"""Satisfaction with single touchpoints: the share of ratings near the top of their scale.

A share and not a mean, as with CSAT: the top boxes of scales of different length can be counted together, their means
cannot. How far along its scale a touchpoint is on average goes into its priority (`answers.drivers`).
"""

from __future__ import annotations

from cxdash.language import N_
from cxdash.measures import Measure
from cxdash.metrics.facts.ratings import RATED, SATISFIED
from cxdash.metrics.metric import Metric
from cxdash.metrics.shares import share

METRIC = Metric(
    key="touchpoint_satisfaction",
    label=N_("Touchpoint satisfaction"),
    description=N_(
        "Share of touchpoint ratings at least three quarters of the way up their scale: 4 or 5 on a scale from 1 to 5, "
        "8 to 10 on one from 0 to 10. Touchpoints a customer has not experienced do not count."
    ),
    counted=N_("ratings"),
    formula="ratings with (rating − lowest) ≥ ¾ (highest − lowest) / ratings; "
    "95 % Wilson interval on ratings divided by the design effect",
    unit="percent",
    decimals=1,
    higher_is_better=True,
    sources=("Wilson 1927",),
    # one customer rates many touchpoints, so ratings always come in clusters
    computation=Measure("ratings", (RATED, SATISFIED), share((SATISFIED.name,), (RATED.name,)), clustered=RATED.name),
)
