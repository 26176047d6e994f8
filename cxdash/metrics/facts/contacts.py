"""Inbound contacts, each knowing its predecessor and successor on the same issue: resolution, repeats, queues.

Two contacts belong to the same issue when the same customer has the same issue id, or, where contacts carry none,
the same reason. The link is made once, in the SELECT, and keyed to the earlier contact's day, so that its states stay
additive over days (methods: foundations 0.3).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from cxdash.measures import Fact, Grid, Sources, WindowCalendar

DIMENSIONS = ("channel", "region", "segment", "product", "team", "reason", "actor")

REPEAT_DAYS = 7
"""Days within which a further contact on the same issue counts as a repeat."""

_SEVEN_DAYS: sa.ColumnElement[Any] = sa.literal_column("INTERVAL '7' DAY")


def rows(src: Sources, _calendar: WindowCalendar) -> sa.Select[Any]:
    """One row per inbound contact with `opens_issue` and `repeated` (both NULL when the customer is not known)."""
    c = src.source("contacts")
    topic = sa.case(
        (c.c.issue_id.is_not(None), sa.literal("issue ") + c.c.issue_id),
        (c.c.reason.is_not(None), sa.literal("reason ") + c.c.reason),
        else_=sa.literal("contact ") + c.c.contact_id,
    )
    same_issue: dict[str, Any] = {
        "partition_by": [c.c.customer_id, topic],
        "order_by": [c.c.started_at, c.c.contact_id],
    }
    linked = (
        sa.select(
            c,
            sa.func.lag(c.c.started_at).over(**same_issue).label("before_at"),
            sa.func.lead(c.c.started_at).over(**same_issue).label("after_at"),
        )
        .where(c.c.direction == "in")
        .subquery("linked")
    )
    x = linked.c
    known = x.customer_id.is_not(None)
    return sa.select(
        src.business_day(x.started_at).label("day"),
        src.bucket(sa.func.coalesce(x.customer_id, x.contact_id)).label("bucket"),
        *(x[name] for name in DIMENSIONS),
        x.contact_id,
        x.customer_id,
        x.issue_id,
        x.started_at,
        x.wait_seconds,
        x.handle_seconds,
        x.outcome,
        x.transferred,
        x.escalated,
        sa.case((known, sa.or_(x.before_at.is_(None), x.before_at + _SEVEN_DAYS < x.started_at)), else_=None).label(
            "opens_issue"
        ),
        sa.case((known, sa.and_(x.after_at.is_not(None), x.after_at <= x.started_at + _SEVEN_DAYS)), else_=None).label(
            "repeated"
        ),
    )


CONTACTS = Fact(
    name="contacts",
    tables=("contacts",),
    dimensions=DIMENSIONS,
    rows=rows,
    grids=(
        Grid(("channel", "region", "segment")),
        Grid(("channel", "product", "reason")),
        Grid(("channel", "bucket")),
        Grid(("product", "bucket")),
        Grid(("reason", "bucket")),
    ),
    row_key=("contact_id",),
    anchors=("contacts.started_at",),
)
