"""One number for cross-channel consistency: half the levels, half the handoffs.

CCI = (L + H) / 2, weights fixed and versioned. L is taken in its best form the data allow: from customers who rated
several channels (300 pairs at least), else standardised by segment, else raw and marked, because case mix may then be
all of it. Levels and handoffs share customers, so the error comes from buckets. Where one of the two is missing there
is no index: the other is shown under its own name, never as if it were both. Not for comparing periods whose L has
different forms: take the form both have.

Source: ours, assembled from standard parts (`consistency`, `channel_pairs`, `handoff`); present it as such.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cxdash.statistics.arrays import Flags, Floats, Numbers, floats, root, together
from cxdash.statistics.buckets import jackknife, t_interval
from cxdash.statistics.differences import mover

PAIRED, STANDARDISED, RAW = 0, 1, 2
MINIMUM_PAIRS = 300


class ChosenLevel(NamedTuple):
    """The level index L taken, its form (0 paired, 1 standardised, 2 raw; NaN none), and whether it is the raw one."""

    level: Floats
    form: Floats
    case_mix_not_removed: Flags


class CombinedIndex(NamedTuple):
    """CCI 0..100 with error and limits (NaN unless both parts are there), and the part that is there alone."""

    score: Floats
    se: Floats
    low: Floats
    high: Floats
    alone: Floats


def choose_level(
    paired: Numbers, pairs: Numbers, standardised: Numbers, raw: Numbers, *, minimum_pairs: float = MINIMUM_PAIRS
) -> ChosenLevel:
    """Which form of the level index L goes into the combined index.

    Args:
        paired: L from paired levels, 0..100; NaN where it has none (channels not linked by pairs).
        pairs: customers' cross-channel pairs it rests on.
        standardised: L from segment-standardised levels; NaN where a channel lacks a segment.
        raw: L from plain channel scores.
        minimum_pairs: pairs below which the paired form is not used.
    """
    first, count, second, third = together(paired, pairs, standardised, raw)
    use_first = ~np.isnan(first) & (count >= minimum_pairs)
    use_second = ~use_first & ~np.isnan(second)
    use_third = ~use_first & ~use_second & ~np.isnan(third)
    index = np.where(use_first, first, np.where(use_second, second, third))
    form = np.where(use_first, PAIRED, np.where(use_second, STANDARDISED, np.where(use_third, RAW, np.nan)))
    return ChosenLevel(index, form, np.asarray(use_third))


def combined_index(
    level: Numbers,
    level_without: Numbers,
    handoff: Numbers,
    handoff_without: Numbers,
    *,
    occupied: ArrayLike | None = None,
) -> CombinedIndex:
    """CCI with its error from customer buckets.

    Args:
        level: L, 0..100, shape (cells,).
        level_without: L without each bucket of customers, in the same form, shape (cells, G).
        handoff: H, 0..100.
        handoff_without: H without each bucket.
        occupied: which buckets hold any customer, shape (cells, G); all, if not given.

    Returns:
        A CombinedIndex, limits cut to 0..100; error NaN with fewer than two buckets.
    """
    first, second = together(level, handoff)
    index, without = (first + second) / 2, (floats(level_without) + floats(handoff_without)) / 2
    used = np.broadcast_to(np.asarray(True if occupied is None else occupied, dtype=np.bool_), without.shape)
    variance = jackknife(index, without, occupied=used)
    low, high = t_interval(index, variance, used.sum(axis=-1))
    alone = np.where(np.isnan(first), second, np.where(np.isnan(second), first, np.nan))
    return CombinedIndex(index, root(variance), np.maximum(low, 0.0), np.minimum(high, 100.0), alone)


def limits_of_halves(
    level: Numbers,
    level_low: Numbers,
    level_high: Numbers,
    handoff: Numbers,
    handoff_low: Numbers,
    handoff_high: Numbers,
) -> tuple[Floats, Floats]:
    """Limits of (L + H) / 2 from the intervals of its halves as if they shared no customers (MOVER), cut to 0..100.

    Where channels do not differ L ends at 100 whoever is left out, and buckets take it for known: `combined_index` is
    then too narrow. These limits know that L may be less; take the wider of the two.

    Source: Donner & Zou 2012 (sums of estimates from their limits).
    """
    _, low, high = mover(
        floats(level) / 2,
        floats(level_low) / 2,
        floats(level_high) / 2,
        -floats(handoff) / 2,
        -floats(handoff_high) / 2,
        -floats(handoff_low) / 2,
    )
    return np.maximum(low, 0.0), np.minimum(high, 100.0)
