"""Handoffs: when an issue moves to another channel, does it go on there, or does the customer begin again?

All pairs of channels beside each other, or one of them when `origin` and `target` name it. What happens between two
channels is a habit of systems, not of a month: pairs are read over half a year, the tiles over the period chosen.
"""

from __future__ import annotations

from cxdash.answers.handoffs import Worst, compare_place, worst_handoffs
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.metrics.catalogue import find_metric
from cxdash.report.blocks import Block, Cell, Column, Headline, Notice, Number, Report, Section, Table, Tiles
from cxdash.report.carts import cart_blocks
from cxdash.report.doors import passport_door
from cxdash.report.handoff_pair import pair_blocks
from cxdash.report.handoff_pairs import ask_pairs, findings, flow, heatmap, table
from cxdash.report.handoff_words import METRIC, headline, looked_at, reached, unsupported, worst_of
from cxdash.report.notices import footer, notices
from cxdash.report.tiles import tile
from cxdash.report.view import View
from cxdash.report.wording import missing, number, value_name

TILES = ("handoff_continuity", "channel_changes", "issue_resolution_time", "resolved_within_day", "issue_contacts")
ISSUE_METRICS = ("issue_resolution_time", "resolved_within_day", "issue_contacts")


def build(view: View) -> Report:
    """All pairs of channels, or the one that `origin` and `target` name."""
    pair = (view.params.get("origin", ""), view.params.get("target", ""))
    refused = unsupported(view)
    query = view.selection.to_query()
    if refused:
        body: list[Block] = [Headline(*refused), *_issues(view)]
    elif all(pair):
        body = pair_blocks(view, *pair)
        query = (*query, ("origin", pair[0]), ("target", pair[1]))
    else:
        body = _all_pairs(view)
    blocks = (*notices(view), *body, footer(view))
    first = next(block for block in body if isinstance(block, Headline))
    return Report(
        key="handoffs",
        title=_("Handoffs"),
        subject=first.text,
        company=view.edition.manifest.company,
        edition=view.edition.id,
        blocks=blocks,
        query=query,
    )


def _all_pairs(view: View) -> list[Block]:
    wide = reached(view)
    try:
        pairs = ask_pairs(wide)
        found = worst_handoffs(wide.edition, wide.selection, wide.policy)
    except CxdashError as reason:
        return [Headline(_("Handoffs cannot be shown for this selection."), str(reason)), *_issues(view)]
    one = worst_of(found)
    there = compare_place(wide.edition, wide.selection, tuple(one.row.dimensions.items()), wide.policy) if one else ()
    blocks: list[Block] = [headline(wide, found, there, _whole(wide))]
    blocks.append(Tiles(tuple(tile(view, key) for key in TILES if view.offers(key))))
    if found.pairs or found.places:
        blocks.append(findings(wide, found))
    if pairs.broken:
        text = _(
            "A handoff is broken when the customer made contact again within 7 days, was identified again or had to "
            "tell the story again. No context, sent back, a long wait and coming before the answer are evidence beside "
            "it. The last 14 days are left out: what follows a handoff is not known yet. Where a pair is clearly worse "
            "than all others, the others are compared with each other without it."
        )
        blocks += [Section(_("From channel to channel"), text), flow(wide, pairs), heatmap(wide, pairs)]
        blocks.append(table(wide, pairs, _table_note(found)))
    return [*blocks, *_issues(view), *cart_blocks(view)]


def _whole(view: View) -> Number:
    """Seamless handoffs of everything, for the sentence where nothing stands out."""
    found = view.try_ask(METRIC)
    return missing(str(found)) if isinstance(found, CxdashError) else number(found.metric, found.only)


def _table_note(found: Worst) -> str:
    return " ".join(
        (
            _("Ranked by the lower end of the interval: at least so many break."),
            _("Each reason is a share of those handoffs where it is known."),
            _(
                "CSAT against staying: after the second contact, minus the CSAT of second contacts whose first was in "
                "that channel already."
            ),
            looked_at(found),
        )
    )


def _issues(view: View) -> list[Block]:
    """Issues by the channel they began in: how long, how many contacts."""
    found = {key: view.try_ask(key, by=("channel",)) for key in ISSUE_METRICS if view.offers(key)}
    answered = {key: one for key, one in found.items() if not isinstance(one, CxdashError) and one.rows}
    if not answered:
        reasons = [view.edition.manifest.unsupported.get(key, "") for key in ISSUE_METRICS]
        reasons += [str(one) for one in found.values() if isinstance(one, CxdashError)]
        told = next((reason for reason in reasons if reason), "")
        return [Notice("info", _("How long issues take cannot be said for this selection."), told)] if told else []
    rows = {(key, row.dimensions["channel"]): row for key, one in answered.items() for row in one.rows}
    volume = {row.dimensions["channel"]: row.n or 0.0 for one in answered.values() for row in one.rows}
    metrics = [find_metric(key) for key in answered]
    lines = []
    for channel in sorted(volume, key=lambda name: -volume[name]):
        cells = [Cell(value_name("channel", channel))]
        for metric in metrics:
            row = rows.get((metric.key, channel))
            shown = missing("") if row is None else number(metric, row)
            door = passport_door(view, metric.key, {"channel": channel})
            detail = ", ".join(part for part in (shown.interval, shown.n or shown.note) if part)
            cells.append(Cell(shown.text, link=door, raw=shown.raw, detail=detail))
        lines.append(tuple(cells))
    text = _(
        "An issue is every contact of one customer about one matter, through whatever channel, at most 7 days apart; "
        "call-backs of the company belong to it. One that crosses three channels counts once here, and as two handoffs "
        "above. Issues never resolved are counted: as not resolved in time."
    )
    columns = (Column(_("Began in")), *(Column(_(metric.label), True) for metric in metrics))
    return [
        Section(_("Issues, whatever the channels"), text),
        Table("issues", _("Issues by the channel they began in"), columns, tuple(lines)),
    ]
