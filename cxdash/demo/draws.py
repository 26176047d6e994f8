"""Random draws the demo needs again and again, vectorised and repeatable.

Each topic of each customer block has its own stream, seeded by (seed, block, topic): adding a draw to one topic leaves
every other topic's rows as they were, and a block can be made without the blocks before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int16]
Values = npt.NDArray[Any]

MISSING = np.int64(np.iinfo(np.int64).min)
"""Stands for NULL in integer and time arrays until a table is stored."""

DAY = 86_400
OPENS = 3 * 3600 + 1800
CLOSES = 20 * 3600 + 900
"""Everything happens between 03:30 and 20:15 UTC, so that a business day is the same date in every time zone from three
and a half hours behind to three and a half hours ahead of UTC, and no row falls into the day after the last one."""

_BUSY = (0.3, 0.5, 1.0, 1.9, 3.0, 3.9, 4.1, 3.8, 3.0, 2.7, 2.9, 3.2, 3.1, 2.6, 1.9, 1.2, 0.5)
_EVENING = (0.4, 0.7, 1.0, 1.3, 1.4, 1.5, 1.6, 1.7, 1.6, 1.5, 1.6, 1.9, 2.3, 2.9, 3.5, 3.8, 2.2)


def stream(seed: int, block: int, topic: str) -> np.random.Generator:
    """The random stream of one topic of one block (block -1 = the company as a whole)."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, block + 1, crc32(topic.encode())])))


def pick(rng: np.random.Generator, shares: Sequence[float] | Reals, size: int) -> Codes:
    """Positions drawn with these shares (they need not add up to 1)."""
    edges = np.cumsum(np.asarray(shares, dtype=np.float64))
    return np.asarray(np.searchsorted(edges, rng.random(size) * edges[-1], side="right"), dtype=np.int16)


def pick_by_row(rng: np.random.Generator, table: Reals, row: Values) -> Codes:
    """One position per element of `row`, drawn with the shares in that row of `table`."""
    edges = np.cumsum(table, axis=1)
    edges /= edges[:, -1:]
    return np.asarray((rng.random(len(row))[:, None] >= edges[row]).sum(axis=1), dtype=np.int16)


def happens(rng: np.random.Generator, chance: float | Reals, size: int) -> Flags:
    """True with the given chance, one per element."""
    return np.asarray(rng.random(size) < chance)


def lognormal(rng: np.random.Generator, median: float | Reals, spread: float, size: int) -> Reals:
    """Positive, skewed amounts around a median; `spread` is the standard deviation of the logarithm."""
    return np.asarray(median * np.exp(spread * rng.standard_normal(size)))


def time_of_day(rng: np.random.Generator, size: int, *, evening: bool = False) -> Ints:
    """Seconds since midnight UTC inside opening hours; busy in office hours, or in the evening for digital channels."""
    profile = np.asarray(_EVENING if evening else _BUSY)
    slot = pick(rng, profile, size)
    width = (CLOSES - OPENS) / len(profile)
    return (OPENS + (slot + rng.random(size)) * width).astype(np.int64)


def into_opening_hours(second: Ints, rng: np.random.Generator) -> Ints:
    """Moments that fall into the night move to the next opening, spread over its first two hours."""
    day, within = np.divmod(second, DAY)
    early, late = within < OPENS, within >= CLOSES
    morning = (day + late) * DAY + OPENS + rng.integers(0, 7200, len(second))
    return np.asarray(np.where(early | late, morning, second), dtype=np.int64)


def days_between(rng: np.random.Generator, weight: Reals, first: Ints, after: Ints) -> Ints:
    """One day per element from [first, after), drawn with the calendar's weight per day."""
    reached = np.concatenate([[0.0], np.cumsum(weight)])
    low, high = reached[first], reached[after]
    day = np.searchsorted(reached, low + rng.random(len(first)) * (high - low), side="right") - 1
    return np.asarray(np.clip(day, first, after - 1), dtype=np.int64)
