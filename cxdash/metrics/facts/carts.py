"""Carts left behind by customers who came back: was the cart still there, and on which device did they come?

A row is a visit of a signed-in customer that ended in the cart or at the till, together with that customer's next
visit, where it came within three days. The row is kept under the first visit's day, so its states add over days. Who
never came back says nothing about carts that survive, and is not here.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from cxdash.measures import Fact, Grid, Sources, WindowCalendar
from cxdash.metrics.facts.visits import with_home

DIMENSIONS = ("channel", "region", "segment", "product", "device", "next_device", "device_change")

RETURN_DAYS = 3
"""Days within which a visit counts as coming back to a cart; most who mean to buy come within hours."""

_THREE_DAYS: sa.ColumnElement[Any] = sa.literal_column("INTERVAL '3' DAY")


def rows(src: Sources, _calendar: WindowCalendar) -> sa.Select[Any]:
    """One row per cart that was left behind and whose owner came back."""
    v = src.source("visits")
    own: dict[str, Any] = {"partition_by": [v.c.customer_id], "order_by": [v.c.started_at, v.c.visit_id]}
    following = (
        sa.select(
            v,
            *(
                sa.func.lead(v.c[name], type_=v.c[name].type).over(**own).label(f"next_{name}")
                for name in ("visit_id", "device", "cart_id", "started_at")
            ),
        )
        .where(v.c.customer_id.is_not(None))
        .subquery("following")
    )
    f = following.c
    joined, home = with_home(src, following)
    change = sa.case(
        (sa.or_(f.device.is_(None), f.next_device.is_(None)), None),
        (f.device == f.next_device, sa.literal("same")),
        else_=sa.literal("other"),
    )
    return (
        sa.select(
            src.business_day(f.started_at).label("day"),
            src.bucket(f.customer_id).label("bucket"),
            f.channel,
            *home.values(),
            f.product,
            f.device,
            f.next_device,
            change.label("device_change"),
            f.visit_id,
            f.next_visit_id,
            f.customer_id,
            f.started_at,
            f.next_started_at,
            f.cart_id,
            f.cart_value,
            # a visit without a cart has not found it again
            sa.func.coalesce(f.next_cart_id == f.cart_id, sa.false()).label("found_again"),
        )
        .select_from(joined)
        .where(
            f.furthest_stage.in_(("cart", "checkout")),
            f.cart_id.is_not(None),
            f.next_started_at <= f.started_at + _THREE_DAYS,
        )
    )


CARTS = Fact(
    name="carts",
    tables=("visits",),
    dimensions=DIMENSIONS,
    rows=rows,
    grids=(Grid(("channel", "region", "device_change")), Grid(("region", "segment")), Grid(("bucket",))),
    row_key=("visit_id",),
    anchors=("visits.started_at",),
    settles=RETURN_DAYS,
)
