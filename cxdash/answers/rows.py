"""The rows behind a number: a page of them, sorted and searched, or all of them in batches.

Rows come from the edition the number comes from, read by DuckDB from the detail Parquet, and each carries its *flags*:
what it adds to every state of the metric. Flags summed and finalised are the number. Whoever holds an `OpenRows` has
passed the checks of `cxdash.answers.rows_basis`; there is no other way to a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import sqlalchemy as sa

from cxdash.answers import cells
from cxdash.answers.cells import among, prepared
from cxdash.answers.folded import Request
from cxdash.answers.kept import kept
from cxdash.answers.rows_basis import Basis, check_open, counted, find_basis, own_metric
from cxdash.answers.rows_flags import contribution
from cxdash.edition import UNKNOWN, Edition
from cxdash.errors import unknown_name
from cxdash.metrics.facts import FACTS
from cxdash.selection import EVERYTHING, Filters, Policy, Selection

INTERNAL = ("bucket", "window_grain")
"""Columns of prepared rows that mean nothing to people."""

_FIRST = ("customer_id", "score", "rating", "comment", "outcome")
"""What people look for first, after what identifies a row."""

BATCH = 20_000

_PLACE = "place in the file"

_engine = sa.create_engine("duckdb:///:memory:")


@dataclass(frozen=True)
class Column:
    """A column of rows.

    Attributes:
        kind: what its values are.
        flag: it is what a row adds to the state of that name.
        tally: each of its values is a state that counts the rows with it; the flag of a whole histogram.
    """

    name: str
    kind: pl.DataType
    flag: bool = False
    tally: bool = False

    @property
    def is_text(self) -> bool:
        """Whether it holds text: searched, and never trusted."""
        return self.kind == pl.String

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers."""
        return self.kind.is_numeric()


@dataclass(frozen=True)
class Asked:
    """Which rows, and in what order.

    Attributes:
        search: text that must occur in one of the text columns, in whatever case; no character of it is special.
        named: values whose *names* contain the text, by dimension: people search for what they read.
        sort: column to sort by, "" for the order that shows most at once: the latest first.
        limit, offset: how many rows, after how many.
    """

    search: str = ""
    named: Filters = ()
    sort: str = ""
    descending: bool = True
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True)
class OpenRows:
    """The rows behind a number, opened: only `open_rows` makes one.

    Attributes:
        columns: what people need first, then the flags.
        beside: values of a companion fact by value of the inner axis (traffic by channel), which the number also
            needs; as a column they repeat in every row of the same value.
    """

    edition: Edition
    basis: Basis
    columns: tuple[Column, ...]
    beside: tuple[str, Mapping[str, float]] | None = None

    @property
    def flags(self) -> tuple[Column, ...]:
        """The columns that recompute the number."""
        return tuple(column for column in self.columns if column.flag or column.tally)

    def total(self, asked: Asked | None = None) -> int:
        """How many rows there are, or how many meet a search."""
        return sum(count for _, count in self._days(asked or Asked()))

    def page(self, asked: Asked) -> list[dict[str, Any]]:
        """Some rows, in order; of rows that compare equal the latest first, so that pages neither overlap nor skip."""
        if asked.sort or self.basis.clock == "stock":
            return self._at(self._places(asked, asked.offset))
        # the file is in the order of days, and how many rows each day has is known: only the days of the page are read
        before, skipped, days = 0, 0, list[date]()
        for day, count in self._days(asked):
            if before + count > asked.offset:
                skipped = skipped if days else asked.offset - before
                days.append(day)
            before += count
            if before >= asked.offset + asked.limit:
                break
        return self._at(self._places(asked, skipped, days)) if days else []

    def batches(self, size: int = BATCH) -> Iterator[pl.DataFrame]:
        """All rows as frames of at most `size` rows, the oldest first."""
        schema = {column.name: column.kind for column in self.columns}
        table = prepared(self.edition, self.basis.measure.fact)
        select = _shown(self.basis, self.columns, table).where(counted(self.basis, table))
        with _engine.connect() as connection:
            result = connection.execution_options(stream_results=True, max_row_buffer=size).execute(select)
            for rows in result.partitions(size):
                yield pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")

    def _days(self, asked: Asked) -> tuple[tuple[date, int], ...]:
        return _count_by_day(self.edition, self.basis, asked.search.strip(), asked.named)

    def _places(self, asked: Asked, offset: int, days: Sequence[date] = ()) -> list[tuple[int, date]]:
        """Where the rows of a page are, and on which days: few columns are read to sort all the rows by one of them."""
        table = prepared(self.edition, self.basis.measure.fact, numbered=True)
        found = _searched(self.edition, self.basis, table, asked.search, asked.named)
        select = sa.select(table.c.file_row_number, table.c.day).where(counted(self.basis, table), *found)
        if days:
            select = select.where(table.c.day.between(min(days), max(days)))
        select = select.order_by(*self._order(table, asked), table.c.file_row_number.desc())
        with _engine.connect() as connection:
            return [(place, day) for place, day in connection.execute(select.limit(asked.limit).offset(offset))]

    def _at(self, places: list[tuple[int, date]]) -> list[dict[str, Any]]:
        """The rows at these places, in that order."""
        table = prepared(self.edition, self.basis.measure.fact, numbered=True)
        place = table.c.file_row_number
        select = _shown(self.basis, self.columns, table).add_columns(place.label(_PLACE))
        # days let whole groups of rows be skipped, places alone do not
        select = select.where(table.c.day.in_({day for _, day in places}), place.in_([at for at, _ in places]))
        with _engine.connect() as connection:
            found = {row[_PLACE]: dict(row) for row in connection.execute(select).mappings()}
        return [{column.name: found[at][column.name] for column in self.columns} for at, _ in places]

    def _order(self, table: sa.TableValuedAlias, asked: Asked) -> Iterator[Any]:
        chosen = asked.sort
        if chosen and chosen not in {column.name for column in self.columns}:
            raise unknown_name("column", chosen, (column.name for column in self.columns))
        if chosen:
            flags = {state.name: state for state in self.basis.measure.states}
            column = contribution(flags[chosen], table.c) if chosen in flags else table.c[chosen]
            yield (column.desc() if asked.descending else column.asc()).nulls_last()
        elif self.basis.clock == "stock" and "lost" in table.c:
            # of a balance the movements that tell something are the losses
            yield table.c.lost.desc()


def open_rows(
    edition: Edition, metric: str, selection: Selection, policy: Policy = EVERYTHING, *, part: str = ""
) -> OpenRows:
    """Open the rows behind a number.

    Args:
        edition: published data.
        metric: key of the metric.
        selection: period and filters of the number.
        policy: of the person who asks; narrows everything.
        part: of health or a gap, the metric whose rows are meant.

    Raises:
        RowsRefusedError: the person has no right to rows, or the number is not shown to anybody.
        SelectionError: the number cannot be computed.
    """
    own = own_metric(edition, metric, part)
    basis = find_basis(edition, own, selection, policy)
    check_open(edition, own, selection, policy)
    return OpenRows(edition, basis, _columns(edition, basis), _beside(edition, basis))


def _columns(edition: Edition, basis: Basis) -> tuple[Column, ...]:
    measure, fact = basis.measure, FACTS[basis.measure.fact]
    schema = pl.read_parquet_schema(edition.rows_path(fact.name))
    offered = edition.manifest.facts[fact.name].dimensions
    tallies = tuple(dict.fromkeys(state.tally for state in measure.states if state.tally))
    summed = [state for state in measure.states if not state.tally]
    flags = (Column(state.name, pl.Decimal(38, 0) if state.wide else pl.Int64(), flag=True) for state in summed)
    left_out = {*INTERNAL, *tallies, *(state.name for state in summed), *(set(fact.dimensions) - set(offered))}
    plain = [name for name in schema if name not in left_out and schema[name] != pl.Null]
    place = {name: n for n, name in enumerate((*fact.row_key, "day", *_FIRST))}
    ordered = sorted(plain, key=lambda name: place.get(name, len(place)))
    shown = (Column(name, schema[name]) for name in ordered)
    return (*shown, *(Column(name, schema[name], tally=True) for name in tallies), *flags)


def _beside(edition: Edition, basis: Basis) -> tuple[str, Mapping[str, float]] | None:
    measure = basis.measure
    if measure.companion is None:
        return None
    fact, state = measure.companion
    record = edition.manifest.facts.get(fact)
    wanted = {measure.inner, *(dim for dim, _ in basis.filters)}
    if record is None or not wanted <= set(record.dimensions):
        return None
    frame = cells.fold(edition, Request(fact, (state,), basis.period, basis.filters, (measure.inner,))).frame
    values = zip(frame[measure.inner].to_list(), frame[state.name].to_list(), strict=True)
    return state.name, {UNKNOWN if name is None else str(name): float(value) for name, value in values}


@kept(1024)
def _count_by_day(edition: Edition, basis: Basis, search: str, named: Filters) -> tuple[tuple[date, int], ...]:
    """How many rows each day has, the latest first."""
    table = prepared(edition, basis.measure.fact)
    found = _searched(edition, basis, table, search, named)
    select = sa.select(table.c.day, sa.func.count()).where(counted(basis, table), *found)
    with _engine.connect() as connection:
        return tuple(
            (day, int(n)) for day, n in connection.execute(select.group_by(table.c.day).order_by(table.c.day.desc()))
        )


_UNFOLDED = "يىك\u200c\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_FOLDED = "ییک"
"""Arabic yeh and kaf are the Persian letters to a reader; joiners and direction marks are no letters at all."""


def _searched(
    edition: Edition, basis: Basis, table: sa.TableValuedAlias, search: str, named: Filters
) -> Iterator[sa.ColumnElement[bool]]:
    """SQL: the text occurs in one of the text columns, as it stands: nothing in it is a pattern.

    Dimensions are searched among their values, of which there are few, and not row by row.
    """
    text = search.strip()
    if not text:
        return
    domains = edition.manifest.facts[basis.measure.fact].dimensions
    found: list[sa.ColumnElement[bool]] = []
    wanted = _fold(sa.literal(text, sa.String()), text)
    for column in _columns(edition, basis):
        if column.name in domains:
            known = (value for value in domains[column.name] if value != UNKNOWN)
            values = [value for value in known if fold(text) in fold(value)]
            found += [among(table.c[column.name], values)] if values else []
        elif column.is_text:
            found.append(sa.and_(sa.true(), sa.func.contains(_fold(table.c[column.name], text), wanted)))
    found += [among(table.c[dim], values) for dim, values in named if dim in domains]
    yield sa.func.coalesce(sa.or_(sa.false(), *found), sa.false())


def fold(text: str) -> str:
    """Text as it is searched: small letters, Persian forms of Arabic letters, no joiners and direction marks."""
    return text.lower().translate({ord(c): _FOLDED[n] if n < len(_FOLDED) else None for n, c in enumerate(_UNFOLDED)})


def _fold(column: Any, text: str) -> Any:
    """The same in SQL; for a text in plain ASCII small letters are enough, and that is much faster."""
    small = sa.func.lower(column)
    return small if text.isascii() else sa.func.translate(small, _UNFOLDED, _FOLDED)


def _shown(basis: Basis, columns: Sequence[Column], table: sa.TableValuedAlias) -> sa.Select[Any]:
    states = {state.name: state for state in basis.measure.states}
    return sa.select(
        *(
            contribution(states[column.name], table.c).label(column.name) if column.flag else table.c[column.name]
            for column in columns
        )
    )


def rows_statement(edition: Edition, basis: Basis) -> str:
    """The SELECT of the rows and their flags with the values written out, to be run in the edition's folder."""
    table = prepared(edition, basis.measure.fact)
    key = (table.c[name] for name in FACTS[basis.measure.fact].row_key)
    select = _shown(basis, _columns(edition, basis), table).where(counted(basis, table))
    return written(edition, select.order_by(table.c.day, *key))


def written(edition: Edition, select: sa.Select[Any]) -> str:
    """A SELECT on the edition's rows with every value written out and paths as seen from the edition's folder."""
    text = str(select.compile(dialect=_engine.dialect, compile_kwargs={"literal_binds": True}))
    return text.replace(f"'{edition.folder}/", "'")
