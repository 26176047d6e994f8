"""`cxdash explain` and `cxdash metrics`: the SQL shown is the SQL a refresh sends, and every metric is explained."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa

from cxdash import schema
from cxdash.cli.statements import BACKENDS, wrap_statement, write_statement
from cxdash.edition import Edition
from cxdash.measures import Measure, WindowCalendar
from cxdash.metrics.catalogue import METRICS, states_of
from cxdash.metrics.facts import FACTS
from cxdash.refresh.cells import select_cells
from cxdash.settings import Project
from tests.cli.conftest import Run
from tests.conftest import Backend
from tests.refresh.small_company import frame

ZONE = "Europe/Berlin"
CALENDAR = WindowCalendar(
    (("month", date(2026, 1, 1), date(2026, 2, 1)), ("quarter", date(2026, 1, 1), date(2026, 4, 1)))
)
DATES: Any = tuple((g, *(sa.cast(sa.literal(d), sa.Date()) for d in days)) for g, *days in CALENDAR.windows)


def test_statements_are_those_a_warehouse_is_sent(backend: Backend) -> None:
    """Compiled without a connection, each fact's statement is letter for letter the connected warehouse's own."""
    for table in schema.TABLES.values():
        backend.load(table.name, frame(table.name, {column.name: [] for column in table.columns}))
    with backend.open(*schema.TABLES, timezone=ZONE) as warehouse:
        for fact in FACTS.values():
            rows = fact.rows(warehouse, WindowCalendar(DATES))
            query = select_cells(fact, rows, states_of(fact.name))
            assert write_statement(fact, backend.name, ZONE, CALENDAR) == warehouse.compile(query)
            assert warehouse.fetch(query).is_empty()


def test_a_published_project_shows_what_was_sent(run: Run, demo_project: Project, demo_edition: Edition) -> None:
    """Where an edition exists its own statement is shown, for the other backend the compiled one."""
    found = run("explain", "nps", "--json", project=demo_project).json
    assert found["sql"]["duckdb"]["statement"] == demo_edition.manifest.facts["scores"].sql
    assert demo_edition.id in found["sql"]["duckdb"]["origin"]
    assert found["sql"]["postgresql"]["statement"].startswith("SELECT")
    assert ZONE in found["sql"]["postgresql"]["statement"]
    assert (
        run("explain", "nps", "--sql", "duckdb", project=demo_project).out.strip()
        == found["sql"]["duckdb"]["statement"].strip()
    )


@pytest.mark.parametrize("key", METRICS)
def test_every_metric_is_explained_without_a_project(run: Run, tmp_path: Any, key: str) -> None:
    """Words, formula, sources, and for each state its SQL on every backend; nothing needs a warehouse."""
    nowhere = Project(tmp_path)
    found = run("explain", key, "--json", project=nowhere).json
    metric = METRICS[key]
    assert all(found[part] for part in ("description", "formula", "sources"))
    assert found["computable"] is None
    if isinstance(metric.computation, Measure):
        assert [state["name"] for state in found["states"]] == [state.name for state in metric.computation.states]
        assert all(state[backend] for state in found["states"] for backend in BACKENDS)
        assert set(found["sql"]) == set(BACKENDS)
    text = run("explain", key, project=nowhere).out
    assert metric.formula in text
    assert metric.sources[0] in text


def test_duckdb_accepts_the_statement(demo_project: Project, run: Run) -> None:
    """The statement shown can be pasted into the warehouse and runs."""
    statement = run("explain", "net_retention", "--sql", "duckdb", project=demo_project).out
    with duckdb.connect(str(demo_project.embedded_warehouse), read_only=True) as connection:
        assert connection.execute(statement).fetchone() is not None


def test_wrapping_changes_nothing_but_white_space(demo_edition: Edition) -> None:
    """The statement people read has the same words as the one that was sent, and shorter lines."""
    for fact in demo_edition.manifest.facts.values():
        lines = wrap_statement(fact.sql)
        assert "".join("".join(lines).split()) == "".join(fact.sql.split())
        assert len(lines) > 20
    quoted = "SELECT 'a, b (c', \"d, e\" FROM t"
    assert wrap_statement(quoted) == ["SELECT 'a, b (c',", '    "d, e" FROM t']


def test_composites_say_what_they_are_made_of(run: Run, demo_project: Project) -> None:
    """A metric without SQL of its own names its parts instead, and refuses --sql."""
    found = run("explain", "health", "--json", project=demo_project).json
    assert "nps" in found["computed_from"]
    assert found["sql"] == {}
    ended = run("explain", "health", "--sql", "duckdb", project=demo_project)
    assert ended.code == 2
    assert "nps" in ended.err


def test_metrics_lists_the_catalogue(run: Run, demo_project: Project, tmp_path: Any) -> None:
    """Every metric with its unit; here or not here is known only where something is published."""
    listed = run("metrics", "--json", project=demo_project).json["metrics"]
    assert [entry["metric"] for entry in listed] == list(METRICS)
    assert all(entry["computable"] is True for entry in listed)
    assert all(
        entry["computable"] is None for entry in run("metrics", "--json", project=Project(tmp_path)).json["metrics"]
    )
    out = run("metrics", project=demo_project).out
    assert all(f"\n{key} " in out for key in METRICS)


def test_what_cannot_be_answered_says_why(run: Run, own_copy: Project, edit_manifest: Callable[..., None]) -> None:
    """A metric the data cannot support is listed with the reason, and explain repeats it."""
    edit_manifest(own_copy, metrics=["nps"], unsupported={"churn": "Nobody is seen to leave."})
    assert "Nobody is seen to leave." in run("metrics", project=own_copy).out
    assert run("explain", "churn", "--json", project=own_copy).json["why_not"] == "Nobody is seen to leave."
    assert "Nobody is seen to leave." in run("answer", "churn", project=own_copy).err
