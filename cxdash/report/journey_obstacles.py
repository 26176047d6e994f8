"""Obstacles: stages and touchpoints that are clearly worse than the rest, whatever was asked about them."""

from __future__ import annotations

from collections.abc import Iterable

from cxdash.answers.apart import Apart
from cxdash.answers.changes import minimum_effect
from cxdash.language import _
from cxdash.report.blocks import Cell, Column, Table
from cxdash.report.journey_moments import Touchpoints
from cxdash.report.journey_parts import Parts, part_link
from cxdash.report.journey_words import side
from cxdash.report.view import View
from cxdash.report.wording import count, dimension_name, signed_difference, value_name, value_text

MOST = 10


def find_obstacles(view: View, parts: Iterable[Parts], touchpoints: Touchpoints | None) -> list[Apart]:
    """What is clearly worse than the rest, the largest gap first, each gap measured in its metric's smallest effect."""
    found = [one for each in parts for one in each.apart.values()]
    found += touchpoints.apart.values() if touchpoints else ()
    worse = [one for one in found if side(one) < 0]

    def weight(one: Apart) -> float:
        return abs(one.difference or 0.0) * one.metric.factor / minimum_effect(view.edition, one.metric)

    return sorted(worse, key=lambda one: (-weight(one), one.metric.key, *one.row.dimensions.values()))


def obstacle_table(view: View, found: list[Apart]) -> Table:
    """The obstacles as a table, each with what it is compared with."""
    columns = (
        Column(_("Where")), Column(_("What")), Column(_("Here"), True), Column(_("The rest"), True),
        Column(_("Difference"), True), Column(_("95 % interval"), True), Column(_("n"), True),
    )  # fmt: skip
    rows = []
    for one in found[:MOST]:
        ((dim, value),) = one.row.dimensions.items()
        rows.append(
            (
                Cell(value_name(dim, value), link=part_link(view, dim, value), detail=dimension_name(dim).lower()),
                Cell(_(one.metric.label)),
                Cell(value_text(one.metric, one.row.value or 0.0), tone="bad"),
                Cell(value_text(one.metric, one.rest.value or 0.0)),
                Cell(signed_difference(one.metric, one.difference or 0.0), tone="bad"),
                Cell(_interval(one)),
                Cell(count(one.row.n or 0.0), raw=one.row.n),
            )
        )
    note = _(
        "Each against all others of its kind; corrected for looking at all of them (at most 10 % false on average)."
    )
    return Table("obstacles", _("Obstacles: clearly worse than the rest"), columns, tuple(rows), note=note)


def _interval(one: Apart) -> str:
    if one.low is None or one.high is None:
        return ""
    low, high = (signed_difference(one.metric, limit) for limit in (one.low, one.high))
    return _("{low} to {high}").format(low=low, high=high)
