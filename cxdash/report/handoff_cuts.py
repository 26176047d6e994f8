"""For whom one pair of channels breaks: by region, segment, product and reason, each value against the others."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from cxdash.answers.apart import Apart, judge_together
from cxdash.answers.handoffs import compare_handoffs
from cxdash.errors import CxdashError
from cxdash.language import _
from cxdash.metrics.handoff_reasons import BROKEN
from cxdash.report.blocks import Block, Cell, Column, Dot, Dots, Link, Section, Table
from cxdash.report.doors import passport_door
from cxdash.report.handoff_words import METRIC, PAGE, tone_of
from cxdash.report.view import View
from cxdash.report.wording import UNITS, count, dimension_name, number, value_name

CUTS = ("region", "segment", "product", "reason")


def cuts(inside: View) -> list[Block]:
    """Broken handoffs of the pair by what it can be cut by, worst first, each value against the others."""
    found: dict[str, tuple[Apart, ...]] = {}
    for dim in CUTS:
        if len(inside.selection.values(dim)) == 1:
            continue
        try:
            cells = compare_handoffs(inside.edition, BROKEN, inside.selection, (dim,), inside.policy)
        except CxdashError:
            continue  # a dimension these contacts do not have
        if sum(one.row.value is not None for one in cells) >= 2:
            found[dim] = cells
    judged = iter(judge_together(inside.edition, [one for cells in found.values() for one in cells]))
    blocks = [_cut(inside, dim, tuple(islice(judged, len(cells)))) for dim, cells in found.items()]
    return [Section(_("For whom, and about what")), *blocks] if blocks else []


def worse_inside(blocks: list[Block]) -> str:
    """Which groups are clearly worse than the rest of the pair, in one sentence; "" where none is."""
    worse = [
        f"{dot.label} ({dot.number.text})"
        for block in blocks
        if isinstance(block, Dots)
        for dot in block.dots
        if dot.tone == "bad"
    ]
    return _("Clearly more within it: {names}.").format(names=", ".join(worse)) if worse else ""


def _cut(view: View, dim: str, found: tuple[Apart, ...]) -> Dots:
    ordered = sorted(found, key=lambda one: (not one.row.reliable, one.row.value is None, -(one.row.value or 0.0)))
    page = view.selection.with_filter("origin").with_filter("channel")
    pair = tuple((name, view.selection.values(dim)[0]) for name, dim in (("origin", "origin"), ("target", "channel")))
    dots = tuple(
        Dot(
            value_name(dim, one.row.dimensions[dim]),
            replace(number(BROKEN, one.row), passport=passport_door(view, METRIC, one.row.dimensions)),
            tone_of(one),
            Link(PAGE, (*page.with_filter(dim, one.row.dimensions[dim]).to_query(), *pair)),
        )
        for one in ordered
    )
    bad = [dot.label for dot in dots if dot.tone == "bad"]
    columns = (
        Column(dimension_name(dim)),
        Column(_("Broken"), True),
        Column(_("95 % interval"), True),
        Column(_("Handoffs"), True),
    )
    rows = tuple(
        (
            Cell(dot.label, link=dot.link),
            Cell(dot.number.text, dot.tone, dot.number.passport, dot.number.raw, dot.number.note),
            Cell(dot.number.interval),
            Cell("" if dot.number.count is None else count(dot.number.count), raw=dot.number.count),
        )
        for dot in dots
    )
    names = ", ".join(bad)
    return Dots(
        key=f"pair-by-{dim}",
        title=_("Broken handoffs by {dimension}: clearly more in {names}").format(
            dimension=dimension_name(dim).lower(), names=names
        )
        if bad
        else _("Broken handoffs by {dimension}").format(dimension=dimension_name(dim).lower()),
        subtitle=_("with 95 % interval; coloured only when clearly apart from the rest of the pair, corrected"),
        unit=UNITS[BROKEN.unit],
        dots=dots,
        summary=_("Clearly worse: {names}.").format(names=names)
        if bad
        else _("No value is clearly apart from the others."),
        data=Table(f"pair-by-{dim}-data", _("Broken handoffs"), columns, rows),
    )
