"""Seamless handoffs: when an issue moves to another channel, does it go on there, or does it start again?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cxdash.language import N_
from cxdash.measures import Estimates, Floats, Measure
from cxdash.metrics.facts.handoffs import (
    ASKED,
    ASKED_KNOWN,
    CAME_AGAIN,
    HANDOFFS,
    MATURITY_DAYS,
    SEAMLESS,
    VERIFIED,
    VERIFIED_KNOWN,
)
from cxdash.metrics.metric import Metric
from cxdash.metrics.shares import share_estimates
from cxdash.statistics.arrays import divide
from cxdash.statistics.handoff import broken_legs


def finalise(states: Mapping[str, Floats], *, z: Any, deff: Any) -> Estimates:
    """Share of handoffs that were seamless.

    `extra`: `came_again` and `verified_again` as shares of all handoffs, `asked_again` of those where it is known;
    `verified_known` and `asked_known`, of which share it is.
    """
    n = states[HANDOFFS.name]
    legs = broken_legs(n, states[CAME_AGAIN.name], states[VERIFIED.name], states[ASKED.name], states[ASKED_KNOWN.name])
    return replace(
        share_estimates(states[SEAMLESS.name], n, z=z, deff=deff),
        extra={
            "came_again": legs.repeated,
            "verified_again": legs.identified_again,
            "asked_again": legs.said_repeated,
            "asked_known": legs.asked,
            "verified_known": divide(states[VERIFIED_KNOWN.name], n),
        },
    )


METRIC = Metric(
    key="handoff_continuity",
    label=N_("Seamless handoffs"),
    description=N_(
        "Share of issues' moves from one channel to another after which the customer neither made contact again within "
        "7 days, nor was identified again, nor said that the story had to be told again. Where the last was not asked "
        "it is not held against the handoff."
    ),
    counted=N_("handoffs"),
    formula="handoffs without further contact within 7 days, second identification or story told again / handoffs "
    "(two consecutive contacts on one issue, at most 7 days apart, in different channels), on the first contact's day; "
    "95 % Wilson interval",
    unit="percent",
    decimals=1,
    higher_is_better=True,
    sources=("Wilson 1927",),
    computation=Measure(
        "handoffs",
        (HANDOFFS, SEAMLESS, CAME_AGAIN, VERIFIED, VERIFIED_KNOWN, ASKED, ASKED_KNOWN),
        finalise,
        clustered=HANDOFFS.name,
        maturity=MATURITY_DAYS,
    ),
)
