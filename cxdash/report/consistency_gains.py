"""What would raise consistency most: channels and handoffs that stand apart, by what they cost the index."""

from __future__ import annotations

import numpy as np

from cxdash.answers.consistency_gains import HANDOFFS, ChannelGap, Consistency, PairGain
from cxdash.language import _
from cxdash.report.blocks import Cell, Column, Link, Number, Table, Tone
from cxdash.report.channel_map import channel_link
from cxdash.report.doors import passport_door
from cxdash.report.view import View
from cxdash.report.wording import count, decimal, number, value_name
from cxdash.statistics.channel_index import PAIRED


def gap_number(one: ChannelGap, counted: str) -> Number:
    """A channel against the others in points, with what it rests on."""
    low, high = decimal(one.low, 0, sign=True), decimal(one.high, 0, sign=True)
    return Number(
        decimal(one.gap, 0, sign=True),
        _("{low} to {high}").format(low=low, high=high),
        _("{n} {counted}").format(n=count(one.n), counted=counted),
        one.gap,
        one.low,
        one.high,
        one.n,
    )


def gap_tone(one: ChannelGap) -> Tone:
    """Coloured only when apart beyond noise."""
    if not one.clear:
        return "neutral"
    return "good" if one.gap > 0 else "bad"


def gains_table(view: View, found: Consistency) -> Table:
    """What the index would be if one channel or one pair were like the rest; ranked, only what is beyond noise."""
    both = bool(np.isfinite(found.parts.handoffs.value[0]) and np.isfinite(found.parts.chosen.level[0]))
    share = 0.5 if both else 1.0
    ranked = [
        *((share * one.gain, _channel_gain(view, one, share, found.parts.form)) for one in found.channels if one.clear),
        *((share * one.gain, _pair_gain(view, one, share)) for one in found.pairs if both),
    ]
    rows = [cells for gain, cells in sorted(ranked, key=lambda pair: -pair[0]) if gain > 0]
    columns = (
        Column(_("If this were like the rest")),
        Column(_("Index"), True),
        Column(_("Now")),
        Column(_("n"), True),
    )
    return Table(
        "consistency-gains",
        _("What would raise consistency most") if both else _("What would raise the consistency of levels most"),
        columns,
        tuple(rows),
        note=_gains_note(found, both=both, any_rows=bool(rows)),
    )


def _gains_note(found: Consistency, *, both: bool, any_rows: bool) -> str:
    looked_at = _("Looked at: {channels} channels and {pairs} pairs of channels.").format(
        channels=len(found.channels), pairs=found.looked_at if both else 0
    )
    if not any_rows:
        return _("Nothing stands apart from the rest beyond noise.") + " " + looked_at
    arithmetic = _(
        "Arithmetic, not a forecast: the index with this channel at the mean of the others by traffic, or this pair as "
        "continuous as all other handoffs. Only what is apart from the rest beyond noise."
    )
    return f"{arithmetic} {looked_at}"


def _channel_gain(view: View, one: ChannelGap, share: float, form: int) -> tuple[Cell, ...]:
    counted = _("pairs of ratings") if form == PAIRED else _("answers")
    printed = gap_number(one, counted)
    now = _("{gap} points of NPS against the other channels").format(gap=printed.text)
    if one.gap > 0:
        now += "; " + _("it is better: the others would have to reach it")
    return (
        Cell(value_name("channel", one.channel), link=channel_link(view, one.channel), detail=_("level")),
        Cell(decimal(share * one.gain, 1, sign=True), raw=share * one.gain),
        Cell(now, tone=gap_tone(one), raw=one.gap, detail=printed.interval),
        Cell(printed.n, raw=one.n),
    )


def _pair_gain(view: View, one: PairGain, share: float) -> tuple[Cell, ...]:
    row = one.apart.row
    origin, target = (value_name("channel", row.dimensions[side]) for side in ("origin", "channel"))
    printed = number(one.apart.metric, row)
    others = number(one.apart.metric, one.apart.rest)
    pair = (("origin", row.dimensions["origin"]), ("target", row.dimensions["channel"]))
    link = Link("handoffs", (*view.selection.with_filter("channel").to_query(), *pair))
    return (
        Cell(_("{origin} → {target}").format(origin=origin, target=target), link=link, detail=_("handoffs")),
        Cell(decimal(share * one.gain, 1, sign=True), raw=share * one.gain),
        Cell(
            _("{share} without a break, all others {others}").format(share=printed.text, others=others.text),
            tone="bad",
            link=passport_door(view, HANDOFFS, row.dimensions),
            raw=printed.raw,
            detail=printed.interval,
        ),
        Cell(printed.n, raw=printed.count),
    )
