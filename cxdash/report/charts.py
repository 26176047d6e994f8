"""Answers as chart blocks: trend, dots, distribution, panels, each with its summary and its data as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from cxdash.answers import Answer, Question, Row
from cxdash.answers.apart import against_rest, can_be_apart
from cxdash.answers.ask import target_of
from cxdash.edition import Edition
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.metrics.metric import Metric
from cxdash.periods import Period
from cxdash.report.blocks import Cell, Column, Dot, Dots, Link, Panels, Point, Table, Tone, Trend
from cxdash.report.tiles import points
from cxdash.report.view import View
from cxdash.report.wording import UNITS, cell_name, number, period_text, value_name, value_text
from cxdash.selection import Selection


def events_in(edition: Edition, period: Period) -> tuple[tuple[date, str], ...]:
    """Events of the company inside the period, oldest first."""
    table = edition.table("events")
    if table is None:
        return ()
    inside = table.filter(pl.col("day").is_between(period.start, period.end)).sort("day")
    return tuple((row["day"], row["label"]) for row in inside.iter_rows(named=True))


def series_table(metric: Metric, key: str, rows: Sequence[Row]) -> Table:
    """A series as a table."""
    columns = (
        Column(_("Period")),
        Column(_(metric.label), True),
        Column(_("95 % interval"), True),
        Column(_(metric.counted), True),
    )
    cells = []
    for row in rows:
        printed = number(metric, row)
        cells.append(
            (
                Cell(period_text(row.period)),
                Cell(printed.text, raw=printed.raw, detail=printed.note),
                Cell(printed.interval),
                Cell("" if printed.count is None else f"{printed.count:,}", raw=printed.count),
            )
        )
    return Table(f"{key}-data", _(metric.label), columns, tuple(cells))


def trend(
    view: View,
    answer: Answer,
    *,
    key: str,
    title: str,
    subtitle: str,
    reference: Answer | None = None,
    reference_label: str = "",
    colour: str = "",
) -> Trend:
    """A series as a trend block with target, events and an optional quiet reference line."""
    metric = answer.metric
    target = target_of(view.edition, metric.key) if not metric.target_basis else None
    drawn = _filled(points(answer))
    return Trend(
        key=key,
        title=title,
        subtitle=subtitle,
        unit=UNITS[metric.unit],
        points=drawn,
        summary=_series_summary(metric, drawn),
        data=series_table(metric, key, answer.rows),
        target=target,
        target_label=_("target {value}").format(value=value_text(metric, target / metric.factor))
        if target is not None
        else "",
        events=events_in(view.edition, answer.period),
        reference=points(reference) if reference else (),
        reference_label=reference_label,
        colour=colour,
    )


def _filled(drawn: tuple[Point, ...]) -> tuple[Point, ...]:
    """The series from its first to its last value: months before the data began are no gap worth drawing."""
    known = [n for n, one in enumerate(drawn) if one.state != "missing"]
    return drawn[known[0] : known[-1] + 1] if known else ()


def _series_summary(metric: Metric, drawn: Sequence[Point]) -> str:
    known = [p for p in drawn if p.value is not None]
    if not known:
        return _("No values in this period.")
    first, last = known[0], known[-1]
    low, high = min(known, key=lambda p: p.value or 0.0), max(known, key=lambda p: p.value or 0.0)
    return _(
        "{metric}: {first} in {first_when}, {last} in {last_when}; "
        "lowest {low} ({low_when}), highest {high} ({high_when})."
    ).format(
        metric=_(metric.label),
        first=first.text,
        first_when=first.label,
        last=last.text,
        last_when=last.label,
        low=low.text,
        low_when=low.label,
        high=high.text,
        high_when=high.label,
    )


def dots(
    view: View,
    answer: Answer,
    *,
    key: str,
    title: str,
    subtitle: str,
    total: Row | None,
    link_to: str = "",
    most: int = 14,
    tones: Mapping[str, Tone] | None = None,
) -> Dots:
    """A breakdown by one dimension as dots with whiskers, worst first, around the total.

    A dot is coloured only when it is apart from the rest (all others together, never the total it is part of) beyond
    noise, corrected for all dots; unreliable ones come last, grey. `tones` by value takes the place of that, for a page
    that says more about the same dots.
    """
    metric = answer.metric
    dim = answer.by[0]
    coloured = tones_apart(view, answer) if tones is None else tones
    ranked = sorted(answer.rows, key=lambda row: (not row.reliable, row.value is None, _good(metric, row)))
    company = total.value if total is not None and total.value is not None else None
    drawn = []
    for row in ranked[:most]:
        value = row.dimensions[dim]
        query = _link_query(view.selection, link_to, dim, value)
        drawn.append(
            Dot(
                value_name(dim, value),
                number(metric, row),
                coloured.get(value, "neutral"),
                Link(link_to, query) if link_to else None,
                value if dim == "channel" else "",
            )
        )
    return Dots(
        key=key,
        title=title,
        subtitle=subtitle,
        unit=UNITS[metric.unit],
        dots=tuple(drawn),
        summary=_dots_summary(metric, drawn),
        data=breakdown_table(answer, f"{key}-data"),
        reference=None if company is None else company * metric.factor,
        reference_label="" if company is None else _("all: {value}").format(value=value_text(metric, company)),
    )


def _link_query(selection: Selection, page: str, dim: str, value: str) -> tuple[tuple[str, str], ...]:
    if page == "channels" and dim == "channel":
        return (*selection.to_query(), ("focus", value))
    return selection.with_filter(dim, value).to_query()


def _good(metric: Metric, row: Row) -> float:
    value = row.value if row.value is not None else float("-inf") if metric.higher_is_better else float("inf")
    return value if metric.higher_is_better else -value


def tones_apart(view: View, answer: Answer) -> dict[str, Tone]:
    """Which values of a breakdown by one dimension are clearly better or worse than all others together."""
    if not can_be_apart(answer.metric):
        return {}
    question = Question(answer.metric.key, answer.selection, by=answer.by)
    try:
        compared = against_rest(view.edition, question, view.policy)
    except CxdashError:
        return {}  # a number that may be seen, of rows that may not: it is not compared
    return {one.row.dimensions[answer.by[0]]: "good" if one.good else "bad" for one in compared if one.clear}


def _dots_summary(metric: Metric, drawn: Sequence[Dot]) -> str:
    known = [dot for dot in drawn if dot.number.raw is not None and dot.number.state == "shown"]
    if not known:
        return _("No group has enough answers to be compared.")
    worst, best = known[0], known[-1]
    return _("Worst: {worst} ({worst_value}); best: {best} ({best_value}).").format(
        best=best.label, best_value=best.number.text, worst=worst.label, worst_value=worst.number.text
    )


def breakdown_table(answer: Answer, key: str) -> Table:
    """A breakdown as a table."""
    metric = answer.metric
    columns = (
        Column(""),
        Column(_(metric.label), True),
        Column(_("95 % interval"), True),
        Column(_(metric.counted), True),
    )
    rows = []
    for row in answer.rows:
        printed = number(metric, row)
        rows.append(
            (
                Cell(cell_name(row.dimensions)),
                Cell(printed.text, raw=printed.raw, detail=printed.note),
                Cell(printed.interval),
                Cell("" if printed.count is None else f"{printed.count:,}", raw=printed.count),
            )
        )
    return Table(key, _(metric.label), columns, tuple(rows))


def panels(view: View, answer: Answer, *, key: str, title: str, subtitle: str, most: int = 9) -> Panels:
    """A series by one dimension as small multiples on common axes, largest group first."""
    dim = answer.by[0]
    groups: dict[str, list[Row]] = {}
    for row in answer.rows:
        groups.setdefault(row.dimensions[dim], []).append(row)
    ordered = sorted(groups, key=lambda value: -sum(row.n or 0.0 for row in groups[value]))[:most]
    drawn = []
    for value in ordered:
        part = replace(answer, rows=tuple(groups[value]))
        one = trend(
            view,
            part,
            key=f"{key}-{value}",
            title=value_name(dim, value),
            subtitle="",
            colour=value if dim == "channel" else "",
        )
        drawn.append(replace(one, events=()))
    return Panels(
        key=key,
        title=title,
        subtitle=subtitle,
        unit=UNITS[answer.metric.unit],
        panels=tuple(drawn),
        summary=" ".join(f"{one.title}: {one.summary}" for one in drawn[:3]),
        data=_panel_table(answer, key),
    )


def _panel_table(answer: Answer, key: str) -> Table:
    metric = answer.metric
    columns = (Column(_("Period")), Column(""), Column(_(metric.label), True), Column(_("95 % interval"), True))
    rows = tuple(
        (
            Cell(period_text(row.period)),
            Cell(cell_name(row.dimensions)),
            Cell(printed.text, raw=printed.raw),
            Cell(printed.interval),
        )
        for row in answer.rows
        for printed in (number(metric, row),)
    )
    return Table(f"{key}-data", _(metric.label), columns, rows)
