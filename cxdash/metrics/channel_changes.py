"""Channel changes: how often the next step of an issue is in another channel than the last."""

from __future__ import annotations

from cxdash.language import N_
from cxdash.measures import Measure
from cxdash.metrics.facts.handoffs import HANDOFFS, STEPS
from cxdash.metrics.facts.issues import LINK_DAYS
from cxdash.metrics.metric import Metric
from cxdash.metrics.shares import share

METRIC = Metric(
    key="channel_changes",
    label=N_("Steps that change channel"),
    description=N_(
        "Share of further contacts on an issue that come through another channel than the one before. Changing takes "
        "effort; but a low share is good only where issues are settled, for who gives up changes no channel either."
    ),
    counted=N_("further contacts"),
    formula="consecutive contacts on one issue (at most 7 days apart) in different channels / all consecutive contacts "
    "on one issue, on the first contact's day; 95 % Wilson interval",
    unit="percent",
    decimals=1,
    higher_is_better=False,
    sources=("Wilson 1927",),
    computation=Measure(
        "handoffs", (STEPS, HANDOFFS), share((HANDOFFS.name,), (STEPS.name,)), clustered=STEPS.name, maturity=LINK_DAYS
    ),
)
