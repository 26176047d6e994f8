"""What the forms of the channel levels are computed from: counts by channel, segment, pair and customer bucket.

The levels of all time buckets of a series, with and without each bucket of customers, are one array each, so that a
line of half a year costs as many folds as one number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cxdash.answers.cells import fold
from cxdash.answers.estimate import Scope, places_of, when_of
from cxdash.answers.folded import Request
from cxdash.errors import SelectionError
from cxdash.measures import BUCKETS, Floats, State
from cxdash.metrics.facts.rating_pairs import CHANNELS, GROUPS, RATING_PAIRS, TRANSITIONS
from cxdash.metrics.level_consistency import LEVELS, TRAFFIC
from cxdash.metrics.nps import DETRACTORS, HISTOGRAM, PASSIVES, PROMOTERS
from cxdash.metrics.shares import sum_of
from cxdash.periods import Period

KINDS = (DETRACTORS, PASSIVES, PROMOTERS)


@dataclass(frozen=True)
class Counts:
    """Integer states on dense axes.

    Attributes:
        periods: the time buckets, first axis of every state.
        values: per further axis its values; of `bucket` every one, whoever is in it.
        states: name → (times, *axes).
    """

    periods: tuple[Period, ...]
    values: tuple[tuple[str, ...], ...]
    states: dict[str, Floats]


def count(scope: Scope, fact: str, states: Sequence[State], axes: tuple[str, ...]) -> Counts:
    """Fold states over the scope by these axes; `SelectionError` where the fact cannot be cut or filtered so."""
    periods = tuple(scope.period.cut(scope.grain)) if scope.grain else (scope.period,)
    request = Request(fact, tuple(states), scope.period, scope.filters, axes, scope.grain)
    cells = fold(scope.edition, request)
    values, places = [], []
    for place, axis in enumerate(axes):
        names = [key[place] for key in cells.named_keys()]
        if axis == "bucket":
            found, codes = [str(bucket) for bucket in range(BUCKETS)], np.array([int(n) for n in names], dtype=np.intp)
        else:
            found, codes = places_of(names)
        values.append(tuple(found))
        places.append(codes[cells.groups])
    when = when_of(cells, scope)
    dense = {}
    for state in states:
        array = np.zeros((len(periods), *(len(names) for names in values)))
        array[(when, *places)] = cells.sums[state.name]
        dense[state.name] = array
    return Counts(periods, tuple(values), dense)


def aligned(array: Floats, found: Sequence[str], wanted: Sequence[str], axis: int) -> Floats:
    """The same along `axis` for the wanted values in their order; zeros for those that were not found."""
    places = {value: place for place, value in enumerate(found)}
    shape = list(array.shape)
    shape[axis] = len(wanted)
    result = np.zeros(shape)
    target, source = np.moveaxis(result, axis, 0), np.moveaxis(array, axis, 0)
    for place, value in enumerate(wanted):
        if value in places:
            target[place] = source[places[value]]
    return result


def answers_by(scope: Scope, *further: str) -> tuple[Counts, Floats]:
    """Detractors, passives and promoters by channel (and further axes): the axes, and (3, times, channels, …)."""
    counts = count(scope, LEVELS.fact, HISTOGRAM, ("channel", *further))
    return counts, np.stack([sum_of(counts.states, names) for names in KINDS])


def traffic_of(scope: Scope, channels: Sequence[str]) -> Floats:
    """Contacts of each channel over the whole scope, (channels,): the weights, the same for every time bucket.

    NaN where contacts are not connected or cannot be filtered so.
    """
    unknown = np.full(len(channels), np.nan)
    record = scope.edition.manifest.facts.get("contacts")
    if record is None or not {"channel", *(dim for dim, _ in scope.filters)} <= {*record.dimensions, "bucket"}:
        return unknown
    counts = count(replace(scope, grain=""), "contacts", (TRAFFIC,), ("channel",))
    weights: Floats = aligned(counts.states[TRAFFIC.name], counts.values[0], channels, 1)[0]
    return weights


def transitions_of(scope: Scope, channels: Sequence[str]) -> Floats:
    """Pairs of ratings by one customer, (times, buckets, channels, channels, 3, 3): from group to group.

    Pairs stand above the diagonal of the channels (in the order given), those within one channel on it. All zero where
    customers are not known, or pairs cannot be filtered as asked.
    """
    times = len(tuple(scope.period.cut(scope.grain))) if scope.grain else 1
    nothing = np.zeros((times, BUCKETS, len(channels), len(channels), len(GROUPS), len(GROUPS)))
    allowed = {dim: values for dim, values in scope.filters if dim == "channel"}
    kept = tuple(one for one in scope.filters if one[0] != "channel")
    both = tuple((side, values) for side in CHANNELS for values in allowed.values())
    narrowed = replace(scope, filters=tuple(sorted((*kept, *both))))
    try:
        counts = count(narrowed, RATING_PAIRS.name, TRANSITIONS, (*CHANNELS, "bucket"))
    except SelectionError:
        return nothing
    first, second, _ = counts.values
    stacked = np.stack([counts.states[state.name] for state in TRANSITIONS], axis=-1)
    moves = stacked.reshape(*stacked.shape[:-1], len(GROUPS), len(GROUPS))
    placed = aligned(aligned(moves, first, channels, 1), second, channels, 2)
    # the fact puts the earlier name of the alphabet first, the caller may have another order
    below = np.swapaxes(np.swapaxes(placed, 1, 2), -1, -2)
    square = np.ones((len(channels), len(channels)))
    upper, strictly = (np.triu(square, k)[None, :, :, None, None, None] for k in (0, 1))
    return np.moveaxis(placed * upper + below * strictly, 3, 1)
