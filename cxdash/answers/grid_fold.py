"""Adding up a grid: filter, group and sum its arrays.

All sums are of whole numbers below 2^53 and so exact in any order, or of Python's own; the same question asked of
another grid, or of the rows, gives the same numbers to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxdash.answers.folded import Cells, Request
from cxdash.edition import UNKNOWN
from cxdash.grids import Axis, GridColumns, Places, Tally, Value
from cxdash.measures import State
from cxdash.periods import floor
from cxdash.selection import Filters

MANY = 1_000_000
"""Groups that might exist, beyond which those that do are looked for by sorting instead of counting."""


@dataclass(frozen=True)
class _Labels:
    """The values of one thing to group by, in order, and for each chosen cell the place of its own."""

    values: Sequence[Any]
    codes: NDArray[Any]


def fold_grid(grid: GridColumns, request: Request, source: str) -> Cells:
    """The cells of a request that this grid covers."""
    span = grid.cells_of(request.period)
    chosen = _chosen(grid, request.filters, span)
    labels = [_labels(grid.axes[dim], chosen) for dim in request.by]
    if request.grain:
        labels.append(_starts(grid, request, chosen))
    found, places = _groups(labels, chosen.size)
    # a group and its buckets follow each other, the bucket being the last of the digits
    buckets = len(labels[-1].values) if request.grain else 1
    owners, groups = np.unique(found // buckets, return_inverse=True)
    starts = np.array(labels[-1].values, dtype="datetime64[D]")[found % buckets] if request.grain else None
    return Cells(
        request.by,
        tuple(_key(labels[: len(request.by)], int(owner)) for owner in owners) if request.by else ((),),
        groups.astype(np.intp),
        starts,
        _sums(grid, request.states, chosen, places, len(found)),
        source,
    )


def _chosen(grid: GridColumns, filters: Filters, span: slice) -> Places:
    """The cells of the period that pass the filters."""
    passed = np.ones(span.stop - span.start, dtype=np.bool_)
    for dim, values in filters:
        axis = grid.axes[dim]
        wanted = {None if value == UNKNOWN else value for value in values}
        # filters are text, and some dimensions are numbers
        lets_through = np.array([(v if v is None else str(v)) in wanted for v in axis.values])
        passed &= lets_through[axis.codes[span]]
    found: Places = np.flatnonzero(passed) + span.start
    return found


def _labels(axis: Axis, chosen: Places) -> _Labels:
    return _Labels(axis.values, axis.codes[chosen])


def _starts(grid: GridColumns, request: Request, chosen: Places) -> _Labels:
    """The calendar buckets of the period; the first may begin before it."""
    firsts = [floor(bucket.start, request.grain) for bucket in request.period.cut(request.grain)]
    bucket_of_day = np.searchsorted(np.array(firsts, dtype="datetime64[D]"), grid.days, side="right") - 1
    return _Labels(firsts, bucket_of_day[grid.day_places(chosen)])


def _groups(labels: Sequence[_Labels], cells: int) -> tuple[Places, Places]:
    """The groups that have any cell, as numbers whose digits are their labels, and for each cell its group's place."""
    if not labels:
        return np.zeros(1, dtype=np.intp), np.zeros(cells, dtype=np.intp)
    number, possible = np.zeros(cells, dtype=np.intp), 1
    for label in labels:
        possible *= len(label.values)
        number *= len(label.values)
        number += label.codes
    if possible > MANY:
        found, places = np.unique(number, return_inverse=True)
        return found, places
    found = np.flatnonzero(np.bincount(number, minlength=possible))
    place = np.zeros(possible, dtype=np.intp)
    place[found] = np.arange(found.size)
    return found, place[number]


def _key(labels: Sequence[_Labels], owner: int) -> tuple[Value, ...]:
    digits: list[Value] = []
    for label in reversed(labels):
        owner, place = divmod(owner, len(label.values))
        digits.append(label.values[place])
    return tuple(reversed(digits))


def _sums(
    grid: GridColumns, states: Iterable[State], chosen: Places, places: Places, groups: int
) -> dict[str, NDArray[Any]]:
    if grid.tally is not None:
        counts = _counts(grid.tally, chosen, places, groups)
        index = {name: place for place, name in enumerate(grid.tally.columns)}
        return {state.name: counts[:, index[state.name]] for state in states}
    return {state.name: _sum(grid.sums[state.name][chosen], places, groups) for state in states}


def _sum(values: NDArray[Any], places: Places, groups: int) -> NDArray[Any]:
    if values.dtype == object:
        whole = np.zeros(groups, dtype=object)
        np.add.at(whole, places, values)
        return whole
    return np.bincount(places, weights=values, minlength=groups).astype(np.int64)


def _counts(tally: Tally, chosen: Places, places: Places, groups: int) -> NDArray[np.int64]:
    """Counts by group and column, shape (groups, columns)."""
    first, after = (tally.first[ends].astype(np.intp) for ends in (chosen, chosen + 1))
    held = after - first
    # the entries of all chosen cells in one list: each cell's begin at `first` and are as many as it holds
    entries = np.arange(held.sum()) + np.repeat(first - np.concatenate(([0], held.cumsum()[:-1])), held)
    width = len(tally.columns)
    slot = np.repeat(places, held) * width + tally.column[entries]
    return np.bincount(slot, weights=tally.n[entries], minlength=groups * width).astype(np.int64).reshape(groups, width)
