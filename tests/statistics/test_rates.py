"""Ratios of rates and risks: printed tables, scipy and statsmodels, and zero cells."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from cxdash.statistics import rates, retention


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


def test_retention_table() -> None:
    """NRR and GRR of ten customers: R's svyratio for the error, t with nine degrees of freedom for the limits."""
    net = retention.net_retention(10, 1600, 1490, 380000, 384400, 406500)
    gross = retention.gross_retention(10, 1600, 1400, 380000, 361900, 359200)
    assert net[:2] == pytest.approx((0.93125, 0.093404673605), abs=1e-12)
    assert gross[:2] == pytest.approx((0.875, 0.085423018057), abs=1e-12)
    half = stats.t.ppf(0.975, 9) * 0.093404673605
    assert net[2:] == pytest.approx((0.93125 - half, 0.93125 + half), abs=1e-10)
    assert gross.high == 1.0


def test_retention_edges() -> None:
    """Nobody, no revenue, one customer, everybody unchanged."""
    found = retention.ratio_state([0, 3, 1, 3], [0, 0, 50, 60], [0, 10, 40, 60], [0, 0, 2500, 1400], [0, 0, 2000, 1400],
                                  [0, 50, 1600, 1400])  # fmt: skip
    assert found.ratio.tolist() == pytest.approx([np.nan, np.nan, 0.8, 1.0], nan_ok=True)
    assert found.se.tolist() == pytest.approx([np.nan, np.nan, np.nan, 0.0], nan_ok=True)
    assert (found.low[3], found.high[3]) == (1.0, 1.0)


def test_revenue_in_cents_beyond_int64() -> None:
    """Sums of squares of cents beyond int64 arrive as wide integers; half kept by each is certain."""
    x = np.array([10**9, 3 * 10**9, 2 * 10**9] * 20_000, dtype=object)
    wide = [x.size, int(x.sum()), int(x.sum()) // 2, *(int((x * x).sum()) // part for part in (1, 2, 4))]
    found = retention.ratio_state(*(np.array([v], dtype=object) for v in wide))
    assert found.ratio[0] == pytest.approx(0.5)
    assert found.se[0] == pytest.approx(0.0, abs=1e-9)
