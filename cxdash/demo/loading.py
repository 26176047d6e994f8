"""Loads a built demo company into an embedded DuckDB file, in one step that either happens or does not.

From Parquet files, never from frames in memory: DuckDB 2.0.0 can return wrong rows from registered frames.
"""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import duckdb

from cxdash import schema
from cxdash.errors import WarehouseError


def load_into_duckdb(folder: Path, database: Path) -> dict[str, int]:
    """Create every contract table in `database` from the Parquet parts in `folder`; replaces the file atomically.

    Returns:
        Rows per table.

    Raises:
        WarehouseError: a table's parts are missing, or DuckDB refused to read or write.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    fresh = database.with_name(f".{database.name}.{uuid4().hex[:12]}")
    try:
        rows = _load(folder, fresh)
        fresh.replace(database)
    except duckdb.Error as error:
        raise WarehouseError(
            f"The demo company could not be loaded into {database}.",
            known=str(error),
            action="Build it again with `cxdash demo`.",
        ) from error
    finally:
        for leftover in (fresh, fresh.with_name(fresh.name + ".wal")):
            leftover.unlink(missing_ok=True)
    return rows


def _load(folder: Path, database: Path) -> dict[str, int]:
    rows: dict[str, int] = {}
    with duckdb.connect(str(database)) as connection:
        for name, table in schema.TABLES.items():
            parts = sorted(str(part) for part in (folder / name).glob("part-*.parquet"))
            if not parts:
                raise WarehouseError(
                    f"The demo company in {folder} has no table {name}.", action="Build it again with `cxdash demo`."
                )
            columns = ", ".join(f'"{column.name}"' for column in table.columns)
            connection.execute(f'CREATE TABLE "{name}" AS SELECT {columns} FROM read_parquet(?)', [parts])
            counted = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()
            rows[name] = int(counted[0]) if counted else 0
        connection.execute("CHECKPOINT")
    return rows
