"""From a fact's prepared rows to its grids: one aggregate SELECT with grouping sets, cut apart on arrival.

The warehouse reads the rows once for all grids. Which grid a result row belongs to is told by a mask of the columns
that were *not* grouped by, because NULL alone cannot tell "all channels" from "channel unknown".

Tallies (`Grid.tally`) are counted from the prepared rows that were just written: one more key to group by, where the
SELECT would have to add up a hundred sums for every row and grid (measured: 20 times the work).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from cxdash.measures import Fact, Grid, State, spread_tally

MASK = "grid_mask"
ROWS = "rows_total"
"""How many prepared rows a cell holds; kept for reconciliation, not published."""

_TRUNCATE = {"week": "1w", "month": "1mo", "quarter": "1q", "year": "1y"}


def _summed(fact: Fact) -> tuple[Grid, ...]:
    """The grids that come from the SELECT."""
    return tuple(grid for grid in fact.grids if not grid.tally)


def _keys(fact: Fact) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for grid in _summed(fact) for name in grid.dimensions))


def _mask(grid: Grid, keys: Sequence[str]) -> int:
    return sum(1 << bit for bit, name in enumerate(keys) if name not in grid.dimensions)


def select_cells(fact: Fact, rows: sa.Select[Any], states: Sequence[State]) -> sa.Select[Any]:
    """The one aggregate SELECT of a fact: its states but the tallies, by day × the dimensions of every grid.

    Narrow states are cast to BIGINT, so that a sum too large for the edition is an error and never a wrong number.
    """
    prepared = rows.subquery("prepared")
    c, keys = prepared.c, _keys(fact)
    mask: sa.ColumnElement[Any] = sa.literal_column("0")
    for bit, name in enumerate(keys):
        mask = mask + sa.func.grouping(c[name]) * sa.literal_column(str(1 << bit))
    sets = {_mask(grid, keys): sa.tuple_(c.day, *(c[name] for name in grid.dimensions)) for grid in _summed(fact)}
    return sa.select(
        sa.cast(mask, sa.BigInteger()).label(MASK),
        c.day,
        *(c[name] for name in keys),
        *(
            sa.cast(state.aggregate(c), sa.Numeric(38, 0) if state.wide else sa.BigInteger()).label(state.name)
            for state in states
            if not state.tally
        ),
        sa.cast(sa.func.count(), sa.BigInteger()).label(ROWS),
    ).group_by(sa.func.grouping_sets(*sets.values()))


def split_cells(fact: Fact, cells: pl.DataFrame, states: Sequence[State]) -> dict[Grid, pl.DataFrame]:
    """The grids of that SELECT, each with `day`, its dimensions, its sums and `ROWS`, sorted by dimensions and day."""
    keys, states = _keys(fact), [state for state in states if not state.tally]
    shape = _shape(keys, states)
    found = {}
    for grid in _summed(fact):
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


def tally_cells(grid: Grid, rows: pl.LazyFrame, states: Sequence[State]) -> pl.DataFrame:
    """A grid of counts by value: `day`, its dimensions and the states of its column, sorted by dimensions and day.

    Args:
        grid: a daily grid with a tally.
        rows: the fact's prepared rows, as they were written.
        states: of the fact; those of the grid's column are counted.
    """
    counted = [state for state in states if state.tally == grid.tally]
    cell = ["day", *grid.dimensions]
    order = [*grid.dimensions, "day"]
    long = (
        rows.filter(pl.col(grid.tally).is_not_null())
        .group_by(*cell, grid.tally)
        .agg(pl.len().alias("n"))
        .sort(*order, nulls_last=True)
        .with_columns(pl.struct(cell).rle_id().alias("place"))
        .collect()
    )
    keys = long.unique("place", keep="first", maintain_order=True).select(cell)
    places, n = (long[name].to_numpy().astype(np.int64) for name in ("place", "n"))
    arrays = spread_tally(counted, long[grid.tally].to_numpy(), places, n, keys.height)
    return keys.with_columns(pl.Series(name, array, dtype=pl.Int64) for name, array in arrays.items())


def _shape(keys: Sequence[str], states: Sequence[State]) -> Mapping[str, pl.DataType]:
    shape: dict[str, pl.DataType] = {"day": pl.Date(), ROWS: pl.Int64()}
    shape |= {name: pl.Int16() if name == "bucket" else pl.String() for name in keys}
    return shape | {state.name: pl.Decimal(38, 0) if state.wide else pl.Int64() for state in states}
