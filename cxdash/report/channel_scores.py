"""How the answers to a survey are distributed in one channel: every possible answer with its share and count."""

from __future__ import annotations

from cxdash.answers.cells import fold
from cxdash.answers.folded import Request
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.measures import Measure
from cxdash.metrics.catalogue import find_metric
from cxdash.report.blocks import Bar, Bars, Block, Cell, Column, Table, Tone
from cxdash.report.view import View
from cxdash.report.wording import count, decimal

_GROUPS: dict[str, dict[int, Tone]] = {
    "nps": {**dict.fromkeys(range(7), "bad"), 7: "neutral", 8: "neutral", 9: "good", 10: "good"},
    "csat": {1: "bad", 2: "bad", 3: "neutral", 4: "good", 5: "good"},
    "ces": {1: "bad", 2: "bad", 3: "bad", 4: "neutral", 5: "good", 6: "good", 7: "good"},
}


def distributions(view: View) -> list[Block]:
    """The distribution of every survey there are enough answers to."""
    return [block for key in _GROUPS for block in _distribution(view, key)]


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
