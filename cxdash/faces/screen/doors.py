"""Where a number and a chart lead, as links: what a click on a mark does, for those who do not point and click.

A number is itself the door to where it comes from; a dotted line under it says so without a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cxdash.faces.screen.elements import Html, joined, tag
from cxdash.faces.screen.tables import Href, anchor
from cxdash.language import _
from cxdash.report.blocks import Bars, Chart, Contributions, Dots, Flow, HeatCell, Heatmap, Link, Number, Panels, Trend


def printed(number: Number, href: Href) -> str:
    """A number as it is printed; with a passport it is a link to it."""
    if number.passport is None:
        return number.text
    label = _("{number}: where this number comes from").format(number=number.text)
    title = _("Where this number comes from")
    return anchor(number.text, number.passport, href, class_="cx-passport", aria_label=label, title=title)


def _doors(block: Chart, href: Href) -> Iterator[str]:
    match block:
        case Dots():
            for dot in block.dots:
                if dot.link is not None or dot.number.passport is not None:
                    yield _door(dot.label, dot.link, printed(dot.number, href), href)
        case Flow():
            for stream in block.streams:
                if stream.link is not None:
                    name = _("{origin} to {target}").format(origin=stream.origin, target=stream.target)
                    yield _door(name, stream.link, stream.text, href)
        case Contributions():
            for part in block.parts:
                if part.link is not None:
                    yield _door(part.label, part.link, "", href)
        case Heatmap():
            if is_crowded(block):
                yield from _rows_of_doors(block, href)
        case Trend() | Bars() | Panels():
            return


_MOST_STOPS: Final = 24
"""A map with more links than this would take the Tab key minutes to cross."""


def is_crowded(block: Heatmap) -> bool:
    """Whether a map has so many links that Tab stops at what is clear only; the others are a list to unfold."""
    return sum(leads_to(cell) is not None for row in block.cells for cell in row) > _MOST_STOPS


def leads_to(cell: HeatCell) -> Link | None:
    """Where a cell leads: further in, or else to where its number comes from."""
    return cell.link or cell.number.passport


def _rows_of_doors(block: Heatmap, href: Href) -> Iterator[Html]:
    """One line per row of a map: its columns as links."""
    for row, cells in zip(block.rows, block.cells, strict=True):
        links = [
            anchor(column, leads_to(cell), href, aria_label=f"{row}, {column}: {cell.number.text}")
            for column, cell in zip(block.columns, cells, strict=True)
            if leads_to(cell) is not None
        ]
        if links:
            spaced = (part for link in links for part in (" ", link))
            yield joined(f"{row}:", *spaced)


def _door(label: str, link: Link | None, value: str, href: Href) -> Html:
    return joined(anchor(label, link, href), ": " if value else "", value)


def doors(block: Chart, href: Href) -> Html:
    """The links of a chart's marks as words."""
    items = [tag("li", door) for door in _doors(block, href)]
    return tag("nav", tag("ul", *items, class_="cx-doors"), aria_label=block.title) if items else Html("")
