"""Putting converted rows into the embedded warehouse: create, replace or append, in one step.

A table gets the columns the file had and no others, so that `doctor` can say what is really there. Rows whose key is
already in the table refuse an append: importing the same file twice would count everything twice.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import sqlalchemy as sa

from cxdash.errors import FileImportError
from cxdash.settings import Project
from cxdash.warehouse.embedded import rewrite_embedded
from cxdash.warehouse.import_report import ImportReport


def store_rows(project: Project, contract: sa.Table, rows: Path, report: ImportReport) -> None:
    """Write a Parquet file of converted rows into the table; sets `total` and `repeated` of the report.

    Raises:
        FileImportError: the table already holds rows ("create"), or some of these ("append").
        WarehouseError: the embedded warehouse cannot be written.
    """
    with rewrite_embedded(project) as connection:
        incoming = connection.read_parquet(str(rows)).set_alias("incoming")
        held = _count(connection, contract.name)
        if held and report.mode == "create":
            raise FileImportError(
                f"The table {contract.name} already holds {held:,} rows.",
                action="Add to them with --append, or replace them with --replace.",
            )
        if held and report.mode == "append":
            _refuse_known_keys(connection, contract, incoming, report)
            _add_columns(connection, contract, incoming)
            names = ", ".join(f'"{name}"' for name in incoming.columns)
            connection.execute(
                f'INSERT INTO "{contract.name}" ({names}) SELECT {names} FROM read_parquet(?)', [str(rows)]
            )
        else:
            connection.execute(
                f'CREATE OR REPLACE TABLE "{contract.name}" AS SELECT * FROM read_parquet(?)', [str(rows)]
            )
        report.total = _count(connection, contract.name)
        report.repeated = _count_repeated(incoming, contract)


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    found = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = ?", [table]).fetchall()
    if not found[0][0]:
        return 0
    rows = connection.table(table).count("*").fetchall()
    return int(rows[0][0])


def _keys(contract: sa.Table, present: list[str]) -> str:
    return ", ".join(f'"{column.name}"' for column in contract.primary_key if column.name in present)


def _count_repeated(incoming: duckdb.DuckDBPyRelation, contract: sa.Table) -> int:
    keys = _keys(contract, incoming.columns)
    distinct = incoming.project(keys).distinct().count("*").fetchall()[0][0]
    return int(incoming.count("*").fetchall()[0][0] - distinct)


def _refuse_known_keys(
    connection: duckdb.DuckDBPyConnection,
    contract: sa.Table,
    incoming: duckdb.DuckDBPyRelation,
    report: ImportReport,
) -> None:
    existing = connection.table(contract.name)
    keys = _keys(contract, [name for name in incoming.columns if name in existing.columns])
    known = incoming.project(keys).intersect(existing.project(keys)).count("*").fetchall()[0][0]
    if known:
        raise FileImportError(
            f"{known:,} of the {report.rows:,} rows of {report.file} are already in {contract.name} (same {keys}).",
            action="Appending would count them twice. Import only new rows, or replace the table with --replace.",
        )


def _add_columns(connection: duckdb.DuckDBPyConnection, contract: sa.Table, incoming: duckdb.DuckDBPyRelation) -> None:
    present = connection.table(contract.name).columns
    for name, kind in zip(incoming.columns, incoming.types, strict=True):
        if name not in present:
            connection.execute(f'ALTER TABLE "{contract.name}" ADD COLUMN "{name}" {kind}')
