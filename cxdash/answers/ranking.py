"""Which dimension tells most about a change? They are views of one and the same change, ranked, never added up.

Any dimension splits a change exactly, so adding up says nothing about which one explains it, and a segment that holds
nine tenths of the answers holds nine tenths of any change. What tells is a segment that did more than its share: its
*pull*, against all segments having moved alike. Every pull of every dimension is tested together (Benjamini–Hochberg,
as the scan of changes does); dimensions are ranked by their largest pull beyond noise. A dimension whose segments all
moved against the whole comes first, because without it the change is misread.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxdash.answers.cells import held
from cxdash.answers.changes import Q
from cxdash.answers.decompose import decompose
from cxdash.answers.decomposition import Decomposition, Effect
from cxdash.answers.segments import ROWS_AT_ONCE
from cxdash.answers.weights import COUNTED, weight_of
from cxdash.edition import Edition
from cxdash.errors import CxdashError
from cxdash.measures import Measure
from cxdash.metrics.catalogue import find_metric
from cxdash.metrics.facts import FACTS
from cxdash.selection import EVERYTHING, Policy, Selection
from cxdash.statistics.discoveries import benjamini_hochberg


@dataclass(frozen=True)
class Cut:
    """A change cut by one dimension. `clear`: segments whose pull is beyond noise, corrected for all that were tested.

    Errors are those of answers taken as independent (`decompose`, quick).
    """

    found: Decomposition
    clear: frozenset[str]

    @property
    def top(self) -> Effect | None:
        """The segment with the largest pull: of the clear ones, else of those there were enough answers for."""
        able = [e for e in self.found.effects if e.value in self.clear]
        able = able or [e for e in self.found.effects if e.named and e.reliable]
        return max(able, key=lambda effect: abs(effect.pull), default=None)


@dataclass(frozen=True)
class Ranking:
    """Cuts by every dimension, the most telling first.

    Attributes:
        unread: dimensions no grid keeps for this question, left out because their rows are too many to read in passing.
        tested: how many segments were tested together.
    """

    cuts: tuple[Cut, ...]
    unread: tuple[str, ...]
    tested: int

    def cut(self, dimension: str) -> Cut | None:
        """The cut by this dimension."""
        return next((cut for cut in self.cuts if cut.found.dimension == dimension), None)


def open_dimensions(edition: Edition, key: str, selection: Selection, policy: Policy = EVERYTHING) -> tuple[str, ...]:
    """Dimensions a metric's fact offers that are not already limited to one value."""
    measure = find_metric(key).computation
    if not isinstance(measure, Measure) or measure.fact not in edition.manifest.facts:
        return ()
    limited = {dim for dim, values in policy.narrow(selection.filters) if len(values) == 1}
    offered = edition.manifest.facts[measure.fact].dimensions
    return tuple(dim for dim, values in offered.items() if dim not in limited and len(values) > 1)


def rank_dimensions(
    edition: Edition, key: str, selection: Selection, policy: Policy = EVERYTHING, *, grids_only: bool = False
) -> Ranking:
    """Cut the change by every dimension and rank the cuts; raises for a metric that is no weighted average.

    `grids_only` leaves out whatever would have to be read from rows (all of money): for a sentence in passing.
    """
    if weight_of(find_metric(key)) != COUNTED and grids_only:
        return Ranking((), open_dimensions(edition, key, selection, policy), 0)
    found: list[Decomposition] = []
    unread: list[str] = []
    for dim in open_dimensions(edition, key, selection, policy):
        if not _readable(edition, key, dim, selection, policy, grids_only=grids_only):
            unread.append(dim)
            continue
        try:
            one = decompose(edition, key, selection, dim, policy, quick=True)
        except CxdashError:
            continue  # a filter or period this metric does not have: nothing to cut
        if one is not None and len(one.effects) > 1:
            found.append(one)
    tests = [(one, e) for one in found for e in one.effects if e.named and e.reliable]
    adjusted = benjamini_hochberg([e.pull_limits.p for _, e in tests]).tolist() if tests else []
    clear = {
        (one.dimension, e.value)
        for (one, e), p in zip(tests, adjusted, strict=True)
        if p <= Q and e.pull_limits.side != 0
    }
    cuts = [Cut(one, frozenset(value for dim, value in clear if dim == one.dimension)) for one in found]
    return Ranking(tuple(sorted(cuts, key=_standing)), tuple(unread), int(np.count_nonzero(~np.isnan(adjusted))))


def _readable(
    edition: Edition, key: str, dimension: str, selection: Selection, policy: Policy, *, grids_only: bool
) -> bool:
    measure = find_metric(key).computation
    assert isinstance(measure, Measure)
    filtered = [dim for dim, _ in policy.narrow(selection.filters)]
    if held(edition, measure.fact, (dimension, *filtered)):
        return True
    record = edition.manifest.facts[measure.fact]
    return not grids_only and (record.rows <= ROWS_AT_ONCE or FACTS[measure.fact].clock == "window")


def _standing(cut: Cut) -> tuple[bool, bool, float, str]:
    """Sorted first: a reversal, then a clear pull, then a large one."""
    top = cut.top
    return not cut.found.reversal, not cut.clear, -abs(top.pull) if top else 0.0, cut.found.dimension
