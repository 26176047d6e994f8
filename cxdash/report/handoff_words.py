"""Handoffs in words: pairs and places by name, the sentence about the worst of them, and what cannot be said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from cxdash.answers.apart import Apart
from cxdash.answers.handoffs import FACT, PLACE, Worst, excess
from cxdash.language import _, plural
from cxdash.report.blocks import Cell, Headline, Link, Number, Tone
from cxdash.report.doors import passport_door
from cxdash.report.view import View
from cxdash.report.wording import (
    count,
    decimal,
    interval_text,
    n_text,
    number,
    signed_difference,
    value_name,
    value_text,
)

METRIC: Final = "handoff_continuity"
PAGE: Final = "handoffs"

_HALF: Final = 0.5
"""Part of a pair's excess from which one region tells the whole of it."""


def reached(view: View) -> View:
    """The view over at least half a year: four weeks hold too few handoffs to tell pairs of channels apart."""
    longer = view.history
    if longer.period == view.selection.period:
        return view
    return replace(view, selection=replace(longer, period_text=str(longer.period)))


def pair_name(origin: str, target: str) -> str:
    """A pair of channels: "Chat → Phone"."""
    return _("{origin} → {target}").format(origin=value_name("channel", origin), target=value_name("channel", target))


def name_of(one: Apart) -> str:
    """A cell's pair, and its other dimensions behind it: "Chat → Phone · Lakeland"."""
    dimensions = dict(one.row.dimensions)
    pair = pair_name(dimensions.pop("origin"), dimensions.pop("channel"))
    return " · ".join([pair, *(value_name(dim, value) for dim, value in dimensions.items())])


def pair_link(view: View, one: Apart) -> Link:
    """The page of a cell's pair; a region becomes a filter."""
    selection = view.selection.with_filter("channel")
    for dim, value in one.row.dimensions.items():
        if dim not in ("origin", "channel"):
            selection = selection.with_filter(dim, value)
    pair = (("origin", one.row.dimensions["origin"]), ("target", one.row.dimensions["channel"]))
    return Link(PAGE, (*selection.to_query(), *pair))


def printed(view: View, one: Apart) -> Number:
    """A cell's number; its passport is that of the handoffs it is a part of."""
    return replace(number(one.metric, one.row), passport=passport_door(view, METRIC, one.row.dimensions))


def tone_of(one: Apart) -> Tone:
    """Coloured only when apart beyond noise, corrected."""
    return "neutral" if not one.clear else "good" if one.good else "bad"


def share_cell(view: View, one: Apart | None) -> Cell:
    """A table cell with the interval under the number; "–" where nothing is known."""
    if one is None or one.row.value is None:
        return Cell("–", detail=number(one.metric, one.row).note if one else "")
    shown = printed(view, one)
    detail = [shown.interval, *([_("low base")] if not one.row.reliable else [])]
    return Cell(shown.text, tone_of(one), shown.passport, shown.raw, ", ".join(detail))


def difference_cell(one: Apart | None) -> Cell:
    """A table cell with a difference and its interval; "–" where one of the two is not reliable."""
    if one is None or one.difference is None or not (one.row.reliable and one.rest.reliable):
        return Cell("–", detail=_("too few answers") if one is not None and one.row.n else "")
    metric = one.metric
    between = ""
    if one.low is not None and one.high is not None:
        low, high = signed_difference(metric, one.low), signed_difference(metric, one.high)
        between = _("{low} to {high}").format(low=low, high=high)
    return Cell(signed_difference(metric, one.difference), tone_of(one), None, one.difference * metric.factor, between)


def worst_of(found: Worst) -> Apart | None:
    """What to name first: the place where one explains its pair, else the pair; what breaks most handoffs."""
    pair = found.pairs[0] if found.pairs else None
    place = found.places[0] if found.places else None
    if pair is None or place is None:
        return place or pair
    return place if excess(place) >= _HALF * excess(pair) else pair


def headline(view: View, found: Worst, reasons: Iterable[Apart], whole: Number) -> Headline:
    """The worst pair beyond noise and what it is like there; or that none is."""
    one = worst_of(found)
    if one is None:
        text = _("No handoff between two channels breaks clearly more often than the others.")
        return Headline(text, _overall(whole))
    assert one.row.value is not None
    place = one.row.dimensions.get(PLACE)
    pair = pair_name(one.row.dimensions["origin"], one.row.dimensions["channel"])
    template = (
        _("{pair} in {place}: {broken} of handoffs break, against {others} of all others.")
        if place
        else _("{pair}: {broken} of handoffs break, against {others} of all others.")
    )
    text = template.format(
        pair=pair,
        place=value_name(PLACE, place) if place else "",
        broken=value_text(one.metric, one.row.value),
        others=_value(one, one.rest.value),
    )
    parts = [_reason(reason) for reason in reasons if reason.clear and not reason.good]
    return Headline(
        text, " ".join([_basis(one), *([_("There: {reasons}.").format(reasons="; ".join(parts))] if parts else [])])
    )


def _value(one: Apart, value: float | None) -> str:
    return "–" if value is None else value_text(one.metric, value)


def _basis(one: Apart) -> str:
    metric, row = one.metric, one.row
    return _("95 % interval {interval}, {n}.").format(
        interval=interval_text(metric, row.low, row.high), n=n_text(metric, row.n)
    )


def _reason(one: Apart) -> str:
    return _("{reason} {share} (elsewhere {others})").format(
        reason=_(one.metric.label).lower(), share=_value(one, one.row.value), others=_value(one, one.rest.value)
    )


def _overall(whole: Number) -> str:
    if whole.raw is None:
        return whole.note
    return _("{share} of them are seamless ({interval}, {n}).").format(
        share=whole.text, interval=whole.interval, n=whole.n
    )


def looked_at(found: Worst) -> str:
    """How many cells were looked at, and what that means for what is coloured."""
    return plural(
        "{n} pair or place was tested; on average at most 10 % of what is coloured is by chance.",
        "{n} pairs and places were tested; on average at most 10 % of what is coloured is by chance.",
        found.tested,
    ).format(n=count(found.tested))


def unknown_share(known: float) -> str:
    """How much of something is not known, in words."""
    return _("not known for {share}%").format(share=decimal(100 * (1 - known), 0))


def unsupported(view: View) -> tuple[str, str] | None:
    """Why there are no handoffs to show, and what would unlock them; None where there are some."""
    reason = view.edition.manifest.unsupported.get(METRIC)
    if reason:
        return _("Handoffs between channels cannot be followed in this data."), reason
    record = view.edition.manifest.facts.get(FACT)
    if record is None:
        return (
            _("Handoffs between channels cannot be followed in this data."),
            _("Needs the table contacts, with the columns issue_id, or customer_id and reason."),
        )
    if not record.rows:
        return (
            _("No two contacts can be recognised as one issue, so handoffs cannot be followed."),
            _("The table contacts would need issue_id, or customer_id together with reason, filled in."),
        )
    channels = {*record.dimensions.get("channel", ()), *record.dimensions.get("origin", ())}
    if len(channels) == 1:
        return (
            _("All contacts are in one channel ({channel}), so no issue moves to another.").format(
                channel=value_name("channel", channels.pop())
            ),
            _("Connect the contacts of further channels in the table contacts to follow issues between them."),
        )
    return None
