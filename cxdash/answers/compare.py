"""Two estimates compared: difference with interval, p by inversion, and a word from the closed set.

Square-and-add (MOVER) needs only the two estimates and their intervals, so one function serves every metric; p is the
level at which the interval just excludes zero, so test and interval never disagree (methods: foundations 0.5). An
interval costs next to nothing; a p-value costs twenty of them, so it is found only for cells that are shown and tested.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxdash.answers.answer import ChangeWord
from cxdash.answers.estimate import Grouped
from cxdash.answers.tails import SURELY_CHANCE, Tails
from cxdash.measures import Estimates, Floats, Measure
from cxdash.statistics.arrays import Flags
from cxdash.statistics.differences import fixed_interval_p, mover
from cxdash.statistics.distributions import Z95


@dataclass(frozen=True)
class Sides:
    """Aligned cells of two periods, and what was estimated from them.

    `deff` is the design effect of each cell, the same for both.
    """

    measure: Measure
    now: Grouped
    before: Grouped
    deff: Floats
    first: Estimates
    second: Estimates

    def tails(self) -> Tails:
        """What the p-values of the differences are found from."""
        states = (self.now.states, self.before.states)
        return Tails(self.measure, states, (self.deff, self.deff), (self.first.value, self.second.value))


@dataclass(frozen=True)
class Differences:
    """Cell-wise differences now − reference in the metric's unit."""

    value: Floats
    low: Floats
    high: Floats


def estimate_sides(measure: Measure, now: Grouped, before: Grouped, deff: Floats) -> Sides:
    """Finalise both periods."""
    first, second = (measure.finalise(grouped.states, z=Z95, deff=deff) for grouped in (now, before))
    return Sides(measure, now, before, deff, first, second)


def compare_sides(sides: Sides) -> Differences:
    """The differences and their 95 % intervals."""
    first, second = sides.first, sides.second
    return Differences(*mover(first.value, first.low, first.high, second.value, second.low, second.high))


def p_values(sides: Sides, differences: Differences, tested: Flags) -> Floats:
    """P of each difference that is to be tested, NaN for the others; nothing is computed for those.

    Above `SURELY_CHANCE` as a normal difference of that interval would have it, and not looked for further.
    """
    p = np.full(tested.shape, np.nan)
    cells = np.flatnonzero(tested)
    if not cells.size:
        return p
    p[cells] = fixed_interval_p(differences.value[cells], differences.low[cells], differences.high[cells])
    close = cells[~(p[cells] > SURELY_CHANCE)]
    if close.size and not sides.measure.fixed_z:
        p[close] = sides.tails().exact(close)
    return p


def word(low: float | None, high: float | None, *, reliable: bool) -> ChangeWord:
    """The word for a difference whose 95 % interval is (low, high)."""
    if not reliable or low is None or high is None:
        return "too few answers"
    if low > 0:
        return "up"
    return "down" if high < 0 else "no clear change"
