"""Channels: is the service equally good everywhere, and what is behind one channel's numbers."""

from __future__ import annotations

import numpy as np

from cxdash.answers import Answer, Row
from cxdash.answers.answer import HIDDEN
from cxdash.answers.consistency_gains import Consistency, read_consistency
from cxdash.answers.consistency_pairs import individual_part
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.metrics.catalogue import find_metric
from cxdash.report.blocks import Block, Cell, Column, Dots, Headline, Notice, Report, Table, Tile, Tiles, Tone
from cxdash.report.channel import focus_blocks, known_channels, way_back
from cxdash.report.channel_map import Cells, channel_link, channel_map, compare_channels
from cxdash.report.charts import dots, panels
from cxdash.report.consistency import consistency_blocks, individual_text
from cxdash.report.doors import passport_door
from cxdash.report.notices import footer, notices
from cxdash.report.tiles import tile
from cxdash.report.view import View
from cxdash.report.wording import change, decimal, number, signed_difference, value_name
from cxdash.statistics.channel_index import RAW

COLUMNS = (
    "nps",
    "csat",
    "ces",
    "first_contact_resolution",
    "repeat_rate",
    "abandonment",
    "wait_time",
    "handle_time",
    "transfers",
    "escalations",
)


def build(view: View) -> Report:
    """All channels beside each other, or one channel when `focus` names it."""
    heads = notices(view)
    focus = view.params.get("focus", "")
    known = known_channels(view)
    blocks: list[Block] = list(heads)
    query = view.selection.to_query()
    if focus and focus in known:
        body = [*focus_blocks(view, focus), way_back(view)]
        query = (*query, ("focus", focus))
    elif len(known) == 1:
        body = focus_blocks(view, known[0])  # nothing to set side by side: the one channel is the page
    else:
        if focus:
            text = _("There is no channel “{channel}” in this data.").format(channel=focus)
            blocks.append(Notice("info", text, _("Known: {known}.").format(known=", ".join(known))))
        body = _all_channels(view)
    blocks += [*body, footer(view)]
    headline = next((b for b in body if isinstance(b, Headline)), None)
    return Report(
        key="channels",
        title=_("Channels"),
        subject=headline.text if headline else _("Channels"),
        company=view.edition.manifest.company,
        edition=view.edition.id,
        blocks=tuple(blocks),
        query=query,
    )


def _all_channels(view: View) -> list[Block]:
    breakdowns = _breakdowns(view)
    if not breakdowns:
        return [
            Headline(_("This data does not tell channels apart."), _("Connect responses or contacts with a channel.")),
        ]
    found = _consistency(view)
    cells = compare_channels(view, breakdowns)
    channels = _by_volume(breakdowns)
    lead = breakdowns[0]
    tones = _tones(lead, cells, found)
    withheld = {(key, channel) for key, channel in cells if key == lead.metric.key and channel not in tones}
    blocks: list[Block] = [_headline(lead, found)]
    tiles = _tiles(view, breakdowns, found)
    if tiles:
        blocks.append(Tiles(tiles))
    blocks.append(_dots(view, lead, tones))
    if len(channels) > 1:
        blocks.append(channel_map(view, breakdowns, cells, channels, withheld))
    if found is not None:
        blocks += consistency_blocks(view, found)
    blocks.append(_table(view, breakdowns, channels))
    metric = lead.metric
    history = view.history
    series = view.try_ask(metric.key, by=("channel",), grain=view.grain(history.period), selection=history)
    if not isinstance(series, CxdashError) and any(row.value is not None for row in series.rows):
        blocks.append(
            panels(
                view,
                series,
                key="channel-panels",
                title=_("{metric} over time, channel by channel").format(metric=_(metric.label)),
                subtitle=_("same axes everywhere, with 95 % interval"),
            )
        )
    return blocks


def _dots(view: View, lead: Answer, tones: dict[str, Tone]) -> Dots:
    total = view.try_ask(lead.metric.key)
    return dots(
        view,
        lead,
        key="channel-levels",
        title=_("{metric} by channel").format(metric=_(lead.metric.label)),
        subtitle=_(
            "as measured, with 95 % interval; coloured only where clearly apart from all other channels; choose a "
            "channel to look into it"
        ),
        total=None if isinstance(total, CxdashError) else total.only,
        link_to="channels",
        tones=tones,
    )


def _consistency(view: View) -> Consistency | None:
    """What is known of consistency; None where this data or these filters do not allow to ask."""
    if not view.offers("level_consistency"):
        return None
    try:
        return read_consistency(view.edition, view.selection, view.policy)
    except CxdashError:
        return None


def _tones(lead: Answer, cells: Cells, found: Consistency | None) -> dict[str, Tone]:
    """Channels that are better or worse than the others, never against what the headline says of all of them.

    Of the score that consistency is about only those that are apart as measured and with case mix removed, and none
    where no difference is detectable; of any other metric those that are apart.
    """
    apart = {channel: one for (key, channel), one in cells.items() if key == lead.metric.key and one.clear}
    if lead.metric.key == "nps":
        gaps = {one.channel: one.gap > 0 for one in found.channels if one.clear} if found else {}
        apart = {channel: one for channel, one in apart.items() if gaps.get(channel) == one.good}
    return {channel: "good" if one.good else "bad" for channel, one in apart.items()}


def _breakdowns(view: View) -> list[Answer]:
    found = []
    for key in COLUMNS:
        if not view.offers(key):
            continue
        one = view.try_ask(key, by=("channel",), against=view.against)
        if not isinstance(one, CxdashError) and any(row.value is not None for row in one.rows):
            found.append(one)
    return found


def _headline(lead: Answer, found: Consistency | None) -> Headline:
    if found is None:
        return Headline(_("How the channels differ"), _range(lead, differ=True))
    parts = found.parts
    level, handoff = float(parts.chosen.level[0]), float(parts.handoffs.value[0])
    if not np.isfinite(level):
        return Headline(_("Too few answers per channel to judge consistency."), _range(lead, differ=True))
    known = np.isfinite(handoff)
    score = (
        _("consistency {n} of 100").format(n=decimal((level + handoff) / 2, 0))
        if known
        else _("consistency of levels {n} of 100; handoffs are not measured").format(n=decimal(level, 0))
    )
    details = [_range(lead, differ=found.differ), _case_mix(found)]
    individual = individual_part(parts.levels.moves[0].sum(axis=0))
    if individual is not None and individual.headline:
        details.append(individual_text(individual))
    detail = " ".join(part for part in details if part)
    if not found.differ:
        return Headline(_("No detectable difference between channels ({score}).").format(score=score), detail)
    text = _("Channels differ: their NPS spreads by {spread} points beyond noise ({score}).")
    spread = decimal(float(parts.levels.forms[parts.form].spread.delta[0]), 0)
    return Headline(text.format(spread=spread, score=score), detail)


def _range(lead: Answer, *, differ: bool) -> str:
    """Best and worst channel of the leading metric."""
    reliable = [row for row in lead.rows if row.reliable and row.value is not None]
    if len(reliable) < 2:
        return ""
    ranked = sorted(reliable, key=lambda row: row.value or 0.0, reverse=lead.metric.higher_is_better)
    text = (
        _("{metric}: best in {best} ({best_value}), worst in {worst} ({worst_value}).")
        if differ
        else _("{metric} as measured: from {worst_value} ({worst}) to {best_value} ({best}).")
    )
    best, worst = ranked[0], ranked[-1]
    return text.format(
        metric=_(lead.metric.label),
        best=value_name("channel", best.dimensions["channel"]),
        best_value=number(lead.metric, best).text,
        worst=value_name("channel", worst.dimensions["channel"]),
        worst_value=number(lead.metric, worst).text,
    )


def _case_mix(found: Consistency) -> str:
    """What taking out the case mix does to the answer."""
    parts = found.parts
    if parts.form == RAW:
        return _("Case mix is not removed: part or all of it may be that channels serve different customers.")
    raw = parts.levels.forms[RAW].spread
    differed = bool(raw.p[0] < 0.05)
    if differed and not found.differ:
        text = _("As measured they do differ, by {spread} points; with case mix removed that is within noise.")
        return text.format(spread=decimal(float(raw.delta[0]), 0))
    if found.differ and not differed:
        return _("As measured no difference is detectable; it shows once case mix is removed.")
    return _("Case mix is removed as far as the data allow.")


def _tiles(view: View, breakdowns: list[Answer], found: Consistency | None) -> tuple[Tile, ...]:
    index = found is not None and bool(np.isfinite(found.parts.handoffs.value[0]))
    leading = "consistency" if index else "level_consistency"
    keys = [key for key in (leading, *(one.metric.key for one in breakdowns)) if view.offers(key)]
    return tuple(tile(view, key) for key in keys[:6])


def _by_volume(breakdowns: list[Answer]) -> list[str]:
    """Channels with the most answers and contacts first."""
    volume: dict[str, float] = {}
    for one in breakdowns:
        for row in one.rows:
            channel = row.dimensions["channel"]
            volume[channel] = volume.get(channel, 0.0) + (row.n or 0.0)
    return sorted(volume, key=lambda name: (-volume[name], name))


def _table(view: View, breakdowns: list[Answer], channels: list[str]) -> Table:
    """Channel by metric, each value with its change."""
    values = {(row.dimensions["channel"], one.metric.key): row for one in breakdowns for row in one.rows}
    columns = (Column(_("Channel")), *(Column(_(one.metric.label), True) for one in breakdowns))
    rows = tuple(
        (
            Cell(value_name("channel", channel), link=channel_link(view, channel)),
            *(_cell(view, one.metric.key, channel, values.get((channel, one.metric.key))) for one in breakdowns),
        )
        for channel in channels
    )
    note = _("Under each value: its 95 % interval, and the change where it is clear. A dash: not measured.")
    return Table("channels", _("Channels side by side"), columns, rows, note=note)


def _cell(view: View, key: str, channel: str, row: Row | None) -> Cell:
    if row is None:
        return Cell("–")
    metric = find_metric(key)
    if row.value is None:
        return Cell("–", detail=_("fewer than 5") if HIDDEN in row.flags else "")
    printed = number(metric, row)
    moved = change(metric, row.difference)
    detail = [printed.interval]
    if moved and moved.word in ("up", "down") and row.difference and row.difference.value is not None:
        detail.append(signed_difference(metric, row.difference.value))
    if not row.reliable:
        detail.append(_("low base"))
    tone = moved.tone if moved else "neutral"
    link = passport_door(view, key, {"channel": channel})
    return Cell(printed.text, tone=tone, link=link, raw=printed.raw, detail=", ".join(detail))
