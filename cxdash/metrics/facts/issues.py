"""Issues across channels: every contact about one matter, whatever door it came through, counted once.

Two contacts belong to one issue when the same customer has the same issue number, or, where a contact carries none,
the same reason; where the customer is not known the issue number alone tells. A contact that comes more than seven
days after the one before it begins a new issue, also under an old number: otherwise no issue would ever be known to be
over, and a day's numbers would change for as long as anybody may write again. An issue begins with the first contact
the customer made; what the company sent before belongs to no issue, what it sends afterwards (the promised call-back)
does, because to the customer it is the next step of the same matter. A contact with neither number nor reason cannot
be told from any other and belongs to no issue.

An issue is resolved when its last contact says so: a contact that is followed by another one has not resolved it. The
time it took runs from the first contact to the end of that last one, waiting, service and written answers included,
over all channels. An issue that was not resolved within seven days of its first contact counts as taking longer than
that, however it ended: leaving it out would make a company look fast that leaves the hard ones lying.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from cxdash.measures import Fact, Grid, Sources, State, WindowCalendar, count_if
from cxdash.metrics.durations import DAY, TimeBins

DIMENSIONS = ("channel", "region", "segment", "product", "reason")

LINK_DAYS = 7
"""Days after which a further contact is no longer about the same issue."""

FOLLOWED_DAYS = 14
"""Days for which an issue is followed: a contact in its first seven days has had seven more to be followed in."""

TIMES = TimeBins(last=LINK_DAYS * DAY)
"""Bins of resolution times; the last one holds every issue that was not resolved within seven days."""

SEVEN_DAYS: sa.ColumnElement[Any] = sa.literal_column("INTERVAL '7' DAY")
_FOLLOWED: sa.ColumnElement[Any] = sa.literal_column("INTERVAL '14' DAY")


def seconds_between(earlier: sa.ColumnElement[Any], later: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """SQL: whole seconds from one moment to another, the same on every backend."""
    return sa.cast(sa.func.floor(sa.extract("epoch", later - earlier)), sa.BigInteger())


def contacts_of_issues(src: Sources, columns: Sequence[str], following: Sequence[str]) -> sa.Subquery:
    """Every contact that belongs to an issue, in its place.

    Args:
        src: the connected warehouse.
        columns: columns of `contacts` to carry along; windows over wide rows cost what they carry.
        following: those of which the issue's next contact's value is wanted as well, as `next_<name>`.

    Returns:
        The columns asked for, and: `topic` and `issue_place`, which with `customer_id` name the issue; `asked`, how
        often the customer had made contact by then, this contact included (0: only the company had, so this contact
        belongs to no issue); `third_channel`, of the contact after the next; `again_at`, when the customer made
        contact after the next one. What is not there is NULL.
    """
    contacts = src.source("contacts")
    carried = dict.fromkeys(("contact_id", "customer_id", "direction", "started_at", *columns, *following))
    c = contacts.c
    topic = sa.case(
        (c.issue_id.is_not(None), sa.literal("issue ") + c.issue_id),
        (sa.and_(c.customer_id.is_not(None), c.reason.is_not(None)), sa.literal("reason ") + c.reason),
        else_=None,
    ).label("topic")
    told = sa.select(*(c[name] for name in carried), topic).where(topic.is_not(None)).subquery("told")
    t = told.c
    same = _in_order(t, t.customer_id, t.topic)
    # the first contact has none before it: NULL, and begins nothing that the place 0 does not already say
    begins = sa.case(
        (sa.func.lag(t.started_at, type_=t.started_at.type).over(**same) + SEVEN_DAYS < t.started_at, 1), else_=0
    )
    b = sa.select(told, begins.label("begins")).subquery("begun").c
    place = sa.func.sum(b.begins).over(**_in_order(b, b.customer_id, b.topic), rows=(None, 0))
    placed = sa.select(*(b[name] for name in (*carried, "topic")), place.label("issue_place")).subquery("placed")
    p = placed.c
    issue = _in_order(p, p.customer_id, p.topic, p.issue_place)
    came_in = p.direction == "in"
    return sa.select(
        placed,
        sa.func.sum(sa.case((came_in, 1), else_=0)).over(**issue, rows=(None, 0)).label("asked"),
        *(sa.func.lead(p[name], type_=p[name].type).over(**issue).label(f"next_{name}") for name in following),
        *(
            (
                sa.func.lead(p.channel, sa.literal_column("2"), type_=p.channel.type)
                .over(**issue)
                .label("third_channel"),
                sa.func.min(sa.case((came_in, p.started_at), else_=None))
                .over(**issue, rows=(2, None))
                .label("again_at"),
            )
            if "started_at" in following
            else ()
        ),
    ).subquery("linked")


def _in_order(of: Any, *together: sa.ColumnElement[Any]) -> dict[str, Any]:
    """A window over what belongs together, in order of time; contacts of one moment in the order of their keys."""
    return {"partition_by": list(together), "order_by": [of.started_at, of.contact_id]}


def rows(src: Sources, _calendar: WindowCalendar) -> sa.Select[Any]:
    """One row per issue, under the day, channel and groups of the customer's first contact."""
    carried = (*DIMENSIONS, "issue_id", "outcome", "wait_seconds", "handle_seconds", "first_reply_at")
    linked = contacts_of_issues(src, carried, ("contact_id", "channel"))
    x = linked.c
    first = sa.and_(x.direction == "in", x.asked == 1)
    last = x.next_contact_id.is_(None)
    opened = sa.func.min(sa.case((first, x.started_at), else_=None)).over(
        partition_by=[x.customer_id, x.topic, x.issue_place]
    )
    # served when everything had been waited for and done, or when the written answer came, whichever was later
    served = sa.func.greatest(
        sa.func.coalesce(x.wait_seconds, 0) + sa.func.coalesce(x.handle_seconds, 0),
        sa.func.coalesce(seconds_between(x.started_at, x.first_reply_at), 0),
        type_=sa.BigInteger(),
    )
    s = (
        sa.select(
            linked, first.label("is_first"), last.label("is_last"), opened.label("opened_at"), served.label("served")
        )
        .where(x.asked > 0)
        .subquery("steps")
        .c
    )

    def of_first(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        return sa.func.max(sa.case((s.is_first, column), else_=None))

    def of_last(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        return sa.func.max(sa.case((s.is_last, column), else_=None))

    issues = (
        sa.select(
            *(of_first(s[name]).label(name) for name in (*DIMENSIONS, "contact_id")),
            s.customer_id,
            sa.func.max(s.issue_id).label("issue_id"),
            s.opened_at,
            of_last(s.contact_id).label("last_contact_id"),
            of_last(s.channel).label("last_channel"),
            of_last(s.outcome).label("last_outcome"),
            of_last(seconds_between(s.opened_at, s.started_at) + s.served).label("seconds"),
            sa.cast(count_if(s.started_at <= s.opened_at + _FOLLOWED), sa.BigInteger()).label("contacts"),
            sa.cast(count_if(s.next_channel != s.channel), sa.BigInteger()).label("handoffs"),
        )
        .group_by(s.customer_id, s.topic, s.issue_place, s.opened_at)
        .subquery("issues")
    )
    i = issues.c
    resolved = i.last_outcome == "resolved"
    in_time = sa.and_(resolved, i.seconds <= sa.literal_column(str(LINK_DAYS * DAY)))
    never = sa.literal_column(str(len(TIMES.edges) - 1), sa.BigInteger())
    return sa.select(
        src.business_day(i.opened_at).label("day"),
        src.bucket(sa.func.coalesce(i.customer_id, i.issue_id)).label("bucket"),
        *(i[name] for name in (*DIMENSIONS, "contact_id", "customer_id", "issue_id")),
        i.opened_at,
        i.contacts,
        i.handoffs,
        i.last_contact_id,
        i.last_channel,
        i.last_outcome,
        resolved.label("resolved"),
        sa.case((resolved, i.seconds), else_=None).label("resolution_seconds"),
        sa.case((in_time, TIMES.number(i.seconds)), else_=never).label("resolution_bin"),
    )


ISSUES_OPENED = State("issues", lambda r: count_if(r.contact_id.is_not(None)))

ISSUES = Fact(
    name="issues",
    tables=("contacts",),
    dimensions=DIMENSIONS,
    rows=rows,
    grids=(
        Grid(("channel", "region", "segment")),
        Grid(("channel", "product", "reason")),
        Grid(("channel", "bucket")),
        *(
            Grid(("channel", dimension), tally="resolution_bin")
            for dimension in ("region", "segment", "product", "reason", "bucket")
        ),
    ),
    row_key=("contact_id",),
    anchors=("contacts.started_at",),
)
