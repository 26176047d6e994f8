"""PostgreSQL: one exported snapshot shared by every connection of a refresh, rows by ADBC.

A refresh reads a table several times (states, drill rows, checks); if the company keeps writing meanwhile, the parts
must still add up. So the first connection opens a read-only REPEATABLE READ transaction and exports its snapshot, and
every other connection, of the engine or of ADBC, joins it before its first query. ADBC hands rows over in Arrow, four
times faster than row by row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import adbc_driver_postgresql.dbapi as adbc
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.engine import URL

from cxdash.settings import Settings, TableSource, describe_source
from cxdash.warehouse.backend import ROW_GROUP, Query, Warehouse
from cxdash.warehouse.canonical import canonical_batch
from cxdash.warehouse.failures import connection_error
from cxdash.warehouse.families import Family
from cxdash.warehouse.mapping import SourceColumn

CONNECT_TIMEOUT = "10"
"""Seconds to wait for a server that does not answer."""

_FAMILIES = {
    "text": ("TEXT", Family.TEXT),
    "varchar": ("VARCHAR", Family.TEXT),
    "bpchar": ("CHAR", Family.PADDED),
    "int2": ("SMALLINT", Family.WHOLE),
    "int4": ("INTEGER", Family.WHOLE),
    "int8": ("BIGINT", Family.WHOLE),
    "float4": ("REAL", Family.REAL),
    "float8": ("DOUBLE", Family.REAL),
    "bool": ("BOOLEAN", Family.FLAG),
    "date": ("DATE", Family.DAY),
    "timestamp": ("TIMESTAMP", Family.MOMENT),
    "timestamptz": ("TIMESTAMP WITH TIME ZONE", Family.ZONED),
    "uuid": ("UUID", Family.CODE),
    "name": ("NAME", Family.CODE),
    "citext": ("CITEXT", Family.CODE),
    "inet": ("INET", Family.CODE),
}


class PostgresWarehouse(Warehouse):
    """A PostgreSQL database, 12 or newer."""

    _arrow: adbc.Connection | None = None
    _snapshot = ""

    @classmethod
    def open(cls, settings: Settings, url: URL) -> Self:
        """Connect and take the snapshot; raises `WarehouseError` when the server cannot be reached."""
        if "connect_timeout" not in url.query:
            url = url.update_query_dict({"connect_timeout": CONNECT_TIMEOUT})
        warehouse = cls(settings, url)
        warehouse._connect()
        return warehouse

    def _connect(self) -> None:
        self.engine = sa.create_engine(
            self.url,
            execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
            pool_size=2,
        )
        sa.event.listen(self.engine, "connect", _prepare_session)
        try:
            self.connection = self.engine.connect()
            self._snapshot = str(self.connection.execute(sa.select(sa.func.pg_export_snapshot())).scalar_one())
        except (sa.exc.DBAPIError, psycopg.Error) as error:
            self.engine.dispose()
            checks = "Check that the server runs, and that host, port, database, user and password are right."
            raise connection_error(error, self.url, describe_source(self.settings.warehouse.url), checks) from None
        sa.event.listen(self.engine, "begin", self._join_snapshot)

    def _join_snapshot(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{self._snapshot}'")

    def close(self) -> None:
        """End the snapshot and close every connection."""
        with suppress(adbc.Error, sa.exc.DBAPIError):  # a server that went away has closed them itself
            if self._arrow is not None:
                self._arrow.close()
            self.connection.close()
        self.engine.dispose()

    @property
    def _text_dialect(self) -> sa.Dialect:
        return PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]  # SQLAlchemy's own

    def _auto_sources(self) -> Mapping[str, TableSource]:
        return {}

    def _describe(self, relation: sa.FromClause) -> tuple[SourceColumn, ...]:
        query = sa.select(sa.literal_column("*", sa.Integer())).select_from(relation).limit(0)
        with self.engine.connect() as connection:  # a transaction of its own: a failed statement spoils nothing
            rows = connection.execute(query)
            native: Any = connection.connection.driver_connection
            cursor: Any = rows.cursor
            return tuple(_describe_column(column, native.adapters.types) for column in cursor.description)

    @contextmanager
    def _arrow_cursor(self) -> Iterator[adbc.Cursor]:
        """A cursor whose transaction has joined the snapshot."""
        if self._arrow is None:
            address = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
            self._arrow = adbc.connect(address)
        connection = self._arrow
        with connection.cursor() as cursor:
            try:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                cursor.execute(f"SET TRANSACTION SNAPSHOT '{self._snapshot}'")
                cursor.execute("SET LOCAL TimeZone = 'UTC'")
                yield cursor
            finally:
                connection.rollback()

    def _fetch_arrow(self, sql: str) -> pa.Table:
        with self._arrow_cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetch_arrow_table()

    def _write_rows(self, query: Query, schema_: pa.Schema, sort_by: Sequence[str], path: Path) -> int:
        rows = query.subquery("rows_written")
        ordered = sa.select(rows).order_by(*(_by_code_point(rows.c[name]).asc().nulls_first() for name in sort_by))
        written = 0
        with self._arrow_cursor() as cursor, pq.ParquetWriter(path, schema_, compression="zstd") as writer:
            cursor.execute(self.compile(ordered))
            for group in _regroup(_receive(cursor.fetch_record_batch()), schema_):
                writer.write_table(group, row_group_size=ROW_GROUP)
                written += group.num_rows
        return written

    def _is_driver_error(self, error: Exception) -> bool:
        return isinstance(error, (sa.exc.DBAPIError, psycopg.Error, adbc.Error))


def _prepare_session(connection: Any, _record: Any) -> None:
    """UTC for the company's own SQL; and the snapshot must outlive the pauses in which cxdash computes."""
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET idle_in_transaction_session_timeout = 0")
    connection.commit()


def _receive(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The reader's batches; a statement that fails half-way comes as OSError, which elsewhere means the disk."""
    try:
        yield from reader
    except OSError as error:
        raise adbc.OperationalError(str(error), status_code=adbc.adbc_driver_manager.AdbcStatusCode.IO) from error


def _regroup(batches: Iterator[pa.RecordBatch], schema_: pa.Schema) -> Iterator[pa.Table]:
    """Batches as the driver sends them, in tables of one row group each."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(canonical_batch(batch, schema_))
        if sum(part.num_rows for part in waiting) >= ROW_GROUP:
            table = pa.Table.from_batches(waiting, schema_)
            full = table.num_rows - table.num_rows % ROW_GROUP
            yield table.slice(0, full)
            waiting = table.slice(full).to_batches()
    if waiting:
        yield pa.Table.from_batches(waiting, schema_)


def _by_code_point(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.collate(column, "C") if isinstance(column.type, sa.String) else column


def _describe_column(column: Any, types: Any) -> SourceColumn:
    info = types.get(column.type_code)
    name = info.name if info is not None else "unknown"
    if name == "numeric":
        whole = column.precision is not None and column.scale == 0
        shown = f"NUMERIC({column.precision},{column.scale})" if column.precision is not None else "NUMERIC"
        return SourceColumn(column.name, Family.WHOLE if whole else Family.EXACT, shown)
    if info is None:  # a type of the company's own, most often an enumeration: it has a text form
        return SourceColumn(column.name, Family.CODE, f"type {column.type_code}")
    shown, family = _FAMILIES.get(name, (name.upper(), Family.OTHER))
    return SourceColumn(column.name, family, shown)
