"""The levels within customers: what changes when the same customer is served in another channel.

Also asks how much more one customer's answers differ across channels than within one, which levels cannot see: every
customer may have channels that work for him although on average all are alike (methods: consistency 4.3).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cxdash.measures import Floats
from cxdash.metrics.level_consistency import MINIMUM_EFFECTIVE, REFERENCE_SPREAD
from cxdash.statistics.arrays import Flags
from cxdash.statistics.buckets import jackknife_covariance, pooled_design_effect
from cxdash.statistics.channel_pairs import (
    excess_index,
    headline_excess,
    individual_excess,
    paired_levels,
    sum_transitions,
)

CODES = np.array([-100.0, 0.0, 100.0])
"""A detractor, a passive and a promoter in points."""


class PairedScores(NamedTuple):
    """Levels around zero (points) and their covariance; pairs in all, and those each channel is part of."""

    score: Floats
    covariance: Floats
    pairs: Floats
    touching: Floats


class Individual(NamedTuple):
    """W with limits, one-sided p, pairs across and within channels, and whether they are enough for a headline."""

    score: float
    low: float
    high: float
    p: float
    across: int
    within: int
    headline: bool


def linked_channels(moves: Floats) -> Flags:
    """Channels with at least 30 pairs to other channels that have so many themselves.

    Args:
        moves: pairs by channels and groups, (…, channels, channels, 3, 3), above the diagonal of the channels.
    """
    n = np.triu(moves.sum(axis=(-2, -1)), 1)
    cross = n + np.swapaxes(n, -1, -2)
    usable = np.ones(cross.shape[:-1], dtype=np.bool_)
    for _channel in range(cross.shape[-1]):  # leaving one out can take so many pairs from another that it goes as well
        usable = usable & ((cross * usable[..., None, :]).sum(axis=-1) >= MINIMUM_EFFECTIVE)
    return np.asarray(usable, dtype=np.bool_)


def paired_scores(moves: Floats, usable: Flags) -> PairedScores:
    """Levels from differences within customers, over the channels that may be used.

    Args:
        moves: (…, channels, channels, 3, 3).
        usable: (…, channels).
    """
    channels = moves.shape[-3]
    first, second = np.triu_indices(channels, 1)
    steps = moves[..., first, second, :, :] * (usable[..., first] & usable[..., second])[..., None, None]
    n, squares, _ = sum_transitions(steps, CODES)
    sums = (steps * (CODES[None, :] - CODES[:, None])).sum(axis=(-2, -1))
    found = paired_levels(first, second, n, sums, squares, channels=channels)
    ends = np.zeros((first.size, channels))
    ends[np.arange(first.size), first] = ends[np.arange(first.size), second] = 1.0
    return PairedScores(found.theta, found.covariance, n.sum(axis=-1), n @ ends)


def pair_effect(whole: PairedScores, without: PairedScores, weight: Floats, occupied: Flags) -> float:
    """Design effect of pairs: a customer can have several, and two that share an answer are not independent.

    Args:
        whole: of all customers, (times, channels).
        without: without each bucket of customers, (times, buckets, channels).
        weight: traffic, (times, channels).
        occupied: which buckets have any pair, (times, buckets).

    Returns:
        The noise in the spread of levels as customers answered over that of independent pairs, pooled over the times.
    """
    theta, left_out = np.nan_to_num(whole.score), np.moveaxis(np.nan_to_num(without.score), 1, -1)
    sides = (theta[:, :, None], left_out[:, :, None]), (theta[:, None, :], left_out[:, None, :])
    clustered = jackknife_covariance(*sides[0], *sides[1], occupied=occupied[:, None, None])
    total = weight.sum(axis=-1, keepdims=True)
    shares = weight / np.where(total > 0, total, 1.0)
    spread = shares[..., None] * np.eye(shares.shape[-1]) - shares[..., None] * shares[:, None, :]
    linked = np.isfinite(whole.score).any(axis=-1) & np.isfinite(without.score).any(axis=-1).all(axis=-1)
    noise = (np.trace(spread @ part, axis1=-2, axis2=-1) for part in (clustered, np.nan_to_num(whole.covariance)))
    return float(pooled_design_effect(*(np.where(linked, part, np.nan) for part in noise)))


def individual_part(moves: Floats) -> Individual | None:
    """W from all pairs (channels, channels, 3, 3); None with fewer than two of either kind."""
    same = np.diagonal(moves, axis1=0, axis2=1).sum(axis=-1)
    across = moves.sum(axis=(0, 1)) - same
    excess = individual_excess(*sum_transitions(across, CODES), *sum_transitions(same, CODES))
    if not np.isfinite(excess.se):
        return None
    score, low, high = (float(part) for part in excess_index(excess, REFERENCE_SPREAD))
    n = int(across.sum()), int(same.sum())
    return Individual(score, low, high, float(excess.p), *n, headline=bool(headline_excess(*n)))
