"""The handoff half of consistency: how many issues go on in the channel they moved to.

Its own metric says it, as any reader would be told; here it is only put beside the levels, time bucket by time bucket,
and without each bucket of customers, because both halves come from the same people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from cxdash.answers.answer import Answer, Question
from cxdash.answers.consistency_counts import count
from cxdash.answers.estimate import Scope
from cxdash.errors import CxdashError
from cxdash.measures import BUCKETS, Floats, Measure
from cxdash.metrics.catalogue import find_metric
from cxdash.periods import Period
from cxdash.selection import Policy
from cxdash.statistics.arrays import Flags

Ask = Callable[..., Answer]


@dataclass(frozen=True)
class Handoffs:
    """The handoff half H per time bucket, 0 … 100, NaN where it is not known.

    Attributes:
        value, low, high: with the interval of its own metric.
        n, effective: handoffs, and the same divided by their design effect.
        without: H without each bucket of customers, (times, buckets); as with it for buckets without handoffs.
        occupied: which buckets have handoffs.
    """

    value: Floats
    low: Floats
    high: Floats
    n: Floats
    effective: Floats
    without: Floats
    occupied: Flags


def read_handoffs(
    scope: Scope, key: str, question: Question, policy: Policy, ask: Ask, periods: tuple[Period, ...]
) -> Handoffs:
    """H as its own metric gives it, and without each bucket of customers; NaN where it cannot be asked for.

    Args:
        scope: days, filters (those of the policy among them) and grain.
        key: the metric of handoffs.
        question: what was asked of the index.
        policy: row filter of the person who asks.
        ask: how a question is answered.
        periods: the time buckets of the levels. The latest may lack handoffs, which take two weeks to mature.
    """
    nothing = np.full(len(periods), np.nan)
    places = {period.start: time for time, period in enumerate(periods)}
    without, occupied = np.full((len(periods), BUCKETS), np.nan), np.zeros((len(periods), BUCKETS), dtype=np.bool_)
    empty = Handoffs(nothing, nothing, nothing, nothing, nothing, without, occupied)
    # both ends of a handoff among the channels compared
    channels = dict(scope.filters).get("channel")
    selection = question.selection if channels is None else question.selection.with_filter("origin", *channels)
    try:
        rows = ask(scope.edition, replace(question, metric=key, selection=selection), policy).rows
        days = Period(rows[0].period.start, rows[-1].period.end)
        left_out = _left_out(key, replace(scope, period=days, filters=policy.narrow(selection.filters)))
    except CxdashError:
        return empty
    numbers = np.full((5, len(periods)), np.nan)
    for row in rows:
        time = places.get(row.period.start)
        if time is None or row.value is None:
            continue
        found = (row.value, row.low, row.high, row.n, row.n_eff)
        numbers[:, time] = [np.nan if one is None else one for one in found]
        without[time], occupied[time] = left_out[row.period.start]
    value, low, high = 100 * numbers[:3]
    return Handoffs(value, low, high, numbers[3], numbers[4], 100 * without, occupied)


def _left_out(key: str, scope: Scope) -> dict[date, tuple[Floats, Flags]]:
    """A metric without each bucket of customers, and which buckets have any, by first day of the time bucket."""
    measure = find_metric(key).computation
    assert isinstance(measure, Measure)
    counts = count(scope, measure.fact, measure.states, ("bucket",))
    rest = {name: array.sum(axis=1, keepdims=True) - array for name, array in counts.states.items()}
    shape = (len(counts.periods), BUCKETS)
    value = measure.finalise({name: array.reshape(-1) for name, array in rest.items()}, z=0.0, deff=1.0).value
    held = counts.states[measure.clustered] > 0
    return {
        period.start: (one, some) for period, one, some in zip(counts.periods, value.reshape(shape), held, strict=True)
    }
