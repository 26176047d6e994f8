"""Tables as people read them (HTML with real table semantics) and as they take them along (CSV)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from cxdash.faces.export.fields import safe_text
from cxdash.faces.screen.elements import Html, joined, tag
from cxdash.language import _
from cxdash.report.blocks import Cell, Column, Link, Table

Href = Callable[[Link], str]
"""Address of a place in the app."""


def anchor(text: str, link: Link | None, href: Href, **attributes: str | bool | None) -> str:
    """The text, as a link where there is one; the app follows it without loading the page anew."""
    if link is None:
        return text
    return tag("a", text, href=href(link), target="_self", data_cx_link=True, **attributes)


def _cell(cell: Cell, column: Column, href: Href, *, first: bool) -> Html:
    detail = tag("span", cell.detail, class_="detail") if cell.detail else ""
    body = tag("span", anchor(cell.text, cell.link, href), detail, class_=cell.tone)
    if first and cell.text:
        return tag("th", body, scope="row", role="rowheader")
    return tag("td", body, role="cell", data_label=column.label, class_="num" if column.numeric else None)


def _row(cells: tuple[Cell, ...], table: Table, href: Href) -> Html:
    drawn = (
        _cell(cell, column, href, first=i == 0)
        for i, (cell, column) in enumerate(zip(cells, table.columns, strict=True))
    )
    return tag("tr", *drawn, role="row")


_LONG = 40
_OPENING = 20
"""A table of more than `_LONG` rows shows the first `_OPENING`; the whole is one click away."""


_MANY = 5
"""A table of more columns is set narrower, in a frame of its own."""


def table_html(table: Table, href: Href) -> Html:
    """The table with its note; a long one shows its first rows and unfolds."""
    if not table.rows:
        return tag("p", table.note or _("Nothing to show."), class_="cx-note")
    drawn = _drawn(table, table.rows, href)
    if len(table.rows) > _LONG:
        whole = tag("summary", _("All {n} rows").format(n=len(table.rows)))
        drawn = joined(_drawn(table, table.rows[:_OPENING], href), tag("details", whole, drawn))
    return joined(drawn, tag("p", table.note, class_="cx-note") if table.note else "")


def _drawn(table: Table, rows: tuple[tuple[Cell, ...], ...], href: Href) -> Html:
    # roles are spelt out because a phone lays rows out as cards, which would take them away
    heads = (
        tag("th", column.label, scope="col", role="columnheader", class_="num" if column.numeric else None)
        if column.label
        else tag("td", role="cell")
        for column in table.columns
    )
    many = len(table.columns) > _MANY
    drawn = tag(
        "table",
        tag("caption", table.title, class_="cx-sr") if table.title else "",
        tag("thead", tag("tr", *heads, role="row"), role="rowgroup"),
        tag("tbody", *(_row(row, table, href) for row in rows), role="rowgroup"),
        class_="cx-table many" if many else "cx-table",
        role="table",
        data_table=table.key,
    )
    if not many:
        return drawn
    # only the frame of a wide table scrolls, never the page; it takes the focus, so that a keyboard sees its end
    label = table.title or table.columns[0].label
    return tag("div", drawn, class_="cx-table-frame", role="region", tabindex="0", aria_label=label)


def table_csv(table: Table) -> bytes:
    """The printed table as CSV (UTF-8 with a mark that spreadsheets know); numbers where there are raw ones."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_text(column.label) for column in table.columns])
    for row in table.rows:
        writer.writerow(
            [
                repr(cell.raw) if cell.raw is not None and column.numeric else safe_text(cell.text)
                for cell, column in zip(row, table.columns, strict=True)
            ]
        )
    return out.getvalue().encode("utf-8-sig")
