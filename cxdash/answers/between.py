"""Why two groups differ: what comes from who is in them, and what from how each kind fares, adding up exactly.

Two channels do not serve the same customers. The gap between their scores is split as a change between two periods is
(symmetric Kitagawa): *mix*, what it would be if each kind of customer fared in both as it does on average; *rate*, what
is left when the crowd is the same. A gap that is all mix is no better service, only an easier crowd.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxdash.answers.ask import usable_period
from cxdash.answers.effects import design_effects, windows
from cxdash.answers.estimate import Scope
from cxdash.answers.kept import kept
from cxdash.answers.segments import OTHER, Parts, names_of, parts_of, segments_of
from cxdash.answers.weights import weight_of
from cxdash.edition import Edition
from cxdash.measures import BUCKETS, Floats, Measure
from cxdash.metrics.catalogue import find_metric
from cxdash.metrics.metric import Metric
from cxdash.selection import EVERYTHING, Policy, Selection
from cxdash.statistics.arrays import floats
from cxdash.statistics.decomposition import effect_limits, independent_mix_rate
from cxdash.statistics.suppression import low_base


@dataclass(frozen=True)
class Limited:
    """An effect and its 95 % limits, in the metric's own unit."""

    value: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the limits lie on one side of zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class GapPart:
    """One kind of customer or contact: its part of the gap, by its share of each group and by its own score in each.

    `score`, `score_beside`: None where a group has none of it. `reliable`: enough answers in both.
    """

    value: str
    mix: Limited
    rate: Limited
    share: float
    share_beside: float
    score: float | None
    score_beside: float | None
    reliable: bool

    @property
    def total(self) -> float:
        """Its part of the gap."""
        return self.mix.value + self.rate.value


@dataclass(frozen=True)
class Gap:
    """First group minus the one beside it: `mix` + `rate` = `value` = the sum of all parts, largest part first."""

    metric: Metric
    dimension: str
    value: float
    mix: Limited
    rate: Limited
    parts: tuple[GapPart, ...]


@kept(512)
def explain_gap(
    edition: Edition,
    key: str,
    selection: Selection,
    groups: tuple[str, str, str],
    dimension: str,
    policy: Policy = EVERYTHING,
) -> Gap | None:
    """Split the difference of two groups by a dimension; None where either has nothing to show.

    Args:
        edition: published data.
        key: metric, a weighted average of its parts.
        selection: days and filters of both.
        groups: dimension that tells the groups apart, the value of the first, the value of the one beside it.
        dimension: what to split by; what is too small to show in either group is pooled into `segments.OTHER`.
        policy: row filter of the person who asks.

    Limits count answers as drawn one by one, times the larger design effect of the two groups.

    Raises:
        SelectionError: a metric that is no weighted average, or a dimension it does not have.
    """
    metric = find_metric(key)
    weight = weight_of(metric)
    measure = metric.computation
    assert isinstance(measure, Measure)
    period = usable_period(edition, metric, selection.period)
    dim, *values = groups
    sides, effects = [], []
    for value in values:
        filters = policy.narrow(selection.with_filter(dim, value).filters)
        side = segments_of(measure, Scope(edition, period, filters, (dimension,)))
        if side is None:
            return None
        sides.append(side)
        effects.append(float(design_effects(measure, Scope(edition, period, filters), [()])[0]))
    names = names_of(sides)
    own, beside = (parts_of(measure, side, names, weight) for side in sides)
    deff = max(effects)
    spreads = [np.nan_to_num(part.estimates.variance * part.estimates.n) for part in (beside, own)]
    found = independent_mix_rate(beside.weight, beside.score, spreads[0], own.weight, own.score, spreads[1], deff=deff)
    degrees = (BUCKETS - 1.0) * len(windows(edition, measure.fact, period)) if deff > 1 else np.inf
    mix, rate = (_limited(*one, degrees) for one in ((found.mix, found.mix_se), (found.rate, found.rate_se)))
    sums = [
        _limited(floats(effect.sum(keepdims=True)), floats(np.atleast_1d(se)), degrees)[0]
        for effect, se in ((found.mix, found.mix_sum_se), (found.rate, found.rate_sum_se))
    ]
    parts = _parts(metric, names, (own, beside), (mix, rate), effects)
    return Gap(metric, dimension, sums[0].value + sums[1].value, sums[0], sums[1], parts)


def _limited(effect: Floats, se: Floats, degrees: float) -> list[Limited]:
    low, high, _p = effect_limits(effect, se, degrees)
    return [Limited(*one) for one in zip(effect.tolist(), low.tolist(), high.tolist(), strict=True)]


def _parts(
    metric: Metric,
    names: tuple[str, ...],
    sides: tuple[Parts, Parts],
    effects: tuple[list[Limited], list[Limited]],
    deff: list[float],
) -> tuple[GapPart, ...]:
    shares = [side.weight / side.weight.sum() for side in sides]
    scores = [[float(v) if np.isfinite(v) else None for v in side.estimates.value] for side in sides]
    thin = [low_base(side.estimates.n / effect, k=metric.minimum_n) for side, effect in zip(sides, deff, strict=True)]
    parts = [
        GapPart(
            name,
            effects[0][n],
            effects[1][n],
            float(shares[0][n]),
            float(shares[1][n]),
            scores[0][n],
            scores[1][n],
            name != OTHER and not bool(thin[0][n] | thin[1][n]),
        )
        for n, name in enumerate(names)
        if sides[0].weight[n] or sides[1].weight[n]
    ]
    return tuple(sorted(parts, key=lambda part: (-abs(part.total), part.value)))
