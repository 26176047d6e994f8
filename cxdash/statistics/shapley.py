"""Who did how much of what several did together? Increments averaged over all orders in which they could have joined.

Importance of drivers (R-squared of subsets of drivers) and effects of factors (a quantity with some factors at their
new values) are the same question, so the averaging is written once. Not for more than about fifteen players: the value
of each of the 2^p subsets is needed.

Source: Shapley 1953; Lindeman, Merenda & Gold 1980 (drivers); Das Gupta 1993 (factors).
"""

from __future__ import annotations

from math import factorial

import numpy as np

from cxdash.statistics.arrays import Floats, Numbers, floats


def mean_increments(values: Numbers) -> Floats:
    """What each player adds, averaged over all orders of joining; adds up to all together minus none.

    Args:
        values: the value of each subset, shape (cells, 2^p); bit j of the position says whether player j is in.

    Returns:
        Shape (cells, p).
    """
    worth = floats(values)
    players = worth.shape[-1].bit_length() - 1
    subsets = np.arange(worth.shape[-1])
    size = (subsets[:, None] >> np.arange(players) & 1).sum(axis=1)
    orders = np.array([factorial(s) * factorial(players - s - 1) / factorial(players) for s in range(players)])
    added = np.empty((*worth.shape[:-1], players))
    for player in range(players):
        before = subsets[subsets >> player & 1 == 0]
        added[..., player] = (worth[..., before | 1 << player] - worth[..., before]) @ orders[size[before]]
    return added
