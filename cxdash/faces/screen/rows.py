"""The rows behind a number on the screen: searched, sorted and turned over without loading the page again.

Rows are a fragment: a wish for others draws them alone. The table is our own HTML, so that what customers wrote is text
and nothing else, and so that a keyboard and a screen reader meet a real table. Files are made when somebody asks.
"""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import Protocol

import streamlit as st

from cxdash.answers.rows import OpenRows, open_rows
from cxdash.errors import CxdashError
from cxdash.faces.export.csv_file import write_csv
from cxdash.faces.export.xlsx_file import write_xlsx
from cxdash.faces.screen import failures
from cxdash.faces.screen.elements import Html, tag
from cxdash.faces.screen.markup import wrapped
from cxdash.language import _, language, speaking
from cxdash.report.blocks import Cell, Column, Rows
from cxdash.report.passport import said_of
from cxdash.report.rows_table import PAGE, asking, rows_block, sortable
from cxdash.report.view import View
from cxdash.report.wording import MISSING, count

SIZES = (25, PAGE, 100, 250)

MOST_CSV, MOST_XLSX = 500_000, 50_000
"""Rows of a file made while somebody waits, and kept in memory until it is sent; the command line has no such limit."""


class Around(Protocol):
    """What rows need to know of the page: what it asks, if it can be asked again."""

    @property
    def asked(self) -> View | None:
        """The question the page answers."""


def draw_rows(block: Rows, around: Around) -> None:
    """The rows of a block, or why there are none."""
    if block.refused:
        st.html(wrapped(tag("p", block.refused, class_="cx-note cx-rows-refused")))
    elif around.asked is None:
        st.html(wrapped(_table(block, block.title)))
    else:
        _interactive(block, around.asked, language())


@st.fragment
def _interactive(block: Rows, view: View, tongue: str) -> None:
    # a fragment runs without the page around it, so without the page's language
    with speaking(tongue):
        try:
            opened = open_rows(view.edition, block.metric, view.selection, view.policy)
            _draw(block, view, opened)
        except CxdashError as why:
            failures.show_refusal(why)


def _draw(block: Rows, view: View, opened: OpenRows) -> None:
    key = f"rows_{block.key}"
    _forget_other_rows(key, (view.edition.id, block.metric, repr(block.query)))
    if not opened.total():
        st.html(wrapped(tag("p", _("There are no rows."), class_="cx-note")))
        return
    names = sortable(opened)
    orders = {"descending": _("largest first"), "ascending": _("smallest first")}
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"{key}_bar"):
        first_page = partial(st.session_state.__setitem__, f"{key}_page", 0)
        search = st.text_input(
            _("Search in these rows"),
            key=f"{key}_search",
            on_change=first_page,
            icon=":material/search:",
            max_chars=200,
        )
        sort = st.selectbox(
            _("Sort by"), ("", *names), key=f"{key}_sort", on_change=first_page,
            format_func=lambda name: names.get(name) or _("the latest"), filter_mode=None,
        )  # fmt: skip
        order = st.selectbox(
            _("Order"), tuple(orders), key=f"{key}_order", on_change=first_page, disabled=not sort,
            format_func=lambda code: orders[code], filter_mode=None,
        )  # fmt: skip
        size = st.selectbox(_("Rows a page"), SIZES, index=1, key=f"{key}_size", on_change=first_page, filter_mode=None)
    begin = st.session_state.get(f"{key}_page", 0) * size
    wish = asking(opened, search or "", sort=sort, descending=order == "descending", limit=size, offset=begin)
    shown = rows_block(opened, wish, view.selection, key=block.key)
    where = _where(begin, len(shown.rows), shown.total, opened.total())
    st.html(wrapped(tag("p", where, class_="cx-rows-where", role="status"), _table(shown, where)))
    _pager(key, begin, size, shown.total)
    _files(key, view, opened)


def _forget_other_rows(key: str, of: tuple[str, ...]) -> None:
    """What was searched and turned to belongs to the rows it was asked of."""
    if st.session_state.get(f"{key}_of") != of:
        for part in ("search", "sort", "order", "page"):
            st.session_state.pop(f"{key}_{part}", None)
        st.session_state[f"{key}_of"] = of


def _where(begin: int, shown: int, found: int, total: int) -> str:
    if not found:
        return _("No row of {total} contains this.").format(total=count(total))
    text = _("Rows {first}–{last} of {found}").format(
        first=count(begin + 1), last=count(begin + shown), found=count(found)
    )
    return text if found == total else _("{rows}, found among {total}").format(rows=text, total=count(total))


def _pager(key: str, begin: int, size: int, found: int) -> None:
    if found <= size:
        return
    page, last = begin // size, (found - 1) // size

    def turn(to: int) -> None:
        st.session_state[f"{key}_page"] = to

    with st.container(horizontal=True, key=f"{key}_pager"):
        steps = (
            (_("First"), 0, page == 0),
            (_("Previous"), page - 1, page == 0),
            (_("Next"), page + 1, page == last),
            (_("Last"), last, page == last),
        )
        for place, (label, to, disabled) in enumerate(steps):
            st.button(label, key=f"{key}_turn_{place}", on_click=turn, args=(to,), disabled=disabled, type="tertiary")


def _files(key: str, view: View, opened: OpenRows) -> None:
    total, tongue = opened.total(), language()
    period = opened.basis.period
    name = f"{opened.basis.metric}_{period.start}_{period.end}"
    with st.container(horizontal=True, key=f"{key}_files"):
        st.download_button(
            _("All {n} rows as CSV").format(n=count(total)), partial(_csv, opened), file_name=f"{name}.csv",
            mime="text/csv", key=f"{key}_csv", on_click="ignore", icon=":material/download:", disabled=total > MOST_CSV,
        )  # fmt: skip
        st.download_button(
            _("All {n} rows as XLSX").format(n=count(total)), partial(_xlsx, opened, view, tongue),
            file_name=f"{name}.xlsx", key=f"{key}_xlsx", on_click="ignore", icon=":material/download:",
            mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", disabled=total > MOST_XLSX,
        )  # fmt: skip
    if total > MOST_XLSX:
        text = _("Here files hold up to {csv} rows as CSV and {xlsx} as XLSX; “cxdash rows” writes any number as CSV.")
        st.html(wrapped(tag("p", text.format(csv=count(MOST_CSV), xlsx=count(MOST_XLSX)), class_="cx-note")))


def _csv(opened: OpenRows) -> bytes:
    made = BytesIO()
    write_csv(opened, made)
    return made.getvalue()


def _xlsx(opened: OpenRows, view: View, tongue: str) -> bytes:
    made = BytesIO()
    with speaking(tongue):
        write_xlsx(opened, said_of(view, opened.basis.metric), made)
    return made.getvalue()


def _table(block: Rows, label: str) -> Html:
    """The table in a region that scrolls sideways by keyboard as well; on a phone each row is a card."""
    heads = (
        tag("th", column.label, scope="col", role="columnheader", class_="num" if column.numeric else None)
        for column in block.columns
    )
    body = (tag("tr", *_cells(row, block.columns), role="row") for row in block.rows)
    table = tag(
        "table",
        tag("caption", label, class_="cx-sr"),
        tag("thead", tag("tr", *heads, role="row"), role="rowgroup"),
        tag("tbody", *body, role="rowgroup"),
        class_="cx-table",
        role="table",
        data_table=block.key,
    )
    return tag("div", table, class_="cx-rows", role="region", tabindex="0", aria_label=_("Rows behind the number"))


def _cells(row: tuple[Cell, ...], columns: tuple[Column, ...]) -> list[Html]:
    # every text keeps its own direction, so that none turns its neighbours
    first = tag("th", tag("bdi", row[0].text), scope="row", role="rowheader")
    return [first, *(_cell(cell, column) for cell, column in zip(row[1:], columns[1:], strict=True))]


def _cell(cell: Cell, column: Column) -> Html:
    kind = "cx-nothing" if cell.text == MISSING else "num" if column.numeric else None
    return tag("td", tag("bdi", cell.text), role="cell", data_label=column.label, class_=kind)
