"""Ratios of rates and risks: printed tables, scipy and statsmodels, and zero cells."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from cxdash.statistics import rates


def test_rate_ratio_table() -> None:
    """41 in 1890.25 against 22 in 2410.75: exact and log intervals, exact p (R poisson.test)."""
    exact = rates.rate_ratio(41, 1890.25, 22, 2410.75)
    assert exact == pytest.approx((2.376808022, 1.383114655, 4.189597497), abs=1e-9)
    log = rates.rate_ratio_log(41, 1890.25, 22, 2410.75)
    assert (log.low, log.high) == pytest.approx((1.415914920, 3.989799311), abs=1e-9)
    assert rates.rate_ratio_p(41, 1890.25, 22, 2410.75) == pytest.approx(0.000861037571, abs=1e-12)


@pytest.mark.parametrize(("d1", "d2", "t1", "t2"), [(0, 5, 10, 12), (3, 3, 10, 10), (250, 180, 1e5, 9e4), (7, 0, 1, 9)])
def test_exact_p_is_the_binomial_test(d1: int, d2: int, t1: float, t2: float) -> None:
    """Given the events in all, the first group's are binomial: scipy's test gives the same p."""
    expected = stats.binomtest(d1, d1 + d2, t1 / (t1 + t2)).pvalue
    assert rates.rate_ratio_p(d1, t1, d2, t2) == pytest.approx(expected, rel=1e-9)


def test_risk_ratio_table() -> None:
    """60/400 against 45/600: Katz and Koopman (contingencytables, PropCIs)."""
    assert rates.risk_ratio(60, 400, 45, 600) == pytest.approx((2, 1.388091046, 2.881655357), abs=1e-9)
    assert rates.risk_ratio_score(60, 400, 45, 600) == pytest.approx((2, 1.390661077, 2.875940348), abs=1e-7)


def test_koopman_agrees_with_statsmodels() -> None:
    """Small counts: the limits statsmodels finds by inverting the score test without correction."""
    grid = [(5, 20, 9, 30), (1, 15, 6, 12), (14, 15, 3, 12)]
    found = rates.risk_ratio_score(*np.transpose(grid))
    expected = [
        confint_proportions_2indep(*counts, compare="ratio", method="score", correction=False) for counts in grid
    ]
    assert np.transpose([found.low, found.high]) == pytest.approx(np.array(expected), rel=1e-5)


def test_zero_cells() -> None:
    """No event above: lower limit 0. None below: unbounded, NaN. None at all, nobody: nothing."""
    above, below, none, nobody = np.transpose(rates.risk_ratio_score([0, 6, 0, 0], [20, 20, 20, 0], [6, 0, 0, 1], 30))
    assert above[:2].tolist() == [0, 0]
    assert 0 < above[2] < 2
    assert np.isnan(below[[0, 2]]).all()
    assert below[1] > 1
    assert np.isnan([none, nobody]).all()
    assert np.isnan(rates.risk_ratio(0, 20, 6, 30)).all()
    assert np.isnan(rates.rate_ratio_log(0, 20, 6, 30)).all()
    empty = rates.rate_ratio([5, 0, 5], [10, 10, 0], [0, 0, 5], [10, 10, 10])
    assert np.isnan(empty.ratio).all()
    assert np.isnan(empty.high).all()
    assert empty.low[0] > 0
    assert np.isnan(rates.rate_ratio_p(0, 10, 0, 10))


def test_mantel_haenszel_of_one_stratum_is_crude() -> None:
    """Without strata to adjust for it is the plain ratio; empty strata weigh nothing; no events, no answer."""
    crude = np.array(rates.rate_ratio_log(41, 1890.25, 22, 2410.75))
    assert rates.mantel_haenszel([41], [1890.25], [22], [2410.75]) == pytest.approx(crude)
    assert rates.mantel_haenszel([41, 0], [1890.25, 0], [22, 0], [2410.75, 0]) == pytest.approx(crude)
    assert np.isnan(rates.mantel_haenszel([0], [10], [0], [10])).all()


def test_exact_p_of_many_pairs_at_once() -> None:
    """A table of cells in one call: each as scipy's binomial test alone; nothing where nothing happened."""
    rng = np.random.default_rng(3)
    d1, d2, t1, t2 = rng.integers(0, 40, 60), rng.integers(0, 400, 60), rng.uniform(1, 9, 60), rng.uniform(1, 90, 60)
    found = rates.rate_ratio_p(d1, t1, d2, t2)
    expected = [
        stats.binomtest(int(a), int(a + b), s / (s + t)).pvalue for a, s, b, t in zip(d1, t1, d2, t2, strict=True)
    ]
    assert found == pytest.approx(expected, rel=1e-9)
    assert rates.rate_ratio_p([[3], [0]], [10, 20], 5, 10).shape == (2, 2)
    assert np.isnan(rates.rate_ratio_p([0, 3, -1], [9, 0, 9], [0, 3, 3], 9)).all()


def test_exact_p_of_huge_counts() -> None:
    """10^12 events take no longer than ten, and give the p the normal distribution gives there."""
    events = np.array([10**6, 10**9, 10**12, 10**15])
    more = events + np.round(1.5 * np.sqrt(2 * events))
    assert rates.rate_ratio_p(more, 1.0, events, 1.0) == pytest.approx(2 * stats.norm.sf(1.5), rel=5e-3)


def test_effective_counts_and_unbounded_limits() -> None:
    """A hundred-thousandth of an event has a ratio, but its limits reach further than any number: high is NaN."""
    found = rates.rate_ratio_log(1e-6, 1, 3, 1)
    assert found.ratio == pytest.approx(1e-6 / 3)
    assert (found.low, np.isnan(found.high)) == (0, True)
    assert np.isnan(rates.mantel_haenszel([-1, 3], [9, 9], [2, 2], [9, 9])).all()
