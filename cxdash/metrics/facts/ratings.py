"""Ratings of single touchpoints inside a survey: what customers think of the bill, the network, the store.

A rating knows the response it was given in: that response says when, in which channel and segment it was given, and
how the customer scored the whole, which is what the importance of touchpoints is read from.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from cxdash.measures import Fact, Grid, Sources, State, WindowCalendar, count_if

DIMENSIONS = ("touchpoint", "channel", "region", "segment", "product", "stage", "pattern")
_OF_RESPONSE = tuple(name for name in DIMENSIONS if name != "touchpoint")


def rows(src: Sources, _calendar: WindowCalendar) -> sa.Select[Any]:
    """One row per touchpoint in a questionnaire; `rating` is NULL where the customer had not experienced it.

    A questionnaire whose overall question was skipped has no time of answer; its ratings count on the day it was sent.
    """
    t, r = src.source("touchpoint_ratings"), src.source("responses")
    return sa.select(
        src.business_day(sa.func.coalesce(r.c.responded_at, r.c.invited_at)).label("day"),
        src.bucket(sa.func.coalesce(r.c.customer_id, r.c.response_id)).label("bucket"),
        t.c.touchpoint,
        *(r.c[name] for name in _OF_RESPONSE),
        t.c.response_id,
        r.c.customer_id,
        t.c.rating,
        t.c.scale_min,
        t.c.scale_max,
        r.c.survey,
        r.c.score,
        r.c.responded_at,
    ).join_from(t, r, t.c.response_id == r.c.response_id)


def _satisfied(r: Any) -> Any:
    """Three quarters of the way along the scale or more: 4–5 of 1–5, 6–7 of 1–7, 8–10 of 0–10."""
    return sa.and_(r.scale_max > r.scale_min, 4 * (r.rating - r.scale_min) >= 3 * (r.scale_max - r.scale_min))


RATED = State("ratings", lambda r: count_if(sa.and_(r.rating.is_not(None), r.scale_max > r.scale_min)))
SATISFIED = State("ratings_satisfied", lambda r: count_if(_satisfied(r)))

RATINGS = Fact(
    name="ratings",
    tables=("touchpoint_ratings", "responses"),
    dimensions=DIMENSIONS,
    rows=rows,
    grids=(
        Grid(("touchpoint", "region", "segment")),
        Grid(("touchpoint", "channel", "product")),
        Grid(("touchpoint", "bucket")),
    ),
    row_key=("response_id", "touchpoint"),
    anchors=("responses.responded_at",),
    daily=False,
)
