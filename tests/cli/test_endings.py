"""How runs end: codes for schedulers, three sentences for people, an object for machines, and no secret anywhere."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

import click
import pytest

from cxdash.cli.endings import BUG, INTERRUPTED, REFUSED, end_with, hide_secrets
from cxdash.errors import WarehouseError
from cxdash.settings import Project
from tests.cli.conftest import Run

SECRET = "hunter2/äß"
REFUSAL = WarehouseError("It broke.", known="It was whole.", action="Mend it.")


def test_a_refusal_is_three_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    """What was wrong, what is known, what to do: a line each, on standard error."""
    assert end_with(REFUSAL, ["answer"]) == REFUSED
    assert capsys.readouterr() == ("", "✗ It broke.\n  It was whole.\n  Mend it.\n")


def test_a_refusal_is_an_object_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json the same three sentences are fields; after “--” it is an argument like any other."""
    assert end_with(REFUSAL, ["answer", "--json"]) == REFUSED
    told = json.loads(capsys.readouterr().err)
    assert told == {"error": "WarehouseError", "problem": "It broke.", "known": "It was whole.", "action": "Mend it."}
    end_with(REFUSAL, ["answer", "--", "--json"])
    assert capsys.readouterr().err.startswith("✗")


def _traceback() -> TracebackType | None:
    try:
        raise LookupError
    except LookupError as error:
        return error.__traceback__


def test_a_bug_says_where_to_look(capsys: pytest.CaptureFixture[str]) -> None:
    """An unexpected exception is one line and the way to see more; the traceback only comes with --debug."""
    error = ZeroDivisionError("by zero")
    assert end_with(error, ["answer"]) == BUG
    told = capsys.readouterr().err
    assert "ZeroDivisionError: by zero" in told
    assert "--debug" in told
    assert end_with(error.with_traceback(_traceback()), ["answer", "--debug"]) == BUG
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert "_traceback" in shown


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyboardInterrupt(), INTERRUPTED),
        (click.Abort(), INTERRUPTED),
        (click.UsageError("no"), 2),
        (SystemExit(7), 7),
        (OSError(errno.ENOSPC, "No space left on device", "/var/x"), REFUSED),
        (OSError(errno.EBADF, "Bad file descriptor"), BUG),
        (RecursionError(), BUG),
    ],
)
def test_every_ending_has_its_code(error: BaseException, code: int) -> None:
    """A full disk is a refusal, Ctrl-C an interruption, what nobody foresaw a bug."""
    assert end_with(error, []) == code


@pytest.mark.parametrize(
    "text",
    [
        f"could not connect to postgresql://ann:{SECRET.replace('/', '%2F')}@db:5432/cx",
        "password=hunter2/äß host=db",
        "connection failed: PASSWORD: hunter2/äß",
        "fe_sendauth: token='hunter2/äß'",
    ],
)
def test_passwords_are_taken_out(text: str) -> None:
    """Passwords in addresses and parameters vanish; the rest stays readable."""
    shown = hide_secrets(text)
    assert "hunter2" not in shown
    assert "***" in shown
    assert "db" in shown or "failed" in shown or "sendauth" in shown


def test_passwords_of_the_environment_are_taken_out_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver may quote the bare password; it is known from the address it came from, as written and as decoded."""
    monkeypatch.setenv("SOME_URL", "postgresql://ann:s3cr%40t@db/cx")
    assert hide_secrets("role ann with s3cr%40t or s3cr@t was refused") == "role ann with *** or *** was refused"


def test_debug_shows_no_password_either(
    run: Run, make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does a traceback, a JSON error or doctor tell the password of a warehouse that cannot be reached."""
    project = make_project({"url": "env:CX_TEST_URL"})
    monkeypatch.setenv("CX_TEST_URL", "postgresql://ann:hunter2secret@127.0.0.1:9/cx?connect_timeout=2")
    for arguments in (["refresh", "--debug"], ["refresh", "--json"], ["doctor"], ["doctor", "--json"]):
        ended = run(*arguments, project=project)
        assert ended.code == 1
        assert "hunter2secret" not in ended.out + ended.err
        assert "ann" in ended.out + ended.err


def test_unknown_commands_and_options_are_guessed(run: Run) -> None:
    """A slip of the fingers is answered with the nearest name and code 2."""
    assert "Did you mean “refresh”?" in run("refrsh").err
    assert "Did you mean '--version'?" in run("--versio").err
    assert run("refrsh").code == run("--versio").code == 2


def test_options_stand_before_or_after_the_command(run: Run, demo_project: Project) -> None:
    """--project and --debug belong to the program and to each command alike."""
    before = run("--project", str(demo_project.root), "answer", "nps", "--json")
    after = run("answer", "nps", "--json", project=demo_project)
    assert before.json == after.json


def test_a_project_that_is_none_is_named(run: Run, tmp_path: Any) -> None:
    """Commands that need a project say which directory has none, and what makes one."""
    for arguments in (["refresh"], ["doctor"], ["serve"], ["snapshot", "preview", "overview", "--to", "x.html"]):
        ended = run(*arguments, project=Project(tmp_path / "nothing"))
        assert ended.code == 1
        assert "nothing is not a cxdash project" in ended.err
        assert "cxdash init" in ended.err


def test_a_reader_who_leaves_is_no_failure(demo_project: Project) -> None:
    """`cxdash … | head` ends without a word on standard error."""
    command = [sys.executable, "-m", "cxdash", "answer", "nps", "--by", "region,segment"]
    command += ["--project", str(demo_project.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        told = process.stderr.read()
        assert process.wait(60) == 141
    assert told == b""


def test_warnings_of_libraries_are_not_for_users(demo_project: Project) -> None:
    """The installed program prints its answer and nothing else; Python's warnings stay with those who ask for them."""
    command = [sys.executable, "-m", "cxdash", "answer", "churn", "--grain", "month", "--compare", "previous", "--json"]
    done = subprocess.run([*command, "--project", str(demo_project.root)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["rows"]


def test_wrong_usage_is_an_object_for_machines_too(run: Run) -> None:
    """With --json a mistyped option is told as JSON, with code 2."""
    ended = run("answer", "nps", "--grain", "fortnight", "--json")
    assert ended.code == 2
    assert "fortnight" in json.loads(ended.err)["problem"]
