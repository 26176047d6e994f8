"""Steps of issues: two consecutive contacts about one matter, and whether the matter went on or began again.

A row is a contact together with the next one of the same issue (`cxdash.metrics.facts.issues` says what an issue is),
under the first contact's day. Where the channel changes the step is a handoff; an issue that crosses three channels
is two of them. Steps within one channel are kept beside them: they say how often channels are changed, and what a
second contact is like when it is not. A bot that passes somebody on to a person in the same chat changes no channel.
A call-back of the company is a step like any other: a story carried from the chat to the telephone is carried or lost
whoever dials.

A handoff is *broken* when the customer made contact once more within seven days of it, was identified again, or said
that the story had to be told again (methods: handoff continuity 4.4). What else went wrong on the way is evidence, not
part of that definition: no context attached, sent back to the first channel, a long wait, a promise not awaited.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from cxdash.measures import Fact, Grid, Sources, State, WindowCalendar, count_if, total
from cxdash.metrics.durations import DAY, TimeBins
from cxdash.metrics.facts.issues import LINK_DAYS, SEVEN_DAYS, contacts_of_issues, seconds_between

GROUPS = ("region", "segment", "product", "reason")
DIMENSIONS = ("origin", "channel", *GROUPS)

MATURITY_DAYS = 2 * LINK_DAYS
"""Days until a day is complete: the second contact comes within seven, and what follows it within seven more."""

TIMES = TimeBins(last=LINK_DAYS * DAY)
"""Bins of the time from one contact to the next."""

LONG_WAIT = 2
"""Times the usual wait of a channel from which a wait counts as long."""


def rows(src: Sources, _calendar: WindowCalendar) -> sa.Select[Any]:
    """One row per step, with what the second contact was like."""
    x = contacts_of_issues(
        src,
        (*GROUPS, "channel", "issue_id", "outcome", "promised_at"),
        (
            "contact_id", "channel", "direction", "started_at", "wait_seconds", "outcome", "asked_to_repeat",
            "verified_again", "context_attached",
        ),
    ).c  # fmt: skip
    usual, score = _usual_waits(src).c, _scores(src).c
    crossing = x.channel != x.next_channel
    gap = seconds_between(x.started_at, x.next_started_at)
    came_again = sa.func.coalesce(x.again_at <= x.next_started_at + SEVEN_DAYS, sa.false())
    told_again = sa.func.coalesce(x.next_asked_to_repeat, sa.false())
    identified_again = sa.func.coalesce(x.next_verified_again, sa.false())
    waited = sa.and_(x.next_wait_seconds > 0, x.next_wait_seconds >= sa.literal_column(str(LONG_WAIT)) * usual.seconds)
    known_wait = sa.and_(x.next_wait_seconds.is_not(None), usual.seconds.is_not(None))
    untimely = sa.and_(x.next_direction == "in", x.promised_at > x.next_started_at)
    return (
        sa.select(
            src.business_day(x.started_at).label("day"),
            src.bucket(sa.func.coalesce(x.customer_id, x.issue_id)).label("bucket"),
            x.channel.label("origin"),
            x.next_channel.label("channel"),
            *(x[name] for name in GROUPS),
            x.contact_id,
            x.next_contact_id,
            x.customer_id,
            x.issue_id,
            x.started_at,
            x.next_started_at,
            x.outcome,
            x.next_outcome,
            x.next_direction,
            gap.label("gap_seconds"),
            TIMES.number(gap).label("gap_bin"),
            x.next_wait_seconds.label("wait_seconds"),
            usual.seconds.label("usual_wait_seconds"),
            crossing.label("crossing"),
            came_again.label("came_again"),
            x.next_verified_again.label("verified_again"),
            x.next_asked_to_repeat.label("asked_to_repeat"),
            x.next_context_attached.label("context_attached"),
            sa.and_(crossing, sa.not_(came_again), sa.not_(told_again), sa.not_(identified_again)).label("seamless"),
            sa.and_(crossing, sa.func.coalesce(x.third_channel == x.channel, sa.false())).label("bounced"),
            sa.case((known_wait, waited), else_=None).label("waited_long"),
            sa.case((x.promised_at.is_not(None), untimely), else_=None).label("came_back_first"),
            *(score[name] for name in _ANSWERS),
        )
        .where(x.asked > 0, x.next_contact_id.is_not(None))
        .outerjoin_from(
            x.contact_id.table,
            usual.channel.table,
            sa.and_(usual.channel == x.next_channel, usual.month == _month(src, x.next_started_at)),
        )
        .outerjoin(score.contact_id.table, score.contact_id == x.next_contact_id)
    )


def _month(src: Sources, moment: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.cast(sa.func.date_trunc(sa.literal_column("'month'"), src.business_day(moment)), sa.Date())


def _usual_waits(src: Sources) -> sa.Subquery:
    """The median wait of each channel in each month: what was to be expected there and then.

    Of an even number of waits the smaller of the two in the middle, a whole number that every backend agrees on.
    """
    c = src.source("contacts").c
    timed = sa.select(c.channel, _month(src, c.started_at).label("month"), c.wait_seconds).where(
        c.wait_seconds.is_not(None), c.direction == "in"
    )
    t = timed.subquery("timed").c
    median = sa.func.percentile_disc(sa.literal_column("0.5")).within_group(t.wait_seconds)
    return (
        sa.select(t.channel, t.month, sa.cast(median, sa.BigInteger()).label("seconds"))
        .group_by(t.channel, t.month)
        .subquery("usual")
    )


_ANSWERS = ("csat_answers", "csat_satisfied", "nps_answers", "nps_promoters", "nps_detractors")


def _scores(src: Sources) -> sa.Subquery:
    """What customers answered after each contact; no row at all where no responses say which contact they are about."""
    if "contact_id" not in src.offered("responses"):
        contacts = src.source("contacts").c
        nothing = [sa.cast(sa.null(), sa.BigInteger()).label(name) for name in _ANSWERS]
        return sa.select(contacts.contact_id, *nothing).where(sa.false()).subquery("answered")
    r = src.source("responses").c
    csat, nps = r.survey == "csat", r.survey == "nps"
    counts = (
        csat, sa.and_(csat, r.score >= 4), nps, sa.and_(nps, r.score >= 9), sa.and_(nps, r.score <= 6)
    )  # fmt: skip
    return (
        sa.select(
            r.contact_id,
            *(sa.cast(count_if(one), sa.BigInteger()).label(name) for name, one in zip(_ANSWERS, counts, strict=True)),
        )
        .where(r.contact_id.is_not(None), r.score.is_not(None), r.responded_at.is_not(None))
        .group_by(r.contact_id)
        .subquery("answered")
    )


def _of_handoffs(name: str, condition: str) -> State:
    """How many handoffs a flag of the row holds for."""
    return State(name, lambda r: count_if(sa.and_(r.crossing, r[condition])))


def _answered(name: str) -> State:
    """How many answers of a kind followed the second contacts."""
    return State(name, lambda r: total(r[name]))


def _known(name: str, flag: str) -> State:
    """Of how many handoffs a flag is known."""
    return State(name, lambda r: count_if(sa.and_(r.crossing, r[flag].is_not(None))))


STEPS = State("steps", lambda r: count_if(r.contact_id.is_not(None)))
HANDOFFS = State("handoffs", lambda r: count_if(r.crossing))
SEAMLESS = _of_handoffs("handoffs_seamless", "seamless")
CAME_AGAIN = _of_handoffs("handoffs_came_again", "came_again")
VERIFIED, VERIFIED_KNOWN = (
    _of_handoffs("handoffs_verified", "verified_again"),
    _known("verified_known", "verified_again"),
)
ASKED, ASKED_KNOWN = _of_handoffs("handoffs_asked", "asked_to_repeat"), _known("asked_known", "asked_to_repeat")

NO_CONTEXT = State("handoffs_no_context", lambda r: count_if(sa.and_(r.crossing, sa.not_(r.context_attached))))
CONTEXT_KNOWN = _known("context_known", "context_attached")
BOUNCED = _of_handoffs("handoffs_bounced", "bounced")
WAITED, WAIT_KNOWN = _of_handoffs("handoffs_waited", "waited_long"), _known("wait_known", "waited_long")
CAME_FIRST, PROMISED = _of_handoffs("handoffs_came_first", "came_back_first"), _known("promised", "came_back_first")
CSAT_ANSWERS, CSAT_SATISFIED, NPS_ANSWERS, NPS_PROMOTERS, NPS_DETRACTORS = (_answered(name) for name in _ANSWERS)
SCORES_AFTER = (CSAT_ANSWERS, CSAT_SATISFIED, NPS_ANSWERS, NPS_PROMOTERS, NPS_DETRACTORS)
"""What was answered after second contacts, of handoffs and of steps within a channel alike."""

EVIDENCE = (NO_CONTEXT, CONTEXT_KNOWN, BOUNCED, WAITED, WAIT_KNOWN, CAME_FIRST, PROMISED)
"""What went wrong beside what makes a handoff broken."""

GAPS = TIMES.count("gap_bin")
"""Times from one contact to the next, of handoffs and of steps within a channel alike."""

HANDOFF_STEPS = Fact(
    name="handoffs",
    tables=("contacts",),
    dimensions=DIMENSIONS,
    rows=rows,
    grids=(
        Grid(("origin", "channel", "region")),
        Grid(("origin", "channel", "segment")),
        Grid(("origin", "channel", "product")),
        Grid(("origin", "channel", "reason")),
        Grid(("bucket",)),
        Grid(("origin", "channel"), tally="gap_bin"),
        Grid(("bucket",), tally="gap_bin"),
        Grid(("origin", "channel", "region"), tally="gap_bin"),
    ),
    row_key=("contact_id",),
    anchors=("contacts.started_at",),
    settles=LINK_DAYS,
    further=(*EVIDENCE, *SCORES_AFTER, *GAPS),
)
