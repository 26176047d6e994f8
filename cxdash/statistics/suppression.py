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
        hidden_mask: cells hidden so far, shape (..., cells); leading axes are questions of their own.
        n: people in each cell.
        groups: the parent of each cell, any labels, shape (cells,) or (..., cells).
        k: the confidentiality threshold.

    Returns:
        The larger mask. Where a group has no sibling left to hide, see `exposed_groups`.
    """
    mask, count, labels = np.broadcast_arrays(np.asarray(hidden_mask, dtype=np.bool_), floats(n), np.asarray(groups))
    hidden, size, people = mask.ravel(), count.ravel(), _people(count, k).ravel()
    _, code = np.unique(labels, return_inverse=True)
    question = np.arange(hidden.size) // max(mask.shape[-1], 1) if mask.ndim else np.zeros(1, dtype=np.intp)
    code = question * (code.max(initial=0) + 1) + code.ravel()
    cells = floats(np.bincount(code, weights=hidden & (people > 0)))
    covered = floats(np.bincount(code, weights=np.where(hidden, people, 0.0)))
    # Siblings that could cover, smallest first in each group: each is needed as long as those before it do not suffice.
    spare = np.flatnonzero(~hidden & (people > 0))
    spare = spare[np.lexsort((size[spare], code[spare]))]
    group, add = code[spare], people[spare]
    begins = np.flatnonzero(np.diff(group, prepend=-1))
    first = np.repeat(begins, np.diff(begins, append=spare.size))
    earlier = np.concatenate([[0.0], np.cumsum(add)])
    cells_now = cells[group] + np.arange(spare.size) - first
    covered_now = covered[group] + earlier[:-1] - earlier[first]
    needed = _follows(cells[group], covered[group], k) & _follows(cells_now, covered_now, k)
    larger = np.array(hidden)
    larger[spare[needed]] = True
    return larger.reshape(mask.shape)


def exposed_groups(hidden_mask: ArrayLike, n: Numbers, groups: ArrayLike, *, k: float = 5) -> NDArray[np.generic]:
    """The groups whose total must be hidden as well, because hiding children did not suffice.

    Arguments as `complementary`, shape (cells,) only.
    """
    hidden, people = np.asarray(hidden_mask, dtype=np.bool_), _people(n, k)
    parents, code = np.unique(np.asarray(groups), return_inverse=True)
    cells = floats(np.bincount(code, weights=hidden & (people > 0), minlength=parents.size))
    covered = floats(np.bincount(code, weights=np.where(hidden, people, 0.0), minlength=parents.size))
    return parents[_follows(cells, covered, k)]


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


def suppressed_churn(lost: Numbers, churn: Numbers, low: Numbers, high: Numbers) -> Flags:
    """The same standard for churn over a window: True below 10 losses, or an interval wider than 160 % of the churn."""
    relative = divide(floats(high) - floats(low), churn)
    return np.asarray(~(floats(lost) >= _RATE_EVENTS) | ~(relative <= _RATE_LIMIT), dtype=np.bool_)


def thin_at_risk(at_risk: Numbers, *, k: float = 20) -> Flags:
    """Ages of a survival curve with fewer than 20 at risk: the curve stops there (`survival.cut_thin_end`)."""
    return np.asarray(~(floats(at_risk) >= k), dtype=np.bool_)


def suppressed_mean_interval(n: Numbers, *, k: float = 10) -> Flags:
    """Means of fewer than 10 answers, shown without an interval: it would leave the scale."""
    return np.asarray(~(floats(n) >= k), dtype=np.bool_)


def suppressed_drivers(together: Numbers, *, k: float = 100) -> Flags:
    """Driver analyses with a pair of variables that fewer than 100 customers rated both, shape (cells, p, p)."""
    return np.asarray(~(floats(together) >= k).all(axis=(-2, -1)), dtype=np.bool_)


def suppressed_driver(answers: Numbers, *, k: float = 10) -> Flags:
    """Single drivers rated fewer than 10 times, which are left out of an analysis."""
    return np.asarray(~(floats(answers) >= k), dtype=np.bool_)


def suppressed_consistency(n_eff: Numbers, *, k: float = RELIABLE_N) -> Flags:
    """Consistency over channels (last axis) of which fewer than two have 30 effective answers."""
    return np.asarray((floats(n_eff) >= k).sum(axis=-1) < 2, dtype=np.bool_)


def _people(n: Numbers, k: float) -> Floats:
    """People in each cell, none where unknown, and not counted beyond k: with k of them nobody is recognisable."""
    count = floats(n)
    return np.where(np.isnan(count), 0.0, np.clip(count, 0.0, k))


def _follows(cells: Floats, people: Floats, k: float) -> Flags:
    """Whether what is hidden in a group can be had by subtraction: one cell, or fewer than k people."""
    return np.asarray((cells > 0) & ((cells == 1) | (people < k)), dtype=np.bool_)
