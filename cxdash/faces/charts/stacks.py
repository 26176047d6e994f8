"""Where the bars of a stack of signed amounts begin and end: positive to one side of zero, negative to the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cxdash.report.blocks import Contributions


@dataclass(frozen=True)
class Stack:
    """One amount's bar from `start` to `end` (start ≤ end), of the series with this index."""

    series: int
    start: float
    end: float


def stacked(amounts: Sequence[float]) -> tuple[tuple[Stack, ...], float]:
    """The bars of one part, and where all of its amounts together end."""
    below = above = 0.0
    bars = []
    for series, amount in enumerate(amounts):
        if amount < 0:
            bars.append(Stack(series, below + amount, below))
            below += amount
        elif amount > 0:
            bars.append(Stack(series, above, above + amount))
            above += amount
    return tuple(bars), sum(amounts)


def extent(block: Contributions) -> tuple[float, float]:
    """From the lowest to the highest end of any bar, zero always inside, never empty, with a little air."""
    ends = [0.0]
    for part in block.parts:
        for bar in stacked(part.amounts)[0]:
            ends += [bar.start, bar.end]
    low, high = min(ends), max(ends)
    air = (high - low) * 0.04 or 1.0
    return low - air, high + air
