"""Customer effort score 2.0: the share that agrees the company made it easy (5–7 on 1–7), with the mean beside it.

The headline is the share, because the mean mixes mild and strong disagreement (methods: CES 2.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from cxdash.language import N_
from cxdash.measures import Estimates, Floats, Measure
from cxdash.metrics.facts.scores import histogram, transactional
from cxdash.metrics.metric import Metric
from cxdash.metrics.shares import share
from cxdash.statistics.arrays import divide

HISTOGRAM = histogram("ces", 1, 7)
TRANSACTIONAL = transactional("ces")
_easy = share(("ces_5", "ces_6", "ces_7"), tuple(state.name for state in HISTOGRAM))


def finalise(states: Mapping[str, Floats], *, z: Any, deff: Any) -> Estimates:
    """Share of 5–7 with Wilson interval; `extra["mean"]` is the mean answer on 1–7."""
    estimates = _easy(states, z=z, deff=deff)
    weighted = np.sum([score * states[f"ces_{score}"] for score in range(1, 8)], axis=0)
    return replace(estimates, extra={"mean": divide(weighted, estimates.n)})


METRIC = Metric(
    key="ces",
    label=N_("CES, found it easy"),
    description=N_("Share of answers 5 to 7 to “The company made it easy for me” on a scale of agreement from 1 to 7."),
    counted=N_("answers"),
    formula="answers 5–7 / answers 1–7; 95 % Wilson interval on answers divided by the design effect",
    unit="percent",
    decimals=1,
    higher_is_better=True,
    sources=("Wilson 1927",),
    computation=Measure("scores", (*HISTOGRAM, TRANSACTIONAL), finalise, clustered=TRANSACTIONAL.name),
)
