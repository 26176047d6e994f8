"""Stages on the Journey page, and where the mix of customers hides what happened in one of them.

A stage in which satisfaction rose in every segment and fell in total says so and leads to the page that takes the
change apart.
"""

from __future__ import annotations

from cxdash.answers import decompose
from cxdash.answers.cells import held
from cxdash.answers.decompose import Decomposition
from cxdash.edition import UNKNOWN
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.report.blocks import Block, Cell, Column, Notice, Section, Table
from cxdash.report.charts import dots
from cxdash.report.doors import why_door
from cxdash.report.findings import sentence
from cxdash.report.journey_parts import KEYS, Parts, parts_table
from cxdash.report.journey_words import coloured
from cxdash.report.view import View
from cxdash.report.wording import dimension_name, signed_difference, value_name

SPLIT = "segment"
"""By which the change of a stage is taken apart."""

MOST_SPLIT = 8
"""Stages taken apart at most, the largest first."""


def reversals(view: View, stages: Parts) -> dict[str, Decomposition]:
    """Stages whose satisfaction moved one way in total and the other way in its segments, beyond noise."""
    filtered = [dim for dim, _values in view.policy.narrow(view.selection.filters)]
    if view.against is None or not stages.answers or SPLIT in filtered:
        return {}
    # in passing only where no rows need be read; the page “why” reads them
    if not held(view.edition, "scores", ("stage", SPLIT, *filtered)):
        return {}
    key = stages.answers[0].metric.key
    split = {stage: split_of(view, key, stage) for stage in list(stages.volume)[:MOST_SPLIT] if stage != UNKNOWN}
    return {stage: found for stage, found in split.items() if found is not None and found.simpson}


def split_of(view: View, key: str, stage: str) -> Decomposition | None:
    """The change of a stage by segment; None where it cannot be taken apart."""
    try:
        return decompose(view.edition, key, view.selection.with_filter("stage", stage), SPLIT, view.policy, quick=True)
    except CxdashError:
        return None


def stage_blocks(view: View, stages: Parts, reversed_in: dict[str, Decomposition]) -> list[Block]:
    """The stages beside each other, what moved, and where the mix hides it."""
    title = _("Stages")
    if not stages.answers:
        return [Section(title), Notice("info", *_no_stages(view))]
    lead = stages.answers[0]
    blocks: list[Block] = [Section(title, moved_text(view, stages))]
    if reversed_in:
        blocks.append(reversal_table(view, reversed_in))
    if len([row for row in lead.rows if row.value is not None]) > 1:
        total = view.try_ask(lead.metric.key)
        chart = dots(
            view,
            lead,
            key="stage-levels",
            title=_("{metric} by stage").format(metric=_(lead.metric.label)),
            subtitle=_(
                "with 95 % interval; coloured when clearly apart from the other stages; choose a stage to look into it"
            ),
            total=None if isinstance(total, CxdashError) else total.only,
            link_to="journey",
        )
        blocks.append(coloured(chart, [one for (key, _value), one in stages.apart.items() if key == lead.metric.key]))
    side_by_side = _("Stages side by side")
    return [*blocks, parts_table(view, stages, key="stages", title=side_by_side, against=_("Against the other stages"))]


def _no_stages(view: View) -> tuple[str, str]:
    """What is lacking, and what would unlock it."""
    if not any(view.offers(key) for key in KEYS):
        reasons = [view.edition.manifest.unsupported[key] for key in KEYS if key in view.edition.manifest.unsupported]
        return (
            _("There are no answers about stages of the journey. {reason}")
            .format(reason=" ".join(dict.fromkeys(reasons)))
            .strip(),
            _("The table responses with its column stage unlocks satisfaction, effort and volume by stage."),
        )
    if "stage" not in view.edition.manifest.facts["scores"].dimensions:
        return (
            _("The answers do not say which stage of the journey they are about."),
            _("The column stage of the table responses unlocks satisfaction, effort and volume by stage."),
        )
    return _("No answer in this selection names a stage."), _("Remove a filter or choose a longer period.")


def moved_text(view: View, stages: Parts) -> str:
    """Which stages moved, corrected for looking at all of them."""
    if view.against is None:
        return ""
    if stages.moved.tested == 0:
        return _("Too few answers in both periods to say which stage moved.")
    if not stages.moved.findings:
        return _("No stage moved beyond noise.")
    return ". ".join(sentence(one) for one in stages.moved.findings[:3]) + "."


def reversal_words(found: Decomposition, stage: str) -> str:
    """Where mix and rate disagree: "CSAT in Onboard rose in every segment and fell in total: the mix shifted"."""
    every, fell = found.reversal == "every", found.change < 0
    if every and fell:
        template = _("{metric} in {where} rose in every {dimension} and fell in total: the mix shifted")
    elif every:
        template = _("{metric} in {where} fell in every {dimension} and rose in total: the mix shifted")
    elif fell:
        template = _("{metric} in {where} rose by {dimension} on average and fell in total: the mix shifted")
    else:
        template = _("{metric} in {where} fell by {dimension} on average and rose in total: the mix shifted")
    return template.format(
        metric=_(found.metric.label),
        where=value_name("stage", stage),
        dimension=dimension_name(found.dimension).lower(),
    )


def reversal_table(view: View, reversed_in: dict[str, Decomposition]) -> Table:
    """Every stage whose total misleads, with the door to why."""
    columns = (
        Column(_("What happened")), Column(_("Change in total"), True), Column(_("Its own score"), True),
        Column(_("Its mix"), True),
    )  # fmt: skip
    rows = []
    for stage, found in reversed_in.items():
        parts = (signed_difference(found.metric, effect) for effect in (found.change, found.rate, found.mix))
        door = why_door(view, found.metric.key, SPLIT, {"stage": stage})
        rows.append((Cell(f"{reversal_words(found, stage)}.", link=door), *map(Cell, parts)))
    note = _("Own score and mix add up to the change. Follow the sentence to see which part comes from where.")
    return Table("reversals", _("Where the total misleads"), columns, tuple(rows), note=note)
