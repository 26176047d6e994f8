"""Channel by metric: how far each channel is from the others, in the metric's own unit, and where beyond noise.

Every cell of the map is one test, and all of them are corrected together: a map of forty cells has two that chance
alone would colour. A channel is compared with the other channels, not with the company that it is a part of.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from cxdash.answers import Answer, Question
from cxdash.answers.answer import HIDDEN
from cxdash.answers.apart import Apart, against_rest, can_be_apart, judge_together
from cxdash.answers.changes import minimum_effect
from cxdash.edition import Edition
from cxdash.language import _
from cxdash.metrics.metric import Metric
from cxdash.report.blocks import Cell, Column, HeatCell, Heatmap, Link, Number, Table
from cxdash.report.doors import passport_door
from cxdash.report.view import View
from cxdash.report.wording import MISSING, n_text, signed_difference, state_of, value_name

FULL_SHADE = 4.0
"""Smallest effects worth a sentence that make a full shade, where no targets say how far good is from bad."""

NAMED = 6
"""Cells that the sentence about the map names."""

Cells = dict[tuple[str, str], Apart]
"""(metric, channel) → the channel against all others."""


def compare_channels(view: View, breakdowns: list[Answer]) -> Cells:
    """Every channel in every metric against the other channels, as one family of tests."""
    compared = [
        one
        for found in breakdowns
        if can_be_apart(found.metric)
        for one in against_rest(view.edition, Question(found.metric.key, view.selection, by=("channel",)), view.policy)
    ]
    judged = judge_together(view.edition, compared)
    return {(one.metric.key, one.row.dimensions["channel"]): one for one in judged}


def channel_link(view: View, channel: str) -> Link:
    """The page of one channel."""
    return Link("channels", (*view.selection.to_query(), ("focus", channel)))


def full_shade(edition: Edition, metric: Metric) -> float:
    """The difference, on the display scale, that has the darkest shade: half the way from floor to target."""
    goals = edition.manifest.targets.get("metrics", {}).get(metric.key) or {}
    target, floor = goals.get("target"), goals.get("floor")
    if target is not None and floor is not None and target != floor:
        return abs(float(target) - float(floor)) / 2
    return FULL_SHADE * minimum_effect(edition, metric)


def channel_map(
    view: View, breakdowns: list[Answer], cells: Cells, channels: list[str], withheld: Collection[tuple[str, str]]
) -> Heatmap:
    """The map.

    Args:
        view: what is looked at.
        breakdowns: one for each column.
        cells: what was compared.
        channels: the rows, in order.
        withheld: cells that are not called clear because the page says otherwise with more care (case mix removed).
    """
    metrics = [found.metric for found in breakdowns]
    drawn = tuple(
        tuple(_cell(view, metric, cells.get((metric.key, channel)), channel, withheld) for metric in metrics)
        for channel in channels
    )
    return Heatmap(
        key="channel-map",
        title=_("Where each channel is apart from the others"),
        subtitle=_(
            "each metric in its own unit, against all other channels together; strongly shaded only where beyond "
            "noise, corrected for the whole map"
        ),
        row_title=_("Channel"),
        column_title=_("Metric"),
        rows=tuple(value_name("channel", channel) for channel in channels),
        columns=tuple(_(metric.label) for metric in metrics),
        cells=drawn,
        summary=_summary(channels, metrics, drawn),
        data=_data(channels, metrics, drawn),
        low_label=_("worse than the others"),
        high_label=_("better than the others"),
        reference_label=_("as the others"),
    )


def _summary(channels: list[str], metrics: list[Metric], drawn: tuple[tuple[HeatCell, ...], ...]) -> str:
    """The cells that are clearly apart, the most extreme first."""
    clear = [
        (cell, f"{value_name('channel', channel)} · {_(metric.label)} {cell.number.text}")
        for channel, row in zip(channels, drawn, strict=True)
        for metric, cell in zip(metrics, row, strict=True)
        if cell.clear
    ]
    if not clear:
        return _("No channel is clearly apart from the others.")
    ranked = [name for _cell_, name in sorted(clear, key=lambda one: -abs(one[0].level or 0.0))]
    named = "; ".join(ranked[:NAMED])
    if len(ranked) <= NAMED:
        return _("Clearly apart: {cells}.").format(cells=named)
    return _("Clearly apart, the largest first: {cells}; and {n} more.").format(cells=named, n=len(ranked) - NAMED)


def _cell(
    view: View, metric: Metric, one: Apart | None, channel: str, withheld: Collection[tuple[str, str]]
) -> HeatCell:
    if one is None:
        return HeatCell(Number(MISSING, state="missing", note=_("not measured")))
    note = state_of(one.row)[1]
    if one.difference is None or one.row.value is None:
        hidden = HIDDEN in one.row.flags
        return HeatCell(Number(MISSING, state="hidden" if hidden else "missing", note=note or _("nothing to compare")))
    reliable = one.row.reliable and one.rest.reliable
    low, high = (None if limit is None else signed_difference(metric, limit) for limit in (one.low, one.high))
    printed = Number(
        signed_difference(metric, one.difference),
        _("{low} to {high}").format(low=low, high=high) if low is not None and high is not None else "",
        n_text(metric, one.row.n),
        one.difference * metric.factor,
        None if one.low is None else one.low * metric.factor,
        None if one.high is None else one.high * metric.factor,
        None if one.row.n is None else round(one.row.n),
        "shown" if reliable else "low_base",
        note if reliable else note or _("Low base: too few to rely on"),
    )
    printed = replace(printed, passport=passport_door(view, metric.key, {"channel": channel}))
    level = one.difference * metric.factor / full_shade(view.edition, metric)
    level = max(-1.0, min(1.0, level if metric.higher_is_better else -level))
    clear = one.clear and (metric.key, channel) not in withheld
    return HeatCell(printed, level if reliable else None, clear, channel_link(view, channel))


def _data(channels: list[str], metrics: list[Metric], drawn: tuple[tuple[HeatCell, ...], ...]) -> Table:
    columns = (Column(_("Channel")), *(Column(_(metric.label), True) for metric in metrics))
    rows = tuple(
        (
            Cell(value_name("channel", channel)),
            *(
                Cell(
                    cell.number.text,
                    link=cell.number.passport,
                    raw=cell.number.raw,
                    detail=cell.number.interval or cell.number.note,
                )
                for cell in row
            ),
        )
        for channel, row in zip(channels, drawn, strict=True)
    )
    return Table("channel-map-data", _("Difference to all other channels"), columns, rows)
