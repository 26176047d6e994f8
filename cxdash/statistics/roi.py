"""What is experience worth? Revenue at risk, scenarios, and how far confounding could explain them away.

Everything rests on retention by NPS category, which is an association: tenure, price and past problems drive both, and
some answer *because* they are leaving. So scores must come before the risk window, rates are standardised to the base's
strata, crude and standardised are shown together, and the share assumed causal is a visible factor, never hidden.
The best evidence is an experiment or change on change within customers; nothing here replaces it.

Source: VanderWeele & Ding 2017 (E-value); Rothman, Greenland & Lash 2008 (standardisation); Keiningham et al. 2007.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root
from cxdash.statistics.distributions import Z95


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


def revenue_at_risk(base: Numbers, retained: Numbers, n: Numbers, value: Numbers) -> Money:
    """Expected loss: sum over categories of customers x value x (1 - retention).

    Args:
        base: customers in each category, shape (cells, categories), last category promoters.
        retained: share retained, estimated from n.
        n: customers it was estimated from.
        value: revenue of one retained customer a year.

    Returns:
        Money over the last axis.
    """
    worth, kept = floats(base) * floats(value), floats(retained)
    return _money((worth * (1 - kept)).sum(axis=-1), worth, kept, floats(n))


def excess_loss(base: Numbers, retained: Numbers, n: Numbers, value: Numbers) -> Money:
    """The part of it that would be kept if every category were retained like the last one (promoters).

    That is an amount to gain only if the association were wholly causal. Arguments as `revenue_at_risk`.
    """
    worth, kept = floats(base) * floats(value), floats(retained)
    others, best = worth[..., :-1], kept[..., -1:]
    amount = (others * (best - kept[..., :-1])).sum(axis=-1)
    gradient = np.concatenate([-others, others.sum(axis=-1, keepdims=True)], axis=-1)
    return _money(amount, gradient, kept, floats(n))


def scenario(
    base: float, moves: Sequence[Move], retained: Numbers, n: Numbers, value: Numbers, *, causal: float = 1.0
) -> Money:
    """What it would be worth if shares of the base moved between categories.

    NPS alone does not say who moves, so the moves are declared. Movers gain the difference in retention, valued at the
    revenue of the category they come from (conservative).

    Args:
        base: customers in all.
        moves: who moves where; a one-notch move of share s adds 100 s points of NPS, a two-notch move 200 s.
        retained: share retained in each category, shape (categories,).
        n: customers it was estimated from.
        value: revenue of one customer of each category a year.
        causal: share of the association assumed causal, 0..1.
    """
    kept, worth = floats(retained), floats(value)
    gradient = np.zeros_like(kept)
    for origin, target, share in moves:
        gain = causal * base * share * worth[origin]
        gradient[target] += gain
        gradient[origin] -= gain
    return _money(floats(gradient @ kept), gradient, kept, floats(n))


def standardised_rate(k: Numbers, n: Numbers, shares: Numbers) -> StandardisedRate:
    """A rate as it would be if the strata had the base's shares.

    Args:
        k: events in each stratum, shape (cells, strata).
        n: customers in each stratum.
        shares: the strata's shares of the base, any positive scale.

    Returns:
        A StandardisedRate; NaN where a stratum with a share is empty (collapse it first).
    """
    rate = divide(k, n)
    w = np.broadcast_to(floats(shares), rate.shape)
    counted = w > 0
    w = divide(w, w.sum(axis=-1, keepdims=True))
    variance = np.where(counted, w**2 * divide(rate * (1 - rate), n), 0.0).sum(axis=-1)
    return StandardisedRate(np.where(counted, w * rate, 0.0).sum(axis=-1), root(variance))


def e_value(ratio: Numbers) -> Floats:
    """How strongly (as a risk ratio) an unseen cause would have to be tied to both to explain a risk ratio away.

    1 at no association; a ratio below 1 is turned over; NaN for a ratio that is not positive.
    """
    given = floats(ratio)
    usable = np.where(given > 0, given, np.nan)
    high = np.where(usable < 1, 1 / usable, usable)
    return high + root(high * (high - 1))


def _money(amount: Floats, gradient: Floats, rate: Floats, n: Floats) -> Money:
    """Delta method over independent binomial rates."""
    se = root((gradient**2 * divide(rate * (1 - rate), n)).sum(axis=-1))
    return Money(amount, se, amount - Z95 * se, amount + Z95 * se)
