"""Numbers and changes in words: the only place where a value is rounded or put into a sentence.

Every face prints what this module made, so the same number reads the same on screen, in mail and in JSON.
"""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from cxdash.answers import Answer, Difference, Row
from cxdash.answers.answer import HIDDEN, LOW_BASE, NO_DATA
from cxdash.language import N_, _, language, plural
from cxdash.metrics.metric import Metric
from cxdash.periods import Period
from cxdash.report.blocks import Change, Number, State, Tone
from cxdash.report.numerals import MINUS, count, decimal, duration, hour_name, weekday_name
from cxdash.selection import UNKNOWN

__all__ = [
    "DIMENSIONS",
    "MINUS",
    "MISSING",
    "UNITS",
    "against_text",
    "cell_name",
    "change",
    "count",
    "day_text",
    "decimal",
    "difference_text",
    "dimension_name",
    "duration",
    "interval_text",
    "missing",
    "n_text",
    "number",
    "period_text",
    "shown",
    "signed_difference",
    "state_of",
    "tone_of",
    "value_name",
    "value_text",
]

MISSING = "–"

UNITS = {"points": "", "percent": "%", "index": "", "scale": "", "seconds": "s"}
"""What faces are told of an axis: "%" behind every number, "s" = lengths of time (`duration`), "" = plain numbers."""


_NAMES = {
    "channel": {
        "phone": N_("Phone"),
        "chat": N_("Chat"),
        "email": N_("E-mail"),
        "web": N_("Web"),
        "app": N_("App"),
        "store": N_("In person"),
        "social": N_("Social networks"),
        "messaging": N_("Messaging"),
        "field": N_("On site"),
    },
    "device_change": {
        "same": N_("The same device"),
        "other": N_("Another device"),
    },
    "furthest_stage": {
        "landing": N_("Arrived"),
        "browse": N_("Looked at products"),
        "cart": N_("Put something into the cart"),
        "checkout": N_("Began to pay"),
        "order": N_("Ordered"),
        "service": N_("Used self-service or the account"),
    },
    "pattern": {
        "transactional": N_("After an event"),
        "relationship": N_("Relationship"),
        "pulse": N_("Pulse"),
    },
}

DIMENSIONS = {
    "channel": N_("Channel"),
    "region": N_("Region"),
    "segment": N_("Segment"),
    "product": N_("Product"),
    "stage": N_("Journey stage"),
    "language": N_("Language"),
    "touchpoint": N_("Touchpoint"),
    "team": N_("Team"),
    "reason": N_("Reason"),
    "pattern": N_("Kind of survey"),
    "survey": N_("Survey"),
    "actor": N_("Served by"),
    "acquisition_channel": N_("Won through"),
    "weekday": N_("Weekday"),
    "hour": N_("Hour"),
    "device": N_("Device"),
    "next_device": N_("Device come back on"),
    "device_change": N_("Came back on"),
    "furthest_stage": N_("How far the visit got"),
    "origin": N_("Channel before"),
}


def dimension_name(dimension: str) -> str:
    """How a dimension is called on a page."""
    return _(DIMENSIONS[dimension]) if dimension in DIMENSIONS else dimension


def value_name(dimension: str, value: str) -> str:
    """How a dimension's value is called on a page: vocabularies are translated, a company's own names stay."""
    if value == UNKNOWN:
        return _("not known")
    if dimension == "weekday":
        return weekday_name(value)
    if dimension == "hour":
        return hour_name(value)
    names = _NAMES.get("channel" if dimension == "origin" else dimension, {})
    return _(names[value]) if value in names else value


def cell_name(dimensions: dict[str, str]) -> str:
    """A cell in words: "Phone · North"."""
    return " · ".join(value_name(dim, value) for dim, value in dimensions.items())


def value_text(metric: Metric, value: float) -> str:
    """A metric's value as people read it; `value` in the metric's own unit."""
    if metric.unit == "seconds":
        return duration(value)
    text = decimal(value * metric.factor, metric.decimals, sign=metric.unit == "points")
    return text + UNITS[metric.unit]


def difference_text(metric: Metric, difference: float) -> str:
    """The size of a change, without direction: "6 points", "2.1 percentage points", "20 s"."""
    if metric.unit == "seconds":
        return duration(abs(difference))
    size = decimal(abs(difference) * metric.factor, metric.decimals if metric.unit != "points" else 0)
    if metric.unit == "percent":
        return _("{n} percentage points").format(n=size)
    return plural("{n} point", "{n} points", 1 if size == "1" else 2).format(n=size)


def signed_difference(metric: Metric, difference: float) -> str:
    """A change as briefly as possible: "+1.4 pp", "−6", "+20 s"."""
    if metric.unit == "seconds":
        return duration(difference, sign=True)
    size = decimal(difference * metric.factor, metric.decimals, sign=True)
    return _("{n} pp").format(n=size) if metric.unit == "percent" else size


def interval_text(metric: Metric, low: float | None, high: float | None) -> str:
    """A 95 % interval in words: "28 to 34", or ""."""
    if low is None or high is None:
        return ""
    return _("{low} to {high}").format(low=value_text(metric, low), high=value_text(metric, high))


def n_text(metric: Metric, n: float | None) -> str:
    """What a value rests on: "2,746 answers", or ""."""
    return "" if n is None else _("{n} {counted}").format(n=count(n), counted=_(metric.counted))


def state_of(row: Row) -> tuple[State, str]:
    """How a row may be shown, and why in words."""
    if HIDDEN in row.flags:
        return "hidden", _("Fewer than 5, or too easy to work out: not shown")
    if NO_DATA in row.flags or row.value is None:
        return "missing", _("No data for this selection")
    if LOW_BASE in row.flags:
        return "low_base", _("Low base: too few to rely on")
    return "shown", ""


def number(metric: Metric, row: Row) -> Number:
    """The printed number of a row."""
    state, note = state_of(row)
    if row.value is None:
        return Number(MISSING, state=state, note=note)
    scaled = [None if x is None else x * metric.factor for x in (row.value, row.low, row.high)]
    return Number(
        text=value_text(metric, row.value),
        interval=interval_text(metric, row.low, row.high),
        n=n_text(metric, row.n),
        raw=scaled[0],
        low=scaled[1],
        high=scaled[2],
        count=None if row.n is None else round(row.n),
        state=state,
        note=note,
    )


def missing(note: str) -> Number:
    """The number that is not there, and why."""
    return Number(MISSING, state="missing", note=note)


def tone_of(metric: Metric, difference: Difference) -> Tone:
    """Good or bad only for a significant change; neutral otherwise."""
    if difference.word not in ("up", "down"):
        return "neutral"
    return "good" if (difference.word == "up") == metric.higher_is_better else "bad"


def against_text(difference: Difference) -> str:
    """What a change is measured against, in words."""
    if difference.against == "target":
        return _("the target")
    return _("the year before") if difference.against == "year" else _("the period before")


def change(metric: Metric, difference: Difference | None) -> Change | None:
    """The change in a word and a sentence; None when nothing was compared."""
    if difference is None:
        return None
    against = against_text(difference)
    if not difference.reference_n and difference.against != "target":
        return Change("too few answers", _("nothing to compare with: no data in {against}").format(against=against))
    if difference.word == "too few answers" or difference.value is None:
        return Change("too few answers", _("too few answers to compare with {against}").format(against=against))
    size = difference_text(metric, difference.value)
    if difference.against == "target":
        return _to_target(metric, difference, size)
    if difference.word == "no clear change":
        return Change("no clear change", _("no clear change on {against}").format(against=against))
    template = _("up {size} on {against}") if difference.word == "up" else _("down {size} on {against}")
    return Change(difference.word, template.format(size=size, against=against), tone_of(metric, difference))


def _to_target(metric: Metric, difference: Difference, size: str) -> Change:
    if difference.word == "no clear change":
        return Change("no clear change", _("not clearly apart from the target"))
    template = _("{size} above the target") if difference.word == "up" else _("{size} below the target")
    return Change(difference.word, template.format(size=size), tone_of(metric, difference))


def day_text(day: date) -> str:
    """A date in the reader's format, short and with the year."""
    return format_date(day, format="d MMM y", locale=language())


def period_text(period: Period) -> str:
    """A period in words: a year, a month, or its two ends."""
    whole = period.unit
    if whole == ("year", 1):
        return str(period.start.year)
    if whole == ("quarter", 1):
        return format_date(period.start, format="QQQ y", locale=language())
    if whole == ("month", 1):
        return format_date(period.start, format="MMMM y", locale=language())
    if period.start == period.end:
        return day_text(period.start)
    return _("{start} to {end}").format(start=day_text(period.start), end=day_text(period.end))


def shown(answer: Answer, row: Row) -> str:
    """The text every face prints for this row."""
    return number(answer.metric, row).text
