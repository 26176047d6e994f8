"""The levels if every channel served the same segments: which segments are taken together, and with what shares.

The shares are those of all answers in the period, over the channels compared. A channel that hardly answers in one
segment has no score there, so such segments are taken together before anything is weighed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxdash.measures import Floats
from cxdash.statistics.arrays import Flags
from cxdash.statistics.consistency import smoothed_nps_variance, standardise_levels
from cxdash.statistics.intervals import nps_value

Groups = NDArray[np.intp]
"""For each segment the number of the group it belongs to; −1: nobody answered."""

MINIMUM_IN_SEGMENT = 5.0
"""Effective answers every channel needs in a segment that stands for itself."""


def take_together(answers: Floats, compared: Flags) -> Groups:
    """Group the segments so that every compared channel has answers in each.

    Segments in which every compared channel has enough answers stand for themselves. The others are one group, joined
    by the smallest of the former until that group has enough in every channel as well.

    Args:
        answers: effective answers, (channels, segments).
        compared: which channels are compared.
    """
    held = answers[compared]
    total = held.sum(axis=0)
    fewest = held.min(axis=0, initial=np.inf)
    order = [int(segment) for segment in np.argsort(-total, kind="stable") if total[segment] > 0]
    alone = [segment for segment in order if fewest[segment] >= MINIMUM_IN_SEGMENT]
    rest = [segment for segment in order if fewest[segment] < MINIMUM_IN_SEGMENT]
    while rest and alone and held[:, rest].sum(axis=1).min(initial=np.inf) < MINIMUM_IN_SEGMENT:
        rest.append(alone.pop())
    numbers = np.full(answers.shape[1], -1, dtype=np.intp)
    for number, members in enumerate([*([segment] for segment in alone), *([rest] if rest else [])]):
        numbers[members] = number
    return numbers


def merge_segments(array: Floats, numbers: Groups) -> Floats:
    """Sums over the segments of each group, which take the place of the segments on the last axis."""
    groups = range(int(numbers.max(initial=-1)) + 1)
    merged = [array[..., numbers == number].sum(axis=-1) for number in groups]
    return np.stack(merged, axis=-1) if merged else array[..., :0]


def standardised_scores(kinds: Floats, shares: Floats, compared: Flags, deff: float) -> tuple[Floats, Floats]:
    """Score (points) and variance of each compared channel with the same shares of segments in each.

    Args:
        kinds: detractors, passives and promoters, (3, …, channels, groups of segments).
        shares: answers of all compared channels in each group, (groups,).
        compared: which channels, (channels,).
        deff: design effect of the answers.

    Returns:
        Both NaN for other channels, and everywhere where there are not two groups to tell customers apart by.
    """
    if shares.size < 2:
        nothing = np.full(kinds.shape[1:-1], np.nan)
        return nothing, nothing
    score, variance = standardise_levels(100.0 * nps_value(*kinds), smoothed_nps_variance(*kinds) * deff, shares)
    return np.where(compared, score, np.nan), np.where(compared, variance, np.nan)
