"""Recurring revenue of each customer at both ends of each declared window: gross and net retention.

Opening-cohort quantities do not add over time, so they are kept per declared window (calendar month, quarter, year)
and never summed across windows (methods: foundations 0.3, retention 3.7). Only customers with revenue at the start
of the window enter; whoever joins later does not.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from cxdash.measures import Fact, Grid, Sources, WindowCalendar

DIMENSIONS = ("region", "segment", "language")
WINDOWS = ("month", "quarter", "year")


def rows(src: Sources, calendar: WindowCalendar) -> sa.Select[Any]:
    """One row per window and customer with revenue at its start: `base`, `kept` (at its end), `gross` = the lesser."""
    s = src.source("subscriptions")
    w = (
        sa.values(
            sa.column("window_grain", sa.String()),
            sa.column("window_start", sa.Date()),
            sa.column("window_stop", sa.Date()),
            name="windows",
        )
        .data(list(calendar.windows))
        .alias("windows")
    )

    def in_force(day: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        return sa.and_(s.c.started_on <= day, sa.or_(s.c.ended_on.is_(None), s.c.ended_on > day))

    def revenue(day: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        return sa.cast(sa.func.sum(sa.case((in_force(day), s.c.monthly_value), else_=0)), sa.BigInteger())

    per_customer = (
        sa.select(
            w.c.window_grain,
            w.c.window_start,
            s.c.customer_id,
            revenue(w.c.window_start).label("base"),
            revenue(w.c.window_stop).label("kept"),
        )
        .select_from(s.join(w, sa.or_(in_force(w.c.window_start), in_force(w.c.window_stop))))
        .group_by(w.c.window_grain, w.c.window_start, s.c.customer_id)
        .subquery("per_customer")
    )
    p = per_customer.c
    c = src.source("customers")
    return (
        sa.select(
            p.window_start.label("day"),
            src.bucket(p.customer_id).label("bucket"),
            p.window_grain,
            *(c.c[name] for name in DIMENSIONS),
            p.customer_id,
            p.base,
            p.kept,
            sa.case((p.kept < p.base, p.kept), else_=p.base).label("gross"),
        )
        .select_from(per_customer.outerjoin(c, c.c.customer_id == p.customer_id))
        .where(p.base > 0)
    )


REVENUE = Fact(
    name="revenue",
    tables=("subscriptions", "customers"),
    dimensions=DIMENSIONS,
    rows=rows,
    grids=(Grid(("window_grain", "region", "segment")), Grid(("window_grain", "bucket"))),
    row_key=("customer_id", "window_grain"),
    anchors=("subscriptions.started_on", "subscriptions.ended_on"),
    clock="window",
)
