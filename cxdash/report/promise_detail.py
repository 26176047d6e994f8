"""One campaign: what those who came were given, metric by metric, what was not served, and how it went over time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cxdash.answers.campaigns import USUAL_DAYS, Campaign
from cxdash.answers.promise import Delivery, Met
from cxdash.answers.unserved import unserved
from cxdash.errors import CxdashError
from cxdash.language import _, plural
from cxdash.periods import Period
from cxdash.report.blocks import Block, Cell, Column, Link, Table, Tone
from cxdash.report.charts import trend
from cxdash.report.doors import PASSPORT
from cxdash.report.money import money_range, money_text
from cxdash.report.view import View
from cxdash.report.wording import (
    MISSING,
    count,
    decimal,
    interval_text,
    n_text,
    period_text,
    signed_difference,
    value_name,
    value_text,
)

DRAWN = ("visit_errors", "abandonment", "csat")
"""What is drawn over time around the chosen campaign."""


def met_name(met: Met) -> str:
    """What was compared: the metric, and the channels where it was asked of some only."""
    where = ", ".join(value_name("channel", channel) for channel in met.channels)
    return f"{_(met.metric.label)} ({where})" if where else _(met.metric.label)


def shown_value(met: Met, *, now: bool) -> str:
    """Its value while the campaign ran, or usually."""
    row = met.now if now else met.usual
    return MISSING if row.value is None else value_text(met.metric, row.value)


def campaign_passport(view: View, campaign: Campaign, met: Met) -> Link:
    """The passport of a metric on the days of a campaign."""
    selection = replace(view.selection, period=campaign.period, period_text=str(campaign.period))
    selection = selection.with_filter("channel", *met.channels) if met.channels else selection
    return Link(PASSPORT, (*selection.to_query(), ("metric", met.metric.key)))


def campaign_blocks(view: View, one: Delivery) -> list[Block]:
    """One campaign: every comparison, what was not served, and how it went over time."""
    blocks: list[Block] = [_compared(view, one)]
    if lost := _not_served(view, one):
        blocks.append(lost)
    for key in DRAWN:
        met = next((met for met in one.met if met.metric.key == key), None)
        if met is not None:
            blocks += _drawn(view, one, met)
    return blocks


def _compared(view: View, one: Delivery) -> Table:
    columns = (
        Column(_("What")),
        Column(_("While it ran"), True),
        Column(_("Usually"), True),
        Column(_("Difference"), True),
        Column(_("95 % interval"), True),
        Column(_("n"), True),
    )
    rows: list[tuple[Cell, ...]] = []
    if one.demand is not None:
        demand = one.demand
        rows.append(
            (
                Cell(_("Visits a day")),
                Cell(count(demand.now)),
                Cell(count(demand.usual)),
                Cell(decimal(demand.now - demand.usual, 0, sign=True)),
                Cell(_between(decimal(demand.low, 0, sign=True), decimal(demand.high, 0, sign=True))),
                Cell(_("{n} visits").format(n=count(demand.visits))),
            )
        )
    for met in one.met:
        tone: Tone = "neutral" if not met.clear else "bad" if met.worse else "good"
        between = ""
        if met.low is not None and met.high is not None:
            between = _between(signed_difference(met.metric, met.low), signed_difference(met.metric, met.high))
        rows.append(
            (
                Cell(met_name(met)),
                Cell(
                    shown_value(met, now=True),
                    link=campaign_passport(view, one.campaign, met),
                    detail=interval_text(met.metric, met.now.low, met.now.high),
                ),
                Cell(shown_value(met, now=False), detail=n_text(met.metric, met.usual.n)),
                Cell(MISSING if met.value is None else signed_difference(met.metric, met.value), tone),
                Cell(between),
                Cell(n_text(met.metric, met.now.n)),
            )
        )
    title = _("“{campaign}”, {period}: what those who came were given").format(
        campaign=one.campaign.name, period=period_text(one.campaign.period)
    )
    note = plural(
        "Compared with {n} usual day before it.", "Compared with {n} usual days before it.", one.usual_days
    ).format(n=count(one.usual_days))
    if one.campaign.expected is not None and one.shortage is not None:
        text = _("Orders expected: {expected}; units asked for: {asked}.")
        note += " " + text.format(expected=count(one.campaign.expected), asked=count(one.shortage.demanded))
    note += " " + _("Cost of the campaign: {cost}.").format(
        cost=money_text(one.campaign.cost, view.edition.manifest.currency)
    )
    return Table("campaign", title, columns, tuple(rows), note=note)


def _not_served(view: View, one: Delivery) -> Table | None:
    found = unserved(view.edition, one, view.selection.filters, view.policy)
    if not found:
        return None
    currency = view.edition.manifest.currency
    names = {
        "units": _("Units asked for and not on the shelf"),
        "orders": _("Orders fewer than if as many visits as usual had ended in one"),
        "callers": _("Callers who gave up beyond the usual share"),
    }
    rows = []
    for lost in found:
        amount = lost.amount
        spread = "" if amount.low == amount.high else _between(count(amount.low), count(amount.high))
        rows.append(
            (
                Cell(names[lost.kind]),
                Cell(count(amount.value), raw=amount.value, detail=spread or _("counted")),
                Cell(
                    MISSING if lost.money is None else money_text(lost.money.value, currency),
                    raw=None if lost.money is None else lost.money.value,
                    detail="" if lost.money is None else money_range(lost.money.low, lost.money.high, currency),
                ),
            )
        )
    columns = (Column(_("What")), Column(_("How many"), True), Column(_("Worth, at the usual value of a cart"), True))
    note = _("Arithmetic against the usual, no forecast. The lines overlap: do not add them up.")
    return Table("not-served", _("What was not served"), columns, tuple(rows), note=note)


def _drawn(view: View, one: Delivery, met: Met) -> list[Block]:
    manifest = view.edition.manifest
    start = max(one.campaign.period.start - timedelta(days=USUAL_DAYS), manifest.first_day)
    end = min(one.campaign.period.end + timedelta(days=USUAL_DAYS), manifest.last_day)
    around = replace(view.selection, period=Period(start, end), period_text=str(Period(start, end)))
    around = around.with_filter("channel", *met.channels) if met.channels else around
    found = view.try_ask(met.metric.key, grain="week", selection=around)
    if isinstance(found, CxdashError) or sum(row.value is not None for row in found.rows) < 2:
        return []
    title = _("{metric} before, while and after “{campaign}” ran").format(
        metric=met_name(met), campaign=one.campaign.name
    )
    drawn = trend(view, found, key=f"promise-{met.metric.key}", title=title, subtitle=_("by week, with 95 % interval"))
    span = (one.campaign.period.start, one.campaign.period.end, one.campaign.name)
    return [replace(drawn, events=(), spans=(span,))]


def _between(low: str, high: str) -> str:
    return _("{low} to {high}").format(low=low, high=high)
