"""Which totals a breakdown or a series adds up to, and which of them another question would not show.

A reader who sees channels by region can also ask for channels, for regions and for the whole, and subtract. Whatever
the coarser answer hides to protect a small cell must therefore not follow from the finer one: here the finer one learns
what that is, from the very function that would answer the coarser question.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from cxdash.answers.estimate import Grouped, Scope, group
from cxdash.answers.kept import kept
from cxdash.answers.suppress import Totals, few_people, hidden_cells
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.measures import Estimates, Measure
from cxdash.metrics.facts import FACTS
from cxdash.periods import Period
from cxdash.selection import Filters
from cxdash.statistics.arrays import Flags, floats

TIME = ""
"""What the time buckets are called among the dimensions."""

Axis = tuple[Mapping[Hashable, int], NDArray[np.int64]]
"""The number of each value, and the number of each cell's value."""

Cell = tuple[tuple[str, ...], date]
"""Values of the dimensions, and the first day."""


def hidden_by_totals(measure: Measure, scope: Scope, grouped: Grouped, estimates: Estimates) -> Flags:
    """Mask of the cells of an answer that must not be shown (see `hidden_cells`).

    Args:
        measure: what is shown.
        scope: what was asked: days, filters, dimensions, grain.
        grouped: the cells it has.
        estimates: their estimates.
    """
    few = few_people(estimates)
    return hidden_cells(estimates, list(_totals(measure, scope, grouped))) if few.any() else few


def _totals(measure: Measure, scope: Scope, grouped: Grouped) -> Iterator[Totals]:
    """One for every way of leaving out dimensions or the time buckets."""
    axes = {dim: _numbered(key[place] for key in grouped.keys) for place, dim in enumerate(scope.by)}
    if scope.grain:
        axes[TIME] = _numbered(period.start for period in grouped.periods)
    for count in range(1, len(axes) + 1):
        for left_out in combinations(axes, count):
            kept_axes = {axis: numbers for axis, numbers in axes.items() if axis not in left_out}
            codes = np.zeros(len(grouped.keys), dtype=np.int64)
            for places, of_cells in kept_axes.values():
                codes = codes * len(places) + of_cells
            # totals of totals were seen to when the totals were, and a total of everything covers nothing
            asked = count == 1 and bool(kept_axes) and (left_out != (TIME,) or FACTS[measure.fact].clock != "window")
            if not asked:
                yield Totals(codes)
            elif FACTS[measure.fact].clock == "flow" and not measure.inner:
                yield Totals(codes, _hidden_when_merged(measure, scope, grouped, left_out[0], codes))
            else:
                yield Totals(codes, _hidden_as_cover(measure, scope, left_out[0], kept_axes))


def _numbered(values: Iterable[Hashable]) -> Axis:
    places: dict[Hashable, int] = {}
    return places, np.array([places.setdefault(value, len(places)) for value in values], dtype=np.int64)


def _hidden_when_merged(
    measure: Measure, scope: Scope, grouped: Grouped, left_out: str, codes: NDArray[np.int64]
) -> frozenset[int]:
    """Codes of the totals that the question for them would not show, where states add up: no need to fold again."""
    totals, first, place = np.unique(codes, return_index=True, return_inverse=True)
    coarser = _without(scope, left_out)
    kept_places = [n for n, dim in enumerate(scope.by) if dim != left_out]
    merged = Grouped(
        tuple(tuple(grouped.keys[n][at] for at in kept_places) for n in first.tolist()),
        tuple(scope.period if left_out == TIME else grouped.periods[n] for n in first.tolist()),
        {name: floats(np.bincount(place, weights=array)) for name, array in grouped.states.items()},
        grouped.source,
    )
    estimates = measure.finalise(merged.states, z=0.0, deff=1.0)
    return frozenset(totals[hidden_by_totals(measure, coarser, merged, estimates)].tolist())


def _without(scope: Scope, left_out: str) -> Scope:
    """The same question without one dimension (or the time buckets)."""
    by = tuple(dim for dim in scope.by if dim != left_out)
    return replace(scope, by=by, grain="" if left_out == TIME else scope.grain)


def _hidden_as_cover(measure: Measure, scope: Scope, left_out: str, axes: Mapping[str, Axis]) -> frozenset[int]:
    """Codes of the totals without one dimension (or the time buckets) that the question for them would not show."""
    coarser = _without(scope, left_out)
    by, grain = coarser.by, coarser.grain
    found = set()
    for key, start in _hidden_cells_of(scope.edition, measure, scope.period, scope.filters, by, grain):
        values = (*key, start) if grain else key
        code = 0
        for (places, _), value in zip(axes.values(), values, strict=True):
            code = code * len(places) + places[value]
        found.add(code)
    return frozenset(found)


@kept(1024)
def _hidden_cells_of(
    edition: Edition, measure: Measure, period: Period, filters: Filters, by: tuple[str, ...], grain: str
) -> frozenset[Cell]:
    """The cells a question would hide; none where it would be refused."""
    scope = Scope(edition, period, filters, by, grain)
    try:
        grouped = group(measure, scope)
    except SelectionError:
        return frozenset()
    # nobody looks at the intervals: at z = 0 they have no width and cost nothing
    estimates = measure.finalise(grouped.states, z=0.0, deff=1.0)
    return _hidden(grouped, hidden_by_totals(measure, scope, grouped, estimates))


def hidden_in_reference(measure: Measure, scope: Scope, before: Grouped, aligned: Grouped) -> Flags:
    """Mask of the reference's cells as the question for the reference itself would hide them.

    Args:
        measure: what is shown.
        scope: what was asked of the reference.
        before: all its cells.
        aligned: the same put into the order of the current cells, cells it lacks empty.
    """
    if not before.keys:
        return np.zeros(len(aligned.keys), dtype=np.bool_)
    estimates = measure.finalise(before.states, z=0.0, deff=1.0)
    hidden = _hidden(before, hidden_by_totals(measure, scope, before, estimates))
    cells = zip(aligned.keys, (period.start for period in aligned.periods), strict=True)
    return np.array([cell in hidden for cell in cells], dtype=np.bool_)


def _hidden(grouped: Grouped, mask: Flags) -> frozenset[Cell]:
    cells = zip(grouped.keys, (period.start for period in grouped.periods), mask.tolist(), strict=True)
    return frozenset((key, start) for key, start, hidden in cells if hidden)
