"""What every warehouse can do for a refresh: show contract tables, count business days, hand over rows.

The rest of cxdash sees only this class. A backend is one file that says how to connect, what a relation looks like and
how rows come out fast; mapping, contract and messages live here, once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import URL

from cxdash import schema
from cxdash.errors import ContractError, CxdashError, WarehouseError, nearest, unknown_name
from cxdash.settings import WAREHOUSE_FILE, Settings, TableSource
from cxdash.warehouse import expressions
from cxdash.warehouse.canonical import canonical_frame, canonical_schema
from cxdash.warehouse.failures import contract_error, list_some, short_cause
from cxdash.warehouse.mapping import SourceColumn, TableMapping, match_columns, project
from cxdash.warehouse.sqlfile import read_sql, resolve_variables

Column = sa.ColumnElement[Any]
Query = sa.Select[Any] | sa.CompoundSelect[Any]

ROW_GROUP = 131_072
"""Rows per row group of a written file."""


class Warehouse(ABC):
    """A connected warehouse, held open during a refresh; a context manager. Not for use by several threads at once.

    Attributes:
        engine: for libraries that want an engine; its connections see the same snapshot.
        connection: a connection inside the one consistent snapshot.
    """

    engine: sa.Engine
    connection: sa.Connection

    def __init__(self, settings: Settings, url: URL) -> None:
        self.settings = settings
        self.url = url
        self._sources: dict[str, sa.FromClause] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Give the connections back; the warehouse cannot be used afterwards."""

    @abstractmethod
    def _describe(self, relation: sa.FromClause) -> tuple[SourceColumn, ...]:
        """Columns of a relation; raises the driver's error when there is none."""

    @abstractmethod
    def _fetch_arrow(self, sql: str) -> pa.Table:
        """All rows of a statement."""

    @abstractmethod
    def _write_rows(self, query: Query, schema_: pa.Schema, sort_by: Sequence[str], path: Path) -> int:
        """Write the rows of a query to one Parquet file, sorted, with bounded memory; returns how many."""

    @abstractmethod
    def _auto_sources(self) -> Mapping[str, TableSource]:
        """Tables connected without being listed in the configuration."""

    @property
    @abstractmethod
    def _text_dialect(self) -> sa.Dialect:
        """A dialect that writes a statement out with its values in place."""

    def _hold(self, name: str, query: sa.Select[Any]) -> sa.FromClause:
        """The relation behind `source(name)` when it comes from a SQL file; a backend may keep a copy."""
        return query.subquery(name)

    # --- the contract -------------------------------------------------------------------------------------------

    @cached_property
    def mappings(self) -> Mapping[str, TableMapping]:
        """Every configured table with what it provides and what is wrong with it; never raises for a bad table."""
        configured = {**self._auto_sources(), **self.settings.warehouse.tables}
        return {name: self._map(name, source) for name, source in configured.items()}

    @cached_property
    def connected(self) -> frozenset[str]:
        """Contract tables that are mapped and present.

        Raises:
            ContractError: listing every problem, when a configured table is missing or does not fit. A refresh that
                quietly went on without it would publish less than people were promised.
        """
        problems = [problem for mapping in self.mappings.values() for problem in mapping.problems]
        if problems:
            raise contract_error(problems)
        return frozenset(self.mappings)

    def offered(self, table: str) -> frozenset[str]:
        """Contract columns the connected table really has; empty when the table is not connected."""
        schema.table(table)
        mapping = self.mappings.get(table)
        return frozenset(mapping.columns) if mapping and not mapping.problems else frozenset()

    def watermark(self, table: str) -> str | None:
        """The column that grows when rows are added, as configured or as the contract says, if the table offers it."""
        configured = self.settings.warehouse.tables.get(table)
        name = (configured.watermark if configured else None) or schema.table(table).info.get("watermark")
        return name if name in self.offered(table) else None

    def source(self, table: str) -> sa.FromClause:
        """The contract table, named as in the contract, with exactly its columns in contract order.

        Absent optional columns are typed NULLs. On the embedded warehouse a SQL source is computed once and kept.

        Raises:
            UnknownNameError: no such contract table.
            ContractError: the table is not connected or does not fit.
        """
        contract = schema.table(table)
        if table not in self._sources:
            mapping = self.mappings.get(table)
            if mapping is None:
                raise ContractError(
                    f"The table {table} ({contract.comment}) is not connected.",
                    known=f"Connected: {', '.join(sorted(self.mappings)) or 'none'}.",
                    action=f"Map it under “tables” in config/{WAREHOUSE_FILE}.",
                )
            if mapping.problems:
                raise contract_error(mapping.problems)
            query = project(mapping, self.settings.warehouse.timezone)
            configured = self.settings.warehouse.tables.get(table)
            with self._translating(f"reading {mapping.origin}"):
                kept = self._hold(table, query) if configured and configured.sql else query.subquery(table)
            self._sources[table] = kept
        return self._sources[table]

    def _map(self, name: str, source: TableSource) -> TableMapping:
        at = ("tables", name)
        origin = source.relation or f"config/{source.sql}"
        if name not in schema.TABLES:
            error = unknown_name("contract table", name, schema.TABLES)
            problem = self.settings.describe(
                WAREHOUSE_FILE, at, error.problem.rstrip("."), known=error.known, action=error.action
            )
            return TableMapping(name, origin, None, problems=(problem,))
        try:
            relation, found = self._examine(source)
        except CxdashError as error:
            key = (*at, "sql" if source.sql else "from")
            problem = self.settings.describe(
                WAREHOUSE_FILE, key, error.problem.rstrip("."), known=error.known, action=error.action
            )
            return TableMapping(name, origin, None, problems=(problem,))
        columns, problems = match_columns(name, source, found, origin, self.settings)
        used = {column.name for column in columns.values()}
        unused = tuple(column.name for column in found if column.name not in used)
        return TableMapping(name, origin, relation, columns, unused, tuple(problems))

    def _examine(self, source: TableSource) -> tuple[sa.FromClause, tuple[SourceColumn, ...]]:
        if source.sql is not None:
            path = self.settings.project.config / source.sql
            variables = resolve_variables(self.settings.warehouse.variables, self.settings.project)
            statement = sa.text(read_sql(path, variables, f"config/{source.sql}").text.replace(":", r"\:"))
            with self._translating(f"reading config/{source.sql}"):
                found = self._describe(statement.columns().subquery("source"))
            return statement.columns(*(sa.column(column.name) for column in found)).subquery("source"), found
        assert source.relation is not None
        *qualifier, name = source.relation.split(".")
        known = ".".join(qualifier) or None
        try:
            with self._translating(f"reading {source.relation}"):
                found = self._describe(sa.table(name, schema=known))
        except WarehouseError as error:
            relations = self.relations
            if source.relation in relations:
                raise
            guess = nearest(source.relation, relations) or nearest(name, [r.rsplit(".", 1)[-1] for r in relations])
            raise ContractError(
                f"The warehouse has no table “{source.relation}” (or does not let this user see it).",
                known=f"It has: {list_some(relations)}." if relations else "It shows this user no tables at all.",
                action=f"Did you mean “{guess}”?" if guess else "",
            ) from error
        return sa.table(name, *(sa.column(column.name) for column in found), schema=known), found

    @cached_property
    def relations(self) -> tuple[str, ...]:
        """Tables and views the user may see: `name` in the default schema and `schema.name` everywhere."""
        place, name = sa.column("table_schema", sa.String()), sa.column("table_name", sa.String())
        catalogue = sa.table("tables", place, name, schema="information_schema")
        query = sa.select(place, name, sa.func.current_schema()).select_from(catalogue)
        query = query.where(sa.column("table_catalog") == sa.func.current_database())
        query = query.where(place.not_in(("information_schema", "pg_catalog")))
        with self._translating("listing tables"), self.engine.connect() as connection:
            rows = connection.execute(query).all()
        bare = [table for folder, table, default in rows if folder == default]
        return tuple(sorted(bare) + sorted(f"{folder}.{table}" for folder, table, _ in rows))

    # --- expressions --------------------------------------------------------------------------------------------

    def business_time(self, moment: Column) -> Column:
        """Wall-clock time of a UTC timestamp in the business time zone."""
        return expressions.business_time(moment, self.settings.warehouse.timezone)

    def business_day(self, moment: Column) -> Column:
        """The date of a UTC timestamp in the business time zone; a date stays what it is."""
        return expressions.business_day(moment, self.settings.warehouse.timezone)

    def business_hour(self, moment: Column) -> Column:
        """Hour 0 … 23 of a UTC timestamp in the business time zone."""
        return expressions.business_hour(moment, self.settings.warehouse.timezone)

    def business_weekday(self, moment: Column) -> Column:
        """Weekday 1 (Monday) … 7 (Sunday) of a UTC timestamp or a date, in the business time zone."""
        return expressions.business_weekday(moment, self.settings.warehouse.timezone)

    def bucket(self, identifier: Column) -> Column:
        """Customer-hash bucket 0 … 31 of a string, the same on every backend. NULL stays NULL."""
        return expressions.bucket(identifier)

    # --- rows ---------------------------------------------------------------------------------------------------

    def compile(self, query: Query) -> str:
        """The statement as it is sent, its values written out: for passports, `explain` and the manifest."""
        return str(query.compile(dialect=self._text_dialect, compile_kwargs={"literal_binds": True}))

    def fetch(self, query: Query) -> pl.DataFrame:
        """All rows of a query with canonical types (see `cxdash.warehouse.canonical`), the same on every backend."""
        with self._translating("running a query"):
            table = self._fetch_arrow(self.compile(query))
        return canonical_frame(table, [column.type for column in query.selected_columns])

    def write_parquet(self, query: Query, path: Path, *, sort_by: Sequence[str]) -> int:
        """Stream the rows of a query into one Parquet file (zstd, row groups of 131,072 rows) and return their number.

        Rows are sorted by the named columns, text by code point and NULL first, alike on every backend. The file
        appears under its name only when complete; after a failure nothing is left.

        Raises:
            TypeError: a column of the query declares no type.
            WarehouseError: the query failed, or the file could not be written (disk full, no permission).
            ContractError: a value does not fit the type its column declares.
        """
        selected = query.selected_columns
        target = canonical_schema(selected.keys(), [column.type for column in selected])
        unfinished = path.with_name(f".{path.name}.part")
        try:
            with self._translating(f"writing {path.name}"):
                rows = self._write_rows(query, target, sort_by, unfinished)
            unfinished.replace(path)
        except OSError as error:
            raise WarehouseError(
                f"The file {path} could not be written: {error.strerror or error}.",
                action="Check free space and permissions of that folder, then refresh again.",
            ) from error
        finally:
            unfinished.unlink(missing_ok=True)
        return rows

    # --- errors -------------------------------------------------------------------------------------------------

    @contextmanager
    def _translating(self, doing: str) -> Iterator[None]:
        """Turn the drivers' errors into ours, short and without secrets."""
        try:
            yield
        except (CxdashError, OSError):
            raise
        except Exception as error:
            if not self._is_driver_error(error):
                raise
            raise WarehouseError(f"The warehouse refused while {doing}: {short_cause(error, self.url)}.") from None

    @abstractmethod
    def _is_driver_error(self, error: Exception) -> bool:
        """Whether an exception comes from the database or its driver."""
