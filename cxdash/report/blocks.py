"""The plain blocks a report is made of: already worded, already rounded, ready for any face.

Screen, mail and documents draw the same blocks, so they cannot disagree about a number: rounding and wording happen
once, in the builders. A face is a `match` over `Block` that ends in `assert_never`. Raw numbers stay beside the text
where a face must place a mark (a chart) or a test must compare; they are on the display scale (points, percent).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from cxdash.language import language as current_language

Tone = Literal["good", "bad", "neutral"]
"""Colour of a statement; "neutral" unless a change or gap is significant and its direction matters."""

State = Literal["shown", "low_base", "hidden", "missing"]
"""shown; low_base: n_eff too small for colour or rank; hidden: suppressed (n < 5); missing: no data, see `note`."""

Word = Literal["up", "down", "no clear change", "too few answers"]


@dataclass(frozen=True)
class Link:
    """A place in the app: page key and readable query parameters."""

    page: str
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Number:
    """A printed number with what it was printed from.

    Attributes:
        text: value as people read it, with sign and unit ("+31", "78.4 %"), "–" when there is none.
        interval: "28 to 34", or "".
        n: "2,746 answers", or "".
        raw, low, high: unrounded, on the display scale; None when not shown.
        count: n as a number; None when hidden.
        state, note: why it is not simply shown, in words.
    """

    text: str
    interval: str = ""
    n: str = ""
    raw: float | None = None
    low: float | None = None
    high: float | None = None
    count: int | None = None
    state: State = "shown"
    note: str = ""


@dataclass(frozen=True)
class Change:
    """A comparison in a word of the closed set (`word`, untranslated code) and in a translated sentence (`text`)."""

    word: Word
    text: str
    tone: Tone = "neutral"


@dataclass(frozen=True)
class Point:
    """One value of a series. `value`, `low`, `high` on the display scale, None where hidden or missing."""

    start: date
    end: date
    label: str
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    text: str
    state: State = "shown"


@dataclass(frozen=True)
class Cell:
    """One cell of a table: text, and where it leads or how it is meant."""

    text: str
    tone: Tone = "neutral"
    link: Link | None = None
    raw: float | None = None
    detail: str = ""


@dataclass(frozen=True)
class Column:
    """A table column; numbers are aligned to the end of the line, text to its start."""

    label: str
    numeric: bool = False


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
class Table:
    """Rows and columns of printed text. On a phone a row becomes a card titled by its first cell."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Trend:
    """A line over time with its interval band, n as faint bars, target and events.

    Attributes:
        title: the finding. subtitle: what is plotted. summary: the same in a sentence, for those who cannot see it.
        target: on the display scale. events: day and label.
        reference: a quiet second line for context (for example all channels), or ().
    """

    key: str
    title: str
    subtitle: str
    unit: str
    points: tuple[Point, ...]
    summary: str
    data: Table
    target: float | None = None
    target_label: str = ""
    events: tuple[tuple[date, str], ...] = ()
    reference: tuple[Point, ...] = ()
    reference_label: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Dot:
    """One row of a `Dots` chart. `link` is where a click leads."""

    label: str
    number: Number
    tone: Tone = "neutral"
    link: Link | None = None
    colour: str = ""


@dataclass(frozen=True)
class Dots:
    """Estimates with whiskers, one under the other, around a reference line."""

    key: str
    title: str
    subtitle: str
    unit: str
    dots: tuple[Dot, ...]
    summary: str
    data: Table
    reference: float | None = None
    reference_label: str = ""


@dataclass(frozen=True)
class Bar:
    """One category of a distribution: `share` 0 … 100."""

    label: str
    share: float
    count: int
    group: str = ""
    tone: Tone = "neutral"


@dataclass(frozen=True)
class Bars:
    """A distribution of answers; bars start at zero."""

    key: str
    title: str
    subtitle: str
    bars: tuple[Bar, ...]
    summary: str
    data: Table


@dataclass(frozen=True)
class Panels:
    """Small multiples: one small trend per category, all on the same axes."""

    key: str
    title: str
    subtitle: str
    unit: str
    panels: tuple[Trend, ...]
    summary: str
    data: Table


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


Block = Headline | Brief | Section | Notice | Tiles | Table | Trend | Dots | Bars | Panels | Definition | Footer


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
