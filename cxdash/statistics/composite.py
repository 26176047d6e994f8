"""How healthy is the whole? A weighted score of goals reached, with the error its components bring.

Each component is the share of the way from a floor to a target, cut to 0..100; floors, targets and weights are policy
and are shown. Z-scores are not used: they make the score depend on the comparison set. A weighted mean is
compensatory, so `weakest_component` and, if wanted, `geometric_score` are shown beside it. Do not put a component and
its cause in together, nor a benchmark rank.

Source: OECD/JRC Handbook on Constructing Composite Indicators 2008.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root, together
from cxdash.statistics.buckets import jackknife
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


def geometric_score(goals: Numbers, weights: Numbers) -> Floats:
    """The weighted geometric mean of the goals, to show beside the score: a weak component is not made up for.

    Args:
        goals: goal attainment, shape (cells, components); NaN components are left out.
        weights: policy weights.

    Returns:
        0..100; 0 where a component with a weight is at its floor; NaN where none is there.
    """
    reached, w = together(goals, weights)
    used = ~np.isnan(reached) & (w > 0)
    w = np.where(used, w, 0.0)
    nothing = (used & (reached <= 0)).any(axis=-1)
    mean = divide((w * np.log(np.where(used & (reached > 0), reached, 1.0))).sum(axis=-1), w.sum(axis=-1))
    return np.where(nothing, 0.0, np.exp(mean))


def weakest_component(goals: Numbers) -> tuple[Floats, Floats]:
    """Which component is furthest from its target: (position, goal), shape (cells,); NaN where none is there.

    Shown beside every score: the mean alone lets a strong component hide it. The first of equals.
    """
    reached = floats(goals)
    if not reached.shape[-1]:
        return np.full(reached.shape[:-1], np.nan), np.full(reached.shape[:-1], np.nan)
    known = ~np.isnan(reached)
    least = np.argmin(np.where(known, reached, np.inf), axis=-1)
    found = np.take_along_axis(reached, least[..., None], axis=-1)[..., 0]
    return np.where(known.any(axis=-1), least.astype(np.float64), np.nan), found


def bucketed_composite(
    x: Numbers, x_without: Numbers, floor: Numbers, target: Numbers, weights: Numbers, *, minimum_coverage: float = 0.7
) -> tuple[Floats, Floats]:
    """The score and its standard error from customer buckets: for components near a cut, where gradients mislead.

    Args:
        x: component values, shape (cells, components).
        x_without: the same without each bucket, shape (cells, G, components).
        floor: values that count 0, shape (components,).
        target: values that count 100.
        weights: policy weights.
        minimum_coverage: as `composite`.

    Returns:
        (score, se); se NaN where leaving a bucket out leaves no score.
    """
    nothing = np.zeros((1, 1))
    full = composite(x, floor, target, weights, nothing, minimum_coverage=minimum_coverage).score
    without = composite(x_without, floor, target, weights, nothing, minimum_coverage=minimum_coverage).score
    return full, root(jackknife(full, without))


def sign_flips(
    goals0: Numbers,
    goals1: Numbers,
    weights: Numbers,
    *,
    concentration: float = 50.0,
    draws: int = 2000,
    seed: int = 20261,
) -> Floats:
    """The share of weight draws in which the change of the score has another sign than with the weights as they are.

    Compared on the components present on both dates. Above .1 the direction is a matter of policy: do not colour it.

    Args:
        goals0: goal attainment before, shape (cells, components).
        goals1: goal attainment after.
        weights: policy weights, shape (components,) or (cells, components).
        concentration: as `weight_range`.
        draws: how many.
        seed: of the draws.

    Returns:
        0..1; NaN where no component is there on both dates. No change at all cannot flip.
    """
    change = floats(goals1) - floats(goals0)
    drawn = _shaken_scores(change, floats(weights), concentration, draws, seed)
    stated = np.sign(attribute_change(goals0, goals1, weights).sum(axis=-1))
    flipped = (np.sign(drawn) != stated[..., None]).mean(axis=-1)
    return np.where(np.isnan(drawn).any(axis=-1), np.nan, flipped)


def weight_range(
    goals: Numbers, weights: Numbers, *, concentration: float = 50.0, draws: int = 2000, seed: int = 20261
) -> tuple[Floats, Floats]:
    """The 5 % to 95 % range of the score when the weights are shaken (Dirichlet around them); the same for every run.

    Args:
        goals: goal attainment, shape (cells, components); NaN components are left out.
        weights: policy weights, shape (components,) or (cells, components), any positive scale.
        concentration: how close the draws stay to the weights.
        draws: how many.
        seed: of the draws; every cell sees the same ones.

    Returns:
        (low, high), 0..100; NaN where no component is there.
    """
    scores = _shaken_scores(floats(goals), floats(weights), concentration, draws, seed)
    known = np.asarray(~np.isnan(scores).any(axis=-1))
    low, high = np.quantile(np.where(known[..., None], scores, 0.0), [0.05, 0.95], axis=-1)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def _shaken_scores(goals: Floats, weights: Floats, concentration: float, draws: int, seed: int) -> Floats:
    """The score of each cell under each draw of the weights, shape (cells, draws)."""
    goals, weights = np.broadcast_arrays(goals, weights)
    present = ~np.isnan(goals)
    # Mostly one policy for all cells, so draws are made once for each policy that differs.
    scores = np.full((*goals.shape[:-1], draws), np.nan)
    if not goals.size:
        return scores
    policies, which = np.unique(weights.reshape(-1, weights.shape[-1]), axis=0, return_inverse=True)
    which = which.reshape(weights.shape[:-1])
    for number, policy in enumerate(policies):
        if not (np.all(policy >= 0) and 0 < policy.sum() < np.inf):
            continue
        gammas = np.random.default_rng(seed).standard_gamma(concentration * policy / policy.sum(), (draws, policy.size))
        shaken = divide(gammas, gammas.sum(axis=-1, keepdims=True))
        cells = which == number
        reached, there = np.where(present[cells], goals[cells], 0.0), present[cells].astype(np.float64)
        scores[cells] = divide(reached @ shaken.T, there @ shaken.T)
    return scores
