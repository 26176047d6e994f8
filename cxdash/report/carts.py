"""Carts between devices: is what somebody put aside still there when they come back on another device?"""

from __future__ import annotations

from dataclasses import replace

from cxdash.answers import Question
from cxdash.answers.apart import Apart, against_rest
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.metrics.catalogue import find_metric
from cxdash.report.blocks import Block, Cell, Column, Notice, Section, Table, Tone
from cxdash.report.doors import passport_door
from cxdash.report.view import View
from cxdash.report.wording import MISSING, cell_name, interval_text, n_text, number, signed_difference, value_text

METRIC = "cart_kept"


def cart_sentence(view: View) -> str:
    """What happens to carts when the device changes, in one sentence; "" where nothing is beyond noise."""
    other = next((one for one in _by(view, ("device_change",)) if one.row.dimensions["device_change"] == "other"), None)
    if other is None or not other.clear or other.good or other.row.value is None or other.rest.value is None:
        return ""
    metric = find_metric(METRIC)
    text = _("Carts get lost between devices: {other} are found again on another device, {same} on the same one.")
    return text.format(other=value_text(metric, other.row.value), same=value_text(metric, other.rest.value))


def cart_blocks(view: View) -> list[Block]:
    """Carts found again, by change of device and by the devices themselves."""
    title = _("Carts that survive a change of device")
    if not view.offers(METRIC):
        reason = view.edition.manifest.unsupported.get(METRIC, "")
        return [Section(title), Notice("info", _("This data does not say whether carts survive."), reason)]
    changes, pairs = _by(view, ("device_change",)), _by(view, ("channel", "device_change"))
    if not changes:
        return [Section(title), Notice("info", _("Carts cannot be told apart with these filters."), _refusal(view))]
    blocks: list[Block] = [Section(title, cart_sentence(view) or _("No difference beyond noise between devices."))]
    blocks.append(_table(view, "carts", _("Carts found again, by the device come back on"), changes))
    if len({one.row.dimensions["channel"] for one in pairs}) > 1:
        blocks.append(_table(view, "carts-channels", _("The same, where the cart was left"), pairs))
    return blocks


def _refusal(view: View) -> str:
    asked = view.try_ask(METRIC)
    return str(asked) if isinstance(asked, CxdashError) else ""


def _by(view: View, dimensions: tuple[str, ...]) -> tuple[Apart, ...]:
    if not view.offers(METRIC):
        return ()
    try:
        return against_rest(view.edition, Question(METRIC, view.selection, by=dimensions), view.policy)
    except CxdashError:
        return ()  # a filter carts do not know, or a source without devices


def _table(view: View, key: str, title: str, cells: tuple[Apart, ...]) -> Table:
    """Fewest found again first; coloured only where apart from the rest beyond noise."""
    metric = find_metric(METRIC)
    rows = []
    for one in sorted(
        cells, key=lambda cell: (not cell.row.reliable, cell.row.value if cell.row.value is not None else 2)
    ):
        door = passport_door(view, METRIC, one.row.dimensions)
        printed = replace(number(metric, one.row), passport=door)
        tone: Tone = "neutral" if not one.clear else "good" if one.good else "bad"
        difference = MISSING if one.difference is None else signed_difference(metric, one.difference)
        between = ""
        if one.low is not None and one.high is not None:
            low, high = signed_difference(metric, one.low), signed_difference(metric, one.high)
            between = _("{low} to {high}").format(low=low, high=high)
        rows.append(
            (
                Cell(cell_name(one.row.dimensions)),
                Cell(printed.text, tone, door, printed.raw, printed.note),
                Cell(interval_text(metric, one.row.low, one.row.high)),
                Cell(n_text(metric, one.row.n), raw=one.row.n),
                Cell(difference, detail=between),
            )
        )
    columns = (
        Column(""),
        Column(_(metric.label), True),
        Column(_("95 % interval"), True),
        Column(_(metric.counted), True),
        Column(_("Difference from the rest"), True),
    )
    return Table(key, title, columns, tuple(rows), note=_(metric.description))
