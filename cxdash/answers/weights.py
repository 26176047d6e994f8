"""Is this number a weighted average of its parts, and by what is it weighted? Only then do mix and rate add up.

A share of answers, an NPS or a mean is the average of its segments, weighted by their answers; a revenue ratio, by the
revenue they began with. A median, a product of daily survival or an index of spread is no such average, and an exact
split of its change does not exist. What a metric is, its own finaliser tells: it is given made-up cells, and their
merged value must be the average of theirs. So a new metric needs no declaration here, and none can be declared wrongly.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np

from cxdash.errors import SelectionError
from cxdash.measures import Estimates, Floats, Measure
from cxdash.metrics.facts import FACTS
from cxdash.metrics.metric import BenchmarkGap, Composite, ConsistencyIndex, Metric

COUNTED = ""
"""The weight of a metric whose parts are weighted by what it counts (`Metric.counted`)."""

Obstacle = Literal["stock", "spread", "order", "gap", "composite", "halves"]
"""Why a change has no mix and rate: a risk that is multiplied day by day; a spread between channels; a middle value or
another order statistic; a difference to a published figure; a score made of other metrics (which has components); an
index of how channels differ and how issues move between them."""

_CELLS = 5
_TOLERANCE = 1e-9


def obstacle(metric: Metric) -> Obstacle | None:
    """Why the metric is no weighted average of segments; None where it is one."""
    measure = metric.computation
    if isinstance(measure, BenchmarkGap):
        return "gap"
    if isinstance(measure, Composite):
        return "composite"
    if isinstance(measure, ConsistencyIndex):
        return "halves"
    if measure.inner:
        return "spread"
    if FACTS[measure.fact].clock == "stock":
        return "stock"
    return "order" if _weight(measure) is None else None


def weight_of(metric: Metric) -> str:
    """What segments are weighted by: `COUNTED`, or the name of a state; raises where the metric is no average."""
    why_not = obstacle(metric)
    if why_not is not None:
        raise SelectionError(
            f"{metric.label} has no mix and rate effects.",
            known="Shares, scores, means and revenue ratios have them: what is a weighted average of its parts.",
        )
    assert isinstance(metric.computation, Measure)
    found = _weight(metric.computation)
    assert found is not None
    return found


def weights_in(weight: str, states: dict[str, Floats], counted: Floats) -> Floats:
    """The weights of cells, from their states and from n."""
    return np.nan_to_num(counted if weight == COUNTED else states[weight])


@lru_cache(maxsize=256)
def _weight(measure: Measure) -> str | None:
    """The first of n and the states by which made-up cells average to what they are together."""
    fitting = (COUNTED, *(state.name for state in measure.states))
    seen = False
    for largest in range(-1, len(measure.states)):
        # hits cannot be more than what they are hits of, so each state is the large one in turn; -1: none is
        states = {
            state.name: np.array(
                [
                    float(7 + (31 * (place + 1) * (cell + 2) + cell**3) % 97) * (1000 if place == largest else 1)
                    for cell in range(_CELLS)
                ]
            )
            for place, state in enumerate(measure.states)
        }
        cells = measure.finalise(states, z=0.0, deff=1.0)
        merged = {name: np.array([array[:2].sum(), array[2:].sum(), array.sum()]) for name, array in states.items()}
        together = measure.finalise(merged, z=0.0, deff=1.0)
        values = np.concatenate([cells.value, together.value])
        if not np.isfinite(values).all() or values.min() == values.max():
            continue  # states that cannot be, or a value that every average would have
        seen = True
        fitting = tuple(weight for weight in fitting if _averages(weights_in(weight, states, cells.n), cells, together))
        if not fitting:
            break
    return fitting[0] if seen and fitting else None


def _averages(w: Floats, cells: Estimates, together: Estimates) -> bool:
    """Whether the weighted cells average to the first two, the others and all of them taken together."""
    products = w * cells.value
    sums = np.array([products[:2].sum(), products[2:].sum(), products.sum()])
    whole = np.array([w[:2].sum(), w[2:].sum(), w.sum()])
    return bool(np.all(np.abs(sums - whole * together.value) <= _TOLERANCE * np.abs(whole)))
