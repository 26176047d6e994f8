"""One demo company of scale 1 for all tests, built and loaded once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from cxdash.demo import DemoManifest, build_company, load_into_duckdb

LAST_DAY = date(2026, 6, 30)


@dataclass(frozen=True)
class Built:
    manifest: DemoManifest
    database: Path


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The demo company at scale 1, loaded into DuckDB."""
    folder = tmp_path_factory.mktemp("demo")
    manifest = build_company(folder / "parts", last_day=LAST_DAY)
    load_into_duckdb(folder / "parts", folder / "warehouse.duckdb")
    return Built(manifest, folder / "warehouse.duckdb")


@pytest.fixture(scope="session")
def rows(company: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    """Its database, to read from."""
    with duckdb.connect(str(company.database), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A small company in three blocks, for what does not depend on size."""
    folder = tmp_path_factory.mktemp("small")
    manifest = build_company(folder / "parts", scale=0.04, last_day=LAST_DAY, block=640)
    load_into_duckdb(folder / "parts", folder / "warehouse.duckdb")
    return Built(manifest, folder / "warehouse.duckdb")
