"""Slow visits: pages that took longer than people wait for."""

from __future__ import annotations

import sqlalchemy as sa

from cxdash.language import N_
from cxdash.measures import Measure, State, count_if
from cxdash.metrics.facts.visits import REPEATED
from cxdash.metrics.metric import Metric
from cxdash.metrics.shares import share

SLOW_MS = 2500
"""Milliseconds; the limit up to which the Core Web Vitals call the largest paint of a page good."""

TIMED = State("visits_timed", lambda r: count_if(r.load_ms.is_not(None)))
SLOW = State("visits_slow", lambda r: count_if(sa.and_(r.load_ms.is_not(None), r.load_ms > SLOW_MS)))

METRIC = Metric(
    key="slow_visits",
    label=N_("Slow visits"),
    description=N_("Share of visits to web and app whose pages took more than 2.5 seconds to load."),
    counted=N_("timed visits"),
    formula="visits with a median page load above 2,500 ms / visits whose load time is known; 95 % Wilson interval",
    unit="percent",
    decimals=1,
    higher_is_better=False,
    sources=("Wilson 1927", "Core Web Vitals (largest contentful paint: good up to 2.5 s)"),
    computation=Measure("visits", (TIMED, SLOW, REPEATED), share((SLOW.name,), (TIMED.name,)), clustered=REPEATED.name),
)
