"""The frame around every page: masthead, sections, pages, and how to get from one to another.

Streamlit's own menu would drop the filters from the URL; ours puts the current selection into every link instead, so
that filters are kept across pages and the back button leads to the view one came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import streamlit as st

from cxdash.edition import Manifest
from cxdash.faces.charts.labels import day_label
from cxdash.faces.screen.address import Query
from cxdash.faces.screen.elements import tag
from cxdash.faces.screen.markup import wrapped
from cxdash.language import _
from cxdash.report.blocks import Link
from cxdash.report.pages import PAGES, Page

SCRIPTS = Path(__file__).resolve().parents[3] / "pages"


def paths() -> dict[str, str]:
    """Page key → path in the URL; the first page answers at the root and nowhere else."""
    return {page.key: "" if index == 0 else page.key for index, page in enumerate(PAGES)}


def _screen_page(page: Page) -> st.Page:
    return st.Page(
        SCRIPTS / page.script,
        title=_(page.title),
        icon=f":material/{page.icon}:",
        url_path=page.key,
        default=page.key == PAGES[0].key,
    )


def screen_pages() -> Sequence[st.Page]:
    """Every page, for the app's frame."""
    return [_screen_page(page) for page in PAGES]


def follow(link: Link) -> None:
    """Go to a place in the app; a page that is not offered leads to the first."""
    page = next((page for page in PAGES if page.key == link.page), PAGES[0])
    st.switch_page(_screen_page(page), query_params=dict(link.query))


def draw_menu(manifest: Manifest | None, query: Query) -> None:
    """The sidebar: whose numbers, which pages, how fresh. Links take `query` along."""
    with st.sidebar:
        company = manifest.company if manifest else "cxdash"
        kind = tag("span", _("CX health"), class_="cx-note")
        st.html(wrapped(tag("div", tag("strong", company), kind, class_="cx-masthead")))
        for section, members in groupby((page for page in PAGES if page.listed), key=lambda page: page.section):
            st.html(wrapped(tag("div", _(section), class_="cx-nav-section")))
            for page in members:
                st.page_link(_screen_page(page), query_params=dict(query), width="stretch")
        if manifest:
            upto = _("Data up to {day}").format(day=day_label(manifest.last_day, year=True))
            st.html(wrapped(tag("p", upto, tag("br"), tag("bdi", manifest.edition), class_="cx-note cx-sidenote")))
