"""Estimates with whiskers, one under the other: which of them differ, and from what.

The number and its interval are written beside each row, so the picture can be read without its axis. A low base is an
open grey ring; what is hidden or missing keeps its row and says why.
"""

from __future__ import annotations

from cxdash.faces.charts.pictures.plot import Plot
from cxdash.faces.charts.pictures.scale import Scale, fit_scale
from cxdash.faces.charts.pictures.sheet import NOTE, TEXT, Sheet, measure, shorten, wrap
from cxdash.faces.charts.pictures.trend import draw_nothing
from cxdash.faces.charts.tokens import Tokens
from cxdash.report.blocks import Dot, Dots

_ROW = 34


def draw_dots(block: Dots, tokens: Tokens, width: float) -> Plot:
    """The plot of estimates with whiskers around a reference line."""
    if not block.dots:
        return draw_nothing(tokens, ())
    sheet, known = Sheet(), [dot for dot in block.dots if _is_drawn(dot)]
    left = min(width * 0.33, max(measure(dot.label, TEXT) for dot in block.dots) + 18)
    value = max((measure(dot.number.text, TEXT, bold=True) for dot in known), default=0.0) + 16
    right = value + 10 + max((measure(dot.number.interval) for dot in known), default=0.0)
    across, tall = width - left - right, _ROW * len(block.dots)
    shown = [v for dot in known for v in (dot.number.raw, dot.number.low, dot.number.high) if v is not None]
    also = [block.reference] if block.reference is not None else []
    scale = fit_scale([*shown, *also], unit=block.unit, intervals=4 if across > 160 else 2)
    _draw_axis(sheet, scale, across, tall, tokens)
    if block.reference is not None:
        x = across * scale.share(block.reference)
        half = measure(block.reference_label, NOTE, bold=True) / 2
        sheet.rule((x, -6), (x, tall), tokens.benchmark, 1.4, "5 4")
        middle = min(max(x, half - left), across + right - half)
        sheet.text((middle, -15), block.reference_label, tokens.benchmark, anchor="middle", bold=True)
    for index, dot in enumerate(block.dots):
        y = _ROW * (index + 0.5)
        _write_label(sheet, dot.label, left, y, tokens)
        if not _is_drawn(dot):
            # no mark stands in this row, so its reason may use the place of the plot
            words = shorten(" ".join(filter(None, (dot.number.text, dot.number.note))), across + right)
            sheet.box(across + right - measure(words) - 4, y - 9, measure(words) + 4, 18, tokens.paper)
            sheet.text((across + right, y), words, tokens.muted, anchor="end")
            continue
        sheet.text((across + value, y), dot.number.text, _ink(dot, tokens), size=TEXT, anchor="end", bold=True)
        sheet.text((across + value + 10, y), dot.number.interval, tokens.muted)
        _draw_estimate(sheet, dot, scale, across, y, tokens)
    notes = _draw_notes(sheet, known, left, tall, tokens)
    return Plot(sheet, height=tall, left=left, above=28 if block.reference is not None else 6, below=28 + notes)


def _draw_axis(sheet: Sheet, scale: Scale, across: float, tall: float, tokens: Tokens) -> None:
    for tick in scale.ticks:
        x = across * scale.share(tick)
        sheet.rule((x, 0), (x, tall), tokens.hairline)
        sheet.text((x, tall + 15), scale.words(tick), tokens.muted, anchor="middle")


def _draw_estimate(sheet: Sheet, dot: Dot, scale: Scale, across: float, y: float, tokens: Tokens) -> None:
    number = dot.number
    if number.raw is None:
        return
    thin = number.state == "low_base"
    colour = tokens.context if thin else _ink(dot, tokens) if dot.tone != "neutral" else tokens.colour(dot.colour)
    if number.low is not None and number.high is not None:
        start, end = across * scale.share(number.low), across * scale.share(number.high)
        sheet.rule((start, y), (end, y), colour, 2.4)
        for x in (start, end):
            sheet.rule((x, y - 4), (x, y + 4), colour, 1.6)
    sheet.dot((across * scale.share(number.raw), y), 4.6, tokens.paper if thin else colour, colour)


def _write_label(sheet: Sheet, label: str, left: float, y: float, tokens: Tokens) -> None:
    """The name of a row; a long one on two smaller lines."""
    if measure(label, TEXT) <= left - 12:
        sheet.text((-left, y), label, tokens.ink, size=TEXT)
        return
    for row, words in enumerate(wrap(label, left - 12, NOTE, most=2)):
        sheet.text((-left, y - 7.5 + 15 * row), words, tokens.ink)


def _is_drawn(dot: Dot) -> bool:
    return dot.number.raw is not None and dot.number.state in ("shown", "low_base")


def _draw_notes(sheet: Sheet, known: list[Dot], left: float, top: float, tokens: Tokens) -> float:
    """What an open ring means, once for all rows that have one; returns the height it takes."""
    notes = list(dict.fromkeys(dot.number.note for dot in known if dot.number.note))
    for row, note in enumerate(notes):
        y = top + 40 + 18 * row
        sheet.dot((5 - left, y), 4.6, tokens.paper, tokens.context)
        sheet.text((18 - left, y), note, tokens.muted)
    return 18.0 * len(notes)


def _ink(dot: Dot, tokens: Tokens) -> str:
    if dot.number.state != "shown":
        return tokens.muted
    return {"good": tokens.good, "bad": tokens.bad, "neutral": tokens.ink}[dot.tone]
