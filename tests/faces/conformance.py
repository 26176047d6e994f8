"""What every face must do with a report: print each number as it was printed, and everything as text.

A face inherits `FaceConformance` in its tests and says how it draws; `read` turns what was drawn into the words a
reader (or a screen reader) gets. `HtmlConformance` does that for HTML and also checks that no foreign markup came to
life.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import ClassVar

from cxdash.faces.mail.described import strongest
from cxdash.report.blocks import (
    Block,
    Brief,
    Chart,
    Contributions,
    Definition,
    Dots,
    Flow,
    Footer,
    Headline,
    Heatmap,
    Notice,
    Number,
    Report,
    Section,
    Table,
    Tile,
    Tiles,
)
from tests.faces.samples import HOSTILE
from tests.faces.specimen import specimen

_ISOLATES = re.compile("[\u2066-\u2069]")


def squeeze(text: str) -> str:
    """Words with single spaces: line breaks and marks of direction are the face's own business."""
    return " ".join(_ISOLATES.sub("", text).split())


class FaceConformance(ABC):
    """Tests every face inherits."""

    @abstractmethod
    def draw(self, report: Report) -> str:
        """What the face makes of a report."""

    def read(self, drawn: str) -> str:
        """What was drawn, in words; plain text by default."""
        return drawn

    _read: ClassVar[dict[tuple[type, Report], str]] = {}

    def words(self, report: Report) -> str:
        """What a reader gets, on one line; drawn once per report, since pictures take their time."""
        key = type(self), report
        if key not in self._read:
            self._read[key] = squeeze(self.read(self.draw(report)))
        return self._read[key]

    def blocks(self, kind: type[Block]) -> list[Block]:
        return [block for block in specimen().blocks if isinstance(block, kind)]

    def test_headline_comes_first_of_what_is_found(self) -> None:
        """The headline and its detail are printed before any tile."""
        words = self.words(specimen())
        for block in self.blocks(Headline):
            assert squeeze(block.text) in words
            assert squeeze(block.detail) in words
            change = self.tiles()[0].change
            assert change is not None
            assert words.index(squeeze(block.detail)) < words.index(change.text)

    def tiles(self) -> list[Tile]:
        return [tile for block in specimen().blocks if isinstance(block, Tiles) for tile in block.tiles]

    def test_every_tile_prints_its_number_as_printed(self) -> None:
        """Label, value, interval, n, note, change and target of a tile stand together, in the tile's order."""
        words = self.words(specimen())
        tiles = self.tiles()
        starts = []
        at = words.index(squeeze(specimen().blocks[0].text))  # type: ignore[union-attr]
        for tile in tiles:
            at = words.index(squeeze(tile.label), at)
            starts.append(at)
            at += len(squeeze(tile.label))
        for tile, start, end in zip(tiles, starts, [*starts[1:], len(words)], strict=True):
            part = words[start:end]
            change = tile.change.text if tile.change else ""
            for text in (tile.number.text, tile.number.interval, tile.number.n, tile.number.note, change, tile.target):
                assert squeeze(text) in part, f"{tile.key}: {text!r} is not in {part!r}"

    def test_every_estimate_is_printed_or_said(self) -> None:
        """Rows of a dot chart can be read by those who see no picture."""
        words = self.words(specimen())
        for block in self.blocks(Dots):
            assert isinstance(block, Dots)
            for dot in block.dots:
                for text in (dot.label, dot.number.text, dot.number.interval, dot.number.n, dot.number.note):
                    assert squeeze(text) in words, text

    def test_charts_say_their_finding(self) -> None:
        """Title, subtitle and summary of every chart are words, not only pixels."""
        words = self.words(specimen())
        for block in self.blocks(Chart):  # type: ignore[arg-type]
            for text in (block.title, block.subtitle, block.summary):  # type: ignore[union-attr]
                assert squeeze(text) in words, text

    def test_what_is_clear_in_a_map_is_told(self) -> None:
        """Cells apart beyond noise are named with row, column, number and n, also without the picture."""
        words = self.words(specimen())
        for block in self.blocks(Heatmap):
            assert isinstance(block, Heatmap)
            for row, column, cell in strongest(block):
                for text in (row, column, cell.number.text, cell.number.n):
                    assert squeeze(text) in words, (row, column, text)

    def test_bad_streams_and_parts_are_told(self) -> None:
        """Streams that are clearly worse, and every part of a change with its amounts and the sum."""
        words = self.words(specimen())
        for block in self.blocks(Flow):
            assert isinstance(block, Flow)
            bad = [stream for stream in block.streams if stream.tone == "bad"]
            assert bad
            for stream in bad:
                assert squeeze(f"{stream.origin} to {stream.target}") in words
                assert squeeze(stream.text) in words
        for block in self.blocks(Contributions):
            assert isinstance(block, Contributions)
            assert squeeze(block.total) in words
            for part in block.parts:
                for text in (part.label, *part.texts):
                    assert squeeze(text) in words, text

    def test_prose_is_printed(self) -> None:
        """Briefs, sections, notices and definitions lose no sentence."""
        words = self.words(specimen())
        texts: list[str] = []
        for block in specimen().blocks:
            match block:
                case Brief():
                    texts += [block.title, *block.sentences]
                case Section():
                    texts += [block.title, block.text]
                case Notice():
                    texts += [block.text, block.detail]
                case Definition():
                    texts += [block.label, block.description, block.formula, *sum(block.lines, ()), block.sql]
                case _:
                    pass
        assert texts
        for text in texts:
            assert squeeze(text) in words, text

    def test_footer_is_printed(self) -> None:
        """What is needed to trust the report is on every face."""
        words = self.words(specimen())
        for block in self.blocks(Footer):
            assert isinstance(block, Footer)
            for label, text in block.lines:
                assert squeeze(label) in words
                assert squeeze(text) in words

    def test_table_cells_are_printed(self) -> None:
        """Every cell, its detail, every column and the note of a table."""
        words = self.words(specimen())
        for block in self.blocks(Table):
            assert isinstance(block, Table)
            texts = [block.title, block.note]
            texts += [column.label for column in block.columns] if block.rows else []
            texts += [text for row in block.rows for cell in row for text in (cell.text, cell.detail)]
            for text in texts:
                assert squeeze(text) in words, text

    def test_report_notices_are_printed_before_numbers(self) -> None:
        """A notice about the whole report is read before its first tile."""
        stale = Notice("warning", "Zebra data is stale.", "Since Monday.")
        report = replace(specimen(), blocks=(stale, *specimen().blocks))
        words = self.words(report)
        assert words.index("Zebra data is stale.") < words.index(self.tiles()[0].label)
        assert "Since Monday." in words

    def test_only_printed_text_is_shown(self) -> None:
        """A face never prints a raw value: not of a hidden number, not with other decimals."""
        hidden = Number("–", raw=57.3141, low=51.2718, high=63.1618, count=3, state="hidden", note="hidden here")
        shown = Number("+44", "41 to 47", "9 answers", raw=44.2236, low=41.1414, high=47.1732, count=9)
        report = replace(
            specimen(), blocks=(Headline("Only text"), Tiles((Tile("a", "Aaa", hidden), Tile("b", "Bbb", shown))))
        )
        drawn = self.draw(report)
        for raw in ("57.3", "51.2", "63.1", "44.2", "41.1", "47.1"):
            assert raw not in self.read(drawn)

    def test_hostile_text_stays_text(self) -> None:
        """Text from a customer's system is printed letter for letter."""
        words = self.words(specimen())
        expected = str(specimen().blocks).count(HOSTILE)
        assert expected > 3
        assert words.count(squeeze(HOSTILE)) >= 4


@dataclass
class Page(HTMLParser):
    """An HTML document taken apart: words, tags and attributes."""

    text: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    silent: int = 0

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    @classmethod
    def parse(cls, html: str) -> Page:
        page = cls()
        page.feed(html)
        page.close()
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        self.silent += tag in {"style", "script", "title"}
        if tag == "img":
            self.text.append(f" {found.get('alt', '')} ")
        elif "aria-label" in found:
            self.text.append(f" {found['aria-label']} ")
        elif tag not in {"span", "a", "b", "bdi", "strong", "em", "i"}:
            self.text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in {"style", "script", "title"}
        if tag not in {"span", "a", "b", "bdi", "strong", "em", "i"}:
            self.text.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.text.append(data)

    def attributes(self, name: str) -> list[str]:
        """Every value of an attribute, in order."""
        return [found[name] for _tag, found in self.tags if name in found]


class HtmlConformance(FaceConformance):
    """The same for faces that are HTML."""

    def read(self, drawn: str) -> str:
        return "".join(Page.parse(drawn).text)

    def test_no_foreign_markup_lives(self) -> None:
        """Hostile text makes no element, no attribute and no address."""
        page = Page.parse(self.draw(specimen()))
        assert not [tag for tag, _found in page.tags if tag in {"script", "iframe", "object", "form", "b"}]
        assert not [name for _tag, found in page.tags for name in found if name.startswith("on")]
        assert not [href for href in page.attributes("href") if href.lower().startswith(("javascript:", "data:"))]
