"""The data contract: every table cxdash can read, declared once as SQLAlchemy Core.

Validation, documentation, the demo company, `cxdash doctor` and the error messages are derived from these
declarations; nothing else lists tables or columns. A column's `info` may hold: `vocabulary` (allowed codes and their
meaning), `references` ("table.column"), `not_before` (column of the same row it may not precede), `at_least` (lower
bound), `money`. A table's `info` may hold `watermark`, the column that grows when rows are added.
"""

from __future__ import annotations

import sqlalchemy as sa

from cxdash.errors import unknown_name
from cxdash.schema import business, service
from cxdash.schema.experience import METADATA
from cxdash.schema.vocabularies import SURVEY_SCALE

CONFORMED_DIMENSIONS = ("channel", "region", "segment", "product", "stage", "language")
"""Dimensions that mean the same in every table that has them (the day apart)."""

TABLES: dict[str, sa.Table] = dict(METADATA.tables)
"""Every contract table by name."""

__all__ = [
    "CONFORMED_DIMENSIONS",
    "METADATA",
    "SURVEY_SCALE",
    "TABLES",
    "business",
    "required_columns",
    "service",
    "table",
]


def table(name: str) -> sa.Table:
    """The contract table of that name; raises `UnknownNameError` with the nearest one."""
    if name not in TABLES:
        raise unknown_name("table", name, TABLES)
    return TABLES[name]


def required_columns(name: str) -> tuple[str, ...]:
    """Columns a connected table must provide (not optional), in contract order."""
    return tuple(column.name for column in table(name).columns if not column.nullable)
