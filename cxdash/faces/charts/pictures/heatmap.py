"""A heatmap as a picture: shades as on the screen, and in each cell its number where that fits.

Where the map is wide its cells are too small for words; then only what is clearly apart keeps its number, and the text
beside the picture says those again with their base.
"""

from __future__ import annotations

from cxdash.faces.charts.pictures.plot import Plot
from cxdash.faces.charts.pictures.sheet import NOTE, TEXT, TINY, Sheet, measure, shorten
from cxdash.faces.charts.pictures.trend import draw_nothing
from cxdash.faces.charts.shades import STEPS, WASH, ground, ink_on, shade_step
from cxdash.faces.charts.tokens import Tokens
from cxdash.language import _
from cxdash.report.blocks import HeatCell, Heatmap

_ROW, _HEAD, _LEAST = 28, 40, 6


def draw_heatmap(block: Heatmap, tokens: Tokens, width: float) -> Plot:
    """The plot of a heatmap: headers, cells, scale."""
    if not any(block.cells) or not block.columns:
        return draw_nothing(tokens, ())
    sheet = Sheet()
    left = min(width * 0.3, max(measure(label, TEXT) for label in block.rows) + 14)
    each = (width - left - 2) / len(block.columns)
    printed = all(measure(cell.number.text, TINY) <= each - 3 for cells in block.cells for cell in cells)
    _write_columns(sheet, block, each, tokens)
    for row, (label, cells) in enumerate(zip(block.rows, block.cells, strict=True)):
        sheet.text((-left, _ROW * (row + 0.5)), shorten(label, left - 10, TEXT), tokens.ink, size=TEXT)
        for column, cell in enumerate(cells):
            _draw_cell(sheet, cell, each * column, _ROW * row, each, tokens, printed=printed or cell.clear)
    tall = _ROW * len(block.rows)
    below = _draw_scale(sheet, block, tall + 20, left, width, tokens)
    return Plot(sheet, height=tall, left=left, above=_HEAD, below=below)


def _write_columns(sheet: Sheet, block: Heatmap, each: float, tokens: Tokens) -> None:
    """Every label that has room, evenly thinned out where not all have."""
    sheet.text((0, -30), shorten(block.column_title, each * len(block.columns)), tokens.muted)
    widest = max(measure(label) for label in block.columns)
    every = max(1, min(-(-int(widest + _LEAST) // max(int(each), 1)), 6)) if widest < each * 6 else 1
    for column, label in enumerate(block.columns):
        if column % every == 0:
            room = each * every - 4
            sheet.text((each * (column + 0.5), -12), shorten(label, room), tokens.muted, anchor="middle")


def _draw_cell(
    sheet: Sheet, cell: HeatCell, left: float, top: float, each: float, tokens: Tokens, *, printed: bool
) -> None:
    number, step = cell.number, shade_step(cell)
    colour = tokens.paper if number.state != "shown" else tokens.panel if step is None else ground(step, tokens)
    sheet.box(left + 0.5, top + 0.5, each - 1, _ROW - 1, colour)
    ink = ink_on(colour, tokens) if number.state == "shown" else tokens.muted
    bold = cell.clear and number.state == "shown"
    for size in (NOTE, TINY):
        if printed and measure(number.text, size, bold=bold) <= each - 3:
            at = (left + each / 2, top + _ROW / 2)
            sheet.text(at, number.text, ink, size=size, anchor="middle", bold=bold)
            break
    else:
        if bold:
            sheet.dot((left + each / 2, top + _ROW / 2), 2.2, ink, ink)
    if number.state == "low_base" and each > 14:
        sheet.dot((left + each - 6, top + 6), 2, tokens.paper, tokens.context)


def _draw_scale(sheet: Sheet, block: Heatmap, top: float, left: float, width: float, tokens: Tokens) -> float:
    """What the shades and marks mean; returns the room it takes below the plot."""
    rows = 0
    cells = [cell for row in block.cells for cell in row]
    if any(shade_step(cell) is not None for cell in cells):
        low = shorten(block.low_label, width * 0.35)
        at = -left + measure(low) + 8
        sheet.text((-left, top), low, tokens.muted)
        reach = STEPS if any(cell.clear and cell.number.state == "shown" for cell in cells) else WASH
        for index, step in enumerate(range(-reach, reach + 1)):
            sheet.box(at + 12 * index, top - 6, 12, 12, ground(step, tokens))
        end = at + 12 * (2 * reach + 1) + 8
        words = block.high_label + (f" ({block.reference_label})" if block.reference_label else "")
        sheet.text((end, top), shorten(words, width - end - left), tokens.muted)
        rows += 1
    if any(cell.clear for cell in cells):
        words = shorten(_("Bold or dotted: clearly apart"), width)
        sheet.text((-left, top + 18 * rows), words, tokens.muted)
        rows += 1
    if any(cell.number.state == "low_base" for cell in cells):
        sheet.dot((5 - left, top + 18 * rows), 3, tokens.paper, tokens.context)
        sheet.text((16 - left, top + 18 * rows), _("too few answers to judge"), tokens.muted)
        rows += 1
    return 12 + 18 * rows
