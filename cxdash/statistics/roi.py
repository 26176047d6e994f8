"""What is experience worth? Revenue at risk, scenarios, and how far confounding could explain them away.

Everything rests on retention by NPS category, which is an association: tenure, price and past problems drive both, and
some answer *because* they are leaving. So scores must come before the risk window, rates are standardised to the base's
strata, crude and standardised are shown together, and the share assumed causal is a visible factor, never hidden.
The best evidence is an experiment or change on change within customers (`buckets.difference_in_differences`); nothing
here replaces it.

Source: VanderWeele & Ding 2017 (E-value); Rothman, Greenland & Lash 2008 (standardisation); Keiningham et al. 2007.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root, together
from cxdash.statistics.distributions import Z95
from cxdash.statistics.intervals import mean_variance

CAUSAL_BAND = (0.25, 0.5, 1.0)
"""Shares of the association assumed causal; every scenario is shown at all three."""


class Money(NamedTuple):
    """An amount with its standard error and normal 95 % limits, in the unit of the values given."""

    amount: Floats
    se: Floats
    low: Floats
    high: Floats


class StandardisedRate(NamedTuple):
    """A rate standardised to the base's strata, and its standard error."""

    rate: Floats
    se: Floats


class Move(NamedTuple):
    """A share of the base that moves from one category to another (indices on the category axis)."""

    origin: int
    target: int
    share: float


def revenue_per_customer(retained: Numbers, revenue: Numbers, squares: Numbers) -> tuple[Floats, Floats]:
    """What one retained customer brings, and the variance of that mean.

    Args:
        retained: customers retained.
        revenue: sum of their revenue over the horizon, minor units.
        squares: sum of its squares.

    Returns:
        (value, variance) for the functions below; value NaN where nobody was retained, variance NaN below two.
    """
    value, spread = mean_variance(retained, revenue, squares)
    return value, divide(spread, retained)


def revenue_at_risk(
    base: Numbers, retained: Numbers, n: Numbers, value: Numbers, *, value_variance: Numbers = 0.0
) -> Money:
    """Expected loss: sum over categories of customers x value x (1 - retention).

    Args:
        base: customers in each category, shape (cells, categories), last category promoters.
        retained: share retained, estimated from n.
        n: customers it was estimated from.
        value: revenue of one retained customer a year.
        value_variance: variance of that value, from `revenue_per_customer`; 0 takes it as known.

    Returns:
        Money over the last axis.
    """
    size, kept, many, each, unsure = together(base, retained, n, value, value_variance)
    lost = size * (1 - kept)
    return _money((lost * each).sum(axis=-1), size * each, kept, many, lost, unsure)


def excess_loss(
    base: Numbers, retained: Numbers, n: Numbers, value: Numbers, *, value_variance: Numbers = 0.0
) -> Money:
    """The part of it that would be kept if every category were retained like the last one (promoters).

    That is an amount to gain only if the association were wholly causal. Arguments as `revenue_at_risk`.
    """
    size, kept, many, each, unsure = together(base, retained, n, value, value_variance)
    worth, lacking = size * each, kept[..., -1:] - kept
    others = worth[..., :-1]
    gradient = np.concatenate([-others, others.sum(axis=-1, keepdims=True)], axis=-1)
    return _money((worth * lacking).sum(axis=-1), gradient, kept, many, size * lacking, unsure)


def one_notch_moves(points: float) -> tuple[Move, Move]:
    """The default way to gain so many points of NPS: half by detractors, half by passives, one notch each."""
    return Move(0, 1, points / 200), Move(1, 2, points / 200)


def single_moves(points: float) -> tuple[Move, Move, Move]:
    """Each way to gain them by one kind of move alone: detractor to passive, passive to promoter, all the way."""
    return Move(0, 1, points / 100), Move(1, 2, points / 100), Move(0, 2, points / 200)


def nps_gain(moves: Sequence[Move]) -> float:
    """The points of NPS that moves between detractor, passive and promoter (0, 1, 2) add."""
    return 100.0 * sum((move.target - move.origin) * move.share for move in moves)


def scenario(
    base: Numbers,
    moves: Sequence[Move],
    retained: Numbers,
    n: Numbers,
    value: Numbers,
    *,
    causal: Numbers = 1.0,
    value_variance: Numbers = 0.0,
) -> Money:
    """What it would be worth if shares of the base moved between categories.

    NPS alone does not say who moves, so the moves are declared. Movers gain the difference in retention, valued at the
    revenue of the category they come from (conservative).

    Args:
        base: customers in all, shape (cells,).
        moves: who moves where; a one-notch move of share s adds 100 s points of NPS, a two-notch move 200 s.
        retained: share retained in each category, shape (cells, categories).
        n: customers it was estimated from.
        value: revenue of one customer of each category a year.
        causal: share of the association assumed causal, 0..1, shape (cells,); shown as the band `CAUSAL_BAND`.
        value_variance: variance of the value, from `revenue_per_customer`; 0 takes it as known.
    """
    kept, many, worth, unsure = together(retained, n, value, value_variance)
    size = floats(base) * floats(causal)
    size, gradient = np.broadcast_arrays(size[..., None], kept)
    gradient, per_value = np.zeros(gradient.shape), np.zeros(gradient.shape)
    for origin, target, share in moves:
        moving = size[..., 0] * share
        gradient[..., target] += moving * worth[..., origin]
        gradient[..., origin] -= moving * worth[..., origin]
        per_value[..., origin] += moving * (kept[..., target] - kept[..., origin])
    gained = np.where(gradient == 0, 0.0, gradient * kept)
    return _money(gained.sum(axis=-1), gradient, kept, many, per_value, unsure)


def scenario_range(
    base: Numbers, points: float, retained: Numbers, n: Numbers, value: Numbers, *, causal: Numbers = 1.0
) -> tuple[Floats, Floats]:
    """The least and the most that so many points of NPS are worth over the single kinds of move; always shown.

    Arguments as `scenario`; categories are detractors, passives, promoters.
    """
    worth = [scenario(base, [move], retained, n, value, causal=causal).amount for move in single_moves(points)]
    return np.min(worth, axis=0), np.max(worth, axis=0)


def standardised_rate(k: Numbers, n: Numbers, shares: Numbers) -> StandardisedRate:
    """A rate as it would be if the strata had the base's shares.

    Args:
        k: events in each stratum, shape (cells, strata).
        n: customers in each stratum.
        shares: the strata's shares of the base, any positive scale.

    Returns:
        A StandardisedRate; NaN where no stratum has a share, or one that has is empty
        (`weighting.collapse_thin_strata` first).
    """
    rate = divide(k, n)
    w = np.broadcast_to(floats(shares), rate.shape)
    counted = w > 0
    w = divide(w, w.sum(axis=-1, keepdims=True))
    variance = np.where(counted, w**2 * divide(rate * (1 - rate), n), 0.0).sum(axis=-1)
    some = counted.any(axis=-1)
    standardised = np.where(counted, w * rate, 0.0).sum(axis=-1)
    return StandardisedRate(np.where(some, standardised, np.nan), np.where(some, root(variance), np.nan))


def e_value(ratio: Numbers) -> Floats:
    """How strongly (as a risk ratio) an unseen cause would have to be tied to both to explain a risk ratio away.

    1 at no association; a ratio below 1 is turned over; NaN for a ratio that is not positive.
    """
    given = floats(ratio)
    usable = np.where(given > 0, given, np.nan)
    high = np.where(usable < 1, 1 / usable, usable)
    return high + root(high * (high - 1))


def e_value_of_limits(low: Numbers, high: Numbers) -> Floats:
    """The E-value of the limit nearer to 1, to print beside that of the estimate; 1 where the interval holds 1."""
    below, above = together(low, high)
    nearer = np.where(below > 1, below, np.where(above < 1, above, 1.0))
    return np.where(np.isnan(below) | np.isnan(above), np.nan, e_value(nearer))


def explained_away(crude: Numbers, standardised: Numbers) -> Floats:
    """The share of a crude difference that the strata account for; NaN where there is none to account for."""
    return 1 - divide(standardised, crude)


def _money(amount: Floats, per_rate: Floats, rate: Floats, n: Floats, per_value: Floats, unsure: Floats) -> Money:
    """Delta method over independent binomial rates and independent mean values; what has no effect has no error."""
    of_rates = np.where(per_rate == 0, 0.0, per_rate**2 * divide(rate * (1 - rate), np.where(n > 0, n, np.nan)))
    of_values = np.where(per_value == 0, 0.0, per_value**2 * unsure)
    se = root((of_rates + of_values).sum(axis=-1))
    return Money(amount, se, amount - Z95 * se, amount + Z95 * se)
