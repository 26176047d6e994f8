"""One pair of channels: its trend, what goes wrong there more often than elsewhere, for whom, and the rows."""

from __future__ import annotations

from dataclasses import replace

from cxdash.answers.apart import Apart
from cxdash.answers.handoffs import FACT, PAIR, Reference, can_be_folded, compare_handoffs, compare_place
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.metrics.handoff_reasons import BROKEN, CSAT_AFTER, GAP, NPS_AFTER, REASONS
from cxdash.metrics.metric import Metric
from cxdash.report.blocks import Block, Cell, Column, Dot, Dots, Headline, Link, Notice, Number, Section, Table, Tiles
from cxdash.report.charts import trend
from cxdash.report.doors import passport_door, why_door
from cxdash.report.handoff_cuts import cuts, worse_inside
from cxdash.report.handoff_words import METRIC, PAGE, difference_cell, pair_name, reached, share_cell, tone_of
from cxdash.report.tiles import tile
from cxdash.report.view import View
from cxdash.report.wording import (
    count,
    n_text,
    number,
    period_text,
    signed_difference,
    value_name,
    value_text,
)

_WEEKLY = 30
"""Handoffs a week from which a weekly line is more than noise."""


def pair_blocks(view: View, origin: str, target: str) -> list[Block]:
    """Everything about handoffs from one channel to another inside the selection."""
    # the pair names the channels: a filter by channel would say the same or contradict it
    view = replace(view, selection=view.selection.with_filter("channel").with_filter("origin"))
    wide = reached(view)
    back = Table(
        "back", "", (Column(""),), ((Cell(_("Back to all pairs"), link=Link(PAGE, view.selection.to_query())),),)
    )
    known = view.edition.manifest.facts[FACT].dimensions
    for channel, dim in ((origin, "origin"), (target, "channel")):
        if channel not in known.get(dim, ()):
            text = _("There is no channel “{channel}” in this data.").format(channel=channel)
            names = ", ".join(known.get(dim, ()))
            return [Headline(text, _("Known: {known}.").format(known=names)), back]
    if origin == target:
        text = _("From one channel to the same one there is no handoff.")
        return [Headline(text, _("Choose a pair of two channels.")), back]
    try:
        one = _pair(wide, BROKEN, origin, target)
    except CxdashError as reason:
        return [Headline(_("Handoffs cannot be shown for this selection."), str(reason)), back]
    if one is None or not one.row.n:
        text = _("There is no handoff from {origin} to {target} in this selection, or too few to show.").format(
            origin=value_name("channel", origin), target=value_name("channel", target)
        )
        return [Headline(text, period_text(wide.selection.period)), back]
    inside = _inside(wide, origin, target)
    by_group = cuts(inside)
    blocks: list[Block] = [_headline(one, _where(wide, origin, target), worse_inside(by_group))]
    blocks.append(Tiles((tile(_inside(view, origin, target), METRIC),)))
    blocks += _trend(wide, one)
    blocks += _reasons(wide, origin, target)
    blocks += by_group
    blocks.append(_doors(inside, one))
    return [*blocks, back]


def _where(view: View, origin: str, target: str) -> str:
    """The pair, and the single values it is filtered to: "Chat → Phone · Lakeland"."""
    filters = (value_name(dim, values[0]) for dim, values in view.selection.filters if len(values) == 1)
    return " · ".join([pair_name(origin, target), *filters])


def _inside(view: View, origin: str, target: str) -> View:
    """The view limited to one pair."""
    return replace(view, selection=view.selection.with_filter("origin", origin).with_filter("channel", target))


def _pair(view: View, metric: Metric, origin: str, target: str, *, stayed: bool = False) -> Apart | None:
    """A pair's number against all other handoffs, or against steps that stayed in its target."""
    against: Reference = "stayed" if stayed else "rest"
    found = compare_handoffs(view.edition, metric, view.selection, PAIR, view.policy, against)
    return next((one for one in found if one.row.dimensions == {"origin": origin, "channel": target}), None)


def _headline(one: Apart, pair: str, inside: str) -> Headline:
    metric, row = one.metric, one.row
    shown = number(metric, row)
    if not row.reliable or one.rest.value is None:
        text = _("{pair}: {broken} of handoffs break; too few to compare.")
        return Headline(text.format(pair=pair, broken=shown.text), f"{shown.interval}, {shown.n}".strip(", "))
    if not one.clear:
        text = _("{pair}: {broken} of handoffs break, not clearly apart from all others ({others}).")
    elif one.good:
        text = _("{pair}: {broken} of handoffs break, clearly fewer than of all others ({others}).")
    else:
        text = _("{pair}: {broken} of handoffs break, clearly more than of all others ({others}).")
    others = value_text(metric, one.rest.value)
    detail = _("95 % interval {interval}, {n}, {period}.").format(
        interval=shown.interval, n=shown.n, period=period_text(row.period)
    )
    return Headline(text.format(pair=pair, broken=shown.text, others=others), f"{detail} {inside}".strip())


def _trend(view: View, pair: Apart) -> list[Block]:
    origin, target = pair.row.dimensions["origin"], pair.row.dimensions["channel"]
    inside = _inside(view, origin, target)
    days = view.selection.period.days
    weekly = 7 * (pair.row.n or 0.0) / days >= _WEEKLY and days <= 400
    own, every = (one.try_ask(METRIC, grain="week" if weekly else "month") for one in (inside, view))
    if isinstance(own, CxdashError):
        return [Notice("info", _("Not enough days for a trend."), str(own))]
    return [
        trend(
            inside,
            own,
            key="pair-trend",
            title=_("Seamless handoffs, {pair}").format(pair=_where(view, origin, target)),
            subtitle=_("{period}, with 95 % interval; grey line: all handoffs").format(period=period_text(own.period)),
            reference=None if isinstance(every, CxdashError) else every,
            reference_label=_("all handoffs"),
        )
    ]


def _reasons(view: View, origin: str, target: str) -> list[Block]:
    """Each reason here and in all other handoffs: the difference as a chart, both shares in the table."""
    pair = (("origin", origin), ("channel", target))
    found = list(zip(REASONS, compare_place(view.edition, view.selection, pair, view.policy), strict=True))
    inside = _inside(view, origin, target)
    known = [(reason, one) for reason, one in found if one.row.n]
    rows = tuple(
        (
            Cell(_(one.metric.label), detail=_(one.metric.description)),
            Cell(_("yes") if reason.breaks else _("no")),
            share_cell(inside, one),
            Cell(n_text(one.metric, one.row.n), raw=one.row.n),
            Cell("–" if one.rest.value is None else value_text(one.metric, one.rest.value)),
            difference_cell(one),
        )
        for reason, one in known
    )
    columns = (
        Column(_("What happened")),
        Column(_("Makes it broken")),
        Column(_("Here"), True),
        Column(_("of"), True),
        Column(_("All other handoffs"), True),
        Column(_("Difference"), True),
    )
    unknown = [_(reason.metric.label) for reason, one in found if not one.row.n]
    note = _("Not recorded for this pair: {names}.").format(names=", ".join(unknown)) if unknown else ""
    table = Table("pair-reasons", _("What goes wrong, here and elsewhere"), columns, rows, note=note)
    drawn = sorted(
        (one for _reason, one in known if one.difference is not None), key=lambda one: -(one.difference or 0.0)
    )
    dots = tuple(Dot(_(one.metric.label), _difference(one), tone_of(one)) for one in drawn)
    clear = [dot.label for dot in dots if dot.tone == "bad"]
    chart = Dots(
        key="pair-reasons-difference",
        title=_("More often than elsewhere: {names}").format(names=", ".join(clear))
        if clear
        else _("Nothing goes wrong clearly more often than elsewhere"),
        subtitle=_("percentage points more than in all other handoffs, with 95 % interval"),
        unit="%",
        dots=dots,
        summary=_("Against all other handoffs: {parts}.").format(
            parts="; ".join(f"{dot.label} {dot.number.text}" for dot in dots)
        ),
        data=table,
        reference=0.0,
        reference_label=_("as all others"),
    )
    return [Section(_("What goes wrong")), *([chart] if dots else []), table, *_after(view, origin, target)]


def _difference(one: Apart) -> Number:
    """A difference with its interval as a number of its own."""
    metric = one.metric
    assert one.difference is not None
    limits = [None if x is None else x * metric.factor for x in (one.low, one.high)]
    texts = [signed_difference(metric, x) for x in (one.low, one.high) if x is not None]
    reliable = one.row.reliable and one.rest.reliable
    return Number(
        text=signed_difference(metric, one.difference),
        interval=_("{low} to {high}").format(low=texts[0], high=texts[1]) if len(texts) > 1 else "",
        n=n_text(metric, one.row.n),
        raw=one.difference * metric.factor,
        low=limits[0],
        high=limits[1],
        count=None if one.row.n is None else round(one.row.n),
        state="shown" if reliable else "low_base",
        note="" if reliable else _("Low base: too few to rely on"),
    )


def _after(view: View, origin: str, target: str) -> list[Block]:
    """What the step took and how it was rated, against steps that stayed in the target channel."""
    rows = []
    for metric in (GAP, CSAT_AFTER, NPS_AFTER):
        if metric is GAP and not can_be_folded(view.edition, metric, view.selection, PAIR, view.policy):
            continue
        one = _pair(view, metric, origin, target, stayed=True)
        if one is None or not one.row.n:
            continue
        if metric is GAP:
            one = replace(one, clear=False)  # soon is neither good nor bad: a bot that hands over is quick
        rows.append(
            (
                Cell(_(metric.label), detail=_(metric.description)),
                share_cell(view, one),
                Cell(n_text(metric, one.row.n), raw=one.row.n),
                Cell("–" if one.rest.value is None else value_text(metric, one.rest.value)),
                difference_cell(one),
            )
        )
    if not rows:
        return []
    stayed = _("Stayed in {channel}").format(channel=value_name("channel", target))
    columns = (
        Column(""),
        Column(_("Here"), True),
        Column(_("of"), True),
        Column(stayed, True),
        Column(_("Difference"), True),
    )
    note = _("Compared with second contacts whose first was in {channel} already.")
    title = _("Time and score")
    return [Table("pair-after", title, columns, tuple(rows), note=note.format(channel=value_name("channel", target)))]


def _doors(inside: View, one: Apart) -> Table:
    """Where to go from here."""
    rows_text = _("The {n} handoffs themselves, row by row, and where this number comes from").format(
        n=count(one.row.n or 0)
    )
    rows = (
        (Cell(rows_text, link=passport_door(inside, METRIC)),),
        (Cell(_("What its change is made of"), link=why_door(inside, METRIC)),),
    )
    return Table("pair-doors", _("From here"), (Column(""),), rows)
