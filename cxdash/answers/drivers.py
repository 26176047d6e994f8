"""Which touchpoints the overall score hangs on: importance from the ratings and the score of the same questionnaire.

Not everybody experiences every touchpoint, so correlations are of those who rated both of a pair. Weights, their errors
and what may be read from them are `statistics.drivers` and `driver_reading` (methods: section 6). Importance is
association, not effect.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl

from cxdash.answers.ask import usable_period
from cxdash.answers.kept import kept
from cxdash.answers.rated import Forms, Tally, forms_of, rated_rows, tally
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.measures import Floats
from cxdash.metrics.catalogue import find_metric
from cxdash.periods import Period
from cxdash.selection import EVERYTHING, Filters, Policy, Selection
from cxdash.statistics import driver_reading as reading
from cxdash.statistics.arrays import Flags, divide
from cxdash.statistics.discoveries import benjamini_hochberg
from cxdash.statistics.distributions import two_sided_t
from cxdash.statistics.drivers import FEWEST_CUSTOMERS, bucketed_weights, lmg, pairwise_correlations, weight_intervals

OUTCOMES = ("nps", "csat", "ces")
"""Surveys whose score may be the whole that touchpoints are parts of; the first with enough answers is taken."""

Q = 0.10
"""Accepted share of false ones among the touchpoints said to matter more than others."""

MOST_BY_LMG = 10
"""Touchpoints up to which LMG is computed as a check: it solves 2^p systems."""

NO_EFFECT = 0.05
"""Level of the test whether a touchpoint adds anything to the others."""

Reason = Literal["", "nothing rated", "too few answers", "one touchpoint", "alike"]
"""Why there are no weights: no rating; no two touchpoints rated by a hundred; one only; ratings or scores all alike."""


@dataclass(frozen=True)
class Driver:
    """One touchpoint and what it means for the overall score; shares and limits 0 … 1.

    Attributes:
        weight: its part of R². share: that as a share of what all touchpoints explain. low, high: 95 % limits of share.
        correlation: with the overall score; importance has no sign of its own.
        performance: mean rating as a share of the way along its scale.
        rated: how many rated it. reach: their share of all who were asked about touchpoints.
        leads: it matters more than touchpoints do on average, beyond noise (corrected for all of them).
        own: it adds to the others beyond noise; a weight above zero does not show that.
        priority: importance × distance from the top of the scale × reach: where to act first.
    """

    touchpoint: str
    weight: float
    share: float
    low: float
    high: float
    correlation: float
    performance: float
    rated: int
    reach: float
    leads: bool
    own: bool
    priority: float


@dataclass(frozen=True)
class Importance:
    """The touchpoints, most important first, and how far that may be trusted.

    Attributes:
        survey: whose score is the outcome, as it was answered (recommendation 0 to 10, not the class it falls in).
        answers: scored questionnaires that asked about touchpoints.
        left_out: touchpoints too few rated, or rated the same by all, and how many rated them.
        fewest: answers behind the thinnest pair of touchpoints used.
        r2: how much of the outcome's variance the touchpoints explain together.
        rankable: whether that is enough to rank at all.
        alike: some are rated so much alike that their shares cannot be told apart well.
        gaps: more than a fifth of the ratings is missing, so that pairs are of different customers.
        lmg_apart: how far LMG, the other way of sharing R², differs at most, as a share of it; None beyond ten
            touchpoints.
        complete: how many rated every touchpoint used. disagreement: how far importance from those alone differs at
            most, as a share of R²; None where they are fewer than a hundred.
        surer: pairs of touchpoints of which the first matters clearly more than the second, corrected for all pairs.
        reason: why there are no drivers.
    """

    survey: str
    period: Period
    answers: int
    drivers: tuple[Driver, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    fewest: int = 0
    r2: float = 0.0
    rankable: bool = False
    alike: bool = False
    gaps: bool = False
    lmg_apart: float | None = None
    complete: int = 0
    disagreement: float | None = None
    surer: frozenset[tuple[str, str]] = frozenset()
    reason: Reason = ""


def importance(edition: Edition, selection: Selection, policy: Policy = EVERYTHING) -> Importance:
    """The importance of every touchpoint for the overall score within a selection.

    Args:
        edition: published data with touchpoint ratings.
        selection: days and filters; a filter by touchpoint is left aside, because a part needs the others beside it.
        policy: row filter of the person who asks.

    Raises:
        SelectionError: no touchpoint ratings in the edition, a filter they do not know, days outside the data.
    """
    filters = tuple(f for f in policy.narrow(selection.filters) if f[0] != "touchpoint")
    record = edition.manifest.facts.get("ratings")
    if record is None:
        raise SelectionError(
            "This edition has no touchpoint ratings.",
            known="They need the tables touchpoint_ratings and responses.",
            action="Connect them in config/warehouse.yaml; “cxdash doctor” shows what is missing.",
        )
    for dim, _values in filters:
        if dim not in record.dimensions:
            raise SelectionError(
                f"Touchpoint ratings cannot be cut by {dim}.",
                known=f"They can be cut by {', '.join(record.dimensions)}.",
                action=f"Leave {dim} out of this question.",
            )
    return _importance(
        edition, usable_period(edition, find_metric("touchpoint_satisfaction"), selection.period), filters
    )


@kept(256)
def _importance(edition: Edition, period: Period, filters: Filters) -> Importance:
    return weigh(rated_rows(edition, period, filters), period)


def weigh(rows: pl.DataFrame, period: Period) -> Importance:
    """The importance of touchpoints from rating rows (`rated.COLUMNS`) in any order; `period` is what they are of."""
    asked = dict(rows.group_by("survey").agg(pl.col("response_id").n_unique()).iter_rows())
    enough = [survey for survey in OUTCOMES if asked.get(survey, 0) >= FEWEST_CUSTOMERS]
    survey = enough[0] if enough else max(OUTCOMES, key=lambda name: asked.get(name, 0))
    found = Importance(survey, period, asked.get(survey, 0))
    forms = forms_of(rows, survey)
    if not forms.touchpoints:
        return replace(found, reason="nothing rated")
    everybody = tally(forms)
    together = everybody.whole[0]
    spread = ~np.isnan(np.diagonal(pairwise_correlations(*everybody.whole)))[1:]
    usable = reading.rated_together(np.where(np.outer([True, *spread], [True, *spread]), together, 0))
    named = [(name, int(n)) for name, n in zip(forms.touchpoints, together[0, 1:], strict=True)]
    found = replace(found, left_out=tuple(one for one, used in zip(named, usable, strict=True) if not used))
    if usable.sum() < 2:
        return replace(found, reason="one touchpoint" if len(named) == 1 else "too few answers")
    names = tuple(name for (name, _n), used in zip(named, usable, strict=True) if used)
    used = np.array([0, *(1 + np.flatnonzero(usable))])
    state = everybody.of(used)
    return _with_second_opinions(_weighed(state, names, forms.steps, found), state, forms)


def _weighed(state: Tally, names: tuple[str, ...], steps: int, found: Importance) -> Importance:
    """With the weights of touchpoints that enough customers rated together, and what may be said of them."""
    n, sums, _squares, _cross = state.whole
    r = pairwise_correlations(*state.whole)
    replicates = reading.pairwise_weights(*state.parts)
    weights = weight_intervals(*replicates)
    if np.isnan(weights.weight).any():
        return replace(found, reason="alike")
    rated = n[0, 1:]
    performance = np.diagonal(sums)[1:] / (rated * steps)
    reached = reading.reach(rated, found.answers)
    leads = benjamini_hochberg(reading.above_average(*replicates).p) <= Q
    own = reading.slopes(r[1:, 1:], r[1:, 0], reading.effective_size(n)).p < NO_EFFECT
    above = weights.share > 1 / len(names)
    urgency = reading.priority(weights.share, performance, reached)
    columns = (
        weights.weight, weights.share, weights.share_low, weights.share_high, r[1:, 0], performance, rated, reached,
        leads & above, own, urgency,
    )  # fmt: skip
    drivers = (Driver(name, *numbers) for name, *numbers in zip(names, *(c.tolist() for c in columns), strict=True))
    surer = np.argwhere(_surer(replicates))
    return replace(
        found,
        drivers=tuple(sorted(drivers, key=lambda one: -one.weight)),
        fewest=int(n.min()),
        r2=float(weights.r2),
        rankable=bool(reading.rankable(weights.r2)),
        alike=bool(reading.nearly_copies(r[1:, 1:])),
        gaps=bool(reading.mostly_missing(rated, found.answers)),
        surer=frozenset((names[i], names[j]) for i, j in surer.tolist()),
    )


def _surer(replicates: reading.PairwiseWeights) -> Flags:
    """Which touchpoint (row) matters clearly more than which (column), corrected for all pairs."""
    found = reading.weight_differences(*replicates)
    above = np.triu(np.ones(found.diff.shape, dtype=np.bool_), 1)
    p = two_sided_t(divide(found.diff, found.se), replicates.occupied.sum() - 1.0)
    adjusted = np.ones(found.diff.shape)
    adjusted[above] = benjamini_hochberg(p[above])
    return np.asarray((found.low > 0) & (np.minimum(adjusted, adjusted.T) <= Q), dtype=np.bool_)


def _with_second_opinions(found: Importance, state: Tally, forms: Forms) -> Importance:
    """The same by another rule of sharing, and from those alone who rated everything (methods: 6.2, 6.5)."""
    names = tuple(one.touchpoint for one in found.drivers)
    if not names:
        return found
    weight = {one.touchpoint: one.weight for one in found.drivers}
    lmg_apart = None
    if len(names) <= MOST_BY_LMG:
        r = pairwise_correlations(*state.whole)
        lmg_apart = _apart(lmg(r[1:, 1:], r[1:, 0]), [weight[name] for name in sorted(names)])
    complete = tally(forms.of(names, complete=True))
    sums = np.diagonal(complete.sums, axis1=-2, axis2=-1)
    listwise = bucketed_weights(complete.n[:, 0, 0], sums, complete.cross).weight
    return replace(
        found,
        lmg_apart=lmg_apart,
        complete=int(complete.n[:, 0, 0].sum()),
        disagreement=_apart(listwise, [weight[name] for name in names]),
    )


def _apart(other: Floats, ours: list[float]) -> float | None:
    apart = float(reading.disagreement(other, ours))
    return None if np.isnan(apart) else apart
