"""Tables on the screen and as files."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxdash.faces.screen.tables import safe_text, table_csv, table_html
from cxdash.report.blocks import Cell, Column, Link, Table
from tests.faces.specimen import table


def address(link: Link) -> str:
    return link.page


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-12", "-12"),
        ("+31", "+31"),
        ("+3.5 %", "+3.5 %"),
        ("−9", "−9"),
        ("North", "North"),
        ("", ""),
    ],
)
def test_no_field_is_a_formula(text: str, written: str) -> None:
    """Fields a spreadsheet would compute get an apostrophe; signed numbers stay numbers."""
    assert safe_text(text) == written


@given(st.text())
def test_whatever_the_text_it_starts_no_formula(text: str) -> None:
    """Only a plain signed number may begin with a formula's first letter."""
    written = safe_text(text)
    assert not written.startswith(("=", "@", "\t", "\r"))
    if written.startswith(("+", "-")):
        assert set(written[1:]) <= set("0123456789., \u00a0\u202f%eE+-") | {
            c for c in written if c.isdigit() or c.isspace()
        }


def test_a_file_has_raw_numbers_and_printed_words() -> None:
    """CSV keeps precision where there is some, and the row order of the screen."""
    rows = list(csv.reader(io.StringIO(table_csv(table("t")).decode("utf-8-sig"))))
    assert rows[0] == ["Channel", "NPS", "Change", "Answers"]
    assert rows[1] == ["Phone", "-9.0", "down 6", "812"]
    assert rows[5] == ['\'=HYPERLINK("http://example.org")', "8.0", "'@SUM(A1)", "-12"]


def test_a_long_table_opens_with_its_first_rows_and_unfolds_whole() -> None:
    """264 checks do not bury the page: twenty are shown, all are one click away, each once in the whole."""
    rows = tuple((Cell(f"row {i}."), Cell(str(i))) for i in range(264))
    found = table_html(Table("long", "", (Column("What"), Column("n", numeric=True)), rows), address)
    opening, whole = found.split("<details>")
    assert opening.count("<tr") == 21
    assert whole.count("<tr") == 265
    assert "All 264 rows" in whole


def test_an_empty_table_says_so() -> None:
    """No header without rows: the note, or a sentence."""
    assert "<table" not in table_html(Table("e", "", (Column("a"),), ()), address)
    assert "Nothing to show." in table_html(Table("e", "", (Column("a"),), ()), address)
