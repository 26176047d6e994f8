"""Distributions of answers: bars from zero, standing for the steps of a scale, lying where labels are words."""

from __future__ import annotations

from itertools import groupby

from cxdash.faces.charts.pictures.plot import Plot
from cxdash.faces.charts.pictures.scale import Scale, fit_scale
from cxdash.faces.charts.pictures.sheet import NOTE, TEXT, Sheet, measure, shorten, wrap
from cxdash.faces.charts.pictures.trend import draw_nothing
from cxdash.faces.charts.tokens import Tokens
from cxdash.report.blocks import Bar, Bars

_TALL, _ROW, _LEFT = 170, 28, 52


def draw_bars(block: Bars, tokens: Tokens, width: float) -> Plot:
    """The plot of a distribution."""
    if not block.bars:
        return draw_nothing(tokens, ())
    scale = fit_scale([bar.share for bar in block.bars], unit="%", zero=True)
    room = (width - _LEFT - 10) / len(block.bars) - 6
    standing = all(measure(bar.label, TEXT) <= room for bar in block.bars)
    return (_draw_standing if standing else _draw_lying)(block, scale, tokens, width)


def _colour(bar: Bar, tokens: Tokens) -> str:
    return {"good": tokens.good, "bad": tokens.bad, "neutral": tokens.context}[bar.tone]


def _draw_standing(block: Bars, scale: Scale, tokens: Tokens, width: float) -> Plot:
    sheet, across = Sheet(), width - _LEFT - 10
    each = across / len(block.bars)
    for tick in scale.ticks:
        y = _TALL * (1 - scale.share(tick))
        sheet.rule((0, y), (across, y), tokens.hairline)
        sheet.text((-8, y), scale.words(tick), tokens.muted, anchor="end")
    for index, bar in enumerate(block.bars):
        tall = _TALL * scale.share(bar.share)
        sheet.box(each * (index + 0.12), _TALL - tall, each * 0.76, tall, _colour(bar, tokens))
        sheet.text((each * (index + 0.5), _TALL + 15), bar.label, tokens.ink, size=TEXT, anchor="middle")
    return Plot(sheet, height=_TALL, left=_LEFT, above=10, below=_draw_groups(sheet, block, each, tokens))


def _draw_groups(sheet: Sheet, block: Bars, each: float, tokens: Tokens) -> float:
    """A bracket with its name under neighbouring bars of one group; returns the room below the plot."""
    if not any(bar.group for bar in block.bars):
        return 30
    first, rows = 0, 1
    for group, members in groupby(block.bars, key=lambda bar: bar.group):
        found = list(members)
        start, end = each * (first + 0.12), each * (first + len(found) - 0.12)
        first += len(found)
        if group:
            colour = tokens.muted if found[0].tone == "neutral" else _colour(found[0], tokens)
            sheet.rule((start, _TALL + 30), (end, _TALL + 30), colour, 1.6)
            lines = wrap(group, end - start + each * 0.2, NOTE, bold=True, most=2)
            for row, words in enumerate(lines):
                sheet.text(((start + end) / 2, _TALL + 43 + 16 * row), words, colour, anchor="middle", bold=True)
            rows = max(rows, len(lines))
    return 42 + 16 * rows


def _draw_lying(block: Bars, scale: Scale, tokens: Tokens, width: float) -> Plot:
    sheet = Sheet()
    left = min(240.0, max(measure(bar.label, TEXT) for bar in block.bars) + 18)
    across, tall = width - left - 26, _ROW * len(block.bars)
    for tick in scale.ticks:
        x = across * scale.share(tick)
        sheet.rule((x, 0), (x, tall), tokens.hairline)
        sheet.text((x, tall + 15), scale.words(tick), tokens.muted, anchor="middle")
    for index, bar in enumerate(block.bars):
        sheet.box(0, _ROW * index + 5, across * scale.share(bar.share), _ROW - 10, _colour(bar, tokens))
        sheet.text((-left, _ROW * (index + 0.5)), shorten(bar.label, left - 12, TEXT), tokens.ink, size=TEXT)
    return Plot(sheet, height=tall, left=left, above=6, below=28)
