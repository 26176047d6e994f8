"""Real parts for every test: a private PostgreSQL, projects in temporary folders, tables loaded into both backends.

`backend` runs a test once per warehouse; `backend.load(name, frame)` puts a frame there and `backend.open(config)`
connects as cxdash does. `shared_data` is the folder of data nobody here wrote.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import psycopg
import pytest
import sqlalchemy as sa
import yaml
from psycopg import sql

from cxdash.demo import build_company, load_into_duckdb
from cxdash.edition import Edition, open_edition
from cxdash.refresh.run import refresh
from cxdash.settings import Project, Settings, load_settings
from cxdash.warehouse import Warehouse, open_warehouse

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "s3cr3t/with@signs"  # characters that an address must escape


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real data sets beside the repository; never part of it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real data sets are not at {folder}; they are never part of the project")
    return folder


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[..., Project]:
    """Write a project: keys of warehouse.yaml as a mapping, further files by their path below config/."""

    def make(warehouse: Mapping[str, Any] | None = None, **files: str) -> Project:
        project = Project(tmp_path / "project")
        project.config.mkdir(parents=True, exist_ok=True)
        project.var.mkdir(exist_ok=True)
        content = {"company": "Test", **(warehouse or {})}
        (project.config / "warehouse.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
        for name, text in files.items():
            path = project.config / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return project

    return make


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[sa.URL]:
    """A PostgreSQL server: the one of CXDASH_TEST_POSTGRES_URL, or a private cluster for this session."""
    if given := os.environ.get("CXDASH_TEST_POSTGRES_URL"):
        yield sa.make_url(given).set(drivername="postgresql+psycopg")
        return
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda p: int(p.parts[-3]))
    found = programs[-1].parent if programs else None
    if found is None and (on_path := shutil.which("pg_ctl")):
        found = Path(on_path).resolve().parent
    if found is None:
        pytest.fail(
            "PostgreSQL's server programs are missing. Install them with “apt-get install -y postgresql”, "
            "or name a server: CXDASH_TEST_POSTGRES_URL=postgresql://user:password@host/database",
            pytrace=False,
        )
    with tempfile.TemporaryDirectory(prefix="cxdash-postgres-", ignore_cleanup_errors=True) as name:
        yield from _run_cluster(found, Path(name))


def _run_cluster(programs: Path, folder: Path) -> Iterator[sa.URL]:
    owner: dict[str, Any] = {"cwd": folder}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        owner |= {"user": "postgres", "group": "postgres", "extra_groups": []}
    password_file, data = folder / "password", folder / "data"
    password_file.write_text(PASSWORD)
    password_file.chmod(0o644)
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # Text is sorted as people expect it, not by code point: what a company's server usually does.
    locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"]
    access = ["--username=cxdash", f"--pwfile={password_file}", "--auth=scram-sha-256"]
    _call([programs / "initdb", "-D", data, "--no-sync", *locale, *access], owner)
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c timezone=Asia/Tehran"
    control = [programs / "pg_ctl", "-D", data, "-w"]
    _call([*control, "-o", options, "-l", folder / "log", "start"], owner)
    try:
        yield sa.URL.create("postgresql+psycopg", "cxdash", PASSWORD, "127.0.0.1", port, "postgres")
    finally:
        _call([*control, "-m", "immediate", "stop"], owner)


def _call(command: list[Any], options: dict[str, Any]) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **options)
    if done.returncode:
        pytest.fail(f"{command[0]} failed: {done.stdout}{done.stderr}", pytrace=False)


@pytest.fixture
def postgres_database(postgres_url: sa.URL) -> Iterator[sa.URL]:
    """A fresh database on that server, dropped afterwards."""
    name = f"cxdash_test_{secrets.token_hex(4)}"
    server = postgres_url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield postgres_url.set(database=name)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


# --- both backends --------------------------------------------------------------------------------------------------


@dataclass
class Backend:
    """A warehouse to fill and then to open as cxdash does.

    Attributes:
        name: "duckdb" or "postgresql".
        project: its project; `configure` writes the configuration.
        url: address of the PostgreSQL database; None for the embedded file.
    """

    name: str
    project: Project
    url: sa.URL | None
    make_project: Callable[..., Project]

    def run(self, *statements: str) -> None:
        """Execute statements and commit them."""
        if self.url is None:
            with duckdb.connect(str(self.project.embedded_warehouse)) as native:
                for statement in statements:
                    native.execute(statement)
            return
        address = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def load(self, name: str, frame: pl.DataFrame) -> None:
        """Create table `name` with the rows of a frame."""
        if self.url is None:  # through a file: DuckDB 2.0.0 misreads registered frames
            path = self.project.var / f"{name}.parquet"
            frame.write_parquet(path)
            self.run(f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{path}')")
            path.unlink()
            return
        columns = ", ".join(f'"{column}" {_postgres_type(kind)}' for column, kind in frame.schema.items())
        self.run(f"CREATE TABLE {name} ({columns})")
        address = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))
        with psycopg.connect(address) as connection, connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in frame.iter_rows():
                copy.write_row(row)

    def configure(self, **warehouse: Any) -> Settings:
        """Write warehouse.yaml for this backend and load the settings. Files for SQL sources come as `files={…}`."""
        files = warehouse.pop("files", {})
        if self.url is not None:
            os.environ["CXDASH_TEST_WAREHOUSE"] = self.url.render_as_string(hide_password=False)
            warehouse["url"] = "env:CXDASH_TEST_WAREHOUSE"
        return load_settings(self.make_project(warehouse, **files))

    def open(self, *tables: str, **warehouse: Any) -> Warehouse:
        """Open the warehouse with `tables` connected under their own names, or as configured by keywords."""
        if tables:
            warehouse["tables"] = {table: {"from": table} for table in tables}
        return open_warehouse(self.configure(**warehouse))


_POSTGRES_TYPES: list[tuple[Any, str]] = [
    (pl.String, "text"),
    (pl.Boolean, "boolean"),
    (pl.Date, "date"),
    (pl.Datetime, "timestamp"),
    (pl.Float64, "double precision"),
    (pl.Int32, "integer"),
    (pl.Int64, "bigint"),
]


def _postgres_type(kind: pl.DataType) -> str:
    return next(name for polars_type, name in _POSTGRES_TYPES if kind == polars_type)


@pytest.fixture(params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)])
def backend(
    request: pytest.FixtureRequest, make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> Backend:
    """Each warehouse in turn, empty."""
    monkeypatch.delenv("CXDASH_TEST_WAREHOUSE", raising=False)
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    return Backend(request.param, make_project(), url, make_project)


# --- the demo company, published ------------------------------------------------------------------------------------

DEMO_LAST_DAY = date(2026, 11, 20)


def once_per_run(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], None]) -> Path:
    """A folder that one of the test processes builds while the others wait for it; read it, never change it."""
    own = factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, built = shared / name, shared / f"{name}.built"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            folder.mkdir()
            build(folder)
            built.touch()
    return folder


def publish_company(scale: float) -> Callable[[Path], None]:
    """Builds a project with a demo company of this size: loaded, refreshed and published."""

    def build(folder: Path) -> None:
        project = Project(folder)
        shutil.copytree(ROOT / "config", project.config, ignore=shutil.ignore_patterns("examples"))
        project.var.mkdir()
        build_company(project.var / "demo", scale=scale, last_day=DEMO_LAST_DAY)
        load_into_duckdb(project.var / "demo", project.embedded_warehouse)
        attempt = refresh(load_settings(project), now=datetime(2026, 11, 21, 6, tzinfo=UTC))
        assert attempt.outcome in ("published", "published_with_warnings"), attempt.message

    return build


@pytest.fixture(scope="session")
def demo_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A small demo company, published once per test run; read it, never change it."""
    return Project(once_per_run(tmp_path_factory, "demo-company", publish_company(0.1)))


@pytest.fixture(scope="session")
def demo_edition(demo_project: Project) -> Edition:
    """The published edition of that company."""
    return open_edition(demo_project.editions)
