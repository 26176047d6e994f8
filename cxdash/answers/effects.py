"""Design effects: how much repeated answers of the same customers widen an interval.

Estimated by a delete-a-group jackknife over customer buckets on coarse dimensions and applied to finer cells
(methods: foundations 0.4). A cell gets the same effect whether it was asked for by a filter or by a breakdown, and
whatever it is compared with, so a number prints the same interval on every page. One period tells an effect to a
quarter of itself only, so the period before it is asked as well: repeating is a habit of surveys, not of a month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cxdash.answers.cells import day_range, fold
from cxdash.answers.estimate import Scope, places_of
from cxdash.answers.folded import Request
from cxdash.answers.kept import kept
from cxdash.edition import Edition
from cxdash.measures import Floats, Measure
from cxdash.periods import Period
from cxdash.selection import Filters
from cxdash.statistics.arrays import floats
from cxdash.statistics.buckets import jackknife, pooled_design_effect
from cxdash.statistics.distributions import Z95

Key = tuple[str, ...]


def design_effects(measure: Measure, scope: Scope, keys: Sequence[Key]) -> Floats:
    """The design effect of each cell, shape (cells,); 1 where answers are independent.

    Pooled over the time buckets of a series as a ratio of sums, apart for each value of the coarse dimensions asked
    for (see `counted_within`). `keys` are the cells' values of the scope's `by` dimensions.
    """
    if measure.noise_of is not None:
        # what is compared are the values of the inner axis, so it is their answers that repeat or not, not everybody's
        within = counted_within(scope, measure.fact, inner=measure.inner)
        filters = tuple(f for f in scope.filters if f[0] in within)
        inner = _known_variances(scope, measure.noise_of, filters, (measure.inner,))
        return np.full(len(keys), float(pooled_design_effect(*np.hstack([np.zeros((2, 0)), *inner.values()]))))
    if not measure.clustered or not keys:
        return np.ones(len(keys))
    within = counted_within(scope, measure.fact, tally=measure.tally)
    filters = tuple(f for f in scope.filters if f[0] in within)
    coarse = tuple(dim for dim in scope.by if dim in within)
    found = _known_variances(scope, measure, filters, coarse)
    effects = {key: float(pooled_design_effect(*variances)) for key, variances in found.items()}
    places = [scope.by.index(dim) for dim in coarse]
    return np.array([effects.get(tuple(key[place] for place in places), 1.0) for key in keys])


def counted_within(scope: Scope, fact: str, *, inner: str = "", tally: str = "") -> tuple[str, ...]:
    """The dimensions within whose values a customer's answers are counted as repeated.

    Regions and segments are groups of customers: within one they repeat as they do everywhere. Channels, products or
    stages take some of everybody's answers, so facts keep a grid by customer bucket for each. Used is the one that
    keeps most of the dimensions asked for, by filter or breakdown; of several, the first that the fact declares.
    """
    asked = {*scope.by, *(dim for dim, _ in scope.filters), *([inner] if inner else [])}
    grids = scope.edition.manifest.facts[fact].grids
    by_bucket = [grid.dimensions for grid in grids if "bucket" in grid.dimensions and grid.tally == tally]
    kept_by = [tuple(d for d in dimensions if d != "bucket") for dimensions in by_bucket]
    fitting = [dims for dims in kept_by if asked.issuperset(dims) and (not inner or inner in dims)]
    return max(fitting, key=len, default=())


def windows(edition: Edition, fact: str, period: Period) -> tuple[Period, ...]:
    """The periods a design effect is estimated from: this one, and the one before it if the fact goes back so far."""
    span, before = day_range(edition, fact), period.previous()
    return (period, before) if span and span[0] <= before.start else (period,)


def _known_variances(scope: Scope, measure: Measure, filters: Filters, kept_by: tuple[str, ...]) -> dict[Key, Floats]:
    """Variances as customers answered and as if independent, (2, cells), by value of the coarse dimensions.

    The buckets of a time series are many periods already. Empty where nothing repeats in the period asked for.
    """
    edition, period = scope.edition, scope.period
    found = dict(_coarse_variances(edition, measure, period, filters, kept_by, scope.grain))
    if found and not scope.grain:
        for before in windows(edition, measure.fact, period)[1:]:
            earlier = _coarse_variances(edition, measure, before, filters, kept_by, "")
            found = {key: np.hstack([both, earlier.get(key, both[:, :0])]) for key, both in found.items()}
    return found


@kept(1024)
def _coarse_variances(
    edition: Edition, measure: Measure, period: Period, filters: Filters, kept_by: tuple[str, ...], grain: str
) -> Mapping[Key, Floats]:
    """Variances as customers answered and as if independent, (2, cells), by value of the coarse dimensions.

    Empty where nothing repeats.

    Kept, because it does not depend on filters by groups of customers: regions and segments.
    """
    by = (*kept_by, "bucket")
    folded = fold(edition, Request(measure.fact, measure.states, period, filters, by, grain))
    states = {state.name: folded.sum_of(state.name) for state in measure.states}
    if not np.any(states[measure.clustered] > 0):
        return {}
    # a cell is a group in a time bucket; a row of the fold is what one bucket of customers adds to it
    whole = folded.named_keys()
    keys, owners = places_of([key[:-1] for key in whole])
    groups = owners[folded.groups]
    starts = np.zeros_like(groups) if folded.starts is None else np.unique(folded.starts, return_inverse=True)[1]
    cells, rows = np.unique(np.column_stack((groups, starts)), axis=0, return_inverse=True)
    totals = {name: floats(np.bincount(rows, weights=array)) for name, array in states.items()}
    full = measure.finalise(totals, z=Z95, deff=1.0)
    # only the values without each bucket are read: at z = 0 their intervals have no width and cost nothing
    left_out = measure.finalise({name: totals[name][rows] - array for name, array in states.items()}, z=0.0, deff=1.0)
    places = (rows, np.array([int(key[-1]) for key in whole], dtype=np.intp)[folded.groups])
    shape = (len(cells), int(places[1].max()) + 1)
    without, occupied = np.zeros(shape), np.zeros(shape, dtype=bool)
    without[places], occupied[places] = left_out.value, np.sum(list(states.values()), axis=0) > 0
    clustered = jackknife(full.value, without, occupied=occupied)
    both = np.stack([clustered, full.variance])
    return {key: both[:, cells[:, 0] == n] for n, key in enumerate(keys)}
