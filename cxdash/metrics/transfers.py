"""Transfers: served contacts that were passed on to somebody else."""

from __future__ import annotations

import sqlalchemy as sa

from cxdash.language import N_
from cxdash.measures import Measure, State, count_if
from cxdash.metrics.metric import Metric
from cxdash.metrics.shares import share

# who gave up in the queue had no one who could have passed the contact on
SERVED = State("contacts_served", lambda r: count_if(r.outcome != "abandoned"))
TRANSFERRED = State("contacts_transferred", lambda r: count_if(sa.and_(r.outcome != "abandoned", r.transferred)))

METRIC = Metric(
    key="transfers",
    label=N_("Transfers"),
    description=N_("Share of served inbound contacts that were passed on to another person or team."),
    counted=N_("served contacts"),
    formula="served contacts passed on / served inbound contacts; 95 % Wilson interval",
    unit="percent",
    decimals=1,
    higher_is_better=False,
    sources=("Wilson 1927",),
    computation=Measure(
        "contacts",
        (SERVED, TRANSFERRED),
        share(("contacts_transferred",), ("contacts_served",)),
        clustered="contacts_served",
    ),
)
