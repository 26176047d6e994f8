"""Resolved within a day: the share of issues that were settled within 24 hours of their first contact."""

from __future__ import annotations

import sqlalchemy as sa

from cxdash.language import N_
from cxdash.measures import Measure, State, count_if
from cxdash.metrics.durations import DAY
from cxdash.metrics.facts.issues import FOLLOWED_DAYS, ISSUES_OPENED
from cxdash.metrics.metric import Metric
from cxdash.metrics.shares import share

SETTLED = State(
    "issues_resolved_day",
    lambda r: count_if(sa.and_(r.resolved, r.resolution_seconds <= sa.literal_column(str(DAY)))),
)

METRIC = Metric(
    key="resolved_within_day",
    label=N_("Resolved within a day"),
    description=N_(
        "Share of all issues that were resolved within 24 hours of the first contact, whatever the channels, and not "
        "taken up again within 7 days."
    ),
    counted=N_("issues"),
    formula="issues whose last contact resolved them and ended within 24 hours of the first / issues; "
    "95 % Wilson interval",
    unit="percent",
    decimals=1,
    higher_is_better=True,
    sources=("Wilson 1927",),
    computation=Measure(
        "issues",
        (ISSUES_OPENED, SETTLED),
        share((SETTLED.name,), (ISSUES_OPENED.name,)),
        clustered=ISSUES_OPENED.name,
        maturity=FOLLOWED_DAYS,
    ),
)
