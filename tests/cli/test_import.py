"""`cxdash init` and `cxdash import`: a project from nothing, and files into its embedded warehouse."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxdash.settings import Project, load_settings
from tests.cli.conftest import Run

HEAD = "id,survey,pattern,scale_min,scale_max,score,invited_at,dismissed,channel\n"
ROW = "{id},nps,relationship,0,10,{score},2026-01-01T10:00:00,false,web\n"
GOOD = HEAD + ROW.format(id="a", score=9) + ROW.format(id="b", score=3)


@pytest.fixture
def project(run: Run, tmp_path: Path) -> Project:
    """A new project."""
    assert run("init", str(tmp_path / "cx")).code == 0
    return Project(tmp_path / "cx")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file whose key has another name than the contract's."""
    path = tmp_path / "survey.csv"
    path.write_text(GOOD, "utf-8")
    return path


def test_init_makes_a_project_that_loads(run: Run, tmp_path: Path) -> None:
    """The new project's configuration is valid; a second init changes nothing and is refused."""
    made = run("init", str(tmp_path / "cx"), "--json").json
    project = Project(tmp_path / "cx")
    assert made["project"] == str(project.root)
    assert load_settings(project).warehouse.company
    before = (project.config / "warehouse.yaml").read_bytes()
    ended = run("init", str(tmp_path / "cx"))
    assert ended.code == 1
    assert "nothing was written" in ended.err
    assert (project.config / "warehouse.yaml").read_bytes() == before


def test_init_guesses_examples(run: Run, tmp_path: Path) -> None:
    """A mistyped example is answered with the nearest; a folder that is not there is named."""
    assert "Did you mean “telco”?" in run("init", str(tmp_path / "a"), "--example", "telko").err
    assert run("init", str(tmp_path / "b"), "--example", "telco", "--data", str(tmp_path / "no")).code == 1


@pytest.mark.parametrize("pair", ["response_id=id", "id=response_id"])
def test_a_column_may_be_mapped_either_way(run: Run, project: Project, file: Path, pair: str) -> None:
    """--map takes the contract's column and the file's in either order."""
    report = run("import", str(file), "--as", "responses", "--map", pair, "--json", project=project)
    assert report.code == 0, report.err
    assert (report.json["rows"], report.json["total"]) == (2, 2)
    assert report.json["columns"]["response_id"] == "id"
    assert run("doctor", "--json", project=project).json["fits"] is True


def test_a_filled_table_is_not_overwritten_by_chance(run: Run, project: Project, file: Path) -> None:
    """A second import must say whether it adds or replaces."""
    command = ["import", str(file), "--as", "responses", "--map", "response_id=id"]
    assert run(*command, project=project).code == 0
    refused = run(*command, project=project)
    assert refused.code == 1
    assert "--append" in refused.err
    file.write_text(HEAD + ROW.format(id="c", score=5), "utf-8")
    assert run(*command, "--append", "--json", project=project).json["total"] == 3
    assert run(*command, "--replace", "--json", project=project).json["total"] == 1


def test_unreadable_cells_refuse_the_file_or_are_set_aside(run: Run, project: Project, file: Path) -> None:
    """A file with a bad cell changes nothing; with --skip-bad its good rows come in and the bad ones are kept aside."""
    file.write_text(GOOD + ROW.format(id="c", score="eleven"), "utf-8")
    command = ["import", str(file), "--as", "responses", "--map", "response_id=id"]
    refused = run(*command, project=project)
    assert refused.code == 1
    assert "eleven" in refused.err
    assert "--skip-bad" in refused.err
    assert not project.embedded_warehouse.exists()
    taken = run(*command, "--skip-bad", project=project)
    assert taken.code == 0
    assert "eleven" in (project.var / "rejected" / "survey.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--as", "respones"], 1, "Did you mean “responses”?"),
        ([], 2, "--as"),
        (["--as", "responses"], 1, "response_id"),
        (["--as", "responses", "--map", "score"], 2, "CONTRACT=SOURCE"),
        (["--as", "responses", "--map", "=x"], 2, "CONTRACT=SOURCE"),
        (["--as", "responses", "--map", "score=a", "--map", "score=b"], 2, "given twice"),
        (["--as", "responses", "--map", "scoer=score2"], 1, "Did you mean “score”?"),
    ],
)
def test_nonsense_is_refused(
    run: Run, project: Project, file: Path, arguments: list[str], code: int, said: str
) -> None:
    """Mistyped tables, columns and mappings stop with a hint; nothing is imported."""
    ended = run("import", str(file), *arguments, project=project)
    assert ended.code == code
    assert said in ended.err
    assert not project.embedded_warehouse.exists()


def test_a_file_that_is_not_there(run: Run, project: Project) -> None:
    """The missing file is named."""
    ended = run("import", "nowhere.csv", "--as", "responses", project=project)
    assert ended.code == 1
    assert "nowhere.csv" in ended.err
