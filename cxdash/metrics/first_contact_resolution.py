"""First-contact resolution: issues solved in the first contact, without transfer and without coming back."""

from __future__ import annotations

import sqlalchemy as sa

from cxdash.language import N_
from cxdash.measures import Measure, State, count_if
from cxdash.metrics.facts.contacts import REPEAT_DAYS
from cxdash.metrics.metric import Metric
from cxdash.metrics.shares import share

# an abandoned contact was never served: it belongs to abandonment, not to the quality of service
OPENED = State("issues_opened", lambda r: count_if(sa.and_(r.opens_issue, r.outcome != "abandoned")))
SOLVED = State(
    "issues_solved_first",
    lambda r: count_if(
        sa.and_(
            r.opens_issue, r.outcome == "resolved", sa.not_(r.transferred), sa.not_(r.escalated), sa.not_(r.repeated)
        )
    ),
)

METRIC = Metric(
    key="first_contact_resolution",
    label=N_("First-contact resolution"),
    description=N_(
        "Share of issues solved in the first served contact: no transfer, no escalation, no further contact about it "
        "within 7 days. Only identified customers can be followed."
    ),
    counted=N_("issues"),
    formula="issues solved in the first contact / issues opened (served, identified); 95 % Wilson interval",
    unit="percent",
    decimals=1,
    higher_is_better=True,
    sources=("Wilson 1927",),
    computation=Measure(
        "contacts",
        (OPENED, SOLVED),
        share(("issues_solved_first",), ("issues_opened",)),
        clustered="issues_opened",
        maturity=REPEAT_DAYS,
    ),
)
