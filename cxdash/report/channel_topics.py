"""What customers write: terms said more often in this channel than in the others, and by the unhappy in it.

Only terms are shown, each said by at least five customers; never a comment.
"""

from __future__ import annotations

from cxdash.answers.topics import Contrast, Topic, Topics, find_topics, has_comments
from cxdash.errors import CxdashError
from cxdash.language import _, plural
from cxdash.metrics.catalogue import METRICS
from cxdash.metrics.metric import Metric
from cxdash.report.blocks import Block, Cell, Column, Notice, Section, Table
from cxdash.report.untrusted import one_line
from cxdash.report.view import View
from cxdash.report.wording import MISSING, count, decimal, interval_text, n_text, value_name, value_text

SURVEYS = ("nps", "csat", "ces")


def topics_blocks(view: View, focused: View, channel: str, *, alone: bool) -> list[Block]:
    """Two tables of terms, or what is missing for them; `alone`: there is no other channel to compare with."""
    if "scores" not in view.edition.manifest.facts:
        return []
    blocks: list[Block] = [Section(_("What customers write about"))]
    if not has_comments(view.edition):
        text = _("This data has no comments.")
        return [*blocks, Notice("info", text, _("Connect the column comment of the table responses."))]
    survey = next((key for key in SURVEYS if view.offers(key)), "")
    name = value_name("channel", channel)
    tables = []
    if not alone:
        title = _("Said more often in {channel} than in other channels").format(channel=name)
        tables += _table(focused, "channel", survey, "topics", title)
    title = _("Said more often by unhappy customers than by the others, in {channel}").format(channel=name)
    tables += _table(focused, "mood", survey, "topics-unhappy", title)
    if not tables:
        return [*blocks, Notice("info", _("Too few customers wrote something in words to tell topics apart."))]
    return [*blocks, *tables]


def _table(focused: View, contrast: Contrast, survey: str, key: str, title: str) -> list[Table]:
    try:
        found = find_topics(
            focused.edition, focused.selection, focused.policy, contrast=contrast, metric=survey or "nps"
        )
    except CxdashError:
        return []
    if not found.tested:
        return []
    # of the unhappy everybody is unhappy: their score says nothing about a term
    metric = METRICS[survey] if survey and contrast == "channel" else None
    if not found.topics:
        nothing = Cell(_("No term is said clearly more often."))
        return [Table(key, title, (Column(_("Term")),), ((nothing,),), note=_note(found))]
    columns = [
        Column(_("Term")),
        Column(_("Customers"), True),
        Column(_("Share"), True),
        Column(_("Of the others"), True),
    ]
    if metric:
        columns.append(Column(_("{metric} of those who say it").format(metric=_(metric.label)), True))
    rows = tuple(_row(topic, metric) for topic in found.topics)
    return [Table(key, title, tuple(columns), rows, note=_note(found))]


def _row(topic: Topic, metric: Metric | None) -> tuple[Cell, ...]:
    cells = [
        Cell(one_line(topic.term)),
        Cell(count(topic.customers), raw=topic.customers),
        Cell(_percent(topic.share), raw=100 * topic.share),
        Cell(_percent(topic.share_elsewhere), raw=100 * topic.share_elsewhere),
    ]
    if metric:
        if topic.value is None:
            cells.append(Cell(MISSING, detail=_("too few answers")))
        else:
            told = (interval_text(metric, topic.low, topic.high), n_text(metric, topic.answers))
            cells.append(
                Cell(value_text(metric, topic.value), raw=topic.value * metric.factor, detail=" · ".join(told))
            )
    return tuple(cells)


def _percent(share: float) -> str:
    return decimal(100 * share, 1) + "%"


def _note(found: Topics) -> str:
    parts = [
        plural(
            "{texts} and {others} customers wrote something; {n} term said by at least five was compared.",
            "{texts} and {others} customers wrote something; {n} terms said by at least five were compared.",
            found.tested,
        ).format(texts=count(found.texts), others=count(found.others), n=count(found.tested)),
        _("On average at most 10 % of those listed are false. Terms said by the same customers are listed once."),
    ]
    if found.cut:
        parts.append(_("Only the latest comments were read."))
    return " ".join(parts)
