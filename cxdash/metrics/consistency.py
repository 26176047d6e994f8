"""Cross-channel consistency, level part: how far channel scores differ beyond sampling noise.

The index is 100 when the true NPS of all channels is equal and 0 when they spread by the reference spread (30 points)
or more. Sampling noise is taken out, so small channels do not look inconsistent (methods: consistency 4.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cxdash.language import N_
from cxdash.measures import Estimates, Floats, Measure, State, count_if
from cxdash.metrics.metric import Metric
from cxdash.metrics.nps import DETRACTORS, HISTOGRAM, MEASURE, PASSIVES, PROMOTERS, TRANSACTIONAL
from cxdash.metrics.shares import sum_of
from cxdash.statistics.consistency import level_spread, smoothed_nps_variance
from cxdash.statistics.intervals import nps_value, recovered_error

TRAFFIC = State("contacts", lambda r: count_if(r.contact_id.is_not(None)))

REFERENCE_SPREAD = 30.0
"""NPS points: 0.4 within-channel standard deviations, "large" in Cohen's f (methods: 4.1)."""

MINIMUM_EFFECTIVE = 30.0


def finalise(states: Mapping[str, Floats], *, z: Any, deff: Any) -> Estimates:
    """Level index L, 0 … 100, from states of shape (cells, channels).

    `contacts` gives the traffic weight of each channel; where no contacts are known every channel counts the same.
    Channels with fewer than 30 effective answers are left out; fewer than two channels: no value. The interval is the
    95 % one whatever `z` asks for. `extra`: `spread` (points), `p` of equality, `channels`.
    """
    d, m, p = sum_of(states, DETRACTORS), sum_of(states, PASSIVES), sum_of(states, PROMOTERS)
    n = d + m + p
    deff = np.broadcast_to(np.asarray(deff, dtype=float), n.shape[:1])[:, None]
    usable = n / deff >= MINIMUM_EFFECTIVE
    enough = usable.sum(axis=-1) >= 2
    y = np.where(usable, 100.0 * nps_value(d, m, p), np.nan)
    v = np.where(usable, smoothed_nps_variance(d, m, p) * deff, np.nan)
    traffic = states["contacts"]
    known = np.nansum(np.where(usable, traffic, 0.0), axis=-1, keepdims=True) > 0
    weights = np.where(usable, np.where(known, np.nan_to_num(traffic), 1.0), 0.0)
    spread = level_spread(y, v, weights, reference_spread=REFERENCE_SPREAD)

    def shown(array: Floats) -> Floats:
        return np.where(enough, array, np.nan)

    counted = np.where(usable, n, 0.0).sum(axis=-1)
    low, high = shown(spread.index_low), shown(spread.index_high)
    extra = {"spread": shown(spread.delta), "p": shown(spread.p), "channels": usable.sum(axis=-1).astype(float)}
    return Estimates(
        value=shown(spread.index),
        low=low,
        high=high,
        n=counted,
        n_eff=np.where(usable, n / deff, 0.0).sum(axis=-1),
        variance=recovered_error(low, high) ** 2,
        largest=np.zeros(counted.shape),
        extra=extra,
    )


METRIC = Metric(
    key="consistency",
    label=N_("Channel consistency"),
    description=N_(
        "100 when every channel is equally good, 0 when the NPS of channels spreads by 30 points or more; sampling "
        "noise is taken out. Case mix is not removed, and hand-overs between channels are not part of it yet."
    ),
    counted=N_("answers"),
    formula="100 · max(0, 1 − δ/30), δ² = traffic-weighted variance of channel NPS − sampling noise; "
    "95 % noncentral χ² interval",
    unit="index",
    decimals=0,
    higher_is_better=True,
    sources=("Hedges 1983", "Steiger & Fouladi 1997", "Patnaik 1949"),
    computation=Measure(
        "scores",
        (*HISTOGRAM, TRANSACTIONAL),
        finalise,
        inner="channel",
        companion=("contacts", TRAFFIC),
        noise_of=MEASURE,
        fixed_z=True,
    ),
)
