"""The program's face: its list of commands, its help, its speed, and that README tells the truth about it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

import cxdash
from cxdash.cli import main
from cxdash.cli.output import Field, format_table, print_json
from cxdash.cli.program import COMMANDS
from cxdash.cli.refresh import EXIT_CODES
from cxdash.settings import Project
from tests.cli.conftest import Run

ROOT = Path(__file__).resolve().parents[2]
SLOW = ("great_expectations", "pandas", "streamlit", "plotly", "altair", "duckdb", "polars", "scipy", "sqlalchemy")


def _imported(*arguments: str) -> set[str]:
    """Slow modules a command line imports, in a process of its own."""
    script = (
        "import json, sys\n"
        "from cxdash.cli import main\n"
        "try:\n    main.main(json.loads(sys.argv[1]))\n"
        "except SystemExit:\n    print('\\n' + json.dumps([m for m in json.loads(sys.argv[2]) if m in sys.modules]))\n"
    )
    command = [sys.executable, "-c", script, json.dumps(arguments), json.dumps(SLOW)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def _readme_commands() -> str:
    text = (ROOT / "README.md").read_text("utf-8")
    return text[text.index("\n## Commands") : text.index("\n## How it is built")]


def test_help_imports_nothing_slow() -> None:
    """`cxdash --help` waits for no library."""
    assert _imported("--help") == set()


def test_answer_imports_neither_the_screen_nor_the_audit(demo_project: Project) -> None:
    """`cxdash answer` reads an edition: no Great Expectations, no Streamlit, no charts."""
    found = _imported("answer", "nps", "--project", str(demo_project.root))
    assert found.isdisjoint({"great_expectations", "pandas", "streamlit", "plotly", "altair"})


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_has_help(run: Run, name: str) -> None:
    """Each listed command exists under its name, and its help says what it and every option are for."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name
    ended = run(name, "--help")
    assert ended.code == 0
    assert command.short_help
    assert [option.name for option in command.params if isinstance(option, click.Option) and not option.help] == []


def test_help_lists_the_commands(run: Run) -> None:
    """The overview names every command with one line, and fits eighty columns."""
    out = run("--help").out
    assert all(re.search(rf"^  {name} +\S", out, re.MULTILINE) for name in COMMANDS)
    assert max(len(line) for line in out.splitlines()) <= 80


def test_version(run: Run) -> None:
    """--version says which cxdash this is."""
    assert run("--version").out == f"cxdash {cxdash.__version__}\n"


def test_readme_lists_the_commands() -> None:
    """README's table names exactly the commands there are."""
    assert set(re.findall(r"`cxdash ([a-z]+)", _readme_commands())) == set(COMMANDS)


def test_readme_names_only_options_that_exist() -> None:
    """Every option README shows beside a command is one of that command's."""
    for name, rest in re.findall(r"`cxdash ([a-z]+)([^`]*)`", _readme_commands()):
        command = main.get_command(click.Context(main), name)
        assert command is not None
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", rest)) <= known, name


def test_readme_tells_the_exit_codes_of_refresh() -> None:
    """README's table of exit codes says what the program does."""
    rows = dict(re.findall(r"^\| (\d+) \| (.+?) \|$", _readme_commands(), re.MULTILINE))
    assert "published" in rows[str(EXIT_CODES["published"])]
    assert "warnings" in rows[str(EXIT_CODES["published_with_warnings"])]
    assert "held back" in rows[str(EXIT_CODES["held_back"])]


def test_tables_measure_what_is_seen() -> None:
    """Wide letters and empty columns do not push a table out of line."""
    fields = [Field("Name"), Field("Empty"), Field("n", numeric=True)]
    lines = format_table(fields, [["東京", "", "1"], ["Rome", "", "12"]])
    assert lines == ["Name   n", "東京   1", "Rome  12"]


def test_json_has_no_numbers_that_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    """NaN and infinity, which JSON does not know, become null."""
    print_json({"a": [float("nan"), float("inf"), 1.5], "b": ("ä", True, None)})
    assert json.loads(capsys.readouterr().out) == {"a": [None, None, 1.5], "b": ["ä", True, None]}
