"""Addresses and chips: a link is a view."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from cxdash.faces.screen.address import Address, merged
from cxdash.faces.screen.filters import chips
from cxdash.report.blocks import Link
from cxdash.selection import Selection

PATHS = {"overview": "", "channels": "channels", "definitions": "definitions"}


def test_links_are_relative_and_readable() -> None:
    """They work below a proxy's path, and a person can read them."""
    here = Address("overview", PATHS)
    assert here.href(Link("channels", (("region", "North,South"), ("period", "2026-Q3")))) == (
        "channels?region=North,South&period=2026-Q3"
    )
    assert here.href(Link("overview")) == "./"
    assert here.href(Link("nowhere", (("a", "b"),))) == "./?a=b"


def test_the_language_goes_along_and_the_selection_to_pages_that_do_not_filter() -> None:
    """A definition is opened in the reader's language, with the way back to the same selection."""
    here = Address(
        "channels", PATHS, (("focus", "phone"), ("lang", "fa")), frozenset({"definitions"}), (("region", "North"),)
    )
    assert here.href(Link("definitions", (("metric", "nps"),))) == "definitions?region=North&lang=fa&metric=nps"
    assert here.href(Link("channels", (("focus", "web"),))) == "channels?lang=fa&focus=web"


@given(st.dictionaries(st.text(min_size=1), st.text(min_size=1), max_size=4))
def test_any_value_survives_the_way_through_a_url(query: dict[str, str]) -> None:
    """Whatever a region is called, its link leads to it."""
    found = parse_qs(urlsplit(Address("overview", PATHS).href(Link("channels", tuple(query.items())))).query)
    assert {key: values[0] for key, values in found.items()} == query


def test_each_chip_leads_to_the_view_without_it() -> None:
    """One chip per value, each removing only itself; with several there is one for all. The page's parameters stay."""
    selection = Selection.over(
        "2026-Q3", last_day=date(2026, 11, 20), filters={"region": ("North", "East"), "segment": ("A&B",)}
    )
    found = chips(selection, Address("channels", PATHS, (("focus", "phone"),)))
    assert found.count("<li>") == 4
    assert 'href="channels?period=2026-Q3&amp;region=North&amp;segment=A%26B&amp;focus=phone"' in found
    assert 'href="channels?period=2026-Q3&amp;region=East,North&amp;focus=phone"' in found
    assert 'href="channels?period=2026-Q3&amp;focus=phone"' in found
    assert chips(Selection.over("2026-Q3", last_day=date(2026, 11, 20)), Address("channels", PATHS)) == ""


def test_the_later_query_wins() -> None:
    """Merging keeps one value per name."""
    assert merged((("a", "1"), ("b", "2")), (("a", "3"),)) == (("a", "3"), ("b", "2"))
