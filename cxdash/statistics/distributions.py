"""Quantiles and tails of the few distributions the package uses, typed, quiet and NaN-safe.

The one place that imports scipy: its functions carry no types, and `scipy.special` (unlike `scipy.stats`) is fast to
import, vectorised and never warns. Not for choosing a method; that is the business of the module that calls it.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from cxdash.statistics.arrays import Floats, Numbers, floats

Z95 = 1.959963984540054
"""The standard normal quantile at .975."""


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
    """P(chi2(noncentrality) <= x)."""
    return floats(special.chndtr(floats(x), floats(degrees), floats(noncentrality)))


def beta_quantile(probability: Numbers, a: Numbers, b: Numbers) -> Floats:
    """The quantile of a beta distribution; NaN where a shape is not positive."""
    first, second = floats(a), floats(b)
    usable = (first > 0) & (second > 0)
    quantile = special.betaincinv(np.where(usable, first, 1.0), np.where(usable, second, 1.0), floats(probability))
    return np.where(usable, quantile, np.nan)


def log_gamma(x: Numbers) -> Floats:
    """The logarithm of the gamma function."""
    return floats(special.gammaln(floats(x)))
