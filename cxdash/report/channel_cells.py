"""Best and worst cells as a table: where it is clearly worse or better than in the rest, heaviest first."""

from __future__ import annotations

from dataclasses import replace

from cxdash.answers.cells_apart import Standout, Standouts
from cxdash.language import _, plural
from cxdash.report.apart_words import gap_interval, gap_text, tone, value_cell
from cxdash.report.blocks import Block, Cell, Column, Link, Table
from cxdash.report.view import View
from cxdash.report.wording import cell_name, count, number, signed_difference

MOST = 6
"""Rows of each table."""


def cells_tables(view: View, found: Standouts, link_query: tuple[tuple[str, str], ...] = ()) -> list[Block]:
    """Two tables, or one sentence where nothing stands out.

    Args:
        view: the selection the cells are parts of.
        found: the scan.
        link_query: further parameters of the page a cell leads to.
    """
    tested = plural("{n} cell was compared", "{n} cells were compared", found.tested).format(n=count(found.tested))
    if not found.worst and not found.best:
        nothing = _("Nothing stands out: {tested}, none is clearly apart from the rest.").format(tested=tested)
        columns = (Column(_("Best and worst")),)
        return [Table("standouts", _("Best and worst"), columns, ((Cell(nothing),),))] if found.tested else []
    note = _(
        "{tested} with the rest of the selection; on average at most 10 % of those named are false. A part that is "
        "named is not named again for each of its own parts."
    ).format(tested=tested)
    blocks: list[Block] = []
    for key, title, some in (
        ("worst-cells", _("Where it is clearly worse than in the rest"), found.worst),
        ("best-cells", _("Where it is clearly better than in the rest"), found.best),
    ):
        if some:
            more = len(some) - MOST
            left = plural("{n} more is not listed.", "{n} more are not listed.", more).format(n=count(more))
            blocks.append(_table(view, key, title, some[:MOST], left if more > 0 else "", link_query))
    last = blocks[-1]
    assert isinstance(last, Table)
    blocks[-1] = replace(last, note=f"{last.note} {note}".strip())
    return blocks


def _table(
    view: View, key: str, title: str, some: tuple[Standout, ...], note: str, link_query: tuple[tuple[str, str], ...]
) -> Table:
    columns = (
        Column(_("Where")),
        Column(_("Metric")),
        Column(_("There"), True),
        Column(_("The rest"), True),
        Column(_("Difference"), True),
        Column(_("95 % interval"), True),
        Column(_("What it does to the whole"), True),
    )
    return Table(key, title, columns, tuple(_row(view, one, link_query) for one in some), note=note)


def _row(view: View, one: Standout, link_query: tuple[tuple[str, str], ...]) -> tuple[Cell, ...]:
    apart = one.apart
    return (
        Cell(cell_name(apart.row.dimensions), link=cell_link(view, one, link_query)),
        Cell(_(apart.metric.label)),
        value_cell(view, apart),
        Cell(number(apart.metric, apart.rest).text),
        Cell(gap_text(apart), tone=tone(apart)),
        Cell(gap_interval(apart)),
        Cell(signed_difference(apart.metric, one.contribution)),
    )


def cell_link(view: View, one: Standout, link_query: tuple[tuple[str, str], ...]) -> Link:
    """The same page inside the cell; a channel becomes the page's own channel."""
    selection = view.selection
    focus = dict(link_query).get("focus") or one.dimensions.get("channel", "")
    for dim, value in one.dimensions.items():
        if dim != "channel":
            selection = selection.with_filter(dim, value)
    return Link("channels", (*selection.to_query(), *((("focus", focus),) if focus else ())))
