"""How sure are we of one score? Intervals for proportions, NPS, means and rates from their counts and sums.

The default of every metric is a *score* interval (Wilson for a proportion, Tango for NPS) or an exact one (Garwood
for a rate): they stay inside the scale, contain the estimate, have width when everybody agrees, accept effective
(non-integer) counts n/deff, and are the ingredients that differences are made of (`differences`). Wald and adjusted
Wald are here to reproduce other tools' numbers, and as the closed form a database can compute; do not show them for n
< 1000. Do not use any of these on repeated answers of the same customers without n/deff (`buckets`).

Source: Wilson 1927; Newcombe 1998a; Tango 1998; Rocks 2016 (arXiv 1601.07235); Garwood 1936; Clopper & Pearson 1934.
"""

from __future__ import annotations

import numpy as np

from cxdash.statistics.arrays import Floats, Numbers, difference_of_products, divide, floats, root, together
from cxdash.statistics.distributions import Z95, beta_quantile, gamma_quantile, t_multiplier
from cxdash.statistics.score_equation import lower_limit

__all__ = [
    "Z95",
    "answers_needed",
    "clopper_pearson",
    "garwood",
    "mean_interval",
    "mean_variance",
    "nps_adjusted_wald",
    "nps_score_interval",
    "nps_value",
    "nps_variance",
    "nps_wald",
    "recovered_error",
    "share_value",
    "share_variance",
    "wilson",
]

_ROUNDING = 1e-9
"""Slack for effective counts: x/deff may exceed n/deff by a rounding error."""


def wilson(x: Numbers, n: Numbers, *, z: Numbers = Z95) -> tuple[Floats, Floats]:
    """Wilson's score interval of a proportion.

    Args:
        x: answers counted, 0 <= x <= n; may be an effective (non-integer) count.
        n: answers asked of; x and n are divided by the same design effect.
        z: normal quantile of the level.

    Returns:
        (low, high), each 0..1; low exactly 0 at x = 0, high exactly 1 at x = n; NaN where n = 0 or x is impossible.
    """
    x, n, z2 = floats(x), floats(n), floats(z) ** 2
    share = _proportion(x, n)
    k = divide(z2, np.where(n > 0, n, np.nan))
    centre, half = share + k / 2, root(k * share * (1 - share) + k**2 / 4)
    low, high = (centre - half) / (1 + k), (centre + half) / (1 + k)
    return np.where(share == 0, 0.0, np.maximum(low, 0.0)), np.where(share == 1, 1.0, np.minimum(high, 1.0))


def share_value(x: Numbers, n: Numbers) -> Floats:
    """A proportion, 0..1: x of n; NaN where n = 0 or x lies outside 0..n."""
    return _proportion(floats(x), floats(n))


def share_variance(x: Numbers, n: Numbers) -> Floats:
    """The variance of one answer coded 0 or 1 (population form); divide by n for the share's sampling variance."""
    share = share_value(x, n)
    return share * (1 - share)


def clopper_pearson(x: Numbers, n: Numbers, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """The exact (conservative) interval of a proportion; used by the suppression rule only.

    Returns:
        (low, high), each 0..1; NaN where n = 0 or x is impossible.
    """
    x, n = floats(x), floats(n)
    share = _proportion(x, n)
    tail = (1 - level) / 2
    low = np.where(share == 0, 0.0, beta_quantile(tail, x, n - x + 1))
    high = np.where(share == 1, 1.0, beta_quantile(1 - tail, x + 1, n - x))
    return np.where(np.isnan(share), np.nan, low), np.where(np.isnan(share), np.nan, high)


def nps_value(d: Numbers, m: Numbers, p: Numbers) -> Floats:
    """Net promoter score, -1..1, from detractors, passives and promoters; NaN where nobody answered."""
    d, m, p = floats(d), floats(m), floats(p)
    return divide(p - d, _answers(d, m, p))


def nps_variance(d: Numbers, m: Numbers, p: Numbers) -> Floats:
    """The variance of one answer coded -1, 0, 1 (population form); divide by n for the score's sampling variance."""
    d, m, p = floats(d), floats(m), floats(p)
    n = _answers(d, m, p)
    return np.maximum(divide(difference_of_products(p + d, n, p - d, p - d), n**2), 0.0)


def nps_score_interval(d: Numbers, m: Numbers, p: Numbers, *, z: Numbers = Z95) -> tuple[Floats, Floats]:
    """Tango's score interval of NPS: the default.

    NPS is a paired difference of proportions with discordant cells d and p. The limits solve
    (NPS - D)^2 = z^2/n (2q + D(1 - D)), with q the restricted maximum-likelihood share of detractors given D.

    Args:
        d: detractors; effective counts are allowed.
        m: passives.
        p: promoters.
        z: normal quantile of the level.

    Returns:
        (low, high), inside -1..1 and around the estimate; low is exactly -1 where all are detractors, high exactly 1
        where all are promoters; NaN where nobody answered.

    Reference: Tango 1998; Fagerland, Lydersen & Laake 2014 (restricted estimate in closed form).
    """
    d, m, p, z = together(d, m, p, z)
    n = _answers(d, m, p)
    detractors, passives, promoters = divide(d, n), divide(m, n), divide(p, n)
    # Mirroring d and p turns the upper limit into a lower one: one solver call answers both.
    both = np.stack([detractors, promoters]), np.stack([promoters, detractors])
    lower = lower_limit(*both, passives, divide(z**2, n))
    return np.where(detractors == 1, -1.0, lower[0]), np.where(promoters == 1, 1.0, -lower[1])


def nps_wald(d: Numbers, m: Numbers, p: Numbers, *, z: Numbers = Z95) -> tuple[Floats, Floats]:
    """NPS -+ z SE. No width when all agree: only to reproduce other tools, or for n >= 1000."""
    d, m, p = floats(d), floats(m), floats(p)
    value, half = nps_value(d, m, p), floats(z) * root(divide(nps_variance(d, m, p), d + m + p))
    return value - half, value + half


def nps_adjusted_wald(
    d: Numbers,
    m: Numbers,
    p: Numbers,
    *,
    z: Numbers = Z95,
    pseudo: tuple[float, float, float] = (0.75, 1.5, 0.75),
    clip: bool = False,
) -> tuple[Floats, Floats]:
    """Wald after adding pseudo-answers (Rocks 2016): the closed form for SQL, and what the NPS package for R shows.

    Args:
        d: detractors.
        m: passives.
        p: promoters.
        z: normal quantile of the level.
        pseudo: answers added to each category; (.5, 1, .5) is Agresti-Min, (1, 0, 1) Bonett-Price.
        clip: cut the limits to -1..1, as a display must.
    """
    d, m, p = floats(d), floats(m), floats(p)
    low, high = nps_wald(d + pseudo[0], m + pseudo[1], p + pseudo[2], z=z)
    empty = np.isnan(_answers(d, m, p))
    low, high = np.where(empty, np.nan, low), np.where(empty, np.nan, high)
    return (np.maximum(low, -1.0), np.minimum(high, 1.0)) if clip else (low, high)


def recovered_error(low: Numbers, high: Numbers, *, z: Numbers = Z95) -> Floats:
    """The standard error an interval stands for: half its width over z, the idea MOVER rests on (Donner & Zou 2012).

    For what needs one symmetric error of an estimate that has an interval (a weighted score, an index). Of a normal
    interval it is the standard error itself; of a score interval it agrees for many answers, and unlike
    sqrt(variance/n) it is not zero where everybody agrees. Where an interval was cut at the end of a scale it is too
    small.

    Returns:
        In the unit of the limits; NaN where a limit is or z is 0.
    """
    return divide(floats(high) - floats(low), 2 * floats(z))


def answers_needed(variance: Numbers, half_width: Numbers, *, z: Numbers = Z95) -> Floats:
    """How many independent answers give an interval of +- half_width, rounded up.

    Args:
        variance: of one answer (NPS on the unit scale: about .6; a proportion: p(1 - p)).
        half_width: wanted, in the same unit.
        z: normal quantile of the level.

    Returns:
        Whole answers; NaN where the half-width is 0.
    """
    return np.ceil(divide(floats(z) ** 2 * floats(variance), floats(half_width) ** 2))


def mean_variance(n: Numbers, s1: Numbers, s2: Numbers) -> tuple[Floats, Floats]:
    """Mean and sample variance (n - 1) from n, the sum and the sum of squares; exact before the division for integers.

    Returns:
        (mean, variance); mean NaN where n = 0, variance NaN where n < 2.
    """
    count = floats(n)
    spread = np.maximum(difference_of_products(n, s2, s1, s1), 0.0)
    variance = divide(spread, np.where(count > 1, count * (count - 1), np.nan))
    return divide(s1, np.where(count > 0, count, np.nan)), variance


def mean_interval(
    n: Numbers, s1: Numbers, s2: Numbers, *, deff: Numbers = 1, z: Numbers = Z95
) -> tuple[Floats, Floats, Floats]:
    """A mean with its t interval.

    Args:
        n: answers.
        s1: their sum (integer for exactness).
        s2: the sum of their squares.
        deff: design effect; n/deff independent answers are assumed, also for the degrees of freedom.
        z: normal quantile of the level; the t quantile of that level is used.

    Returns:
        (mean, low, high) in the unit of the answers; not cut to the scale. Mean NaN where n = 0, limits NaN where
        n/deff <= 1.
    """
    mean, variance = mean_variance(n, s1, s2)
    effective = divide(n, deff)
    half = t_multiplier(z, effective - 1) * root(divide(variance, effective))
    return mean, mean - half, mean + half


def garwood(d: Numbers, t: Numbers, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """The exact Poisson interval of a rate: d events in t units of exposure.

    Returns:
        (low, high) events per unit of exposure; low is exactly 0 at d = 0; NaN where t = 0 or d < 0.
    """
    d, t = floats(d), floats(t)
    tail = (1 - level) / 2
    exposure = np.where((t > 0) & (d >= 0), t, np.nan)
    return divide(gamma_quantile(tail, d), exposure), divide(gamma_quantile(1 - tail, d + 1), exposure)


def _proportion(x: Floats, n: Floats) -> Floats:
    """x/n cut to 0..1, NaN where n = 0 or x lies outside 0..n by more than rounding."""
    share = divide(x, np.where(n > 0, n, np.nan))
    possible = (share >= -_ROUNDING) & (share <= 1 + _ROUNDING)
    return np.where(possible, np.clip(share, 0.0, 1.0), np.nan)


def _answers(d: Floats, m: Floats, p: Floats) -> Floats:
    """All answers, NaN where that is zero or a count is negative."""
    n = d + m + p
    return np.where((n > 0) & (d >= 0) & (m >= 0) & (p >= 0), n, np.nan)
