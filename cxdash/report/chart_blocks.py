"""The chart blocks: each with its finding as a title, a summary in words and its data as a table.

Numbers are on the display scale (points, percent), so that a face places marks without knowing a metric.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cxdash.report.parts import Link, Number, Point, Table, Tone


@dataclass(frozen=True)
class Trend:
    """A line over time with its interval band, n as faint bars, target and events.

    Attributes:
        title: the finding. subtitle: what is plotted. summary: the same in a sentence, for those who cannot see it.
        target: on the display scale. events: day and label.
        reference: a quiet second line for context (for example all channels), or ().
        spans: stretches of days that explain the line (a campaign): first day, last day, label.
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
    spans: tuple[tuple[date, date, str], ...] = ()


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
class HeatCell:
    """One cell of a `Heatmap`.

    Attributes:
        number: what is printed; state "hidden" or "missing" cells are drawn empty, "low_base" ones pale.
        level: -1 (worst) … 0 (as the reference) … +1 (best), the shade; None = no shade (unreliable or no direction).
        clear: whether the cell is apart from its reference beyond noise, corrected for all cells of the map.
    """

    number: Number
    level: float | None = None
    clear: bool = False
    link: Link | None = None


@dataclass(frozen=True)
class Heatmap:
    """Numbers by two dimensions, shaded around a reference; `cells` are rows of equal length, one per `rows` label.

    Attributes:
        row_title, column_title: what the rows and the columns are.
        low_label, high_label: what the ends of the scale mean.
    """

    key: str
    title: str
    subtitle: str
    row_title: str
    column_title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[HeatCell, ...], ...]
    summary: str
    data: Table
    low_label: str = ""
    high_label: str = ""
    reference_label: str = ""


@dataclass(frozen=True)
class Stream:
    """One stream of a `Flow`: how much goes from `origin` to `target`, and the part of it that went wrong.

    `part` 0 … 1 of the stream, None where too few; `tone` bad where that part is clearly larger than elsewhere.
    """

    origin: str
    target: str
    count: int
    part: float | None
    text: str
    tone: Tone = "neutral"
    link: Link | None = None
    colour: str = ""


@dataclass(frozen=True)
class Flow:
    """Where things come from and where they go (Sankey): two columns of places and streams between them."""

    key: str
    title: str
    subtitle: str
    origin_title: str
    target_title: str
    streams: tuple[Stream, ...]
    summary: str
    data: Table


@dataclass(frozen=True)
class Contribution:
    """One part of a change: an amount per series of its `Contributions`, display scale; `texts`: as printed."""

    label: str
    amounts: tuple[float, ...]
    texts: tuple[str, ...]
    link: Link | None = None


@dataclass(frozen=True)
class Contributions:
    """Parts that add up to a change, one bar each, stacked by series (its own score, its share) around zero.

    Attributes:
        series: names of the amounts. total: the printed sum of all amounts of all parts.
    """

    key: str
    title: str
    subtitle: str
    unit: str
    series: tuple[str, ...]
    parts: tuple[Contribution, ...]
    total: str
    summary: str
    data: Table
