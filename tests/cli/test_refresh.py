"""`cxdash refresh`, `doctor` and `editions`: what a scheduler sees, and what a person reads when data was held back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from cxdash.cli.refresh import EXIT_CODES, describe_check, print_attempt
from cxdash.edition import CheckOutcome, attempts, edition_ids, published_id
from cxdash.refresh.publishing import hold_lock
from cxdash.settings import Project
from tests.cli.conftest import Run
from tests.conftest import Backend
from tests.refresh.small_company import CONFIG, TARGETS, tables


@pytest.fixture
def load(make_project: Callable[..., Project]) -> Callable[..., Project]:
    """A project with the small company in its embedded warehouse, single tables changed."""

    def make(**changes: pl.DataFrame) -> Project:
        backend = Backend("duckdb", make_project(), None, make_project)
        for name, rows in {**tables(), **changes}.items():
            backend.load(name, rows)
        return backend.configure(**CONFIG, files={"targets.yaml": TARGETS}).project

    return make


def test_good_data_is_published_and_bad_data_held_back(run: Run, load: Callable[..., Project]) -> None:
    """Good data ends with 0; scores above their scale end with 4, with rows, and what served before serves on."""
    responses = tables()["responses"]
    project = load()
    good = run("refresh", "--json", project=project)
    assert (good.code, good.json["outcome"], good.json["exit_code"]) == (0, "published", 0), good.json["message"]
    served = published_id(project.editions)
    assert good.json["edition"] == served

    bad = responses.with_columns(
        score=pl.when(pl.col("response_id").is_in(["R00003", "R00007"])).then(99).otherwise(pl.col("score"))
    )
    project.embedded_warehouse.unlink()
    project = load(responses=bad)
    held = run("refresh", project=project)
    assert held.code == EXIT_CODES["held_back"] == 4
    assert "R00003" in held.out
    assert "keeps serving" in held.out
    assert published_id(project.editions) == served
    assert run("answer", "nps", "--json", project=project).json["edition"] == served

    doctor = run("doctor", project=project)
    assert doctor.code == 0
    assert "last refresh" in doctor.out
    found = run("doctor", "--json", project=project).json
    assert found["last_attempt"]["outcome"] == "held_back"
    assert found["published"]["edition"] == served
    assert {table["table"]: table["state"] for table in found["tables"]}["responses"] == "connected"


def test_what_failed_is_told_in_full(run: Run, capsys: pytest.CaptureFixture[str], own_copy: Project) -> None:
    """A held-back attempt is told in full: claim, count, owner and the first rows of each check."""
    attempt = attempts(own_copy.editions)[0]
    check = CheckOutcome(
        check_id="x", claim="Scores lie on their scale.", theme="rows", table="responses", severity="critical",
        owner="CX", passed=False, failing=1200, examined=5000,
        samples=tuple({"response_id": f"R{i}", "score": 99, "note": None} for i in range(9)),
    )  # fmt: skip
    lines = describe_check(check)
    assert "responses: Scores lie on their scale." in lines[0]
    assert "1,200 of 5,000" in lines[1]
    assert lines[2].strip() == "response_id “R0”, score 99, note is empty"
    assert "4 more" in lines[-1]
    broken = check.model_copy(update={"passed": None, "error": "timeout"})
    assert "could not run" in describe_check(broken)[0]
    print_attempt(attempt.model_copy(update={"outcome": "held_back", "edition": None, "checks": (check, broken)}))
    assert "last good edition keeps serving" in capsys.readouterr().out


def test_every_outcome_has_an_exit_code() -> None:
    """Published, with warnings, held back and failed can be told apart by a scheduler."""
    assert EXIT_CODES == {"published": 0, "published_with_warnings": 3, "held_back": 4, "failed": 1}


def test_two_refreshes_do_not_meet(run: Run, own_copy: Project) -> None:
    """While another refresh runs, this one ends with 1 and says that nothing was changed; so does a rollback."""
    with hold_lock(own_copy.editions):
        ended = run("refresh", project=own_copy)
        assert ended.code == 1
        assert "Another refresh" in ended.err
        assert run("editions", "rollback", edition_ids(own_copy.editions)[0], project=own_copy).code == 1


def test_settings_are_refused_with_line_and_guess(run: Run, make_project: Callable[..., Project]) -> None:
    """A mistyped key stops every command that reads the configuration, with file, line and the nearest key."""
    project = make_project({"timezon": "Europe/Berlin"})
    for command in ("refresh", "doctor"):
        ended = run(command, project=project)
        assert ended.code == 1
        assert "config/warehouse.yaml, line 2" in ended.err
        assert "Did you mean “timezone”?" in ended.err


def test_doctor_without_data_ends_with_1(run: Run, make_project: Callable[..., Project]) -> None:
    """Where a refresh could not run doctor says so, in its exit code as well."""
    ended = run("doctor", "--json", project=make_project())
    assert ended.code == 1
    assert ended.json["fits"] is False
    assert ended.json["published"] is None


def test_editions_are_listed_and_rolled_back(run: Run, own_copy: Project, copy_edition: Callable[..., str]) -> None:
    """The serving edition is marked; rollback serves another, and refuses one that is not kept."""
    current = published_id(own_copy.editions)
    assert current is not None
    older = copy_edition(own_copy, "20200101-000000-0000")
    listed = run("editions", "--json", project=own_copy).json
    assert listed["published"] == current
    assert [(e["edition"], e["serves"]) for e in listed["editions"]] == [(current, True), (older, False)]
    assert listed == run("editions", "list", "--json", project=own_copy).json
    assert f"→  {current}" in run("editions", project=own_copy).out
    assert run("editions", "rollback", older, "--json", project=own_copy).json == {"edition": older, "before": current}
    assert run("answer", "nps", "--json", project=own_copy).json["edition"] == older
    ended = run("editions", "rollback", "20200101-000000-9999", project=own_copy)
    assert ended.code == 1
    assert older in ended.err


def test_a_damaged_edition_does_not_hide_the_others(
    run: Run, own_copy: Project, copy_edition: Callable[..., str]
) -> None:
    """An edition whose manifest cannot be read is listed as such."""
    older = copy_edition(own_copy, "20200101-000000-0000")
    (own_copy.editions / older / "manifest.json").write_text("{}", "utf-8")
    listed = run("editions", "--json", project=own_copy).json["editions"]
    assert [("problem" in e) for e in listed] == [False, True]
    assert "damaged" in run("editions", project=own_copy).out


def test_no_editions_is_no_error(run: Run, make_project: Callable[..., Project]) -> None:
    """A project that has published nothing has an empty list."""
    project = make_project()
    assert run("editions", "--json", project=project).json == {"published": None, "editions": []}
    assert "cxdash refresh" in run("editions", project=project).out


@pytest.fixture
def copy_edition() -> Callable[..., str]:
    """A second kept edition with the content of the published one."""

    def copy(project: Project, name: str) -> str:
        import shutil

        current: Any = published_id(project.editions)
        shutil.copytree(project.editions / current, project.editions / name)
        path = project.editions / name / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"edition": name}), "utf-8")
        return name

    return copy
