"""`cxdash import`: a file becomes a contract table of the embedded warehouse, whole or not at all.

Columns are matched by name; what has no place in the contract is named, not dropped in silence. Cells that cannot be
read refuse the whole file, with the first twenty and the count, unless the person asked to set those rows aside: then
they go to `var/rejected/` with line and reason.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

import polars as pl
import pyarrow.parquet as pq
import sqlalchemy as sa

from cxdash import schema
from cxdash.errors import FileImportError, SettingsError
from cxdash.settings import Settings, redact
from cxdash.warehouse.canonical import canonical_schema
from cxdash.warehouse.cells import EXPECTED, Zones, as_text, read_cells
from cxdash.warehouse.families import declared_family
from cxdash.warehouse.files import Chunk, TableFile, open_table
from cxdash.warehouse.headers import match_header
from cxdash.warehouse.import_report import BadCell, ImportReport, Mode
from cxdash.warehouse.storing import store_rows

__all__ = ["BadCell", "ImportReport", "Mode", "import_file"]


def import_file(
    settings: Settings,
    file: Path,
    table: str,
    *,
    sheet: str | None = None,
    mode: Mode = "create",
    mapping: Mapping[str, str] | None = None,
    skip_bad: bool = False,
    timezone: str = "UTC",
) -> ImportReport:
    """Read a CSV, Parquet or XLSX file into a contract table of the embedded warehouse.

    Args:
        settings: the project; its warehouse must be the embedded one.
        file: the file.
        table: contract table.
        sheet: sheet of a workbook; the first by default.
        mode: "create" refuses when the table holds rows, "replace" drops them, "append" adds to them.
        mapping: contract column → column of the file, where names differ.
        skip_bad: set unreadable rows aside instead of refusing the file.
        timezone: zone of moments written without an offset.

    Raises:
        UnknownNameError: no such contract table.
        FileImportError: the file cannot be read, lacks required columns, or holds unreadable cells.
        WarehouseError: the embedded warehouse cannot be written.
    """
    contract = schema.table(table)
    _require_embedded(settings)
    opened = open_table(file, sheet)
    report = ImportReport(table, file.name, mode, opened.unit)
    positions = match_header(opened.header, contract, mapping or {}, report)
    zones = Zones(timezone, settings.warehouse.timezone)
    project = settings.project
    project.var.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".import-", dir=project.var) as folder:
        rows, rejects = Path(folder) / "rows.parquet", Path(folder) / "rejected.csv"
        with rejects.open("w", encoding="utf-8", newline="") as rejected:
            _convert(opened, contract, positions, zones, rows, rejected, report)
        if report.bad and not skip_bad:
            raise report.refuse()
        store_rows(project, contract, rows, report)
        if report.rejected:
            target = project.var / "rejected" / f"{file.stem}.csv"
            target.parent.mkdir(exist_ok=True)
            rejects.replace(target)
            report.rejected_file = project.shorten(target)
    _note_mapping(settings, table, report)
    return report


def _convert(
    opened: TableFile,
    contract: sa.Table,
    positions: Mapping[str, int],
    zones: Zones,
    target: Path,
    rejected: TextIO,
    report: ImportReport,
) -> None:
    """Write readable rows to `target` and unreadable ones, with the reasons, to `rejected`."""
    declared = [contract.columns[name] for name in contract.columns.keys() if name in positions]  # noqa: SIM118
    arrow = canonical_schema([c.name for c in declared], [c.type for c in declared])
    writer = csv.writer(rejected)
    writer.writerow([report.unit, "reason", *opened.header])
    with pq.ParquetWriter(target, arrow, compression="zstd") as parquet:
        for chunk in opened.chunks:
            typed, faults = _type_rows(chunk, declared, positions, zones)
            for line, cells, reason in chunk.crooked:
                report.record(BadCell(line, "", "", reason))
                writer.writerow([line, reason, *cells])
            for row, cells_at_fault in sorted(faults.items()):
                for cell in cells_at_fault:
                    report.record(cell)
                reasons = "; ".join(f"{cell.column} {cell.reason}" for cell in cells_at_fault)
                original = (as_text(column[row : row + 1])[0] for column in chunk.columns)
                writer.writerow([chunk.lines[row], reasons, *original])
            report.rejected += len(chunk.crooked) + len(faults)
            keep = typed.filter(~pl.Series([row in faults for row in range(typed.height)], dtype=pl.Boolean))
            parquet.write_table(keep.to_arrow().cast(arrow))
            report.rows += keep.height


def _type_rows(
    chunk: Chunk, declared: list[sa.Column[Any]], positions: Mapping[str, int], zones: Zones
) -> tuple[pl.DataFrame, dict[int, list[BadCell]]]:
    """The chunk in the contract's types, and what is wrong with which of its rows."""
    columns: list[pl.Series] = []
    faults: dict[int, list[BadCell]] = {}
    for column in declared:
        cells = chunk.columns[positions[column.name]]
        values = read_cells(cells, column.type, zones).rename(column.name)
        columns.append(values)
        empty = values.is_null()
        unread = empty & as_text(cells).is_not_null() if empty.any() else empty
        needed = empty & ~unread if not column.nullable else pl.Series([False] * len(empty), dtype=pl.Boolean)
        reason = EXPECTED.get(declared_family(column.type), "cannot be read")
        for row in unread.arg_true():
            value = _clip(as_text(cells[row : row + 1])[0])
            faults.setdefault(row, []).append(BadCell(chunk.lines[row], column.name, value, reason))
        for row in needed.arg_true():
            faults.setdefault(row, []).append(BadCell(chunk.lines[row], column.name, "", "is empty and required"))
    return pl.DataFrame(columns), faults


def _clip(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _require_embedded(settings: Settings) -> None:
    try:
        url = settings.warehouse_url()
    except SettingsError:
        return  # an address that is not set yet forbids nothing
    if url.database != str(settings.project.embedded_warehouse):
        raise FileImportError(
            f"This project reads the warehouse {redact(url)}; files are imported into the embedded warehouse only.",
            action="Load the file there with its own tools, or leave “url” out of config/warehouse.yaml.",
        )


def _note_mapping(settings: Settings, table: str, report: ImportReport) -> None:
    source = settings.warehouse.tables.get(table)
    if source is not None and (source.sql or source.relation != table):
        place = settings.locate("warehouse.yaml", ("tables", table))
        origin = f"config/{source.sql}" if source.sql else source.relation
        report.notes.append(f"Note: {place} takes {table} from {origin}; remove that to use the imported rows.")
