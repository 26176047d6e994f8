"""One histogram of answers, every score: NPS counts, top boxes, sums for a mean, and quantiles.

A histogram over the points of a scale is the state that adds up over anything and still lets a reader cut it anew: the
eleven counts of a likelihood to recommend give NPS, its mean and any share of top answers. Medians and percentiles do
not add up over days; of a histogram with fixed bins they do (exactly, where the bins are the values themselves). Not
for continuous times in a few wide bins when the exact quantile matters.

Source: the definitions of NPS (0-6, 7-8, 9-10), CSAT (top two of five) and CES 2.0 (5-7 of 1-7).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxdash.statistics.arrays import Floats, Numbers, floats

_DETRACTORS, _PROMOTERS = slice(0, 7), slice(9, 11)


def count_nps(histogram: ArrayLike) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Detractors, passives and promoters from the counts of 0, 1 .. 10, shape (cells, 11); integers stay integers."""
    counts = np.asarray(histogram)
    d, p = counts[..., _DETRACTORS].sum(axis=-1), counts[..., _PROMOTERS].sum(axis=-1)
    return d, counts[..., 7:9].sum(axis=-1), p


def count_top(histogram: ArrayLike, scores: ArrayLike, *, at_least: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """How many answered at least so much, and how many answered: (x, n) for a proportion.

    Args:
        histogram: answers with each score, shape (cells, scores).
        scores: the scores, shape (scores,).
        at_least: the lowest score that counts (4 for CSAT on 1..5, 5 for CES on 1..7).
    """
    counts = np.asarray(histogram)
    return counts[..., np.asarray(scores) >= at_least].sum(axis=-1), counts.sum(axis=-1)


def moments(histogram: ArrayLike, scores: ArrayLike) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Answers, their sum and the sum of their squares, for `intervals.mean_interval`; exact for integers.

    Args:
        histogram: answers with each score, shape (cells, scores).
        scores: the scores, shape (scores,).
    """
    counts, values = np.asarray(histogram), np.asarray(scores)
    return counts.sum(axis=-1), (counts * values).sum(axis=-1), (counts * values * values).sum(axis=-1)


def quantile(histogram: Numbers, values: Numbers, probability: Numbers) -> Floats:
    """The smallest value that at least this share of the answers does not exceed; the median at .5.

    Args:
        histogram: answers at each value, shape (cells, values).
        values: ascending, shape (values,); for bins of times, their upper edges.
        probability: 0..1, one for all or one for each cell.

    Returns:
        One value for each cell; NaN where nobody answered, a count is missing or the probability is none.
    """
    running = np.cumsum(floats(histogram), axis=-1)
    total, share = running[..., -1:], floats(probability)[..., None]
    reached = (running >= share * total * (1 - 1e-12)) & (running > 0)
    answered = reached.any(axis=-1) & (share[..., 0] >= 0) & (share[..., 0] <= 1)
    return np.where(answered, floats(values)[np.argmax(reached, axis=-1)], np.nan)
