"""Median times from counts by bin: the bins, their SQL, their states and the finaliser, for any metric in seconds.

A median does not add up over days and cells; counts by fixed bins do, bit for bit. The prepared rows carry the number
of the bin, so that what is counted in the warehouse, in a grid and in the rows behind a number is one column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count, takewhile
from typing import Any

import numpy as np
import sqlalchemy as sa

from cxdash.measures import Column, Estimates, Finalise, Floats, State, tally
from cxdash.statistics.arrays import floats
from cxdash.statistics.durations import median_time, time_reached

DAY = 86_400
STEPS = 6
"""Bins for each doubling of the time: each is an eighth wide."""


@dataclass(frozen=True)
class TimeBins:
    """Bins of whole seconds, an eighth wide above `exact` seconds, single seconds below.

    Attributes:
        last: the last bin begins no later than this and holds all longer times.
        exact: up to here every second is a bin.
    """

    last: int = DAY
    exact: int = 8

    @cached_property
    def edges(self) -> tuple[int, ...]:
        """The first second of each bin."""
        beyond = (round(self.exact * 2 ** (step / STEPS)) for step in count(1))
        return (*range(self.exact + 1), *takewhile(lambda edge: edge <= self.last, beyond))

    @cached_property
    def boundaries(self) -> Floats:
        """Where bins begin and end on the axis of time: a recorded 7 stands for 6.5 to 7.5; the first begins at 0.

        The last bin has no end of its own and is made as wide as the one before it: a median in it only says that it
        is beyond what was kept apart.
        """
        ends = np.append(self.edges, 2 * self.edges[-1] - self.edges[-2]) - 0.5
        ends[0] = 0.0
        return floats(ends)

    def number(self, seconds: Column, *, shift: int = 0) -> Column:
        """SQL: the number of the bin that whole seconds fall into, plus `shift`; NULL stays NULL.

        Comparisons of integers only, halving the bins each time: exact, and alike on every backend.
        """

        def within(low: int, high: int) -> Column:
            if low == high:
                return sa.literal_column(str(low + shift), sa.BigInteger())
            middle = (low + high + 1) // 2
            edge: Column = sa.literal_column(str(self.edges[middle]))
            return sa.case((seconds < edge, within(low, middle - 1)), else_=within(middle, high))

        return sa.case((seconds.is_not(None), within(0, len(self.edges) - 1)))

    def count(self, column: str, *, n: str = "", gave_up: bool = False) -> tuple[State, ...]:
        """States that count each bin of a column made by `number`, and all rows with a time.

        Args:
            column: of the prepared rows.
            n: name of the state that counts all rows with a time; "" = the column's with "_all".
            gave_up: whether times may have been cut short; those are numbered with `shift=len(edges)`.
        """
        return tally(column, len(self.edges) * (2 if gave_up else 1), n=n)

    def finish_median(self, column: str, *, n: str = "", gave_up: bool = False) -> Finalise:
        """The finaliser for those states.

        `extra`: `p90`, the time by which nine in ten were (or would have been) served; and with `gave_up` also
        `served`, the median of those who were served, which leaves out the waits that were too long.
        """
        names = [state.name for state in self.count(column, n=n, gave_up=gave_up) if state.of is not None]

        def finalise(states: Mapping[str, Floats], *, z: Any, deff: Any) -> Estimates:
            counts = np.stack([states[name] for name in names], axis=-1)
            served, left = counts[..., : len(self.edges)], counts[..., len(self.edges) :]
            left = left if gave_up else np.zeros_like(served)
            found = median_time(served, left, self.boundaries, z=z, deff=deff)
            extra = {"p90": time_reached(served, left, self.boundaries, 0.9)}
            if gave_up:
                extra["served"] = time_reached(served, np.zeros_like(served), self.boundaries, 0.5)
            return Estimates(
                value=found.median,
                low=found.low,
                high=found.high,
                n=floats(counts.sum(axis=-1)),
                n_eff=found.n_eff,
                variance=found.variance,
                largest=floats(counts.max(axis=-1)),
                extra=extra,
            )

        return finalise
