"""Net Promoter Score: promoters minus detractors, as a share of all answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cxdash.language import N_
from cxdash.measures import Estimates, Floats, Measure
from cxdash.metrics.facts.scores import histogram, transactional
from cxdash.metrics.metric import Metric
from cxdash.metrics.shares import sum_of
from cxdash.statistics.arrays import divide
from cxdash.statistics.intervals import nps_score_interval, nps_value, nps_variance

HISTOGRAM = histogram("nps", 0, 10)
DETRACTORS = tuple(f"nps_{score}" for score in range(7))
PASSIVES = ("nps_7", "nps_8")
PROMOTERS = ("nps_9", "nps_10")
TRANSACTIONAL = transactional("nps")


def finalise(states: Mapping[str, Floats], *, z: Any, deff: Any) -> Estimates:
    """NPS on the unit scale (−1 … 1) with Tango's score interval on counts divided by the design effect."""
    d, m, p = sum_of(states, DETRACTORS), sum_of(states, PASSIVES), sum_of(states, PROMOTERS)
    n = d + m + p
    low, high = nps_score_interval(d / deff, m / deff, p / deff, z=z)
    return Estimates(
        value=nps_value(d, m, p),
        low=low,
        high=high,
        n=n,
        n_eff=n / deff,
        variance=divide(nps_variance(d, m, p), n),
        largest=np.maximum(np.maximum(d, m), p),
    )


MEASURE = Measure("scores", (*HISTOGRAM, TRANSACTIONAL), finalise, clustered=TRANSACTIONAL.name)

METRIC = Metric(
    key="nps",
    label=N_("NPS"),
    description=N_(
        "Share of promoters (9–10) minus share of detractors (0–6) among answers to the question how likely the "
        "customer is to recommend us."
    ),
    counted=N_("answers"),
    formula="(promoters − detractors) / answers; 95 % score interval (Tango) on answers divided by the design effect",
    unit="points",
    decimals=0,
    higher_is_better=True,
    sources=("Tango 1998", "Rocks 2016", "Yang, Sun & Hardin 2013"),
    computation=MEASURE,
)
