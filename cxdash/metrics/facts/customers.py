"""Customers as flows: one row when a customer joins, one when a customer is lost.

The population at risk on a day is the running balance of both flows before that day, so two additive counts per day
carry churn over any window exactly (methods: churn 3.2). A customer is at risk from the day after joining; whoever is
recorded as lost on or before the joining day was never at risk and is left out.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from cxdash.measures import Fact, Grid, Sources, WindowCalendar

DIMENSIONS = ("region", "segment", "language", "acquisition_channel")


def rows(src: Sources, _calendar: WindowCalendar) -> sa.Select[Any]:
    """One row per joining (`joined` 1) and one per loss (`lost` 1)."""
    c = src.source("customers")
    at_risk = sa.or_(c.c.left_on.is_(None), c.c.left_on > c.c.joined_on)

    def flow(day: sa.ColumnElement[Any], joined: int, lost: int) -> sa.Select[Any]:
        return sa.select(
            day.label("day"),
            src.bucket(c.c.customer_id).label("bucket"),
            *(c.c[name] for name in DIMENSIONS),
            c.c.customer_id,
            sa.literal(joined, sa.BigInteger()).label("joined"),
            sa.literal(lost, sa.BigInteger()).label("lost"),
            c.c.joined_on,
            c.c.left_on,
        ).where(at_risk)

    flows = sa.union_all(flow(c.c.joined_on, 1, 0), flow(c.c.left_on, 0, 1).where(c.c.left_on.is_not(None)))
    return sa.select(flows.subquery("flows"))


CUSTOMERS = Fact(
    name="customers",
    tables=("customers",),
    dimensions=DIMENSIONS,
    rows=rows,
    grids=(Grid(("region", "segment")), Grid(("bucket",))),
    row_key=("customer_id", "lost"),
    anchors=("customers.joined_on", "customers.left_on"),
    clock="stock",
)
