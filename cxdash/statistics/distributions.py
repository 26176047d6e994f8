"""Quantiles and tails of the few distributions the package uses, typed, quiet and NaN-safe.

The one place that imports scipy: its functions carry no types, and `scipy.special` (unlike `scipy.stats`) is fast to
import, vectorised and never warns. Not for choosing a method; that is the business of the module that calls it.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from cxdash.statistics.arrays import Floats, Numbers, floats, together

Z95 = 1.959963984540054
"""The standard normal quantile at .975."""

_LARGE_NONCENTRALITY = 1e5
_LARGEST_MULTIPLIER = 1e100
_SERIES_FROM = 50.0
_STIRLING_FROM = 16.0


def normal_quantile(probability: Numbers) -> Floats:
    """The z below which the standard normal holds this probability; NaN unless it lies between 0 and 1."""
    return floats(special.ndtri(_inner(probability)))


def two_sided_normal(z: Numbers) -> Floats:
    """P(|Z| >= |z|): the two-sided p-value of a standard normal statistic."""
    return floats(2.0 * special.ndtr(-np.abs(floats(z))))


def lower_normal(z: Numbers) -> Floats:
    """P(Z <= z)."""
    return floats(special.ndtr(floats(z)))


def t_quantile(probability: Numbers, degrees: Numbers) -> Floats:
    """The quantile of Student's t; NaN where the degrees of freedom are not positive, or the probability 0 or 1."""
    df = floats(degrees)
    usable = df > 0
    return np.where(usable, special.stdtrit(np.where(usable, df, 1.0), _inner(probability)), np.nan)


def t_multiplier(z: Numbers, degrees: Numbers) -> Floats:
    """What replaces z when the error is estimated: the t quantile of the same level.

    NaN where the degrees of freedom are not positive. Taken in the lower tail, so that a z of 30 still has a finite
    answer (test inversion asks for such), and cut at 10^100.
    """
    tail = special.ndtr(-floats(z))
    df = floats(degrees)
    usable = df > 0
    quantile = -special.stdtrit(np.where(usable, df, 1.0), tail)
    return np.where(usable, np.clip(quantile, -_LARGEST_MULTIPLIER, _LARGEST_MULTIPLIER), np.nan)


def two_sided_t(t: Numbers, degrees: Numbers) -> Floats:
    """P(|T| >= |t|) of Student's t; NaN where the degrees of freedom are not positive."""
    df = floats(degrees)
    usable = df > 0
    return np.where(usable, 2.0 * special.stdtr(np.where(usable, df, 1.0), -np.abs(floats(t))), np.nan)


def gamma_quantile(probability: Numbers, shape: Numbers) -> Floats:
    """The quantile of a gamma with unit scale; 0 where the shape is 0 (all mass at zero), NaN at a probability of 1."""
    a, below = together(shape, probability)
    usable = (a >= 0) & (below >= 0) & (below < 1)
    some = usable & (a > 0)
    quantile = special.gammaincinv(np.where(some, a, 1.0), np.where(some, below, 0.5))
    return np.where(usable, np.where(some, quantile, 0.0), np.nan)


def chi_squared_tail(x: Numbers, degrees: Numbers) -> Floats:
    """P(chi2 >= x); NaN where the degrees of freedom are not positive."""
    df, at = floats(degrees), floats(x)
    usable = (df > 0) & (at >= 0)
    tail = special.gammaincc(np.where(usable, df, 1.0) / 2.0, np.where(usable, at, 0.0) / 2.0)
    return np.where(usable, tail, np.nan)


def noncentral_chi_squared(x: Numbers, degrees: Numbers, noncentrality: Numbers) -> Floats:
    """P(chi2(noncentrality) <= x); NaN where the degrees of freedom are not positive or the noncentrality is negative.

    Beyond a noncentrality of 10^5, where the exact series takes milliseconds for each value, Sankaran's (1963) normal
    approximation; it is off by less than 3e-9 there.
    """
    x, nu, shift = together(x, degrees, noncentrality)
    usable = (nu > 0) & (shift >= 0) & ~np.isnan(x)
    x, nu, shift = np.where(usable, x, 1.0), np.where(usable, nu, 1.0), np.where(usable, shift, 0.0)
    far = shift > _LARGE_NONCENTRALITY
    exact = np.where(usable, special.chndtr(np.where(far, 0.0, x), nu, np.where(far, 0.0, shift)), np.nan)
    if not far.any():
        return floats(exact)
    shift = np.where(far, shift, 1.0)
    power = 1 - 2 * (nu + shift) * (nu + 3 * shift) / (3 * (nu + 2 * shift) ** 2)
    spread = (nu + 2 * shift) / (nu + shift) ** 2
    skew = (power - 1) * (1 - 3 * power)
    mean = 1 + power * spread * (power - 1 - 0.5 * (2 - power) * skew * spread)
    deviation = power * np.sqrt(2 * spread) * (1 + 0.5 * skew * spread)
    approximate = special.ndtr(((np.maximum(x, 0.0) / (nu + shift)) ** power - mean) / deviation)
    return floats(np.where(far, approximate, exact))


def beta_quantile(probability: Numbers, a: Numbers, b: Numbers) -> Floats:
    """The quantile of a beta distribution; NaN where a shape is not positive."""
    first, second = floats(a), floats(b)
    usable = (first > 0) & (second > 0)
    quantile = special.betaincinv(np.where(usable, first, 1.0), np.where(usable, second, 1.0), floats(probability))
    return np.where(usable, quantile, np.nan)


def lower_beta(x: Numbers, a: Numbers, b: Numbers) -> Floats:
    """P(B <= x) of a beta distribution; a shape of 0 puts all mass at its end. NaN where a shape is negative."""
    first, second = floats(a), floats(b)
    usable = (first >= 0) & (second >= 0) & (first + second > 0)
    below = special.betainc(np.where(usable, first, 1.0), np.where(usable, second, 1.0), floats(x))
    return np.where(usable, below, np.nan)


def simultaneous_z(*, categories: int = 3, level: float = 0.95) -> float:
    """What replaces z when all contrasts of so many shares must hold at once: 2.447747 for NPS (Goodman 1964).

    The root of the chi-squared quantile with one degree of freedom fewer than categories. Far too wide for one contrast
    alone: only to reproduce other tools.
    """
    return float(np.sqrt(special.chdtri(categories - 1, 1 - level)))


def binomial_log_chance(k: Numbers, n: Numbers, p: Numbers, q: Numbers) -> Floats:
    """The logarithm of P(K = k) of a binomial of n trials, in the form that keeps its digits for n of any size.

    Args:
        k: successes, 0..n.
        n: trials, above 0.
        p: chance of success, above 0.
        q: chance of failure, 1 - p, given apart because it may be far smaller than the rounding of p.

    Returns:
        The logarithm; NaN for what cannot be.

    Reference: Loader 2000, Fast and Accurate Computation of Binomial Probabilities (the saddle-point form R uses).
    """
    k, n, p, q = together(k, n, p, q)
    usable = (k >= 0) & (k <= n) & (n > 0) & (p > 0) & (q > 0)
    p, q = np.where(usable, p, 0.5), np.where(usable, q, 0.5)
    inside = usable & (k > 0) & (k < n)
    x = np.where(inside, k, 1.0)
    rest = np.where(inside, n - k, 1.0)
    size = np.where(inside, n, 2.0)
    error = _stirling_error(size) - _stirling_error(x) - _stirling_error(rest)
    distance = _deviance(x, size * p) + _deviance(rest, size * q)
    middle = error - distance - 0.5 * (np.log(2 * np.pi) + np.log(x) + np.log(rest / size))
    ends = np.where(k <= 0, n * np.log(q), n * np.log(p))
    return np.where(usable, np.where(inside, middle, ends), np.nan)


def psi_steps(c: Numbers, d: Numbers) -> tuple[Floats, Floats]:
    """The sums of 1/(c - k) and of 1/(c - k)^2 over k = 0 .. d - 1, for any c >= d > 0, whole or not.

    Differences of the digamma and trigamma functions at c + 1 and c - d + 1; far from zero by their asymptotic series,
    term by term, because the functions themselves would cancel. NaN for other c and d.
    """
    c, d = together(c, d)
    usable = (d > 0) & (c >= d)
    c, d = np.where(usable, c, 1.0), np.where(usable, d, 1.0)
    below = np.maximum(c - d, 0.0)
    far = below > _SERIES_FROM
    near_c, near_below = np.where(far, 2.0, c), np.where(far, 1.0, below)
    first = special.psi(near_c + 1) - special.psi(near_below + 1)
    second = special.zeta(2, near_below + 1) - special.zeta(2, near_c + 1)
    y = np.where(far, below, 1.0)
    log_ratio = -np.log1p(-np.where(far, d / np.where(far, c, 1.0), 0.5))
    step = {m: -np.expm1(-m * log_ratio) / y**m for m in range(1, 8)}
    first_far = log_ratio - step[1] / 2 + step[2] / 12 - step[4] / 120 + step[6] / 252
    second_far = step[1] - step[2] / 2 + step[3] / 6 - step[5] / 30 + step[7] / 42
    first, second = np.where(far, first_far, first), np.where(far, second_far, second)
    return np.where(usable, first, np.nan), np.where(usable, second, np.nan)


def _inner(probability: Numbers) -> Floats:
    """The probability, NaN unless it lies between 0 and 1 (at the ends a quantile may be infinite)."""
    given = floats(probability)
    return np.where((given > 0) & (given < 1), given, np.nan)


def _stirling_error(n: Floats) -> Floats:
    """How much log n! exceeds Stirling's formula, n at least 1."""
    small = n < _STIRLING_FROM
    m = np.where(small, n, 1.0)
    exact = special.gammaln(m + 1) - (m + 0.5) * np.log(m) + m - 0.5 * np.log(2 * np.pi)
    large = np.where(small, _STIRLING_FROM, n)
    series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / large**2) / large**2) / large**2) / large
    return floats(np.where(small, exact, series))


def _deviance(x: Floats, mean: Floats) -> Floats:
    """The quantity x log(x/mean) + mean - x, through the relative distance, which does not cancel."""
    distance = (x - mean) / mean
    return floats(mean * (special.xlog1py(1 + distance, distance) - distance))
