"""From arrays of numbers to Parquet files that keep the contract to the letter.

The generator computes with positions, day indices and seconds; here they become strings, dates, timestamps and NULLs.
A part is refused unless it has exactly the columns of the contract, so that a column added there cannot be forgotten
here.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import sqlalchemy as sa

from cxdash import schema
from cxdash.demo.draws import DAY, MISSING, Flags, Ints, Values
from cxdash.errors import ContractError

_EPOCH = date(1970, 1, 1)
_SCHEMA_TYPE: tuple[tuple[type[Any], pa.DataType], ...] = (
    (sa.String, pa.string()),
    (sa.BigInteger, pa.int64()),
    (sa.Double, pa.float64()),
    (sa.Boolean, pa.bool_()),
    (sa.DateTime, pa.timestamp("us")),
    (sa.Date, pa.date32()),
)


def keys(prefix: str, numbers: Ints, *, digits: int) -> pa.Array:
    """Identifiers of a prefix and zero-padded digits; NULL where the number is MISSING.

    Raises:
        ContractError: a number has more digits than that.
    """
    missing = numbers == MISSING
    known = np.where(missing, 0, numbers)
    if len(known) and int(known.max()) >= 10**digits:
        raise ContractError(f"The demo has too many rows for keys of {digits} digits ({prefix}{known.max()}).")
    letters = np.frombuffer(prefix.encode(), dtype=np.uint8)
    text = np.empty((len(numbers), len(letters) + digits), dtype=np.uint8)
    text[:, : len(letters)] = letters
    for place in range(digits):
        known, digit = np.divmod(known, 10)
        text[:, -1 - place] = digit + ord("0")
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * text.shape[1]
    array = pa.StringArray.from_buffers(len(numbers), pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(text)))
    return pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), array) if missing.any() else array


def words(vocabulary: Sequence[str], codes: Values) -> pa.Array:
    """Strings by position in a vocabulary; NULL where the position is negative."""
    codes = np.asarray(codes)
    return pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(np.int32), mask=codes < 0), pa.array(list(vocabulary), pa.string())
    )


def same(value: str, size: int) -> pa.Array:
    """One word in every row."""
    return words((value,), np.zeros(size, dtype=np.int32))


def absent(kind: pa.DataType, size: int) -> pa.Array:
    """NULL in every row."""
    return pa.nulls(size, kind)


def whole(values: Values) -> pa.Array:
    """Whole numbers; NULL where MISSING."""
    values = np.asarray(values, dtype=np.int64)
    return pa.array(values, pa.int64(), mask=values == MISSING)


def flags(values: Values, *, known: Flags | None = None) -> pa.Array:
    """True or false; NULL where not known."""
    return pa.array(np.asarray(values, dtype=bool), pa.bool_(), mask=None if known is None else ~known)


def moments(first_day: date, seconds: Ints) -> pa.Array:
    """Timestamps from seconds since the first day's midnight UTC; NULL where MISSING."""
    missing = seconds == MISSING
    start = (first_day - _EPOCH).days * DAY
    micros = (np.where(missing, 0, seconds) + start) * 1_000_000
    return pa.array(micros.view("datetime64[us]"), pa.timestamp("us"), mask=missing)


def dates(first_day: date, days: Ints) -> pa.Array:
    """Dates from day indices (0 = first day); NULL where MISSING."""
    missing = days == MISSING
    number = np.where(missing, 0, days) + (first_day - _EPOCH).days
    return pa.array(number.astype("datetime64[D]"), pa.date32(), mask=missing)


def from_rows(name: str, rows: Sequence[tuple[Any, ...]]) -> dict[str, pa.Array]:
    """Columns of a small table written out row by row, in contract order."""
    columns = schema.table(name).columns
    values = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return {
        column.name: pa.array(list(given), arrow_type(column)) for column, given in zip(columns, values, strict=True)
    }


def arrow_type(column: sa.Column[Any]) -> pa.DataType:
    """The Arrow type a contract column is stored as."""
    return next(stored for kind, stored in _SCHEMA_TYPE if isinstance(column.type, kind))


class TableParts:
    """Writes the parts of each table into its own folder and counts their rows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows = dict.fromkeys(schema.TABLES, 0)
        self._parts = dict.fromkeys(schema.TABLES, 0)
        for name in schema.TABLES:
            shutil.rmtree(folder / name, ignore_errors=True)  # parts of an earlier, larger company must not linger
            (folder / name).mkdir(parents=True)

    def write(self, name: str, columns: dict[str, pa.Array]) -> None:
        """Store one part of a table.

        Raises:
            ContractError: the columns are not exactly those of the contract, or one has another type.
        """
        declared = schema.table(name).columns
        if set(columns) != set(declared.keys()):
            odd = sorted(set(columns) ^ set(declared.keys()))
            raise ContractError(f"The demo's table {name} does not have the contract's columns: {', '.join(odd)}.")
        for column in declared:
            stored = columns[column.name].type
            plain = stored.value_type if pa.types.is_dictionary(stored) else stored
            if plain != arrow_type(column):
                raise ContractError(f"The demo's column {name}.{column.name} is {plain}, not {arrow_type(column)}.")
        part = pa.table({column.name: columns[column.name] for column in declared})
        pq.write_table(
            part,
            self.folder / name / f"part-{self._parts[name]:03d}.parquet",
            compression="snappy",
            row_group_size=122_880,  # DuckDB's own: its threads share the reading
            # identifiers and times hardly repeat: trying a dictionary for them only costs time
            use_dictionary=[c.name for c in declared if pa.types.is_dictionary(columns[c.name].type)],
            store_schema=False,  # readers then see plain strings, not Arrow dictionaries
            write_statistics=True,
        )
        self._parts[name] += 1
        self.rows[name] += part.num_rows
