"""The parts of a change as HTML: one row per part, its amounts stacked from zero, each row a link to its part."""

from __future__ import annotations

from cxdash.faces.charts.stacks import Stack, extent, stacked
from cxdash.faces.screen.elements import Html, joined, tag
from cxdash.faces.screen.tables import Href, anchor
from cxdash.language import _
from cxdash.report.blocks import Contribution, Contributions


def _place(value: float, low: float, high: float) -> float:
    return 100 * (value - low) / (high - low)


def _bars(stacks: tuple[Stack, ...], net: float, low: float, high: float) -> Html:
    pieces = [
        tag(
            "span",
            class_=f"amount series{stack.series % 3}",
            style=f"inset-inline-start:{_place(stack.start, low, high):.2f}%;"
            f"width:{_place(stack.end, low, high) - _place(stack.start, low, high):.2f}%",
        )
        for stack in stacks
    ]
    zero = tag("span", class_="zero", style=f"inset-inline-start:{_place(0.0, low, high):.2f}%")
    mark = tag("span", class_="net", style=f"inset-inline-start:{_place(net, low, high):.2f}%")
    return joined(*pieces, zero, mark)


def _row(part: Contribution, block: Contributions, low: float, high: float, href: Href) -> Html:
    said = ", ".join(f"{name}: {text}" for name, text in zip(block.series, part.texts, strict=False))
    stacks, net = stacked(part.amounts)
    bars = _bars(stacks, net, low, high)
    plot = tag("span", bars, class_="plot", title=f"{part.label}: {said}", aria_hidden="true")
    if part.link is not None:
        # the words beside it are the same link; the bar only makes it larger to point at
        plot = tag(
            "a", bars, class_="plot", title=f"{part.label}: {said}", aria_hidden="true", tabindex="-1",
            href=href(part.link), target="_self", data_cx_link=True,
        )  # fmt: skip
    texts = (
        tag("span", tag("span", f"{name}: ", class_="cx-sr"), text, class_=f"amount-text series{index % 3}")
        for index, (name, text) in enumerate(zip(block.series, part.texts, strict=False))
    )
    return tag(
        "li",
        tag("span", anchor(part.label, part.link, href), class_="part"),
        plot,
        tag("span", *texts, class_="texts cx-number"),
    )


def contributions(block: Contributions, href: Href) -> Html:
    """One row per part, in the order given, and the sum of all below."""
    low, high = extent(block)
    rows = [_row(part, block, low, high, href) for part in block.parts]
    total = tag("p", tag("span", _("All together")), tag("strong", block.total), class_="total cx-number")
    names = (tag("span", name) for name in block.series)
    heads = tag("div", tag("span"), tag("span", *names, class_="texts"), class_="heads", aria_hidden="true")
    return tag("div", heads, tag("ul", *rows), total, class_="cx-parts", data_contributions=block.key)


def contributions_legend(block: Contributions) -> Html:
    """Which bar is which, and what the mark is."""
    items = [
        tag("span", tag("span", class_=f"swatch series{index % 3}", aria_hidden="true"), f" {name}")
        for index, name in enumerate(block.series)
    ]
    if len(block.series) > 1:
        items.append(tag("span", tag("span", class_="swatch net", aria_hidden="true"), " " + _("both together")))
    return tag("p", *items, class_="cx-note cx-legend")
