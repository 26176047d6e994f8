"""Ratios of risks, rates and sums, and corrections for many tests, against scipy and statsmodels: random problems.

Agreement to 1e-9 where the method is the same. A library that stops earlier is asked for its equation at our answer.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.regression.linear_model import WLS
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import score_test_proportions_2indep
from statsmodels.stats.rates import confint_poisson_2indep
from statsmodels.stats.rates import test_poisson_2indep as poisson_test

from cxdash.statistics import discoveries, rates, retention
from cxdash.statistics.intervals import Z95


def two_by_two(seed: int, size: int) -> np.ndarray:
    """Rows (a, n1, b, n0) with at least one event in each group."""
    rng = np.random.default_rng(seed)
    n = rng.integers(5, 3000, (size, 2))
    events = np.maximum(rng.binomial(n, rng.uniform(0.02, 0.9, (size, 2))), 1)
    return np.stack([events[:, 0], n[:, 0], events[:, 1], n[:, 1]], axis=-1)


def two_rates(seed: int, size: int) -> np.ndarray:
    """Rows (d1, t1, d2, t2): few and many events, none in one group among them, any exposures."""
    rng = np.random.default_rng(seed)
    exposure = 10 ** rng.uniform(0, 5, (size, 2))
    events = rng.poisson(10 ** rng.uniform(-0.5, 2.5, (size, 2)))
    events[:, 0] += events.sum(axis=1) == 0
    return np.stack([events[:, 0], exposure[:, 0], events[:, 1], exposure[:, 1]], axis=-1)


def test_risk_ratios_agree_with_scipy() -> None:
    """Katz's limits of 100 tables."""
    cells = two_by_two(1, 100)
    found = np.transpose(rates.risk_ratio(*cells.T))
    for ours, cell in zip(found, cells.tolist(), strict=True):
        theirs = stats.contingency.relative_risk(*cell)
        limits = theirs.confidence_interval()
        assert ours == pytest.approx((theirs.relative_risk, limits.low, limits.high), rel=1e-9)


def test_koopman_limits_solve_the_score_test_of_statsmodels() -> None:
    """At our limits its statistic is the quantile (100 tables); its own limits are roots found to about 1e-6 only."""
    cells = two_by_two(2, 100)
    found = rates.risk_ratio_score(*cells.T)
    for limits, quantile in ((found.low, Z95), (found.high, -Z95)):
        for cell, limit in zip(cells, limits, strict=True):
            theirs = score_test_proportions_2indep(*cell, value=limit, compare="ratio", correction=False)
            assert theirs.statistic == pytest.approx(quantile, rel=1e-8)


def test_exact_rate_ratios_agree_with_scipy() -> None:
    """Given the events in all, those of one group are binomial: p and limits of 150 pairs."""
    cells = two_rates(3, 150)
    found, p = rates.rate_ratio(*cells.T), rates.rate_ratio_p(*cells.T)
    for k, (d1, t1, d2, t2) in enumerate(cells):
        theirs = stats.binomtest(int(d1), int(d1 + d2), t1 / (t1 + t2))
        limits = theirs.proportion_ci(0.95, "exact")
        assert p[k] == pytest.approx(theirs.pvalue, rel=1e-9)
        assert found.low[k] == pytest.approx(limits.low / (1 - limits.low) * t2 / t1, rel=1e-8)  # theirs: roots
        if d2 > 0:
            assert found.ratio[k] == pytest.approx(d1 / t1 / (d2 / t2), rel=1e-12)
            assert found.high[k] == pytest.approx(limits.high / (1 - limits.high) * t2 / t1, rel=1e-8)
        else:
            assert np.isnan(found.high[k])
        # the defining equation of the limits, exactly: a tail of .025 at each
        if d1 > 0:
            share = found.low[k] * t1 / (found.low[k] * t1 + t2)
            assert stats.binom.sf(d1 - 1, d1 + d2, share) == pytest.approx(0.025, rel=1e-9)


def test_rate_ratios_agree_with_statsmodels() -> None:
    """Exact p, and limits by logarithm, of 100 pairs."""
    cells = two_rates(4, 100)
    cells[:, 0] += cells[:, 0] == 0
    cells[:, 2] += cells[:, 2] == 0
    log, p = rates.rate_ratio_log(*cells.T), rates.rate_ratio_p(*cells.T)
    for k, cell in enumerate(cells):
        d1, t1, d2, t2 = int(cell[0]), cell[1], int(cell[2]), cell[3]
        assert p[k] == pytest.approx(poisson_test(d1, t1, d2, t2, method="exact-cond").pvalue, rel=1e-9)
        expected = confint_poisson_2indep(d1, t1, d2, t2, method="wald-log")
        assert (log.low[k], log.high[k]) == pytest.approx(expected, rel=1e-9)


def test_mantel_haenszel_agrees_with_statsmodels() -> None:
    """With customers for exposure it is the pooled risk ratio of stratified tables: 100 problems of 1 to 6 strata."""
    rng = np.random.default_rng(5)
    for _ in range(100):
        t = rng.integers(20, 2000, (2, rng.integers(1, 7)))
        d = np.maximum(rng.binomial(t, 0.1), 1)
        tables = [[[d[0, s], t[0, s] - d[0, s]], [d[1, s], t[1, s] - d[1, s]]] for s in range(t.shape[1])]
        found = rates.mantel_haenszel(d[0], t[0], d[1], t[1])
        assert found.ratio == pytest.approx(
            StratifiedTable(np.array(tables).transpose(1, 2, 0)).riskratio_pooled, rel=1e-9
        )
        if t.shape[1] == 1:
            crude = rates.rate_ratio_log(d[0, 0], t[0, 0], d[1, 0], t[1, 0])
            assert [found.low, found.high] == pytest.approx([float(crude.low), float(crude.high)], rel=1e-9)


def test_mantel_haenszel_error_is_that_of_its_draws() -> None:
    """The variance of the logarithm, which no library here offers, against 200,000 draws of Poisson counts."""
    rng = np.random.default_rng(6)
    t1, t0 = np.array([400.0, 900.0, 1100.0]), np.array([700.0, 1500.0, 2500.0])
    hazard = np.array([0.2, 0.1, 0.15])
    drawn = rates.mantel_haenszel(
        rng.poisson(2 * hazard * t1, (200_000, 3)), t1, rng.poisson(hazard * t0, (200_000, 3)), t0
    )
    expected = rates.mantel_haenszel(2 * hazard * t1, t1, hazard * t0, t0)
    error = np.log(expected.high / expected.low) / (2 * Z95)
    assert np.log(drawn.ratio).std() == pytest.approx(float(error), rel=0.01)
    assert np.mean((drawn.low < 2) & (drawn.high > 2)) == pytest.approx(0.95, abs=0.003)


def test_ratios_of_sums_agree_with_a_regression() -> None:
    """A ratio of sums is a regression through the origin weighted by 1/x; its error is the robust (HC1) one."""
    rng = np.random.default_rng(7)
    for _ in range(100):
        n = int(rng.integers(5, 200))
        x = np.rint(rng.lognormal(8, 1, n))
        y = np.rint(x * rng.choice([0, 0.8, 1, 1.3], n))
        found = retention.ratio_state(n, x.sum(), y.sum(), x @ x, x @ y, y @ y)
        theirs = WLS(y, x, weights=1 / x).fit(cov_type="HC1", use_t=True)
        low, high = theirs.conf_int()[0]
        assert (found.ratio, found.se) == pytest.approx((theirs.params[0], theirs.bse[0]), rel=1e-9)
        assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)


@pytest.mark.parametrize(
    ("ours", "name", "method"),
    [(discoveries.benjamini_hochberg, "fdr_bh", "bh"), (discoveries.benjamini_yekutieli, "fdr_by", "by")],
)
def test_false_discoveries_agree_with_statsmodels_and_scipy(ours: object, name: str, method: str) -> None:
    """100 lists of 1 to 400 p-values, with ties, zeros and ones among them, and all lists of one size at once."""
    rng = np.random.default_rng(8)
    for _ in range(100):
        p = np.round(rng.beta(0.5, 2, rng.integers(1, 400)), rng.integers(2, 12))
        found = ours(p)  # type: ignore[operator]
        assert found == pytest.approx(multipletests(p, method=name)[1], abs=1e-12)
        assert found == pytest.approx(stats.false_discovery_control(p, method=method), abs=1e-12)
    many = rng.random((20, 30))
    assert ours(many) == pytest.approx(stats.false_discovery_control(many, axis=-1, method=method))  # type: ignore[operator]
