"""Repeat rate: contacts followed by another one about the same issue within seven days."""

from __future__ import annotations

from cxdash.language import N_
from cxdash.measures import Measure, State, count_if
from cxdash.metrics.facts.contacts import REPEAT_DAYS
from cxdash.metrics.metric import Metric
from cxdash.metrics.shares import share

IDENTIFIED = State("contacts_identified", lambda r: count_if(r.customer_id.is_not(None)))
REPEATED = State("contacts_repeated", lambda r: count_if(r.repeated))

METRIC = Metric(
    key="repeat_rate",
    label=N_("Repeat contacts"),
    description=N_(
        "Share of inbound contacts of identified customers that are followed by another contact about the same issue "
        "within 7 days."
    ),
    counted=N_("contacts"),
    formula="contacts repeated within 7 days / inbound contacts of identified customers; 95 % Wilson interval",
    unit="percent",
    decimals=1,
    higher_is_better=False,
    sources=("Wilson 1927",),
    computation=Measure(
        "contacts",
        (IDENTIFIED, REPEATED),
        share(("contacts_repeated",), ("contacts_identified",)),
        clustered="contacts_identified",
        maturity=REPEAT_DAYS,
    ),
)
