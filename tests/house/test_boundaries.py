"""Rules about what code may touch: the clock, session state, SQL text.

Imports between floors are import-linter's business (pyproject.toml).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

import pytest

CLOCK = {
    "datetime.date.today", "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow",
    "time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime",
    "sqlalchemy.func.now", "sqlalchemy.func.current_date",
    "sqlalchemy.func.current_timestamp", "sqlalchemy.func.localtimestamp",
}  # fmt: skip
# app.py is where the server is put together: it hands the clock to the screen, as the command line does to the rest.
KNOWS_THE_TIME = ("app.py", "cxdash/cli/", "cxdash/refresh/")
SESSION = {"streamlit.session_state"}
TEXT = {"sqlalchemy.text", "sqlalchemy.sql.text", "sqlalchemy.sql.expression.text", "sqlalchemy.TextClause"}


def uses(source: Any, forbidden: set[str]) -> list[str]:
    """Where a file uses one of the names, as "path:line name"."""
    return sorted({f"{source.path}:{line} {name}" for name, line in source.names() if name in forbidden})


def assembled(node: ast.AST, scope: Mapping[str, ast.AST]) -> bool:
    """Whether an expression puts a string together from parts: f-string, + or %, format, join, replace."""
    if isinstance(node, ast.Name) and node.id in scope:
        return assembled(scope[node.id], {name: value for name, value in scope.items() if name != node.id})
    if isinstance(node, ast.JoinedStr | ast.BinOp):
        return True
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    if node.func.attr == "replace" and [getattr(argument, "value", None) for argument in node.args] == [":", "\\:"]:
        # Keeps the colons of a statement from being bind parameters; what matters is where the statement comes from.
        return assembled(node.func.value, scope)
    return node.func.attr in {"format", "join", "replace", "format_map", "substitute", "safe_substitute"}


def built_sql(source: Any) -> list[str]:
    """Calls of sqlalchemy.text whose statement is assembled, in the call or in a name of the same function."""
    found = set()
    scopes = [
        node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module)
    ]
    for scope in scopes:
        inside = list(ast.walk(scope))
        assigned = {
            target.id: node.value
            for node in inside if isinstance(node, ast.Assign)
            for target in node.targets if isinstance(target, ast.Name)
        }  # fmt: skip
        for node in inside:
            if (
                isinstance(node, ast.Call)
                and source.qualified(node.func) in TEXT
                and node.args
                and assembled(node.args[0], assigned)
            ):
                found.add(f"{source.path}:{node.lineno}")
    return sorted(found)


def test_only_commands_and_refresh_know_the_time(sources: list[Any]) -> None:
    """No other module reads a clock, Python's or the database's: a day or a moment is an argument."""
    others = [source for source in sources if not source.path.startswith(KNOWS_THE_TIME)]
    assert not [use for source in others for use in uses(source, CLOCK)]


def test_session_state_belongs_to_the_screen(sources: list[Any]) -> None:
    """Only cxdash/faces/screen touches st.session_state; page scripts and the launcher hold no state."""
    others = [source for source in sources if not source.path.startswith("cxdash/faces/screen/")]
    assert not [use for source in others for use in uses(source, SESSION)]


def test_no_sql_text_is_built_from_strings(sources: list[Any]) -> None:
    """No sqlalchemy.text() gets a statement put together from parts; values are bound, names are SQLAlchemy objects."""
    assert not [place for source in sources for place in built_sql(source)]


@pytest.mark.parametrize(
    "snippet",
    [
        "import datetime\ndatetime.date.today()",
        "from datetime import datetime as dt\nx = dt.now",
        "from datetime import date\ndef f(day=date.today()): ...",
        "import sqlalchemy as sa\nsa.select(sa.func.now())",
        "from time import time\ntime()",
    ],
)
def test_a_clock_is_seen_under_any_name(parse: Callable[[str], Any], snippet: str) -> None:
    """The clock rule follows imports and aliases."""
    assert uses(parse(snippet), CLOCK)


@pytest.mark.parametrize(
    "snippet", ["import time\ntime.monotonic()", "def now(): ...\nnow()", "import datetime\ndatetime.date(2026, 1, 1)"]
)
def test_measuring_a_duration_is_no_clock(parse: Callable[[str], Any], snippet: str) -> None:
    """Monotonic clocks, own functions and fixed dates are allowed."""
    assert not uses(parse(snippet), CLOCK)


@pytest.mark.parametrize(
    "snippet",
    ["import streamlit as st\nst.session_state['a'] = 1", "from streamlit import session_state\nsession_state.a"],
)
def test_session_state_is_seen_under_any_name(parse: Callable[[str], Any], snippet: str) -> None:
    """The session rule follows imports and aliases."""
    assert uses(parse(snippet), SESSION)


@pytest.mark.parametrize(
    ("snippet", "caught"),
    [
        ("import sqlalchemy as sa\nsa.text(f'SELECT {x}')", True),
        ("from sqlalchemy import text\ntext('SELECT ' + x)", True),
        ("from sqlalchemy import text as t\ndef f(x):\n    q = 'SELECT %s' % x\n    return t(q)", True),
        ("import sqlalchemy as sa\nsa.text('SELECT {}'.format(x))", True),
        ("import sqlalchemy as sa\nsa.text('SELECT :x')", False),
        ("import sqlalchemy as sa\nsa.text(statement_from_file)", False),
        ("import sqlalchemy as sa\nsa.text(statement_from_file.replace(':', '\\\\:'))", False),
        ("import sqlalchemy as sa\nsa.text(f'SELECT {x}'.replace(':', '\\\\:'))", True),
        ("import sqlalchemy as sa\nsa.text(template.replace('{table}', name))", True),
        ("import pathlib\npathlib.text(f'{x}')", False),
    ],
)
def test_assembled_sql_is_caught(parse: Callable[[str], Any], snippet: str, caught: bool) -> None:
    """The SQL rule sees assembled statements in the call and through a name, and lets fixed and read ones pass."""
    assert bool(built_sql(parse(snippet))) is caught
