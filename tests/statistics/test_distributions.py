"""Quantiles, tails and roots: agreement with scipy.stats, and no answer for what has none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from cxdash.statistics import arrays, distributions, roots


def test_agreement_with_scipy_stats() -> None:
    """The typed functions give what scipy.stats gives."""
    p, df = np.array([0.001, 0.025, 0.5, 0.975]), np.array([1.0, 2.5, 31.0, 1e6])
    assert distributions.normal_quantile(p) == pytest.approx(stats.norm.ppf(p), rel=1e-12)
    assert distributions.t_quantile(p, df) == pytest.approx(stats.t.ppf(p, df), rel=1e-9)
    assert distributions.two_sided_t(2.0, df) == pytest.approx(2 * stats.t.sf(2.0, df), rel=1e-12)
    assert distributions.chi_squared_tail(3.0, df) == pytest.approx(stats.chi2.sf(3.0, df), rel=1e-12)
    assert distributions.lower_normal(-1.3) == pytest.approx(stats.norm.cdf(-1.3))


def test_multipliers_of_far_levels() -> None:
    """The t multiplier is the quantile of z's level, and finite where test inversion looks far out."""
    assert distributions.t_multiplier(distributions.Z95, [1, 9, 1e9]) == pytest.approx(stats.t.ppf(0.975, [1, 9, 1e9]))
    far = distributions.t_multiplier(37.5, [1, 2, 30, 1e6])
    assert np.isfinite(far).all()
    assert (far > 37).all()
    assert np.isnan(distributions.t_multiplier(2.0, [0, np.nan])).all()


def test_undefined_shapes_are_nan() -> None:
    """No degrees of freedom, no quantile and no tail."""
    assert np.isnan(distributions.t_quantile(0.975, [0, -1, np.nan])).all()
    assert np.isnan(distributions.two_sided_t(1.0, [0, -1, np.nan])).all()
    assert np.isnan(distributions.chi_squared_tail([1.0, 1.0, np.nan, -1.0], [0, np.nan, 3, 3])).all()
    assert np.isnan(distributions.beta_quantile(0.5, [0, 1], [1, 0])).all()


@pytest.mark.parametrize("noncentrality", [0.0, 5.0, 1e3, 9.9e4, 1.1e5, 1e6])
def test_noncentral_chi_squared(noncentrality: float) -> None:
    """Around its mean it agrees with scipy.stats on both sides of the switch to Sankaran's form."""
    x = noncentrality + 3.3 + np.linspace(-2.5, 2.5, 11) * np.sqrt(6.6 + 4 * noncentrality)
    found = distributions.noncentral_chi_squared(x, 3.3, noncentrality)
    expected = np.where(x > 0, stats.ncx2.cdf(np.maximum(x, 1e-12), 3.3, noncentrality), 0)
    assert np.nan_to_num(found) == pytest.approx(expected, abs=3e-9)


def test_crossings_agree_with_brentq() -> None:
    """Many cells at once find what scipy finds one by one; cells without a crossing are NaN."""
    shift = np.array([0.1, 1.0, 5.0, 100.0, -1.0])
    function = lambda x: np.exp(-x) + x**3 - shift  # noqa: E731
    found = roots.crossing(function, 0.0, 10.0, at_low=function(np.zeros(5)), at_high=function(np.full(5, 10.0)))
    one_by_one = [optimize.brentq(lambda x, s=s: np.exp(-x) + x**3 - s, 0, 10, xtol=1e-15) for s in shift[1:4]]
    assert found[1:4] == pytest.approx(one_by_one, rel=1e-12, abs=1e-12)
    assert np.isnan(found[[0, 4]]).all()


def test_crossing_of_a_step() -> None:
    """A jump has its place, though no value there is zero."""
    jump = lambda x: np.where(x < np.pi, -1.0, 1.0)  # noqa: E731
    assert roots.crossing(jump, 0.0, 10.0, at_low=-1.0, at_high=1.0) == pytest.approx(np.pi, abs=1e-12)


def test_products_that_cancel() -> None:
    """Integers are exact at any width, floats compensated, Decimals and None accepted."""
    a = 2**53 + 1
    assert arrays.difference_of_products(a, a, a - 1, a + 1) == 1
    wide = np.array([10**30 + 1], dtype=object)
    assert arrays.difference_of_products(wide, wide, wide - 1, wide + 1)[0] == 1
    x = np.array([1e8 + 0.5])
    assert arrays.difference_of_products(x, x, x - 0.5, x + 0.5)[0] == 0.25
    assert np.isnan(arrays.divide([1, None], [0, 1])).all()
    assert np.isnan(arrays.root([-1.0, np.nan])).all()


def test_simultaneous_multiplier() -> None:
    """Goodman's 2.447747 for three categories, and z itself for two."""
    assert distributions.simultaneous_z() == pytest.approx(2.447747, abs=5e-7)
    assert distributions.simultaneous_z(categories=2) == pytest.approx(distributions.Z95)


@pytest.mark.parametrize("n", [1, 7, 40, 1000, 10**6])
def test_binomial_chances(n: int) -> None:
    """The logarithms scipy.stats gives, up to both ends; nothing for what cannot be."""
    k = np.unique(np.linspace(0, n, 50).astype(int))
    found = distributions.binomial_log_chance(k, n, 0.3, 0.7)
    assert found == pytest.approx(stats.binom.logpmf(k, n, 0.3), rel=1e-9, abs=1e-9)
    assert np.isnan(distributions.binomial_log_chance([-1, n + 1, 1], [n, n, n], [0.3, 0.3, 0], [0.7, 0.7, 1])).all()


def test_beta_tails() -> None:
    """As scipy.stats; a shape of 0 puts everything at its end; two of them, or a negative one, nothing."""
    assert distributions.lower_beta(0.3, 2, 5) == pytest.approx(stats.beta.cdf(0.3, 2, 5))
    found = distributions.lower_beta(0.3, [0, 2, 0, -1], [2, 0, 0, 2])
    assert found.tolist() == pytest.approx([1, 0, np.nan, np.nan], nan_ok=True)


def test_steps_of_psi_for_fractions() -> None:
    """Between whole numbers the sums grow smoothly, near the end and far from it, and start at nothing."""
    for c in (3.0, 400.0):
        first, second = distributions.psi_steps(c, np.array([0.25, 0.5, 0.75, 1.0]))
        assert first[-1] == pytest.approx(1 / c)
        assert second[-1] == pytest.approx(1 / c**2)
        assert (np.diff(first, prepend=0) > 0).all()
    assert np.isnan(distributions.psi_steps([3, 3, 1], [0, -1, 2])).all()


def test_quantiles_at_the_ends_are_nan() -> None:
    """Where a quantile would be infinite, or the probability is none, there is no number."""
    for function in (distributions.normal_quantile, lambda p: distributions.t_quantile(p, 5)):
        assert np.isnan(function([0, 1, -0.1, 1.1, np.nan])).all()
    assert np.isnan(distributions.gamma_quantile([1, -0.1, np.nan], 3)).all()
    assert np.isnan(distributions.noncentral_chi_squared(3, [0, 3], [1, -1])).all()
