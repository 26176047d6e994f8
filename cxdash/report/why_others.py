"""The other doors of the page "Why it moved".

All numbers with their change, the comparisons to choose from, and parts that are compared with themselves where a
change is no sum of parts.
"""

from __future__ import annotations

from dataclasses import replace

from cxdash.answers import Answer
from cxdash.answers.ranking import open_dimensions
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.metrics.metric import BenchmarkGap, Metric
from cxdash.report.blocks import Cell, Column, Link, Table
from cxdash.report.doors import WHY, passport_door, why_door
from cxdash.report.findings import scan
from cxdash.report.view import View
from cxdash.report.why_words import change_limits
from cxdash.report.wording import (
    MISSING,
    change,
    dimension_name,
    number,
    period_text,
    signed_difference,
    tone_of,
    value_name,
    value_text,
)


def askable(view: View) -> tuple[Metric, ...]:
    """Metrics whose change can be asked about: all that are one value now and one before."""
    return tuple(metric for metric in view.metrics if not isinstance(metric.computation, BenchmarkGap))


def default_metric(view: View) -> str:
    """The number of the heaviest finding, else the first that clearly changed, else the first there is; "" for none."""
    known = {metric.key: metric for metric in askable(view)}
    for finding in scan(view).findings:
        if finding.metric.key in known:
            return finding.metric.key
    first = ""
    for key in known:
        found = view.try_ask(key, against=view.against or "previous")
        if isinstance(found, CxdashError) or found.only.value is None:
            continue
        first = first or key
        moved = found.only.difference
        if moved is not None and moved.word in ("up", "down"):
            return key
    return first


def metrics_table(view: View, chosen: str) -> Table:
    """Every number with its change, each a link to why."""
    columns = (
        Column(_("Number")),
        Column(_("Before"), True),
        Column(_("Now"), True),
        Column(_("Change"), True),
        Column(_("In words")),
    )
    rows = []
    for metric in askable(view):
        found = view.try_ask(metric.key, against=view.against)
        if isinstance(found, CxdashError):
            continue
        row, moved = found.only, found.only.difference
        link = None if metric.key == chosen else why_door(view, metric.key)
        before = MISSING if moved is None or moved.reference is None else value_text(metric, moved.reference)
        size = MISSING if moved is None or moved.value is None else signed_difference(metric, moved.value)
        said = change(metric, moved)
        rows.append(
            (
                Cell(_(metric.label), link=link, detail=_("shown above") if metric.key == chosen else ""),
                Cell(before),
                Cell(number(metric, row).text, link=None if row.value is None else passport_door(view, metric.key)),
                Cell(size, tone=tone_of(metric, moved) if moved else "neutral"),
                Cell(said.text if said else ""),
            )
        )
    return Table("why-metrics", _("How the other numbers moved"), columns, tuple(rows))


def comparison_table(view: View, key: str) -> Table:
    """The comparisons to choose from, each a link."""
    period = view.selection.period
    choices = (
        ("previous", _("the period before"), period.previous()),
        ("year", _("the same days a year before"), period.year_before()),
    )
    rows = []
    for compare, label, reference in choices:
        selection = replace(view.selection, compare=compare)  # type: ignore[arg-type]
        query = (*selection.to_query(), *([("metric", key)] if key else []))
        rows.append((Cell(label, link=Link(WHY, query)), Cell(period_text(reference))))
    return Table("why-compare", _("Compare with"), (Column(_("Compare with")), Column(_("Period"))), tuple(rows))


def own_changes(view: View, metric: Metric, dimension: str) -> tuple[Table, ...]:
    """Each part of a metric compared with itself, by the dimension asked for or the first that works."""
    dims = open_dimensions(view.edition, metric.key, view.selection, view.policy)
    ordered = [dim for dim in dims if dim == dimension] or list(dims)
    for dim in ordered:
        found = view.try_ask(metric.key, by=(dim,), against=view.against)
        if not isinstance(found, CxdashError) and sum(row.value is not None for row in found.rows) > 1:
            others = [other for other in dims if other != dim]
            return (_own_table(view, found, dim), *([_cuts(view, metric, others)] if others else []))
    return ()


def _own_table(view: View, found: Answer, dim: str) -> Table:
    metric = found.metric
    columns = (
        Column(dimension_name(dim)),
        Column(_("Before"), True),
        Column(_("Now"), True),
        Column(_("Change"), True),
        Column(_("95 % interval"), True),
        Column(_(metric.counted), True),
    )
    rows = []
    for row in sorted(found.rows, key=lambda one: -(one.n or 0.0)):
        moved, printed = row.difference, number(metric, row)
        known = moved is not None and moved.value is not None and moved.word != "too few answers"
        rows.append(
            (
                Cell(value_name(dim, row.dimensions[dim]), link=why_door(view, metric.key, dimensions=row.dimensions)),
                Cell(MISSING if moved is None or moved.reference is None else value_text(metric, moved.reference)),
                Cell(printed.text, raw=printed.raw, detail=printed.note),
                Cell(
                    signed_difference(metric, moved.value) if known and moved and moved.value is not None else MISSING,
                    tone=tone_of(metric, moved) if moved else "neutral",
                ),
                Cell(change_limits(metric, moved.low, moved.high) if known and moved is not None else ""),
                Cell(f"{printed.count:,}" if printed.count is not None else "", raw=printed.count),
            )
        )
    title = _("{metric} by {dimension}, each compared with itself").format(
        metric=_(metric.label), dimension=dimension_name(dim).lower()
    )
    note = _(
        "These changes do not add up to the change of the whole. Each is judged by itself: of twenty in which "
        "nothing happened, one is named on average."
    )
    return Table("why-parts-data", title, columns, tuple(rows), note=note)


def _cuts(view: View, metric: Metric, dims: list[str]) -> Table:
    rows = tuple((Cell(dimension_name(dim), link=why_door(view, metric.key, dim)),) for dim in dims)
    return Table("why-dimensions", _("Other ways to cut it"), (Column(_("Cut by")),), rows)
