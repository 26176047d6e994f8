"""Why a score moved: mix and rate effects by one dimension that add up to the change to the last digit.

Symmetric, centred Kitagawa decomposition. Rate: the segments themselves moved. Mix: their shares of the answers
moved. A segment that enters or leaves is all mix (methods: section 8.3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cxdash.answers.ask import reference_period, usable_period
from cxdash.answers.estimate import Z95, Scope, group
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.measures import Measure
from cxdash.metrics.catalogue import find_metric
from cxdash.metrics.facts import FACTS
from cxdash.metrics.metric import Metric
from cxdash.selection import EVERYTHING, Policy, Selection
from cxdash.statistics.decomposition import mix_rate, simpson_flag


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

    Segments with fewer than 5 answers are pooled into "(other)", so that the parts still add up and disclose nobody.
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
    now = _segments(edition, key, replace(selection, period=period), dimension, policy)
    before = _segments(edition, key, replace(selection, period=reference), dimension, policy)
    if not now or not before or sum(n for n, _ in now.values()) == 0 or sum(n for n, _ in before.values()) == 0:
        return None
    now, before = _pool_small(now, before)
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


Segments = dict[str, tuple[float, float]]


def _segments(edition: Edition, key: str, selection: Selection, dimension: str, policy: Policy) -> Segments:
    metric = find_metric(key)
    measure = metric.computation
    assert isinstance(measure, Measure)
    grouped = group(measure, Scope(edition, selection.period, policy.narrow(selection.filters), (dimension,)))
    estimates = measure.finalise(grouped.states, z=Z95, deff=1.0)
    return {
        name[0]: (float(n), float(n * value) if n else 0.0)
        for name, n, value in zip(grouped.keys, estimates.n, estimates.value, strict=True)
    }


def _pool_small(now: Segments, before: Segments) -> tuple[Segments, Segments]:
    small = {
        name
        for name in {*now, *before}
        if 0 < now.get(name, (0.0, 0.0))[0] < 5 or 0 < before.get(name, (0.0, 0.0))[0] < 5
    }
    if not small:
        return now, before

    def pooled(segments: Segments) -> Segments:
        kept = {name: pair for name, pair in segments.items() if name not in small}
        parts = [segments[name] for name in small if name in segments]
        return {**kept, "(other)": (sum(n for n, _ in parts), sum(x for _, x in parts))}

    return pooled(now), pooled(before)
