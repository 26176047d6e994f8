"""Abandonment: customers who joined a queue and gave up before being served."""

from __future__ import annotations

import sqlalchemy as sa

from cxdash.language import N_
from cxdash.measures import Measure, State, count_if
from cxdash.metrics.metric import Metric
from cxdash.metrics.shares import share

QUEUED = State("contacts_queued", lambda r: count_if(r.wait_seconds.is_not(None)))
ABANDONED = State(
    "contacts_abandoned", lambda r: count_if(sa.and_(r.wait_seconds.is_not(None), r.outcome == "abandoned"))
)

METRIC = Metric(
    key="abandonment",
    label=N_("Abandoned in queue"),
    description=N_("Share of inbound contacts that joined a queue and ended before anybody served them."),
    counted=N_("queued contacts"),
    formula="abandoned / contacts that joined a queue; 95 % Wilson interval",
    unit="percent",
    decimals=1,
    higher_is_better=False,
    sources=("Wilson 1927",),
    computation=Measure(
        "contacts",
        (QUEUED, ABANDONED),
        share(("contacts_abandoned",), ("contacts_queued",)),
        clustered="contacts_queued",
    ),
    needs=("contacts.wait_seconds",),
)
