"""One metric at a glance: value, interval, n, change, target, sparkline, period and data-as-of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cxdash.answers import Answer, Row
from cxdash.answers.ask import target_of
from cxdash.answers.weights import obstacle
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.measures import Measure
from cxdash.metrics.catalogue import find_metric
from cxdash.metrics.facts import FACTS
from cxdash.metrics.metric import Metric
from cxdash.periods import Period, floor, step
from cxdash.report.blocks import Change, Link, Number, Point, Tile
from cxdash.report.doors import passport_door, why_door
from cxdash.report.view import View
from cxdash.report.wording import change, day_text, missing, number, period_text, value_text

SPARK_POINTS = 13


def point(metric: Metric, row: Row, label: str = "") -> Point:
    """One value of a series."""
    printed = number(metric, row)
    return Point(
        row.period.start,
        row.period.end,
        label or period_text(row.period),
        printed.raw,
        printed.low,
        printed.high,
        printed.count,
        printed.text,
        printed.state,
    )


def points(answer: Answer) -> tuple[Point, ...]:
    """A series as points; of churn only whole buckets, because half a week loses half as many customers."""
    measure = answer.metric.computation
    stock = isinstance(measure, Measure) and FACTS[measure.fact].clock == "stock"
    return tuple(
        point(answer.metric, row)
        for row in answer.rows
        if not (stock and answer.grain) or _is_whole(row.period, answer.grain)
    )


def _is_whole(period: Period, grain: str) -> bool:
    start = floor(period.start, grain)
    return (period.start, period.end) == (start, step(start, grain) - timedelta(days=1))


def tile(view: View, key: str) -> Tile:
    """The tile of a metric; where it cannot be computed the tile says why."""
    metric = find_metric(key)
    link = Link("definitions", (("metric", key),))
    found = view.try_ask(key, against=view.against)
    if isinstance(found, CxdashError):
        return Tile(key, _(metric.label), missing(_reason(view, key, found)), link=link)
    row = found.only
    return Tile(
        key=key,
        label=_(metric.label),
        number=replace(_number(view, metric, row), passport=passport_door(view, key)),
        change=_change(view, metric, row),
        target=_target(view, metric, row),
        period=period_text(row.period) if row.period != view.selection.period else "",
        as_of=_("data to {day}").format(day=day_text(view.edition.manifest.last_day)),
        spark=_spark(view, metric),
        link=link,
    )


def _change(view: View, metric: Metric, row: Row) -> Change | None:
    """The change in words; one that happened leads to why, where the metric can be taken apart."""
    moved = change(metric, row.difference)
    told = moved is not None and moved.word != "too few answers" and obstacle(metric) is None
    return replace(moved, link=why_door(view, metric.key)) if moved is not None and told else moved


def _reason(view: View, key: str, error: CxdashError) -> str:
    sentence = view.edition.manifest.unsupported.get(key)
    return sentence or str(error)


def _number(view: View, metric: Metric, row: Row) -> Number:
    printed = number(metric, row)
    if metric.key == "health" and row.value is not None:
        coverage = row.extra.get("coverage", 1.0)
        return replace(printed, n=_("{percent}% of the weight covered").format(percent=round(100 * coverage)))
    if metric.key == "health":
        return replace(printed, note=_("Too few components have data for this selection"))
    return printed


def _target(view: View, metric: Metric, row: Row) -> str:
    goal = target_of(view.edition, metric.key)
    if goal is None:
        return ""
    text = _("target {value}").format(value=value_text(metric, goal / metric.factor))
    if metric.target_basis and metric.target_basis in row.extra:
        monthly = value_text(metric, row.extra[metric.target_basis])
        return _("{monthly} a month, {target} a month").format(monthly=monthly, target=text)
    return text


def _spark(view: View, metric: Metric) -> tuple[Point, ...]:
    if metric.key == "health":
        return ()
    # the sparkline shows where the period comes from: weeks before it as well when the period itself is short
    grain = "month" if metric.windows else "week"
    end = view.selection.period.end
    days = max(view.selection.period.days, (400 if metric.windows else 7 * SPARK_POINTS))
    reach = floor(end - timedelta(days=days - 1), grain)
    start = max(reach, min(view.edition.manifest.first_day, end))
    longer = replace(view.selection, period=Period(start, end))
    found = view.try_ask(metric.key, grain=grain, selection=longer)
    if isinstance(found, CxdashError):
        return ()
    return points(found)[-26:]
