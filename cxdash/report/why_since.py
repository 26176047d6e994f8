"""Since when: the watched days as a chart, with the stretch that is not normal marked and named."""

from __future__ import annotations

from datetime import timedelta

from cxdash.answers.monitor import WATCHED, DayPoint, Monitor, Stretch
from cxdash.language import _, plural
from cxdash.periods import Period
from cxdash.report.blocks import Block, Cell, Column, Notice, Point, Section, Table, Trend
from cxdash.report.charts import events_in
from cxdash.report.view import View
from cxdash.report.wording import MISSING, UNITS, count, day_text, period_text, value_text

CONTEXT = timedelta(days=28)
"""Days before the watched ones that are drawn as well."""


def since_blocks(view: View, found: Monitor, *, moved: bool = False) -> list[Block]:
    """The section: a chart, or why there is none. `moved`: whether the comparison found a clear change."""
    if found.silence:
        return [Notice("info", _("Days are not watched here."), _silence(found))]
    drawn = [point for point in found.points if point.days.end >= found.watched.start - CONTEXT]
    span = Period(drawn[0].days.start, found.watched.end)
    label = _(found.metric.label)
    return [
        Section(_("Since when")),
        Trend(
            key="why-since",
            title=f"{label}: {since_sentence(found, moved=moved)}",
            subtitle=_(
                "by day, thin days together, {period}; grey: what is normal for the weekday, learnt from the "
                "{weeks} weeks before {start}; at most 5 of 1,000 quiet days raise a false alarm"
            ).format(
                period=period_text(span), weeks=count(found.learnt.days // 7), start=day_text(found.watched.start)
            ),
            unit=UNITS[found.metric.unit],
            points=tuple(_point(found, one) for one in drawn),
            summary=_summary(found, moved=moved),
            data=_table(found, drawn),
            events=events_in(view.edition, span),
            reference=tuple(_normal(found, one) for one in drawn),
            reference_label=_("normal for the weekday"),
            spans=tuple((one.days.start, one.days.end, _mark(one)) for one in found.stretches),
        ),
    ]


def since_sentence(found: Monitor, *, moved: bool = False) -> str:
    """When it began, in words, or that no day stands out (and, of a clear change, what that means)."""
    main = found.main
    if main is None and not moved:
        return _("no day since {day} stands out").format(day=day_text(found.watched.start))
    if main is None:
        text = _("no day since {day} stands out; a change this slow or this small shows only in the comparison")
        return text.format(day=day_text(found.watched.start))
    if not main.lasting:
        return _spike(found, main)
    values = {"day": day_text(main.days.start), "until": day_text(main.days.end), "n": count(main.points)}
    if main.open_start:
        began = _("was there already on {day}, when watching began")
    elif main.ongoing:
        began = _("began around {day}")
    else:
        began = _("not normal from around {day} to {until}")
    return f"{began.format(**values)}: {_row(found, main)}"


def _row(found: Monitor, main: Stretch) -> str:
    """How many of its days lie on that side of normal."""
    inside = [p for p in found.points if main.days.start <= p.days.end <= main.days.end]
    single = all(point.days.days == 1 for point in inside)
    values = {"n": count(main.points), "aside": count(main.aside)}
    if main.aside == main.points and single:
        text = (
            plural(
                "{n} day below what is normal for the weekday",
                "{n} days in a row below what is normal for the weekday",
                main.points,
            )
            if main.side < 0
            else plural(
                "{n} day above what is normal for the weekday",
                "{n} days in a row above what is normal for the weekday",
                main.points,
            )
        )
        return text.format(**values)
    if single:
        text = (
            _("{aside} of {n} days lie below what is normal for the weekday")
            if main.side < 0
            else _("{aside} of {n} days lie above what is normal for the weekday")
        )
        return text.format(**values)
    text = (
        _("{aside} of {n} points (thin days together) lie below what is normal for the weekday")
        if main.side < 0
        else _("{aside} of {n} points (thin days together) lie above what is normal for the weekday")
    )
    return text.format(**values)


def _spike(found: Monitor, main: Stretch) -> str:
    point = next(p for p in found.points if p.days.end == main.days.end)
    text = _("{day} stands out ({value}, where {low} to {high} is normal); the days around it do not")
    return text.format(day=day_text(main.days.end), value=_value(found, point.value), **_range(found, point))


def _range(found: Monitor, point: DayPoint) -> dict[str, str]:
    """The ends of what is normal, cut at what the metric can be."""
    floor, ceiling = (-1.0, 1.0) if found.metric.unit == "points" else (0.0, 1.0)
    return {
        "low": value_text(found.metric, max(point.low, floor)),
        "high": value_text(found.metric, min(point.high, ceiling)),
    }


def _mark(one: Stretch) -> str:
    if not one.lasting:
        return _("stands out")
    return _("below normal") if one.side < 0 else _("above normal")


def _value(found: Monitor, value: float | None) -> str:
    return MISSING if value is None else value_text(found.metric, value)


def _point(found: Monitor, one: DayPoint) -> Point:
    value = None if one.value is None else one.value * found.metric.factor
    n = None if one.n is None else round(one.n)
    text, state = _value(found, one.value), "hidden" if one.value is None else "shown"
    return Point(one.days.start, one.days.end, period_text(one.days), value, None, None, n, text, state)  # type: ignore[arg-type]


def _normal(found: Monitor, one: DayPoint) -> Point:
    factor = found.metric.factor
    ends = _range(found, one)
    text = _("{low} to {high}").format(**ends)
    low, high = max(one.low, -1.0 if found.metric.unit == "points" else 0.0), min(one.high, 1.0)
    return Point(
        one.days.start,
        one.days.end,
        period_text(one.days),
        one.normal * factor,
        low * factor,
        high * factor,
        None,
        text,
    )


def _table(found: Monitor, drawn: list[DayPoint]) -> Table:
    columns = (
        Column(_("Day")),
        Column(_(found.metric.label), True),
        Column(_("Normal for the weekday"), True),
        Column(_(found.metric.counted), True),
        Column(_("Alarm")),
    )
    rows = tuple(
        (
            Cell(period_text(one.days)),
            Cell(_value(found, one.value), raw=None if one.value is None else one.value * found.metric.factor),
            Cell(_("{low} to {high}").format(**_range(found, one))),
            Cell("" if one.n is None else count(one.n), raw=one.n),
            Cell(_("yes") if one.alarm else ""),
        )
        for one in drawn
    )
    return Table("why-since-data", _(found.metric.label), columns, rows)


def _summary(found: Monitor, *, moved: bool) -> str:
    alarms = sum(point.alarm for point in found.points)
    text = plural(
        "{n} of {watched} watched points is in alarm.", "{n} of {watched} watched points are in alarm.", alarms
    )
    watched = sum(point.watched for point in found.points)
    return f"{_(found.metric.label)}: {since_sentence(found, moved=moved)}. " + text.format(
        n=count(alarms), watched=count(watched)
    )


def _silence(found: Monitor) -> str:
    if found.silence == "kind":
        text = _("The daily chart is made for shares and NPS; {metric} is neither, or does not exist by day.")
    elif found.silence == "young":
        text = _(
            "What is normal for a weekday takes at least eight weeks of data before the {n} days that are watched."
        )
    else:
        text = _("Too few {counted} a week to tell a usual day from an unusual one, even with thin days together.")
    return text.format(metric=_(found.metric.label), counted=_(found.metric.counted), n=count(WATCHED))
