"""Channels: is the service equally good everywhere, and what is behind one channel's numbers."""

from __future__ import annotations

from cxdash.answers import Answer, Row
from cxdash.answers.answer import HIDDEN
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.metrics.catalogue import find_metric
from cxdash.report.blocks import Block, Cell, Column, Headline, Link, Notice, Report, Table, Tile, Tiles
from cxdash.report.channel import focus_blocks, known_channels, way_back
from cxdash.report.charts import dots, panels
from cxdash.report.notices import footer, notices
from cxdash.report.tiles import tile
from cxdash.report.view import View
from cxdash.report.wording import change, decimal, number, signed_difference, value_name

COLUMNS = ("nps", "csat", "ces", "first_contact_resolution", "repeat_rate", "abandonment")


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
    blocks: list[Block] = [_headline(view, breakdowns)]
    tiles = _tiles(view, breakdowns)
    if tiles:
        blocks.append(Tiles(tiles))
    lead = breakdowns[0]
    total = view.try_ask(lead.metric.key)
    metric = lead.metric
    blocks.append(
        dots(
            view,
            lead,
            key="channel-levels",
            title=_("{metric} by channel").format(metric=_(metric.label)),
            subtitle=_("with 95 % interval, around all channels together; choose a channel to look into it"),
            total=None if isinstance(total, CxdashError) else total.only,
            link_to="channels",
        )
    )
    blocks.append(_table(view, breakdowns))
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


def _breakdowns(view: View) -> list[Answer]:
    found = []
    for key in COLUMNS:
        if not view.offers(key):
            continue
        one = view.try_ask(key, by=("channel",), against=view.against)
        if not isinstance(one, CxdashError) and any(row.value is not None for row in one.rows):
            found.append(one)
    return found


def _headline(view: View, breakdowns: list[Answer]) -> Headline:
    lead = breakdowns[0]
    reliable = [row for row in lead.rows if row.reliable and row.value is not None]
    detail = ""
    if len(reliable) >= 2:
        ranked = sorted(reliable, key=lambda row: row.value or 0.0, reverse=lead.metric.higher_is_better)
        best, worst = ranked[0], ranked[-1]
        detail = _("{metric}: best in {best} ({best_value}), worst in {worst} ({worst_value}).").format(
            metric=_(lead.metric.label),
            best=value_name("channel", best.dimensions["channel"]),
            best_value=number(lead.metric, best).text,
            worst=value_name("channel", worst.dimensions["channel"]),
            worst_value=number(lead.metric, worst).text,
        )
    if not view.offers("consistency"):
        return Headline(_("How the channels differ"), detail)
    found = view.try_ask("consistency")
    if isinstance(found, CxdashError) or found.only.value is None:
        return Headline(_("Too few answers per channel to judge consistency."), detail)
    row = found.only
    index = decimal(found.only.value, 0)
    if row.extra.get("p", 1.0) >= 0.05:
        return Headline(
            _("No detectable difference between channels (consistency {n} of 100).").format(n=index),
            detail,
        )
    text = _("Channels differ: their NPS spreads by {spread} points beyond noise (consistency {n} of 100).")
    return Headline(text.format(spread=decimal(row.extra.get("spread", 0.0), 0), n=index), detail)


def _tiles(view: View, breakdowns: list[Answer]) -> tuple[Tile, ...]:
    keys = [key for key in ("consistency", *(one.metric.key for one in breakdowns)) if view.offers(key)]
    return tuple(tile(view, key) for key in keys[:6])


def _table(view: View, breakdowns: list[Answer]) -> Table:
    """Channel by metric, each value with its change; channels with the most answers first."""
    volume: dict[str, float] = {}
    values: dict[tuple[str, str], Row] = {}
    for one in breakdowns:
        for row in one.rows:
            channel = row.dimensions["channel"]
            volume[channel] = volume.get(channel, 0.0) + (row.n or 0.0)
            values[channel, one.metric.key] = row
    columns = (Column(_("Channel")), *(Column(_(one.metric.label), True) for one in breakdowns))
    rows = []
    for channel in sorted(volume, key=lambda name: -volume[name]):
        cells = [
            Cell(
                value_name("channel", channel), link=Link("channels", (*view.selection.to_query(), ("focus", channel)))
            )
        ]
        cells += [_cell(one.metric.key, values.get((channel, one.metric.key))) for one in breakdowns]
        rows.append(tuple(cells))
    note = _("Under each value: its 95 % interval, and the change where it is clear. A dash: not measured.")
    return Table("channels", _("Channels side by side"), columns, tuple(rows), note=note)


def _cell(key: str, row: Row | None) -> Cell:
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
    return Cell(printed.text, tone=tone, raw=printed.raw, detail=", ".join(detail))
