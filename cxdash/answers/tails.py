"""P-values only where they can matter: of hundreds of cells looked at together, a handful may be found at all.

A p-value by inversion of an interval costs a dozen intervals. Whether a cell has one below some level costs one. So
what is looked at together asks level by level which cells may still be found (`discoveries.reach`) and looks for the
p of those that are. The findings and their adjusted p-values are exactly those of all p-values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from cxdash.grids import Places
from cxdash.measures import Floats, Measure
from cxdash.statistics.arrays import Flags
from cxdash.statistics.differences import IntervalAt, clearance, mover_p
from cxdash.statistics.discoveries import reach
from cxdash.statistics.distributions import two_sided_normal

SURELY_CHANCE = 0.3
"""What lies well inside its interval, read as a normal difference, is found by no correction."""


@dataclass(frozen=True, eq=False)
class Tails:
    """Two aligned sets of cells whose differences may be tested.

    Attributes:
        measure: of both.
        states: of the first and of the second. deff: their design effects, a number for each cell.
        values: their estimates.
    """

    measure: Measure
    states: tuple[Mapping[str, Floats], Mapping[str, Floats]]
    deff: tuple[Floats, Floats]
    values: tuple[Floats, Floats]

    def exact(self, cells: Places) -> Floats:
        """P of some cells by inversion of the interval of their difference."""
        first, second = (value[cells] for value in self.values)
        return mover_p(*self._intervals(cells), first, second)

    def below(self, z: Floats, cells: Places) -> Flags:
        """Whether the p of some cells is at or below the two-sided level of their z."""
        first, second = (value[cells] for value in self.values)
        clear = clearance(*self._intervals(cells), first, second, z)
        return np.asarray(clear >= 0, dtype=np.bool_)

    def _intervals(self, cells: Places) -> tuple[IntervalAt, IntervalAt]:
        first, second = (
            interval_at(self.measure, {name: array[cells] for name, array in states.items()}, deff[cells])
            for states, deff in zip(self.states, self.deff, strict=True)
        )
        return first, second


def interval_at(measure: Measure, states: Mapping[str, Floats], deff: Floats) -> IntervalAt:
    """The interval of some cells as a function of z, which is what a p-value by inversion asks for."""

    def at(z: Floats) -> tuple[Floats, Floats]:
        estimates = measure.finalise(states, z=z, deff=deff)
        return estimates.low, estimates.high

    return at


Tail: TypeAlias = tuple[Tails | None, int]
"""What the p of a cell is found from, and its place there; None where its p is known already."""


def where_it_matters(cells: Sequence[Tail], p: Floats, *, tested: Flags, degrees: Floats, q: float) -> Floats:
    """The p-values of one family of tests: exact where a cell is found, and 1 where it is not, which changes nothing.

    Args:
        cells: of any number of questions.
        p: as if the differences were normal; exact for cells without `Tails`.
        tested: which of them belong to the family.
        degrees: of freedom with which their design effects were estimated.
        q: accepted share of false findings.

    Returns:
        One for each cell; those of cells without `Tails` as they were given, NaN where not tested.
    """
    questions: dict[int, tuple[Tails, list[int]]] = {}
    for number, (tails, _place) in enumerate(cells):
        if tails is not None and tested[number]:
            questions.setdefault(id(tails), (tails, []))[1].append(number)
    places = np.array([place for _tails, place in cells], dtype=np.intp)

    def below(z: Floats, asked: Flags) -> Flags:
        found = np.asarray(p <= two_sided_normal(z), dtype=np.bool_)
        for tails, numbers in questions.values():
            wanted = np.array([number for number in numbers if asked[number]], dtype=np.intp)
            if wanted.size:
                found[wanted] = tails.below(z[wanted], places[wanted])
        return found

    found = reach(tested & (p <= SURELY_CHANCE), int(tested.sum()), below, q=q, degrees=degrees)
    exact = np.where(tested, p, np.nan)
    for tails, numbers in questions.values():
        wanted = np.array([number for number in numbers if found[number]], dtype=np.intp)
        exact[numbers] = 1.0
        if wanted.size:
            exact[wanted] = tails.exact(places[wanted])
    return exact
