"""A published grid as arrays: what a fold adds up, arranged once when the grid is first read.

A page asks a hundred small sums of a grid of a hundred thousand cells. A query engine spends most of such a question on
planning it; adding up arrays that are in the order of their days takes a tenth of the time. Dimensions are small
numbers that sort as their values do. A tally has a column for each of up to two hundred values, nearly all of them 0,
so only the others are held.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cxdash.periods import Period

Value = str | int | None
"""A dimension's value; None where it is missing."""

Codes = NDArray[np.unsignedinteger[Any]]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Axis:
    """One dimension of a grid.

    Attributes:
        values: the ones that occur, sorted, and None after them.
        codes: for each cell the place of its value among these.
    """

    values: tuple[Value, ...]
    codes: Codes


@dataclass(frozen=True)
class Tally:
    """Counts by cell and value of the tallied column, without those that are 0.

    Attributes:
        columns: the states, one for each value and one for all of them, in any order.
        first: for each cell where its counts begin, and after the last cell their number.
        column: for each count the place of its state among `columns`. n: the count.
    """

    columns: tuple[str, ...]
    first: NDArray[np.int32]
    column: NDArray[np.uint16]
    n: NDArray[Any]


@dataclass(frozen=True)
class GridColumns:
    """The cells of a grid in the order of their days; cells without a day come last.

    Attributes:
        days: the days that have cells, ascending. first: where the cells of each begin, and after the last their end.
        axes: by name of the dimension.
        sums: by name of the state; whole numbers, of any size where the array's type is object.
        tally: instead of `sums` where the grid counts values.
    """

    days: NDArray[np.datetime64]
    first: Places
    axes: Mapping[str, Axis]
    sums: Mapping[str, NDArray[Any]]
    tally: Tally | None

    def cells_of(self, period: Period) -> slice:
        """The cells of these days."""
        ends = np.array([period.start, period.end + timedelta(days=1)], dtype=self.days.dtype)
        first, after = self.first[np.searchsorted(self.days, ends)]
        return slice(int(first), int(after))

    def day_places(self, cells: Places) -> Places:
        """For each of some cells the place of its day among `days`."""
        found: Places = np.searchsorted(self.first, cells, side="right") - 1
        return found


def arrange(frame: pl.DataFrame, dimensions: tuple[str, ...], *, tally: bool) -> GridColumns:
    """The arrays of a grid as it was published: `day`, dimensions and states in columns, a cell in each row."""
    ordered = frame.sort("day", nulls_last=True, maintain_order=True)
    states = ordered.drop("day", *dimensions).fill_null(0)
    column = ordered["day"]
    days, first = np.unique(column.head(column.len() - column.null_count()).to_numpy(), return_index=True)
    return GridColumns(
        days=days,
        first=np.append(first, column.len() - column.null_count()),
        axes={name: _axis(ordered[name]) for name in dimensions},
        sums={} if tally else {column.name: _sums(column) for column in states},
        tally=_tally(states) if tally else None,
    )


def _axis(column: pl.Series) -> Axis:
    # binary order is the order of code points, whatever the machine's language
    known = column.drop_nulls().unique().sort()
    places = column.replace_strict(
        known, pl.int_range(known.len(), eager=True), default=known.len(), return_dtype=pl.Int64
    )
    kind = np.min_scalar_type(known.len())
    return Axis((*known.to_list(), None), places.to_numpy().astype(kind))


def _sums(column: pl.Series) -> NDArray[Any]:
    """Whole numbers in the smallest type that holds each; Python's own where they may leave 64 bits."""
    if column.dtype.is_decimal():
        return np.array([int(value) for value in column], dtype=object)
    return _smallest(column.to_numpy())


def _smallest(whole: NDArray[Any]) -> NDArray[Any]:
    low, high = (int(whole.min()), int(whole.max())) if whole.size else (0, 0)
    return whole.astype(np.promote_types(*(np.min_scalar_type(-1 - abs(limit)) for limit in (low, high))))


def _tally(counts: pl.DataFrame) -> Tally:
    cells, columns, n = [], [], []
    for place, column in enumerate(counts):
        whole = column.to_numpy()
        occupied = np.flatnonzero(whole)
        cells.append(occupied)
        columns.append(np.full(occupied.size, place, dtype=np.uint16))
        n.append(whole[occupied])
    cell = np.concatenate(cells)
    order = np.argsort(cell, kind="stable")
    first = np.searchsorted(cell[order], np.arange(counts.height + 1)).astype(np.int32)
    return Tally(tuple(counts.columns), first, np.concatenate(columns)[order], _smallest(np.concatenate(n)[order]))
