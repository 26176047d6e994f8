"""Where a number leads: to its passport, to why it moved, to the same page cut further.

A door is a link with readable parameters, so whatever one walks into can be sent on and walked out of with the back
button. A number inside a breakdown leads to the passport of exactly that cell: its dimensions become filters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cxdash.periods import Period
from cxdash.report.blocks import Link
from cxdash.report.view import View
from cxdash.selection import Selection

PASSPORT = "number"
WHY = "why"


def cell_selection(view: View, dimensions: Mapping[str, str], period: Period | None = None) -> Selection:
    """The view's selection limited to one cell of a breakdown, or to one bucket of a series (`period`)."""
    selection = view.selection
    for dim, value in dimensions.items():
        selection = selection.with_filter(dim, value)
    if period is not None and period != selection.period:
        selection = replace(selection, period=period, period_text=str(period))
    return selection


def passport_door(
    view: View, metric: str, dimensions: Mapping[str, str] | None = None, period: Period | None = None
) -> Link:
    """The passport of a metric's value in this view, or of one cell of it."""
    selection = cell_selection(view, dimensions or {}, period)
    return Link(PASSPORT, (*selection.to_query(), ("metric", metric)))


def why_door(view: View, metric: str, dimension: str = "", dimensions: Mapping[str, str] | None = None) -> Link:
    """Why a metric moved in this view, cut by a dimension where one is named."""
    query = (*cell_selection(view, dimensions or {}).to_query(), ("metric", metric))
    return Link(WHY, (*query, ("by", dimension)) if dimension else query)
