"""A full refresh against the least work that leaves the same files, and all checks against one SELECT per table."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import polars as pl
import pytest

from cxdash import schema
from cxdash.checks.check import Check
from cxdash.checks.rows import row_checks
from cxdash.demo import plant_bad_day
from cxdash.edition import Edition, open_edition
from cxdash.refresh import refresh
from cxdash.refresh.audit import PUBLISHED_TABLES
from cxdash.refresh.reconciliation import judge_states
from cxdash.refresh.staging import stage
from cxdash.settings import Project, load_settings
from cxdash.warehouse import Warehouse, open_warehouse
from tests.benchmarks.checks_by_hand import Outcome, check_by_hand
from tests.benchmarks.conftest import NOW
from tests.benchmarks.contest import Contestant, hold_contest
from tests.benchmarks.refresh_by_hand import FACTS, grid_keys, refresh_by_hand
from tests.conftest import DEMO_LAST_DAY

ROUNDS = int(os.environ.get("CXDASH_BENCH_REFRESH_ROUNDS", "5"))
CHECK_ROUNDS = int(os.environ.get("CXDASH_BENCH_ROUNDS", "15"))
TODAY = NOW.astimezone(ZoneInfo("Europe/Berlin")).date()


def compare_files(edition: Edition, by_hand: Path) -> int:
    """Raise unless both hold the same rows and cells; returns how many cells were compared."""
    compared = 0
    for name, record in edition.manifest.facts.items():
        ours, theirs = pl.read_parquet(edition.rows_path(name)), pl.read_parquet(by_hand / "rows" / f"{name}.parquet")
        assert ours.columns == theirs.columns
        assert ours.equals(theirs.cast(dict(ours.schema))), name
        assert grid_keys(FACTS[name]) == {grid.key for grid in record.grids}
        for grid in record.grids:
            cells = pl.read_parquet(edition.folder / "grids" / name / f"{grid.key}.parquet")
            other = pl.read_parquet(by_hand / "grids" / name / f"{grid.key}.parquet")
            assert set(cells.columns) == set(other.columns), (name, grid.key)
            assert cells.equals(other.select(cells.columns).cast(dict(cells.schema))), (name, grid.key)
            compared += cells.height
    return compared


def all_row_checks(warehouse: Warehouse, today: date) -> list[Check]:
    """Every check of the rows theme but freshness, as the audit makes them."""
    return [
        check
        for table in sorted(warehouse.connected)
        for check in row_checks(
            table,
            offered=warehouse.offered(table),
            connected=warehouse.connected,
            published=table in PUBLISHED_TABLES,
            today=today,
            end_of_today=end_of(today),
        )
    ]


def end_of(today: date) -> datetime:
    """The moment (UTC) a business day ends."""
    midnight = datetime.combine(today + timedelta(days=1), time(), ZoneInfo("Europe/Berlin"))
    return midnight.astimezone(UTC).replace(tzinfo=None) - timedelta(microseconds=1)


def run_audit(warehouse: Warehouse, checks: list[Check]) -> Outcome:
    """The checks as cxdash runs them."""
    from cxdash.checks.engine import run_checks

    types = {table: {c.name: str(c.type) for c in schema.table(table).columns} for table in warehouse.connected}
    return {found.check_id: (bool(found.passed), found.failing) for found in run_checks(warehouse, checks, types, str)}


@contextmanager
def attached(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The company's file, read-only."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{database}' AS company (READ_ONLY)")
        connection.execute("USE company")
        yield connection


# ---------------------------------------------------------------- they agree


def test_a_refresh_and_the_least_work_leave_the_same_files(
    demo_project: Project, demo_edition: Edition, tmp_path: Path
) -> None:
    """Rows and every cell of every grid are the ones of the hand-written statements."""
    span = demo_edition.manifest
    by_hand = refresh_by_hand(demo_project.embedded_warehouse, tmp_path / "hand", span.first_day, span.last_day)
    assert compare_files(demo_edition, by_hand) > 10_000


def test_the_checks_and_their_sql_count_the_same_bad_rows(demo_project: Project, tmp_path: Path) -> None:
    """On a broken delivery every check fails with as many rows as the hand-written SELECT counts, or passes in both."""
    project = Project(tmp_path)
    shutil.copytree(demo_project.config, project.config)
    project.var.mkdir()
    shutil.copy(demo_project.embedded_warehouse, project.embedded_warehouse)
    planted = plant_bad_day(project.embedded_warehouse, DEMO_LAST_DAY)
    with open_warehouse(load_settings(project)) as warehouse:
        ours = run_audit(warehouse, all_row_checks(warehouse, TODAY))
        connected = warehouse.connected
    with attached(project.embedded_warehouse) as connection:
        assert ours == check_by_hand(connection, connected, TODAY, end_of(TODAY))
    assert sum(failing for _, failing in ours.values()) >= planted.added


# ---------------------------------------------------------------- what they cost


@pytest.fixture
def own_project(bench_project: Project, tmp_path: Path) -> Project:
    """The company's warehouse with editions of its own."""
    project = Project(tmp_path / "project")
    shutil.copytree(bench_project.config, project.config)
    project.var.mkdir()
    shutil.copy(bench_project.embedded_warehouse, project.embedded_warehouse)
    return project


@pytest.mark.bench
def test_full_refresh(own_project: Project, bench_edition: Edition, tmp_path: Path, scale: float) -> None:
    """Target: at most 3 times one aggregate scan per fact and writing the same Parquet, the audit apart."""
    settings, span, number = load_settings(own_project), bench_edition.manifest, count()
    seconds: list[dict[str, float]] = []

    def ours(_round: int) -> Edition:
        attempt = refresh(settings, now=NOW)
        assert attempt.edition, attempt.message
        seconds.append(attempt.seconds)
        return open_edition(own_project.editions)

    def by_hand(_round: int) -> Path:
        return refresh_by_hand(
            own_project.embedded_warehouse, tmp_path / f"hand{next(number)}", span.first_day, span.last_day
        )

    def agree(answers: Mapping[str, Any]) -> None:
        compare_files(answers["cxdash refresh"], answers[yardstick])
        shutil.rmtree(answers[yardstick])

    yardstick = "by hand: rows, one aggregate, Parquet"
    contest = hold_contest(
        "Full refresh",
        [Contestant("cxdash refresh", ours), Contestant(yardstick, by_hand)],
        list(range(ROUNDS + 1)),
        yardstick=yardstick,
        agree=agree,
    )
    counted = seconds[1:]  # the first round warms up; in it Great Expectations is imported, which takes seconds
    parts: dict[str, Callable[[dict[str, float]], float]] = {
        "  of it staging": lambda s: s["stage"],
        "  of it the audit": lambda s: s["audit contract"] + s["audit data"],
        "  all but the audit": lambda s: s["total"] - s["audit contract"] - s["audit data"],
    }
    wall = {**contest.wall, **{name: [part(s) * 1e3 for s in counted] for name, part in parts.items()}}
    cpu = {**contest.cpu, **{name: [float("nan")] * len(counted) for name in parts}}
    notes = (f"scale {scale:g}; a round takes long, so there are {ROUNDS}; Great Expectations is already imported",)
    facts = {"scale": scale, "seconds": counted}
    replace(contest, wall=wall, cpu=cpu, notes=notes, facts=facts).publish(f"refresh-{scale:g}")


@pytest.mark.bench
def test_all_quality_checks(own_project: Project, tmp_path: Path, scale: float) -> None:
    """Target: at most 1.5 times the same checks written by hand in one pass."""
    yardstick = "by hand: one SELECT per table"
    with open_warehouse(load_settings(own_project)) as warehouse, attached(own_project.embedded_warehouse) as native:
        checks, connected = all_row_checks(warehouse, TODAY), warehouse.connected
        staged = stage(warehouse, tmp_path / "staged", today=TODAY, first_day=None, progress=lambda _step, _done: None)

        def agree(answers: Mapping[str, Any]) -> None:
            assert len(answers[yardstick]) == len(checks) > 200
            assert answers["cxdash with Great Expectations"] == answers[yardstick]

        contest = hold_contest(
            f"{len(checks)} checks of {len(connected)} tables",
            [
                Contestant("cxdash with Great Expectations", lambda _round: run_audit(warehouse, checks)),
                Contestant(yardstick, lambda _round: check_by_hand(native, connected, TODAY, end_of(TODAY))),
                Contestant("states theme (apart)", lambda _: list(judge_states(warehouse, staged, None)), rated=False),
            ],
            list(range(CHECK_ROUNDS + 1)),
            yardstick=yardstick,
            agree=agree,
        )
    note = "freshness and the shape of tables scan no rows and are left out; staged states are judged apart"
    replace(contest, notes=(f"scale {scale:g}; {note}",), facts={"scale": scale}).publish(f"checks-{scale:g}")
