"""A part against the rest, in words and marks: one wording for every page that compares a cell with all the others.

A mark is coloured, and a sentence says "better" or "worse", only where the comparison is clear (`cxdash.answers.apart`:
beyond noise after the correction for looking at many, and large enough to matter).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cxdash.answers.answer import HIDDEN, Row
from cxdash.answers.apart import Apart
from cxdash.language import _
from cxdash.metrics.metric import Metric
from cxdash.report.blocks import Cell, Column, Dot, Dots, Link, Number, Table, Tone
from cxdash.report.doors import passport_door
from cxdash.report.view import View
from cxdash.report.wording import (
    MISSING,
    UNITS,
    cell_name,
    count,
    difference_text,
    dimension_name,
    number,
    signed_difference,
    value_name,
    value_text,
)


def tone(one: Apart) -> Tone:
    """Good or bad where the cell is clearly apart, else neutral."""
    return ("good" if one.good else "bad") if one.clear else "neutral"


def listed(names: Sequence[str], most: int = 3) -> str:
    """The first names of a list, and how many more there are."""
    if len(names) <= most:
        return ", ".join(names)
    return _("{names} and {n} more").format(names=", ".join(names[:most]), n=count(len(names) - most))


def verdict(one: Apart) -> str:
    """What the comparison says, in a word."""
    if one.clear:
        return _("clearly better") if one.good else _("clearly worse")
    if one.difference is None or one.p is None:
        return _("too few answers")
    if one.low is not None and one.high is not None and (one.low > 0 or one.high < 0) and one.adjusted is not None:
        return _("slightly better") if one.good else _("slightly worse")
    return _("no clear difference")


def gap_text(one: Apart) -> str:
    """The difference with its sign, "−12" or "+1.4 pp"; "–" where there is none."""
    return MISSING if one.difference is None else signed_difference(one.metric, one.difference)


def gap_interval(one: Apart) -> str:
    """The 95 % interval of the difference, "−18 to −6", or ""."""
    if one.low is None or one.high is None:
        return ""
    low, high = (signed_difference(one.metric, limit) for limit in (one.low, one.high))
    return _("{low} to {high}").format(low=low, high=high)


def sentence(one: Apart) -> str:
    """One cell as a clause: "NPS is 44 points lower in North than in the rest (−20 against +24)"."""
    assert one.difference is not None
    template = (
        _("{metric} is {size} higher in {where} than in the rest ({value} against {rest})")
        if one.difference > 0
        else _("{metric} is {size} lower in {where} than in the rest ({value} against {rest})")
    )
    return template.format(
        metric=_(one.metric.label),
        size=difference_text(one.metric, one.difference),
        where=cell_name(one.row.dimensions),
        value=number(one.metric, one.row).text,
        rest=number(one.metric, one.rest).text,
    )


def told(view: View, metric: Metric, row: Row, dimensions: Mapping[str, str] | None = None) -> Number:
    """A row's number with the door to where it comes from; hidden ones have none."""
    printed = number(metric, row)
    if HIDDEN in row.flags or row.value is None:
        return printed
    return replace(printed, passport=passport_door(view, metric.key, dimensions))


def value_cell(view: View, one: Apart, *, detail: str = "") -> Cell:
    """The cell's own value: its tone, interval and n, and the door to its passport."""
    printed = told(view, one.metric, one.row, one.row.dimensions)
    words = [detail or printed.interval, printed.note if printed.state == "low_base" else "", printed.n]
    return Cell(
        printed.text,
        tone=tone(one),
        link=printed.passport,
        raw=printed.raw,
        detail=" · ".join(word for word in words if word),
    )


def apart_dots(
    view: View,
    found: Sequence[Apart],
    dim: str,
    *,
    key: str,
    title: str,
    subtitle: str,
    whole: Row | None,
    links: Mapping[str, Link],
    most: int = 16,
) -> Dots:
    """One dimension's values as dots with whiskers, worst first, coloured where clearly apart from the rest.

    Args:
        view: the selection they are parts of.
        found: what is compared, each with one dimension.
        dim: that dimension.
        key: of the block.
        title: what was found.
        subtitle: what is plotted.
        whole: the value of all of them together, drawn as the reference line.
        links: where each value leads.
        most: dots drawn; the others are in the table.
    """
    metric = found[0].metric
    ranked = sorted(found, key=lambda one: (not one.row.reliable, one.row.value is None, _goodness(one)))
    drawn = [
        Dot(
            value_name(dim, one.row.dimensions[dim]),
            told(view, metric, one.row, one.row.dimensions),
            tone(one),
            links.get(one.row.dimensions[dim]),
            one.row.dimensions[dim] if dim == "channel" else "",
        )
        for one in ranked[:most]
    ]
    level = None if whole is None else whole.value
    return Dots(
        key=key,
        title=title,
        subtitle=subtitle,
        unit=UNITS[metric.unit],
        dots=tuple(drawn),
        summary=_summary(found),
        data=apart_table(view, ranked, dim, key=f"{key}-data", links=links),
        reference=None if level is None else level * metric.factor,
        reference_label="" if level is None else _("all: {value}").format(value=value_text(metric, level)),
    )


def _goodness(one: Apart) -> float:
    value = one.row.value or 0.0
    return value if one.metric.higher_is_better else -value


def _summary(found: Sequence[Apart]) -> str:
    worse = [cell_name(one.row.dimensions) for one in found if one.clear and not one.good]
    better = [cell_name(one.row.dimensions) for one in found if one.clear and one.good]
    parts = []
    if worse:
        parts.append(_("Clearly worse than the rest: {names}.").format(names=", ".join(worse)))
    if better:
        parts.append(_("Clearly better than the rest: {names}.").format(names=", ".join(better)))
    return " ".join(parts) or _("None is clearly apart from the rest.")


def apart_table(view: View, found: Sequence[Apart], dim: str, *, key: str, links: Mapping[str, Link]) -> Table:
    """The same as a table: value, the rest, the difference with its interval, and what it means."""
    metric = found[0].metric
    columns = (
        Column(dimension_name(dim)),
        Column(_(metric.label), True),
        Column(_("The rest"), True),
        Column(_("Difference"), True),
        Column(_("95 % interval"), True),
        Column(_(metric.counted), True),
        Column(_("Verdict")),
    )
    rows = []
    for one in found:
        printed = told(view, metric, one.row, one.row.dimensions)
        value = one.row.dimensions[dim]
        rows.append(
            (
                Cell(value_name(dim, value), link=links.get(value)),
                Cell(printed.text, raw=printed.raw, link=printed.passport, detail=printed.interval or printed.note),
                Cell(number(metric, one.rest).text),
                Cell(gap_text(one), tone=tone(one)),
                Cell(gap_interval(one)),
                Cell("" if printed.count is None else f"{printed.count:,}", raw=printed.count),
                Cell(verdict(one), tone=tone(one)),
            )
        )
    return Table(key, _(metric.label), columns, tuple(rows))
