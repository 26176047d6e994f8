"""Addresses: a link is a view. The URL is the only place where a view is kept; reload, back and sharing need no code.

Links are relative (`channels?period=2026-Q3`), so that the app also works below a path of a reverse proxy. What widgets
choose is written to the URL first and read back from it like everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import streamlit as st

from cxdash.report.blocks import Link
from cxdash.selection import Selection

Query = tuple[tuple[str, str], ...]

LANGUAGE = "lang"
"""The parameter that chooses the reader's language; it belongs to every page."""


@dataclass(frozen=True)
class Address:
    """Where the reader is.

    Attributes:
        page: key of the page.
        paths: page key → path in the URL; "" is the start page.
        unfiltered: pages that ask nothing of the selection; a link to one takes the selection along, to come back with.
        carried: the selection as a query.
        params: parameters that are not the selection's: the page's own and the language.
    """

    page: str
    paths: Mapping[str, str]
    params: Query = ()
    unfiltered: frozenset[str] = frozenset()
    carried: Query = ()

    @property
    def kept(self) -> Query:
        """What every link takes along."""
        return tuple(pair for pair in self.params if pair[0] == LANGUAGE)

    def href(self, link: Link) -> str:
        """The relative URL of a place; a page that is not offered leads to the start page."""
        query = dict(self.complete(link).query)
        path = self.paths.get(link.page, "") or "./"
        return quote(path, safe="/.") + (f"?{urlencode(query, safe=',.')}" if query else "")

    def complete(self, link: Link) -> Link:
        """The link with everything it takes along."""
        carried = self.carried if link.page in self.unfiltered else ()
        return Link(link.page, merged(carried, self.kept, link.query))

    def of(self, selection: Selection) -> Link:
        """This page with another selection."""
        return Link(self.page, merged(selection.to_query(), self.params))


def merged(*queries: Iterable[tuple[str, str]]) -> Query:
    """One query of several; the later one wins."""
    return tuple({key: value for query in queries for key, value in query}.items())


def read_query() -> dict[str, str | list[str]]:
    """The URL's parameters, as the browser sent them; several values of one name as a list."""
    found: dict[str, str | list[str]] = {}
    for name in st.query_params:
        values = st.query_params.get_all(name)
        found[name] = values if len(values) > 1 else values[0] if values else ""
    return found


def write_query(query: Iterable[tuple[str, str]]) -> None:
    """Put these parameters, and no others, into the URL."""
    st.query_params.from_dict(dict(query))
