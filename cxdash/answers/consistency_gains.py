"""What would raise consistency most: each channel's level, and each handoff, if it were like the rest.

Arithmetic, not a forecast: what the index would be. Named are only channels and pairs that are apart from the rest
beyond noise, corrected for having looked at all of them, and channels only where channels differ at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxdash.answers.answer import Question
from cxdash.answers.apart import Apart, against_rest
from cxdash.answers.ask import answer
from cxdash.answers.changes import Q, minimum_effect
from cxdash.answers.consistency import Parts, parts_of
from cxdash.answers.kept import kept
from cxdash.edition import UNKNOWN, Edition
from cxdash.errors import CxdashError
from cxdash.measures import BUCKETS
from cxdash.metrics.catalogue import find_metric
from cxdash.metrics.level_consistency import MINIMUM_EFFECTIVE, REFERENCE_SPREAD
from cxdash.selection import EVERYTHING, Policy, Selection
from cxdash.statistics.channel_gains import level_gaps
from cxdash.statistics.discoveries import scan_changes
from cxdash.statistics.distributions import Z95

HANDOFFS = "handoff_continuity"
ALPHA = 0.05
"""Below this p channels are said to differ."""


@dataclass(frozen=True)
class ChannelGap:
    """A channel's level against the traffic-weighted mean of the others, in the form of the levels that is taken.

    Attributes:
        gap, low, high: points. n: answers, or pairs it is part of.
        clear: apart beyond noise, corrected for all channels, and channels differ at all.
        gain: what L would be more with this channel at the mean of the others; may be negative.
    """

    channel: str
    gap: float
    low: float
    high: float
    n: int
    clear: bool
    gain: float


@dataclass(frozen=True)
class PairGain:
    """A pair of channels whose handoffs are less often seamless than all others, and what H would be more if not."""

    apart: Apart
    gain: float


@dataclass(frozen=True)
class Consistency:
    """Everything there is to say about the consistency of a selection.

    Attributes:
        parts: what the index is made of.
        channels: those compared, the best first.
        pairs: pairs of channels clearly less continuous than the others, the one that costs most first.
        looked_at: how many pairs could be judged.
    """

    parts: Parts
    channels: tuple[ChannelGap, ...]
    pairs: tuple[PairGain, ...]
    looked_at: int

    @property
    def differ(self) -> bool:
        """Whether the levels differ beyond noise, case mix removed where the data allow."""
        return bool(self.parts.levels.forms[self.parts.form].spread.p[0] < ALPHA)


@kept(64)
def _gaps(edition: Edition, selection: Selection, policy: Policy) -> tuple[ChannelGap, ...]:
    parts = parts_of(edition, selection, policy, answer)
    if not np.isfinite(parts.chosen.level[0]):
        return ()
    form, channels = parts.levels.forms[parts.form], parts.levels.channels
    found = level_gaps(form.score, form.covariance, form.weight, reference_spread=REFERENCE_SPREAD)
    gap, se, p, moved = (array[0] for array in found)
    low, high = gap - Z95 * se, gap + Z95 * se
    n = form.n[0] * (form.effective[0] / form.evidence[0] if form.evidence[0] else 0.0)
    named = np.array([channel != UNKNOWN for channel in channels])
    scan = scan_changes(
        gap,
        low,
        high,
        np.where(named, p, np.nan),
        n,
        minimum_effect(edition, find_metric("nps")),
        degrees=BUCKETS - 1.0,
        q=Q,
        minimum_n=MINIMUM_EFFECTIVE,
    )
    differ = bool(form.spread.p[0] < ALPHA)
    places = [int(place) for place in np.argsort(-np.nan_to_num(gap, nan=-np.inf)) if np.isfinite(gap[place])]
    return tuple(
        ChannelGap(
            channels[at],
            float(gap[at]),
            float(low[at]),
            float(high[at]),
            round(float(form.n[0, at])),
            bool(scan.found[at]) and differ,
            float(moved[at] - form.spread.index[0]),
        )
        for at in places
    )


def _pairs(edition: Edition, selection: Selection, policy: Policy, whole: float) -> tuple[tuple[PairGain, ...], int]:
    channels = dict(policy.narrow(selection.filters)).get("channel")
    within = selection if channels is None else selection.with_filter("origin", *channels)
    try:
        cells = against_rest(edition, Question(HANDOFFS, within, by=("origin", "channel")), policy)
    except CxdashError:
        return (), 0
    worse = [
        PairGain(one, 100.0 * one.rest.value - whole)
        for one in cells
        if one.clear and not one.good and one.rest.value is not None
    ]
    ranked = sorted(worse, key=lambda pair: -pair.gain)
    return tuple(ranked), sum(one.p is not None for one in cells)


def read_consistency(edition: Edition, selection: Selection, policy: Policy = EVERYTHING) -> Consistency:
    """The consistency of a selection with all that stands behind it.

    Raises:
        SelectionError: a period without data, or a filter that answers to surveys do not know.
    """
    parts = parts_of(edition, selection, policy, answer)
    pairs, looked_at = _pairs(edition, selection, policy, float(parts.handoffs.value[0]))
    return Consistency(parts, _gaps(edition, selection, policy), pairs, looked_at)
