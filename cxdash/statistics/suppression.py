"""May this number be shown, and does it deserve trust? Two reasons to hold back, two thresholds.

*Confidentiality* (few people, could be recognised): hide value, interval and n, and hide enough neighbours that nothing
can be had by subtraction. *Reliability* (too few to say): show it marked, without colour, rank or test, or do not show
it. Flags never change stored state; a merged cell is judged anew from merged state. Not a statistical test.

Source: Parker et al. 2017 (NCHS Vital and Health Statistics 2/175) for proportions; NCHS standards for rates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxdash.statistics.arrays import Flags, Floats, Numbers, divide, floats
from cxdash.statistics.intervals import clopper_pearson, garwood

RELIABLE_N = 30
REPORTABLE_HALF_WIDTH = 0.15
_NARROW, _WIDE, _RELATIVE_LIMIT, _RATE_LIMIT, _RATE_EVENTS = 0.05, 0.30, 1.30, 1.60, 10


def confidential(n: Numbers, *, k: float = 5) -> Flags:
    """Cells of 1 to k - 1 people, whose value, interval and n must be hidden. An empty cell discloses nobody."""
    count = floats(n)
    return np.asarray((count > 0) & (count < k), dtype=np.bool_)


def unanimous(largest: Numbers, n: Numbers, *, k: float = 10) -> Flags:
    """Small cells where all answers are equal, which discloses everyone in them.

    Args:
        largest: the count of the most frequent answer.
        n: all answers.
        k: from this n on, agreement is no disclosure.
    """
    count = floats(n)
    return np.asarray((count > 0) & (count < k) & (floats(largest) >= count), dtype=np.bool_)


def complementary(hidden_mask: ArrayLike, n: Numbers, groups: ArrayLike, *, k: float = 5) -> Flags:
    """Hide enough siblings that no hidden cell follows from a shown total.

    In each group whose total is shown, while exactly one child is hidden, or all hidden ones together are fewer than
    k people (then their sum would follow by subtraction), the smallest child still shown is hidden too.

    Args:
        hidden_mask: cells hidden so far, shape (cells,).
        n: people in each cell.
        groups: the parent of each cell, any labels.
        k: the confidentiality threshold.

    Returns:
        The larger mask. Where a group has no sibling left to hide, see `exposed_groups`.
    """
    hidden = np.array(hidden_mask, dtype=np.bool_)
    count = np.where(np.isnan(floats(n)), 0.0, floats(n))
    labels = np.asarray(groups)
    for label in np.unique(labels[hidden]):
        members = labels == label
        while _exposed(hidden[members], count[members], k):
            shown = np.flatnonzero(members & ~hidden & (count > 0))
            if shown.size == 0:
                break
            hidden[shown[np.argmin(count[shown])]] = True
    return hidden


def exposed_groups(hidden_mask: ArrayLike, n: Numbers, groups: ArrayLike, *, k: float = 5) -> NDArray[np.generic]:
    """The groups whose total must be hidden as well, because hiding children did not suffice."""
    hidden = np.asarray(hidden_mask, dtype=np.bool_)
    count = np.where(np.isnan(floats(n)), 0.0, floats(n))
    labels = np.asarray(groups)
    parents = np.unique(labels[hidden])
    return parents[[_exposed(hidden[labels == p], count[labels == p], k) for p in parents]] if parents.size else parents


def low_base(n_eff: Numbers, *, k: float = RELIABLE_N) -> Flags:
    """Cells with fewer than 30 effective answers: shown as "low base", without colour, rank or test."""
    count = floats(n_eff)
    return np.asarray(~(count >= k), dtype=np.bool_)


def reportable_nps(low: Numbers, high: Numbers, n_eff: Numbers) -> Flags:
    """NPS precise enough to report: 30 effective answers and an interval of at most +-15 points; else "directional"."""
    narrow = (floats(high) - floats(low)) / 2 <= REPORTABLE_HALF_WIDTH
    return np.asarray(narrow & ~low_base(n_eff), dtype=np.bool_)


def suppressed_proportion(x: Numbers, n: Numbers) -> Flags:
    """The NCHS standard for proportions: True where the proportion should not be presented.

    Suppressed below 30 answers or where the Clopper-Pearson interval is .30 wide or more; presented where it is at most
    .05 wide; between the two, suppressed where it is wider than 130 % of the proportion.
    """
    low, high = clopper_pearson(x, n)
    width = high - low
    relative = divide(width, divide(x, n))
    unreliable = low_base(n) | ~(width < _WIDE)
    return np.asarray(unreliable | ((width > _NARROW) & ~(relative <= _RELATIVE_LIMIT)), dtype=np.bool_)


def suppressed_rate(d: Numbers, t: Numbers) -> Flags:
    """The NCHS standard for rates: True below 10 events, or where the interval is wider than 160 % of the rate."""
    low, high = garwood(d, t)
    relative = divide(high - low, divide(d, t))
    return np.asarray((floats(d) < _RATE_EVENTS) | ~(relative <= _RATE_LIMIT), dtype=np.bool_)


def _exposed(hidden: Flags, count: Floats, k: float) -> bool:
    """Whether the hidden members of one group can be had by subtraction from its total."""
    people = float(count[hidden].sum())
    return bool(hidden.any()) and people > 0 and (int((hidden & (count > 0)).sum()) == 1 or people < k)
