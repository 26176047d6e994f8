"""The rows behind a number as a block: columns by the names people use, values as they read them.

The first page is part of a report, so that a mail or a print of the passport shows some rows too; a face that can ask
again (search, sort, next page) comes back here with what it wants.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from cxdash.answers.rows import Asked, Column, OpenRows, fold
from cxdash.language import N_, _, plural
from cxdash.report import blocks
from cxdash.report.blocks import Cell, Rows
from cxdash.report.untrusted import one_line
from cxdash.report.wording import DIMENSIONS, MISSING, count, day_text, decimal, dimension_name, value_name
from cxdash.selection import UNKNOWN, Filters, Selection

PAGE = 50
"""Rows of a page, unless asked otherwise."""

COUNTS_AS = "counts as"
"""Name of the column that says, by the names of the states, what a row adds to the number."""

_LABELS = {
    "account": N_("Account"),
    "agent_id": N_("Agent"),
    "base": N_("Revenue at the start"),
    "cart_id": N_("Cart"),
    "comment": N_("Comment"),
    "contact_id": N_("Contact"),
    "converted": N_("Bought"),
    "customer_id": N_("Customer"),
    "day": N_("Day"),
    "delivered": N_("Arrived"),
    "device": N_("Device"),
    "dismissed": N_("Closed unanswered"),
    "errors": N_("Errors"),
    "escalated": N_("Escalated"),
    "gross": N_("Revenue kept"),
    "handle_seconds": N_("Served (s)"),
    "invited_at": N_("Asked at (UTC)"),
    "issue_id": N_("Issue"),
    "joined": N_("Joined"),
    "joined_on": N_("Joined on"),
    "kept": N_("Revenue at the end"),
    "left_on": N_("Lost on"),
    "load_ms": N_("Load time (ms)"),
    "lost": N_("Lost"),
    "opens_issue": N_("Opens an issue"),
    "outcome": N_("Outcome"),
    "repeated": N_("Came back within 7 days"),
    "responded_at": N_("Answered at (UTC)"),
    "response_id": N_("Answer"),
    "score": N_("Score"),
    "started_at": N_("Began at (UTC)"),
    "survey": N_("Survey"),
    "transferred": N_("Passed on"),
    "visit_id": N_("Visit"),
    "wait_seconds": N_("Waited (s)"),
    COUNTS_AS: N_("Counts as"),
}


def column_name(name: str) -> str:
    """How a column of rows is called on a page."""
    if name in _LABELS:
        return _(_LABELS[name])
    return dimension_name(name) if name in DIMENSIONS else name.replace("_", " ").capitalize()


def value_in_words(column: Column, value: Any) -> str:
    """A value as people read it; text from the data on one line and without signs that cannot be seen."""
    match value:
        case None:
            return MISSING
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            return f"{day_text(value.date())}, {value:%H:%M:%S}"
        case date():
            return day_text(value)
        case str():
            return one_line(value_name(column.name, value)) or MISSING
        case float():
            return decimal(value, 2)
        case _:
            return decimal(value, 0)


def counts_as(opened: OpenRows, row: dict[str, Any]) -> str:
    """What a row adds to the number: names of states, with the amount where it is not one."""
    shown = {column.name for column in plain(opened)}
    wide = {state.name for state in opened.basis.measure.states if state.wide}
    words = []
    for column in opened.flags:
        added = row[column.name]
        if column.tally:
            words += [f"{column.name} {added}"] if added is not None else []
        elif column.name not in shown | wide and added:
            words.append(column.name if added == 1 else f"{column.name} {added}")
    return ", ".join(words) or MISSING


def plain(opened: OpenRows) -> tuple[Column, ...]:
    """Columns with what was recorded, and sums of a flag's own name (revenue at the start)."""
    recorded = tuple(column for column in opened.columns if column not in opened.flags)
    fact = {"base", "kept", "gross"}
    return (*recorded, *(column for column in opened.flags if column.name in fact))


def sortable(opened: OpenRows) -> dict[str, str]:
    """Names of the columns that rows can be sorted by, and how they are called."""
    return {column.name: column_name(column.name) for column in plain(opened)}


def asking(opened: OpenRows, search: str, **order: Any) -> Asked:
    """A wish for rows; what is searched is what people read, so names of values count as well as their codes."""
    domains = opened.edition.manifest.facts[opened.basis.measure.fact].dimensions
    text = fold(search.strip())
    named: Filters = ()
    if text:
        matched = {
            dim: tuple(v for v in values if v != UNKNOWN and text in fold(value_name(dim, v)))
            for dim, values in domains.items()
        }
        named = tuple((dim, values) for dim, values in sorted(matched.items()) if values)
    return Asked(search=search, named=named, **order)


def rows_block(opened: OpenRows, asked: Asked, selection: Selection, *, key: str = "rows") -> Rows:
    """The rows asked for as a block."""
    columns = plain(opened)
    found = opened.page(asked)
    cells = tuple(
        (
            *(Cell(value_in_words(column, row[column.name]), raw=_raw(column, row[column.name])) for column in columns),
            Cell(counts_as(opened, row)),
        )
        for row in found
    )
    heads = (
        *(blocks.Column(column_name(column.name), column.is_number) for column in columns),
        blocks.Column(column_name(COUNTS_AS)),
    )
    total = opened.total(asked)
    title = plural("{n} row", "{n} rows", total).format(n=count(total))
    return Rows(key, title, opened.basis.metric, selection.to_query(), heads, cells, total)


def refused_block(metric: str, selection: Selection, why: str, *, key: str = "rows") -> Rows:
    """The block that says why no rows are shown."""
    return Rows(key, _("Rows"), metric, selection.to_query(), (), (), 0, refused=why)


def _raw(column: Column, value: Any) -> float | None:
    return float(value) if column.is_number and value is not None else None
