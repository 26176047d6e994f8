"""How healthy is the whole? A weighted score of goals reached, with the error its components bring.

Each component is the share of the way from a floor to a target, cut to 0..100; floors, targets and weights are policy
and are shown. Z-scores are not used: they make the score depend on the comparison set. A weighted mean is
compensatory, so show the weakest component beside it. Do not put a component and its cause in together, nor a
benchmark rank.

Source: OECD/JRC Handbook on Constructing Composite Indicators 2008.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root, together
from cxdash.statistics.distributions import Z95


class Composite(NamedTuple):
    """Score 0..100, its standard error and limits, the weight available (0..1), and each component's goal."""

    score: Floats
    se: Floats
    low: Floats
    high: Floats
    coverage: Floats
    goals: Floats


def goal_attainment(x: Numbers, floor: Numbers, target: Numbers) -> Floats:
    """How far from floor (0) to target (100), cut to 0..100; a target below the floor (churn) works unchanged.

    NaN where x is missing or floor and target are equal.
    """
    return 100 * np.clip(divide(floats(x) - floats(floor), floats(target) - floats(floor)), 0.0, 1.0)


def composite(
    x: Numbers,
    floor: Numbers,
    target: Numbers,
    weights: Numbers,
    cov: Numbers,
    *,
    minimum_coverage: float = 0.7,
    critical: ArrayLike | None = None,
) -> Composite:
    """The composite score of each cell.

    Args:
        x: component values, shape (cells, components); NaN is a missing component.
        floor: values that count 0, shape (components,).
        target: values that count 100.
        weights: policy weights, any positive scale.
        cov: covariance of x, shape (cells, components, components), from customer buckets: the components come
            from the same people, and leaving out their correlation understates the error.
        minimum_coverage: share of the weight that must be available for a score.
        critical: components without which there is no score, shape (components,).

    Returns:
        A Composite; score, error and limits NaN below the minimum coverage or without a critical component. A component
        cut at 0 or 100 adds no error (near the cut use bucket jackknife instead).
    """
    goals = goal_attainment(x, floor, target)
    w = np.broadcast_to(floats(weights), goals.shape)
    present = ~np.isnan(goals)
    used = np.where(present, w, 0.0)
    total = used.sum(axis=-1)
    coverage = divide(total, w.sum(axis=-1))
    needed = np.zeros(goals.shape[-1], dtype=np.bool_) if critical is None else np.asarray(critical, dtype=np.bool_)
    enough = (coverage >= minimum_coverage - 1e-12) & np.all(present | ~needed, axis=-1) & (total > 0)
    score = np.where(enough, divide(np.sum(used * np.where(present, goals, 0.0), axis=-1), total), np.nan)
    inside = present & (goals > 0) & (goals < 100)
    per_unit = divide(100.0, floats(target) - floats(floor))
    gradient = np.where(inside, divide(used, total[..., None]) * per_unit, 0.0)
    both = inside[..., :, None] & inside[..., None, :]
    matrix = np.where(both, floats(cov), 0.0)
    se = np.where(enough, root(np.maximum(np.einsum("...i,...ij,...j->...", gradient, matrix, gradient), 0.0)), np.nan)
    return Composite(score, se, np.maximum(score - Z95 * se, 0.0), np.minimum(score + Z95 * se, 100.0), coverage, goals)


def attribute_change(goals0: Numbers, goals1: Numbers, weights: Numbers) -> Floats:
    """What each component contributed to the change of the score, shape (cells, components); adds up exactly.

    Compared on the components present on both dates; 0 for the others.
    """
    before, after = together(goals0, goals1)
    both = ~(np.isnan(before) | np.isnan(after))
    w = np.where(both, floats(weights), 0.0)
    return np.where(both, divide(w, w.sum(axis=-1, keepdims=True)) * (after - before), 0.0)


def weight_range(
    goals: Numbers, weights: Numbers, *, concentration: float = 50.0, draws: int = 2000, seed: int = 20261
) -> tuple[Floats, Floats]:
    """The 5 % to 95 % range of the score when the weights are shaken (Dirichlet around them); the same for every run.

    Args:
        goals: goal attainment, shape (cells, components); NaN components are left out.
        weights: policy weights, shape (components,).
        concentration: how close the draws stay to the weights.
        draws: how many.
        seed: of the draws.
    """
    reached = floats(goals)
    w = floats(weights)
    shaken = np.random.default_rng(seed).dirichlet(concentration * w / w.sum(), size=draws)
    present = ~np.isnan(reached)
    scores = divide(np.where(present, reached, 0.0) @ shaken.T, present.astype(np.float64) @ shaken.T)
    known = ~np.isnan(scores)
    low, high = np.quantile(np.where(known, scores, 0.0), [0.05, 0.95], axis=-1)
    return np.where(known.all(axis=-1), low, np.nan), np.where(known.all(axis=-1), high, np.nan)
