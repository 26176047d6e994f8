"""Comments are untrusted: no formula, no markup and no unseen sign leaves in a file, on a page or in a search."""

from __future__ import annotations

import csv
import io
import shutil
from zipfile import ZipFile

import polars as pl
import pytest
from openpyxl import load_workbook

from cxdash.answers.rows import Asked, OpenRows, open_rows
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.faces.export.csv_file import write_csv
from cxdash.faces.export.fields import safe_text
from cxdash.faces.export.xlsx_file import MOST_ROWS, check_fits, write_xlsx
from cxdash.report.rows_table import rows_block
from cxdash.report.untrusted import one_line, visible
from cxdash.selection import Selection

HOSTILE = (
    '=cmd|"/c calc"!A1',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    '  =HYPERLINK("http://evil.example","click")',
    "\t=1+1",
    "\r\n=1+1",
    "\uff1d1+1",
    "#N/A",
    "<script>alert(1)</script>",
    "good \u202eevil\u202c \u2066text\u2069 \u200f",
    "a\x00b\x07c\x1b[31m",
    "می‌خواهم",
    'quotes " and, commas\nand lines',
    "x" * 40_000,
)


@pytest.fixture(scope="module")
def hostile(demo_edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """The demo company's edition with hostile comments in its rows."""
    folder = tmp_path_factory.mktemp("hostile") / demo_edition.id
    shutil.copytree(demo_edition.folder, folder)
    path = folder / "rows" / "scores.parquet"
    rows = pl.read_parquet(path)
    places = rows.with_row_index("place").filter(pl.col("survey") == "nps")["place"].to_list()[-len(HOSTILE) :]
    comments = rows["comment"].to_list()
    for place, text in zip(places, HOSTILE, strict=True):
        comments[place] = text
    rows.with_columns(pl.Series("comment", comments, dtype=pl.String)).write_parquet(path)
    return Edition(folder)


@pytest.fixture(scope="module")
def opened(hostile: Edition) -> OpenRows:
    """Rows that hold every hostile comment."""
    found = open_rows(hostile, "nps", Selection.over("last-13-weeks", last_day=hostile.manifest.last_day))
    held = {row["comment"] for row in found.page(Asked(limit=10_000))}
    assert set(HOSTILE) <= held
    return found


def _csv_comments(opened: OpenRows) -> list[str]:
    made = io.BytesIO()
    write_csv(opened, made)
    assert made.getvalue().startswith(b"\xef\xbb\xbf")
    return [row["comment"] for row in csv.DictReader(io.StringIO(made.getvalue().decode("utf-8-sig"), newline=""))]


def test_no_field_of_a_csv_is_a_formula(opened: OpenRows) -> None:
    """Every text that a spreadsheet would compute is marked as text; the others are as they were written."""
    comments = _csv_comments(opened)
    for text in comments:
        assert not text.lstrip().startswith(("=", "+", "-", "@", "\uff1d")), text
        assert not text.startswith(("\t", "\r", "\n")), text
    assert '\'=cmd|"/c calc"!A1' in comments
    assert 'quotes " and, commas\nand lines' in comments
    assert "می‌خواهم" in comments
    assert safe_text("-5.2") == "-5.2"


def test_no_cell_of_a_workbook_is_a_formula_or_an_error(opened: OpenRows) -> None:
    """Texts are texts in a workbook whatever they begin with, and every sign in it is one that XML may hold."""
    made = io.BytesIO()
    write_xlsx(opened, (("Metric", "=1+1"),), made)
    with ZipFile(made) as parts:
        for name in parts.namelist():
            content = parts.read(name).decode()
            assert "<f>" not in content, name
            assert 't="e"' not in content, name
    made.seek(0)
    book = load_workbook(made)
    heads, *lines = book["Rows"].iter_rows(values_only=True)
    comments = {line[heads.index("comment")] for line in lines}
    assert '=cmd|"/c calc"!A1' in comments
    assert "#N/A" in comments
    assert "a⟨U+0000⟩b⟨U+0007⟩c⟨U+001B⟩[31m" in comments
    assert max(len(text or "") for text in comments) == 32_767
    assert book["Passport"]["B1"].value == "=1+1"
    assert book["Passport"]["B1"].data_type == "s"


def test_the_workbook_says_the_sums_of_its_rows(opened: OpenRows) -> None:
    """The sheet “Passport” holds what the flags of the sheet “Rows” add up to, and how many rows there are."""
    made = io.BytesIO()
    assert write_xlsx(opened, (), made) == opened.total()
    book = load_workbook(io.BytesIO(made.getvalue()))
    heads, *lines = book["Rows"].iter_rows(values_only=True)
    said = {str(line[0]): line[1] for line in book["Passport"].iter_rows(values_only=True) if line[0]}
    for state in opened.basis.measure.states:
        assert said[state.name] == sum(line[heads.index(state.name)] for line in lines)
    assert said["Rows"] == f"{opened.total():,}"


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200f", "\u061c", "\x07", "\x9b", "\u2028", "\ufeff"])
def test_unseen_signs_are_written_out(sign: str) -> None:
    """A sign that only has an effect is shown by its code; joiners that letters need stay."""
    assert visible(f"a{sign}b") == f"a⟨U+{ord(sign):04X}⟩b"
    assert sign not in one_line(f"a{sign}\nb")
    assert visible("می‌خواهم 👨‍👩‍👧") == "می‌خواهم 👨‍👩‍👧"


def test_no_unseen_sign_leaves_in_a_file_or_a_page(opened: OpenRows) -> None:
    """Neither the CSV nor the printed rows hold a character that turns the text around it."""
    printed = rows_block(opened, Asked(limit=10_000), Selection.default(opened.edition.manifest))
    texts = [*_csv_comments(opened), *(cell.text for row in printed.rows for cell in row)]
    assert any("⟨U+202E⟩evil" in text for text in texts)
    assert not any(sign in text for text in texts for sign in "\u202e\u202c\u2066\u2069\u200f\x00\x07\x1b")


def test_a_search_for_markup_is_a_search_for_its_letters(opened: OpenRows) -> None:
    """Markup, quotes and wildcards are found as what they are."""
    assert opened.total(Asked(search="<script>alert(1)</script>")) == 1
    assert opened.total(Asked(search="' OR 1=1 --")) == 0
    assert opened.total(Asked(search="%' OR '1'='1")) == 0
    assert opened.total(Asked(search="good evil")) == 0
    assert opened.total(Asked(search="ميخواهم")) == 1


def test_more_rows_than_a_sheet_holds_are_refused_with_a_way_out() -> None:
    """A sheet is never cut in silence: the error says how many rows fit and names CSV."""
    check_fits(MOST_ROWS)
    with pytest.raises(SelectionError, match=r"1,048,576 rows do not fit.*CSV"):
        check_fits(MOST_ROWS + 1)
