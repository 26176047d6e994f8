"""Digital sessions on the day they began: how many came, how far they got, and what stood in their way.

Region and segment are those of the customer, where a visitor is signed in and customers are connected; everybody else
is "not known".
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from cxdash.measures import Fact, Grid, Sources, State, WindowCalendar, count_if

DIMENSIONS = ("channel", "region", "segment", "device", "product", "furthest_stage")


def with_home(src: Sources, visits: sa.FromClause) -> tuple[sa.FromClause, dict[str, sa.ColumnElement[Any]]]:
    """Visits, joined to their customers where those are connected, and the columns `region` and `segment`."""
    if not src.offered("customers"):
        return visits, {name: sa.null().cast(sa.String()).label(name) for name in ("region", "segment")}
    c = src.source("customers")
    return visits.outerjoin(c, c.c.customer_id == visits.c.customer_id), {n: c.c[n] for n in ("region", "segment")}


def rows(src: Sources, _calendar: WindowCalendar) -> sa.Select[Any]:
    """One row per visit; a visitor who is not signed in is a cluster of one visit."""
    v = src.source("visits")
    joined, home = with_home(src, v)
    return sa.select(
        src.business_day(v.c.started_at).label("day"),
        src.bucket(sa.func.coalesce(v.c.customer_id, v.c.visit_id)).label("bucket"),
        *(home[name] if name in home else v.c[name] for name in DIMENSIONS),
        v.c.visit_id,
        v.c.customer_id,
        v.c.started_at,
        v.c.errors,
        v.c.load_ms,
        v.c.cart_id,
        v.c.cart_value,
        v.c.converted,
    ).select_from(joined)


VISITED = State("visits", lambda r: count_if(r.visit_id.is_not(None)))
REPEATED = State("visits_signed_in", lambda r: count_if(r.customer_id.is_not(None)))
"""Only visitors who are signed in can be known to come again."""

VISITS = Fact(
    name="visits",
    tables=("visits",),
    dimensions=DIMENSIONS,
    rows=rows,
    grids=(
        Grid(("channel", "region", "segment")),
        Grid(("channel", "device", "product")),
        Grid(("channel", "furthest_stage")),
        Grid(("channel", "bucket")),
        Grid(("product", "bucket")),
    ),
    row_key=("visit_id",),
    anchors=("visits.started_at",),
)
