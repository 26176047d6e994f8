"""Conversion: visits that ended in an order."""

from __future__ import annotations

from cxdash.language import N_
from cxdash.measures import Measure, State, count_if
from cxdash.metrics.facts.visits import REPEATED, VISITED
from cxdash.metrics.metric import Metric
from cxdash.metrics.shares import share

ORDERED = State("visits_converted", lambda r: count_if(r.converted))

METRIC = Metric(
    key="conversion",
    label=N_("Visits that ended in an order"),
    description=N_("Share of visits to web and app in which something was ordered. Most visits never meant to order."),
    counted=N_("visits"),
    formula="visits with an order / visits; 95 % Wilson interval",
    unit="percent",
    decimals=1,
    higher_is_better=True,
    sources=("Wilson 1927",),
    computation=Measure(
        "visits", (VISITED, ORDERED, REPEATED), share((ORDERED.name,), (VISITED.name,)), clustered=REPEATED.name
    ),
)
