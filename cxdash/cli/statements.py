"""The SQL a refresh sends, compiled without a connection: the same expressions, on tables named as in the contract.

For a project that has published, the edition's manifest holds the statement its own warehouse was sent. For every
other backend, and before the first refresh, the statement is compiled here from the same parts a refresh uses, as if
each contract table existed under its own name with exactly its columns.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from duckdb_sqlalchemy import Dialect as DuckDBDialect
from sqlalchemy.dialects.postgresql.base import PGDialect

from cxdash import schema
from cxdash.measures import Fact, Measure, WindowCalendar
from cxdash.metrics.catalogue import states_of
from cxdash.refresh.cells import select_cells
from cxdash.warehouse import expressions
from cxdash.warehouse.families import Family, declared_family
from cxdash.warehouse.mapping import SourceColumn, TableMapping, project

BACKENDS = ("duckdb", "postgresql")

_TYPE_NAMES = {
    Family.TEXT: "VARCHAR",
    Family.WHOLE: "BIGINT",
    Family.REAL: "DOUBLE",
    Family.FLAG: "BOOLEAN",
    Family.DAY: "DATE",
    Family.MOMENT: "TIMESTAMP",
}


class ContractSources:
    """What a fact may ask of a warehouse, answered from the contract alone: no connection, no project.

    Attributes:
        timezone: business time zone.
    """

    def __init__(self, timezone: str) -> None:
        self.timezone = timezone

    def source(self, table: str) -> sa.FromClause:
        """The contract table under its own name."""
        columns = schema.table(table).columns
        relation = sa.table(table, *(sa.column(column.name) for column in columns))
        found = {
            column.name: SourceColumn(column.name, family, _TYPE_NAMES[family])
            for column in columns
            if (family := declared_family(column.type))
        }
        return project(TableMapping(table, table, relation, found), self.timezone).subquery(table)

    def offered(self, table: str) -> frozenset[str]:
        """Every column of the contract."""
        return frozenset(schema.table(table).columns.keys())

    def business_day(self, moment: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """The date of a UTC timestamp in the business time zone."""
        return expressions.business_day(moment, self.timezone)

    def business_hour(self, moment: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """The hour of a UTC timestamp in the business time zone."""
        return expressions.business_hour(moment, self.timezone)

    def business_weekday(self, moment: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """The weekday of a UTC timestamp or a date in the business time zone."""
        return expressions.business_weekday(moment, self.timezone)

    def bucket(self, identifier: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """Customer-hash bucket of a string."""
        return expressions.bucket(identifier)


def write_statement(fact: Fact, backend: str, timezone: str, calendar: WindowCalendar) -> str:
    """The one aggregate SELECT of a fact, with all states of all its metrics, as a refresh sends it."""
    rows = fact.rows(ContractSources(timezone), _with_dates(calendar))
    return _compile(select_cells(fact, rows, states_of(fact.name)), backend)


def write_states(measure: Measure, fact: Fact, backend: str, calendar: WindowCalendar) -> dict[str, str]:
    """State → its aggregate expression on the prepared rows."""
    prepared = fact.rows(ContractSources("UTC"), _with_dates(calendar)).subquery("prepared")
    return {state.name: _compile(state.aggregate(prepared.c), backend) for state in measure.states}


def _with_dates(calendar: WindowCalendar) -> WindowCalendar:
    """Window days as dates of the database: inside VALUES a date written out is text."""
    windows: Any = [(g, *(sa.cast(sa.literal(d), sa.Date()) for d in days)) for g, *days in calendar.windows]
    return WindowCalendar(tuple(windows))


def _compile(clause: sa.ClauseElement, backend: str) -> str:
    dialect: Any = DuckDBDialect(paramstyle="qmark") if backend == "duckdb" else PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]
    return str(clause.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def wrap_statement(sql: str) -> list[str]:
    """A statement in lines people can read: every column of a SELECT on a line of its own, nothing else changed."""
    lines = []
    for line in sql.splitlines():
        head, *columns = _columns(line.strip())
        lines += [head.rstrip(), *(f"    {column.strip()}" for column in columns)]
    return lines


def _columns(line: str) -> list[str]:
    """A line cut after the commas that separate the columns of its SELECT; commas in brackets and quotes stay."""
    begin = line.find("SELECT ")
    if begin < 0:
        return [line]
    pieces, start, depth, quoted = [], 0, 0, ""
    for place in range(begin, len(line)):
        letter = line[place]
        if quoted:
            quoted = "" if letter == quoted else quoted
        elif letter in "'\"":
            quoted = letter
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == "," and depth == 0:
            pieces.append(line[start : place + 1])
            start = place + 1
    return [*pieces, line[start:]]
