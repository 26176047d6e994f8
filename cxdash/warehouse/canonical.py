"""One set of data types on arrival, whatever the backend sent.

A sum of integers is HUGEINT in DuckDB, NUMERIC in PostgreSQL and DECIMAL elsewhere; strings come as enumerations,
timestamps with a zone or without. Readers must not care. So every column is cast once, here, to what the SELECT
declared: whole numbers Int64 (Decimal(38, 0) when a sum does not fit), exact numbers Decimal, other numbers Float64,
text String, days Date, moments Datetime in microseconds (UTC, without zone), flags Boolean.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from cxdash.errors import ContractError

WHOLE = pa.decimal128(38, 0)
MOMENT = pa.timestamp("us")

_EXACT: list[tuple[type[sa.types.TypeEngine[Any]], pa.DataType]] = [
    (sa.Boolean, pa.bool_()),
    (sa.Integer, pa.int64()),
    (sa.Float, pa.float64()),  # before Numeric, of which it is a kind
    (sa.DateTime, MOMENT),
    (sa.Date, pa.date32()),
    (sa.String, pa.string()),  # Enum and Text are kinds of String
]


def arrow_type(declared: sa.types.TypeEngine[Any]) -> pa.DataType | None:
    """The Arrow type a declared SQL type arrives as; None when nothing was declared (`NullType`)."""
    for kind, target in _EXACT:
        if isinstance(declared, kind):
            return target
    if isinstance(declared, sa.Numeric):
        return pa.float64() if declared.scale is None else pa.decimal128(38, declared.scale)
    return None


def canonical_frame(table: pa.Table, declared: Sequence[sa.types.TypeEngine[Any]]) -> pl.DataFrame:
    """`table` with canonical types.

    Args:
        table: what the driver returned.
        declared: SQL type of each column, in order; `NullType` where the SELECT did not say.

    Raises:
        ContractError: a column whose values are not of the declared type.
    """
    columns = [
        _convert(table.column(index), arrow_type(kind), table.schema.field(index), strict=False)
        for index, kind in enumerate(declared)
    ]
    frame = pl.from_arrow(pa.table(columns, names=table.schema.names))
    assert isinstance(frame, pl.DataFrame)
    return frame


def canonical_batch(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """`batch` cast to exactly `schema`; a value that does not fit is an error, never rounded or cut."""
    columns = [
        _convert(pa.chunked_array([batch.column(index)]), field.type, batch.schema.field(index), strict=True)
        for index, field in enumerate(schema)
    ]
    flat = [column.combine_chunks() for column in columns]
    return pa.RecordBatch.from_arrays(flat, schema=schema)


def canonical_schema(names: Sequence[str], declared: Sequence[sa.types.TypeEngine[Any]]) -> pa.Schema:
    """The schema of a written file. Raises TypeError for a column whose SELECT declares no type."""
    fields = []
    for name, kind in zip(names, declared, strict=True):
        target = arrow_type(kind)
        if target is None:
            raise TypeError(f"column {name} has no declared type; wrap it in sqlalchemy.cast or type_coerce")
        fields.append(pa.field(name, target))
    return pa.schema(fields)


def _convert(column: pa.ChunkedArray, target: pa.DataType | None, field: pa.Field, *, strict: bool) -> pa.ChunkedArray:
    column = _unwrap(column)
    try:
        if target is None:
            return _infer(column, field)
        if target == pa.int64():
            return _to_whole(column, strict=strict)
        if target == MOMENT and pa.types.is_timestamp(column.type) and column.type.tz is not None:
            column = column.cast(pa.timestamp("us", "UTC"))
        return column.cast(target)
    except pa.ArrowInvalid as error:
        raise ContractError(
            f"The column “{field.name}” was declared as {target} and the warehouse sent a value that is not: {error}.",
            action="Cast it in the source SELECT of config/warehouse.yaml.",
        ) from error


def _unwrap(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Enumerations as their text, driver-specific wrappers (PostgreSQL NUMERIC) as what they store."""
    if isinstance(column.type, pa.BaseExtensionType):
        column = pa.chunked_array([chunk.storage for chunk in column.chunks], type=column.type.storage_type)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return column


def _to_whole(column: pa.ChunkedArray, *, strict: bool) -> pa.ChunkedArray:
    if _is_text(column.type):  # NUMERIC travels as text
        column = column.cast(WHOLE)
    if pa.types.is_decimal(column.type) or pa.types.is_uint64(column.type):
        column = column.cast(WHOLE)
        bounds = pc.min_max(column)
        low, high = bounds["min"].as_py(), bounds["max"].as_py()
        if not strict and low is not None and not -(2**63) <= low <= high < 2**63:
            return column
    return column.cast(pa.int64())


def _infer(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    """The canonical type nearest to what arrived, for columns whose SELECT declares none."""
    kind = column.type
    if isinstance(field.type, pa.BaseExtensionType) and _is_text(kind):  # NUMERIC: whole unless digits follow a point
        whole = not pc.any(pc.match_substring(column, "."), min_count=0).as_py()
        return _to_whole(column, strict=False) if whole else column.cast(pa.float64())
    rules: list[tuple[Callable[[pa.DataType], bool], Callable[[], pa.ChunkedArray]]] = [
        (pa.types.is_integer, lambda: _to_whole(column, strict=False)),
        (lambda k: pa.types.is_decimal(k) and k.scale == 0, lambda: _to_whole(column, strict=False)),
        (lambda k: pa.types.is_decimal(k) or pa.types.is_floating(k), lambda: column.cast(pa.float64())),
        (pa.types.is_timestamp, lambda: _convert(column, MOMENT, field, strict=False)),
        (_is_text, lambda: column.cast(pa.string())),
        (pa.types.is_null, lambda: column.cast(pa.string())),
    ]
    return next((convert() for applies, convert in rules if applies(kind)), column)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
