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
from cxdash.statistics.distributions import Z95, gamma_quantile, two_sided_normal
from cxdash.statistics.intervals import garwood

DAYS_A_MONTH = 30.4375


class Churn(NamedTuple):
    """Share lost over a window, its standard error and 95 % limits, each 0..1."""

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


def product_limit(at_risk: Numbers, lost: Numbers) -> Churn:
    """Churn over the days of a window: 1 - prod(1 - lost/at_risk), with a log-log interval.

    Args:
        at_risk: customers active at the start of each day, shape (cells, days).
        lost: those of them lost that day.

    Returns:
        One Churn for each cell, over the last axis. Days without customers say nothing. NaN where no day had any, or a
        day lost more than it had. Without a single loss the upper limit is the exact one of no event among the mean
        number at risk, 1 - .025^(1/n). After everybody has left (churn 1) the error is undefined: NaN.
    """
    n, d = (np.array(v) for v in together(at_risk, lost))
    exposed = n > 0
    kept = np.where(exposed, 1.0 - divide(d, n), 1.0)
    survival = np.prod(kept, axis=-1)
    possible = np.all((d >= 0) & (d <= n) | np.isnan(n), axis=-1) & exposed.any(axis=-1) & ~np.isnan(n + d).any(axis=-1)
    hazard_variance = np.sum(np.where(exposed & (d > 0), divide(d, n * (n - d)), 0.0), axis=-1)
    low, high = _log_log(survival, hazard_variance)
    typical = divide(np.sum(np.where(exposed, n, 0.0), axis=-1), exposed.sum(axis=-1))
    lossless = possible & (survival == 1)
    undefined = ~possible | (survival == 0)
    upper = -np.expm1(-divide(gamma_quantile(0.975, 1.0), np.where(typical > 0, typical, np.nan)))
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
        One SurvivalCurve. Standard error and limits are NaN before the first loss and after survival reaches 0;
        everything is NaN where nobody is at risk any more and no earlier value can be carried.
    """
    e, d, c = (np.array(v) for v in together(entries, lost, censored))
    flow = np.cumsum(e - d - c, axis=-1)
    n = np.concatenate([np.zeros_like(flow[..., :1]), flow[..., :-1]], axis=-1)
    started = np.logical_or.accumulate(n >= start_at_risk, axis=-1)
    counted = started & (n > 0)
    survival = floats(np.cumprod(np.where(counted, 1.0 - divide(d, n), 1.0), axis=-1))
    terms = np.where(counted & (d > 0) & (d < n), divide(d, n * (n - d)), 0.0)
    variance = np.cumsum(terms, axis=-1)
    low, high = _log_log(survival, variance)
    known = started & (survival > 0) & (survival < 1)
    first = np.where(started, survival, np.nan)
    se = np.where(started & (survival > 0), survival * root(variance), np.nan)
    return SurvivalCurve(n, d, first, se, np.where(known, low, np.nan), np.where(known, high, np.nan))


def median_survival(curve: SurvivalCurve) -> Floats:
    """The first age (position) at which survival is .5 or less, for each cell; NaN while it stays above."""
    below = curve.survival <= 0.5
    return np.where(below.any(axis=-1), np.argmax(below, axis=-1).astype(np.float64), np.nan)


def restricted_mean(curve: SurvivalCurve, horizon: int) -> tuple[Floats, Floats]:
    """The mean time kept up to a horizon (area under the curve from age 0) and its standard error.

    Args:
        curve: from `kaplan_meier`, started at age 0 or 1.
        horizon: the last age counted, in positions; not beyond the curve's last position.

    Returns:
        (mean, se) in units of age; NaN where the horizon lies beyond the curve.
    """
    ages = curve.survival.shape[-1]
    if horizon >= ages or horizon < 1:
        nothing = np.full(curve.survival.shape[:-1], np.nan)
        return nothing, nothing
    kept = np.where(np.isnan(curve.survival), 1.0, curve.survival)[..., :horizon]
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


def _log_log(survival: Floats, hazard_variance: Floats) -> tuple[Floats, Floats]:
    """Limits S^exp(-+ z sqrt(V) / log S); NaN at 0 and 1, where the scale ends."""
    inside = np.where((survival > 0) & (survival < 1), survival, np.nan)
    reach = Z95 * root(hazard_variance) / np.log(inside)
    return inside ** np.exp(-reach), inside ** np.exp(reach)
