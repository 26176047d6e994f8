"""What blocks are made of: links, printed numbers, changes in words, points, and tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

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
        passport: where the number says where it comes from, down to its rows; None for figures that are no metric.
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
    passport: Link | None = None


@dataclass(frozen=True)
class Change:
    """A comparison in a word of the closed set (`word`, untranslated code) and in a translated sentence (`text`).

    `link`: where it is taken apart; None where nothing can be.
    """

    word: Word
    text: str
    tone: Tone = "neutral"
    link: Link | None = None


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
class Table:
    """Rows and columns of printed text. On a phone a row becomes a card titled by its first cell."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
