"""`cxdash rows`: the rows behind a number in a file, from which the number that `cxdash answer` gives is recomputed."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from cxdash.settings import Project
from tests.cli.conftest import Ended, Run

PHONE = ("--where", "channel=phone", "--period", "2026-Q3")


@pytest.fixture
def rows(run: Run, demo_project: Project) -> Run:
    """`cxdash rows …` on the demo company."""
    return lambda *arguments: run("rows", *arguments, project=demo_project)


def sums(table: pl.DataFrame) -> tuple[float, float]:
    """The share of satisfied answers and how many there are, from the flags of the rows alone."""
    counts = {score: table[f"csat_{score}"].cast(pl.Int64).sum() for score in range(1, 6)}
    return (counts[4] + counts[5]) / sum(counts.values()), sum(counts.values())


def test_the_number_follows_from_the_file(rows: Run, ask: Run, tmp_path: Path) -> None:
    """The sums of a CSV's flags are the value and n that `cxdash answer` gives for the same question."""
    ended = rows("csat", *PHONE, "--out", str(tmp_path / "csat.csv"))
    assert ended.code == 0
    table = pl.read_csv(tmp_path / "csat.csv", infer_schema=False)
    value, n = sums(table)
    (shown,) = ask("csat", *PHONE, "--json").json["rows"]
    assert (100 * value, n) == (pytest.approx(shown["value"], abs=1e-6), shown["n"])
    assert ended.out == f"{table.height:,} rows of csat, 2026-07-01..2026-09-30, in {tmp_path / 'csat.csv'}\n"


def test_a_workbook_holds_the_same_rows_and_says_what_they_are(rows: Run, tmp_path: Path) -> None:
    """Every row of the CSV, and beside them a sheet with the definition, the period and the filters."""
    question = ("csat", "--where", "channel=phone", "--period", "last-7-days")
    assert (
        rows(*question, "--out", str(tmp_path / "a.csv")).code
        == rows(*question, "--out", str(tmp_path / "a.XLSX")).code
        == 0
    )
    plain = pl.read_csv(tmp_path / "a.csv", infer_schema=False)
    book = CalamineWorkbook.from_path(str(tmp_path / "a.XLSX"))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert any(
        [str(name) for name in sheet[0]] == plain.columns and len(sheet) == plain.height + 1
        for sheet in sheets.values()
        if sheet
    )
    said = " ".join(str(cell) for sheet in sheets.values() for line in sheet for cell in line)
    assert "Phone" in said or "phone" in said


def test_a_part_of_a_score_has_rows(rows: Run, tmp_path: Path) -> None:
    """A score made of other metrics has no rows of its own: the command says so and names its parts."""
    refused = rows("health", "--out", str(tmp_path / "health.csv"))
    assert refused.code == 1
    assert "churn" in refused.err
    assert rows("health", "--part", "churn", "--out", str(tmp_path / "churn.csv")).code == 0
    assert list(tmp_path.iterdir()) == [tmp_path / "churn.csv"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("npss",), "nps"),
        (("csat", "--where", "channel=fone"), "phone"),
        (("csat", "--where", "chanel=phone"), "channel"),
        (("csat", "--period", "last-7-das"), "last-13-weeks"),
        (("csat", "--edition", "19700101-000000-0000"), "Kept editions"),
    ],
)
def test_a_typo_writes_nothing_and_is_answered(
    rows: Run, tmp_path: Path, arguments: tuple[str, ...], named: str
) -> None:
    """What was meant, or what there is, stands in the error; no file is left behind."""
    ended: Ended = rows(*arguments, "--out", str(tmp_path / "out.csv"))
    assert ended.code == 1
    assert named in ended.err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_named(rows: Run, tmp_path: Path) -> None:
    """No traceback for a missing folder, and an existing file stays when its successor fails."""
    ended = rows("csat", *PHONE, "--out", str(tmp_path / "nowhere" / "csat.csv"))
    assert ended.code == 1
    assert str(tmp_path / "nowhere" / "csat.csv") in ended.err
    kept = tmp_path / "csat.pdf"
    kept.write_text("mine")
    assert rows("csat", *PHONE, "--out", str(kept)).code == 2
    assert kept.read_text() == "mine"
