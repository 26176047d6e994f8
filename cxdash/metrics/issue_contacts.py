"""Contacts per issue: how often customer and company had to speak until a matter was over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cxdash.language import N_
from cxdash.measures import Estimates, Floats, Measure, State, total
from cxdash.metrics.facts.issues import FOLLOWED_DAYS, ISSUES_OPENED
from cxdash.metrics.metric import Metric
from cxdash.statistics.arrays import divide
from cxdash.statistics.intervals import mean_interval, mean_variance

CONTACTS = State("issue_contacts", lambda r: total(r.contacts))
SQUARES = State("issue_contacts_squared", lambda r: total(r.contacts * r.contacts))


def finalise(states: Mapping[str, Floats], *, z: Any, deff: Any) -> Estimates:
    """Mean number of contacts of an issue in its first 14 days, never below one."""
    n, sum_, squares = states[ISSUES_OPENED.name], states[CONTACTS.name], states[SQUARES.name]
    mean, low, high = mean_interval(n, sum_, squares, deff=deff, z=z)
    spread = mean_variance(n, sum_, squares)[1]
    return Estimates(
        value=mean,
        low=np.maximum(low, np.minimum(1.0, mean)),
        high=high,
        n=n,
        n_eff=n / deff,
        variance=divide(spread, n),
        # without any spread every issue took as many contacts as every other
        largest=np.where(n * squares == sum_ * sum_, n, 0.0),
    )


METRIC = Metric(
    key="issue_contacts",
    label=N_("Contacts per issue"),
    description=N_(
        "How many contacts an issue took on average in its first 14 days, call-backs of the company included, whatever "
        "the channels."
    ),
    counted=N_("issues"),
    formula="contacts of issues within 14 days of the first / issues; 95 % t interval",
    unit="scale",
    decimals=2,
    higher_is_better=False,
    sources=("Student 1908",),
    minimum_effect=0.05,
    computation=Measure(
        "issues",
        (ISSUES_OPENED, CONTACTS, SQUARES),
        finalise,
        clustered=ISSUES_OPENED.name,
        maturity=FOLLOWED_DAYS,
    ),
)
