"""Survey invitations, on the day they were sent: the rows behind the response rate.

A cohort view: a late answer changes the cell of the day of its invitation, so rates of recent days are immature and
are left out by the metric's maturity (methods: response rate 2.4).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from cxdash.measures import Fact, Grid, Sources, WindowCalendar

DIMENSIONS = ("channel", "region", "segment", "product", "stage", "touchpoint", "team", "survey", "pattern")


def rows(src: Sources, _calendar: WindowCalendar) -> sa.Select[Any]:
    """One row per question sent."""
    r = src.source("responses")
    return sa.select(
        src.business_day(r.c.invited_at).label("day"),
        src.bucket(sa.func.coalesce(r.c.customer_id, r.c.response_id)).label("bucket"),
        *(r.c[name] for name in DIMENSIONS),
        r.c.response_id,
        r.c.customer_id,
        r.c.delivered,
        r.c.score,
        r.c.dismissed,
    )


INVITATIONS = Fact(
    name="invitations",
    tables=("responses",),
    dimensions=DIMENSIONS,
    rows=rows,
    grids=(
        Grid(("channel", "region", "segment")),
        Grid(("channel", "stage", "product")),
        Grid(("channel", "bucket")),
        Grid(("product", "bucket")),
        Grid(("stage", "bucket")),
    ),
    row_key=("response_id",),
    anchors=("responses.invited_at",),
)
