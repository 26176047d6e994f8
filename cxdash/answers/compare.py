"""Two estimates compared: difference with interval, p by inversion, and a word from the closed set.

Square-and-add (MOVER) needs only the two estimates and their intervals, so one function serves every metric; p is the
level at which the interval just excludes zero, so test and interval never disagree (methods: foundations 0.5). An
interval costs next to nothing; a p-value costs twenty of them, so it is found only for cells that are shown and tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cxdash.answers.answer import ChangeWord
from cxdash.answers.estimate import Grouped
from cxdash.grids import Places
from cxdash.measures import Estimates, Floats, Measure
from cxdash.statistics.arrays import Flags
from cxdash.statistics.differences import IntervalAt, clearance, fixed_interval_p, mover, mover_p
from cxdash.statistics.distributions import Z95

SURELY_CHANCE = 0.3
"""What lies well inside its interval is found by no correction, so its p need not be exact: that costs twenty times."""


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
        p[close] = exact_p(sides, close)
    return p


def exact_p(sides: Sides, cells: Places) -> Floats:
    """P of some cells by inversion of their intervals."""
    return mover_p(*_intervals(sides, cells), sides.first.value[cells], sides.second.value[cells])


def excludes_zero(sides: Sides, cells: Places, z: Floats) -> Flags:
    """Whether the interval of each of some cells at its z excludes zero, which it does exactly where p is below."""
    clear = clearance(*_intervals(sides, cells), sides.first.value[cells], sides.second.value[cells], z)
    return np.asarray(clear >= 0, dtype=np.bool_)


def _intervals(sides: Sides, cells: Places) -> tuple[IntervalAt, IntervalAt]:
    now, before = (
        interval_at(sides.measure, {name: array[cells] for name, array in side.states.items()}, sides.deff[cells])
        for side in (sides.now, sides.before)
    )
    return now, before


def interval_at(measure: Measure, states: Mapping[str, Floats], deff: Floats) -> IntervalAt:
    """The interval of some cells as a function of z, which is what a p-value by inversion asks for."""

    def at(z: Floats) -> tuple[Floats, Floats]:
        estimates = measure.finalise(states, z=z, deff=deff)
        return estimates.low, estimates.high

    return at


def word(low: float | None, high: float | None, *, reliable: bool) -> ChangeWord:
    """The word for a difference whose 95 % interval is (low, high)."""
    if not reliable or low is None or high is None:
        return "too few answers"
    if low > 0:
        return "up"
    return "down" if high < 0 else "no clear change"
