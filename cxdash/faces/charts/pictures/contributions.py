"""The parts of a change as a picture: stacked bars around zero, the amounts written beside each row."""

from __future__ import annotations

from cxdash.faces.charts.pictures.plot import Plot
from cxdash.faces.charts.pictures.sheet import NOTE, TEXT, Sheet, measure, shorten
from cxdash.faces.charts.pictures.trend import draw_nothing
from cxdash.faces.charts.stacks import extent, stacked
from cxdash.faces.charts.tokens import Tokens, mix
from cxdash.language import _
from cxdash.report.blocks import Contributions

_ROW = 30


def series_colour(index: int, tokens: Tokens) -> str:
    """The colour of a series: the accent, then a pale and a full grey."""
    return (tokens.accent, mix(tokens.context, tokens.paper, 0.5), tokens.context)[index % 3]


def draw_contributions(block: Contributions, tokens: Tokens, width: float) -> Plot:
    """The plot of the parts of a change, their sum below."""
    if not block.parts:
        return draw_nothing(tokens, ())
    sheet = Sheet()
    low, high = extent(block)
    left = min(width * 0.3, max(measure(part.label, TEXT) for part in block.parts) + 14)
    texts = [" / ".join(part.texts) for part in block.parts]
    right = min(width * 0.32, max(measure(text) for text in texts) + 14)
    across, tall = width - left - right, _ROW * len(block.parts)

    def at(value: float) -> float:
        return across * (value - low) / (high - low)

    for row, (part, text) in enumerate(zip(block.parts, texts, strict=True)):
        y = _ROW * (row + 0.5)
        sheet.text((-left, y), shorten(part.label, left - 10, TEXT), tokens.ink, size=TEXT)
        bars, net = stacked(part.amounts)
        for bar in bars:
            sheet.box(at(bar.start), y - 8, at(bar.end) - at(bar.start), 16, series_colour(bar.series, tokens))
        if len(block.series) > 1:
            x = at(net)
            sheet.area([(x, y - 6), (x + 6, y), (x, y + 6), (x - 6, y)], tokens.paper)
            sheet.area([(x, y - 4.5), (x + 4.5, y), (x, y + 4.5), (x - 4.5, y)], tokens.ink)
        sheet.text((across + right, y), shorten(text, right - 8), tokens.ink, anchor="end")
        sheet.rule((-left, y + _ROW / 2), (across + right, y + _ROW / 2), tokens.hairline)
    sheet.rule((at(0.0), 0), (at(0.0), tall), tokens.muted)
    sheet.text((-left, tall + 18), _("All together"), tokens.muted)
    room = width - measure(_("All together")) - 16
    total = shorten(block.total, room, TEXT, bold=True)
    sheet.text((across + right, tall + 18), total, tokens.ink, size=TEXT, anchor="end", bold=True)
    return Plot(
        sheet, height=tall, left=left, above=6, below=_draw_legend(sheet, block, tall + 42, left, width, tokens)
    )


def _draw_legend(sheet: Sheet, block: Contributions, top: float, left: float, width: float, tokens: Tokens) -> float:
    """Which bar is which; returns the room below the plot."""
    names = [(series_colour(index, tokens), name) for index, name in enumerate(block.series)]
    if len(names) > 1:
        names.append((tokens.ink, _("both together") if len(names) == 2 else _("all together")))
    for row, (colour, name) in enumerate(names):
        y = top + 18 * row
        if row == len(block.series):
            sheet.area([(6 - left, y - 5), (11 - left, y), (6 - left, y + 5), (1 - left, y)], colour)
        else:
            sheet.box(-left, y - 6, 12, 12, colour)
        sheet.text((18 - left, y), shorten(name, width - 18, NOTE), tokens.muted)
    return 40 + 18 * len(names)
