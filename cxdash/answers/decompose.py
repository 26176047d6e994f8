"""Why a score moved: mix and rate effects by one dimension that add up to the change to the last digit.

Symmetric, centred Kitagawa decomposition. Rate: the segments themselves moved. Mix: their shares of the answers
moved. A segment that enters or leaves is all mix (methods: section 8.3). Errors come from customer buckets, because the
same customers stand in several segments and in both periods; where that would mean reading millions of rows, from
answers counted as independent, times the design effect of the whole.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from cxdash.answers.answer import Against, Question
from cxdash.answers.ask import answer, usable_period
from cxdash.answers.compared import reference_period
from cxdash.answers.decomposition import Decomposition, Effect, Errors, Limits
from cxdash.answers.effects import design_effects, windows
from cxdash.answers.estimate import Scope
from cxdash.answers.kept import kept
from cxdash.answers.segments import OTHER, Parts, Side, keeps_buckets, names_of, parts_by_bucket, parts_of, segments_of
from cxdash.answers.weights import COUNTED, weight_of
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.measures import BUCKETS, Floats, Measure
from cxdash.metrics.catalogue import find_metric
from cxdash.metrics.metric import Metric
from cxdash.periods import Period
from cxdash.selection import EVERYTHING, Policy, Selection
from cxdash.statistics.decomposition import (
    MixRate,
    bucketed_mix_rate,
    effect_limits,
    independent_mix_rate,
    simpson_flag,
)
from cxdash.statistics.suppression import low_base


def decompose(
    edition: Edition,
    key: str,
    selection: Selection,
    dimension: str,
    policy: Policy = EVERYTHING,
    *,
    quick: bool = False,
) -> Decomposition | None:
    """Decompose the change against the selection's reference period; None where either period has no answers.

    Args:
        edition: published data.
        key: metric; one that is no weighted average of segments is refused.
        selection: days, comparison ("none" is read as the period before) and filters.
        dimension: what to cut by.
        policy: row filter of the person who asks.
        quick: take answers as independent instead of folding by customers: for a ranking or a sentence in passing.
    """
    return _decompose(edition, key, selection, dimension, policy, quick)


@kept(1024)
def _decompose(
    edition: Edition, key: str, selection: Selection, dimension: str, policy: Policy, quick: bool
) -> Decomposition | None:
    metric = find_metric(key)
    weight = weight_of(metric)
    measure = metric.computation
    assert isinstance(measure, Measure)
    against: Against = "year" if selection.compare == "year" else "previous"
    filters = policy.narrow(selection.filters)
    period = usable_period(edition, metric, selection.period)
    sides = _sides(metric, measure, Scope(edition, period, filters, (dimension,)), selection.period, against)
    if sides is None:
        return None
    before, now = sides
    names = names_of(sides)
    first, second = (parts_of(measure, side, names, weight) for side in sides)
    errors: Errors = "answers"
    whole = float(design_effects(measure, replace(now.scope, by=()), [()])[0])
    deff = np.full(len(names), whole) if quick else _effects_of(measure, now, names)
    degrees = np.inf
    # money is not drawn answer by answer: only customers know how much it varies
    if (not quick or weight != COUNTED) and keeps_buckets(edition, measure.fact, now.scope):
        errors = "customers"
        by_bucket = parts_by_bucket(measure, sides, names, weight)
        found = bucketed_mix_rate(by_bucket[0].weight, by_bucket[0].score, by_bucket[1].weight, by_bucket[1].score)
        degrees = by_bucket[0].weight.shape[0] - 1.0
    else:
        spreads = [np.nan_to_num(part.estimates.variance * part.estimates.n) for part in (first, second)]
        found = independent_mix_rate(
            first.weight, first.score, spreads[0], second.weight, second.score, spreads[1], deff=whole
        )
        if whole > 1:
            degrees = (BUCKETS - 1.0) * len(windows(edition, measure.fact, now.scope.period))
    compared = answer(edition, Question(key, selection, against=against), policy).only
    change = compared.difference
    assert change is not None
    level = [float(part.score.sum() / part.weight.sum()) for part in (first, second)]
    effects = _effects(names, first, second, found, degrees, metric, deff)
    return Decomposition(
        metric=metric,
        dimension=dimension,
        period=now.grouped.periods[0],
        reference=before.grouped.periods[0],
        before=level[0],
        now=level[1],
        change=level[1] - level[0],
        moved=change.word,
        low=change.low,
        high=change.high,
        effects=tuple(sorted(effects, key=lambda e: (-abs(e.total), e.value))),
        weight=weight,
        errors=errors,
        mix_limits=_limits(found.mix.sum(), found.mix_sum_se, degrees)[0],
        rate_limits=_limits(found.rate.sum(), found.rate_sum_se, degrees)[0],
        flipped=bool(simpson_flag(first.weight, first.score, second.weight, second.score)),
    )


def _sides(metric: Metric, measure: Measure, scope: Scope, asked: Period, against: Against) -> tuple[Side, Side] | None:
    """The reference and the period, each with its segments; None where either has nothing to show."""
    now = segments_of(measure, scope)
    if now is None:
        return None
    reference = reference_period(now.grouped.periods[0] if metric.windows else asked, against)
    if scope.period != asked and not metric.windows:
        # compare as many days as were used: the cut-off tail of the period is cut off the reference as well
        reference = Period(reference.start, reference.start + timedelta(days=scope.period.days - 1))
    try:
        before = segments_of(measure, replace(scope, period=reference))
    except SelectionError:
        return None  # a window that is not held
    return None if before is None else (before, now)


def _effects_of(measure: Measure, side: Side, names: tuple[str, ...]) -> Floats:
    """The design effect of each segment; of the pool, the largest of them."""
    known = design_effects(measure, side.scope, [(name,) for name in names])
    return np.where([name == OTHER for name in names], known.max(initial=1.0), known)


def _effects(
    names: tuple[str, ...],
    first: Parts,
    second: Parts,
    found: MixRate,
    degrees: float,
    metric: Metric,
    deff: Floats,
) -> list[Effect]:
    columns = [(first, "before"), (second, "now")]
    shares = [part.weight / part.weight.sum() for part, _ in columns]
    scores = [[float(v) if np.isfinite(v) else None for v in part.estimates.value] for part, _ in columns]
    counted = [part.estimates.n for part, _ in columns]
    thin = [(n > 0) & low_base(n / deff, k=metric.minimum_n) for n in counted]
    limits = [
        _limits(effect, se, degrees)
        for effect, se in (
            (found.mix, found.mix_se),
            (found.rate, found.rate_se),
            (found.mix + found.rate, found.total_se),
            (found.pull, found.pull_se),
        )
    ]
    return [
        Effect(
            value=name,
            mix=float(found.mix[i]),
            rate=float(found.rate[i]),
            pull=float(found.pull[i]),
            share_before=float(shares[0][i]),
            share_now=float(shares[1][i]),
            score_before=scores[0][i],
            score_now=scores[1][i],
            n_before=float(counted[0][i]),
            n_now=float(counted[1][i]),
            reliable=not bool(thin[0][i] | thin[1][i]),
            mix_limits=limits[0][i],
            rate_limits=limits[1][i],
            total_limits=limits[2][i],
            pull_limits=limits[3][i],
        )
        for i, name in enumerate(names)
        if counted[0][i] or counted[1][i]
    ]


def _limits(effect: Floats, se: Floats, degrees: float) -> list[Limits]:
    low, high, p = (np.atleast_1d(array).tolist() for array in effect_limits(effect, se, degrees))
    return [Limits(*one) for one in zip(low, high, p, strict=True)]


__all__ = ["OTHER", "Decomposition", "Effect", "decompose"]
