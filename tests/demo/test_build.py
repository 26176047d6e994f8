"""Building is repeatable to the byte, bounded by blocks, and loading happens entirely or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb
import pytest

from cxdash import schema
from cxdash.demo import build_company, load_into_duckdb
from cxdash.errors import CxdashError, WarehouseError
from tests.demo.conftest import LAST_DAY, Built

SMALL = 0.0125


def fingerprints(folder: Path) -> dict[str, str]:
    parts = sorted(folder.rglob("*.parquet"))
    return {str(part.relative_to(folder)): hashlib.sha256(part.read_bytes()).hexdigest() for part in parts}


def test_same_arguments_same_bytes(tmp_path: Path) -> None:
    """Two builds with the same arguments are identical to the byte, and another seed is another company."""
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        build_company(tmp_path / name, scale=SMALL, last_day=LAST_DAY, seed=seed)
    assert fingerprints(tmp_path / "one") == fingerprints(tmp_path / "two")
    assert (
        fingerprints(tmp_path / "one")["contacts/part-000.parquet"]
        != fingerprints(tmp_path / "other")["contacts/part-000.parquet"]
    )


def test_rebuilding_leaves_nothing_behind(tmp_path: Path) -> None:
    """A smaller company built into the same folder does not keep parts of the larger one."""
    build_company(tmp_path, scale=0.03, last_day=LAST_DAY, block=500)
    manifest = build_company(tmp_path, scale=SMALL, last_day=LAST_DAY)
    rows = load_into_duckdb(tmp_path, tmp_path / "w.duckdb")
    assert rows == manifest.rows
    assert manifest.rows["customers"] == 500


def test_manifest_counts_what_was_loaded(small: Built) -> None:
    """The manifest's row counts are those of the database, over several blocks."""
    with duckdb.connect(str(small.database), read_only=True) as connection:
        for name in schema.TABLES:
            found = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
            assert found == (small.manifest.rows[name],)
    assert len(list((small.manifest.folder / "responses").glob("*.parquet"))) == 3
    assert small.manifest.rows["customers"] == 1600


def test_progress_is_told(tmp_path: Path) -> None:
    """Progress rises from 0 to 1 with a label each time."""
    told: list[tuple[str, float]] = []
    build_company(
        tmp_path, scale=0.03, last_day=LAST_DAY, block=500, progress=lambda label, share: told.append((label, share))
    )
    shares = [share for _, share in told]
    assert (shares[0], shares[-1]) == (0, 1)
    assert shares == sorted(shares)
    assert told[-1][0] == "customers 1,200 of 1,200"


def test_too_small_a_company_is_refused(tmp_path: Path) -> None:
    """A company without enough customers is refused before anything is written."""
    with pytest.raises(CxdashError, match="would have 4 customers") as refused:
        build_company(tmp_path, scale=0.0001, last_day=LAST_DAY)
    assert "0.0125" in refused.value.action
    assert not list(tmp_path.iterdir())


def test_failed_load_leaves_the_old_database(small: Built, tmp_path: Path) -> None:
    """When a part is missing, the database that was there stays as it was and nothing is left over."""
    database = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("CREATE TABLE precious AS SELECT 42 AS answer")
    (tmp_path / "empty").mkdir()
    with pytest.raises(WarehouseError, match="has no table responses"):
        load_into_duckdb(tmp_path / "empty", database)
    with duckdb.connect(str(database), read_only=True) as connection:
        assert connection.execute("SELECT answer FROM precious").fetchall() == [(42,)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "warehouse.duckdb"]


def test_load_replaces_the_database(small: Built, tmp_path: Path) -> None:
    """Loading into an existing file replaces all of it."""
    database = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("CREATE TABLE precious AS SELECT 42 AS answer")
    load_into_duckdb(small.manifest.folder, database)
    with duckdb.connect(str(database), read_only=True) as connection:
        names = {row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert names == set(schema.TABLES)
