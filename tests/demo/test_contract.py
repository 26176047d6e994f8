"""The demo company keeps the data contract: checked over the declared tables, not over a list of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest
import sqlalchemy as sa

from cxdash import schema
from tests.demo.conftest import LAST_DAY, Built

DUCKDB_TYPE = {
    sa.String: "VARCHAR",
    sa.BigInteger: "BIGINT",
    sa.Double: "DOUBLE",
    sa.Boolean: "BOOLEAN",
    sa.DateTime: "TIMESTAMP",
    sa.Date: "DATE",
}
# what is planned or due may lie after the last day; what happened may not
PLANS = {
    ("contacts", "promised_at"), ("orders", "promised_on"), ("cases", "due_at"), ("invoices", "due_on"),
    ("initiatives", "started_on"), ("initiatives", "ended_on"),
}  # fmt: skip


@pytest.fixture(scope="session", params=["scale 1", "three blocks"])
def data(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    """The company of scale 1, and the small one made in blocks."""
    if request.param == "scale 1":
        yield request.getfixturevalue("rows")
        return
    built: Built = request.getfixturevalue("small")
    with duckdb.connect(str(built.database), read_only=True) as connection:
        yield connection


def count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    found = connection.execute(query).fetchone()
    assert found is not None
    return int(found[0])


@pytest.mark.parametrize("name", schema.TABLES)
def test_columns(data: duckdb.DuckDBPyConnection, name: str) -> None:
    """Every table has the contract's columns, in order and of the contract's types, and rows."""
    found = {row[0]: row[1] for row in data.execute(f"DESCRIBE {name}").fetchall()}
    declared = schema.table(name).columns
    assert list(found) == [column.name for column in declared]
    for column in declared:
        kind = next(text for kind, text in DUCKDB_TYPE.items() if isinstance(column.type, kind))
        assert found[column.name] == kind, column.name
    assert count(data, f"SELECT count(*) FROM {name}") > 0


@pytest.mark.parametrize("name", schema.TABLES)
def test_required_values(data: duckdb.DuckDBPyConnection, name: str) -> None:
    """No required value is NULL, no text is empty, and every optional column is filled somewhere."""
    for column in schema.table(name).columns:
        if not column.nullable:
            assert count(data, f"SELECT count(*) FROM {name} WHERE {column.name} IS NULL") == 0, column.name
        elif name not in ("assessments", "benchmarks", "campaigns", "events", "initiatives"):
            assert count(data, f"SELECT count({column.name}) FROM {name}") > 0, column.name
        if isinstance(column.type, sa.String):
            assert count(data, f"SELECT count(*) FROM {name} WHERE {column.name} = ''") == 0, column.name


@pytest.mark.parametrize("name", schema.TABLES)
def test_keys(data: duckdb.DuckDBPyConnection, name: str) -> None:
    """Primary keys are unique, across blocks too."""
    key = ", ".join(column.name for column in schema.table(name).primary_key.columns)
    assert count(data, f"SELECT count(*) - count(DISTINCT ({key})) FROM {name}") == 0


@pytest.mark.parametrize("name", schema.TABLES)
def test_vocabularies_and_bounds(data: duckdb.DuckDBPyConnection, name: str) -> None:
    """Closed vocabularies hold only known codes, and bounded numbers stay within their bounds."""
    for column in schema.table(name).columns:
        if vocabulary := column.info.get("vocabulary"):
            codes = ", ".join(f"'{code}'" for code in vocabulary)
            assert count(data, f"SELECT count(*) FROM {name} WHERE {column.name} NOT IN ({codes})") == 0, column.name
        if (bound := column.info.get("at_least")) is not None:
            assert count(data, f"SELECT count(*) FROM {name} WHERE {column.name} < {bound}") == 0, column.name
        if column.info.get("money"):
            assert count(data, f"SELECT count(*) FROM {name} WHERE {column.name} < 0") == 0, column.name


@pytest.mark.parametrize("name", schema.TABLES)
def test_references(data: duckdb.DuckDBPyConnection, name: str) -> None:
    """Every reference points at a row that exists."""
    for column in schema.table(name).columns:
        if target := column.info.get("references"):
            table, key = target.split(".")
            lost = f"SELECT count(*) FROM {name} WHERE {column.name} NOT IN (SELECT {key} FROM {table})"
            assert count(data, lost) == 0, column.name


@pytest.mark.parametrize("name", schema.TABLES)
def test_order_of_times(data: duckdb.DuckDBPyConnection, name: str) -> None:
    """Nothing ends before it begins, and nothing that happened lies after the last day."""
    for column in schema.table(name).columns:
        if earlier := column.info.get("not_before"):
            assert count(data, f"SELECT count(*) FROM {name} WHERE {column.name} < {earlier}") == 0, column.name
        if isinstance(column.type, sa.Date | sa.DateTime) and (name, column.name) not in PLANS:
            late = f"SELECT count(*) FROM {name} WHERE CAST({column.name} AS DATE) > DATE '{LAST_DAY}'"
            assert count(data, late) == 0, column.name


def test_scores(data: duckdb.DuckDBPyConnection) -> None:
    """Scores, ratings and scales are those the contract computes on, and a score comes with the moment it was given."""
    for survey, (low, high) in schema.SURVEY_SCALE.items():
        wrong = f"""SELECT count(*) FROM responses WHERE survey = '{survey}'
            AND (scale_min <> {low} OR scale_max <> {high} OR score NOT BETWEEN {low} AND {high})"""
        assert count(data, wrong) == 0
    for table in ("touchpoint_ratings", "assessments"):
        assert count(data, f"SELECT count(*) FROM {table} WHERE rating NOT BETWEEN scale_min AND scale_max") == 0
    assert count(data, "SELECT count(*) FROM responses WHERE (score IS NULL) <> (responded_at IS NULL)") == 0
    assert count(data, "SELECT count(*) FROM responses WHERE score IS NOT NULL AND (dismissed OR NOT delivered)") == 0


def test_one_business_day_everywhere(data: duckdb.DuckDBPyConnection) -> None:
    """Whatever a customer does begins between 03:30 and 20:15 UTC, so its date is the same in Berlin and in Tehran."""
    for table, column in (("contacts", "started_at"), ("visits", "started_at"), ("orders", "ordered_at")):
        inside = f"CAST({column} AS TIME) BETWEEN TIME '03:30:00' AND TIME '20:15:00'"
        assert count(data, f"SELECT count(*) FROM {table} WHERE NOT {inside}") == 0, table


def test_nobody_acts_before_joining_or_after_leaving(data: duckdb.DuckDBPyConnection) -> None:
    """Contacts, visits, orders and questions of a customer lie between joining and leaving."""
    for table, column in (
        ("contacts", "started_at"), ("visits", "started_at"), ("orders", "ordered_at"), ("subscriptions", "started_on"),
    ):  # fmt: skip
        outside = f"""SELECT count(*) FROM {table} t JOIN customers c USING (customer_id)
            WHERE CAST(t.{column} AS DATE) < c.joined_on OR CAST(t.{column} AS DATE) >= c.left_on"""
        assert count(data, outside) == 0, table


def test_relationship_surveys_keep_their_distance(data: duckdb.DuckDBPyConnection) -> None:
    """Nobody is asked about the relationship twice within 180 days."""
    close = """SELECT count(*) FROM (SELECT CAST(invited_at AS DATE) - lag(CAST(invited_at AS DATE)) OVER
        (PARTITION BY customer_id ORDER BY invited_at) AS gap
        FROM responses WHERE pattern = 'relationship') WHERE gap < 180"""
    assert count(data, close) == 0


def test_two_years(company: Built, data: duckdb.DuckDBPyConnection) -> None:
    """Contacts cover every one of the 730 days, from the manifest's first to its last."""
    first, last, days = data.execute(
        "SELECT min(day), max(day), count(DISTINCT day) FROM (SELECT CAST(started_at AS DATE) AS day FROM contacts)"
    ).fetchall()[0]
    assert (first, last) == (company.manifest.first_day, date(2026, 6, 30))
    assert days >= 725
