"""A variable can fill a literal of a SQL file and nothing else."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxdash.errors import ContractError
from cxdash.settings import Project
from cxdash.warehouse.sqlfile import read_sql, resolve_variables


@given(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_any_value_stays_a_value(tmp_path: Path, value: str) -> None:
    """Whatever a variable holds, the statement yields exactly that text and nothing else happens."""
    path = tmp_path / "a.sql"
    path.write_text("SELECT '${x}' AS v, 'a''${x}' AS w -- '", "utf-8")
    text = read_sql(path, {"x": value}, "a.sql").text
    with duckdb.connect() as native:
        assert native.execute(f"SELECT * FROM ({text}) AS s").fetchall() == [(value, f"a'{value}")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT ${x}", "outside a plain quoted literal"),
        ('SELECT "${x}"', "outside a plain quoted literal"),
        ("SELECT $$${x}$$", "outside a plain quoted literal"),
        (r"SELECT E'\'${x}'", "outside a plain quoted literal"),
        ("SELECT 1;\n;SELECT 2", "line 2"),
        ("SELECT 'a' /* never closed", "never closed"),
        ("SELECT 1; -- fine\nDROP TABLE a", "line 2: a second statement"),
        ("COPY a TO 'b'", "must hold one SELECT"),
        ("-- only a remark", "is empty"),
    ],
)
def test_other_places_and_statements_are_refused(tmp_path: Path, text: str, reason: str) -> None:
    """Variables outside plain literals, second statements and anything but a SELECT are refused with the line."""
    path = tmp_path / "a.sql"
    path.write_text(text)
    with pytest.raises(ContractError) as caught:
        read_sql(path, {"x": "1"}, "a.sql")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    "text", ["SELECT 1;", "WITH a AS (SELECT 1) FROM a;\n-- end", "(SELECT 1)", "/* ${x} */ SELECT ';' AS a"]
)
def test_one_select_is_kept(tmp_path: Path, text: str) -> None:
    """A final semicolon goes, remarks and quoted semicolons stay harmless, and the rest can be embedded."""
    path = tmp_path / "a.sql"
    path.write_text("\ufeff" + text, "utf-8")
    with duckdb.connect() as native:
        assert len(native.execute(f"SELECT * FROM ({read_sql(path, {}, 'a.sql').text}) AS s").fetchall()) == 1


def test_only_values_that_look_like_paths_count_from_the_project(tmp_path: Path) -> None:
    """./ and ../ and / and ~/ make a path; everything else is left as it is."""
    project = Project(tmp_path / "p")
    given = {"a": "./x", "b": "../x", "c": "/x", "d": "x/y", "e": "..", "f": ".5", "g": "~x"}
    assert resolve_variables(given, project) == {
        "a": str(project.root / "x"),
        "b": str(tmp_path.resolve() / "x"),
        "c": "/x",
        "d": "x/y",
        "e": str(tmp_path.resolve()),
        "f": ".5",
        "g": "~x",
    }
