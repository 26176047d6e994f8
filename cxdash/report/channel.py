"""One channel: what is beyond noise first, then how it stands against the others, what it consists of, and when.

Its parts are modules of their own (`channel_others`, `channel_cuts`, …); this one puts them in reading order.
"""

from __future__ import annotations

from dataclasses import replace

from cxdash.answers import Answer
from cxdash.answers.cells_apart import Standout, Standouts, stand_out
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.metrics.catalogue import find_metric
from cxdash.metrics.metric import Metric
from cxdash.report.apart_words import sentence as apart_sentence
from cxdash.report.blocks import Block, Cell, Column, Headline, Link, Notice, Section, Table, Tile, Tiles
from cxdash.report.channel_cells import cells_tables
from cxdash.report.channel_cuts import cuts_blocks
from cxdash.report.channel_hours import hours_blocks
from cxdash.report.channel_others import known_channels, missing_notes, others_table, others_trend, pair_door
from cxdash.report.channel_pair import pair_blocks
from cxdash.report.channel_scores import distributions
from cxdash.report.channel_topics import topics_blocks
from cxdash.report.doors import passport_door
from cxdash.report.findings import findings_table, scan, sentence
from cxdash.report.tiles import tile
from cxdash.report.view import View
from cxdash.report.wording import change, number, value_name

__all__ = ["focus_blocks", "known_channels", "way_back"]

LEADING = ("nps", "csat", "ces", "abandonment", "first_contact_resolution")
TILES = ("nps", "csat", "ces", "wait_time", "first_contact_resolution", "repeat_rate", "abandonment", "handle_time")
MOST_TILES = 6


def focus_blocks(view: View, channel: str) -> list[Block]:
    """Everything about one channel inside the selection."""
    others = [value for value in known_channels(view) if value != channel]
    beside = view.params.get("beside", "")
    if beside in others:
        return pair_blocks(view, channel, beside)
    focused = replace(view, selection=view.selection.with_filter("channel", channel), problems=())
    lead = _lead(focused)
    name = value_name("channel", channel)
    if lead is None:
        return [Headline(_("There is no data for {channel} in this selection.").format(channel=name))]
    metric, whole = lead
    standouts = stand_out(view.edition, focused.selection, view.policy)
    blocks: list[Block] = [_headline(focused, name, metric, whole, standouts)]
    blocks.append(Tiles(_tiles(focused)))
    blocks += others_trend(view, focused, channel, metric)
    found = scan(focused)
    if found.findings:
        blocks.append(findings_table(focused, found))
    if others:
        blocks.append(Section(_("Against the other channels")))
        blocks += others_table(view, focused, channel)
        blocks.append(_compare_with(view, channel, others))
    else:
        blocks += [Notice("info", text) for text in missing_notes(view)]
    blocks.append(Section(_("What {channel} consists of").format(channel=name)))
    blocks += cells_tables(focused, standouts, (("focus", channel),))
    blocks += cuts_blocks(view, focused, channel, metric, whole.only)
    hours = hours_blocks(view, focused, channel)
    if hours:
        blocks += [Section(_("When in the week")), *hours]
    blocks += topics_blocks(view, focused, channel, alone=not others)
    told = distributions(focused)
    if told:
        blocks += [Section(_("What customers answered")), *told]
    blocks.append(_doors(focused, metric))
    return blocks


def _lead(view: View) -> tuple[Metric, Answer] | None:
    for key in LEADING:
        found = view.try_ask(key, against=view.against) if view.offers(key) else None
        if found is not None and not isinstance(found, CxdashError) and found.only.value is not None:
            return find_metric(key), found
    return None


def _headline(view: View, name: str, metric: Metric, whole: Answer, standouts: Standouts) -> Headline:
    """What is beyond noise first: the largest change inside the channel, then its worst cell."""
    where = " · ".join(
        [name, *(value_name(dim, v[0]) for dim, v in view.selection.filters if dim != "channel" and len(v) == 1)]
    )
    moved = change(metric, whole.only.difference)
    text = f"{where}: {_(metric.label)} {number(metric, whole.only).text}"
    if moved:
        text += f", {moved.text}"
    found = scan(view).findings
    worst = _of_metric(standouts.worst, metric)
    parts = [sentence(found[0])] if found else []
    if found and moved and moved.word not in ("up", "down"):
        text, parts = parts[0], [text]  # what moved clearly says more than what did not
    if worst is not None:
        parts.append(apart_sentence(worst.apart))
    elif not parts and standouts.tested:
        parts = [_("Nothing inside it stands out beyond noise")]
    return Headline(text, " ".join(f"{part}." for part in parts))


def _of_metric(some: tuple[Standout, ...], metric: Metric) -> Standout | None:
    """The heaviest cell, rather of the leading metric than of another."""
    own = [one for one in some if one.apart.metric.key == metric.key]
    return next(iter([*own, *some]), None)


def _tiles(view: View) -> tuple[Tile, ...]:
    """At most six metrics that have a value here."""
    drawn: list[Tile] = []
    for key in TILES:
        if not view.offers(key) or len(drawn) == MOST_TILES:
            continue
        one = tile(view, key)
        if one.number.state != "missing":
            drawn.append(one)
    return tuple(drawn)


def _compare_with(view: View, channel: str, others: list[str]) -> Table:
    cells = tuple(Cell(value_name("channel", value), link=pair_door(view, channel, value)) for value in others)
    columns = tuple(Column(_("Compare with") if n == 0 else "") for n in range(len(cells)))
    return Table("compare-with", "", columns, (cells,))


def _doors(view: View, metric: Metric) -> Table:
    cell = Cell(_("The rows behind {metric}").format(metric=_(metric.label)), link=passport_door(view, metric.key))
    return Table("rows-door", "", (Column(_("Rows")),), ((cell,),))


def way_back(view: View) -> Table:
    """The door from one channel back to all."""
    link = Link("channels", view.selection.to_query())
    return Table("back", "", (Column(""),), ((Cell(_("Back to all channels"), link=link),),))
