"""The quality checks as plain SQL: one SELECT per table that counts the failures of all its checks together.

Written from the data contract, not from the checks: what a required column, a vocabulary or a reference means is said
here a second time. Freshness and the contract theme scan no rows and are left out on both sides.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

import duckdb
import sqlalchemy as sa

from cxdash import schema
from cxdash.checks.rows import PLANNED

Outcome = dict[str, tuple[bool, int]]
"""Check → passed, failing rows."""


def select_failures(table: str, connected: Collection[str], today: date, end: datetime) -> tuple[list[str], str]:
    """Ids of the checks of a table, and the SELECT with the count of each in that order."""
    described, wrong = schema.table(table), _wrong_rows(table, today, end)
    counts = {name: f"count(*) FILTER ({condition})" for name, condition in wrong.items()}
    marks = []
    for column in described.columns:
        parent, _, key = column.info.get("references", "").partition(".")
        if parent in connected and parent:
            mark = f"{column.name}__known"
            marks.append(f'"{column.name}" IN (SELECT "{key}" FROM {parent} WHERE "{key}" IS NOT NULL) AS {mark}')
            counts[f"{column.name}.exists"] = f'count(*) FILTER ("{column.name}" IS NOT NULL AND NOT {mark})'
    keys = [column.name for column in described.primary_key]
    key_list, filled = ", ".join(keys), " AND ".join(f"{key} IS NOT NULL" for key in keys)
    counts["key_unique"] = (
        f"(SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM {table} WHERE {filled} GROUP BY {key_list}) "
        "WHERE n > 1)"
    )
    counts["not_empty"] = "CASE WHEN count(*) = 0 THEN -1 ELSE 0 END"
    if "currency" in described.columns:
        counts["currency.single"] = "CASE WHEN count(DISTINCT currency) > 1 THEN -1 ELSE 0 END"
    source = f"(SELECT *, {', '.join(marks)} FROM {table})" if marks else table
    return [f"{table}.{name}" for name in counts], f"SELECT {', '.join(counts.values())} FROM {source}"


def _wrong_rows(table: str, today: date, end: datetime) -> dict[str, str]:
    described = schema.table(table)
    wrong = {}
    for column in described.columns:
        name, quoted, info = column.name, f'"{column.name}"', column.info
        if not column.nullable:
            wrong[f"{name}.filled"] = f"{quoted} IS NULL"
        if words := info.get("vocabulary"):
            known = ", ".join(f"'{word}'" for word in words)
            wrong[f"{name}.known"] = f"{quoted} NOT IN ({known})"
        if "at_least" in info:
            wrong[f"{name}.at_least"] = f"{quoted} < {info['at_least']}"
        if earlier := info.get("not_before"):
            wrong[f"{name}.in_order"] = f'{quoted} < "{earlier}"'
        if isinstance(column.type, (sa.Date, sa.DateTime)) and name not in PLANNED.get(table, ()):
            limit = f"DATE '{today}'" if isinstance(column.type, sa.Date) else f"TIMESTAMP '{end}'"
            wrong[f"{name}.not_future"] = f"{quoted} > {limit}"
    if "scale_min" in described.columns:
        answer = "score" if "score" in described.columns else "rating"
        wrong[f"{answer}.inside_scale"] = f"{answer} < scale_min OR {answer} > scale_max"
    if table == "responses":
        scales = (
            f"(survey = '{survey}' AND (scale_min <> {low} OR scale_max <> {high}))"
            for survey, (low, high) in schema.SURVEY_SCALE.items()
        )
        wrong["scale"] = " OR ".join(scales)
        wrong["answered"] = "(score IS NULL) <> (responded_at IS NULL)"
    return wrong


def check_by_hand(
    connection: duckdb.DuckDBPyConnection, connected: Collection[str], today: date, end: datetime
) -> Outcome:
    """Run every table's SELECT."""
    found: Outcome = {}
    for table in sorted(connected):
        ids, select = select_failures(table, connected, today, end)
        row = connection.execute(select).fetchone()
        assert row is not None
        found |= {name: (count == 0, max(0, int(count))) for name, count in zip(ids, row, strict=True)}
    return found
