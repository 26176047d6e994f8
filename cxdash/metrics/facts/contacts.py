"""Inbound contacts, each knowing its predecessor and successor on the same issue: resolution, repeats, queues, times.

Two contacts belong to the same issue when the same customer has the same issue id, or, where contacts carry none,
the same reason. The link is made once, in the SELECT, and keyed to the earlier contact's day, so that its states stay
additive over days (methods: foundations 0.3).

Waiting and service are put into bins here, so that the column people see beside a contact is the one its median was
counted from. A wait that ended because the customer gave up has a number of its own: how long it would have been is
not known, only that it was longer.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from cxdash.measures import Fact, Grid, Sources, State, WindowCalendar, count_if
from cxdash.metrics.durations import TimeBins

SOURCE_DIMENSIONS = ("channel", "region", "segment", "product", "team", "reason", "actor")
DIMENSIONS = (*SOURCE_DIMENSIONS, "weekday", "hour")
"""`weekday` is "1" (Monday) … "7", `hour` "00" … "23", both of the moment it began, in the business time zone."""

TIMES = TimeBins()
"""Bins of waits and of service, up to a day."""

REPEAT_DAYS = 7
"""Days within which a further contact on the same issue counts as a repeat."""

_SEVEN_DAYS: sa.ColumnElement[Any] = sa.literal_column("INTERVAL '7' DAY")


RECEIVED = State("contacts_received", lambda r: count_if(r.contact_id.is_not(None)))
"""Every inbound contact, served or not: how busy it was."""


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
            src.business_day(c.c.started_at).label("day"),
            src.business_hour(c.c.started_at).label("hour"),
            sa.func.lag(c.c.started_at).over(**same_issue).label("before_at"),
            sa.func.lead(c.c.started_at).over(**same_issue).label("after_at"),
        )
        .where(c.c.direction == "in")
        .subquery("linked")
    )
    x = linked.c
    known = x.customer_id.is_not(None)
    gave_up = x.outcome == "abandoned"
    return sa.select(
        x.day,
        src.bucket(sa.func.coalesce(x.customer_id, x.contact_id)).label("bucket"),
        *(x[name] for name in SOURCE_DIMENSIONS),
        sa.cast(src.business_weekday(x.day), sa.String()).label("weekday"),
        _two_digits(x.hour).label("hour"),
        x.contact_id,
        x.customer_id,
        x.issue_id,
        x.started_at,
        x.wait_seconds,
        x.handle_seconds,
        sa.case(
            (gave_up, TIMES.number(x.wait_seconds, shift=len(TIMES.edges))), else_=TIMES.number(x.wait_seconds)
        ).label("wait_bin"),
        sa.case((~gave_up, TIMES.number(x.handle_seconds))).label("handle_bin"),
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


def _two_digits(hour: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """An hour as text that sorts as it follows."""
    text = sa.cast(hour, sa.String())
    return sa.case((hour < sa.literal_column("10"), sa.literal("0", literal_execute=True) + text), else_=text)


CONTACTS = Fact(
    name="contacts",
    tables=("contacts",),
    dimensions=DIMENSIONS,
    rows=rows,
    grids=(
        Grid(("channel", "region", "segment")),
        Grid(("channel", "product", "reason")),
        *(Grid(("channel", "region", dimension)) for dimension in ("product", "reason", "team")),
        Grid(("channel", "bucket")),
        Grid(("product", "bucket")),
        Grid(("reason", "bucket")),
        # the weekday follows from the day, so it costs no cell
        Grid(("channel", "weekday", "hour")),
        *(
            Grid(dimensions, tally=column)
            for column in ("wait_bin", "handle_bin")
            for dimensions in (
                ("channel", "weekday", "hour"),
                ("channel", "region"),
                ("channel", "segment"),
                ("channel", "product"),
                ("channel", "reason"),
                ("channel", "bucket"),
            )
        ),
    ),
    row_key=("contact_id",),
    anchors=("contacts.started_at",),
    further=(RECEIVED,),
)
