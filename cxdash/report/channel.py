"""One channel: trend against all channels, what it consists of, and how its answers are distributed."""

from __future__ import annotations

from cxdash.answers import Answer, Row
from cxdash.answers.cells import Request, fold
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.measures import Measure
from cxdash.metrics.catalogue import find_metric
from cxdash.metrics.metric import Metric
from cxdash.report.blocks import Bar, Bars, Block, Cell, Column, Headline, Link, Section, Table, Tiles, Tone
from cxdash.report.charts import dots, trend
from cxdash.report.findings import findings_table, scan, sentence
from cxdash.report.tiles import tile
from cxdash.report.view import View
from cxdash.report.wording import change, count, decimal, dimension_name, number, period_text, value_name

LEADING = ("nps", "csat", "ces", "abandonment", "first_contact_resolution")
TILES = ("nps", "csat", "ces", "first_contact_resolution", "repeat_rate", "abandonment")
CUTS = ("region", "segment", "product", "stage", "team", "reason")

_GROUPS: dict[str, dict[int, Tone]] = {
    "nps": {**dict.fromkeys(range(7), "bad"), 7: "neutral", 8: "neutral", 9: "good", 10: "good"},
    "csat": {1: "bad", 2: "bad", 3: "neutral", 4: "good", 5: "good"},
    "ces": {1: "bad", 2: "bad", 3: "bad", 4: "neutral", 5: "good", 6: "good", 7: "good"},
}


def focus_blocks(view: View, channel: str) -> list[Block]:
    """Everything about one channel inside the selection."""
    focused = View(
        view.edition,
        view.selection.with_filter("channel", channel),
        view.attempts,
        view.today,
        view.params,
        (),
        view.policy,
    )
    lead = _lead(focused)
    name = value_name("channel", channel)
    if lead is None:
        return [Headline(_("There is no data for {channel} in this selection.").format(channel=name))]
    metric, whole = lead
    where = " · ".join(
        [name, *(value_name(dim, v[0]) for dim, v in view.selection.filters if dim != "channel" and len(v) == 1)]
    )
    blocks: list[Block] = [_headline(focused, where, metric, whole.only)]
    blocks.append(Tiles(tuple(tile(focused, key) for key in TILES if focused.offers(key))))
    blocks += _trend(view, focused, name, metric, channel)
    found = scan(focused)
    if found.findings:
        blocks.append(findings_table(focused, found))
    blocks.append(Section(_("What {channel} consists of").format(channel=name)))
    blocks += _cuts(focused, metric, whole.only)
    for key in ("nps", "csat", "ces"):
        blocks += _distribution(focused, key)
    return blocks


def _lead(view: View) -> tuple[Metric, Answer] | None:
    for key in LEADING:
        found = view.try_ask(key, against=view.against) if view.offers(key) else None
        if found is not None and not isinstance(found, CxdashError) and found.only.value is not None:
            return find_metric(key), found
    return None


def _headline(view: View, name: str, metric: Metric, row: Row) -> Headline:
    moved = change(metric, row.difference)
    text = f"{name}: {_(metric.label)} {number(metric, row).text}"
    if moved:
        text += f", {moved.text}"
    found = scan(view)
    return Headline(text, sentence(found.findings[0]) + "." if found.findings else "")


def _trend(view: View, focused: View, name: str, metric: Metric, channel: str) -> list[Block]:
    history, whole = focused.history, view.history
    grain = view.grain(history.period)
    own = focused.try_ask(metric.key, grain=grain, selection=history)
    if isinstance(own, CxdashError):
        return []
    everything = None
    if len(known_channels(view)) > 1:
        asked = view.try_ask(metric.key, grain=grain, selection=whole.with_filter("channel"))
        everything = None if isinstance(asked, CxdashError) else asked
    subtitle = (
        _("{period}, with 95 % interval; grey line: all channels") if everything else _("{period}, with 95 % interval")
    )
    return [
        trend(
            focused,
            own,
            key="channel-trend",
            title=_("{metric} in {channel}").format(metric=_(metric.label), channel=name),
            subtitle=subtitle.format(period=period_text(own.period)),
            reference=everything,
            reference_label=_("all channels"),
            colour=channel,
        )
    ]


def known_channels(view: View) -> tuple[str, ...]:
    """Channels of the data, over all facts."""
    found: dict[str, None] = {}
    for fact in view.edition.manifest.facts.values():
        found |= dict.fromkeys(fact.dimensions.get("channel", ()))
    return tuple(found)


def _cuts(view: View, metric: Metric, total: Row) -> list[Block]:
    blocks: list[Block] = []
    for dim in CUTS:
        if len(view.selection.values(dim)) == 1:
            continue
        found = view.try_ask(metric.key, by=(dim,))
        if isinstance(found, CxdashError) or sum(row.value is not None for row in found.rows) < 2:
            continue
        blocks.append(
            dots(
                view,
                found,
                key=f"by-{dim}",
                title=_("{metric} by {dimension}").format(
                    metric=_(metric.label), dimension=dimension_name(dim).lower()
                ),
                subtitle=_("with 95 % interval; coloured only when clearly apart from the channel as a whole"),
                total=total,
            )
        )
    return blocks[:4]


def _distribution(view: View, key: str) -> list[Block]:
    if not view.offers(key):
        return []
    metric = find_metric(key)
    measure = metric.computation
    assert isinstance(measure, Measure)
    answered = view.try_ask(key)
    if isinstance(answered, CxdashError) or answered.only.value is None or not answered.only.reliable:
        return []
    bins = [state for state in measure.states if state.name.rsplit("_", 1)[-1].isdigit()]
    filters = view.policy.narrow(view.selection.filters)
    frame = fold(view.edition, Request(measure.fact, tuple(bins), answered.period, filters)).frame
    counts = {int(state.name.rsplit("_", 1)[-1]): int(frame[state.name][0] or 0) for state in bins}
    n = sum(counts.values())
    bars = tuple(
        Bar(str(score), 100.0 * value / n, value, tone=_GROUPS[key].get(score, "neutral"))
        for score, value in sorted(counts.items())
    )
    rows = tuple(
        (Cell(bar.label), Cell(decimal(bar.share, 1) + "%", raw=bar.share), Cell(count(bar.count), raw=bar.count))
        for bar in bars
    )
    data = Table(
        f"distribution-{key}-data",
        _(metric.label),
        (Column(_("Answer")), Column(_("Share"), True), Column(_("Answers"), True)),
        rows,
    )
    most = max(bars, key=lambda bar: bar.count)
    summary = _("Most frequent answer: {answer} ({share}% of {n}).").format(
        answer=most.label, share=decimal(most.share, 0), n=count(n)
    )
    return [
        Bars(
            key=f"distribution-{key}",
            title=_("How the answers to {metric} are distributed").format(metric=_(metric.label)),
            subtitle=_("share of {n} answers").format(n=count(n)),
            bars=bars,
            summary=summary,
            data=data,
        )
    ]


def way_back(view: View) -> Table:
    """The door from one channel back to all."""
    link = Link("channels", view.selection.to_query())
    return Table("back", "", (Column(""),), ((Cell(_("Back to all channels"), link=link),),))
