"""From a fact's prepared rows to its grids: one aggregate SELECT with grouping sets, cut apart on arrival.

The warehouse reads the rows once for all grids. Which grid a result row belongs to is told by a mask of the columns
that were *not* grouped by, because NULL alone cannot tell "all channels" from "channel unknown".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import sqlalchemy as sa

from cxdash.measures import Fact, Grid, State

MASK = "grid_mask"
ROWS = "rows_total"
"""How many prepared rows a cell holds; kept for reconciliation, not published."""

_TRUNCATE = {"week": "1w", "month": "1mo", "quarter": "1q", "year": "1y"}


def _keys(fact: Fact) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for grid in fact.grids for name in grid.dimensions))


def _mask(grid: Grid, keys: Sequence[str]) -> int:
    return sum(1 << bit for bit, name in enumerate(keys) if name not in grid.dimensions)


def select_cells(fact: Fact, rows: sa.Select[Any], states: Sequence[State]) -> sa.Select[Any]:
    """The one aggregate SELECT of a fact: all its states, by day × the dimensions of every grid.

    Narrow states are cast to BIGINT, so that a sum too large for the edition is an error and never a wrong number.
    """
    prepared = rows.subquery("prepared")
    c, keys = prepared.c, _keys(fact)
    mask: sa.ColumnElement[Any] = sa.literal_column("0")
    for bit, name in enumerate(keys):
        mask = mask + sa.func.grouping(c[name]) * sa.literal_column(str(1 << bit))
    sets = {_mask(grid, keys): sa.tuple_(c.day, *(c[name] for name in grid.dimensions)) for grid in fact.grids}
    return sa.select(
        sa.cast(mask, sa.BigInteger()).label(MASK),
        c.day,
        *(c[name] for name in keys),
        *(
            sa.cast(state.aggregate(c), sa.Numeric(38, 0) if state.wide else sa.BigInteger()).label(state.name)
            for state in states
        ),
        sa.cast(sa.func.count(), sa.BigInteger()).label(ROWS),
    ).group_by(sa.func.grouping_sets(*sets.values()))


def split_cells(fact: Fact, cells: pl.DataFrame, states: Sequence[State]) -> dict[Grid, pl.DataFrame]:
    """The grids of a fact, each with `day`, its dimensions, its states and `ROWS`, sorted by dimensions, then day."""
    keys = _keys(fact)
    shape = _shape(keys, states)
    found = {}
    for grid in fact.grids:
        frame = cells.filter(pl.col(MASK) == _mask(grid, keys)).select(
            pl.col(name).cast(shape[name]) for name in ("day", *grid.dimensions, *(s.name for s in states), ROWS)
        )
        if grid.grain != "day":
            frame = (
                frame.with_columns(pl.col("day").dt.truncate(_TRUNCATE[grid.grain]))
                .group_by("day", *grid.dimensions)
                .agg(pl.col(name).sum().cast(shape[name]) for name in (*(s.name for s in states), ROWS))
            )
        found[grid] = frame.sort(*grid.dimensions, "day", nulls_last=True)
    return found


def _shape(keys: Sequence[str], states: Sequence[State]) -> Mapping[str, pl.DataType]:
    shape: dict[str, pl.DataType] = {"day": pl.Date(), ROWS: pl.Int64()}
    shape |= {name: pl.Int16() if name == "bucket" else pl.String() for name in keys}
    return shape | {state.name: pl.Decimal(38, 0) if state.wide else pl.Int64() for state in states}
