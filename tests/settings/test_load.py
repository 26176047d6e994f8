"""A configuration is read whole, or everything wrong with it is said at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cxdash.errors import SettingsError
from cxdash.settings import InvalidSettingsError, Project, Settings, load_settings


def write(folder: Path, warehouse: str, targets: str | None = None) -> Project:
    """A project with these files, as typed."""
    project = Project(folder)
    project.config.mkdir(parents=True, exist_ok=True)
    (project.config / "warehouse.yaml").write_text(warehouse, "utf-8")
    if targets is not None:
        (project.config / "targets.yaml").write_text(targets, "utf-8")
    return project


def problems_of(project: Project) -> dict[str, tuple[int, str]]:
    """Key path → (line, whole sentence) of everything wrong."""
    with pytest.raises(InvalidSettingsError) as caught:
        load_settings(project)
    return {problem.key: (problem.line, str(problem)) for problem in caught.value.problems}


FULL = """\
company: Meridian
url: env:SOME_URL|duckdb:///var/warehouse.duckdb
timezone: Europe/Berlin
calendar: {kind: gregorian, week_starts: monday}
language: fa
today: 2018-07-01
first_day: 2016-01-01
keep_editions: 3
notes: ["eins", "zwei"]
unsupported: {churn: "nobody leaves"}
variables: {data: ../data}
tables:
  responses:
    sql: sources/responses.sql
    watermark: invited_at
  customers:
    from: crm.customers
    columns: {customer_id: id}
"""


def test_every_documented_key_is_read(tmp_path: Path) -> None:
    """Each key of both files arrives under its name, with its type."""
    settings = load_settings(
        write(
            tmp_path,
            FULL,
            'version: "2026-1"\nvalid_from: 2026-01-01\n'
            "metrics: {nps: {target: 40, floor: 0, minimum_effect: 5}}\n"
            "health: {weights: {nps: 30}, minimum_coverage: 0.5, critical: [nps]}\n"
            "",
        )
    )
    warehouse, targets = settings.warehouse, settings.targets
    assert (warehouse.company, warehouse.timezone, warehouse.language) == ("Meridian", "Europe/Berlin", "fa")
    assert (warehouse.calendar.kind, warehouse.calendar.week_starts) == ("gregorian", "monday")
    assert (warehouse.today, warehouse.keep_editions, warehouse.notes) == (date(2018, 7, 1), 3, ("eins", "zwei"))
    assert warehouse.first_day == date(2016, 1, 1)
    assert warehouse.tables["customers"].relation == "crm.customers"
    assert warehouse.tables["customers"].columns == {"customer_id": "id"}
    assert warehouse.tables["responses"].watermark == "invited_at"
    assert targets.metrics["nps"].minimum_effect == 5
    assert targets.health.critical == ("nps",)
    assert targets.valid_from == date(2026, 1, 1)


def test_all_problems_come_at_once_with_line_key_and_nearest_name(tmp_path: Path) -> None:
    """Mistyped keys, wrong values and contradictions of both files are listed together."""
    found = problems_of(
        write(
            tmp_path,
            "company: Meridian\n"
            "calender: {kind: gregorian}\n"
            "timezone: Europe/Berln\n"
            "keep_editions: 0\n"
            "calendar: {kind: julian}\n"
            "today: '2018-07-01'\n"
            "tables:\n"
            "  responses:\n"
            "    form: crm.responses\n"
            "  customers:\n"
            "    from: a\n"
            "    sql: b.sql\n"
            "  orders:\n"
            "    sql: ../../etc/passwd\n",
            "metrics:\n  nps: {target: yes, floor: 0, minimum_effct: 5}\n",
        )
    )
    assert {key: line for key, (line, _) in found.items()} == {
        "calender": 2,
        "timezone": 3,
        "keep_editions": 4,
        "calendar.kind": 5,
        "today": 6,
        "tables.responses.form": 9,
        "tables.customers": 10,
        "tables.orders.sql": 14,
        "metrics.nps.target": 2,
        "metrics.nps.minimum_effct": 2,
    }
    assert "Did you mean “calendar”?" in found["calender"][1]
    assert "Known: company, url, timezone" in found["calender"][1]
    assert "did you mean “Europe/Berlin”?" in found["timezone"][1]
    assert "Did you mean “from”?" in found["tables.responses.form"][1]
    assert "is “julian”; only 'gregorian' can stand here" in found["calendar.kind"][1]
    assert "without quotes" in found["today"][1]
    assert "exactly one of" in found["tables.customers"][1]
    assert found["metrics.nps.target"][1].startswith(
        "config/targets.yaml, line 2, metrics.nps.target: must be a number"
    )


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("company: A\ntables: {a: [}\n", 2, "not valid YAML"),
        ("company: A\n\tlanguage: en\n", 2, "not valid YAML"),
        ("company: A\ncompany: B\n", 2, "given twice, first on line 1"),
        ("company: A\ntoday: 2026-02-30\n", 2, "cannot be read"),
        ("- a\n- b\n", 1, "key: value"),
        ("company: A\nnotes: &x [*x]\n", 1, "refers to itself"),
        ("company: !!python/object:os.system x\n", 1, "not valid YAML"),
    ],
)
def test_yaml_mistakes_name_their_line(tmp_path: Path, text: str, line: int, part: str) -> None:
    """Syntax errors, keys given twice, impossible dates and foreign tags are reported with the line."""
    with pytest.raises(InvalidSettingsError) as caught:
        load_settings(write(tmp_path, text))
    problem = caught.value.problems[0]
    assert problem.line == line
    assert part in str(problem)


def test_bytes_that_are_not_utf8_name_their_line(tmp_path: Path) -> None:
    """A file saved in another encoding is refused with line and byte."""
    project = write(tmp_path, "")
    (project.config / "warehouse.yaml").write_bytes("company: A\nnotes: [Müller]\n".encode("latin-1"))
    with pytest.raises(InvalidSettingsError, match=r"line 2: is not UTF-8: byte 0xfc"):
        load_settings(project)


def test_words_that_yaml_would_turn_into_booleans_stay_names(tmp_path: Path) -> None:
    """A metric called `on` or `no` is a name, not true or false."""
    settings = load_settings(write(tmp_path, "company: A\n", "metrics: {on: {target: 1}, no: {target: 2}}\n"))
    assert set(settings.targets.metrics) == {"on", "no"}


@pytest.mark.parametrize(
    ("health", "key", "part"),
    [
        ("{weights: {nps: 1, csat: 1}}", "health.weights.csat", "no target and floor"),
        ("{weights: {nps: 1}, critical: [churn]}", "health.critical", "“churn”, which has no weight"),
        ("{weights: {nps: 0}}", "health.weights.nps", "greater than 0"),
        ("{minimum_coverage: 1.5}", "health.minimum_coverage", "less than or equal to 1"),
    ],
)
def test_a_health_score_that_cannot_be_computed_is_refused(tmp_path: Path, health: str, key: str, part: str) -> None:
    """Weights without goals, critical metrics without weight and impossible numbers are named."""
    targets = f"metrics: {{nps: {{target: 40, floor: 0}}, csat: {{target: 80}}}}\nhealth: {health}\n"
    line, sentence = problems_of(write(tmp_path, "company: A\n", targets))[key]
    assert line == 2
    assert part in sentence


def test_history_cannot_begin_after_today(tmp_path: Path) -> None:
    """A first day after a fixed today would leave nothing to show."""
    with pytest.raises(InvalidSettingsError, match="first_day 2019-01-01 is after today 2018-01-01"):
        load_settings(write(tmp_path, "company: A\ntoday: 2018-01-01\nfirst_day: 2019-01-01\n"))


def test_equal_target_and_floor_are_refused(tmp_path: Path) -> None:
    """Goal attainment divides by target minus floor."""
    found = problems_of(write(tmp_path, "company: A\n", "metrics:\n  nps: {target: 4, floor: 4}\n"))
    assert "same target and floor" in found["metrics.nps"][1]


def test_a_folder_without_configuration_is_no_project(tmp_path: Path) -> None:
    """The message says what is missing and which command makes it."""
    with pytest.raises(SettingsError, match=r"config/warehouse\.yaml.*cxdash init"):
        load_settings(Project(tmp_path))


def test_targets_may_be_absent(tmp_path: Path) -> None:
    """A project without targets.yaml has no targets and no health score."""
    targets = load_settings(write(tmp_path, "company: A\n")).targets
    assert targets.metrics == {}
    assert targets.health.weights == {}


def test_locate_names_file_line_and_key(make_project: Callable[..., Project]) -> None:
    """Later findings can point at a key; one that is not there points at what is above it."""
    settings: Settings = load_settings(make_project({"tables": {"responses": {"from": "a"}}}))
    assert settings.locate("warehouse.yaml", ("tables", "responses", "from")) == (
        "config/warehouse.yaml, line 4, tables.responses.from"
    )
    assert settings.locate("warehouse.yaml", ("tables", "responses", "columns", "x")).startswith(
        "config/warehouse.yaml, line 3, "
    )
