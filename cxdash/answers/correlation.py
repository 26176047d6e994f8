"""How the errors of several metrics move together, from customer buckets.

NPS, CSAT, effort and resolution come from the same people; a composite that ignores this understates its error
(methods: composite 9). Correlations are estimated on the coarse dimensions and applied to the errors of the selection.
"""

from __future__ import annotations

import numpy as np

from cxdash.answers.effects import COARSE
from cxdash.answers.estimate import Z95, Scope, group
from cxdash.answers.kept import kept
from cxdash.edition import Edition
from cxdash.errors import CxdashError
from cxdash.measures import Floats, Measure
from cxdash.metrics.catalogue import find_metric
from cxdash.periods import Period
from cxdash.selection import Filters, Policy, Selection

MINIMUM_BUCKETS = 8


def correlation_of(edition: Edition, keys: tuple[str, ...], selection: Selection, policy: Policy) -> Floats:
    """Correlation matrix (components, components) of the metrics' errors; unknown pairs count as uncorrelated."""
    filters = tuple(f for f in policy.narrow(selection.filters) if f[0] in COARSE)
    return _coarse_correlation(edition, keys, selection.period, filters)


@kept(256)
def _coarse_correlation(edition: Edition, keys: tuple[str, ...], period: Period, filters: Filters) -> Floats:
    """Kept, because it does not depend on the filters a reader changes most: regions, segments, products."""
    result = np.eye(len(keys))
    series = [_left_out(edition, key, period, filters) for key in keys]
    for i, first in enumerate(series):
        for j, second in enumerate(series[:i]):
            result[i, j] = result[j, i] = _correlation(first, second)
    return result


def _correlation(first: dict[str, float], second: dict[str, float]) -> float:
    shared = sorted(first.keys() & second.keys())
    if len(shared) < MINIMUM_BUCKETS:
        return 0.0
    a, b = (np.array([values[bucket] for bucket in shared]) for values in (first, second))
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(np.clip((a @ b) / scale, -1.0, 1.0)) if scale > 0 else 0.0


def _left_out(edition: Edition, key: str, period: Period, filters: Filters) -> dict[str, float]:
    """The metric's value without each bucket of customers, by bucket."""
    measure = find_metric(key).computation
    if not isinstance(measure, Measure) or measure.fact not in edition.manifest.facts:
        return {}
    last = min(period.end, edition.manifest.last_day)
    if last < period.start:
        return {}
    try:
        grouped = group(measure, Scope(edition, Period(period.start, last), filters, ("bucket",)))
    except CxdashError:
        return {}
    # the length of the period is the same for every bucket, everything else adds up
    states = {
        name: array if name == "days" else array.sum(axis=0, keepdims=True) - array
        for name, array in grouped.states.items()
    }
    values = measure.finalise(states, z=Z95, deff=1.0).value
    return {key[0]: float(v) for key, v in zip(grouped.keys, values, strict=True) if np.isfinite(v)}
