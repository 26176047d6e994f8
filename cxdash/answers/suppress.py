"""Which cells may be shown: confidentiality with complementary suppression, and reliability (methods: section 10).

A small cell is hidden, and with it as many neighbours as it takes so that nobody can subtract it from a total that is
shown beside it or by another question: the same cells without one of their dimensions, or without their time buckets
(`cxdash.answers.totals` says which totals those are). Two questions whose *filters* differ are not played off against
each other here: that needs a lattice fixed beforehand or noise, and neither is a property of one answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxdash.answers.answer import HIDDEN, LOW_BASE, NO_DATA
from cxdash.measures import Estimates, Floats
from cxdash.statistics.arrays import Flags
from cxdash.statistics.suppression import complementary, confidential, exposed_groups, low_base, unanimous

MINIMUM_SHOWN = 5
UNANIMOUS_BELOW = 10


@dataclass(frozen=True)
class Totals:
    """Totals that cells add up to.

    Attributes:
        codes: for each cell, which total it is part of.
        covering: those of the totals that are hidden themselves, to cover another one.
    """

    codes: NDArray[np.int64]
    covering: frozenset[int] = frozenset()


def few_people(estimates: Estimates) -> Flags:
    """Cells that must be hidden for their own sake: fewer than 5, or fewer than 10 who all did the same."""
    n = np.nan_to_num(estimates.n)
    few = confidential(n, k=MINIMUM_SHOWN) | unanimous(estimates.largest, n, k=UNANIMOUS_BELOW)
    return np.asarray(few, dtype=np.bool_)


def hidden_cells(estimates: Estimates, totals: Sequence[Totals]) -> Flags:
    """Mask of cells that must not be shown.

    Args:
        estimates: the cells.
        totals: every way in which cells add up to totals that are or may be shown.

    In each total that is shown, what is hidden is at least two cells and five people, so that it does not follow by
    subtraction. A cell that is hidden only as cover, but is all there is of a total in another direction, is known
    from that total: it covers nothing, and another one is hidden in its place. Of a total that is hidden as cover
    itself, at least one cell is hidden, so that it cannot be added up. Where every cell of a total is hidden and one
    of too few people is all that is left of it, the total is that cell and hidden when it is asked for.
    """
    n = np.nan_to_num(estimates.n)
    hidden = few = few_people(estimates)
    if not few.any():
        return few
    known = np.zeros_like(few)
    while True:
        people = np.where(known, 0.0, n)
        hidden = _cover(hidden, people, totals)
        followed = known
        for one in totals:
            told = np.setdiff1d(exposed_groups(hidden, people, one.codes, k=MINIMUM_SHOWN), list(one.covering))
            # a cell that is all there is of a total of too few is hidden with it; of a larger one it is known
            _, place = np.unique(one.codes, return_inverse=True)
            shown = np.bincount(place, weights=n)[place] >= MINIMUM_SHOWN
            followed = followed | (hidden & (~few | shown) & np.isin(one.codes, told))
        if np.array_equal(followed, known):
            return hidden
        known = followed


def _cover(hidden: Flags, people: Floats, totals: Sequence[Totals]) -> Flags:
    """Hide cover in every direction, until what covers in one is covered in all."""
    while True:
        before = int(hidden.sum())
        for one in totals:
            hidden = _cover_totals(complementary(hidden, people, one.codes, k=MINIMUM_SHOWN), people, one)
        # the mask only grows, so this ends
        if int(hidden.sum()) == before:
            return hidden


def _cover_totals(hidden: Flags, people: Floats, totals: Totals) -> Flags:
    """Hide the smallest cell of every total that is hidden as cover and could be added up from what is shown."""
    larger = hidden.copy()
    for total in totals.covering:
        members = np.flatnonzero((totals.codes == total) & (people > 0))
        if members.size and not hidden[members].any():
            larger[members[np.argmin(people[members])]] = True
    return larger


def flags_of(estimates: Estimates, hidden: Flags, minimum_n: int) -> list[tuple[str, ...]]:
    """Flags per cell, in the order they matter."""
    empty = ~(np.nan_to_num(estimates.n) > 0)
    low = low_base(estimates.n_eff, k=minimum_n)
    # one word each: the first that applies
    words = np.select([hidden, empty, low], [1, 2, 3], 0)
    flags: tuple[tuple[str, ...], ...] = ((), (HIDDEN,), (NO_DATA,), (LOW_BASE,))
    return [flags[word] for word in words.tolist()]


def shown_numbers(array: Floats, hidden: Flags) -> list[float | None]:
    """The elements as floats, None where hidden or not finite: no NaN or infinity leaves the answers."""
    absent = hidden | ~np.isfinite(array)
    return [None if nothing else number for number, nothing in zip(array.tolist(), absent.tolist(), strict=True)]


def number(array: Floats, position: int, *, hidden: bool) -> float | None:
    """One element of the same."""
    value = float(array[position])
    return None if hidden or not np.isfinite(value) else value
