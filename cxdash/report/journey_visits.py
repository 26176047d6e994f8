"""Where digital visits end, on the Journey page: steps of a session beside the stages of the journey, never as them."""

from __future__ import annotations

from cxdash.answers.furthest import DropOff, Step, drop_off
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.report.blocks import Block, Cell, Column, Dot, Dots, Notice, Number, Section, Table
from cxdash.report.view import View
from cxdash.report.wording import count, decimal, period_text, value_name


def read_drop_off(view: View) -> DropOff | CxdashError | None:
    """Where visits of the view end, a reason why that cannot be told, or None where the data holds no visits."""
    try:
        return drop_off(view.edition, view.selection, view.policy)
    except CxdashError as reason:
        return reason


def visit_blocks(view: View) -> list[Block]:
    """The steps of a visit as a chart; where there are no visits, what would unlock them."""
    title = _("Where digital visits end")
    found = read_drop_off(view)
    if found is None:
        unlock = _("The table visits with its column furthest_stage unlocks drop-off step by step.")
        return [Section(title), Notice("info", _("This data holds no digital visits."), unlock)]
    if isinstance(found, CxdashError):
        return [Section(title), Notice("info", _("Drop-off cannot be told for this selection."), str(found))]
    if found.hidden or not any(step.reached for step in found.steps):
        text = _("Too few digital visits in this selection to say where they end.")
        return [Section(title), Notice("info", text, _("Remove a filter or choose a longer period."))]
    return [Section(title, _intro(view, found)), _chart(found)]


def _intro(view: View, found: DropOff) -> str:
    text = _(
        "How far a visit to web or app got is a step of one session, not a stage of the journey: the two are counted "
        "apart."
    )
    if found.beside:
        beside = _("{n} visits to self-service or the account are not on the way to an order and are left out.")
        text += " " + beside.format(n=count(found.beside))
    if {dim for dim, _values in view.policy.narrow(view.selection.filters)} & {"region", "segment"}:
        text += " " + _("Note that region and segment are known of visitors who signed in only.")
    return text


def step_number(step: Step) -> Number:
    """The share of visits that went no further than a step."""
    if step.share is None or step.low is None or step.high is None:
        return Number("–", state="missing", note=_("No visit got this far"))
    low, value, high = (100 * part for part in (step.low, step.share, step.high))
    return Number(
        text=decimal(value, 1) + "%",
        interval=_("{low} to {high}").format(low=decimal(low, 1) + "%", high=decimal(high, 1) + "%"),
        n=_("{n} visits").format(n=count(step.reached)),
        raw=value,
        low=low,
        high=high,
        count=step.reached,
        state="shown" if step.reliable else "low_base",
        note="" if step.reliable else _("Low base: too few to rely on"),
    )


def _chart(found: DropOff) -> Dots:
    numbers = [(step, value_name("furthest_stage", step.step), step_number(step)) for step in found.steps]
    told = [one for one in numbers if one[0].share is not None and one[0].reliable]
    title = _("How many visits go no further than each step")
    if told:
        worst = max(told, key=lambda one: one[0].share or 0.0)
        title = _("{share} of the visits that got to “{step}” go no further").format(share=worst[2].text, step=worst[1])
    columns = (
        Column(_("Step")), Column(_("Got at least here"), True), Column(_("Went no further"), True),
        Column(_("Share"), True), Column(_("95 % interval"), True),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(name),
            Cell(count(step.reached), raw=step.reached),
            Cell(count(step.ended), raw=step.ended),
            Cell(number.text, raw=number.raw, detail=number.note),
            Cell(number.interval),
        )
        for step, name, number in numbers
    )
    return Dots(
        key="drop-off",
        title=title,
        subtitle=_("share of visits that got at least so far, {period}, in the order of a visit").format(
            period=period_text(found.period)
        ),
        unit="%",
        dots=tuple(Dot(name, number) for _step, name, number in numbers),
        summary="; ".join(f"{name}: {number.text}" for _step, name, number in numbers) + ".",
        data=Table("drop-off-data", _("Where digital visits end"), columns, rows),
    )
