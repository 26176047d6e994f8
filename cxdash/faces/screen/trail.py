"""The line above the headline: where on the way from the overview one stands, and the link to hand it on.

Filters stand below it as chips; the trail names the page and what it was opened for, so that somebody who arrived by a
link knows what they look at and how to step back to the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from cxdash.edition import Manifest
from cxdash.faces.screen.address import Query
from cxdash.faces.screen.elements import Html, tag
from cxdash.faces.screen.tables import anchor
from cxdash.language import _
from cxdash.metrics.catalogue import METRICS
from cxdash.report.blocks import Link
from cxdash.report.pages import PAGES, Page
from cxdash.report.wording import DIMENSIONS, dimension_name, value_name
from cxdash.selection import dimension_values

_CHANNELS: Final = ("focus", "beside", "origin", "target")
_DIMENSIONS: Final = ("by", "cut")


def _words(name: str, value: str, manifest: Manifest) -> str:
    """What a parameter of a page says, or "" when it says nothing we know: the page itself tells what it left out."""
    if name in _CHANNELS and value in dimension_values(manifest).get("channel", ()):
        said = value_name("channel", value)
        return {
            "beside": _("beside {name}"),
            "origin": _("from {name}"),
            "target": _("to {name}"),
        }.get(name, "{name}").format(name=said)
    if name in _DIMENSIONS and value in DIMENSIONS:
        return _("by {name}").format(name=dimension_name(value).lower())
    if name == "metric":
        return _(METRICS[value].label) if value in METRICS else ""
    return ""


def crumbs(page: Page, params: Mapping[str, str], manifest: Manifest, query: Query) -> list[tuple[str, Link | None]]:
    """The steps from the overview to here, the last one without a link; none on the overview itself.

    Args:
        page: where the reader is.
        params: the page's own parameters.
        manifest: of the edition shown.
        query: the selection, which every step keeps.
    """
    if page is PAGES[0]:
        return []
    steps: list[tuple[str, Link | None]] = [(_(PAGES[0].title), Link(PAGES[0].key, query))]
    steps.append((_(page.title), Link(page.key, query)))
    given: Query = ()
    for name in page.params:
        if said := _words(name, params.get(name, ""), manifest):
            given = (*given, (name, params[name]))
            steps.append((said, Link(page.key, (*query, *given))))
    return [*steps[:-1], (steps[-1][0], None)]


def trail(steps: list[tuple[str, Link | None]], here: Link, href: Callable[[Link], str]) -> Html:
    """The steps, and a link to exactly this view that copies itself when it is clicked."""
    items = (
        tag("li", anchor(text, link, href) if link is not None else tag("span", text, aria_current="page"))
        for text, link in steps
    )
    path = tag("nav", tag("ol", *items), aria_label=_("Where you are")) if steps else tag("span")
    copied = _("Link copied")
    copy = tag("a", _("Copy link"), href=href(here), target="_self", data_cx_copy=copied, title=_("Link to this view"))
    return tag("div", path, tag("p", copy, tag("span", class_="cx-sr", role="status")), class_="cx-trail cx-note")
