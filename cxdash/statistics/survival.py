"""How many customers leave, and how long do they stay? Churn, person-time rates and survival curves from counts.

`product_limit` is churn over any window and filter from two numbers for each day (customers at risk, customers lost);
new customers enter the risk set the day after they join, so the denominator is right by construction. `kaplan_meier`
is survival over tenure from three counts for each age, with late entry. `person_time` is for rates.

Do not use opening-cohort churn over days that were merged (it is not additive), do not extrapolate past the last age,
and do not start a curve while only a handful are at risk: one early loss among two customers halves it for ever.

Source: Kaplan & Meier 1958; Klein & Moeschberger 2003 (4.2, 4.6 left truncation); Klein et al. 2007; Garwood 1936.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root, together
from cxdash.statistics.distributions import Z95, lower_normal, two_sided_normal
from cxdash.statistics.intervals import garwood

DAYS_A_MONTH = 30.4375
_LARGEST_EXPONENT = 700.0


class Churn(NamedTuple):
    """Share lost over a window, its standard error and limits, each 0..1."""

    churn: Floats
    se: Floats
    low: Floats
    high: Floats


class Rate(NamedTuple):
    """Events per unit of exposure with exact 95 % limits."""

    rate: Floats
    low: Floats
    high: Floats


class SurvivalCurve(NamedTuple):
    """Survival after each age; every field has shape (cells, ages)."""

    at_risk: Floats
    lost: Floats
    survival: Floats
    se: Floats
    low: Floats
    high: Floats


def product_limit(at_risk: Numbers, lost: Numbers, *, z: Numbers = Z95) -> Churn:
    """Churn over the days of a window: 1 - prod(1 - lost/at_risk), with a log-log interval.

    Args:
        at_risk: customers active at the start of each day, shape (cells, days).
        lost: those of them lost that day.
        z: normal quantile of the level, one for all or one for each cell.

    Returns:
        One Churn for each cell, over the last axis. Days without customers say nothing. NaN where no day had any, or a
        day lost more than it had. Without a single loss the upper limit is the exact one of no event among the mean
        number at risk, 1 - tail^(1/n), tail .025. After everybody has left (churn 1) the error is undefined: NaN.
    """
    n, d = together(at_risk, lost)
    exposed = n > 0
    possible = np.all((d >= 0) & (d <= n), axis=-1) & exposed.any(axis=-1)
    kept = np.where(exposed, 1.0 - divide(d, n), 1.0)
    survival = np.prod(kept, axis=-1)
    hazard_variance = np.sum(np.where(exposed & (d > 0), divide(d, n * (n - d)), 0.0), axis=-1)
    low, high = log_log_limits(survival, hazard_variance, z)
    typical = divide(np.sum(np.where(exposed, n, 0.0), axis=-1), exposed.sum(axis=-1))
    lossless = possible & (survival == 1)
    undefined = ~possible | (survival == 0)
    upper = -np.expm1(divide(np.log(lower_normal(-floats(z))), np.where(typical > 0, typical, np.nan)))
    return Churn(
        churn=np.where(possible, 1.0 - survival, np.nan),
        se=np.where(undefined, np.nan, survival * root(hazard_variance)),
        low=np.where(undefined, np.nan, np.where(lossless, 0.0, 1.0 - high)),
        high=np.where(undefined, np.nan, np.where(lossless, upper, 1.0 - low)),
    )


def person_time(d: Numbers, t: Numbers) -> Rate:
    """Events per unit of exposure (customer-days), exact Garwood interval; NaN where t = 0."""
    exposure = np.where(floats(t) > 0, floats(t), np.nan)
    return Rate(divide(d, exposure), *garwood(d, t))


def share_lost(rate: Numbers, *, days: float = DAYS_A_MONTH) -> Floats:
    """The share lost in so many days at a constant rate per customer-day: 1 - exp(-days rate)."""
    return -np.expm1(-days * floats(rate))


def equivalent_share(share: Numbers, days: Numbers, *, per: float = DAYS_A_MONTH) -> Floats:
    """The share lost in another length of time at the same constant rate: 1 - (1 - share)^(per/days).

    Rises with `share`, so limits of a share are turned into limits of its equivalent by the same function.

    Args:
        share: lost in the window, 0..1.
        days: the window's length.
        per: the length wanted, in days.

    Returns:
        0..1; NaN where the share is, or the window has no days.
    """
    lost = floats(share)
    some = np.where(lost < 1, lost, 0.0)
    rate = divide(-np.log1p(-some), np.where(floats(days) > 0, floats(days), np.nan))
    equivalent = share_lost(rate, days=per)
    return np.where(np.isnan(lost + equivalent), np.nan, np.where(lost < 1, equivalent, 1.0))


def kaplan_meier(entries: Numbers, lost: Numbers, censored: Numbers, *, start_at_risk: float = 1) -> SurvivalCurve:
    """Survival over integer age, with late entry, from three counts for each age.

    A customer is at risk at age t when entry < t <= exit; at a tie losses come before censorings. So the number at risk
    at position t is the sum over earlier positions of entries - lost - censored.

    Args:
        entries: customers who come under observation at each age, shape (cells, ages); position 0 is age 0.
        lost: customers lost at each age.
        censored: customers last seen, not lost, at each age.
        start_at_risk: the curve starts at the first age with this many at risk (20 for display); survival is
            then conditional on reaching that age, and is NaN before it.

    Returns:
        One SurvivalCurve. Survival is 1 at the age before the first that counts. Limits are NaN while nobody was lost;
        error and limits are NaN once survival is 0 (undefined). NaN from a missing or impossible count onwards.
    """
    e, d, c = together(entries, lost, censored)
    flow = np.cumsum(e - d - c, axis=-1)
    n = np.concatenate([np.zeros_like(flow[..., :1]), flow[..., :-1]], axis=-1)
    return survival_from_risk(n, d, start_at_risk=start_at_risk)


def survival_from_risk(at_risk: Numbers, lost: Numbers, *, start_at_risk: float = 1) -> SurvivalCurve:
    """The same curve where the customers at risk at each age are known already (`survival_states`).

    Args:
        at_risk: customers at risk at each age, shape (cells, ages).
        lost: those of them lost at that age.
        start_at_risk: as in `kaplan_meier`.
    """
    n, d = together(at_risk, lost)
    started = np.logical_or.accumulate(n >= start_at_risk, axis=-1)
    impossible = np.isnan(n) | np.isnan(d) | (started & (d > n)) | (n < 0) | (d < 0)
    broken = np.logical_or.accumulate(impossible, axis=-1)
    counted = started & (n > 0) & ~broken
    survival = floats(np.cumprod(np.where(counted, 1.0 - divide(d, n), 1.0), axis=-1))
    variance = np.cumsum(np.where(counted & (d > 0) & (d < n), divide(d, n * (n - d)), 0.0), axis=-1)
    low, high = log_log_limits(survival, variance, Z95)
    begun = started | np.concatenate([started[..., 1:], started[..., -1:]], axis=-1)
    shown = begun & ~broken
    alive = shown & (survival > 0)
    return SurvivalCurve(
        at_risk=np.array(n),
        lost=np.array(d),
        survival=np.where(shown, survival, np.nan),
        se=np.where(alive, survival * root(variance), np.nan),
        low=np.where(alive, low, np.nan),
        high=np.where(alive, high, np.nan),
    )


def cut_thin_end(curve: SurvivalCurve, *, minimum: float = 20) -> SurvivalCurve:
    """The curve up to the last age before fewer than `minimum` are at risk; NaN from there on.

    With late entry few may be at risk at first, so what counts is the first thin age after a thick one: start such a
    curve with the same number (`start_at_risk`).
    """
    enough = curve.at_risk >= minimum
    begun = np.logical_or.accumulate(enough, axis=-1)
    ended = np.logical_or.accumulate(begun & ~enough, axis=-1)
    kept = ~ended & (begun | np.concatenate([begun[..., 1:], begun[..., -1:]], axis=-1))
    shown = (np.where(kept, field, np.nan) for field in curve[2:])
    return SurvivalCurve(curve.at_risk, curve.lost, *shown)


def median_survival(curve: SurvivalCurve) -> Floats:
    """The first age (position) at which survival is .5 or less, for each cell; NaN while it stays above."""
    if not curve.survival.shape[-1]:
        return np.full(curve.survival.shape[:-1], np.nan)
    below = curve.survival <= 0.5
    return np.where(below.any(axis=-1), np.argmax(below, axis=-1).astype(np.float64), np.nan)


def restricted_mean(curve: SurvivalCurve, horizon: int) -> tuple[Floats, Floats]:
    """The mean time kept up to a horizon (area under the curve from age 0) and its standard error.

    Args:
        curve: from `kaplan_meier`, known from age 0 on.
        horizon: the last age counted, in positions; not beyond the curve's last position.

    Returns:
        (mean, se) in units of age; NaN where the curve does not reach from 0 to the horizon.
    """
    if not 1 <= horizon < curve.survival.shape[-1]:
        unknown = np.full(curve.survival.shape[:-1], np.nan)
        return unknown, unknown
    kept = curve.survival[..., :horizon]
    n, d = curve.at_risk[..., :horizon], curve.lost[..., :horizon]
    right = np.cumsum(kept[..., ::-1], axis=-1)[..., ::-1]
    terms = np.where((d > 0) & (d < n), divide(d, n * (n - d)), 0.0)
    return kept.sum(axis=-1), root(np.sum(right**2 * terms, axis=-1))


def survival_difference(s1: Numbers, se1: Numbers, s2: Numbers, se2: Numbers) -> tuple[Floats, Floats]:
    """Compare two curves at one age, on the log(-log) scale (Klein et al. 2007).

    Returns:
        (z, two-sided p); z is positive where the first group has lost more. NaN where a curve is at 0 or 1 there.
    """
    (x1, v1), (x2, v2) = _complementary_log_log(s1, se1), _complementary_log_log(s2, se2)
    z = divide(x1 - x2, root(v1 + v2))
    return z, two_sided_normal(z)


def _complementary_log_log(survival: Numbers, se: Numbers) -> tuple[Floats, Floats]:
    """log(-log S) and its variance."""
    s = floats(survival)
    inside = np.where((s > 0) & (s < 1), s, np.nan)
    return np.log(-np.log(inside)), divide(se, inside * np.log(inside)) ** 2


def log_log_limits(survival: Numbers, hazard_variance: Numbers, z: Numbers) -> tuple[Floats, Floats]:
    """Limits S^exp(-+ z sqrt(V) / log S), V the variance of the summed hazard; NaN at 0 and 1, where the scale ends."""
    share = floats(survival)
    inside = np.where((share > 0) & (share < 1), share, np.nan)
    reach = np.maximum(floats(z) * root(hazard_variance) / np.log(inside), -_LARGEST_EXPONENT)
    return inside ** np.exp(-reach), inside ** np.exp(reach)
