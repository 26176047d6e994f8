"""A flow as a picture: the same geometry as on the screen, streams behind, names beside their bars."""

from __future__ import annotations

from cxdash.faces.charts.pictures.plot import Plot
from cxdash.faces.charts.pictures.sheet import TEXT, Sheet, measure, wrap
from cxdash.faces.charts.pictures.trend import draw_nothing
from cxdash.faces.charts.streams import Place, lay_out, stream_ground
from cxdash.faces.charts.tokens import Tokens
from cxdash.report.blocks import Flow

_BAR, _AIR = 8, 10


def draw_flow(block: Flow, tokens: Tokens, width: float) -> Plot:
    """The plot of a flow."""
    layout = lay_out(block)
    if not layout.bands:
        return draw_nothing(tokens, ())
    sheet = Sheet()
    left, right = (
        min(width * 0.27, max(measure(text, TEXT) for text in (title, *(p.name for p in places)))) + _BAR + _AIR
        for title, places in ((block.origin_title, layout.origins), (block.target_title, layout.targets))
    )
    across = width - left - right
    for band in sorted(layout.bands, key=lambda band: (band.stream.tone == "bad", -band.tall)):
        sheet.area([(x * across, y) for x, y in band.outline()], stream_ground(band.stream, tokens))
    sheet.text((-_BAR - _AIR, -16), wrap(block.origin_title, left, most=1)[0], tokens.muted, anchor="end")
    sheet.text((across + _BAR + _AIR, -16), wrap(block.target_title, right, most=1)[0], tokens.muted)
    for place in layout.origins:
        sheet.box(-_BAR, place.top, _BAR, max(place.tall, 1), tokens.context)
        _write(sheet, place, -_BAR - _AIR, left - _BAR - _AIR, tokens, end=True)
    for place in layout.targets:
        sheet.box(across, place.top, _BAR, max(place.tall, 1), tokens.context)
        _write(sheet, place, across + _BAR + _AIR, right - _BAR - _AIR, tokens, end=False)
    return Plot(sheet, height=layout.tall, left=left, above=28, below=10)


def _write(sheet: Sheet, place: Place, at: float, room: float, tokens: Tokens, *, end: bool) -> None:
    lines = wrap(place.name, room, TEXT, most=1 if place.tall < 34 else 2)
    for row, words in enumerate(lines):
        y = place.middle + 16 * (row - (len(lines) - 1) / 2)
        sheet.text((at, y), words, tokens.ink, size=TEXT, anchor="end" if end else "start")
