"""Resolution time of issues: from the first contact to the end of the one that settled it, whatever the channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from cxdash.language import N_
from cxdash.measures import Estimates, Floats, Measure
from cxdash.metrics.facts.issues import FOLLOWED_DAYS, TIMES
from cxdash.metrics.metric import Metric

_STATES = TIMES.count("resolution_bin")
_median = TIMES.finish_median("resolution_bin")


def finalise(states: Mapping[str, Floats], *, z: Any, deff: Any) -> Estimates:
    """The time by which half of all issues were resolved; NaN where half were not within seven days.

    Issues that were not resolved within seven days stand in the last bin, beyond every time that is told. An upper
    limit that falls into it only says that it may have been that long.
    """
    found = _median(states, z=z, deff=deff)
    beyond = TIMES.edges[-1]

    def told(times: Floats) -> Floats:
        return np.where(times < beyond, times, np.nan)

    median = told(found.value)
    return replace(
        found,
        value=median,
        low=np.where(np.isnan(median), np.nan, found.low),
        high=np.where(np.isnan(median), np.nan, found.high),
        variance=np.where(np.isnan(median), np.nan, found.variance),
        extra={name: told(times) for name, times in found.extra.items()},
    )


METRIC = Metric(
    key="issue_resolution_time",
    label=N_("Time to resolution"),
    description=N_(
        "Time by which half of all issues were resolved, counted per issue and not per channel: from the first contact "
        "to the end of the one that settled it. Issues that were not resolved within 7 days count as longer."
    ),
    counted=N_("issues"),
    formula="median over all issues of: end of the last contact, if it resolved the issue, − start of the first "
    "contact; not resolved within 7 days = longer than any; contacts at most 7 days apart are one issue; interval of "
    "the median after Woodruff",
    unit="seconds",
    decimals=1,
    higher_is_better=False,
    sources=("Woodruff 1952",),
    minimum_effect=60.0,
    computation=Measure("issues", _STATES, finalise, clustered=_STATES[0].name, maturity=FOLLOWED_DAYS),
)
