"""Escalations: served contacts that went to somebody with more authority."""

from __future__ import annotations

import sqlalchemy as sa

from cxdash.language import N_
from cxdash.measures import Measure, State, count_if
from cxdash.metrics.metric import Metric
from cxdash.metrics.shares import share
from cxdash.metrics.transfers import SERVED

ESCALATED = State("contacts_escalated", lambda r: count_if(sa.and_(r.outcome != "abandoned", r.escalated)))

METRIC = Metric(
    key="escalations",
    label=N_("Escalations"),
    description=N_("Share of served inbound contacts that were escalated to somebody with more authority."),
    counted=N_("served contacts"),
    formula="served contacts escalated / served inbound contacts; 95 % Wilson interval",
    unit="percent",
    decimals=1,
    higher_is_better=False,
    sources=("Wilson 1927",),
    computation=Measure(
        "contacts",
        (SERVED, ESCALATED),
        share(("contacts_escalated",), ("contacts_served",)),
        clustered="contacts_served",
    ),
)
