"""Consistency of levels L: how far the channels' scores differ beyond sampling noise, as they are.

The index is 100 when the true NPS of all channels is equal and 0 when they spread by the reference spread (30 points)
or more. Sampling noise is taken out, so small channels do not look inconsistent (methods: consistency 4.1). Case mix is
not: where loyal customers prefer one channel, that alone lowers it. `consistency` takes it out where the data allow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

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


class Levels(NamedTuple):
    """Channel scores (points), their variances, traffic weights and answers, (cells, channels); NaN = left out."""

    score: Floats
    variance: Floats
    weight: Floats
    n: Floats


def measure_levels(groups: Floats, contacts: Floats, deff: Any) -> Levels:
    """The levels that may be compared: channels with at least 30 effective answers.

    Args:
        groups: detractors, passives and promoters, shape (3, cells, channels).
        contacts: of each channel, its weight; where none are known every channel counts the same.
        deff: design effect, scalar or (cells,).
    """
    n = groups.sum(axis=0)
    effect = np.broadcast_to(np.asarray(deff, dtype=float), n.shape[:1])[:, None]
    usable = n / effect >= MINIMUM_EFFECTIVE
    y = np.where(usable, 100.0 * nps_value(*groups), np.nan)
    v = np.where(usable, smoothed_nps_variance(*groups) * effect, np.nan)
    return Levels(y, v, traffic_weights(contacts, usable), np.where(usable, n, 0.0))


def traffic_weights(contacts: Floats, usable: Any) -> Floats:
    """Contacts of the channels that may be compared, 0 for the others; 1 each where nobody counted contacts."""
    known = np.nansum(np.where(usable, contacts, 0.0), axis=-1, keepdims=True) > 0
    return np.where(usable, np.where(known, np.nan_to_num(contacts), 1.0), 0.0)


def finalise(states: Mapping[str, Floats], *, z: Any, deff: Any) -> Estimates:
    """Level index L, 0 … 100, from states of shape (cells, channels).

    Channels with fewer than 30 effective answers are left out; fewer than two channels: no value. The interval is the
    95 % one whatever `z` asks for. `extra`: `spread` (points), `p` of equality, `channels`.
    """
    groups = np.stack([sum_of(states, names) for names in (DETRACTORS, PASSIVES, PROMOTERS)])
    levels = measure_levels(groups, states[TRAFFIC.name], deff)
    usable = ~np.isnan(levels.score)
    enough = usable.sum(axis=-1) >= 2
    spread = level_spread(levels.score, levels.variance, levels.weight, reference_spread=REFERENCE_SPREAD)

    def shown(array: Floats) -> Floats:
        return np.where(enough, array, np.nan)

    counted = levels.n.sum(axis=-1)
    low, high = shown(spread.index_low), shown(spread.index_high)
    extra = {"spread": shown(spread.delta), "p": shown(spread.p), "channels": usable.sum(axis=-1).astype(float)}
    return Estimates(
        value=shown(spread.index),
        low=low,
        high=high,
        n=counted,
        n_eff=counted / np.asarray(deff, dtype=float),
        variance=recovered_error(low, high) ** 2,
        largest=np.zeros(counted.shape),
        extra=extra,
    )


LEVELS = Measure(
    "scores",
    (*HISTOGRAM, TRANSACTIONAL),
    finalise,
    inner="channel",
    companion=("contacts", TRAFFIC),
    noise_of=MEASURE,
    fixed_z=True,
)

METRIC = Metric(
    key="level_consistency",
    label=N_("Consistency of levels"),
    description=N_(
        "100 when every channel is equally good, 0 when the NPS of channels spreads by 30 points or more; sampling "
        "noise is taken out. Case mix is not removed: where loyal customers prefer one channel, that alone lowers it."
    ),
    counted=N_("answers"),
    formula="100 · max(0, 1 − δ/30), δ² = traffic-weighted variance of channel NPS − sampling noise; "
    "95 % noncentral χ² interval",
    unit="index",
    decimals=0,
    higher_is_better=True,
    sources=("Hedges 1983", "Steiger & Fouladi 1997", "Patnaik 1949"),
    computation=LEVELS,
)
