"""One bad delivery, planted on demand: rows that the quality checks must catch before anybody sees a number.

The demo's own data is clean. `plant_bad_day` adds the rows of a broken export to the last day of an embedded database
and says exactly which keys are wrong and why; every row is wrong for one reason only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb

from cxdash import schema
from cxdash.errors import WarehouseError

Fault = Literal["range", "scale", "unique", "reference", "order", "future", "vocabulary", "required"]


@dataclass(frozen=True)
class BadRows:
    """The rows that are wrong in one way.

    Attributes:
        fault: which kind of check must catch them.
        table: the contract table.
        column: the column that is wrong.
        keys: primary keys of the rows; for `unique` each key is there twice.
        sentence: what is wrong, for a reader.
    """

    fault: Fault
    table: str
    column: str
    keys: tuple[str, ...]
    sentence: str


@dataclass(frozen=True)
class BadDay:
    """What was planted."""

    day: date
    rows: tuple[BadRows, ...]

    @property
    def added(self) -> int:
        """Number of rows added."""
        return sum(len(bad.keys) for bad in self.rows)


# fault, table, column, how many, what the copied row's columns become, sentence
_Plan = tuple[Fault, str, str, int, dict[str, str], str]
_PLANS: tuple[_Plan, ...] = (
    ("range", "responses", "score", 40, {"score": "11", "survey": "'nps'", "scale_min": "0", "scale_max": "10"},
     "Scores of 11 on a scale from 0 to 10."),
    ("scale", "responses", "scale_max", 12, {"score": "8", "survey": "'csat'", "scale_min": "1", "scale_max": "10"},
     "Satisfaction asked from 1 to 10 instead of 1 to 5."),
    ("reference", "responses", "customer_id", 30, {"customer_id": "'C9' || lpad(CAST(number AS VARCHAR), 8, '0')"},
     "Answers of customers that do not exist."),
    ("order", "responses", "responded_at", 20, {"responded_at": "$morning - INTERVAL 2 HOUR"},
     "Answers given two hours before the question was sent."),
    ("required", "responses", "survey", 8, {"survey": "NULL"}, "Answers to no known question."),
    ("vocabulary", "contacts", "channel", 35, {"channel": "'fax'"}, "Contacts on a channel that does not exist."),
    ("future", "contacts", "started_at", 15, {"started_at": "$morning + INTERVAL 3 DAY"},
     "Contacts that begin in three days."),
    ("reference", "contacts", "agent_id", 10, {"agent_id": "'A9' || lpad(CAST(number AS VARCHAR), 6, '0')"},
     "Contacts served by agents nobody knows."),
)  # fmt: skip
_DUPLICATES = 25

# every copied row gets a new key and the bad day's date, so that nothing but the planned column is wrong with it
_FRESH = {
    "responses": {"invited_at": "$morning", "responded_at": "$morning + INTERVAL 40 MINUTE"},
    "contacts": {"started_at": "$morning", "first_reply_at": "NULL", "promised_at": "NULL", "issue_id": "NULL"},
}
_SOUND = {
    "responses": "score IS NOT NULL AND customer_id IS NOT NULL",
    "contacts": "customer_id IS NOT NULL AND actor = 'human' AND direction = 'in'",
}
_ORDER = {"responses": "invited_at DESC, response_id", "contacts": "started_at DESC, contact_id"}


def plant_bad_day(database: Path, last_day: date) -> BadDay:
    """Add one broken delivery to the embedded database at `database`, dated `last_day`.

    Returns:
        The keys that are wrong, by fault.

    Raises:
        WarehouseError: the database is not a demo company, or DuckDB refused.
    """
    planted = []
    try:
        with duckdb.connect(str(database)) as connection:
            connection.execute("BEGIN")
            for place, plan in enumerate(_PLANS):
                planted.append(_insert(connection, place, plan, last_day))
            planted.append(_repeat(connection))
            connection.execute("COMMIT")
    except duckdb.Error as error:
        raise WarehouseError(f"No bad day could be planted in {database}.", known=str(error)) from error
    return BadDay(last_day, tuple(planted))


def _insert(connection: duckdb.DuckDBPyConnection, place: int, plan: _Plan, last_day: date) -> BadRows:
    fault, table, column, count, changes, sentence = plan
    key = schema.table(table).primary_key.columns.keys()[0]
    prefix = f"BAD{place}-"
    changed = {key: f"'{prefix}' || lpad(CAST(number AS VARCHAR), 4, '0')", **_FRESH[table], **changes}
    names = [column.name for column in schema.table(table).columns]
    columns = ", ".join(f"{changed.get(name, name)} AS {name}" for name in names)
    # the expressions are constants of this module; values are bound
    query = f"""
        INSERT INTO {table} SELECT {columns} FROM (
            SELECT *, row_number() OVER (ORDER BY {_ORDER[table]}) AS number FROM {table}
            WHERE {_SOUND[table]} AND {key} NOT LIKE 'BAD%'
        ) WHERE number <= $count
    """
    values: dict[str, object] = {"count": count}
    if "$morning" in query:
        values["morning"] = f"{last_day.isoformat()} 06:00:00"
        query = query.replace("$morning", "CAST($morning AS TIMESTAMP)")
    connection.execute(query, values)
    keys = tuple(f"{prefix}{number:04d}" for number in range(1, count + 1))
    return BadRows(fault, table, column, keys, sentence)


def _repeat(connection: duckdb.DuckDBPyConnection) -> BadRows:
    chosen = connection.execute(
        """SELECT response_id FROM responses WHERE response_id NOT LIKE 'BAD%'
           ORDER BY invited_at DESC, response_id LIMIT $count""",
        {"count": _DUPLICATES},
    ).fetchall()
    keys = tuple(str(row[0]) for row in chosen)
    connection.execute(
        "INSERT INTO responses SELECT * FROM responses WHERE response_id IN (SELECT unnest($keys))",
        {"keys": list(keys)},
    )
    return BadRows("unique", "responses", "response_id", keys, "The last questions were delivered twice.")
