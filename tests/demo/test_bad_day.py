"""The bad day holds exactly the faults it names, each row wrong in one way only."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from cxdash.demo import BadDay, plant_bad_day
from cxdash.errors import WarehouseError
from tests.demo.conftest import LAST_DAY, Built

FINDS = {
    ("range", "responses"): "SELECT response_id FROM responses WHERE score NOT BETWEEN scale_min AND scale_max",
    (
        "scale",
        "responses",
    ): "SELECT response_id FROM responses WHERE survey = 'csat' AND (scale_min <> 1 OR scale_max <> 5)",
    (
        "reference",
        "responses",
    ): """SELECT response_id FROM responses WHERE customer_id NOT IN (SELECT customer_id FROM customers)""",
    ("order", "responses"): "SELECT response_id FROM responses WHERE responded_at < invited_at",
    ("required", "responses"): "SELECT response_id FROM responses WHERE survey IS NULL",
    ("unique", "responses"): "SELECT response_id FROM responses GROUP BY 1 HAVING count(*) > 1",
    ("vocabulary", "contacts"): "SELECT contact_id FROM contacts WHERE channel = 'fax'",
    ("future", "contacts"): f"SELECT contact_id FROM contacts WHERE CAST(started_at AS DATE) > DATE '{LAST_DAY}'",
    ("reference", "contacts"): "SELECT contact_id FROM contacts WHERE agent_id NOT IN (SELECT agent_id FROM agents)",
}


@pytest.fixture(scope="module")
def spoiled(small: Built, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, BadDay]:
    """A copy of the small company with the bad day planted."""
    database = tmp_path_factory.mktemp("bad") / "warehouse.duckdb"
    shutil.copy(small.database, database)
    return database, plant_bad_day(database, LAST_DAY)


def found(database: Path, query: str) -> set[str]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return {row[0] for row in connection.execute(query).fetchall()}


@pytest.mark.parametrize("fault", FINDS, ids=["-".join(fault) for fault in FINDS])
def test_each_fault_has_exactly_its_keys(small: Built, spoiled: tuple[Path, BadDay], fault: tuple[str, str]) -> None:
    """A query for one fault finds the keys named for it, all of them and no others, and none in the clean data."""
    database, bad_day = spoiled
    [named] = [set(bad.keys) for bad in bad_day.rows if (bad.fault, bad.table) == fault]
    assert found(database, FINDS[fault]) == named
    assert found(small.database, FINDS[fault]) == set()


def test_every_fault_is_covered(spoiled: tuple[Path, BadDay]) -> None:
    """The bad day plants what is looked for, and says so."""
    _, bad_day = spoiled
    assert {(bad.fault, bad.table) for bad in bad_day.rows} == set(FINDS)
    assert bad_day.day == LAST_DAY
    assert all(bad.keys and bad.sentence.endswith(".") for bad in bad_day.rows)


def test_row_counts(small: Built, spoiled: tuple[Path, BadDay]) -> None:
    """As many rows were added as the bad day says, and the older days were left alone."""
    database, bad_day = spoiled
    total = "SELECT (SELECT count(*) FROM responses) + (SELECT count(*) FROM contacts)"
    older = f"SELECT count(*) FROM responses WHERE invited_at < TIMESTAMP '{LAST_DAY}' AND response_id NOT LIKE 'BAD%'"
    counts = []
    for path in (small.database, database):
        with duckdb.connect(str(path), read_only=True) as connection:
            counts.append((connection.execute(total).fetchall()[0][0], connection.execute(older).fetchall()[0][0]))
    assert counts[1][0] - counts[0][0] == bad_day.added
    repeated = sum(len(bad.keys) for bad in bad_day.rows if bad.fault == "unique")
    assert 0 <= counts[1][1] - counts[0][1] <= repeated


def test_not_a_demo(tmp_path: Path) -> None:
    """A database without the demo's tables is refused with a clear error and stays unchanged."""
    with duckdb.connect(str(tmp_path / "other.duckdb")) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS a")
    with pytest.raises(WarehouseError, match="No bad day"):
        plant_bad_day(tmp_path / "other.duckdb", LAST_DAY)
