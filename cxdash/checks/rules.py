"""The kinds of rules: each names the expectation that counts its failures and selects the rows that fail.

Stock expectations of Great Expectations are used wherever they say what is meant and cost one aggregate in the scan
all checks of a table share. Three things they do not do well have expectations of our own: a condition over several
columns (stock pairs start a scan each), uniqueness of several columns (one GROUP BY instead of two scans and a join),
and references to another table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from cxdash import schema
from cxdash.checks.check import Relations, Rule

Columns = ReadOnlyColumnCollection[str, Any]
Condition = Callable[[Columns], sa.ColumnElement[bool]]

ROWS = "rows"
"""Column of samples that says how many rows share what the sample shows."""


def key_columns(table: str) -> tuple[str, ...]:
    """The contract's primary key."""
    return tuple(column.name for column in schema.table(table).primary_key)


def filled(table: str, column: str) -> Rule:
    """A column is never NULL."""
    return Rule(
        "ExpectColumnValuesToNotBeNull",
        {"column": column},
        columns=(column,),
        offenders=_rows_where(table, (column,), lambda c: c[column].is_(None)),
    )


def one_of(table: str, column: str, values: Sequence[str]) -> Rule:
    """A column holds only these values, or NULL. Samples count the rows that share each other value."""

    def offenders(source: sa.FromClause, relations: Relations) -> sa.Select[Any]:
        rows = _rows_where(table, (column,), lambda c: c[column].not_in(values))(source, relations)
        return rows.add_columns(sa.func.count().over(partition_by=source.c[column]).label(ROWS))

    return Rule(
        "ExpectColumnValuesToBeInSet",
        {"column": column, "value_set": list(values)},
        columns=(column,),
        offenders=offenders,
    )


def at_least(table: str, column: str, low: int) -> Rule:
    """A column is never below a bound."""
    return Rule(
        "ExpectColumnValuesToBeBetween",
        {"column": column, "min_value": low},
        columns=(column,),
        offenders=_rows_where(table, (column,), lambda c: c[column] < low),
    )


def not_after(table: str, column: str, high: date | datetime) -> Rule:
    """A date or moment is never after a limit."""
    return Rule(
        "ExpectColumnValuesToBeBetween",
        {"column": column, "max_value": high},
        columns=(column,),
        offenders=_rows_where(table, (column,), lambda c: c[column] > high),
    )


def recent(column: str, limit: date | datetime) -> Rule:
    """The latest value of a column is not before a limit."""
    return Rule(
        "ExpectColumnMaxToBeBetween",
        {"column": column, "min_value": limit},
        columns=(column,),
        offenders=lambda source, _: sa.select(sa.func.max(source.c[column]).label(column)),
    )


def single(column: str) -> Rule:
    """All rows share one value of a column. Samples are the values and their rows."""

    def offenders(source: sa.FromClause, _relations: Relations) -> sa.Select[Any]:
        value = source.c[column]
        return sa.select(value, sa.func.count().label(ROWS)).group_by(value).order_by(sa.desc(ROWS), value)

    return Rule(
        "ExpectColumnUniqueValueCountToBeBetween",
        {"column": column, "max_value": 1},
        columns=(column,),
        offenders=offenders,
    )


def not_empty() -> Rule:
    """The table has at least one row."""
    return Rule("ExpectTableRowCountToBeBetween", {"min_value": 1})


def has_columns(columns: Sequence[str]) -> Rule:
    """The source provides these columns."""
    return Rule("ExpectTableColumnsToMatchSet", {"column_set": list(columns), "exact_match": False})


def has_types(types: Mapping[str, Sequence[str]]) -> Rule:
    """Each column's type in the source is one of those named for it."""
    return Rule("ExpectColumnTypesToBeReadable", {"types": {name: list(allowed) for name, allowed in types.items()}})


def never(table: str, columns: Sequence[str], condition: Condition) -> Rule:
    """No row meets a condition over these columns; where the condition is NULL the row is fine."""

    def count(source: sa.FromClause, _relations: Relations) -> sa.ColumnElement[Any]:
        return sa.func.coalesce(sa.func.sum(sa.case((condition(source.c), 1), else_=0)), 0)

    return Rule(
        "ExpectNoRowToMeet", {}, columns=tuple(columns), offenders=_rows_where(table, columns, condition), count=count
    )


def unique(columns: Sequence[str]) -> Rule:
    """No two rows share their key. NULL keys are another rule's matter."""

    def offenders(source: sa.FromClause, _relations: Relations) -> sa.Select[Any]:
        key = [source.c[name] for name in columns]
        return (
            sa.select(*key, sa.func.count().label(ROWS))
            .where(*(column.is_not(None) for column in key))
            .group_by(*key)
            .having(sa.func.count() > 1)
            .order_by(sa.desc(ROWS), *key)
        )

    def count(source: sa.FromClause, relations: Relations) -> sa.Select[Any]:
        shared = offenders(source, relations).order_by(None).subquery("shared")
        return sa.select(sa.func.coalesce(sa.func.sum(shared.c[ROWS]), 0))

    return Rule("ExpectNoOffenders", {}, columns=tuple(columns), offenders=offenders, count=count)


def refers(table: str, column: str, parent: str, parent_column: str) -> Rule:
    """Every value of a column exists in another table."""

    def orphan(source: sa.FromClause, relations: Relations) -> sa.ColumnElement[bool]:
        other = relations.source(parent).alias("parent")
        known = sa.exists().where(other.c[parent_column] == source.c[column])
        return sa.and_(source.c[column].is_not(None), ~known)

    def offenders(source: sa.FromClause, relations: Relations) -> sa.Select[Any]:
        return _rows_where(table, (column,), lambda _: orphan(source, relations))(source, relations)

    def count(source: sa.FromClause, relations: Relations) -> sa.Select[Any]:
        return sa.select(sa.func.count()).select_from(source).where(orphan(source, relations))

    return Rule("ExpectNoOffenders", {}, columns=(column,), parent=parent, offenders=offenders, count=count)


def _rows_where(
    table: str, columns: Sequence[str], condition: Condition
) -> Callable[[sa.FromClause, Relations], sa.Select[Any]]:
    """The keys of failing rows and the columns that say why, in order of the keys."""
    keys = key_columns(table)
    shown = tuple(dict.fromkeys((*keys, *columns)))

    def select(source: sa.FromClause, _relations: Relations) -> sa.Select[Any]:
        rows = sa.select(*(source.c[name] for name in shown)).where(condition(source.c))
        return rows.order_by(*(source.c[name] for name in keys))

    return select
