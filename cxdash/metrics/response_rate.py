"""Response rate: answers per delivered invitation, by the day of the invitation."""

from __future__ import annotations

import sqlalchemy as sa

from cxdash.language import N_
from cxdash.measures import Measure, State, count_if
from cxdash.metrics.metric import Metric
from cxdash.metrics.shares import share

# unknown delivery counts as delivered: a company that does not track bounces still gets a (lower) rate
DELIVERED = State("delivered", lambda r: count_if(sa.func.coalesce(r.delivered, sa.true())))
ANSWERED = State(
    "answered", lambda r: count_if(sa.and_(r.score.is_not(None), sa.func.coalesce(r.delivered, sa.true())))
)

METRIC = Metric(
    key="response_rate",
    label=N_("Response rate"),
    description=N_(
        "Answered share of delivered survey invitations, by day of invitation. Invitations of the last 14 days are "
        "left out because they can still be answered."
    ),
    counted=N_("invitations"),
    formula="answered / delivered invitations, by invitation day; 95 % Wilson interval",
    unit="percent",
    decimals=1,
    higher_is_better=True,
    sources=("Wilson 1927", "AAPOR Standard Definitions"),
    computation=Measure(
        "invitations", (DELIVERED, ANSWERED), share(("answered",), ("delivered",)), clustered="delivered", maturity=14
    ),
)
