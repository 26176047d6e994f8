"""How a warehouse is opened, held and lost: one snapshot, clear errors, no secrets."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Any

import duckdb
import polars as pl
import psycopg
import pytest
import sqlalchemy as sa

from cxdash.errors import SettingsError, WarehouseError
from cxdash.settings import Project, load_settings
from cxdash.warehouse import open_warehouse
from cxdash.warehouse.embedded import rewrite_embedded

COUNT = sa.select(sa.func.count().label("n")).select_from(sa.table("numbers"))


def test_every_way_of_reading_sees_one_snapshot(backend: Any) -> None:
    """Rows written after opening are seen by no connection, by no fetch, and by no second fetch after an error."""
    backend.run("CREATE TABLE numbers (n integer)", "INSERT INTO numbers VALUES (1), (2)")
    with backend.open() as warehouse:
        if backend.name == "postgresql":
            backend.run("INSERT INTO numbers VALUES (3)")
        else:  # the embedded file cannot be written while it is read, only replaced
            with rewrite_embedded(backend.project) as native:
                native.execute("INSERT INTO numbers VALUES (3)")
        assert warehouse.fetch(COUNT).item() == 2
        assert warehouse.connection.execute(COUNT).scalar_one() == 2
        with warehouse.engine.connect() as one, warehouse.engine.connect() as two:
            assert one.execute(COUNT).scalar_one() == two.execute(COUNT).scalar_one() == 2
        with pytest.raises(WarehouseError, match="nowhere"):
            warehouse.fetch(sa.select(sa.literal(1).label("one")).select_from(sa.table("nowhere")))
        with pytest.raises(sa.exc.DBAPIError), warehouse.engine.connect() as broken:
            broken.execute(sa.select(sa.column("n")).select_from(sa.table("nowhere")))
        assert warehouse.fetch(COUNT).item() == 2
        with warehouse.engine.connect() as one:
            assert one.execute(COUNT).scalar_one() == 2
    with backend.open() as warehouse:
        assert warehouse.fetch(COUNT).item() == 3


def test_nothing_can_be_written(backend: Any) -> None:
    """The company's tables are opened for reading only."""
    backend.run("CREATE TABLE numbers (n integer)")
    with backend.open() as warehouse, pytest.raises(sa.exc.DBAPIError):
        warehouse.connection.execute(sa.insert(sa.table("numbers", sa.column("n"))).values(n=1))


def test_two_results_can_be_open_at_once(backend: Any) -> None:
    """A half-read result keeps its rows while others are read on the same connection, and while frames are fetched."""
    backend.load("numbers", pl.DataFrame({"n": list(range(5000))}))
    query = sa.select(sa.column("n", sa.BigInteger())).select_from(sa.table("numbers")).order_by(sa.column("n"))
    with backend.open() as warehouse:
        first = warehouse.connection.execute(query)
        assert [first.fetchone()[0] for _ in range(3)] == [0, 1, 2]
        second = warehouse.connection.execute(query)
        assert second.fetchone()[0] == 0
        assert warehouse.fetch(query).height == 5000
        assert [row[0] for row in first] == list(range(3, 5000))
        assert [row[0] for row in second] == list(range(1, 5000))
        assert warehouse.connection.execute(COUNT).scalar() == 5000
        assert warehouse.fetch(COUNT).item() == 5000


def test_types_and_names_are_reflected(backend: Any) -> None:
    """The dialect lists tables and columns with their types, as Great Expectations needs."""
    backend.run("CREATE TABLE numbers (n bigint, t varchar(9), d date, m timestamp, b boolean, x double precision)")
    with backend.open() as warehouse:
        inspector = sa.inspect(warehouse.engine)
        assert inspector.get_table_names() == ["numbers"]
        kinds = {column["name"]: column["type"] for column in inspector.get_columns("numbers")}
    families = {"n": sa.Integer, "t": sa.String, "d": sa.Date, "m": sa.DateTime, "b": sa.Boolean, "x": sa.Float}
    assert all(isinstance(kinds[name], family) for name, family in families.items())


def test_the_session_counts_in_utc(backend: Any) -> None:
    """A company's own SQL meets the same session time zone on every backend, whatever the server is set to."""
    backend.run("CREATE TABLE numbers (n integer)", "INSERT INTO numbers VALUES (1)")
    select = """SELECT CAST(n AS varchar(5)) AS event, 'x' AS label, 'outage' AS kind,
        CAST(TIMESTAMP WITH TIME ZONE '2018-07-01 23:30:00+00' AS date) AS day FROM numbers"""
    with backend.open(tables={"events": {"sql": "e.sql"}}, files={"e.sql": select}) as warehouse:
        day = warehouse.source("events").c.day
        assert str(warehouse.fetch(sa.select(day)).item()) == "2018-07-01"


def test_an_unknown_backend_is_named_without_secrets(
    make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address of a database nobody wrote a backend for says which ones exist."""
    monkeypatch.setenv("CXDASH_TEST_WAREHOUSE", "mysql+pymysql://u:geheim@h/d")
    settings = load_settings(make_project({"url": "env:CXDASH_TEST_WAREHOUSE"}))
    with pytest.raises(SettingsError, match=r"no backend for “mysql”.*Known: duckdb, postgresql") as caught:
        open_warehouse(settings)
    assert "geheim" not in str(caught.value)


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


def open_at(url: sa.URL, make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch) -> None:
    """Open a warehouse at an address held in the environment."""
    monkeypatch.setenv("CXDASH_TEST_WAREHOUSE", url.render_as_string(hide_password=False))
    open_warehouse(load_settings(make_project({"url": "env:CXDASH_TEST_WAREHOUSE"}))).close()


@pytest.mark.postgres
def test_a_wrong_password_is_refused_and_not_shown(
    postgres_url: sa.URL, make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says that authentication failed, for whom and where from, and holds no password, right or wrong."""
    with pytest.raises(WarehouseError) as caught:
        open_at(postgres_url.set(password="falsch@geheim"), make_project, monkeypatch)
    text = str(caught.value)
    assert "password authentication failed" in text
    assert "environment variable CXDASH_TEST_WAREHOUSE" in text
    assert caught.value.__cause__ is None
    for secret in ("falsch", "geheim", str(postgres_url.password)):
        assert secret not in text


@pytest.mark.postgres
def test_a_server_that_is_down_is_said_to_be(
    postgres_url: sa.URL, make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused connection names address and reason, and what to check."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(WarehouseError, match=r"cannot be reached: .*refused.*Check that the server runs") as caught:
        open_at(postgres_url.set(port=port), make_project, monkeypatch)
    assert str(postgres_url.password) not in str(caught.value)


@pytest.mark.postgres
def test_a_server_that_goes_away_during_a_refresh_is_an_error(
    postgres_database: sa.URL, make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the server ends the sessions, the next read is a clear error and closing still works."""
    address = postgres_database.render_as_string(hide_password=False)
    monkeypatch.setenv("CXDASH_TEST_WAREHOUSE", address)
    query = sa.select(sa.func.count().label("n")).select_from(sa.table("pg_class"))
    with open_warehouse(load_settings(make_project({"url": "env:CXDASH_TEST_WAREHOUSE"}))) as warehouse:
        assert warehouse.fetch(query).item() > 0
        with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        with pytest.raises(WarehouseError) as caught:
            warehouse.fetch(query)
    assert str(postgres_database.password) not in str(caught.value)


# --- DuckDB ---------------------------------------------------------------------------------------------------------


def test_an_absent_embedded_warehouse_says_how_to_fill_it(make_project: Callable[..., Project]) -> None:
    """The message names `cxdash import` and `cxdash demo`."""
    with pytest.raises(WarehouseError, match=r"does not exist yet.*cxdash import.*cxdash demo"):
        open_warehouse(load_settings(make_project({"tables": {"responses": {"from": "responses"}}})))


def test_sources_over_files_need_no_embedded_warehouse(make_project: Callable[..., Project]) -> None:
    """A project whose tables are all SELECTs over files opens without a database file, relative paths and all."""
    project = make_project(
        {"tables": {"events": {"sql": "events.sql"}}, "variables": {"data": "./exports"}},
        **{"events.sql": "SELECT CAST(d AS DATE) AS day, l AS label, k AS kind FROM read_csv('${data}/e.csv')"},
    )
    (project.root / "exports").mkdir()
    (project.root / "exports" / "e.csv").write_text("d,l,k\n2018-07-01,Strike,outage\n")
    with open_warehouse(load_settings(project)) as warehouse:
        source = warehouse.source("events")
        (project.root / "exports" / "e.csv").write_text("d,l,k\n")  # changed meanwhile: what was read stays
        assert warehouse.fetch(sa.select(source.c.label)).item() == "Strike"
    assert not project.embedded_warehouse.exists()


def test_tables_of_the_embedded_warehouse_need_no_mapping(backend: Any) -> None:
    """A contract table in the embedded warehouse is connected by its name; another warehouse lists its tables."""
    backend.run("CREATE TABLE events (day date, label varchar(9), kind varchar(9))", "CREATE TABLE other (n integer)")
    with backend.open() as warehouse:
        assert warehouse.connected == ({"events"} if backend.name == "duckdb" else set())


def test_a_damaged_file_and_a_locked_file_are_told_apart(make_project: Callable[..., Project]) -> None:
    """A file that is no database, and one that another process writes, have their own advice."""
    project = make_project({"tables": {"events": {"from": "events"}}})
    project.embedded_warehouse.write_bytes(b"this is not a database" * 1000)
    with pytest.raises(WarehouseError, match="Check that it is a DuckDB file"):
        open_warehouse(load_settings(project))
    project.embedded_warehouse.unlink()
    duckdb.connect(str(project.embedded_warehouse)).close()
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read(); c.close()"
    command = [sys.executable, "-c", hold, str(project.embedded_warehouse)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"open\n"
        with pytest.raises(WarehouseError, match="Another process may be writing"):
            open_warehouse(load_settings(project))
        writer.communicate()
