"""All pairs of channels beside each other: the flow, the map and the table to go on from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cxdash.answers.apart import Apart
from cxdash.answers.handoffs import PAIR, Worst, can_be_folded, compare_handoffs, excess, is_shown
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.metrics.handoff_reasons import BROKEN, CSAT_AFTER, GAP, REASONS
from cxdash.metrics.metric import Metric
from cxdash.report.blocks import Cell, Column, Flow, HeatCell, Heatmap, Number, Stream, Table
from cxdash.report.handoff_words import difference_cell, looked_at, name_of, pair_link, printed, share_cell, tone_of
from cxdash.report.view import View
from cxdash.report.wording import MISSING, count, period_text, value_name, value_text

Pair = tuple[str, str]

_MOST = 12
"""Findings named."""

_FULL_SHADE = 0.25
"""Difference from all others (share) that takes the fullest shade."""


@dataclass(frozen=True)
class Pairs:
    """Every pair's numbers; each mapping leaves out what is not known."""

    broken: Mapping[Pair, Apart]
    reasons: Mapping[str, Mapping[Pair, Apart]]
    gap: Mapping[Pair, Apart]
    csat: Mapping[Pair, Apart]


def ask_pairs(view: View) -> Pairs:
    """Everything the blocks below show; raises `CxdashError` where the filters or days are not for handoffs."""
    reasons = {reason.metric.key: _by_pair(view, reason.metric) for reason in REASONS}
    quick = can_be_folded(view.edition, GAP, view.selection, PAIR, view.policy)
    return Pairs(
        broken=_by_pair(view, BROKEN),
        reasons={key: cells for key, cells in reasons.items() if any(one.row.n for one in cells.values())},
        gap=_by_pair(view, GAP, stayed=True) if quick else {},
        csat=_by_pair(view, CSAT_AFTER, stayed=True),
    )


def _by_pair(view: View, metric: Metric, *, stayed: bool = False) -> dict[Pair, Apart]:
    try:
        found = compare_handoffs(
            view.edition, metric, view.selection, PAIR, view.policy, "stayed" if stayed else "rest"
        )
    except CxdashError:
        if metric is BROKEN:
            raise
        return {}
    return {(one.row.dimensions["origin"], one.row.dimensions["channel"]): one for one in found}


def ranked(pairs: Pairs) -> list[Pair]:
    """Clearly worse pairs first, then by the lower limit: what is at least so bad; low base and hidden ones last."""

    def place(pair: Pair) -> tuple[int, float]:
        one = pairs.broken[pair]
        value = one.row.value
        worse = one.clear and not one.good
        return (0 if worse else 1 if one.row.reliable else 2 if value is not None else 3), -(one.row.low or 0.0)

    return sorted((pair for pair, one in pairs.broken.items() if one.row.n != 0), key=place)


def findings(view: View, found: Worst) -> Table:
    """Pairs and places that are clearly worse than all others, each with its door; what breaks most first."""
    columns = (
        Column(_("Where")),
        Column(_("Broken"), True),
        Column(_("All others"), True),
        Column(_("Difference"), True),
        Column(_("Handoffs"), True),
    )
    rows = tuple(
        (
            Cell(name_of(one), link=pair_link(view, one)),
            share_cell(view, one),
            Cell(MISSING if one.rest.value is None else value_text(BROKEN, one.rest.value)),
            difference_cell(one),
            Cell(count(one.row.n or 0.0), raw=one.row.n),
        )
        for one in sorted((*found.pairs, *found.places), key=excess, reverse=True)[:_MOST]
    )
    return Table("handoff-findings", _("Where handoffs break clearly more often"), columns, rows, note=looked_at(found))


def flow(view: View, pairs: Pairs) -> Flow:
    """Where issues come from and where they go, with the part that broke on the way."""
    streams = tuple(_stream(view, one) for one in pairs.broken.values() if is_shown(one) and one.row.n)
    streams = tuple(sorted(streams, key=lambda stream: -stream.count))
    return Flow(
        key="handoff-flow",
        title=_("Where issues go when they change channel"),
        subtitle=_("{period}; the wider, the more handoffs; marked where clearly more of them break").format(
            period=_period(view, pairs)
        ),
        origin_title=_("From"),
        target_title=_("To"),
        streams=streams,
        summary=_("Most handoffs: {names}.").format(
            names="; ".join(f"{s.origin} → {s.target} ({count(s.count)})" for s in streams[:3])
        )
        if streams
        else _("No handoffs in this selection."),
        data=_flow_table(streams),
    )


def _stream(view: View, one: Apart) -> Stream:
    n = round(one.row.n or 0.0)
    share = one.row.value if one.row.reliable else None
    text = (
        _("{n} handoffs, {broken} broken").format(n=count(n), broken=value_text(BROKEN, share))
        if share is not None
        else _("{n} handoffs, too few to say how many break").format(n=count(n))
    )
    return Stream(
        value_name("channel", one.row.dimensions["origin"]),
        value_name("channel", one.row.dimensions["channel"]),
        n,
        share,
        text,
        "bad" if tone_of(one) == "bad" else "neutral",
        pair_link(view, one),
        one.row.dimensions["origin"],
    )


def _flow_table(streams: tuple[Stream, ...]) -> Table:
    columns = (Column(_("From")), Column(_("To")), Column(_("Handoffs"), True), Column(_("Broken"), True))
    rows = tuple(
        (
            Cell(stream.origin),
            Cell(stream.target, link=stream.link),
            Cell(count(stream.count), raw=stream.count),
            Cell(MISSING if stream.part is None else value_text(BROKEN, stream.part), stream.tone),
        )
        for stream in streams
    )
    return Table("handoff-flow-data", _("Handoffs"), columns, rows)


def _period(view: View, pairs: Pairs) -> str:
    found = next(iter(pairs.broken.values()), None)
    return period_text(found.row.period if found else view.selection.period)


def heatmap(view: View, pairs: Pairs) -> Heatmap:
    """The share of broken handoffs, origin by target."""
    volume: dict[str, float] = {}
    for (origin, target), one in pairs.broken.items():
        for channel in (origin, target):
            volume[channel] = volume.get(channel, 0.0) + (one.row.n or 0.0)
    channels = sorted(volume, key=lambda channel: (-volume[channel], channel))
    origins = [c for c in channels if any(pair[0] == c for pair in pairs.broken)]
    targets = [c for c in channels if any(pair[1] == c for pair in pairs.broken)]
    cells = tuple(tuple(_heat_cell(view, pairs, (o, t)) for t in targets) for o in origins)
    clear = [name_of(pairs.broken[pair]) for pair in ranked(pairs) if tone_of(pairs.broken[pair]) == "bad"]
    return Heatmap(
        key="handoff-map",
        title=_("Broken handoffs, from channel to channel"),
        subtitle=_("{period}; shaded by the distance to all other handoffs, strongly where beyond noise").format(
            period=_period(view, pairs)
        ),
        row_title=_("From"),
        column_title=_("To"),
        rows=tuple(value_name("channel", c) for c in origins),
        columns=tuple(value_name("channel", c) for c in targets),
        cells=cells,
        summary=_("Clearly more broken than all others: {names}.").format(names=", ".join(clear))
        if clear
        else _("No pair is clearly apart from the others."),
        data=_map_table(origins, targets, cells),
        low_label=_("more broken"),
        high_label=_("less broken"),
        reference_label=_("as all others"),
    )


def _heat_cell(view: View, pairs: Pairs, pair: Pair) -> HeatCell:
    one = pairs.broken.get(pair)
    if one is None:
        note = _("the same channel: no handoff") if pair[0] == pair[1] else _("no handoff")
        return HeatCell(Number(MISSING, state="missing", note=note))
    level = None
    if one.row.reliable and one.difference is not None:
        level = max(-1.0, min(1.0, -one.difference / _FULL_SHADE))
    return HeatCell(printed(view, one), level, one.clear, pair_link(view, one) if is_shown(one) else None)


def _map_table(origins: list[str], targets: list[str], cells: tuple[tuple[HeatCell, ...], ...]) -> Table:
    columns = (Column(_("From")), *(Column(value_name("channel", target), True) for target in targets))
    rows = tuple(
        (
            Cell(value_name("channel", origin)),
            *(
                Cell(c.number.text, link=c.link, raw=c.number.raw, detail=c.number.interval or c.number.note)
                for c in row
            ),
        )
        for origin, row in zip(origins, cells, strict=True)
    )
    return Table("handoff-map-data", _("Broken handoffs"), columns, rows)


def table(view: View, pairs: Pairs, note: str) -> Table:
    """Pairs worst first: volume, broken share, each reason, time between, and the score after it."""
    reasons = [reason for reason in REASONS if reason.metric.key in pairs.reasons]
    columns = (
        Column(_("From → to")),
        Column(_("Handoffs"), True),
        Column(_("Broken"), True),
        *(Column(_(reason.metric.label), True) for reason in reasons),
        *([Column(_("Time between"), True)] if pairs.gap else []),
        *([Column(_("CSAT against staying"), True)] if pairs.csat else []),
    )
    rows: list[tuple[Cell, ...]] = []
    for pair in ranked(pairs):
        one = pairs.broken[pair]
        if one.row.n is None:
            # what is hidden is hidden in every column: a reason's count could tell the pair's
            rows.append((Cell(name_of(one)), *(Cell(MISSING) for _column in columns[1:])))
            continue
        rows.append(
            (
                Cell(name_of(one), link=pair_link(view, one)),
                Cell(count(one.row.n), raw=one.row.n),
                share_cell(view, one),
                *(_plain(pairs.reasons[reason.metric.key].get(pair)) for reason in reasons),
                *([_plain(pairs.gap.get(pair))] if pairs.gap else []),
                *([difference_cell(pairs.csat.get(pair))] if pairs.csat else []),
            )
        )
    return Table("handoff-pairs", _("Pairs of channels, worst first"), columns, tuple(rows), note=note)


def _plain(one: Apart | None) -> Cell:
    if one is None or one.row.value is None:
        return Cell(MISSING)
    value = value_text(one.metric, one.row.value)
    return Cell(value, tone_of(one) if one.metric is not GAP else "neutral", None, one.row.value * one.metric.factor)
