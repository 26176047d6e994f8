"""Which types of a source column can stand for which type of the contract without losing anything.

A company's warehouse has integer keys, timestamps with a zone, NUMERIC(10,0) counts: all can be read as the contract
wants them, exactly. A fractional number read as a whole one, or text read as a date, cannot: the database would round
or guess. Those are refused with the advice to say in SQL what is meant.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import sqlalchemy as sa


class Family(StrEnum):
    """Types of columns as far as the contract cares."""

    TEXT = "text"
    CODE = "a value with a text form"
    """UUID, enumeration, network address: has one exact text form."""
    PADDED = "padded text"
    WHOLE = "whole number"
    EXACT = "decimal number"
    REAL = "number"
    FLAG = "true/false"
    DAY = "date"
    MOMENT = "timestamp"
    ZONED = "timestamp with time zone"
    UNKNOWN = "untyped NULL"
    OTHER = "other"


def declared_family(type_: sa.types.TypeEngine[Any]) -> Family:
    """The family of a contract column."""
    for kind, family in (
        (sa.Boolean, Family.FLAG),
        (sa.Integer, Family.WHOLE),
        (sa.Float, Family.REAL),
        (sa.DateTime, Family.MOMENT),
        (sa.Date, Family.DAY),
        (sa.String, Family.TEXT),
    ):
        if isinstance(type_, kind):
            return family
    return Family.OTHER


_READABLE: dict[Family, frozenset[Family]] = {
    Family.TEXT: frozenset({Family.TEXT, Family.CODE, Family.PADDED, Family.WHOLE, Family.UNKNOWN}),
    Family.WHOLE: frozenset({Family.WHOLE, Family.UNKNOWN}),
    Family.REAL: frozenset({Family.REAL, Family.WHOLE, Family.EXACT, Family.UNKNOWN}),
    Family.FLAG: frozenset({Family.FLAG, Family.UNKNOWN}),
    Family.DAY: frozenset({Family.DAY, Family.UNKNOWN}),
    Family.MOMENT: frozenset({Family.MOMENT, Family.ZONED, Family.DAY, Family.UNKNOWN}),
}

_ADVICE: dict[tuple[Family, Family], str] = {
    (Family.WHOLE, Family.EXACT): "CAST({column} AS BIGINT), or ROUND({column} * 100) for money in minor units",
    (Family.WHOLE, Family.REAL): "CAST({column} AS BIGINT), or ROUND({column} * 100) for money in minor units",
    (Family.FLAG, Family.WHOLE): "{column} = 1",
    (Family.FLAG, Family.TEXT): "{column} = 'yes'",
    (Family.DAY, Family.MOMENT): "CAST({column} AS DATE)",
    (Family.DAY, Family.ZONED): "CAST({column} AT TIME ZONE 'Europe/Berlin' AS DATE)",
}


def is_readable(declared: Family, actual: Family) -> bool:
    """Whether every value of `actual` has exactly one value of `declared`."""
    return actual in _READABLE.get(declared, frozenset())


def advise(declared: Family, actual: Family, column: str) -> str:
    """The SQL expression that would say what is meant, or a general one."""
    names = {Family.WHOLE: "BIGINT", Family.TEXT: "VARCHAR", Family.DAY: "DATE", Family.MOMENT: "TIMESTAMP"}
    pattern = _ADVICE.get((declared, actual), f"CAST({{column}} AS {names.get(declared, declared.value.upper())})")
    return pattern.format(column=column)
