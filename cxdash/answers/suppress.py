"""Which cells may be shown: confidentiality with complementary suppression, and reliability (methods: section 10)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cxdash.answers.answer import HIDDEN, LOW_BASE, NO_DATA
from cxdash.measures import Estimates, Floats
from cxdash.statistics.suppression import complementary, confidential

MINIMUM_SHOWN = 5
UNANIMOUS_BELOW = 10


def hidden_cells(
    estimates: Estimates, groups: Sequence[Sequence[object]]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Mask of cells that must not be shown.

    Args:
        estimates: the cells.
        groups: labellings of the cells, one per total that is or may be shown beside them; within each, a single
            hidden cell takes the next smallest with it, so that it cannot be had by subtraction.
    """
    n = np.nan_to_num(estimates.n)
    hidden = np.asarray(confidential(n, k=MINIMUM_SHOWN), dtype=bool)
    with np.errstate(invalid="ignore"):
        # everybody gave the same answer: a small group is disclosed by its value alone
        hidden |= (n > 0) & (n < UNANIMOUS_BELOW) & (np.nan_to_num(estimates.variance, nan=1.0) <= 0)
    for _round in range(4):
        before = hidden.copy()
        for labels in groups:
            codes = {label: position for position, label in enumerate(dict.fromkeys(labels))}
            hidden = np.asarray(complementary(hidden, n, np.array([codes[label] for label in labels])), dtype=bool)
        if np.array_equal(before, hidden):
            break
    return hidden


def flags_of(
    estimates: Estimates, hidden: np.ndarray[tuple[int], np.dtype[np.bool_]], minimum_n: int
) -> list[tuple[str, ...]]:
    """Flags per cell, in the order they matter."""
    n = np.nan_to_num(estimates.n)
    flags: list[tuple[str, ...]] = []
    for position in range(hidden.size):
        if hidden[position]:
            flags.append((HIDDEN,))
        elif not n[position] > 0:
            flags.append((NO_DATA,))
        elif estimates.n_eff[position] < minimum_n:
            flags.append((LOW_BASE,))
        else:
            flags.append(())
    return flags


def number(array: Floats, position: int, *, hidden: bool) -> float | None:
    """One element as a float, None where hidden or not finite: no NaN or infinity leaves the answers."""
    value = float(array[position])
    return None if hidden or not np.isfinite(value) else value
