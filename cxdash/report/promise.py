"""Promise against delivery: the campaign calendar over site, shelf, queue and the satisfaction of those who came."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cxdash.answers.campaigns import USUAL_DAYS, Campaign
from cxdash.answers.promise import Delivery, Met, deliveries
from cxdash.language import _, plural
from cxdash.periods import Period
from cxdash.report.blocks import Block, Cell, Column, Link, Notice, Section, Table, Tone
from cxdash.report.promise_detail import campaign_blocks, campaign_passport, met_name, shown_value
from cxdash.report.view import View
from cxdash.report.wording import (
    MISSING,
    count,
    decimal,
    period_text,
)
from cxdash.selection import Selection

REACH_DAYS = 52 * 7
"""The calendar looks back a year: campaigns are rarer than changes."""


def promise_blocks(view: View) -> list[Block]:
    """The calendar, and what one campaign promised and delivered: the one chosen, or the one that fell shortest."""
    title = _("Promise against delivery")
    if view.edition.table("campaigns") is None:
        reason = _("Connect the table campaigns, and visits, stock and contacts with it, to see them side by side.")
        return [Section(title), Notice("info", _("This data has no campaign calendar."), reason)]
    found = deliveries(view.edition, _year(view), view.policy)
    if not found:
        return [Section(title, _("No campaign ran in the year up to the end of this period."))]
    blocks: list[Block] = [Section(title, promise_sentence(view) or _nothing_outran(found)), _calendar(view, found)]
    if chosen := _chosen(view, found):
        blocks += campaign_blocks(view, chosen)
    return blocks


def promise_sentence(view: View) -> str:
    """The campaign that fell shortest, in one sentence; "" where none did beyond noise."""
    if view.edition.table("campaigns") is None:
        return ""
    worst = _shortest(deliveries(view.edition, _year(view), view.policy))
    return _sentence(worst) if worst else ""


def _year(view: View) -> Selection:
    end = view.selection.period.end
    period = Period(end - timedelta(days=REACH_DAYS - 1), end)
    return replace(view.selection, period=period, period_text=str(period))


def _shortest(found: tuple[Delivery, ...]) -> Delivery | None:
    worse = [one for one in found if one.worse or (one.shortage and one.shortage.lacking)]
    return max(worse, key=lambda one: (len(one.worse), one.shortage.lacking if one.shortage else 0), default=None)


def _chosen(view: View, found: tuple[Delivery, ...]) -> Delivery | None:
    wanted = view.params.get("campaign", "")
    return next((one for one in found if one.campaign.key == wanted), None) or _shortest(found)


def _nothing_outran(found: tuple[Delivery, ...]) -> str:
    text = plural(
        "{n} campaign: nothing was clearly worse than usual while it ran.",
        "{n} campaigns: nothing was clearly worse than usual while they ran.",
        len(found),
    )
    return text.format(n=count(len(found)))


def _sentence(one: Delivery) -> str:
    parts = []
    if one.demand is not None and one.demand.low > 0:
        ratio = decimal(one.demand.now / one.demand.usual, 1)
        parts.append(_("{ratio} times the usual visits").format(ratio=ratio))
    if one.shortage is not None and one.shortage.lacking:
        text = _("{product} out of stock on {days} of {all_days} days")
        parts.append(
            text.format(
                product=one.campaign.product, days=count(one.shortage.days), all_days=count(one.shortage.of_days)
            )
        )
    parts += [
        _("{metric} {now} (usually {usual})").format(
            metric=met_name(met), now=shown_value(met, now=True), usual=shown_value(met, now=False)
        )
        for met in one.worse
    ]
    return _("While “{campaign}” ran: {parts}.").format(campaign=one.campaign.name, parts="; ".join(parts))


def _calendar(view: View, found: tuple[Delivery, ...]) -> Table:
    keys = list(dict.fromkeys((met.metric.key, met_name(met)) for one in found for met in one.met))
    columns = (
        Column(_("Campaign")),
        Column(_("Visits a day"), True),
        *(Column(name, True) for _key, name in keys),
        Column(_("Out of stock"), True),
    )
    rows = []
    for one in found:
        by_key = {met.metric.key: met for met in one.met}
        rows.append(
            (
                Cell(
                    one.campaign.name,
                    link=Link("journey", (*view.selection.to_query(), ("campaign", one.campaign.key))),
                    detail=period_text(one.campaign.period),
                ),
                _visits_cell(one),
                *(_met_cell(view, one.campaign, by_key.get(key)) for key, _name in keys),
                _stock_cell(one),
            )
        )
    note = _(
        "Usual: the {days} days before a campaign, without the days of other campaigns. Coloured only where the "
        "difference is beyond noise, corrected for everything compared: on average at most 10 % of these are false."
    ).format(days=count(USUAL_DAYS))
    return Table("campaigns", _("Campaigns, and what those who came were given"), columns, tuple(rows), note=note)


def _visits_cell(one: Delivery) -> Cell:
    demand = one.demand
    if demand is None:
        return Cell(MISSING)
    tone: Tone = "neutral"  # more visits are what a campaign is for
    usual = _("usually {usual}").format(usual=count(demand.usual))
    return Cell(count(demand.now), tone, raw=demand.now, detail=usual)


def _met_cell(view: View, campaign: Campaign, met: Met | None) -> Cell:
    if met is None or met.now.value is None:
        return Cell(MISSING)
    usual = _("usually {usual}").format(usual=shown_value(met, now=False))
    tone: Tone = "neutral" if not met.clear else "bad" if met.worse else "good"
    door = campaign_passport(view, campaign, met)
    return Cell(shown_value(met, now=True), tone, door, met.now.value * met.metric.factor, usual)


def _stock_cell(one: Delivery) -> Cell:
    shortage = one.shortage
    if shortage is None:
        return Cell(MISSING)
    text = _("{days} of {all_days} days").format(days=count(shortage.days), all_days=count(shortage.of_days))
    detail = _("{n} of {asked} units lacking").format(n=count(shortage.lacking), asked=count(shortage.demanded))
    return Cell(text, "bad" if shortage.lacking else "neutral", raw=float(shortage.days), detail=detail)
