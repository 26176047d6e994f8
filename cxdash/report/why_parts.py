"""The parts of a change: the chart of contributions, the table behind it, and the other dimensions to cut by."""

from __future__ import annotations

from collections.abc import Sequence

from cxdash.answers.attribute import Attribution, Component
from cxdash.answers.decomposition import Decomposition, Effect
from cxdash.answers.ranking import Cut, Ranking
from cxdash.language import _, plural
from cxdash.metrics.metric import Metric
from cxdash.report.blocks import Cell, Column, Contribution, Contributions, Link, Table
from cxdash.report.doors import WHY, passport_door, why_door
from cxdash.report.view import View
from cxdash.report.why_words import (
    change_limits,
    limits_text,
    part_text,
    score_text,
    segment_name,
    share_text,
    shares_text,
    weighted_by,
)
from cxdash.report.wording import UNITS, count, decimal, dimension_name

MOST_BARS = 10


def contributions(view: View, found: Decomposition, *, title: str) -> Contributions:
    """The segments' parts as bars that add up to the change, largest first; the smallest as one bar."""
    metric = found.metric
    bars = [_bar(view, found, effect) for effect in found.effects[:MOST_BARS]]
    rest = found.effects[MOST_BARS:]
    if rest:
        label = plural("{n} more", "{n} more", len(rest)).format(n=count(len(rest)))
        bars.append(_drawn(metric, label, sum(e.rate for e in rest), sum(e.mix for e in rest), None))
    return Contributions(
        key="why-parts",
        title=title,
        subtitle=_(
            "parts of the change in {metric} by {dimension}: what its own score did, and what its share did"
        ).format(metric=_(metric.label), dimension=dimension_name(found.dimension).lower()),
        unit=_("pp") if metric.unit == "percent" else UNITS[metric.unit],
        series=(_("Its own score"), _("Its share")),
        parts=tuple(bars),
        total=part_text(metric, found.change),
        summary=_summary(metric, [(bar.label, part_text(metric, sum(bar.amounts) / metric.factor)) for bar in bars]),
        data=parts_table(view, found),
    )


def _bar(view: View, found: Decomposition, effect: Effect) -> Contribution:
    label = segment_name(found.dimension, effect.value)
    return _drawn(found.metric, label, effect.rate, effect.mix, _deeper(view, found, effect))


def _drawn(metric: Metric, label: str, rate: float, mix: float, link: Link | None) -> Contribution:
    amounts = (rate * metric.factor, mix * metric.factor)
    return Contribution(label, amounts, (part_text(metric, rate), part_text(metric, mix)), link)


def _deeper(view: View, found: Decomposition, effect: Effect) -> Link | None:
    """The same question inside the segment."""
    return why_door(view, found.metric.key, dimensions={found.dimension: effect.value}) if effect.named else None


def _summary(metric: Metric, parts: Sequence[tuple[str, str]]) -> str:
    named = "; ".join(f"{label} {text}" for label, text in parts[:4])
    return _("Largest parts of the change in {metric}: {parts}.").format(metric=_(metric.label), parts=named)


def parts_table(view: View, found: Decomposition) -> Table:
    """Every segment with its share, score, effects and n; the last row is the whole."""
    metric = found.metric
    columns = (
        Column(dimension_name(found.dimension)),
        Column(_("Share of {counted}").format(counted=weighted_by(found)), True),
        Column(_(metric.label), True),
        Column(_("By its own score"), True),
        Column(_("By its share"), True),
        Column(_("Its part"), True),
        Column(_("95 % interval"), True),
        Column(_("n before → now"), True),
    )
    rows = [_part_row(view, found, effect) for effect in found.effects]
    rows.append(
        (
            Cell(_("All")),
            Cell(share_text(1.0)),
            Cell(f"{score_text(metric, found.before)} → {score_text(metric, found.now)}"),
            _effect_cell(metric, found.rate, limits_text(metric, found.rate_limits)),
            _effect_cell(metric, found.mix, limits_text(metric, found.mix_limits)),
            _effect_cell(metric, found.change),
            Cell(change_limits(metric, found.low, found.high)),
            Cell(
                _span_text(count(sum(e.n_before for e in found.effects)), count(sum(e.n_now for e in found.effects))),
                link=passport_door(view, metric.key),
            ),
        )
    )
    title = _("What each part did, by {dimension}").format(dimension=dimension_name(found.dimension).lower())
    return Table("why-parts-data", title, columns, tuple(rows), note=_note(found))


def _part_row(view: View, found: Decomposition, effect: Effect) -> tuple[Cell, ...]:
    metric = found.metric
    standing = "" if effect.reliable else _("low base")
    if not effect.n_before:
        standing = _("new")
    elif not effect.n_now:
        standing = _("gone")
    rows = passport_door(view, metric.key, {found.dimension: effect.value}) if effect.named and effect.n_now else None
    return (
        Cell(segment_name(found.dimension, effect.value), link=_deeper(view, found, effect), detail=standing),
        Cell(shares_text(effect.share_before, effect.share_now), raw=100 * effect.share_now),
        Cell(_span_text(score_text(metric, effect.score_before), score_text(metric, effect.score_now))),
        _effect_cell(metric, effect.rate, limits_text(metric, effect.rate_limits)),
        _effect_cell(metric, effect.mix, limits_text(metric, effect.mix_limits)),
        _effect_cell(metric, effect.total),
        Cell(limits_text(metric, effect.total_limits)),
        Cell(_span_text(count(effect.n_before), count(effect.n_now)), link=rows, raw=effect.n_now),
    )


def _effect_cell(metric: Metric, effect: float, interval: str = "") -> Cell:
    return Cell(part_text(metric, effect), raw=effect * metric.factor, detail=interval)


def _span_text(before: str, now: str) -> str:
    return f"{before} → {now}"


def _note(found: Decomposition) -> str:
    parts = [
        _(
            "The parts add up to the change exactly; only what is printed is rounded. A part that is new or gone "
            "counts wholly as share."
        )
    ]
    if any(not effect.named for effect in found.effects):
        parts.append(_("Parts of fewer than 5, and those that would give them away, are shown together."))
    if found.errors == "customers":
        parts.append(_("Intervals know that the same customers stand on both sides (32 groups of customers)."))
    else:
        text = _("Intervals take {counted} as independent, widened by the design effect of the whole.")
        parts.append(text.format(counted=_(found.metric.counted)))
    return " ".join(parts)


def dimensions_table(view: View, ranking: Ranking, chosen: str) -> Table:
    """The ranked dimensions, each a link that cuts by it."""
    columns = (
        Column(_("Cut by")),
        Column(_("Stands out most")),
        Column(_("Its part"), True),
        Column(_("Had all moved alike"), True),
        Column(_("All own scores"), True),
        Column(_("All shares"), True),
        Column(_("In short")),
    )
    rows = [_dimension_row(view, cut, chosen) for cut in ranking.cuts]
    key = ranking.cuts[0].found.metric.key if ranking.cuts else ""
    blank = (Cell(""),) * 5
    rows += [
        (
            Cell(dimension_name(dim), link=why_door(view, key, dim) if key else None),
            *blank,
            Cell(_("not ranked: its rows are read only when asked for")),
        )
        for dim in ranking.unread
    ]
    note = plural(
        "Views of one and the same change: parts add up within a dimension, never over dimensions. Ranked by the part "
        "that did most beyond its share; {n} part was tested.",
        "Views of one and the same change: parts add up within a dimension, never over dimensions. Ranked by the part "
        "that did most beyond its share; {n} parts were tested together, on average at most 10 % of those named stand "
        "out by chance.",
        ranking.tested,
    ).format(n=count(ranking.tested))
    return Table("why-dimensions", _("Other ways to cut the same change"), columns, tuple(rows), note=note)


def _dimension_row(view: View, cut: Cut, chosen: str) -> tuple[Cell, ...]:
    found, top = cut.found, cut.top
    metric = found.metric
    name = dimension_name(found.dimension)
    label = (
        Cell(name, detail=_("shown above"))
        if found.dimension == chosen
        else Cell(name, link=why_door(view, metric.key, found.dimension))
    )
    return (
        label,
        Cell(segment_name(found.dimension, top.value) if top else "", link=_deeper(view, found, top) if top else None),
        _effect_cell(metric, top.total) if top else Cell(""),
        _effect_cell(metric, top.total - top.pull) if top else Cell(""),
        _effect_cell(metric, found.rate),
        _effect_cell(metric, found.mix),
        Cell(_verdict(cut)),
    )


def _verdict(cut: Cut) -> str:
    if cut.found.reversal == "every":
        return _("every part moved against the whole")
    if cut.found.reversal:
        return _("at fixed shares, the parts moved against the whole")
    if cut.found.moved not in ("up", "down"):
        return _("description only: the change is not clear")
    return _("stands apart beyond noise") if cut.clear else _("nothing stands apart")


def component_bars(view: View, found: Attribution) -> Contributions:
    """What each component did to the score."""
    metric = found.metric
    parts = [
        Contribution(_(one.metric.label), (one.part,), (part_text(metric, one.part),), Link(WHY, _of(view, one)))
        for one in found.components
    ]
    if abs(found.coverage) > 1e-9:
        label = _("components that came or went")
        parts.append(Contribution(label, (found.coverage,), (part_text(metric, found.coverage),)))
    return Contributions(
        key="why-parts",
        title=_("What each component did to {metric}").format(metric=_(metric.label)),
        subtitle=_("points of the score: weight times the way it went between floor and target"),
        unit=UNITS[metric.unit],
        series=(_("Part of the change"),),
        parts=tuple(parts),
        total=part_text(metric, found.change),
        summary=_summary(metric, [(one.label, one.texts[0]) for one in parts]),
        data=_component_table(view, found),
    )


def _of(view: View, component: Component) -> tuple[tuple[str, str], ...]:
    return (*view.selection.to_query(), ("metric", component.metric.key))


def _component_table(view: View, found: Attribution) -> Table:
    columns = (
        Column(_("Component")),
        Column(_("Weight"), True),
        Column(_("Of the way to its target"), True),
        Column(_("Its part"), True),
    )
    rows = [
        (
            Cell(_(one.metric.label), link=Link(WHY, _of(view, one))),
            Cell(share_text(one.weight)),
            Cell(_span_text(_goal(one.goal_before), _goal(one.goal_now))),
            Cell(part_text(found.metric, one.part), raw=one.part),
        )
        for one in found.components
    ]
    if abs(found.coverage) > 1e-9:
        rows.append(
            (
                Cell(_("components that came or went")),
                Cell(""),
                Cell(""),
                Cell(part_text(found.metric, found.coverage), raw=found.coverage),
            )
        )
    rows.append(
        (Cell(_("All")), Cell(share_text(1.0)), Cell(""), Cell(part_text(found.metric, found.change), raw=found.change))
    )
    note = _("The parts add up to the change exactly; only what is printed is rounded.")
    return Table("why-parts-data", _("What each component did"), columns, tuple(rows), note=note)


def _goal(goal: float | None) -> str:
    return "–" if goal is None else decimal(goal, 0) + "%"
