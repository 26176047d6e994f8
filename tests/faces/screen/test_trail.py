"""The trail: where one stands and how to step back, in words that are true of the view."""

from __future__ import annotations

import pytest

from cxdash.edition import Edition
from cxdash.faces.screen.trail import crumbs, trail
from cxdash.report.blocks import Link
from cxdash.report.pages import PAGES, find_page
from tests.faces.conformance import Page

QUERY = (("region", "North"),)


def address(link: Link) -> str:
    return link.page + "?" + "&".join(f"{k}={v}" for k, v in link.query)


def test_the_overview_has_no_trail(demo_edition: Edition) -> None:
    """It is where every trail begins; only the link to the view is there."""
    assert crumbs(PAGES[0], {}, demo_edition.manifest, QUERY) == []
    page = Page.parse(trail([], Link("overview", QUERY), address))
    assert page.attributes("href") == ["overview?region=North"]
    assert not [tag for tag, _found in page.tags if tag == "nav"]


def test_each_step_keeps_the_selection_and_drops_what_follows(demo_edition: Edition) -> None:
    """Overview, page, what it was opened for; the last step is where one is."""
    steps = crumbs(find_page("channels"), {"focus": "phone", "beside": "chat"}, demo_edition.manifest, QUERY)
    assert steps == [
        ("Overview", Link("overview", QUERY)),
        ("Channels", Link("channels", QUERY)),
        ("Phone", Link("channels", (*QUERY, ("focus", "phone")))),
        ("beside Chat", None),
    ]
    page = Page.parse(trail(steps, Link("channels", QUERY), address))
    assert [found for tag, found in page.tags if "aria-current" in found] == [{"aria-current": "page"}]
    assert page.attributes("href")[-1] == "channels?region=North"


@pytest.mark.parametrize(
    ("page", "params", "said"),
    [
        ("number", {"metric": "nps", "only": "x"}, ["Overview", "Number passport", "NPS"]),
        ("why", {"metric": "csat", "by": "region"}, ["Overview", "Why it moved", "CSAT", "by region"]),
        ("channels", {"focus": "fax", "cut": "mood"}, ["Overview", "Channels"]),
        ("definitions", {"metric": "<b>"}, ["Overview", "Definitions"]),
    ],
)
def test_only_what_is_known_is_said(demo_edition: Edition, page: str, params: dict[str, str], said: list[str]) -> None:
    """Metrics, dimensions and channels by name; what a link says wrongly is left to the page."""
    steps = crumbs(find_page(page), params, demo_edition.manifest, ())
    assert [text for text, _link in steps] == said
    assert steps[-1][1] is None
