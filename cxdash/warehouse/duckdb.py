"""The embedded warehouse and any other DuckDB file: opened read-only, so what is read cannot change meanwhile.

The file is attached to a database in memory. Opened directly, a process that still holds an older version of a file
that was replaced would be handed that older version again, without a word.

One native connection serves everything. DuckDB 2 streams a result that owns its connection, and the SQLAlchemy
dialect moves an unfinished one aside when it is asked through its own wrapper; so rows are always fetched to the end
before the next statement. SQL sources (which may read CSV files) are computed once into temporary tables: later
queries are fast, and agree with each other whatever happens to the files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.pool import StaticPool

from cxdash import schema
from cxdash.errors import WarehouseError
from cxdash.settings import Settings, TableSource, describe_source
from cxdash.warehouse.backend import ROW_GROUP, Query, Warehouse
from cxdash.warehouse.failures import connection_error
from cxdash.warehouse.families import Family
from cxdash.warehouse.mapping import SourceColumn

_ATTACHED = "cxdash_warehouse"
"""Name of the attached file; statements name tables without it."""

_FAMILIES = {
    "VARCHAR": Family.TEXT,
    "UUID": Family.CODE,
    "BOOLEAN": Family.FLAG,
    "DATE": Family.DAY,
    "TIMESTAMP": Family.MOMENT,
    "TIMESTAMP_S": Family.MOMENT,
    "TIMESTAMP_MS": Family.MOMENT,
    "TIMESTAMP_NS": Family.MOMENT,
    "TIMESTAMP WITH TIME ZONE": Family.ZONED,
    "FLOAT": Family.REAL,
    "DOUBLE": Family.REAL,
    '"NULL"': Family.UNKNOWN,
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), Family.WHOLE),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), Family.WHOLE),
}


class DuckDBWarehouse(Warehouse):
    """A DuckDB file."""

    @classmethod
    def open(cls, settings: Settings, url: URL) -> Self:
        """Open the file read-only; raises `WarehouseError` when it is absent, locked or damaged."""
        warehouse = cls(settings, url)
        warehouse._connect()
        return warehouse

    def _connect(self) -> None:
        path = self._existing_file()
        spill = self.settings.project.var / "tmp"
        config = {"autoinstall_known_extensions": "false", "temp_directory": str(spill)}
        self.engine = sa.create_engine(
            "duckdb:///:memory:",
            connect_args={"config": config},
            poolclass=StaticPool,
            isolation_level="AUTOCOMMIT",
        )
        try:
            self.connection = self.engine.connect()
            self.connection.exec_driver_sql("SET TimeZone = 'UTC'")
            if path is not None:
                literal = str(path).replace("'", "''")
                self.connection.exec_driver_sql(f"ATTACH '{literal}' AS {_ATTACHED} (READ_ONLY)")
                self.connection.exec_driver_sql(f"USE {_ATTACHED}")
        except (sa.exc.DBAPIError, duckdb.Error) as error:
            self.engine.dispose()
            checks = "Another process may be writing to it (“cxdash import”, “cxdash demo”); wait for it and try again."
            if "could not set lock" not in str(error).casefold():
                checks = "Check that it is a DuckDB file this version can read, and that you may read it."
            raise connection_error(error, self.url, describe_source(self.settings.warehouse.url), checks) from None

    def _existing_file(self) -> Path | None:
        """The file, or None for a warehouse in memory: one was asked for, or every table is a SQL source."""
        if not self.url.database or self.url.database.startswith(":"):
            return None
        path = Path(self.url.database)
        if path.is_file():
            return path
        tables = self.settings.warehouse.tables.values()
        if self._is_embedded and tables and all(table.sql for table in tables):
            return None
        if self._is_embedded:
            raise WarehouseError(
                f"The embedded warehouse {self.settings.project.shorten(path)} does not exist yet.",
                action="Fill it with “cxdash import FILE --as responses”, make the demo company with “cxdash demo”, "
                "or name your own warehouse under “url” in config/warehouse.yaml.",
            )
        raise WarehouseError(
            f"There is no DuckDB file {path} (from {describe_source(self.settings.warehouse.url)}).",
            action="Check the path; a relative one counts from the project directory.",
        )

    @property
    def _is_embedded(self) -> bool:
        # either path may go through a link: a warehouse kept on another disk is still the project's own
        named = self.url.database
        return named is not None and Path(named).resolve() == self.settings.project.embedded_warehouse.resolve()

    def close(self) -> None:
        """Close the file."""
        self.connection.close()
        self.engine.dispose()

    @property
    def _text_dialect(self) -> sa.Dialect:
        return self.engine.dialect

    def _auto_sources(self) -> Mapping[str, TableSource]:
        """In the embedded warehouse, tables under contract names are there because cxdash put them there."""
        if not self._is_embedded:
            return {}
        present = set(self.relations)
        return {name: TableSource.model_validate({"from": name}) for name in schema.TABLES if name in present}

    def _describe(self, relation: sa.FromClause) -> tuple[SourceColumn, ...]:
        rows = self.connection.execute(sa.select(sa.literal_column("*", sa.Integer())).select_from(relation).limit(0))
        description: Any = rows.cursor.description
        columns = tuple(SourceColumn(str(c[0]), _family(str(c[1])), str(c[1])) for c in description)
        rows.close()
        return columns

    def _hold(self, name: str, query: sa.Select[Any]) -> sa.FromClause:
        copy = f"cxdash_{name}"
        self.connection.execute(sa.CreateTableAs(query, copy, temporary=True))
        columns = [sa.column(column.name, column.type) for column in schema.table(name).columns]
        return sa.table(copy, *columns).alias(name)

    def _run(self, sql: str) -> duckdb.DuckDBPyRelation:
        """The statement as a native relation, whose rows come as Arrow without a detour over Python tuples."""
        native: Any = self.connection.connection.driver_connection
        run = native.sql  # asking the wrapper for it saves the rows of a result somebody still reads …
        native.abort()  # … and this drops one that was read to its last row but never told so
        relation: duckdb.DuckDBPyRelation = run(sql)
        return relation

    def _fetch_arrow(self, sql: str) -> pa.Table:
        return self._run(sql).to_arrow_table()

    def _write_rows(self, query: Query, schema_: pa.Schema, sort_by: Sequence[str], path: Path) -> int:
        rows = query.subquery("rows_written")
        exact = [sa.cast(column, _written_type(column.type)).label(column.name) for column in rows.c]
        order = [rows.c[name].asc().nulls_first() for name in sort_by]
        relation = self._run(self.compile(sa.select(*exact).order_by(*order)))
        relation.to_parquet(str(path), compression="zstd", row_group_size=ROW_GROUP)
        return int(pq.read_metadata(path).num_rows)

    def _is_driver_error(self, error: Exception) -> bool:
        return isinstance(error, (sa.exc.DBAPIError, duckdb.Error))


def _family(type_name: str) -> Family:
    if type_name.startswith("ENUM"):
        return Family.CODE
    if type_name.startswith("DECIMAL"):
        return Family.WHOLE if type_name.endswith(",0)") else Family.EXACT
    return _FAMILIES.get(type_name, Family.OTHER)


def _written_type(declared: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    """The widest type of its family: a HUGEINT would be written as a floating-point number."""
    if isinstance(declared, sa.Integer):
        return sa.BigInteger()
    if isinstance(declared, sa.Float) or (isinstance(declared, sa.Numeric) and declared.scale is None):
        return sa.Double()
    return sa.Numeric(38, declared.scale) if isinstance(declared, sa.Numeric) else declared
