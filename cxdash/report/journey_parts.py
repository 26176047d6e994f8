"""Parts of the journey beside each other: stages, or touchpoints that customers were asked about right after.

Satisfaction, effort and volume of each part, which of them stand apart from the others beyond noise, and which moved.
"""

from __future__ import annotations

from dataclasses import dataclass

from cxdash.answers import Answer, Question, Row
from cxdash.answers.answer import HIDDEN
from cxdash.answers.apart import Apart, against_rest
from cxdash.answers.changes import Finding, Scan, what_changed
from cxdash.edition import UNKNOWN
from cxdash.language import _, plural
from cxdash.metrics.catalogue import find_metric
from cxdash.report.blocks import Cell, Column, Link, Table, Tone
from cxdash.report.doors import passport_door
from cxdash.report.journey_words import side
from cxdash.report.view import View
from cxdash.report.wording import MISSING, count, dimension_name, number, signed_difference, value_name

KEYS = ("csat", "nps", "ces")


@dataclass(frozen=True)
class Parts:
    """Values of a dimension.

    Attributes:
        answers: by the dimension, one for each metric there is, compared as the view compares.
        apart: (metric, value) → that value against all others. moved: values that changed, corrected for all of them.
    """

    dimension: str
    answers: tuple[Answer, ...]
    apart: dict[tuple[str, str], Apart]
    moved: Scan

    @property
    def volume(self) -> dict[str, float]:
        """Shown answers of each value, all surveys together, largest first, the value that is not known last."""
        found: dict[str, float] = {}
        for one in self.answers:
            for row in one.rows:
                found[self.name(row)] = found.get(self.name(row), 0.0) + (row.n or 0.0)
        return dict(sorted(found.items(), key=lambda pair: (pair[0] == UNKNOWN, -pair[1], pair[0])))

    def name(self, row: Row) -> str:
        """The row's value of the dimension."""
        return row.dimensions[self.dimension]

    def finding(self, key: str, value: str) -> Finding | None:
        """The change of a metric in a part, where it is one."""
        return next((f for f in self.moved.findings if f.metric.key == key and self.name(f.row) == value), None)


def read_parts(view: View, dimension: str, *, changes: bool = True) -> Parts:
    """What the answers of the view say of each value of the dimension; `changes`: also which of them moved."""
    against = view.against if changes else None
    answers = []
    for key in KEYS:
        found = view.try_ask(key, by=(dimension,), against=against) if view.offers(key) else None
        if isinstance(found, Answer) and any(row.dimensions[dimension] != UNKNOWN and row.n for row in found.rows):
            answers.append(found)
    keys = tuple(one.metric.key for one in answers)
    apart = {
        (key, one.row.dimensions[dimension]): one
        for key in keys
        for one in against_rest(view.edition, Question(key, view.selection, by=(dimension,)), view.policy)
    }
    moved = Scan((), 0)
    if keys and against:
        moved = what_changed(view.edition, view.selection, view.policy, metrics=keys, level=(dimension,))
    return Parts(dimension, tuple(answers), apart, moved)


def part_link(view: View, dimension: str, value: str) -> Link:
    """The page about one part."""
    return Link("journey", view.selection.with_filter(dimension, value).to_query())


def parts_table(view: View, parts: Parts, *, key: str, title: str, against: str) -> Table:
    """The parts side by side, largest first; `against` heads the column that compares each with the others."""
    keys, volume = [one.metric.key for one in parts.answers], parts.volume
    columns = [Column(dimension_name(parts.dimension)), *(Column(_(one.metric.label), True) for one in parts.answers)]
    columns += [Column(_("Answers"), True), Column(against)]
    rows_of = {(one.metric.key, parts.name(row)): row for one in parts.answers for row in one.rows}
    rows = []
    for value in volume:
        text, tone = _standing(parts, keys, value)
        rows.append(
            (
                Cell(value_name(parts.dimension, value), link=part_link(view, parts.dimension, value)),
                *(_value_cell(view, parts, name, rows_of.get((name, value))) for name in keys),
                Cell(count(volume[value]), raw=volume[value]) if volume[value] else Cell(MISSING),
                Cell(text, tone=tone),
            )
        )
    note = _("Under each value: its 95 % interval.")
    if parts.moved.tested:
        note = _("Under each value: its 95 % interval, and the change where it is clear.")
        note += " " + plural(
            "Changes are corrected for looking at {n} cell.",
            "Changes are corrected for looking at {n} cells.",
            parts.moved.tested,
        ).format(n=count(parts.moved.tested))
    return Table(key, title, tuple(columns), tuple(rows), note=note)


def _standing(parts: Parts, keys: list[str], value: str) -> tuple[str, Tone]:
    """Which metrics of a part are clearly worse or better than those of the others."""
    sides = {key: side(parts.apart.get((key, value))) for key in keys}
    worse = ", ".join(_(find_metric(key).label) for key in keys if sides[key] < 0)
    better = ", ".join(_(find_metric(key).label) for key in keys if sides[key] > 0)
    words = [_("worse: {metrics}").format(metrics=worse)] if worse else []
    words += [_("better: {metrics}").format(metrics=better)] if better else []
    tone: Tone = "bad" if worse and not better else "good" if better and not worse else "neutral"
    if words or value == UNKNOWN:
        return "; ".join(words), tone
    compared = (parts.apart.get((key, value)) for key in keys)
    return _("not clearly apart") if any(one and one.p is not None for one in compared) else _("too few answers"), tone


def _value_cell(view: View, parts: Parts, key: str, row: Row | None) -> Cell:
    if row is None:
        return Cell(MISSING)
    if row.value is None:
        return Cell(MISSING, detail=_("fewer than 5") if HIDDEN in row.flags else "")
    metric, printed, found = find_metric(key), number(find_metric(key), row), parts.finding(key, parts.name(row))
    detail = [printed.interval]
    moved: Tone = "neutral"
    if found and row.difference and row.difference.value is not None:
        detail.append(signed_difference(metric, row.difference.value))
        moved = "good" if found.good else "bad"
    if not row.reliable:
        detail.append(_("low base"))
    link = passport_door(view, key, {parts.dimension: parts.name(row)})
    return Cell(printed.text, tone=moved, link=link, raw=printed.raw, detail=", ".join(detail))
