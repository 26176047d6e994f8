"""Visits with errors: what the site could not do for those who came."""

from __future__ import annotations

from cxdash.language import N_
from cxdash.measures import Measure, State, count_if
from cxdash.metrics.facts.visits import REPEATED, VISITED
from cxdash.metrics.metric import Metric
from cxdash.metrics.shares import share

FAILED = State("visits_with_errors", lambda r: count_if(r.errors > 0))

METRIC = Metric(
    key="visit_errors",
    label=N_("Visits with errors"),
    description=N_("Share of visits to web and app in which the visitor was shown at least one error."),
    counted=N_("visits"),
    formula="visits with one error or more / visits; 95 % Wilson interval",
    unit="percent",
    decimals=1,
    higher_is_better=False,
    sources=("Wilson 1927",),
    computation=Measure(
        "visits", (VISITED, FAILED, REPEATED), share((FAILED.name,), (VISITED.name,)), clustered=REPEATED.name
    ),
)
