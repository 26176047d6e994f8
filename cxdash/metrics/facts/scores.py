"""Answered survey questions, on the day they were answered: the rows behind NPS, CSAT, CES and consistency."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from cxdash.measures import Fact, Grid, Sources, State, WindowCalendar, count_if

DIMENSIONS = ("channel", "region", "segment", "product", "stage", "language", "touchpoint", "team", "pattern")


def rows(src: Sources, _calendar: WindowCalendar) -> sa.Select[Any]:
    """One row per answered question; anonymous answers are their own cluster."""
    r = src.source("responses")
    return sa.select(
        src.business_day(r.c.responded_at).label("day"),
        src.bucket(sa.func.coalesce(r.c.customer_id, r.c.response_id)).label("bucket"),
        *(r.c[name] for name in DIMENSIONS),
        r.c.response_id,
        r.c.customer_id,
        r.c.survey,
        r.c.score,
        r.c.responded_at,
        r.c.contact_id,
        r.c.comment,
    ).where(r.c.score.is_not(None), r.c.responded_at.is_not(None))


def histogram(survey: str, low: int, high: int) -> tuple[State, ...]:
    """One state per possible answer of a survey: `nps_0` … `nps_10`."""

    def bin_of(score: int) -> State:
        return State(f"{survey}_{score}", lambda r: count_if(sa.and_(r.survey == survey, r.score == score)))

    return tuple(bin_of(score) for score in range(low, high + 1))


def transactional(survey: str) -> State:
    """How many of the answers are transactional: only these repeat per customer by design."""
    return State(
        f"{survey}_transactional", lambda r: count_if(sa.and_(r.survey == survey, r.pattern == "transactional"))
    )


SCORES = Fact(
    name="scores",
    tables=("responses",),
    dimensions=DIMENSIONS,
    rows=rows,
    grids=(
        Grid(("channel", "region", "segment")),
        Grid(("channel", "stage", "product")),
        Grid(("channel", "bucket")),
        Grid(("product", "bucket")),
        Grid(("stage", "bucket")),
        Grid(("touchpoint", "bucket")),
        Grid(("stage", "region", "segment")),
        Grid(("product", "region", "segment")),
        Grid(("touchpoint", "region", "segment")),
    ),
    row_key=("response_id",),
    anchors=("responses.responded_at",),
)
