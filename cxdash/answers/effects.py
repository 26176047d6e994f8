"""Design effects: how much repeated answers of the same customers widen an interval.

Estimated by a delete-a-group jackknife over customer buckets on coarse dimensions and applied to finer cells
(methods: foundations 0.4). A cell gets the same effect whether it was asked for by a filter or by a breakdown, so a
number prints the same interval on every page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cxdash.answers.cells import Request, fold
from cxdash.answers.estimate import Scope, index_groups
from cxdash.answers.kept import kept
from cxdash.edition import Edition
from cxdash.measures import Floats, Measure
from cxdash.periods import Period
from cxdash.selection import Filters
from cxdash.statistics.arrays import floats
from cxdash.statistics.buckets import jackknife, pooled_design_effect
from cxdash.statistics.distributions import Z95

COARSE = frozenset({"channel"})
"""Dimensions the bucket grids keep."""

Key = tuple[str, ...]


def design_effects(measure: Measure, scope: Scope, keys: Sequence[Key]) -> Floats:
    """The design effect of each cell, shape (cells,); 1 where answers are independent.

    Pooled over the time buckets of a series as a ratio of sums, apart for each value of the coarse dimensions asked
    for. `keys` are the cells' values of the scope's `by` dimensions.
    """
    filters = tuple(f for f in scope.filters if f[0] in COARSE)
    if measure.noise_of is not None:
        # what is compared are the values of the inner axis, so it is their answers that repeat or not, not everybody's
        inner = _coarse_variances(scope.edition, measure.noise_of, scope.period, filters, (measure.inner,), scope.grain)
        return np.full(len(keys), float(pooled_design_effect(*np.hstack([np.zeros((2, 0)), *inner.values()]))))
    if not measure.clustered or not keys:
        return np.ones(len(keys))
    coarse = tuple(dim for dim in scope.by if dim in COARSE)
    found = _coarse_variances(scope.edition, measure, scope.period, filters, coarse, scope.grain)
    effects = {key: float(pooled_design_effect(*variances)) for key, variances in found.items()}
    places = [scope.by.index(dim) for dim in coarse]
    return np.array([effects.get(tuple(key[place] for place in places), 1.0) for key in keys])


@kept(1024)
def _coarse_variances(
    edition: Edition, measure: Measure, period: Period, filters: Filters, kept_by: tuple[str, ...], grain: str
) -> Mapping[Key, Floats]:
    """Variances as customers answered and as if independent, (2, cells), by value of the coarse dimensions.

    Empty where nothing repeats.

    Kept, because it does not depend on the filters a reader changes most: regions, segments, products.
    """
    by = (*kept_by, "bucket")
    frame = fold(edition, Request(measure.fact, measure.states, period, filters, by, grain)).frame
    states = {state.name: frame[state.name].to_numpy().astype(float) for state in measure.states}
    if not np.any(states[measure.clustered] > 0):
        return {}
    keys, groups = index_groups(frame, kept_by)
    # a cell is a group in a time bucket; a row of the frame is what one bucket of customers adds to it
    starts = np.unique(frame["start"].to_numpy(), return_inverse=True)[1] if grain else np.zeros_like(groups)
    cells, rows = np.unique(np.column_stack((groups, starts)), axis=0, return_inverse=True)
    totals = {name: floats(np.bincount(rows, weights=array)) for name, array in states.items()}
    full = measure.finalise(totals, z=Z95, deff=1.0)
    # only the values without each bucket are read: at z = 0 their intervals have no width and cost nothing
    left_out = measure.finalise({name: totals[name][rows] - array for name, array in states.items()}, z=0.0, deff=1.0)
    places = (rows, frame["bucket"].to_numpy())
    shape = (len(cells), int(places[1].max()) + 1)
    without, occupied = np.zeros(shape), np.zeros(shape, dtype=bool)
    without[places], occupied[places] = left_out.value, np.sum(list(states.values()), axis=0) > 0
    clustered = jackknife(full.value, without, occupied=occupied)
    both = np.stack([clustered, full.variance])
    return {key: both[:, cells[:, 0] == n] for n, key in enumerate(keys)}
