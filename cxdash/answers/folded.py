"""What a fold is asked and what it gives, whether it comes from a grid or from rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cxdash.edition import UNKNOWN
from cxdash.grids import Places, Value
from cxdash.measures import Floats, State
from cxdash.periods import Period
from cxdash.selection import Filters


@dataclass(frozen=True)
class Request:
    """What to fold.

    Attributes:
        by: dimensions to keep apart. grain: time buckets to keep apart, "" = the whole period as one.
        filters: rows to use; an empty value tuple lets nothing through.
    """

    fact: str
    states: tuple[State, ...]
    period: Period
    filters: Filters = ()
    by: tuple[str, ...] = ()
    grain: str = ""


@dataclass(frozen=True)
class Cells:
    """Folded states: a cell for every group and time bucket that has any row, and one if neither was asked for.

    Attributes:
        by: the dimensions kept apart.
        keys: the groups, their values in the order of `by`; sorted, a missing value last.
        groups: for each cell the place of its group among `keys`.
        starts: for each cell the first day of its bucket in the calendar, which may lie before the period; None where
            no grain was asked for.
        sums: state → one whole number for each cell; of any size where the array's type is object.
        source: grid key, or "rows".
    """

    by: tuple[str, ...]
    keys: tuple[tuple[Value, ...], ...]
    groups: Places
    starts: NDArray[np.datetime64] | None
    sums: Mapping[str, NDArray[Any]]
    source: str

    def sum_of(self, state: str) -> Floats:
        """One state of all cells."""
        return self.sums[state].astype(np.float64)

    def named_keys(self) -> list[tuple[str, ...]]:
        """The groups as answers name them."""
        return [tuple(UNKNOWN if value is None else str(value) for value in key) for key in self.keys]

    def column(self, dimension: str) -> list[Value]:
        """For each cell its value of a dimension."""
        place = self.by.index(dimension)
        values = [key[place] for key in self.keys]
        return [values[group] for group in self.groups.tolist()]

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The cells as rows: `by…`, `start` (when a grain was asked for), states."""
        columns: list[pl.Series] = [pl.Series(dim, self.column(dim)) for dim in self.by]
        if self.starts is not None:
            columns.append(pl.Series("start", self.starts.astype("datetime64[D]")))
        for name, array in self.sums.items():
            if array.dtype == object:
                columns.append(pl.Series(name, [Decimal(whole) for whole in array], pl.Decimal(38, 0)))
            else:
                columns.append(pl.Series(name, array, pl.Int64))
        return pl.DataFrame(columns)


def cells_of(frame: pl.DataFrame, request: Request, source: str) -> Cells:
    """Cells from rows that hold `by…`, `start` and states, one for each group and bucket, in their order."""
    keys: dict[tuple[Value, ...], int] = {}
    columns = [frame[dim].to_list() for dim in request.by]
    rows: Sequence[tuple[Value, ...]] = list(zip(*columns, strict=True)) if columns else [()] * frame.height
    groups = [keys.setdefault(row, len(keys)) for row in rows]
    return Cells(
        request.by,
        tuple(keys) if request.by else ((),),
        np.array(groups, dtype=np.intp),
        frame["start"].cast(pl.Date).to_numpy() if request.grain else None,
        {state.name: _whole(frame[state.name], wide=state.wide) for state in request.states},
        source,
    )


def _whole(column: pl.Series, *, wide: bool) -> NDArray[Any]:
    if wide:
        return np.array([int(value or 0) for value in column], dtype=object)
    return column.cast(pl.Int64).fill_null(0).to_numpy()
