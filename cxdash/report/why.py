"""Why it moved: a change split into what its parts did, by the dimension that tells most, and the day it began.

The order of the page is the order of the questions: did it move beyond noise, is the whole misleading (Simpson), which
part, by which other cut, since when, and the way on to the part's rows. A change that is not clear is described, never
explained.
"""

from __future__ import annotations

from cxdash.answers import Row
from cxdash.answers.attribute import attribute
from cxdash.answers.decompose import decompose
from cxdash.answers.decomposition import Decomposition
from cxdash.answers.monitor import watch
from cxdash.answers.ranking import Cut, Ranking, open_dimensions, rank_dimensions
from cxdash.answers.weights import obstacle
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.metrics.catalogue import METRICS
from cxdash.metrics.metric import Metric
from cxdash.report.blocks import Block, Headline, Notice, Report
from cxdash.report.findings import scan, sentence
from cxdash.report.notices import footer, notices
from cxdash.report.view import View
from cxdash.report.why_others import askable, comparison_table, default_metric, metrics_table, own_changes
from cxdash.report.why_parts import component_bars, contributions, dimensions_table
from cxdash.report.why_since import since_blocks
from cxdash.report.why_words import (
    OBSTACLES,
    change_headline,
    reversal_sentence,
    reversal_short,
    scores_sentence,
    top_sentence,
)
from cxdash.report.wording import dimension_name


def build(view: View) -> Report:
    """The page of one metric (`metric`), cut by one dimension (`by`, else the one that tells most)."""
    heads, asked, by = list(notices(view)), view.params.get("metric", ""), view.params.get("by", "")
    known = {metric.key: metric for metric in askable(view)}
    key = asked if asked in known else default_metric(view)
    if asked and asked not in known:
        heads.append(_not_known(asked, tuple(known)))
    if not key:
        body: list[Block] = [
            Headline(_("There is no data for this selection."), _("Remove a filter or choose a longer period."))
        ]
    elif view.against is None:
        body = _without_comparison(view, known[key])
    else:
        body = _of_metric(view, known[key], by)
    headline = next(block for block in body if isinstance(block, Headline))
    query = (*view.selection.to_query(), *([("metric", key)] if key else []), *([("by", by)] if by else []))
    return Report(
        key="why",
        title=_("Why it moved"),
        subject=headline.text,
        company=view.edition.manifest.company,
        edition=view.edition.id,
        blocks=(*heads, *body, footer(view)),
        query=query,
    )


def _not_known(asked: str, known: tuple[str, ...]) -> Notice:
    if asked in METRICS:
        text = _("{metric} cannot be computed from this data.").format(metric=_(METRICS[asked].label))
    else:
        text = _("There is no metric “{metric}”.").format(metric=asked)
    return Notice("info", text, _("Known: {known}.").format(known=", ".join(known)))


def _without_comparison(view: View, metric: Metric) -> list[Block]:
    text = _("Compared with what? Choose a comparison to see what moved {metric}.").format(metric=_(metric.label))
    blocks: list[Block] = [Headline(text), comparison_table(view, metric.key)]
    return [*blocks, *_since(view, metric), metrics_table(view, metric.key)]


def _of_metric(view: View, metric: Metric, by: str) -> list[Block]:
    found = view.try_ask(metric.key, against=view.against)
    if isinstance(found, CxdashError):
        return [
            Headline(_("{metric} has no answer here.").format(metric=_(metric.label)), str(found)),
            *_rest(view, metric),
        ]
    row = found.only
    if row.difference is None or row.value is None or row.difference.value is None:
        text = _("{metric} cannot be compared here.").format(metric=_(metric.label))
        detail = _("There are too few {counted} in one of the two periods, or none.").format(counted=_(metric.counted))
        return [Headline(text, detail), comparison_table(view, metric.key), *_rest(view, metric)]
    why_not = obstacle(metric)
    if why_not == "composite":
        return [*_composite(view, metric, row), metrics_table(view, metric.key)]
    if why_not is not None:
        reason = _(OBSTACLES[why_not]).format(metric=_(metric.label))
        tables = own_changes(view, metric, by)
        if tables:
            reason = f"{reason} " + _("Below, each part is compared with itself.")
        return [Headline(change_headline(metric, row.difference), reason), *tables, *_rest(view, metric)]
    return [*_split(view, metric, row, by), *_rest(view, metric)]


def _rest(view: View, metric: Metric) -> list[Block]:
    return [*_since(view, metric), metrics_table(view, metric.key)]


def _since(view: View, metric: Metric) -> list[Block]:
    found = view.try_ask(metric.key, against=view.against)
    difference = None if isinstance(found, CxdashError) else found.only.difference
    moved = difference is not None and difference.word in ("up", "down")
    try:
        return since_blocks(view, watch(view.edition, metric.key, view.selection, view.policy), moved=moved)
    except CxdashError:
        return []  # the period or filter does not exist for this metric, which the headline has said


def _composite(view: View, metric: Metric, row: Row) -> list[Block]:
    assert row.difference is not None
    found = attribute(view.edition, metric.key, view.selection, view.policy)
    detail = _(OBSTACLES["composite"]).format(metric=_(metric.label))
    blocks: list[Block] = [Headline(change_headline(metric, row.difference), detail)]
    return blocks if found is None else [*blocks, component_bars(view, found)]


def _split(view: View, metric: Metric, row: Row, by: str) -> list[Block]:
    """Headline, reversal, parts and the ranked dimensions of a metric that is a weighted average."""
    assert row.difference is not None
    try:
        ranking = rank_dimensions(view.edition, metric.key, view.selection, view.policy)
    except CxdashError as reason:
        return [Headline(change_headline(metric, row.difference), str(reason))]
    blocks: list[Block] = []
    offered = open_dimensions(view.edition, metric.key, view.selection, view.policy)
    if by and by not in offered:
        text = _("This change cannot be cut by {dimension}.").format(dimension=dimension_name(by).lower())
        names = ", ".join(dimension_name(dim) for dim in offered)
        blocks.append(Notice("info", text, _("It can be cut by: {known}.").format(known=names)))
    chosen = by if by in offered else next((cut.found.dimension for cut in ranking.cuts), "")
    found = decompose(view.edition, metric.key, view.selection, chosen, view.policy) if chosen else None
    if found is None or len(found.effects) < 2:
        detail = _("There is nothing to cut it by: one value is left in every dimension, or too few answers.")
        return [Headline(change_headline(metric, row.difference), detail), *blocks]
    headline = Headline(change_headline(metric, row.difference), _detail(view, metric, found, ranking))
    blocks = [headline, *blocks, *_reversals(ranking, found)]
    title = _("{metric} by {dimension}: what each part did").format(
        metric=_(metric.label), dimension=dimension_name(chosen).lower()
    )
    drawn = contributions(view, found, title=title)
    return [
        *blocks,
        drawn,
        drawn.data,
        *([dimensions_table(view, ranking, chosen)] if len(ranking.cuts) > 1 or ranking.unread else []),
    ]


def _detail(view: View, metric: Metric, found: Decomposition, ranking: Ranking) -> str:
    """What the headline goes on to say: only of a clear change which part stands apart."""
    if found.moved in ("up", "down"):
        if found.reversal:
            return reversal_short(found)
        cut = ranking.cut(found.dimension) or Cut(found, frozenset())
        top = next((e for e in found.effects if cut.top is not None and e.value == cut.top.value), None)
        # named only where both ways of finding errors agree: answers for the ranking, customers for what is shown
        clear = bool(cut.clear) and top is not None and top.reliable and top.pull_limits.side != 0
        return top_sentence(found, top, clear=clear)
    beyond = next((one for one in scan(view).findings if one.metric.key == metric.key), None)
    if beyond is not None:
        text = _("The whole hides a change beyond noise, though: {finding}.")
        return text.format(finding=sentence(beyond))
    return _("What follows describes the difference between the two periods; nothing in it is a finding.")


def _reversals(ranking: Ranking, found: Decomposition) -> list[Block]:
    """Simpson's paradox along the dimension shown, or along another one."""
    along = [found] if found.reversal else [cut.found for cut in ranking.cuts if cut.found.reversal][:1]
    return [Notice("warning", reversal_sentence(one), f"{scores_sentence(one)}.") for one in along]
