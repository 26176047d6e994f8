"""Why a score moved: mix and rate effects by one dimension that add up to the change to the last digit.

Symmetric, centred Kitagawa decomposition. Rate: the segments themselves moved. Mix: their shares of the answers
moved. A segment that enters or leaves is all mix (methods: section 8.3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cxdash.answers.ask import reference_period, usable_period
from cxdash.answers.estimate import Scope, group
from cxdash.answers.suppress import few_people
from cxdash.answers.totals import hidden_by_totals
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.measures import Measure
from cxdash.metrics.catalogue import find_metric
from cxdash.metrics.facts import FACTS
from cxdash.metrics.metric import Metric
from cxdash.selection import EVERYTHING, Policy, Selection
from cxdash.statistics.decomposition import mix_rate, simpson_flag

OTHER = "(other)"
"""What segments too small to be shown are called together."""


@dataclass(frozen=True)
class Effect:
    """One segment's part of the change, in the metric's own unit."""

    value: str
    mix: float
    rate: float
    share_before: float
    share_now: float

    @property
    def total(self) -> float:
        """Mix and rate together."""
        return self.mix + self.rate


@dataclass(frozen=True)
class Decomposition:
    """A change and its effects, largest first.

    `simpson`: the total moved one way and the segments themselves, weighted by their share, the other.
    """

    metric: Metric
    dimension: str
    change: float
    effects: tuple[Effect, ...]
    simpson: bool

    @property
    def mix(self) -> float:
        """Part of the change that comes from shifted shares."""
        return sum(effect.mix for effect in self.effects)

    @property
    def rate(self) -> float:
        """Part of the change that comes from the segments themselves."""
        return sum(effect.rate for effect in self.effects)


def decompose(
    edition: Edition, key: str, selection: Selection, dimension: str, policy: Policy = EVERYTHING
) -> Decomposition | None:
    """Decompose the change against the selection's reference period; None where either period has no answers.

    Segments that an answer would hide in either period (with those hidden to cover them) are pooled into "(other)", so
    that the parts still add up and disclose nobody.
    """
    metric = find_metric(key)
    if (
        not isinstance(metric.computation, Measure)
        or FACTS[metric.computation.fact].clock != "flow"
        or metric.computation.inner
    ):
        raise SelectionError(
            f"{metric.label} has no mix and rate effects.", known="Shares and scores of answers or contacts have them."
        )
    period = usable_period(edition, metric, selection.period)
    against = "year" if selection.compare == "year" else "previous"
    reference = reference_period(selection.period, against)  # type: ignore[arg-type]
    if period != selection.period:
        reference = replace(reference, end=reference.start + (period.end - period.start))
    scope = Scope(edition, period, policy.narrow(selection.filters), (dimension,))
    first, second = (_segments(metric.computation, one) for one in (scope, replace(scope, period=reference)))
    if first is None or second is None:
        return None
    now, before = (_pool(segments, first.hidden | second.hidden) for segments in (first, second))
    names = sorted({*now, *before})
    n0, x0 = (np.array([before.get(name, (0.0, 0.0))[i] for name in names]) for i in (0, 1))
    n1, x1 = (np.array([now.get(name, (0.0, 0.0))[i] for name in names]) for i in (0, 1))
    mix, rate = mix_rate(n0, x0, n1, x1)
    effects = [
        Effect(name, float(mix[i]), float(rate[i]), float(n0[i] / n0.sum()), float(n1[i] / n1.sum()))
        for i, name in enumerate(names)
    ]
    return Decomposition(
        metric,
        dimension,
        float(x1.sum() / n1.sum() - x0.sum() / n0.sum()),
        tuple(sorted(effects, key=lambda e: -abs(e.total))),
        bool(simpson_flag(n0, x0, n1, x1)),
    )


@dataclass(frozen=True)
class _Segments:
    """Answers and summed score of each value of the dimension, and the values that no answer would show."""

    parts: dict[str, tuple[float, float]]
    hidden: frozenset[str]


def _segments(measure: Measure, scope: Scope) -> _Segments | None:
    """The segments of a period; None where the period as a whole has nothing to show."""
    grouped = group(measure, scope)
    whole = {name: array.sum(axis=0, keepdims=True) for name, array in grouped.states.items()}
    # nobody looks at the intervals: at z = 0 they have no width and cost nothing
    total, estimates = (measure.finalise(states, z=0.0, deff=1.0) for states in (whole, grouped.states))
    if not total.n[0] > 0 or few_people(total)[0]:
        return None
    hidden = hidden_by_totals(measure, scope, grouped, estimates)
    names = [key[0] for key in grouped.keys]
    parts = {
        name: (float(n), float(n * value) if n else 0.0)
        for name, n, value in zip(names, estimates.n, estimates.value, strict=True)
    }
    return _Segments(parts, frozenset(name for name, veiled in zip(names, hidden, strict=True) if veiled))


def _pool(segments: _Segments, small: frozenset[str]) -> dict[str, tuple[float, float]]:
    """Segments hidden in either period as one, so that the parts still add up."""
    kept = {name: pair for name, pair in segments.parts.items() if name not in small}
    parts = [pair for name, pair in segments.parts.items() if name in small]
    return {**kept, OTHER: (sum(n for n, _ in parts), sum(x for _, x in parts))} if small else kept
