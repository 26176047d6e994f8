"""Overview: is CX healthy, what really changed, why, where it hurts, and what we do not know."""

from __future__ import annotations

from dataclasses import replace

from cxdash.answers import Row
from cxdash.answers.changes import Scan
from cxdash.answers.derived import component_keys
from cxdash.errors import CxdashError
from cxdash.language import _, plural
from cxdash.metrics.catalogue import find_metric
from cxdash.metrics.metric import Metric
from cxdash.report.apart_words import listed
from cxdash.report.blocks import Block, Brief, Dots, Headline, Report, Section, Tile, Tiles
from cxdash.report.charts import dots, trend
from cxdash.report.findings import findings_table, scan, sentence, why
from cxdash.report.notices import footer, notices
from cxdash.report.tiles import tile
from cxdash.report.view import View
from cxdash.report.wording import MINUS, change, decimal, dimension_name, period_text, value_text

PREFERRED = (
    "health", "nps", "csat", "ces", "first_contact_resolution", "churn", "revenue_churn", "repeat_rate",
    "response_rate", "abandonment", "consistency", "net_retention",
)  # fmt: skip
"""Metrics in the order they are given one of the six tiles; those the data cannot support make room."""

CARRYING = ("nps", "csat", "ces", "first_contact_resolution", "abandonment", "churn", "revenue_churn")
"""Metrics in the order they may carry the page's one chart."""

MOST_TILES = 6

CUTS = ("channel", "region", "segment", "product")
"""Dimensions in the order in which the page is cut by them to show where it hurts."""

MOST_CUTS = 2

ALIKE = 0.05
"""From this p on, channels are not told apart; the page Channels says so in its headline."""


def build(view: View) -> Report:
    """The overview of a selection."""
    keys = [key for key in PREFERRED if view.offers(key)][:MOST_TILES]
    tiles = tuple(tile(view, key) for key in keys)
    found = scan(view)
    heads = notices(view)
    headline = _headline(view, tiles, found)
    blocks: list[Block] = [*heads, headline, Tiles(tiles), _brief(view, found, keys)]
    blocks += _carrying_chart(view)
    if found.findings:
        blocks.append(findings_table(view, found))
    blocks += _where_it_hurts(view)
    blocks.append(footer(view))
    return Report(
        key="overview",
        title=_("Overview"),
        subject=_subject(tiles, found, headline),
        company=view.edition.manifest.company,
        edition=view.edition.id,
        blocks=tuple(blocks),
        query=view.selection.to_query(),
    )


def _headline(view: View, tiles: tuple[Tile, ...], found: Scan) -> Headline:
    main = next((t for t in tiles if t.number.raw is not None), None)
    if main is None:
        return Headline(_("There is no data for this selection."), _("Remove a filter or choose a longer period."))
    text = f"{main.label} {main.number.text}"
    if main.change is not None:
        text += f": {main.change.text}"
    detail = sentence(found.findings[0]) + "." if found.findings else _nothing(view, found)
    return Headline(text, detail)


def _nothing(view: View, found: Scan) -> str:
    if view.against is None:
        return _("Nothing is compared here; choose a comparison to see what changed.")
    if found.tested == 0:
        return _("Too few answers in both periods to look for changes by channel and region.")
    return _("Nothing changed beyond noise by channel and region.")


def _subject(tiles: tuple[Tile, ...], found: Scan, headline: Headline) -> str:
    """Carries the finding: "CX health 71 (−3): NPS fell 24 points in Phone · North"."""
    main = next((t for t in tiles if t.number.raw is not None), None)
    if main is None:
        return headline.text
    moved = f": {main.change.text}" if main.change is not None and main.change.word in ("up", "down") else ""
    return f"{main.label} {main.number.text}{moved}. {headline.detail}".rstrip(".")


def _brief(view: View, found: Scan, keys: list[str]) -> Brief:
    sentences: list[str] = [sentence(one) + "." for one in found.findings[:3]] or [_nothing(view, found)]
    sentences += (
        why(view, keys[1] if len(keys) > 1 and keys[0] == "health" else keys[0]) if keys and view.against else ()
    )
    sentences += _weakest_goal(view)
    sentences.append(_unknown(view))
    return Brief(_("In brief"), tuple(sentences))


def _weakest_goal(view: View) -> tuple[str, ...]:
    if not view.offers("health"):
        return ()
    found = view.try_ask("health")
    if isinstance(found, CxdashError) or found.only.value is None:
        return ()
    goals = {key: found.only.extra.get(f"goal_{i}") for i, key in enumerate(component_keys(view.edition))}
    known = {key: goal for key, goal in goals.items() if goal is not None}
    worst = min(known, key=lambda key: known[key])
    text = _("Farthest from its target: {metric}, {percent}% of the way from floor to target.")
    return (text.format(metric=_(find_metric(worst).label), percent=decimal(known[worst], 0)),)


def _unknown(view: View) -> str:
    manifest = view.edition.manifest
    lacking = [_(find_metric(key).label) for key in PREFERRED if key in manifest.unsupported]
    parts = []
    if others := len(manifest.unsupported) - len(lacking):
        named = plural(
            "{n} other metric listed under Definitions", "{n} other metrics listed under Definitions", others
        )
        lacking.append(named.format(n=others))
    if lacking:
        parts.append(_("not in this data: {metrics}").format(metrics=", ".join(lacking)))
    response = view.try_ask("response_rate") if view.offers("response_rate") else None
    if response is not None and not isinstance(response, CxdashError) and response.only.value is not None:
        rate = value_text(response.metric, response.only.value)
        parts.append(_("what the customers who did not answer think (response rate {rate})").format(rate=rate))
    return _("What we do not know: {parts}.").format(parts="; ".join(parts) or _("causes; these are associations"))


def _carrying_chart(view: View) -> list[Block]:
    for key in CARRYING:
        if not view.offers(key):
            continue
        metric = find_metric(key)
        history = view.history
        # customers at risk hardly change from day to day: a month is the shortest stretch churn says anything about
        grain = "month" if metric.windows or key == "churn" else view.grain(history.period)
        found = view.try_ask(key, grain=grain, selection=history)
        if isinstance(found, CxdashError) or sum(row.value is not None for row in found.rows) < 2:
            continue
        whole = view.try_ask(key, against=view.against)
        title = _trend_title(view, whole.only) if not isinstance(whole, CxdashError) else _(metric.label)
        grain = {"day": _("by day"), "week": _("by week"), "month": _("by month"), "quarter": _("by quarter")}[
            found.grain
        ]
        subtitle = _("{metric} {grain}, {period}, with 95 % interval").format(
            metric=_(metric.label), grain=grain, period=period_text(found.period)
        )
        label = _(metric.label)
        return [
            trend(view, found, key="trend", title=f"{label}: {title}" if title != label else label, subtitle=subtitle)
        ]
    return []


def _trend_title(view: View, row: Row) -> str:
    metric = find_metric(next(key for key in CARRYING if view.offers(key)))
    moved = change(metric, row.difference)
    value = value_text(metric, row.value) if row.value is not None else MINUS
    return f"{value}, {moved.text}" if moved else value


def _where_it_hurts(view: View) -> list[Block]:
    """The first metric that can be cut, by channel and region; by segment or product where one of these is missing."""
    for key in CARRYING:
        if not view.offers(key):
            continue
        charts = [chart for dim in CUTS if (chart := _cut(view, key, dim)) is not None][:MOST_CUTS]
        if charts:
            return [Section(_("Where it hurts")), *charts]
    return []


def _cut(view: View, key: str, dim: str) -> Dots | None:
    """A metric by one dimension; None where it has no two values to compare."""
    found = view.try_ask(key, by=(dim,))
    if isinstance(found, CxdashError) or sum(row.value is not None for row in found.rows) < 2:
        return None
    total = view.try_ask(key)
    drawn = dots(
        view,
        found,
        key=f"where-{dim}",
        title="",
        subtitle=_("with 95 % interval; coloured only when clearly apart from the rest"),
        total=None if isinstance(total, CxdashError) else total.only,
        link_to="channels" if dim == "channel" else "overview",
        tones={} if dim == "channel" and _alike(view, key) else None,
    )
    return replace(drawn, title=_apart_title(found.metric, dim, drawn))


def _alike(view: View, key: str) -> bool:
    """Whether no difference of this score between channels is detectable: then none of them is coloured, as there."""
    if key != "nps" or not view.offers("level_consistency"):
        return False
    found = view.try_ask("level_consistency")
    return not isinstance(found, CxdashError) and found.only.extra.get("p", 0.0) >= ALIKE


def _apart_title(metric: Metric, dim: str, drawn: Dots) -> str:
    """What the colours say, in words: being last is no finding where nothing is apart beyond noise."""
    worse = [dot.label for dot in drawn.dots if dot.tone == "bad"]
    better = [dot.label for dot in reversed(drawn.dots) if dot.tone == "good"]
    if worse and better:
        text = _("{metric} by {dimension}: clearly worse in {worse}; clearly better in {better}")
    elif worse:
        text = _("{metric} by {dimension}: clearly worse in {worse}")
    elif better:
        text = _("{metric} by {dimension}: clearly better in {better}")
    else:
        text = _("{metric} by {dimension}: none is clearly apart from the rest")
    return text.format(
        metric=_(metric.label), dimension=dimension_name(dim).lower(), worse=listed(worse), better=listed(better)
    )
