"""Best and worst cells: where in a selection it is clearly better or worse than in the rest of it, and by how much.

Cells of one and of two dimensions, of several metrics, are looked at together and corrected as one family. A region
that is bad for everybody makes each of its segments look bad: such a cell is told by its region, and named beside it
only where it is clearly apart from the rest of that region as well. And a region that is bad because of one channel is
told by that channel's cell in it. Ranked by what a cell does to the whole, not by p.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from cxdash.answers.answer import Question
from cxdash.answers.apart import Apart, against_rest, can_be_apart, judge_together
from cxdash.answers.ask import answer
from cxdash.answers.cells import covers
from cxdash.answers.changes import minimum_effect
from cxdash.answers.folded import Request
from cxdash.answers.kept import kept
from cxdash.edition import Edition
from cxdash.errors import CxdashError
from cxdash.measures import Measure
from cxdash.metrics.catalogue import METRICS
from cxdash.metrics.facts import FACTS
from cxdash.selection import EVERYTHING, Policy, Selection

SCANNED_DIMENSIONS = ("channel", "region", "segment", "product", "stage", "reason")
"""What cells are made of, where a grid keeps it: what somebody answers for."""

SCANNED_METRICS = (
    "nps",
    "csat",
    "ces",
    "first_contact_resolution",
    "repeat_rate",
    "abandonment",
    "wait_time",
    "transfers",
    "escalations",
)
"""Metrics looked at, where the edition has them."""


@dataclass(frozen=True)
class Standout:
    """A cell apart from the rest.

    Attributes:
        apart: the comparison.
        contribution: whole minus rest, in the metric's own unit: what the cell does to the whole.
    """

    apart: Apart
    contribution: float

    @property
    def dimensions(self) -> Mapping[str, str]:
        """The cell's values."""
        return self.apart.row.dimensions


@dataclass(frozen=True)
class Standouts:
    """Cells worse and better than the rest, heaviest first, and how many were tested."""

    worst: tuple[Standout, ...]
    best: tuple[Standout, ...]
    tested: int


@kept(256)
def stand_out(
    edition: Edition, selection: Selection, policy: Policy = EVERYTHING, *, metrics: tuple[str, ...] = SCANNED_METRICS
) -> Standouts:
    """Scan every cell that a grid covers for being apart from the rest of the selection.

    Args:
        edition: published data.
        selection: days and filters; a dimension limited to one value is not cut again.
        policy: row filter of the person who asks.
        metrics: keys of those to look at; what the edition does not have is left out.
    """
    cells = [
        one for key in metrics if key in edition.manifest.metrics for one in _cells(edition, key, selection, policy)
    ]
    judged = judge_together(edition, cells)
    found = [one for one in judged if one.clear]
    asked = _Asked(edition, selection, policy)
    told = {id(one) for one in found if _told_by_a_larger_one(asked, one, found)}
    own = [one for one in found if id(one) not in told]
    own = [one for one in own if not _told_by_a_smaller_one(asked, one, own)]
    ranked = sorted(
        (Standout(one, _whole_minus_rest(asked, one)) for one in own),
        key=lambda one: -abs(one.contribution) * one.apart.metric.factor / minimum_effect(edition, one.apart.metric),
    )
    return Standouts(
        tuple(one for one in ranked if not one.apart.good),
        tuple(one for one in ranked if one.apart.good),
        sum(one.p is not None for one in judged),
    )


def cuts(edition: Edition, key: str, selection: Selection, policy: Policy = EVERYTHING) -> tuple[tuple[str, ...], ...]:
    """Dimensions and pairs of dimensions by which a metric can be scanned here without touching rows."""
    measure = METRICS[key].computation
    if not isinstance(measure, Measure) or FACTS[measure.fact].clock != "flow" or not can_be_apart(METRICS[key]):
        return ()
    offered = edition.manifest.facts[measure.fact].dimensions
    single = {dim for dim, values in policy.narrow(selection.filters) if len(values) == 1}
    free = [dim for dim in SCANNED_DIMENSIONS if dim in offered and dim not in single]
    every: list[tuple[str, ...]] = [*((dim,) for dim in free), *combinations(free, 2)]
    return tuple(by for by in every if gridded(edition, measure, selection, by, policy))


def gridded(
    edition: Edition, measure: Measure, selection: Selection, by: tuple[str, ...], policy: Policy = EVERYTHING
) -> bool:
    """Whether a grid answers this breakdown, so that it costs milliseconds however many rows there are."""
    request = Request(measure.fact, measure.states, selection.period, policy.narrow(selection.filters), by)
    return any(covers(grid, request) for grid in edition.manifest.facts[measure.fact].grids)


def _cells(edition: Edition, key: str, selection: Selection, policy: Policy) -> Iterable[Apart]:
    for by in cuts(edition, key, selection, policy):
        try:
            yield from against_rest(edition, Question(key, selection, by=by), policy)
        except CxdashError:
            continue  # the period or a filter does not exist for this metric: nothing to scan


def _whole_minus_rest(asked: _Asked, one: Apart) -> float:
    whole = answer(asked.edition, Question(one.metric.key, asked.selection), asked.policy).only.value
    return 0.0 if whole is None or one.rest.value is None else whole - one.rest.value


def _contribution(one: Apart) -> float:
    """About the same without asking for the whole; exactly, where the metric is an average."""
    n, others = one.row.n or 0.0, one.rest.n or 0.0
    return (one.difference or 0.0) * n / (n + others)


@dataclass(frozen=True)
class _Asked:
    edition: Edition
    selection: Selection
    policy: Policy


def _told_by_a_larger_one(asked: _Asked, cell: Apart, found: Sequence[Apart]) -> bool:
    """Whether a found region (say) is off in the same direction, and the cell not clearly apart from the rest of it."""
    for larger, dim in _around(cell, found):
        question = Question(cell.metric.key, asked.selection, by=tuple(cell.row.dimensions))
        inside = against_rest(asked.edition, question, asked.policy, within=dim)
        if not _goes_with(next(one for one in inside if one.row.dimensions == cell.row.dimensions), larger):
            return True
    return False


def _told_by_a_smaller_one(asked: _Asked, cell: Apart, found: Sequence[Apart]) -> bool:
    """Whether the cell is off only where a found one inside it is: without that one it is not clearly apart."""
    smaller = [one for one in found if any(larger is cell for larger, _dim in _around(one, [cell]))]
    if not smaller:
        return False
    heaviest = max(smaller, key=lambda one: abs(_contribution(one)))
    ((dim, value),) = cell.row.dimensions.items()
    ((other, there),) = ((d, v) for d, v in heaviest.row.dimensions.items() if d != dim)
    measure = cell.metric.computation
    assert isinstance(measure, Measure)
    chosen = asked.selection.values(other) or asked.edition.manifest.facts[measure.fact].dimensions[other]
    elsewhere = asked.selection.with_filter(other, *(v for v in chosen if v != there))
    try:
        left = against_rest(asked.edition, Question(cell.metric.key, elsewhere, by=(dim,)), asked.policy)
    except CxdashError:
        return False
    return not any(_goes_with(one, cell) for one in left if one.row.dimensions[dim] == value)


def _around(cell: Apart, found: Iterable[Apart]) -> list[tuple[Apart, str]]:
    """Found cells of one dimension that this cell of two is part of, off in the same direction, and that dimension."""
    dimensions = cell.row.dimensions
    return [
        (larger, dim)
        for larger in found
        for dim, value in larger.row.dimensions.items()
        if len(larger.row.dimensions) == 1
        and len(dimensions) == 2
        and larger.metric.key == cell.metric.key
        and larger.good == cell.good
        and dimensions.get(dim) == value
    ]


def _goes_with(one: Apart, other: Apart) -> bool:
    """Whether it is apart from its own rest, beyond its own interval, in the same direction."""
    beyond = one.low is not None and one.high is not None and (one.low > 0 or one.high < 0)
    return beyond and one.good == other.good
