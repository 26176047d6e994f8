"""Saved views in the sidebar: open one, keep the present one under a name, rename or delete one's own.

Whoever is signed in owns what they save; where nobody signs in, readers write their name once a session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import streamlit as st

from cxdash.errors import CxdashError, SavedViewError
from cxdash.faces.screen.address import Address
from cxdash.faces.screen.elements import Html, tag
from cxdash.faces.screen.markup import wrapped
from cxdash.faces.screen.tables import anchor
from cxdash.language import _, plural
from cxdash.report.blocks import Link
from cxdash.views import LONGEST, SavedView, clean_name, delete_view, list_views, rename_view, save_view, views_of

_SHOWN = 8
"""More views than this are folded away."""


def reader() -> str:
    """The name of who is signed in, or the one they wrote in this session, or ""."""
    signed_in = getattr(st.user, "is_logged_in", False)
    known = (st.user.get("name") or st.user.get("email") or "") if signed_in else ""
    return str(known or st.session_state.get("reader", ""))


def _said(level: str, text: str) -> None:
    st.session_state["views_said"] = (level, text)


def _tried(work: Callable[[], str]) -> None:
    """Do what a button asks and keep what came of it for the next run, which shows it."""
    try:
        _said("info", work())
    except CxdashError as bad:
        _said("warning", str(bad))


def _save(folder: Path, here: Link, now: Callable[[], datetime] | None) -> None:
    def work() -> str:
        if now is None:
            raise SavedViewError(_("This server keeps no views."))
        owner = reader() or clean_name(st.session_state.get("view_owner", ""))
        kept = save_view(folder, SavedView(st.session_state["view_name"], owner, here.page, here.query, now()))
        st.session_state["reader"] = kept.owner
        st.session_state["view_name"] = ""
        return _("Saved as “{name}”.").format(name=kept.name)

    _tried(work)


def _rename(folder: Path) -> None:
    def work() -> str:
        new = rename_view(folder, st.session_state["own_view"], reader(), st.session_state["view_rename"])
        st.session_state["view_rename"] = ""
        st.session_state["own_view"] = new.id
        return _("It is now called “{name}”.").format(name=new.name)

    _tried(work)


def _delete(folder: Path) -> None:
    def work() -> str:
        delete_view(folder, st.session_state["own_view"], reader())
        return _("Deleted.")

    _tried(work)


def shelf(views: Sequence[SavedView], owner: str, href: Callable[[Link], str]) -> Html:
    """Links to all views, one's own first; of others' the owner is named."""
    own = views_of(views, owner) if owner else ()
    items = [
        tag(
            "li",
            anchor(view.name, Link(view.page, view.query), href),
            "" if view in own else tag("span", f" · {view.owner}"),
        )
        for view in sorted(views, key=lambda view: view not in own)
    ]
    if not items:
        return tag("p", _("None yet."), class_="cx-shelf cx-note")
    first, rest = tag("ul", *items[:_SHOWN]), items[_SHOWN:]
    if not rest:
        return tag("nav", first, class_="cx-shelf cx-note", aria_label=_("Saved views"))
    more = plural("{n} more", "{n} more", len(rest)).format(n=len(rest))
    folded = tag("details", tag("summary", more), tag("ul", *rest))
    return tag("nav", first, folded, class_="cx-shelf cx-note", aria_label=_("Saved views"))


def draw_saved_views(folder: Path, here: Link, address: Address, now: Callable[[], datetime] | None) -> None:
    """The shelf and its two small forms.

    Args:
        folder: where views are kept.
        here: the present view.
        address: of the present page; makes links.
        now: the moment, for what is saved; without a clock nothing can be saved.
    """
    views, damaged = list_views(folder)
    owner = reader()
    with st.sidebar:
        st.html(wrapped(tag("div", _("Saved views"), class_="cx-nav-section"), shelf(views, owner, address.href)))
        if damaged:
            text = plural(
                "{n} saved view cannot be read: {files}", "{n} saved views cannot be read: {files}", len(damaged)
            ).format(n=len(damaged), files=", ".join(damaged[:3]))
            st.html(wrapped(tag("p", text, class_="cx-note", role="status")))
        with st.popover(_("Save this view"), key="save_view", type="tertiary", icon=":material/bookmark_add:"):
            st.text_input(_("Name of the view"), key="view_name", max_chars=LONGEST)
            if not owner:
                st.text_input(_("Your name"), key="view_owner", max_chars=LONGEST)
            st.button(_("Save"), key="view_save", on_click=_save, args=(folder, here, now))
        if own := views_of(views, owner) if owner else ():
            _manage(folder, own)
        if said := st.session_state.pop("views_said", None):
            st.html(wrapped(tag("p", said[1], class_=f"cx-note cx-said {said[0]}", role="status")))


def _manage(folder: Path, own: Sequence[SavedView]) -> None:
    with st.popover(_("Rename or delete"), key="manage_views", type="tertiary", icon=":material/edit:"):
        names = {view.id: view.name for view in own}
        st.selectbox(_("View"), list(names), key="own_view", format_func=lambda view: names.get(view, ""))
        st.text_input(_("New name"), key="view_rename", max_chars=LONGEST)
        st.button(_("Rename"), key="view_renamed", on_click=_rename, args=(folder,))
        st.button(_("Delete this view"), key="view_deleted", on_click=_delete, args=(folder,))
