"""One channel against the other channels together: every metric with its interval, and the trend of the leading one.

The others, not all: the channel is part of all, and would be compared with itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from cxdash.answers import Answer, Question
from cxdash.answers.answer import NO_DATA
from cxdash.answers.apart import Apart, against_rest, can_be_apart, judge_together
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.measures import Measure
from cxdash.metrics.catalogue import METRICS
from cxdash.metrics.metric import Metric
from cxdash.report.apart_words import gap_interval, gap_text, tone, value_cell, verdict
from cxdash.report.blocks import Block, Cell, Column, Link, Table, Trend
from cxdash.report.charts import trend
from cxdash.report.doors import passport_door, why_door
from cxdash.report.view import View
from cxdash.report.wording import change, number, period_text, value_name

COMPARED = (
    "nps",
    "csat",
    "ces",
    "wait_time",
    "handle_time",
    "abandonment",
    "first_contact_resolution",
    "repeat_rate",
    "transfers",
    "escalations",
)
"""What channels are compared by, experience first, then what there was to wait for and what came of it."""


def known_channels(view: View) -> tuple[str, ...]:
    """Channels of the data, over all facts."""
    found: dict[str, None] = {}
    for fact in view.edition.manifest.facts.values():
        found |= dict.fromkeys(fact.dimensions.get("channel", ()))
    return tuple(found)


def channels_of(view: View, metric: Metric) -> tuple[str, ...]:
    """Channels that a metric is told for."""
    if not isinstance(metric.computation, Measure):
        return ()
    return view.edition.manifest.facts[metric.computation.fact].dimensions.get("channel", ())


def compared(view: View, channel: str, *others: str) -> tuple[Apart, ...]:
    """The channel against others (or all others) by every metric both have, judged as one family of tests."""
    found = []
    selection = view.selection.with_filter("channel", *((channel, *others) if others else ()))
    for key in COMPARED:
        if not view.offers(key) or not can_be_apart(METRICS[key]) or channel not in channels_of(view, METRICS[key]):
            continue
        try:
            cells = against_rest(view.edition, Question(key, selection, by=("channel",)), view.policy)
        except CxdashError:
            continue  # this metric does not know the period or a filter
        found += [one for one in cells if one.row.dimensions == {"channel": channel} and NO_DATA not in one.row.flags]
    return judge_together(view.edition, found)


def others_table(view: View, focused: View, channel: str) -> list[Block]:
    """Metric by metric: the channel, the other channels, the difference and whether it is clear."""
    found = compared(view, channel)
    if not found:
        return []
    name = value_name("channel", channel)
    columns = (
        Column(_("Metric")),
        Column(name, True),
        Column(_("Other channels"), True),
        Column(_("Difference"), True),
        Column(_("95 % interval"), True),
        Column(_("Verdict")),
    )
    rows = tuple(_row(view, focused, one, channel) for one in found)
    clear = [one for one in found if one.clear]
    worse = [_(one.metric.label) for one in clear if not one.good]
    better = [_(one.metric.label) for one in clear if one.good]
    if worse and better:
        title = _("{channel} is clearly worse than the other channels in {worse}, and better in {better}")
    elif worse:
        title = _("{channel} is clearly worse than the other channels in {worse}")
    elif better:
        title = _("{channel} is clearly better than the other channels in {better}")
    else:
        title = _("{channel} is not clearly apart from the other channels")
    title = title.format(channel=name, worse=", ".join(worse), better=", ".join(better))
    note = " ".join(
        [_("Verdicts are corrected for all metrics of the table (false findings at most 10 %)."), *missing_notes(view)]
    )
    return [Table("channel-others", title, columns, rows, note=note)]


def _row(view: View, focused: View, one: Apart, channel: str) -> tuple[Cell, ...]:
    metric = one.metric
    rest = number(metric, one.rest)
    others = tuple(value for value in channels_of(view, metric) if value != channel)
    elsewhere = View(
        view.edition, view.selection.with_filter("channel", *others), view.attempts, view.today, policy=view.policy
    )
    moved = focused.try_ask(metric.key, against=focused.against)
    said = None if isinstance(moved, CxdashError) else change(metric, moved.only.difference)
    return (
        Cell(_(metric.label), link=why_door(focused, metric.key), detail=said.text if said else ""),
        value_cell(view, one),
        Cell(
            rest.text,
            raw=rest.raw,
            link=passport_door(elsewhere, metric.key) if others and rest.raw is not None else None,
            detail=" · ".join(text for text in (rest.interval or rest.note, rest.n) if text),
        ),
        Cell(gap_text(one), tone=tone(one), raw=None if one.difference is None else one.difference * metric.factor),
        Cell(gap_interval(one)),
        Cell(verdict(one), tone=tone(one)),
    )


def missing_notes(view: View, keys: Iterable[str] = COMPARED) -> list[str]:
    """What the data cannot say and what would be needed for it, one sentence for each reason."""
    reasons: dict[str, list[str]] = {}
    for key in keys:
        reason = view.edition.manifest.unsupported.get(key)
        if reason and key in METRICS:
            reasons.setdefault(reason, []).append(_(METRICS[key].label))
    return [
        _("Not in this data: {metrics} ({reason}).").format(metrics=", ".join(labels), reason=reason.rstrip("."))
        for reason, labels in reasons.items()
    ]


def others_trend(view: View, focused: View, channel: str, metric: Metric, beside: str = "") -> list[Trend]:
    """The leading metric over time with its interval; the quiet line is the other channels, or the one named."""
    history, whole = focused.history, view.history
    grain = view.grain(history.period)
    own = focused.try_ask(metric.key, grain=grain, selection=history)
    if isinstance(own, CxdashError) or all(row.value is None for row in own.rows):
        return []
    others = (beside,) if beside else tuple(value for value in channels_of(view, metric) if value != channel)
    reference: Answer | None = None
    if others:
        asked = view.try_ask(metric.key, grain=grain, selection=whole.with_filter("channel", *others))
        reference = None if isinstance(asked, CxdashError) else asked
    label = value_name("channel", beside) if beside else _("the other channels")
    subtitle = (
        _("{period}, with 95 % interval; grey line: {others}") if reference else _("{period}, with 95 % interval")
    )
    return [
        trend(
            focused,
            own,
            key="channel-trend",
            title=_("{metric} in {channel}").format(metric=_(metric.label), channel=value_name("channel", channel)),
            subtitle=subtitle.format(period=period_text(own.period), others=label),
            reference=reference,
            reference_label=label,
            colour=channel,
        )
    ]


def pair_door(view: View, channel: str, beside: str) -> Link:
    """The page that sets two channels side by side."""
    return Link("channels", (*view.selection.to_query(), ("focus", channel), ("beside", beside)))
