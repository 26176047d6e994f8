"""Design effects: how much repeated answers of the same customers widen an interval.

Estimated by a delete-a-group jackknife over customer buckets on coarse dimensions and applied to finer cells
(methods: foundations 0.4). A cell gets the same effect whether it was asked for by a filter or by a breakdown, so a
number prints the same interval on every page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from cxdash.answers.estimate import Z95, Grouped, Scope, fold_flow
from cxdash.measures import Floats, Measure
from cxdash.statistics.buckets import jackknife, pooled_design_effect

COARSE = frozenset({"channel"})
"""Dimensions the bucket grids keep."""

Key = tuple[str, ...]


def design_effects(measure: Measure, scope: Scope, keys: Sequence[Key]) -> Floats:
    """The design effect of each cell, shape (cells,); 1 where answers are independent.

    Pooled over the time buckets of a series as a ratio of sums, apart for each value of the coarse dimensions asked
    for. `keys` are the cells' values of the scope's `by` dimensions.
    """
    if measure.noise_of is not None:
        channels = replace(scope, by=tuple(dim for dim in scope.by if dim in COARSE))
        return np.full(len(keys), float(np.max(design_effects(measure.noise_of, channels, [()]), initial=1.0)))
    if not measure.clustered or not keys:
        return np.ones(len(keys))
    kept = tuple(dim for dim in scope.by if dim in COARSE)
    coarse = replace(scope, filters=tuple(f for f in scope.filters if f[0] in COARSE), by=(*kept, "bucket"))
    grouped = fold_flow(measure, coarse)
    if not np.any(grouped.states[measure.clustered] > 0):
        return np.ones(len(keys))
    effects = _by_group(measure, grouped)
    places = [scope.by.index(dim) for dim in kept]
    return np.array([effects.get(tuple(key[place] for place in places), 1.0) for key in keys])


def _by_group(measure: Measure, grouped: Grouped) -> dict[Key, float]:
    cells: dict[tuple[Key, date], int] = {}
    for key, period in zip(grouped.keys, grouped.periods, strict=True):
        cells.setdefault((key[:-1], period.start), len(cells))
    rows = [cells[(key[:-1], period.start)] for key, period in zip(grouped.keys, grouped.periods, strict=True)]
    columns = [int(key[-1]) for key in grouped.keys]
    shape = (len(cells), max(columns) + 1)
    per_bucket = {}
    for state in measure.states:
        dense = np.zeros(shape)
        dense[rows, columns] = grouped.states[state.name]
        per_bucket[state.name] = dense
    totals = {name: dense.sum(axis=1) for name, dense in per_bucket.items()}
    without = {name: (totals[name][:, None] - dense).reshape(-1) for name, dense in per_bucket.items()}
    full = measure.finalise(totals, z=Z95, deff=1.0)
    left_out = measure.finalise(without, z=Z95, deff=1.0).value.reshape(shape)
    occupied = np.sum(list(per_bucket.values()), axis=0) > 0
    clustered = jackknife(full.value, left_out, occupied=occupied)
    groups: dict[Key, list[int]] = {}
    for (key, _start), position in cells.items():
        groups.setdefault(key, []).append(position)
    return {
        key: float(pooled_design_effect(clustered[positions], full.variance[positions]))
        for key, positions in groups.items()
    }
