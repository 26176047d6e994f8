"""From the company's tables to the contract's: which source column provides which contract column, and what is wrong.

Nothing here knows a backend: it is given what a relation looks like (names and families of its columns) and builds
SQLAlchemy expressions. Every problem of a table is collected, with the key in `config/warehouse.yaml` to correct.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from cxdash import schema
from cxdash.errors import nearest
from cxdash.settings import WAREHOUSE_FILE, Problem, Settings, TableSource
from cxdash.warehouse.expressions import to_zone
from cxdash.warehouse.families import Family, advise, declared_family, is_readable


@dataclass(frozen=True)
class SourceColumn:
    """A column the warehouse really has: its name, its family, and its type in the backend's own words."""

    name: str
    family: Family
    type_name: str


@dataclass(frozen=True)
class TableMapping:
    """How one contract table is provided.

    Attributes:
        table: contract table.
        origin: source as people know it: `crm.customers` or `config/sources/customers.sql`.
        relation: the source to select from; None when it cannot be read.
        columns: contract column → source column.
        unused: source columns nothing uses.
        problems: why it cannot be used; empty when it can.
    """

    table: str
    origin: str
    relation: sa.FromClause | None
    columns: Mapping[str, SourceColumn] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def match_columns(
    name: str, source: TableSource, found: Sequence[SourceColumn], origin: str, settings: Settings
) -> tuple[dict[str, SourceColumn], list[Problem]]:
    """Find a source column for each contract column.

    A column is taken as mapped, else under its own name (exactly, else without regard to case).
    """
    contract = schema.table(name)
    at = ("tables", name)
    exact = {column.name: column for column in found}
    folded: dict[str, SourceColumn] = {column.name.casefold(): column for column in reversed(found)}
    chosen: dict[str, SourceColumn] = {}
    problems: list[Problem] = []
    has = f"{origin} has: {', '.join(exact)}."
    for canonical, wanted in source.columns.items():
        key = (*at, "columns", canonical)
        if canonical not in contract.columns:
            guess = nearest(canonical, contract.columns.keys())
            problems.append(
                settings.describe(
                    WAREHOUSE_FILE,
                    key,
                    f"the contract table {name} has no column “{canonical}”",
                    known=f"It has: {', '.join(contract.columns.keys())}.",
                    action=f"Did you mean “{guess}”?" if guess else "",
                )
            )
        elif (column := exact.get(wanted) or folded.get(wanted.casefold())) is None:
            guess = nearest(wanted, exact)
            sentence = f"{origin} has no column “{wanted}”"
            action = f"Did you mean “{guess}”?" if guess else ""
            problems.append(settings.describe(WAREHOUSE_FILE, key, sentence, known=has, action=action))
        else:
            chosen[canonical] = column
    for canonical in contract.columns.keys():  # noqa: SIM118  (a column collection iterates over columns)
        taken = exact.get(canonical) or folded.get(canonical.casefold())
        if canonical not in source.columns and taken is not None:
            chosen[canonical] = taken
    problems += _find_missing(name, source, chosen, exact, origin, settings)
    problems += _find_unreadable(name, source, chosen, origin, settings)
    return chosen, problems


def _find_missing(
    name: str,
    source: TableSource,
    chosen: Mapping[str, SourceColumn],
    exact: Mapping[str, SourceColumn],
    origin: str,
    settings: Settings,
) -> list[Problem]:
    missing = [column for column in schema.required_columns(name) if column not in {*chosen, *source.columns}]
    found = []
    for column in missing:
        guess = nearest(column, [other for other in exact if other not in {used.name for used in chosen.values()}])
        hint = f"map it with “columns: {{{column}: {guess}}}”" if source.sql is None else f"name “{guess}” {column}"
        found.append(
            settings.describe(
                WAREHOUSE_FILE,
                ("tables", name),
                f"{origin} has no column “{column}”, which {name} requires",
                known=f"It has: {', '.join(exact)}.",
                action=f"Perhaps {hint}." if guess else "",
            )
        )
    if source.watermark is not None and source.watermark not in chosen:
        guess = nearest(source.watermark, chosen)
        found.append(
            settings.describe(
                WAREHOUSE_FILE,
                ("tables", name, "watermark"),
                f"“{source.watermark}” is not a contract column that {origin} provides",
                known=f"It provides: {', '.join(chosen)}.",
                action=f"Did you mean “{guess}”?" if guess else "",
            )
        )
    return found


def _find_unreadable(
    name: str, source: TableSource, chosen: Mapping[str, SourceColumn], origin: str, settings: Settings
) -> list[Problem]:
    found = []
    for canonical, column in chosen.items():
        wanted = declared_family(schema.table(name).columns[canonical].type)
        if is_readable(wanted, column.family):
            continue
        key = ("tables", name, "columns", canonical) if canonical in source.columns else ("tables", name)
        found.append(
            settings.describe(
                WAREHOUSE_FILE,
                key,
                f"{origin}.{column.name} is {column.type_name}; {name}.{canonical} must be a {wanted}",
                action=f"Say in a SQL source what is meant, for example {advise(wanted, column.family, column.name)}.",
            )
        )
    return found


def project(mapping: TableMapping, timezone: str) -> sa.Select[Any]:
    """The SELECT that yields exactly the contract's columns in its order; absent optional ones are typed NULLs."""
    contract = schema.table(mapping.table)
    assert mapping.relation is not None
    columns: list[sa.ColumnElement[Any]] = []
    for declared in contract.columns:
        source = mapping.columns.get(declared.name)
        if source is None:
            value: sa.ColumnElement[Any] = sa.cast(sa.null(), declared.type)
        else:
            value = _read(mapping.relation.c[source.name], source, declared.type, timezone)
        columns.append(value.label(declared.name))
    return sa.select(*columns).select_from(mapping.relation)


def _read(
    column: sa.ColumnElement[Any], source: SourceColumn, type_: sa.types.TypeEngine[Any], timezone: str
) -> sa.ColumnElement[Any]:
    wanted = declared_family(type_)
    if wanted is Family.MOMENT and source.family is Family.ZONED:
        return sa.type_coerce(to_zone(column, "UTC"), type_)
    if wanted is Family.MOMENT and source.family is Family.DAY:  # its business day must stay that day
        midnight = to_zone(sa.cast(column, sa.DateTime()), timezone)
        return sa.type_coerce(to_zone(midnight, "UTC"), type_)
    if source.family is wanted and source.type_name in {"BIGINT", "VARCHAR", "TEXT", "TIMESTAMP", "DOUBLE"}:
        return sa.type_coerce(column, type_)
    if source.family is wanted and wanted in {Family.DAY, Family.FLAG}:
        return sa.type_coerce(column, type_)
    return sa.cast(column, type_)
