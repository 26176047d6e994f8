"""The plain blocks a report is made of: already worded, already rounded, ready for any face.

Screen, mail and documents draw the same blocks, so they cannot disagree about a number: rounding and wording happen
once, in the builders. A face is a `match` over `Block` that ends in `assert_never`. Raw numbers stay beside the text
where a face must place a mark (a chart) or a test must compare; they are on the display scale (points, percent).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from cxdash.language import language as current_language
from cxdash.report.chart_blocks import (
    Bar,
    Bars,
    Contribution,
    Contributions,
    Dot,
    Dots,
    Flow,
    HeatCell,
    Heatmap,
    Panels,
    Stream,
    Trend,
)
from cxdash.report.parts import Cell, Change, Column, Link, Number, Point, State, Table, Tone, Word


@dataclass(frozen=True)
class Headline:
    """The sentence that answers the page's question, and one sentence of detail."""

    text: str
    detail: str = ""


@dataclass(frozen=True)
class Brief:
    """A few sentences in order of weight: what changed, why, where it hurts, what we do not know."""

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A heading inside the page, with an optional introduction."""

    title: str
    text: str = ""


@dataclass(frozen=True)
class Notice:
    """Something the reader must know about the data: stale, held back, filters ignored, not supported."""

    level: Literal["info", "warning", "critical"]
    text: str
    detail: str = ""


@dataclass(frozen=True)
class Tile:
    """One metric at a glance; `key` is the metric's key, so `metric` definitions and tests can find it."""

    key: str
    label: str
    number: Number
    change: Change | None = None
    target: str = ""
    period: str = ""
    as_of: str = ""
    spark: tuple[Point, ...] = ()
    link: Link | None = None


@dataclass(frozen=True)
class Tiles:
    """A row of at most six tiles."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Rows:
    """The rows behind a number: their first page, and what a face needs to ask for more.

    Attributes:
        metric: key of the metric. query: the selection as URL parameters, by which the rows are asked for again.
        columns, rows: printed; texts from the data are untrusted and carry no markup.
        total: how many rows there are. refused: why none are shown, or "".
    """

    key: str
    title: str
    metric: str
    query: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int
    refused: str = ""


@dataclass(frozen=True)
class Definition:
    """Everything there is to say about how a metric is defined and computed."""

    key: str
    label: str
    description: str
    formula: str
    lines: tuple[tuple[str, str], ...]
    sql: str = ""


@dataclass(frozen=True)
class Footer:
    """What is needed to trust the report: label and text pairs (period, filters, data as of, edition, policy)."""

    lines: tuple[tuple[str, str], ...]


Chart = Trend | Dots | Bars | Panels | Heatmap | Flow | Contributions

Block = Headline | Brief | Section | Notice | Tiles | Table | Chart | Rows | Definition | Footer


@dataclass(frozen=True)
class Report:
    """A whole report.

    Attributes:
        key: page key ("overview"). title: its name. subject: the finding in mail-subject length.
        blocks: in reading order, widest statement first.
        query: the selection as readable URL parameters, so that a mail can link to exactly this view.
        language: the language it was built in.
    """

    key: str
    title: str
    subject: str
    company: str
    edition: str
    blocks: tuple[Block, ...]
    query: tuple[tuple[str, str], ...] = ()
    language: str = field(default_factory=current_language)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Every notice among the blocks."""
        return tuple(block for block in self.blocks if isinstance(block, Notice))


__all__ = [
    "Bar",
    "Bars",
    "Block",
    "Brief",
    "Cell",
    "Change",
    "Chart",
    "Column",
    "Contribution",
    "Contributions",
    "Definition",
    "Dot",
    "Dots",
    "Flow",
    "Footer",
    "Headline",
    "HeatCell",
    "Heatmap",
    "Link",
    "Notice",
    "Number",
    "Panels",
    "Point",
    "Report",
    "Rows",
    "Section",
    "State",
    "Stream",
    "Table",
    "Tile",
    "Tiles",
    "Tone",
    "Trend",
    "Word",
]
