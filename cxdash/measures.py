"""The algebra under every metric: a fact's rows, states that merge by addition, and a finaliser.

A *fact* says which prepared rows a family of metrics is computed from and by which dimensions they may be cut. A
*state* is one integer column: a SQL aggregate on those rows, written once, compiled for the warehouse at refresh and
for the edition's own rows when a question needs them. States merge by summation, so any union of cells has the sum
of their states, bit for bit, in any order, on every backend. A *measure* is the states it needs plus `finalise`,
which turns merged states into estimates with intervals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Protocol

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Column = sa.ColumnElement[Any]
BUCKETS = 32
"""Number of customer-hash buckets G (methods: foundations 0.4)."""


class Sources(Protocol):
    """What a fact may ask of a connected warehouse while it prepares its rows (implemented by `cxdash.warehouse`)."""

    def source(self, table: str) -> sa.FromClause:
        """The contract table with exactly its contract columns; absent optional ones are typed NULLs."""

    def offered(self, table: str) -> frozenset[str]:
        """Contract columns the connected table really has."""

    def business_day(self, moment: Column) -> Column:
        """The date of a UTC timestamp in the business time zone."""

    def business_hour(self, moment: Column) -> Column:
        """The hour 0 … 23 of a UTC timestamp in the business time zone."""

    def business_weekday(self, moment: Column) -> Column:
        """The weekday 1 (Monday) … 7 (Sunday) of a UTC timestamp or a date in the business time zone."""

    def bucket(self, identifier: Column) -> Column:
        """Customer-hash bucket 0 … BUCKETS−1 of a string, the same on every backend."""


@dataclass(frozen=True)
class State:
    """One mergeable integer column of a fact.

    Attributes:
        name: column name in every grid.
        aggregate: from the columns of the fact's prepared rows to a SQL aggregate.
        wide: True when sums may exceed 64 bits (squares of money): kept as DECIMAL(38, 0).
        tally: name of the prepared rows' column of which this state counts one value, "" for any other state. A
            histogram has a hundred such states. They are counted together, by grouping, which takes a fraction of the
            time of a hundred sums, and kept in grids of their own (`Grid.tally`), so that nobody else's questions read
            them.
        of: the value it counts; None = rows with any value. `aggregate` says the same.
    """

    name: str
    aggregate: Callable[[Any], Column]
    wide: bool = False
    tally: str = ""
    of: int | None = None


def count_if(condition: Column) -> Column:
    """SQL: how many rows meet the condition, as an integer; NULL conditions count as not met."""
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def total(value: Column) -> Column:
    """SQL: the sum of an integer column, 0 for no rows."""
    return sa.func.coalesce(sa.func.sum(value), 0)


def tally(column: str, values: int, *, n: str = "") -> tuple[State, ...]:
    """States that count the rows with each value of an integer column, and before them one for all that have a value.

    Args:
        column: of the prepared rows; "wait_bin" gives "wait_bin_all", "wait_bin_0", "wait_bin_1" …
        values: how many values there are; they count from 0.
        n: another name for the first of them.
    """

    def counting(value: int) -> Callable[[Any], Column]:
        return lambda r: count_if(r[column] == sa.literal_column(str(value)))

    each = (State(f"{column}_{value}", counting(value), tally=column, of=value) for value in range(values))
    return State(n or f"{column}_all", lambda r: count_if(r[column].is_not(None)), tally=column), *each


def spread_tally(
    states: Sequence[State], values: NDArray[np.int64], places: NDArray[np.int64], n: NDArray[np.int64], cells: int
) -> dict[str, NDArray[np.int64]]:
    """Tally states of cells from a list of (value, cell, how many rows), each pair at most once.

    Args:
        states: of one tally.
        values: the column's value of each entry.
        places: its cell, 0 … cells−1.
        n: how many rows have the value there.
        cells: number of cells.
    """
    size = max((state.of or 0 for state in states), default=0) + 1
    counts = np.zeros((size, cells), dtype=np.int64)
    counts[values, places] = n
    whole = counts.sum(axis=0)
    return {state.name: whole if state.of is None else counts[state.of] for state in states}


@dataclass(frozen=True)
class Grid:
    """A published aggregation of a fact: its states by `grain` × `dimensions`.

    Attributes:
        tally: "" = the grid holds every state that is no tally; otherwise those that count this column's values.
    """

    dimensions: tuple[str, ...]
    grain: str = "day"
    tally: str = ""

    @property
    def key(self) -> str:
        """File-safe name, also shown as "grid used"."""
        return "-".join((self.grain, *self.dimensions, *([self.tally] if self.tally else [])))


@dataclass(frozen=True)
class Fact:
    """A family of rows that metrics are computed from.

    Attributes:
        name: its name in editions and messages.
        tables: contract tables it needs, the leading one first.
        dimensions: what its rows may be filtered and cut by (without day and bucket).
        rows: from sources to the SELECT of prepared rows: `day`, `bucket`, the dimensions, what states and drill need.
        grids: the published aggregations; one of them must be by bucket.
        clock: how states fold over time. "flow": add over days. "stock": `joined`/`lost` flows whose running balance
            is the population at risk. "window": one row per declared window, never added over windows.
        row_key: columns that identify a prepared row, for sorting and drill.
        anchors: dotted "table.column"s; the latest value in any of them is this fact's data-as-of.
        settles: days until all rows of a day are there, where a row is known only by what follows it (the next
            contact, the next visit): the checks look at days before that.
        daily: whether every day ought to have about as many rows as its weekday usually has. False where only few of
            another fact's rows, whose days are judged there, make one of this: a day without any says nothing.
        further: states that no metric reads and other answers do (why handoffs broke), kept in every grid as well.
    """

    name: str
    tables: tuple[str, ...]
    dimensions: tuple[str, ...]
    rows: Callable[[Sources, WindowCalendar], sa.Select[Any]]
    grids: tuple[Grid, ...]
    row_key: tuple[str, ...]
    anchors: tuple[str, ...]
    clock: Literal["flow", "stock", "window"] = "flow"
    daily: bool = True
    further: tuple[State, ...] = ()
    settles: int = 0


@dataclass(frozen=True)
class WindowCalendar:
    """The declared windows of non-additive facts: (grain, first day, day after the last), complete windows only."""

    windows: tuple[tuple[str, date, date], ...] = ()


@dataclass(frozen=True)
class Estimates:
    """Finalised values of some cells; every array has shape (cells,), NaN where not defined.

    Attributes:
        value: the estimate in its own unit (NPS −1 … 1, shares 0 … 1, means on their scale).
        low, high: limits of the interval at the z asked for.
        n: answers, contacts, customers the value rests on.
        n_eff: n divided by the design effect.
        variance: sampling variance of the value under simple random sampling; used for design effects.
        largest: how many of the n had the commonest of the outcomes that the value tells apart (promoter, passive or
            detractor; counted or not; lost or kept). Where that is all of a handful, the value tells what each of
            them did, and the cell is hidden. 0 where the value tells nobody's outcome.
        extra: further numbers worth keeping by name (for example "p" of a test, "spread").
    """

    value: Floats
    low: Floats
    high: Floats
    n: Floats
    n_eff: Floats
    variance: Floats
    largest: Floats
    extra: Mapping[str, Floats] = field(default_factory=dict)

    def of_cells(self) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """What a row of an answer shows: value, low, high, n and n_eff."""
        return self.value, self.low, self.high, self.n, self.n_eff


class Finalise(Protocol):
    """From merged states to estimates.

    `states` maps state names to arrays: (cells,) for plain measures, (cells, inner) where the measure keeps an inner
    axis (days for stocks, channels for consistency). `deff` and `z` are scalars or (cells,). A cell's estimates do
    not depend on the other cells.
    """

    def __call__(self, states: Mapping[str, Floats], *, z: Any, deff: Any) -> Estimates:
        """Finalise at interval width `z` with design effect `deff`."""


@dataclass(frozen=True)
class Measure:
    """States plus finaliser.

    Attributes:
        fact: name of the fact.
        states: the states it reads, and no others.
        finalise: see `Finalise`.
        clustered: name of a state; when its sum is above 0, answers of one customer repeat and intervals use the
            design effect from customer buckets. "" = answers are independent, and the design effect is 1.
        maturity: days that must have passed before a row counts (late answers, repeats within 7 days).
        inner: extra axis the finaliser needs: "" or "channel".
        companion: (fact, state) of another fact folded over the same selection and passed along under the state's
            name, NaN where that fact is not connected.
        noise_of: the measure whose design effect applies, where this one has an inner axis.
        fixed_z: True when the finaliser knows only its 95 % interval.
    """

    fact: str
    states: tuple[State, ...]
    finalise: Finalise
    clustered: str = ""
    maturity: int = 0
    inner: Literal["", "channel"] = ""
    companion: tuple[str, State] | None = None
    noise_of: Measure | None = None
    fixed_z: bool = False

    @property
    def tally(self) -> str:
        """The column whose values its states count, "" where they are sums of other kinds."""
        return next((state.tally for state in self.states), "")

    @property
    def told_states(self) -> tuple[State, ...]:
        """The states one by one, but of a tally only the one for all values and the first and the last value."""
        values = [state for state in self.states if state.of is not None]
        return tuple(state for state in self.states if state not in values[1:-1])
