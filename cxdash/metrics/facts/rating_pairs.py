"""Pairs of ratings by the same customer, on the day of the second one: do channels differ, or only their customers?

Two consecutive transactional answers to the question behind NPS, at most 90 days apart: long enough for a second
answer, short enough that it is the same customer of the same service. Differences within customers are free of who
prefers which channel; pairs within one channel tell how much a customer's answers vary anyway (methods: consistency
4.2 and 4.3). A pair is counted once, under its second answer, so recent days do not change later.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from cxdash.measures import Fact, Grid, Sources, State, WindowCalendar, count_if

DIMENSIONS = ("region", "segment", "product")
"""As they were when the second answer was given."""

CHANNELS = ("first_channel", "second_channel")
"""The two channels in alphabetical order; nothing a reader would filter by, so not among the dimensions."""

PAIR_DAYS = 90
"""Days within which two answers make a pair."""

GROUPS = (("d", 0, 6), ("m", 7, 8), ("p", 9, 10))
"""Detractors, passives and promoters: lowest and highest answer."""

_NINETY_DAYS: sa.ColumnElement[Any] = sa.literal_column(f"INTERVAL '{PAIR_DAYS}' DAY")


def rows(src: Sources, _calendar: WindowCalendar) -> sa.Select[Any]:
    """One row per pair; scores stand in the order of the channels, within one channel in the order of time."""
    r = src.source("responses")
    one_customer: dict[str, Any] = {
        "partition_by": r.c.customer_id,
        "order_by": [r.c.responded_at, r.c.response_id],
    }

    def before(name: str) -> sa.ColumnElement[Any]:
        return sa.func.lag(r.c[name], type_=r.c[name].type).over(**one_customer).label(f"{name}_before")

    answers = (
        sa.select(r, before("channel"), before("score"), before("responded_at"))
        .where(
            r.c.survey == "nps",
            r.c.pattern == "transactional",
            r.c.customer_id.is_not(None),
            r.c.score.is_not(None),
            r.c.responded_at.is_not(None),
            r.c.channel.is_not(None),
        )
        .subquery("answers")
    )
    x = answers.c
    in_order = x.channel_before <= x.channel

    def ordered(name: str) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]:
        earlier, later = x[f"{name}_before"], x[name]
        first, second = sa.case((in_order, earlier), else_=later), sa.case((in_order, later), else_=earlier)
        return first.label(f"first_{name}"), second.label(f"second_{name}")

    return sa.select(
        src.business_day(x.responded_at).label("day"),
        src.bucket(x.customer_id).label("bucket"),
        *ordered("channel"),
        *(x[name] for name in DIMENSIONS),
        x.response_id,
        x.customer_id,
        *ordered("score"),
        x.responded_at,
        x.responded_at_before,
    ).where(x.channel_before.is_not(None), x.responded_at <= x.responded_at_before + _NINETY_DAYS)


def _transition(first: tuple[str, int, int], second: tuple[str, int, int]) -> State:
    return State(
        f"nps_{first[0]}{second[0]}",
        lambda r: count_if(sa.and_(r.first_score.between(*first[1:]), r.second_score.between(*second[1:]))),
    )


TRANSITIONS = tuple(_transition(first, second) for first in GROUPS for second in GROUPS)
"""Pairs from one group to another, `nps_dd` … `nps_pp`: sums of any power of the difference follow exactly."""

RATING_PAIRS = Fact(
    name="rating_pairs",
    tables=("responses",),
    dimensions=DIMENSIONS,
    rows=rows,
    grids=(Grid((*CHANNELS, "bucket")), Grid((*CHANNELS, "region", "segment"))),
    row_key=("response_id",),
    anchors=("responses.responded_at",),
    daily=False,
    further=TRANSITIONS,
)
