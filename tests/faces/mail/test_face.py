"""The mail's two versions keep the promises of every face."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxdash.errors import DeliveryError, SettingsError
from cxdash.faces.mail import render_html, render_text
from cxdash.faces.mail.links import Links
from cxdash.faces.mail.markup import MOST_BYTES
from cxdash.faces.mail.wording import clean
from cxdash.report.blocks import Cell, Column, Headline, Link, Report, Table, Tile, Tiles
from tests.faces.conformance import FaceConformance, HtmlConformance, Page, squeeze
from tests.faces.sample_maps import rows
from tests.faces.samples import SHOWN
from tests.faces.specimen import specimen

BASE = "https://cx.example.com/app"


class TestMailHtml(HtmlConformance):
    def draw(self, report: Report) -> str:
        return html(report)


class TestMailText(FaceConformance):
    def draw(self, report: Report) -> str:
        return render_text(report, link_base=BASE)


@lru_cache(maxsize=4)
def html(report: Report) -> str:
    return render_html(report, link_base=BASE, inline_images=False)


def with_table(rows: int) -> Report:
    cells = tuple((Cell(f"Row {i}"), Cell(str(i)), Cell("x" * 60), Cell("y" * 60)) for i in range(rows))
    columns = (Column("A"), Column("B", numeric=True), Column("C"), Column("D"))
    return replace(specimen(), blocks=(Headline("h"), Table("t", "T", columns, cells)))


def test_rows_stay_in_the_app() -> None:
    """A mail says how many rows there are and leads to them; what single people wrote is not in it."""
    for drawn in (
        squeeze(TestMailHtml().read(html(specimen()))),
        squeeze(render_text(specimen(), link_base=BASE)),
    ):
        assert "812 rows; open them in the app" in drawn
        assert "Waited 40 minutes" not in drawn
    refused = replace(specimen(), blocks=(Headline("h"), rows("Rows are not shown under this policy.")))
    for drawn in (squeeze(TestMailHtml().read(html(refused))), squeeze(render_text(refused, link_base=BASE))):
        assert "Rows are not shown under this policy." in drawn
        assert "open them" not in drawn


def test_language_and_direction_are_declared() -> None:
    """A Persian report is marked as Persian and runs from right to left, an English one does not."""
    persian, english = (Page.parse(html(replace(specimen(), language=code))) for code in ("fa", "en"))
    assert dict(persian.tags)["html"] == {**dict(persian.tags)["html"], "lang": "fa", "dir": "rtl"}
    assert dict(english.tags)["html"] == {**dict(english.tags)["html"], "lang": "en", "dir": "ltr"}
    cells = [found for tag, found in persian.tags if tag == "td" and "tile" in found.get("class", "")]
    assert cells
    assert {found["align"] for found in cells} == {"right"}


def test_numbers_are_isolated_in_a_right_to_left_mail() -> None:
    """“−6” must not turn into “6−”: every printed number has a direction of its own."""
    drawn = html(replace(specimen(), language="fa"))
    assert f'<span dir="auto">{SHOWN.text}</span>' in drawn
    assert f"\u2068{SHOWN.text}\u2069" in render_text(replace(specimen(), language="fa"), link_base=BASE)


def test_dark_readers_are_told() -> None:
    """The mail says that it knows dark mode, and no ink is left on a ground of its own darkness."""
    page = Page.parse(html(specimen()))
    schemes = [found["content"] for tag, found in page.tags if tag == "meta" and found.get("name") == "color-scheme"]
    assert schemes == ["light dark"]
    drawn = html(specimen())
    assert "prefers-color-scheme:dark" in drawn
    inks = {name for classes in page.attributes("class") for name in classes.split()} & {
        "ink",
        "muted",
        "accent",
        "good",
        "bad",
        "target",
        "warning",
        "panel",
        "on-bad",
        "on-warning",
        "on-accent",
    }
    dark = drawn[drawn.index("prefers-color-scheme:dark") :]
    assert [name for name in inks if f".{name}{{" not in dark] == []


def test_without_its_style_sheet_the_mail_is_complete() -> None:
    """Size and colour are on the elements themselves; only dark and phone need the sheet."""
    values = [found for tag, found in Page.parse(html(specimen())).tags if "value" in found.get("class", "").split()]
    assert values
    assert all("font-size: 32px" in found["style"] and "color:" in found["style"] for found in values)


def test_nothing_is_loaded_from_anywhere() -> None:
    """Pictures are in the message; addresses are links into the app and nothing else."""
    drawn = html(specimen())
    page = Page.parse(drawn)
    assert page.attributes("src")
    assert all(source.startswith("cid:") for source in page.attributes("src"))
    assert all(href.startswith(f"{BASE}/") for href in page.attributes("href"))
    assert "@import" not in drawn
    assert "url(" not in drawn
    assert not [tag for tag, _found in page.tags if tag == "link"]


def test_the_view_is_reopened_exactly() -> None:
    """The link carries page, selection and language; other pages have their own path."""
    links = Links(f"{BASE}/", "en")
    assert links.to(Link("overview", (("region", "north"),))) == f"{BASE}/?lang=en&region=north"
    hostile = links.to(Link("channels", (("focus", "a&b=c é"),)))
    assert hostile == f"{BASE}/channels?lang=en&focus=a%26b%3Dc+%C3%A9"
    assert f"{BASE}/?lang=en&region=north" in Page.parse(html(specimen())).attributes("href")
    assert f"{BASE}/?lang=en&region=north" in render_text(specimen(), link_base=BASE)


@pytest.mark.parametrize(
    "base", ["javascript:alert(1)", "cx.example.com", "https://", "https://u:p@h", "https://h/?a=1"]
)
def test_links_begin_with_a_web_address(base: str) -> None:
    """Anything else is refused, without repeating what may be a secret."""
    with pytest.raises(SettingsError) as refused:
        Links(base, "en")
    assert "u:p" not in str(refused.value)


def test_long_tables_are_cut_and_say_so() -> None:
    """A table of many rows shows the first ones, how many there are, and where the rest is."""
    for drawn in (
        squeeze(TestMailHtml().read(html(with_table(60)))),
        squeeze(render_text(with_table(60), link_base=BASE)),
    ):
        assert "25 of 60 rows" in drawn
        assert "Row 24" in drawn
        assert "Row 25" not in drawn


def test_a_mail_is_never_cut_off_by_its_reader() -> None:
    """The HTML stays below the size at which readers cut, with fewer rows where needed; else it is refused."""
    small = with_table(60)
    many = replace(small, blocks=(*small.blocks, *small.blocks[1:] * 10))
    assert len(html(specimen()).encode()) < MOST_BYTES
    assert len(html(many).encode()) < MOST_BYTES
    assert "3 of 60 rows" in html(many) or "6 of 60 rows" in html(many)
    with pytest.raises(DeliveryError, match="too large"):
        html(replace(small, blocks=small.blocks[1:] * 200))


def test_an_empty_chart_is_not_drawn() -> None:
    """Where there is nothing to plot the reader gets the sentence, not an empty frame."""
    images = [found["src"] for tag, found in Page.parse(html(specimen())).tags if tag == "img"]
    assert any("nps-trend" in source for source in images)
    assert not any("empty-trend" in source for source in images)


def test_a_report_without_footer_still_names_its_edition() -> None:
    """No mail without the edition its numbers come from."""
    bare = replace(specimen(), blocks=(Headline("h"),))
    assert bare.edition in html(bare)
    assert bare.edition in render_text(bare, link_base=BASE)


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_survives(text: str) -> None:
    """Whatever a label holds, both parts show the same characters, without control and reordering marks."""
    report = replace(
        specimen(), title="T", subject=text, blocks=(Headline(f"A{text}Z"), Tiles((Tile("k", f"L{text}M", SHOWN),)))
    )
    page = Page.parse(html(report))
    expected = squeeze(f"A{clean(text)}Z")
    assert expected in squeeze("".join(page.text))
    assert expected in squeeze(render_text(report, link_base=BASE))
    assert [tag for tag, _found in page.tags].count("h1") == 1


def test_a_table_too_wide_for_a_mail_becomes_cards() -> None:
    """Eight columns with long words do not fit into 552 px: each row turns into a card that keeps every label."""
    labels = [f"A quite long name {i}" for i in range(8)]
    row = tuple(Cell(f"{i}{i}.{i}%", detail="Incomprehensibly few") for i in range(8))
    wide = Table("w", "Wide", tuple(Column(label, numeric=True) for label in labels), (row, row))
    report = replace(specimen(), blocks=(Headline("h"), wide))
    page = Page.parse(html(report))
    words = squeeze("".join(page.text))
    assert not [tag for tag, _found in page.tags if tag == "th"]
    assert all(words.count(label) == 2 for label in labels[1:])
    assert all(words.count(cell.text) == 2 for cell in row)
    narrow = replace(wide, columns=wide.columns[:3], rows=(row[:3],))
    grid = Page.parse(html(replace(report, blocks=(Headline("h"), narrow))))
    assert len([tag for tag, _found in grid.tags if tag == "th"]) == 3
