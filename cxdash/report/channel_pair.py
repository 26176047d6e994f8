"""Two channels side by side: metric by metric, over time, and whether the gap is the service or the crowd."""

from __future__ import annotations

from dataclasses import replace

from cxdash.answers.apart import Apart
from cxdash.answers.between import Gap, GapPart, Limited, explain_gap
from cxdash.answers.cells_apart import gridded
from cxdash.answers.weights import obstacle
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.measures import Measure
from cxdash.metrics.metric import Metric
from cxdash.report.apart_words import gap_interval, gap_text, told, tone, value_cell, verdict
from cxdash.report.blocks import (
    Block,
    Cell,
    Column,
    Contribution,
    Contributions,
    Headline,
    Link,
    Notice,
    Section,
    Table,
)
from cxdash.report.channel_others import compared, others_trend
from cxdash.report.view import View
from cxdash.report.why_words import part_text, score_text, segment_name, share_text
from cxdash.report.wording import UNITS, difference_text, dimension_name, signed_difference, value_name

EXPLAINED_BY = ("region", "segment", "product", "reason", "stage")
"""What the crowd of a channel may differ in."""


def pair_blocks(view: View, channel: str, beside: str) -> list[Block]:
    """Everything about two channels beside each other."""
    name, other = value_name("channel", channel), value_name("channel", beside)
    found = compared(view, channel, beside)
    if not found or all(one.row.value is None or one.rest.value is None for one in found):
        text = _("{channel} and {other} have no number in common in this selection.").format(channel=name, other=other)
        return [Headline(text), _doors(view, channel, beside)]
    lead = next((one for one in found if one.difference is not None), found[0])
    focused = replace(view, selection=view.selection.with_filter("channel", channel))
    blocks: list[Block] = [_headline(found, lead, name, other), _side_by_side(view, found, name, other, beside)]
    blocks += others_trend(view, focused, channel, lead.metric, beside)
    # what is clearly apart is what asks for an explanation
    split = next((one for one in found if one.clear and obstacle(one.metric) is None), lead)
    blocks += _explained(view, split, channel, beside)
    return [*blocks, _doors(view, channel, beside)]


def _headline(found: tuple[Apart, ...], lead: Apart, name: str, other: str) -> Headline:
    worse = ", ".join(_(one.metric.label) for one in found if one.clear and not one.good)
    better = ", ".join(_(one.metric.label) for one in found if one.clear and one.good)
    if lead.clear and lead.difference is not None:
        template = (
            _("{metric} is {size} higher in {channel} than in {other}")
            if lead.difference > 0
            else _("{metric} is {size} lower in {channel} than in {other}")
        )
        text = template.format(
            metric=_(lead.metric.label), size=difference_text(lead.metric, lead.difference), channel=name, other=other
        )
    elif worse or better:
        text = _("{channel} and {other} differ, but not clearly in {metric}").format(
            channel=name, other=other, metric=_(lead.metric.label)
        )
    else:
        text = _("{channel} and {other} are not clearly apart in anything compared").format(channel=name, other=other)
    detail = []
    if worse:
        detail.append(_("{channel} is clearly worse in {metrics}.").format(channel=name, metrics=worse))
    if better:
        detail.append(_("{channel} is clearly better in {metrics}.").format(channel=name, metrics=better))
    return Headline(text, " ".join(detail))


def _side_by_side(view: View, found: tuple[Apart, ...], name: str, other: str, beside: str) -> Table:
    columns = (
        Column(_("Metric")),
        Column(name, True),
        Column(other, True),
        Column(_("Difference"), True),
        Column(_("95 % interval"), True),
        Column(_("Verdict")),
    )
    rows = []
    for one in found:
        second = told(view, one.metric, one.rest, {"channel": beside})
        said = " · ".join(text for text in (second.interval or second.note, second.n) if text)
        rows.append(
            (
                Cell(_(one.metric.label)),
                value_cell(view, one),
                Cell(second.text, raw=second.raw, link=second.passport, detail=said),
                Cell(gap_text(one), tone=tone(one)),
                Cell(gap_interval(one)),
                Cell(verdict(one), tone=tone(one)),
            )
        )
    note = _(
        "Verdicts are corrected for all metrics of the table (false findings at most 10 %). Customers who used both "
        "channels make the differences steadier than the intervals say."
    )
    title = _("{channel} and {other} side by side").format(channel=name, other=other)
    return Table("pair", title, columns, tuple(rows), note=note)


def _explained(view: View, lead: Apart, channel: str, beside: str) -> list[Block]:
    """Whether the gap is the crowd or the service, by every dimension grids keep, and by the one chosen in full."""
    metric = lead.metric
    section = Section(_("The service, or who comes"), _what_it_means(channel, beside))
    if obstacle(metric) is not None:
        text = _("The gap in {metric} cannot be split: it is no average of its parts.").format(metric=_(metric.label))
        return [section, Notice("info", text)]
    gaps = _gaps(view, metric, channel, beside)
    if not gaps:
        text = _("This data cannot say who comes to which channel: no dimension has two values in both.")
        return [section, Notice("info", text)]
    chosen = view.params.get("cut", "")
    looked_at = next((gap for gap in gaps if gap.dimension == chosen), None) or max(
        gaps, key=lambda gap: abs(gap.mix.value)
    )
    return [section, _overview(view, gaps, channel, beside), _bars(view, looked_at, channel, beside)]


def _what_it_means(channel: str, beside: str) -> str:
    return _(
        "By who comes: what the gap would be if each kind of customer fared alike in {channel} and {other}. "
        "By the service: what is left when both serve the same crowd."
    ).format(channel=value_name("channel", channel), other=value_name("channel", beside))


def _gaps(view: View, metric: Metric, channel: str, beside: str) -> list[Gap]:
    measure = metric.computation
    assert isinstance(measure, Measure)
    offered = view.edition.manifest.facts[measure.fact].dimensions
    found = []
    for dim in EXPLAINED_BY:
        if dim not in offered or len(view.selection.values(dim)) == 1:
            continue
        if not gridded(view.edition, measure, view.selection, ("channel", dim), view.policy):
            continue
        try:
            gap = explain_gap(view.edition, metric.key, view.selection, ("channel", channel, beside), dim, view.policy)
        except CxdashError:
            continue
        if gap is not None and len(gap.parts) > 1:
            found.append(gap)
    return found


def _overview(view: View, gaps: list[Gap], channel: str, beside: str) -> Table:
    metric = gaps[0].metric
    columns = (
        Column(_("Split by")),
        Column(_("The gap"), True),
        Column(_("By who comes"), True),
        Column(_("By the service"), True),
        Column(_("Verdict")),
    )
    query = (*view.selection.to_query(), ("focus", channel), ("beside", beside))
    rows = tuple(
        (
            Cell(dimension_name(gap.dimension), link=Link("channels", (*query, ("cut", gap.dimension)))),
            Cell(signed_difference(metric, gap.value)),
            Cell(part_text(metric, gap.mix.value), detail=_limits(metric, gap.mix)),
            Cell(part_text(metric, gap.rate.value), detail=_limits(metric, gap.rate)),
            Cell(_reading(gap)),
        )
        for gap in gaps
    )
    title = _("Where the gap in {metric} comes from").format(metric=_(metric.label))
    note = _("Both parts add up to the gap, whatever it is split by; under each its 95 % interval.")
    return Table("gap", title, columns, rows, note=note)


def _limits(metric: Metric, one: Limited) -> str:
    return _("{low} to {high}").format(low=part_text(metric, one.low), high=part_text(metric, one.high))


def _reading(gap: Gap) -> str:
    """What mix and rate say together, claiming no more than their intervals do."""
    by_crowd, by_service = gap.mix.clear, gap.rate.clear
    dim = dimension_name(gap.dimension).lower()
    if by_crowd and not by_service:
        return _("who comes differs by {dimension}; no clear difference in service").format(dimension=dim)
    if by_service and not by_crowd:
        return _("the service; who comes makes no clear difference")
    if by_crowd and by_service:
        return _("both")
    return _("neither is clear")


def _bars(view: View, gap: Gap, channel: str, beside: str) -> Contributions:
    metric, dim = gap.metric, gap.dimension
    parts = tuple(
        Contribution(
            segment_name(dim, part.value),
            (part.rate.value * metric.factor, part.mix.value * metric.factor),
            (part_text(metric, part.rate.value), part_text(metric, part.mix.value)),
            _deeper(view, dim, part, channel, beside),
        )
        for part in gap.parts[:10]
    )
    left = gap.parts[10:]
    if left:
        rate, mix = sum(part.rate.value for part in left), sum(part.mix.value for part in left)
        texts = (part_text(metric, rate), part_text(metric, mix))
        parts = (*parts, Contribution(_("all others"), (rate * metric.factor, mix * metric.factor), texts))
    first = gap.parts[0]
    return Contributions(
        key="gap-parts",
        title=_("The gap in {metric} by {dimension}").format(
            metric=_(metric.label), dimension=dimension_name(dim).lower()
        ),
        subtitle=_("parts of the difference {channel} minus {other}; they add up to it").format(
            channel=value_name("channel", channel), other=value_name("channel", beside)
        ),
        unit=_("pp") if metric.unit == "percent" else UNITS[metric.unit],
        series=(_("By the service"), _("By who comes")),
        parts=parts,
        total=part_text(metric, gap.value),
        summary=_("Largest part: {name} ({part} of {gap}).").format(
            name=segment_name(dim, first.value),
            part=part_text(metric, first.total),
            gap=part_text(metric, gap.value),
        ),
        data=_parts_table(gap, channel, beside),
    )


def _deeper(view: View, dim: str, part: GapPart, channel: str, beside: str) -> Link | None:
    if part.value.startswith("("):
        return None
    query = view.selection.with_filter(dim, part.value).to_query()
    return Link("channels", (*query, ("focus", channel), ("beside", beside)))


def _parts_table(gap: Gap, channel: str, beside: str) -> Table:
    metric = gap.metric
    name, other = value_name("channel", channel), value_name("channel", beside)
    columns = (
        Column(dimension_name(gap.dimension)),
        Column(_("Share in {channel}").format(channel=name), True),
        Column(_("Share in {channel}").format(channel=other), True),
        Column(name, True),
        Column(other, True),
        Column(_("By the service"), True),
        Column(_("By who comes"), True),
    )
    rows = tuple(
        (
            Cell(segment_name(gap.dimension, part.value), detail="" if part.reliable else _("low base")),
            Cell(share_text(part.share)),
            Cell(share_text(part.share_beside)),
            Cell(score_text(metric, part.score)),
            Cell(score_text(metric, part.score_beside)),
            Cell(part_text(metric, part.rate.value), detail=_limits(metric, part.rate)),
            Cell(part_text(metric, part.mix.value), detail=_limits(metric, part.mix)),
        )
        for part in gap.parts
    )
    return Table("gap-parts-data", _(metric.label), columns, rows)


def _doors(view: View, channel: str, beside: str) -> Table:
    query = view.selection.to_query()
    doors = (
        (value_name("channel", channel), (*query, ("focus", channel))),
        (value_name("channel", beside), (*query, ("focus", beside))),
        (_("Swap the two"), (*query, ("focus", beside), ("beside", channel))),
    )
    cells = tuple(Cell(text, link=Link("channels", parameters)) for text, parameters in doors)
    return Table("pair-doors", "", tuple(Column(_("Look into") if n == 0 else "") for n in range(len(cells))), (cells,))
