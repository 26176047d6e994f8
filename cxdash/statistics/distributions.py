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


def normal_quantile(probability: Numbers) -> Floats:
    """The z below which the standard normal holds this probability."""
    return floats(special.ndtri(floats(probability)))


def two_sided_normal(z: Numbers) -> Floats:
    """P(|Z| >= |z|): the two-sided p-value of a standard normal statistic."""
    return floats(2.0 * special.ndtr(-np.abs(floats(z))))


def lower_normal(z: Numbers) -> Floats:
    """P(Z <= z)."""
    return floats(special.ndtr(floats(z)))


def t_quantile(probability: Numbers, degrees: Numbers) -> Floats:
    """The quantile of Student's t; NaN where the degrees of freedom are not positive."""
    df = floats(degrees)
    usable = df > 0
    return np.where(usable, special.stdtrit(np.where(usable, df, 1.0), floats(probability)), np.nan)


def t_multiplier(z: Numbers, degrees: Numbers) -> Floats:
    """What replaces z when the error is estimated: the t quantile of the same level.

    NaN where the degrees of freedom are not positive. Taken in the lower tail, so that a z of 30 still has a finite
    answer (test inversion asks for such), and cut at 10^100.
    """
    tail = special.ndtr(-floats(z))
    df = floats(degrees)
    usable = df > 0
    quantile = -special.stdtrit(np.where(usable, df, 1.0), tail)
    return np.where(usable, np.minimum(quantile, _LARGEST_MULTIPLIER), np.nan)


def two_sided_t(t: Numbers, degrees: Numbers) -> Floats:
    """P(|T| >= |t|) of Student's t; NaN where the degrees of freedom are not positive."""
    df = floats(degrees)
    usable = df > 0
    return np.where(usable, 2.0 * special.stdtr(np.where(usable, df, 1.0), -np.abs(floats(t))), np.nan)


def gamma_quantile(probability: Numbers, shape: Numbers) -> Floats:
    """The quantile of a gamma with unit scale; 0 where the shape is 0 (all mass at zero)."""
    a = floats(shape)
    usable = a > 0
    return np.where(
        usable, special.gammaincinv(np.where(usable, a, 1.0), floats(probability)), np.where(a == 0, 0.0, np.nan)
    )


def chi_squared_tail(x: Numbers, degrees: Numbers) -> Floats:
    """P(chi2 >= x); NaN where the degrees of freedom are not positive."""
    df, at = floats(degrees), floats(x)
    usable = (df > 0) & (at >= 0)
    tail = special.gammaincc(np.where(usable, df, 1.0) / 2.0, np.where(usable, at, 0.0) / 2.0)
    return np.where(usable, tail, np.nan)


def noncentral_chi_squared(x: Numbers, degrees: Numbers, noncentrality: Numbers) -> Floats:
    """P(chi2(noncentrality) <= x).

    Beyond a noncentrality of 10^5, where the exact series takes milliseconds for each value, Sankaran's (1963) normal
    approximation; it is off by less than 3e-9 there.
    """
    x, nu, shift = together(x, degrees, noncentrality)
    far = shift > _LARGE_NONCENTRALITY
    exact = special.chndtr(np.where(far, 0.0, x), nu, np.where(far, 0.0, shift))
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


def log_gamma(x: Numbers) -> Floats:
    """The logarithm of the gamma function."""
    return floats(special.gammaln(floats(x)))
