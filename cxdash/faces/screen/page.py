"""One run of one page: read the URL, open the edition, build the report, draw it; and what to show when that fails."""

from __future__ import annotations

from functools import partial

import streamlit as st

from cxdash.edition import Edition, published_id
from cxdash.errors import CxdashError, EditionError
from cxdash.faces.screen import failures, server
from cxdash.faces.screen.address import LANGUAGE, Address, Query, read_query
from cxdash.faces.screen.drawing import Surroundings, draw_report, on_phone, theme_name
from cxdash.faces.screen.filters import draw_filters
from cxdash.faces.screen.markup import wrapped
from cxdash.faces.screen.navigation import draw_menu, follow, paths
from cxdash.faces.screen.saved import draw_saved_views
from cxdash.faces.screen.source import attempts_mark, built, current_edition, recorded_attempts
from cxdash.faces.screen.tongue import chosen_language
from cxdash.faces.screen.trail import crumbs, trail
from cxdash.language import speaking
from cxdash.report.blocks import Link
from cxdash.report.pages import PAGES, Page, find_page
from cxdash.report.view import View
from cxdash.selection import Selection

_SKELETON = 320
"""Room kept while a report is built, in px; shown only when that takes longer than half a second."""


def draw_page(key: str) -> None:
    """Draw the page with this key, whatever happens."""
    page = find_page(key)
    editions = server.project().editions
    try:
        edition = current_edition(editions)
        tongue, problems = chosen_language(read_query().get(LANGUAGE, ""), edition.manifest.language)
        with speaking(tongue):
            _draw(page, edition, problems)
    except EditionError as bad:
        draw_menu(None, ())
        if published_id(editions) is None:
            failures.show_nothing_published(bad)
        else:
            failures.show_refusal(bad)
    except CxdashError as bad:
        failures.show_refusal(bad)
    except Exception as bad:  # noqa: BLE001 - the reader gets a reference, the log gets everything
        failures.show_unexpected(bad)


def _draw(page: Page, edition: Edition, problems: tuple[str, ...]) -> None:
    raw = read_query()
    own = {LANGUAGE, *page.params}
    selection, unread = Selection.from_query(raw, edition.manifest, ignore=own)
    params: Query = tuple(
        (name, value if isinstance(value, str) else value[-1]) for name, value in raw.items() if name in own
    )
    query = selection.to_query()
    unfiltered = frozenset(other.key for other in PAGES if not other.filters)
    address = Address(page.key, paths(), params, unfiltered, query)
    draw_menu(edition.manifest, (*query, *address.kept))
    here = address.of(selection)
    draw_saved_views(server.project().views, here, address, server.now(edition.manifest.timezone))
    steps = crumbs(page, dict(params), edition.manifest, query)
    st.html(wrapped(trail(steps, here, address.href)))
    if page.filters:
        draw_filters(page.filters, selection, edition.manifest, address)
    editions, today = edition.folder.parent, server.today(edition.manifest.timezone)
    problems = (*problems, *unread)
    view = (edition.id, attempts_mark(editions), str(today), page.key, repr(query), repr(params), *problems)
    asked = View(edition, selection, recorded_attempts(editions), today, dict(params), problems)

    def go(link: Link) -> None:
        follow(address.complete(link))

    around = Surroundings(theme_name(), view, address.href, go, on_phone(), asked)
    with st.skeleton(height=_SKELETON):
        report = built(view, partial(page.build, asked))
    draw_report(report, around)
