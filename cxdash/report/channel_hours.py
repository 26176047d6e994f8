"""When in the week: a map of weekdays and hours for how many came, how long they waited and how often they gave up.

Each cell is compared with all other hours of the channel. Hours in which nobody came are no missing data: they say so.
"""

from __future__ import annotations

from dataclasses import replace

from babel import Locale

from cxdash.answers import Question
from cxdash.answers.apart import Apart, against_rest
from cxdash.answers.volume import volume
from cxdash.errors import CxdashError
from cxdash.language import N_, _, language, plural
from cxdash.metrics.catalogue import METRICS
from cxdash.report.apart_words import gap_interval, gap_text, told, verdict
from cxdash.report.blocks import Block, Cell, Column, HeatCell, Heatmap, Link, Number, Table
from cxdash.report.channel_others import missing_notes
from cxdash.report.numerals import hour_name, weekday_name
from cxdash.report.view import View
from cxdash.report.wording import MISSING, count, decimal, missing, number, value_text

BY = ("weekday", "hour")
PREFIX = "hours-"
"""What the parameter `cut` begins with when it names what the map shows."""

VOLUME = "volume"
MAPPED = ("abandonment", "wait_time", "first_contact_resolution", "repeat_rate", "transfers")
"""Metrics of contacts that a map is drawn of, in the order people ask."""

VOLUME_LABEL = N_("Contacts")


def hours_blocks(view: View, focused: View, channel: str) -> list[Block]:
    """The map chosen, and what else there is to map; nothing where contacts have no hour."""
    record = view.edition.manifest.facts.get("contacts")
    if record is None or not set(BY) <= set(record.dimensions) or channel not in record.dimensions.get("channel", ()):
        return []
    offered = [key for key in MAPPED if _has_value(focused, key)]
    asked = view.params.get("cut", "").removeprefix(PREFIX)
    shown = asked if asked in (*offered, VOLUME) else next(iter(offered), VOLUME)
    drawn = _volume_map(focused) if shown == VOLUME else _metric_map(focused, shown)
    return [] if drawn is None else [drawn, _choice(view, channel, [*offered, VOLUME], shown)]


def _has_value(focused: View, key: str) -> bool:
    """Whether the metric says anything of this channel."""
    found = focused.try_ask(key) if focused.offers(key) else None
    return found is not None and not isinstance(found, CxdashError) and found.only.value is not None


def _cells(focused: View, key: str) -> dict[tuple[str, str], Apart]:
    """Cells of a metric by weekday and hour; {} where it has no value in this channel."""
    try:
        found = against_rest(focused.edition, Question(key, focused.selection, by=BY), focused.policy)
    except CxdashError:
        return {}
    cells = {(one.row.dimensions["weekday"], one.row.dimensions["hour"]): one for one in found}
    return cells if any(one.row.value is not None for one in found) else {}


def weekdays() -> list[str]:
    """Weekdays "1" … "7" from the first day of the reader's week on."""
    first = int(Locale.parse(language(), sep="-" if "-" in language() else "_").first_week_day)
    return [str((first + n) % 7 + 1) for n in range(7)]


def _hours(keys: set[tuple[str, str]]) -> list[str]:
    """Every hour from the first to the last in which anybody came."""
    known = sorted(int(hour) for _day, hour in keys if hour.isdigit())
    return [f"{hour:02d}" for hour in range(known[0], known[-1] + 1)] if known else []


def _metric_map(focused: View, key: str) -> Heatmap | None:
    metric, cells = METRICS[key], _cells(focused, key)
    hours = _hours(set(cells))
    whole = focused.try_ask(key)
    if not hours or isinstance(whole, CxdashError):
        return None
    largest = max((abs(one.difference or 0.0) for one in cells.values() if one.row.reliable), default=0.0)
    drawn = tuple(tuple(_cell(focused, cells.get((day, hour)), largest) for hour in hours) for day in weekdays())
    worst = sorted((one for one in cells.values() if one.clear and not one.good), key=_badness)
    level = whole.only
    reference = "" if level.value is None else value_text(metric, level.value)
    return Heatmap(
        key=f"hours-{key}",
        title=_title(_(metric.label), worst),
        subtitle=_("{metric} by weekday and hour; strong colour only when clearly apart from all other hours").format(
            metric=_(metric.label)
        ),
        row_title=_("Weekday"),
        column_title=_("Hour"),
        rows=tuple(weekday_name(day, short=True) for day in weekdays()),
        columns=tuple(hours),
        cells=drawn,
        summary=_summary(worst),
        data=_table(focused, key, cells),
        low_label=_("worse"),
        high_label=_("better"),
        reference_label=_("middle: the channel as a whole, {value}").format(value=reference) if reference else "",
    )


def _badness(one: Apart) -> float:
    return -abs(one.difference or 0.0)


def _cell(focused: View, one: Apart | None, largest: float) -> HeatCell:
    if one is None or (one.row.value is None and not one.row.n and "hidden" not in one.row.flags):
        return HeatCell(missing(_("no contacts")))
    printed = told(focused, one.metric, one.row, one.row.dimensions)
    level = None
    if one.row.reliable and one.difference is not None and largest:
        level = one.difference / largest * (1 if one.metric.higher_is_better else -1)
    return HeatCell(printed, level, one.clear)


def _when(one: Apart) -> str:
    day, hour = one.row.dimensions["weekday"], one.row.dimensions["hour"]
    return _("{weekday} {hour}").format(weekday=weekday_name(day), hour=hour_name(hour))


def _title(label: str, worst: list[Apart]) -> str:
    if not worst:
        return _("{metric} by weekday and hour: no hour is clearly worse than the others").format(metric=label)
    named = ", ".join(_when(one) for one in worst[:2])
    more = len(worst) - 2
    if more > 0:
        return plural(
            "{metric}: clearly worse {when} and in {n} more hour of the week",
            "{metric}: clearly worse {when} and in {n} more hours of the week",
            more,
        ).format(metric=label, when=named, n=count(more))
    return _("{metric}: clearly worse {when}").format(metric=label, when=named)


def _summary(worst: list[Apart]) -> str:
    if not worst:
        return _("No hour of the week is clearly worse than all others.")
    parts = [f"{_when(one)} ({number(one.metric, one.row).text})" for one in worst[:5]]
    return _("Clearly worse than all other hours: {hours}.").format(hours=", ".join(parts))


def _table(focused: View, key: str, cells: dict[tuple[str, str], Apart]) -> Table:
    metric = METRICS[key]
    columns = (
        Column(_("Weekday")),
        Column(_("Hour")),
        Column(_(metric.label), True),
        Column(_("95 % interval"), True),
        Column(_(metric.counted), True),
        Column(_("Difference"), True),
        Column(_("95 % interval"), True),
        Column(_("Verdict")),
    )
    rows = []
    for (day, hour), one in sorted(cells.items()):
        printed = told(focused, metric, one.row, one.row.dimensions)
        rows.append(
            (
                Cell(weekday_name(day)),
                Cell(hour_name(hour)),
                Cell(printed.text, raw=printed.raw, link=printed.passport, detail=printed.note),
                Cell(printed.interval),
                Cell("" if printed.count is None else count(printed.count), raw=printed.count),
                Cell(gap_text(one)),
                Cell(gap_interval(one)),
                Cell(verdict(one)),
            )
        )
    return Table(f"hours-{key}-data", _(metric.label), columns, tuple(rows))


def _volume_map(focused: View) -> Heatmap | None:
    """Contacts on an average day of each weekday, hour by hour: pale shades, for there is no better or worse in it."""
    try:
        counts = volume(focused.edition, focused.selection, BY, focused.policy)
    except CxdashError:
        return None
    cells = {(day, hour): n for (day, hour), n in counts.items()}
    hours = _hours(set(cells))
    if not hours:
        return None
    period = focused.selection.period
    days = dict.fromkeys(weekdays(), 0)
    for n in range(period.days):
        days[str((period.start.weekday() + n) % 7 + 1)] += 1
    rates = {place: n / days[place[0]] for place, n in cells.items() if n is not None and days.get(place[0])}
    top = max(rates.values(), default=0.0)
    busiest = sorted(rates, key=lambda place: -rates[place])[:3]
    named = ", ".join(
        _("{weekday} {hour}").format(weekday=weekday_name(day), hour=hour_name(hour)) for day, hour in busiest
    )
    rows = tuple(
        (
            Cell(weekday_name(day)),
            Cell(hour_name(hour)),
            Cell(MISSING if n is None else count(n), raw=n, detail=_("fewer than 5") if n is None else ""),
        )
        for (day, hour), n in sorted(cells.items())
    )
    columns = (Column(_("Weekday")), Column(_("Hour")), Column(_("Contacts"), True))
    return Heatmap(
        key="hours-volume",
        title=_("Most contacts come {when}").format(when=named),
        subtitle=_("contacts in the hour on an average day of that weekday; how busy, not how good"),
        row_title=_("Weekday"),
        column_title=_("Hour"),
        rows=tuple(weekday_name(day, short=True) for day in weekdays()),
        columns=tuple(hours),
        cells=tuple(tuple(_busy(cells, rates, (day, hour), top) for hour in hours) for day in weekdays()),
        summary=_("Busiest hours: {hours}.").format(hours=named),
        data=Table("hours-volume-data", _("Contacts"), columns, rows),
        low_label=_("quieter"),
        high_label=_("busier"),
    )


def _busy(
    cells: dict[tuple[str, str], int | None], rates: dict[tuple[str, str], float], place: tuple[str, str], top: float
) -> HeatCell:
    if place not in cells:
        return HeatCell(missing(_("no contacts")))
    n = cells[place]
    if n is None:
        return HeatCell(replace(missing(_("Fewer than 5, or too easy to work out: not shown")), state="hidden"))
    rate = rates.get(place, 0.0)
    text = count(rate) if rate >= 10 else decimal(rate, 1)
    said = plural("{n} contact in the period", "{n} contacts in the period", n).format(n=count(n))
    return HeatCell(Number(text, n=said, raw=rate, count=n), 2 * rate / top - 1 if top else None)


def _choice(view: View, channel: str, keys: list[str], shown: str) -> Table:
    labels = {VOLUME: _(VOLUME_LABEL)} | {key: _(METRICS[key].label) for key in keys if key in METRICS}
    query = (*view.selection.to_query(), ("focus", channel))
    cells = tuple(
        Cell(labels[key], link=None if key == shown else Link("channels", (*query, ("cut", PREFIX + key))))
        for key in keys
    )
    note = " ".join(missing_notes(view, MAPPED[:2]))
    return Table(
        "hours-choice", "", tuple(Column(_("Map of") if n == 0 else "") for n in range(len(cells))), (cells,), note
    )
