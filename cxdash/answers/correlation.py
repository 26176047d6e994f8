"""How the errors of several metrics move together, from customer buckets.

NPS, CSAT, effort and resolution come from the same people; a composite that ignores this understates its error
(methods: composite 9). Correlations are estimated on the coarse dimensions and applied to the errors of the selection.
"""

from __future__ import annotations

import numpy as np

from cxdash.answers.estimate import Scope, group
from cxdash.answers.kept import kept
from cxdash.edition import Edition
from cxdash.errors import CxdashError
from cxdash.measures import BUCKETS, Floats, Measure
from cxdash.metrics.catalogue import find_metric
from cxdash.periods import Period
from cxdash.selection import Filters, Policy, Selection
from cxdash.statistics.arrays import divide, root
from cxdash.statistics.buckets import jackknife, jackknife_covariance

COARSE = frozenset({"channel"})
"""The dimension by which every fact of a component keeps a grid of customer buckets."""

MINIMUM_BUCKETS = 8


def correlation_of(edition: Edition, keys: tuple[str, ...], selection: Selection, policy: Policy) -> Floats:
    """Correlation matrix (components, components) of the metrics' errors; unknown pairs count as uncorrelated."""
    filters = tuple(f for f in policy.narrow(selection.filters) if f[0] in COARSE)
    return _coarse_correlation(edition, keys, selection.period, filters)


@kept(256)
def _coarse_correlation(edition: Edition, keys: tuple[str, ...], period: Period, filters: Filters) -> Floats:
    """Kept, because it does not depend on the filters a reader changes most: regions, segments, products."""
    full, without = np.full(len(keys), np.nan), np.full((len(keys), BUCKETS), np.nan)
    for position, key in enumerate(keys):
        full[position], without[position] = _left_out(edition, key, period, filters)
    # each pair of metrics over the buckets that both have
    shared = np.isfinite(without)[:, None] & np.isfinite(without)[None, :]
    pairs = np.broadcast_to(full[:, None], shared.shape[:2]), np.broadcast_to(without[:, None], shared.shape)
    first, second = pairs, (pairs[0].T, pairs[1].swapaxes(0, 1))
    variances = jackknife(*first, occupied=shared) * jackknife(*second, occupied=shared)
    covariance, scale = jackknife_covariance(*first, *second, occupied=shared), root(variances)
    known = (shared.sum(axis=-1) >= MINIMUM_BUCKETS) & (scale > 0)
    correlation = np.where(known, np.clip(divide(covariance, scale), -1.0, 1.0), 0.0)
    np.fill_diagonal(correlation, 1.0)
    return correlation


def _left_out(edition: Edition, key: str, period: Period, filters: Filters) -> tuple[float, Floats]:
    """The metric's value, and its values without each bucket of customers, NaN where there is none."""
    nothing = np.nan, np.full(BUCKETS, np.nan)
    measure = find_metric(key).computation
    if not isinstance(measure, Measure) or measure.fact not in edition.manifest.facts:
        return nothing
    last = min(period.end, edition.manifest.last_day)
    if last < period.start:
        return nothing
    try:
        grouped = group(measure, Scope(edition, Period(period.start, last), filters, ("bucket",)))
    except CxdashError:
        return nothing
    # the length of the period is the same for every bucket, everything else adds up
    total = {
        name: array[:1] if name == "days" else array.sum(axis=0, keepdims=True)
        for name, array in grouped.states.items()
    }
    rest = {name: array if name == "days" else total[name] - array for name, array in grouped.states.items()}
    # only the values are read: at z = 0 their intervals have no width and cost nothing
    full, without = (measure.finalise(states, z=0.0, deff=1.0).value for states in (total, rest))
    placed = np.full(BUCKETS, np.nan)
    placed[[int(key[0]) for key in grouped.keys]] = without
    return float(full[0]) if full.size else np.nan, placed
