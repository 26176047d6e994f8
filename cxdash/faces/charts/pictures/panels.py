"""Small multiples: one small trend per category, up to three in a row, all on the same axes."""

from __future__ import annotations

from cxdash.faces.charts.labels import time_ticks
from cxdash.faces.charts.pictures.frame import Frame
from cxdash.faces.charts.pictures.plot import Plot
from cxdash.faces.charts.pictures.scale import fit_scale
from cxdash.faces.charts.pictures.sheet import TEXT, TINY, Anchor, Sheet, shorten
from cxdash.faces.charts.pictures.trend import align, band_colour, draw_nothing, values_of
from cxdash.faces.charts.tokens import Tokens
from cxdash.report.blocks import Panels, Trend

_LEFT, _RIGHT, _GAP = 52, 6, 22
_HEAD, _TALL, _FOOT = 44, 88, 34


def draw_panels(block: Panels, tokens: Tokens, width: float) -> Plot:
    """The plot of small multiples; a panel without values keeps its place."""
    if not block.panels:
        return draw_nothing(tokens, ())
    sheet, columns = Sheet(), min(3, len(block.panels))
    across = (width - _LEFT - _RIGHT - _GAP * (columns - 1)) / columns
    scale = fit_scale(values_of(block.panels), unit=block.unit, intervals=3)
    for index, panel in enumerate(block.panels):
        row, column = divmod(index, columns)
        left, top = column * (across + _GAP), row * (_HEAD + _TALL + _FOOT) + _HEAD
        frame = Frame(sheet, tokens, scale, len(panel.points), across, _TALL, left, top)
        _draw_panel(panel, frame, labelled=column == 0)
    tall = -(-len(block.panels) // columns) * (_HEAD + _TALL + _FOOT)
    return Plot(sheet, height=tall, left=_LEFT, above=0, below=0)


def _draw_panel(panel: Trend, frame: Frame, *, labelled: bool) -> None:
    sheet, tokens, colour = frame.sheet, frame.tokens, frame.tokens.colour(panel.colour)
    last = next((p.text for p in reversed(panel.points) if p.value is not None), "")
    name = shorten(panel.title, frame.across, TEXT, bold=True)
    sheet.text((frame.left, frame.top - 31), name, tokens.ink, size=TEXT, bold=True)
    sheet.text((frame.left, frame.top - 14), shorten(last or "–", frame.across, TEXT), colour, size=TEXT)
    frame.draw_grid(labelled=labelled, size=TINY)
    frame.draw_band(panel.points, band_colour(colour, tokens))
    if panel.target is not None:
        frame.draw_level(panel.target, tokens.target)
    frame.draw_line(align(panel.reference, panel.points), tokens.context, 1.2)
    frame.draw_line(panel.points, colour, 2)
    frame.draw_dots(panel.points, colour, 3.4)
    _draw_ends(panel, frame)


def _draw_ends(panel: Trend, frame: Frame) -> None:
    """First and last bucket in words."""
    ends = [panel.points[0], panel.points[-1]] if len(panel.points) > 1 else panel.points
    words = [word.split("<br>")[0] for word in time_ticks(ends, most=2)[1]]
    places: list[tuple[float, Anchor]] = [(frame.left, "start"), (frame.right, "end")]
    for word, (x, anchor) in zip(words, places, strict=False):
        frame.sheet.text((x, frame.bottom + 13), word, frame.tokens.muted, size=TINY, anchor=anchor)
