"""The segments of a whole in one period: what decompositions are made of, with the small ones already pooled.

Segments that an answer would hide in either of the two periods compared (with those it hides to cover them) become one,
"(other)", in both. So the parts still add up to the whole, and nothing follows from them that answers do not show: in
each period the pool holds all that is hidden there, which is at least two segments and five people, or nothing at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cxdash.answers.cells import held
from cxdash.answers.estimate import Grouped, Scope, group
from cxdash.answers.suppress import few_people
from cxdash.answers.totals import hidden_by_totals
from cxdash.answers.weights import weights_in
from cxdash.edition import Edition
from cxdash.measures import Estimates, Floats, Measure
from cxdash.metrics.facts import FACTS
from cxdash.statistics.arrays import floats

OTHER = "(other)"
"""What segments too small to be shown are called together."""

BUCKET = "bucket"

ROWS_AT_ONCE = 2_000_000
"""Rows up to which a page may read a fact's rows for a question no grid keeps, several times over."""


@dataclass(frozen=True)
class Side:
    """One period: its scope (by the dimension), its cells, and the values that no answer would show."""

    scope: Scope
    grouped: Grouped
    hidden: frozenset[str]


@dataclass(frozen=True)
class Parts:
    """Segments in common order. Arrays (segments,), or (buckets, segments) where they were asked for by bucket.

    Attributes:
        weight: what each is weighted by; score: weight times value; both add up.
        estimates: of each segment, flat.
    """

    weight: Floats
    score: Floats
    estimates: Estimates


def segments_of(measure: Measure, scope: Scope) -> Side | None:
    """The segments of a period; None where the period as a whole has nothing to show."""
    grouped = group(measure, scope)
    whole = {name: array.sum(axis=0, keepdims=True) for name, array in grouped.states.items()}
    # nobody looks at the intervals: at z = 0 they have no width and cost nothing
    total, estimates = (measure.finalise(states, z=0.0, deff=1.0) for states in (whole, grouped.states))
    if not total.n[0] > 0 or few_people(total)[0]:
        return None
    mask = hidden_by_totals(measure, scope, grouped, estimates).tolist()
    hidden = frozenset(key[0] for key, veiled in zip(grouped.keys, mask, strict=True) if veiled)
    return Side(scope, grouped, hidden)


def names_of(sides: Sequence[Side]) -> tuple[str, ...]:
    """The segments of several periods that may be named, sorted, and `OTHER` last where any may not."""
    pooled = frozenset[str]().union(*(side.hidden for side in sides))
    found = {key[0] for side in sides for key in side.grouped.keys}
    return (*sorted(found - pooled), *([OTHER] if pooled else []))


def parts_of(measure: Measure, side: Side, names: Sequence[str], weight: str) -> Parts:
    """The segments of a period in the order of `names`; whatever is not named is in `OTHER`."""
    return _parts(measure, side.grouped, names, weight, buckets=())


def parts_by_bucket(measure: Measure, sides: Sequence[Side], names: Sequence[str], weight: str) -> list[Parts]:
    """The same by bucket of customers, for all periods in the same buckets."""
    grouped = [group(measure, replace(side.scope, by=(*side.scope.by, BUCKET))) for side in sides]
    buckets = tuple(sorted({key[1] for one in grouped for key in one.keys}))
    return [_parts(measure, one, names, weight, buckets=buckets) for one in grouped]


def keeps_buckets(edition: Edition, fact: str, scope: Scope) -> bool:
    """Whether the segments can be had by bucket of customers at a bearable price: from a grid, or from few rows."""
    record = edition.manifest.facts[fact]
    wanted = (*scope.by, BUCKET, *(dim for dim, _ in scope.filters))
    # windows are few rows each, and only they know how much one customer weighs
    return FACTS[fact].clock == "window" or held(edition, fact, wanted) or record.rows <= ROWS_AT_ONCE


def _parts(measure: Measure, grouped: Grouped, names: Sequence[str], weight: str, *, buckets: tuple[str, ...]) -> Parts:
    places, rows = {name: n for n, name in enumerate(names)}, {bucket: n for n, bucket in enumerate(buckets)}
    rest = len(names) - 1
    shape = (max(len(buckets), 1), len(names))
    flat = [(rows[key[1]] if buckets else 0) * len(names) + places.get(key[0], rest) for key in grouped.keys]
    states = {
        name: floats(np.bincount(flat, weights=array, minlength=shape[0] * shape[1]))
        for name, array in grouped.states.items()
    }
    estimates = measure.finalise(states, z=0.0, deff=1.0)
    w = weights_in(weight, states, estimates.n)
    score = np.where(w > 0, w * np.nan_to_num(estimates.value), 0.0)
    kept = shape if buckets else shape[1:]
    return Parts(w.reshape(kept), score.reshape(kept), estimates)
