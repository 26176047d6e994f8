"""Reading a person's files piece by piece, with the line every row came from.

CSV in its many dialects, Excel sheets, Parquet: each becomes a header and chunks of columns. A file that is not what
its name says, or was cut off half-way, is refused as a whole; a row of the wrong width is passed on with the reason,
so that it is reported like any other unreadable cell.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook, WorksheetNotFound

from cxdash.errors import FileImportError, nearest

CHUNK = 50_000
DELIMITERS = ",;\t|"


@dataclass
class Chunk:
    """Some rows of a file.

    Attributes:
        lines: line (or sheet row, or row number) each row came from.
        columns: cells by position in the header.
        crooked: (line, cells, reason) of rows that do not have the header's shape; not part of `columns`.
    """

    lines: list[int]
    columns: list[pl.Series]
    crooked: list[tuple[int, list[str], str]] = field(default_factory=list)


@dataclass
class TableFile:
    """An opened file.

    Attributes:
        header: column names as written, without surrounding spaces.
        chunks: its rows.
        unit: what `Chunk.lines` counts: "line" or "row".
    """

    header: list[str]
    chunks: Iterator[Chunk]
    unit: str


def open_table(path: Path, sheet: str | None = None) -> TableFile:
    """Open a file by the ending of its name.

    Raises:
        FileImportError: no such file, an unknown ending, no such sheet, or content that is not what it claims.
    """
    if not path.is_file():
        siblings = [p.name for p in path.parent.glob("*")] if path.parent.is_dir() else []
        guess = nearest(path.name, siblings)
        raise FileImportError(f"There is no file {path}.", action=f"Did you mean “{guess}”?" if guess else "")
    match path.suffix.casefold():
        case ".csv" | ".tsv" | ".txt":
            opened = _open_csv(path)
        case ".parquet" | ".pq":
            opened = _open_parquet(path)
        case ".xlsx" | ".xlsm" | ".xls" | ".ods":
            opened = _open_sheet(path, sheet)
        case other:
            raise FileImportError(
                f"cxdash does not read “{other or path.name}” files.", known="It reads .csv, .tsv, .parquet and .xlsx."
            )
    if sheet is not None and opened.unit == "line":
        raise FileImportError(f"{path.name} has no sheets; leave --sheet out.")
    repeated = sorted({name for name in opened.header if name and opened.header.count(name) > 1})
    if repeated:
        raise FileImportError(f"{path.name} has several columns named {', '.join(repeated)}.", action="Rename them.")
    return opened


# --- CSV ------------------------------------------------------------------------------------------------------------


def _open_csv(path: Path) -> TableFile:
    _check_encoding(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        delimiter = _find_delimiter(file)
    if delimiter is None:
        raise FileImportError(f"{path.name} is empty.")
    rows = _read_rows(path, delimiter)
    _, header = next(rows)
    return TableFile([name.strip() for name in header], _chunk_rows(rows, len(header)), "line")


def _check_encoding(path: Path) -> None:
    """Refuse bytes that are not UTF-8, naming line and byte; guessing an encoding garbles names in silence."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, read = 1, 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                at = max(error.start - held, 0)
                line = lines + block.count(b"\n", 0, at)
                hint = "It looks like UTF-16." if read == 0 and block[:2] in {b"\xff\xfe", b"\xfe\xff"} else ""
                raise FileImportError(
                    f"{path.name} is not UTF-8: line {line}, byte 0x{error.object[error.start]:02x} "
                    f"(position {read + at}).",
                    known=hint,
                    action="Save it as UTF-8 and import it again.",
                ) from None
            if b"\0" in block:
                line = lines + block.count(b"\n", 0, block.index(b"\0"))
                raise FileImportError(f"{path.name} is not a text file: line {line} holds a zero byte.")
            lines += block.count(b"\n")
            read += len(block)
    if decoder.getstate()[0]:
        raise FileImportError(f"{path.name} was cut off in the middle of a character.", action="Copy it again.")


def _find_delimiter(file: TextIO) -> str | None:
    """The separator that cuts the first rows most evenly and finest; "," for a single column; None for no rows."""
    head = [line for line in islice(file, 50) if line.strip()]
    if not head:
        return None

    def judge(delimiter: str) -> tuple[bool, int]:
        widths = [len(row) for row in csv.reader(head, delimiter=delimiter) if row]
        even = sum(width == widths[0] for width in widths) >= 0.8 * len(widths)
        return (even and widths[0] > 1, widths[0])

    return max(DELIMITERS, key=judge)


def _read_rows(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line each begins on; blank lines are skipped."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        begins = 1
        try:
            for row in reader:
                if row:
                    yield begins, row
                begins = reader.line_num + 1
        except csv.Error as error:
            raise FileImportError(
                f"{path.name}, line {begins}: this row cannot be read ({error}).",
                action="A quote is probably not closed there, or the file was cut off.",
            ) from None


def _chunk_rows(rows: Iterator[tuple[int, list[str]]], width: int) -> Iterator[Chunk]:
    while batch := list(islice(rows, CHUNK)):
        straight = [(line, row) for line, row in batch if len(row) == width]
        uneven = [(line, row) for line, row in batch if len(row) != width]
        crooked = [(line, row, f"has {len(row)} cells where the header has {width}") for line, row in uneven]
        cells = list(zip(*(row for _, row in straight), strict=True)) or [()] * width
        columns = [pl.Series(str(i), column, dtype=pl.String) for i, column in enumerate(cells)]
        yield Chunk([line for line, _ in straight], columns, crooked)


# --- Excel ----------------------------------------------------------------------------------------------------------


def _open_sheet(path: Path, sheet: str | None) -> TableFile:
    try:
        book = CalamineWorkbook.from_path(str(path))
        name = book.sheet_names[0] if sheet is None else sheet
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except WorksheetNotFound:
        known = ", ".join(CalamineWorkbook.from_path(str(path)).sheet_names)
        raise FileImportError(f"{path.name} has no sheet “{sheet}”.", known=f"It has: {known}.") from None
    except (CalamineError, IndexError, OSError, ValueError) as error:
        raise FileImportError(
            f"{path.name} cannot be read as a spreadsheet: {error}.", action="Open it, save it again, and import that."
        ) from None
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(cell != "" for cell in row)]
    if not filled:
        raise FileImportError(f"The sheet “{name}” of {path.name} is empty.")
    width = max(i for i, cell in enumerate(filled[0][1]) if cell != "") + 1
    header = [_write_cell(cell) for cell in filled[0][1][:width]]
    texts = ((number, _trim([_write_cell(cell) for cell in row], width)) for number, row in filled[1:])
    return TableFile(header, _chunk_rows(texts, width), "row")


def _trim(row: list[str], width: int) -> list[str]:
    """Sheets are rectangles: empty cells right of the header are no cells."""
    while len(row) > width and row[-1] == "":
        row.pop()
    return row + [""] * (width - len(row))


def _write_cell(cell: Any) -> str:
    """A cell as it would stand in a CSV file: ISO dates, whole numbers without a point."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 2**53:
            return str(int(cell))
        case datetime() | date():
            return cell.isoformat()
        case _:
            return str(cell).strip()


# --- Parquet --------------------------------------------------------------------------------------------------------


def _open_parquet(path: Path) -> TableFile:
    try:
        file = pq.ParquetFile(path)
        header: Sequence[str] = file.schema_arrow.names
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from None
    return TableFile(list(header), _read_batches(path, file), "row")


def _read_batches(path: Path, file: pq.ParquetFile) -> Iterator[Chunk]:
    first = 1
    try:
        for batch in file.iter_batches(CHUNK):
            frame = pl.from_arrow(pa.Table.from_batches([batch]))
            assert isinstance(frame, pl.DataFrame)
            yield Chunk(list(range(first, first + frame.height)), frame.get_columns())
            first += frame.height
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> FileImportError:
    reason = str(error).splitlines()[0].rstrip(".")
    return FileImportError(
        f"{path.name} is not a complete Parquet file: {reason}.",
        action="It may still be being written or was cut off; import it again when it is complete.",
    )
