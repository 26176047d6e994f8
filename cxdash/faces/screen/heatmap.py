"""A heatmap as a table: what is printed in a cell is text, its shade is a class, its detail a title.

Drawn as HTML, not as a figure: the cells of a table have headers that a screen reader says, links that the keyboard
reaches, and words a phone can scale. Colour is never alone: what is apart beyond noise also carries a sign and bold
type, a low base a ring.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from cxdash.faces.charts.shades import STEPS, WASH, shade_step
from cxdash.faces.screen.doors import is_crowded, leads_to
from cxdash.faces.screen.elements import Html, joined, tag
from cxdash.faces.screen.tables import Href, anchor
from cxdash.language import _
from cxdash.report.blocks import HeatCell, Heatmap

DENSE: Final = 12
"""Maps of more columns than this are set in the smallest type, without air between the cells."""

_NARROW: Final = 7
"""A phone has room for this many columns; a wider map is turned when that makes it narrower."""


def turned(block: Heatmap) -> Heatmap:
    """The same map with its rows as columns."""
    return replace(
        block,
        rows=block.columns,
        columns=block.rows,
        row_title=block.column_title,
        column_title=block.row_title,
        cells=tuple(zip(*block.cells, strict=True)),
    )


def fitted(block: Heatmap, *, compact: bool) -> Heatmap:
    """The map as it fits the reader's screen: seven weekdays beside each other fit a phone, 24 hours do not."""
    if compact and len(block.columns) > _NARROW and len(block.rows) < len(block.columns):
        return turned(block)
    return block


def cell_sign(cell: HeatCell) -> tuple[str, str]:
    """The mark of a cell and what it means; ("", "") for most."""
    if cell.number.state == "low_base":
        return "○", _("too few answers to judge")
    if not cell.clear or cell.number.state != "shown":
        return "", ""
    if not cell.level:
        return "●", _("clearly different")
    return ("◆", _("clearly better")) if cell.level > 0 else ("■", _("clearly worse"))


def _detail(row: str, column: str, cell: HeatCell, meaning: str) -> str:
    number = cell.number
    facts = (number.interval, number.n, number.note, meaning)
    return f"{row}, {column}: {number.text}" + "".join(f" · {fact}" for fact in facts if fact)


def _classes(cell: HeatCell) -> str:
    step = shade_step(cell)
    shade = "" if step is None else f"s{step}" if step >= 0 else f"b{-step}"
    names = (cell.number.state, shade, "clear" if cell.clear and cell.number.state == "shown" else "")
    return " ".join(name for name in names if name)


def _cell(row: str, column: str, cell: HeatCell, href: Href, *, crowded: bool) -> Html:
    glyph, meaning = cell_sign(cell)
    detail = _detail(row, column, cell, meaning)
    mark = tag("span", glyph, class_="mark", aria_hidden="true") if glyph else ""
    said = tag("span", f" ({meaning})", class_="cx-sr") if meaning else ""
    link, stop = leads_to(cell), None if cell.clear or not crowded else "-1"
    body = (
        anchor(cell.number.text, link, href, aria_label=detail, tabindex=stop)
        if link
        else joined(cell.number.text, said)
    )
    return tag("td", body, mark, role="cell", class_=_classes(cell), title=detail)


def heatmap(block: Heatmap, href: Href, *, compact: bool = False) -> Html:
    """The map as a table in a frame of its own, which alone scrolls sideways where the map is too wide."""
    shown = fitted(block, compact=compact)
    crowded = is_crowded(block)
    looks = {"cx-heat": True, "dense": len(shown.columns) > DENSE, "turned": shown is not block}
    heads = (tag("th", label, scope="col", role="columnheader") for label in shown.columns)
    rows = []
    for label, cells in zip(shown.rows, shown.cells, strict=True):
        pairs = zip(shown.columns, cells, strict=True)
        drawn_cells = (_cell(label, column, cell, href, crowded=crowded) for column, cell in pairs)
        rows.append(tag("tr", tag("th", label, scope="row", role="rowheader"), *drawn_cells, role="row"))
    corner = tag("th", shown.row_title, scope="col", role="columnheader", class_="corner", rowspan="2")
    over = tag("th", shown.column_title, scope="colgroup", role="columnheader", colspan=str(len(shown.columns)))
    drawn = tag(
        "table",
        tag("caption", block.title, class_="cx-sr"),
        tag("thead", tag("tr", corner, over, role="row"), tag("tr", *heads, role="row"), role="rowgroup"),
        tag("tbody", *rows, role="rowgroup"),
        class_=" ".join(name for name, on in looks.items() if on),
        role="table",
        data_heatmap=block.key,
    )
    # a frame that scrolls must take the focus, or nobody without a pointer sees its end
    return tag("div", drawn, class_="cx-heat-frame", role="region", tabindex="0", aria_label=block.title)


def heatmap_legend(block: Heatmap) -> Html:
    """What the shades and the signs mean, only those that occur."""
    cells = [cell for row in block.cells for cell in row]
    items: list[str] = []
    if any(shade_step(cell) is not None for cell in cells):
        # without anything clear there is nothing but the pale wash, and the scale does not promise more
        reach = STEPS if any(cell.clear and cell.number.state == "shown" for cell in cells) else WASH
        names = [*(f"b{step}" for step in range(reach, 0, -1)), "s0", *(f"s{step}" for step in range(1, reach + 1))]
        scale = tag("span", *(tag("span", class_=name) for name in names), class_="scale", aria_hidden="true")
        middle = f" ({block.reference_label})" if block.reference_label else ""
        ends = (tag("span", block.low_label), scale, tag("span", f"{block.high_label}{middle}"))
        items.append(tag("span", *ends, class_="ends"))
    meanings = dict(filter(lambda sign: sign[0], map(cell_sign, cells)))
    items += [tag("span", tag("span", glyph, aria_hidden="true"), f" {text}") for glyph, text in meanings.items()]
    for state, text in (("hidden", _("– hidden: too few answers")), ("missing", _("– no answers"))):
        found = {cell.number.note for cell in cells if cell.number.state == state}
        if found:
            note = found.pop() if len(found) == 1 else ""
            items.append(tag("span", f"– {note}" if note else text))
    return tag("p", *dict.fromkeys(items), class_="cx-note cx-legend") if items else Html("")
