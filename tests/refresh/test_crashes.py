"""A refresh that dies, at whatever step, leaves the last good edition serving and the next refresh clean."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cxdash.edition import attempts, open_edition, published_id
from cxdash.errors import RefreshError
from cxdash.refresh import refresh
from tests.refresh.conftest import NOW, Company, embedded
from tests.refresh.small_company import tables

ROOT = Path(__file__).resolve().parents[2]
Small = Callable[..., Company]


@pytest.fixture(scope="module")
def crashes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What was found after a SIGKILL at each step, by name of the step."""
    root = tmp_path_factory.mktemp("crashes")
    backend = embedded(root)
    backend.load("responses", tables(per_day=3)["responses"])
    backend.configure(today=NOW.date(), keep_editions=2)
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "refresh" / "crash_runner.py"), str(root)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {crash["step"]: crash for crash in found}


def test_every_step_was_died_at(crashes: dict[str, dict[str, Any]]) -> None:
    """The steps around the one atomic moment are among them, and SIGKILL ended each child."""
    assert {"connect", "stage scores", "audit data", "publish: flushed", "publish: named", "publish: pointed"} <= set(
        crashes
    )
    assert {crash["status"] for crash in crashes.values()} == {-9}


def test_what_is_served_is_the_old_edition_until_the_pointer_moves(crashes: dict[str, dict[str, Any]]) -> None:
    """Before the pointer moved the old edition, afterwards the new one, never none and never one not listed."""
    moved = {step for step, crash in crashes.items() if crash["after"] != crash["before"]}
    assert moved == {"publish: pointed", "publish: recorded"}
    assert all(crash["listed"] for crash in crashes.values())


def test_the_next_refresh_is_clean(crashes: dict[str, dict[str, Any]]) -> None:
    """It publishes, removes what was left, and every edition on disk has its record."""
    for step, crash in crashes.items():
        assert crash["healthy"] == 0, step
        assert crash["now"] not in {crash["before"], crash["after"]}, step
        assert crash["remains"] == [], step
        assert crash["unrecorded"] == [], step


def test_an_interrupted_attempt_is_told(crashes: dict[str, dict[str, Any]]) -> None:
    """A refresh that died before the pointer moved is a failed attempt; one that died afterwards has published."""
    for step, crash in crashes.items():
        expected = "published" if step in {"publish: pointed", "publish: recorded"} else "failed"
        assert crash["outcomes"] == ["published", expected], step


def test_a_second_refresh_at_the_same_time_is_refused(small: Small) -> None:
    """The first one holds the lock; the second says so and changes nothing."""
    company = small("responses")
    company.editions.mkdir(parents=True)
    with (company.editions / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RefreshError, match="Another refresh"):
            company.refresh()
    assert attempts(company.editions) == []
    assert company.refresh().outcome == "published"


def test_a_warehouse_that_is_not_there_is_a_failed_attempt_without_secrets(make_project: Any, monkeypatch: Any) -> None:
    """Nobody listens at that port; the cause is told, the password is not."""
    from cxdash.settings import load_settings

    monkeypatch.setenv("CXDASH_TEST_WAREHOUSE", "postgresql://someone:hunter2@127.0.0.1:1/nothing")
    settings = load_settings(make_project({"url": "env:CXDASH_TEST_WAREHOUSE"}))
    with pytest.raises(RefreshError, match="cannot be reached") as caught:
        refresh(settings, now=NOW)
    (attempt,) = attempts(settings.project.editions)
    assert attempt.outcome == "failed"
    assert "127.0.0.1" in attempt.message
    assert "hunter2" not in attempt.message + str(caught.value)


@pytest.mark.postgres
def test_a_warehouse_that_goes_away_midway_is_a_failed_attempt(request: Any, make_project: Any) -> None:
    """The server ends the connections while facts are staged; the edition served before keeps serving."""
    import psycopg

    from tests.conftest import PASSWORD, Backend
    from tests.refresh.conftest import load

    url = request.getfixturevalue("postgres_database")
    company = load(Backend("postgresql", make_project(), url, make_project), {"responses": tables()["responses"]})
    before = company.refresh().edition
    server = url.set(drivername="postgresql").render_as_string(hide_password=False)

    def cut(step: str, _done: float) -> None:
        if step == "stage invitations":
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )

    with pytest.raises(RefreshError, match="warehouse"):
        company.refresh(progress=cut)
    latest = attempts(company.editions)[0]
    assert (latest.outcome, latest.edition) == ("failed", None)
    assert PASSWORD not in latest.message
    assert published_id(company.editions) == before
    assert company.refresh().outcome == "published"


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB, where this machine lets us have one."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a tiny disk needs root; the file-size limit below tests the same path without")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_publishes_nothing_and_says_so(small: Small, tiny_disk: Path) -> None:
    """A real file system without room: a clear error, a recorded attempt, nothing half published."""
    company = small("responses")
    company.editions.symlink_to(tiny_disk)
    with pytest.raises(RefreshError, match="full"):
        company.refresh()
    (attempt,) = attempts(company.editions)
    assert attempt.outcome == "failed"
    assert published_id(company.editions) is None
    assert [p.name for p in company.editions.iterdir() if p.name.startswith(".staging")] == []


def test_a_disk_that_fills_up_after_publishing_does_not_unpublish(small: Small) -> None:
    """Once the pointer has moved the edition is published, and its attempt is on record, room or no room."""
    company = small("responses")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(step: str, _done: float) -> None:
        if step == "publish: pointed":
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))

    try:
        attempt = company.refresh(progress=limit)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert attempt.outcome == "published"
    assert published_id(company.editions) == attempt.edition
    assert attempts(company.editions) == [attempt]


def test_a_disk_that_fills_up_keeps_the_edition_served_so_far(small: Small) -> None:
    """Files may not grow beyond 8 kB while the second refresh runs."""
    company = small("responses")
    before = company.refresh().edition
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(step: str, _done: float) -> None:
        if step == "stage scores":
            resource.setrlimit(resource.RLIMIT_FSIZE, (8192, limits[1]))

    try:
        with pytest.raises(RefreshError, match="full"):
            company.refresh(progress=limit)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert published_id(company.editions) == before
    assert open_edition(company.editions).grid("scores", "day-channel-bucket").height > 0
    assert isinstance(pl.read_parquet(open_edition(company.editions).rows_path("scores")), pl.DataFrame)
    assert company.refresh().outcome == "published"
