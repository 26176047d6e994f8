"""Why handoffs went wrong, each reason with its own share; and what a step took and left behind.

The first three reasons are the definition of a broken handoff, the others are not: they say what it was like. Each is
a share of those handoffs where it is known, so that "not recorded" is never read as "did not happen". They are parts
of the story of one metric, seamless handoffs, and not metrics of the company: no page but its own asks for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cxdash.language import N_
from cxdash.measures import Estimates, Finalise, Floats, Measure, State
from cxdash.metrics.facts import handoffs as fact
from cxdash.metrics.metric import Metric, Unit
from cxdash.metrics.shares import share, share_estimates
from cxdash.statistics.arrays import divide
from cxdash.statistics.intervals import nps_score_interval, nps_value, nps_variance


@dataclass(frozen=True)
class Reason:
    """One thing that goes wrong at handoffs. `breaks`: whether it makes a handoff broken."""

    metric: Metric
    breaks: bool


def _part(
    key: str,
    label: str,
    description: str,
    counted: str,
    states: tuple[State, ...],
    finalise: Finalise,
    *,
    unit: Unit = "percent",
    higher_is_better: bool = False,
) -> Metric:
    return Metric(
        key=key,
        label=label,
        description=description,
        counted=counted,
        formula=description,
        unit=unit,
        decimals=0 if unit == "points" else 1,
        higher_is_better=higher_is_better,
        sources=("Wilson 1927",),
        computation=Measure("handoffs", states, finalise, clustered=states[0].name, maturity=fact.MATURITY_DAYS),
    )


def _reason(
    key: str, label: str, description: str, counted: str, happened: State, known: State, *, breaks: bool
) -> Reason:
    return Reason(
        _part(key, label, description, counted, (known, happened), share((happened.name,), (known.name,))), breaks
    )


def _broken(states: Mapping[str, Floats], *, z: Any, deff: Any) -> Estimates:
    """The complement of the seamless ones."""
    n = states[fact.HANDOFFS.name]
    return share_estimates(n - states[fact.SEAMLESS.name], n, z=z, deff=deff)


def _nps(states: Mapping[str, Floats], *, z: Any, deff: Any) -> Estimates:
    """NPS of the answers after second contacts."""
    n, p, d = (states[state.name] for state in (fact.NPS_ANSWERS, fact.NPS_PROMOTERS, fact.NPS_DETRACTORS))
    low, high = nps_score_interval(d / deff, (n - p - d) / deff, p / deff, z=z)
    return Estimates(
        value=nps_value(d, n - p - d, p),
        low=low,
        high=high,
        n=n,
        n_eff=n / deff,
        variance=divide(nps_variance(d, n - p - d, p), n),
        largest=np.maximum(np.maximum(p, d), n - p - d),
    )


BROKEN = _part(
    "handoffs_broken",
    N_("Broken handoffs"),
    N_("The customer made contact again within 7 days, was identified again, or told the story again."),
    N_("handoffs"),
    (fact.HANDOFFS, fact.SEAMLESS),
    _broken,
)
"""What seamless handoffs leave to a hundred."""

REASONS: tuple[Reason, ...] = (
    _reason(
        "asked_again",
        N_("Told again"),
        N_("The customer said that the story had to be told again."),
        N_("handoffs where it was asked"),
        fact.ASKED,
        fact.ASKED_KNOWN,
        breaks=True,
    ),
    _reason(
        "verified_again",
        N_("Identified again"),
        N_("The customer was identified a second time."),
        N_("handoffs where it was recorded"),
        fact.VERIFIED,
        fact.VERIFIED_KNOWN,
        breaks=True,
    ),
    _reason(
        "came_again",
        N_("Came again"),
        N_("The customer made contact about it once more within 7 days of the handoff."),
        N_("handoffs"),
        fact.CAME_AGAIN,
        fact.HANDOFFS,
        breaks=True,
    ),
    _reason(
        "no_context",
        N_("No context"),
        N_("Nothing of what went before was attached to the second contact."),
        N_("handoffs where it was recorded"),
        fact.NO_CONTEXT,
        fact.CONTEXT_KNOWN,
        breaks=False,
    ),
    _reason(
        "bounced",
        N_("Sent back"),
        N_("The next contact after the handoff, within 7 days, was in the first channel again."),
        N_("handoffs"),
        fact.BOUNCED,
        fact.HANDOFFS,
        breaks=False,
    ),
    _reason(
        "waited",
        N_("Long wait"),
        N_("The wait was at least twice the second channel's median wait of that month."),
        N_("handoffs into a queue"),
        fact.WAITED,
        fact.WAIT_KNOWN,
        breaks=False,
    ),
    _reason(
        "came_first",
        N_("Came before the answer"),
        N_("An answer had been promised, and the customer made contact before it was due."),
        N_("handoffs with a promise open"),
        fact.CAME_FIRST,
        fact.PROMISED,
        breaks=False,
    ),
)
"""Those that make a handoff broken first."""

GAP = _part(
    "handoff_gap",
    N_("Time between the contacts"),
    N_("Median time from the beginning of one contact to the beginning of the next on the same issue."),
    N_("pairs of contacts"),
    fact.GAPS,
    fact.TIMES.finish_median("gap_bin"),
    unit="seconds",
)

CSAT_AFTER = _part(
    "handoff_csat",
    N_("CSAT after the second contact"),
    N_("Share of answers 4 or 5 of 5 given about the second contact."),
    N_("answers"),
    (fact.CSAT_ANSWERS, fact.CSAT_SATISFIED),
    share((fact.CSAT_SATISFIED.name,), (fact.CSAT_ANSWERS.name,)),
    higher_is_better=True,
)

NPS_AFTER = _part(
    "handoff_nps",
    N_("NPS after the second contact"),
    N_("Promoters minus detractors among the answers given about the second contact."),
    N_("answers"),
    (fact.NPS_ANSWERS, fact.NPS_PROMOTERS, fact.NPS_DETRACTORS),
    _nps,
    unit="points",
    higher_is_better=True,
)
