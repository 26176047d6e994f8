"""A trend: a line over time, its interval as a band, and below it how many answers stand behind each value.

Lines are named at their ends instead of in a legend. Time runs from left to right in every language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from babel.numbers import format_decimal

from cxdash.faces.charts.labels import locale_of, time_ticks
from cxdash.faces.charts.pictures.frame import Frame
from cxdash.faces.charts.pictures.plot import Plot
from cxdash.faces.charts.pictures.scale import fit_scale, spread
from cxdash.faces.charts.pictures.sheet import TEXT, TINY, Anchor, Sheet, measure, shorten
from cxdash.faces.charts.tokens import Tokens, mix
from cxdash.language import _
from cxdash.report.blocks import Point, Trend

_TALL, _GAP, _COUNTS, _ROW, _LEFT = 200, 16, 30, 17, 52


def draw_trend(block: Trend, tokens: Tokens, width: float) -> Plot:
    """The plot of a trend: band, line, n, target, reference line and events."""
    if not any(p.value is not None for p in block.points):
        return draw_nothing(tokens, block.points)
    sheet, colour = Sheet(), tokens.colour(block.colour)
    ends = _ends(block, colour, tokens)
    gutter = min(170.0, max(24.0, *(measure(end.words, TEXT, bold=True) + 24 for end in ends)))
    across = width - _LEFT - gutter
    flags = _place_flags(block, across)
    frame = Frame(sheet, tokens, fit_scale(values_of((block,)), unit=block.unit), len(block.points), across, _TALL)
    stretches = _place_spans(block, across)
    for begin, finish, _label in stretches:
        sheet.box(begin, 0, finish - begin, _TALL, mix(tokens.context, tokens.paper, 0.16))
    frame.draw_grid()
    for flag in flags:
        _draw_flag(sheet, flag, tokens)
    frame.draw_band(block.points, band_colour(colour, tokens))
    if block.target is not None:
        frame.draw_level(block.target, tokens.target)
    frame.draw_line(align(block.reference, block.points), tokens.context, 1.6)
    frame.draw_line(block.points, colour, 2.4)
    frame.draw_dots(block.points, colour)
    for end, y in zip(ends, spread([frame.level(end.value) for end in ends], 18, 4, _TALL - 4), strict=True):
        sheet.text((across + 12, y), shorten(end.words, gutter - 12, TEXT, bold=True), end.colour, size=TEXT, bold=True)
    _draw_counts(sheet, block.points, frame, tokens)
    top = _TALL + _GAP + _COUNTS + 14
    lines = _draw_time(sheet, block.points, frame, top, tokens)
    lines += _name_spans(sheet, stretches, top + _ROW * lines + 4, width, tokens)
    return Plot(
        sheet,
        height=_TALL + _GAP + _COUNTS,
        left=_LEFT,
        above=12 + (_ROW * (1 + max(flag.row for flag in flags)) + 2 if flags else 0),
        below=8 + _ROW * lines,
    )


def draw_nothing(tokens: Tokens, points: Sequence[Point]) -> Plot:
    """What stands where no value can be shown; why is said by the values' own words where there are any."""
    sheet = Sheet()
    words = next((p.text for p in points if p.text), _("Nothing to show here"))
    sheet.rule((0, 0), (96, 0), tokens.hairline, 2)
    sheet.text((0, 28), words, tokens.muted, size=TEXT)
    return Plot(sheet, height=44, left=0, above=8, below=4)


def values_of(trends: Sequence[Trend]) -> list[float]:
    """Everything the value axis of these trends must hold."""
    found = [v for t in trends for p in t.points for v in (p.value, p.low, p.high) if v is not None]
    found += [p.value for t in trends for p in t.reference if p.value is not None]
    return found + [t.target for t in trends if t.target is not None]


def align(series: Sequence[Point], points: Sequence[Point]) -> list[Point]:
    """The points of `series` in the buckets of `points`; a bucket it has no value for stays empty."""
    known = {p.start: p for p in series}
    return [known.get(p.start) or replace(p, state="missing", value=None, low=None, high=None) for p in points]


def band_colour(colour: str, tokens: Tokens) -> str:
    """The pale version of a line's colour that its interval is drawn in."""
    return tokens.band if colour == tokens.accent else mix(colour, tokens.paper, 0.18)


@dataclass(frozen=True)
class _End:
    value: float
    words: str
    colour: str


def _ends(block: Trend, colour: str, tokens: Tokens) -> list[_End]:
    """What is written beside the end of each line."""
    found = []
    for series, label, hue in ((block.points, "", colour), (block.reference, block.reference_label, tokens.muted)):
        last = next((p for p in reversed(series) if p.value is not None), None)
        if last is not None and last.value is not None:
            found.append(_End(last.value, label or last.text, hue))
    if block.target is not None:
        found.append(_End(block.target, block.target_label or _("Target"), tokens.target))
    return found


def _place_spans(block: Trend, across: float) -> list[tuple[float, float, str]]:
    """Shaded stretches inside the time drawn: left and right edge in px, and their names."""
    first, last = block.points[0].start, block.points[-1].end
    each = across / ((last - first).days + 1)
    return [
        (each * (max(start, first) - first).days, each * ((min(end, last) - first).days + 1), label)
        for start, end, label in sorted(block.spans)
        if start <= last and end >= first
    ]


def _name_spans(
    sheet: Sheet, stretches: Sequence[tuple[float, float, str]], top: float, width: float, tokens: Tokens
) -> int:
    """A letter in each shaded stretch and, below the plot, what it stands for; returns how many lines that takes."""
    for row, (start, _end, label) in enumerate(stretches):
        letter = chr(ord("A") + row % 26)
        sheet.text((start + 4, _TALL - 9), letter, tokens.muted, bold=True)
        sheet.text((-_LEFT + 8, top + _ROW * row), shorten(f"{letter}  {label}", width - 16), tokens.muted)
    return len(stretches)


@dataclass(frozen=True)
class _Flag:
    at: float
    row: int
    words: str
    anchor: Anchor


def _place_flags(block: Trend, across: float) -> list[_Flag]:
    """Events with the row in which their words touch no other's."""
    flags: list[_Flag] = []
    taken: list[float] = []
    for day, words in sorted(block.events):
        index = next((i for i, p in enumerate(block.points) if p.start <= day <= p.end), None)
        if index is None:
            continue
        point = block.points[index]
        within = ((day - point.start).days + 0.5) / ((point.end - point.start).days + 1)
        at = across * (index + within) / len(block.points)
        text = shorten(words, across * 0.45)
        wide = measure(text) + 6
        # words stand to the right of their flag, or to its left where the sheet ends
        backwards = at + wide > across
        start = at - wide if backwards else at
        row = next((r for r, end in enumerate(taken) if end < start), len(taken))
        taken[row : row + 1] = [start + wide + 12]
        flags.append(_Flag(at, row, text, "end" if backwards else "start"))
    return flags


def _draw_flag(sheet: Sheet, flag: _Flag, tokens: Tokens) -> None:
    y = -14 - _ROW * flag.row
    sheet.rule((flag.at, y - 7), (flag.at, _TALL), tokens.muted, 1, "2 3")
    sheet.text((flag.at + (6 if flag.anchor == "start" else -6), y), flag.words, tokens.muted, anchor=flag.anchor)


def _draw_counts(sheet: Sheet, points: Sequence[Point], frame: Frame, tokens: Tokens) -> None:
    """How many answers, as faint bars from zero, with the largest written beside them."""
    most = max((p.n for p in points if p.n), default=0)
    if not most:
        return
    bottom, wide = _TALL + _GAP + _COUNTS, frame.across / len(points) * 0.72
    for index, point in enumerate(points):
        if point.n:
            tall = _COUNTS * point.n / most
            sheet.box(frame.at(index) - wide / 2, bottom - tall, wide, tall, mix(tokens.context, tokens.paper, 0.42))
    largest = format_decimal(most, locale=locale_of())
    sheet.text((-8, bottom - _COUNTS + 5), largest, tokens.muted, size=TINY, anchor="end")
    sheet.text((-8, bottom - 5), _("n"), tokens.muted, size=TINY, anchor="end")
    sheet.rule((0, bottom), (frame.across, bottom), tokens.hairline)


def _draw_time(sheet: Sheet, points: Sequence[Point], frame: Frame, top: float, tokens: Tokens) -> int:
    """Words on the time axis; returns how many lines they take."""
    index = {p.start: i for i, p in enumerate(points)}
    words = [(index[day], word.split("<br>")) for day, word in zip(*time_ticks(points), strict=True)]
    for i, lines in words:
        for row, text in enumerate(lines):
            at = min(frame.at(i), frame.right - measure(text) / 2)
            sheet.text((at, top + _ROW * row), text, tokens.muted, anchor="middle")
    return max((len(lines) for _i, lines in words), default=0)
