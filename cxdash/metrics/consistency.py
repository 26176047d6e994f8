"""Cross-channel consistency: half how equal the channels are, half how well issues move between them.

Levels say whether the service is equally good in every channel, once noise and, where the data allow, case mix are
taken out; handoffs say whether an issue goes on where it moved to or starts again. Neither replaces the other, so
where one is missing there is no index (methods: consistency 4.5).
"""

from __future__ import annotations

from cxdash.language import N_
from cxdash.metrics.facts.rating_pairs import RATING_PAIRS
from cxdash.metrics.level_consistency import LEVELS
from cxdash.metrics.metric import ConsistencyIndex, Metric

METRIC = Metric(
    key="consistency",
    label=N_("Channel consistency"),
    description=N_(
        "100 when every channel is equally good and every issue that moves to another channel goes on there. Half is "
        "how far the NPS of channels spreads beyond noise, with case mix removed where the data allow; half is the "
        "share of handoffs without a break. Without one of the two there is no index."
    ),
    counted=N_("ratings and handoffs"),
    formula="½ L + ½ H; L = 100 · max(0, 1 − δ/30), δ² = traffic-weighted variance of channel NPS − sampling noise, "
    "from at least 300 pairs of ratings by one customer in two channels within 90 days, else with the same segment "
    "shares in every channel, else as they are; H = seamless / all handoffs; 95 % interval by leaving out one of 32 "
    "groups of customers at a time, and no narrower than from the intervals of both halves",
    unit="index",
    decimals=0,
    higher_is_better=True,
    sources=("Hedges 1983", "Steiger & Fouladi 1997", "Kott 2001"),
    computation=ConsistencyIndex(LEVELS, RATING_PAIRS.name, "handoff_continuity"),
    minimum_of=N_("ratings, pairs of ratings or handoffs"),
    version=2,
)
