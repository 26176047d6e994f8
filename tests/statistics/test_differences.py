"""Differences of two estimates: printed tables, independent software, and agreement of test and interval."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats
from statsmodels.stats.proportion import confint_proportions_2indep

from cxdash.statistics import differences as df
from cxdash.statistics.distributions import normal_quantile
from cxdash.statistics.intervals import Z95, mean_interval, nps_score_interval, nps_value, wilson
from cxdash.statistics.retention import ratio_state
from cxdash.statistics.survival import product_limit


@pytest.mark.parametrize(
    ("first", "second", "diff", "low", "high", "p"),
    [
        ((15, 25, 60), (20, 30, 50), 0.15, -0.062946102, 0.357297259, 0.166546575),
        ((120, 300, 580), (150, 310, 540), 0.07, 0.007134637, 0.132719287, 0.029103156),
        ((0, 0, 10), (2, 3, 5), 0.70, 0.029976632, 1.216592197, 0.042077445),
    ],
)
def test_nps_table(first: tuple, second: tuple, diff: float, low: float, high: float, p: float) -> None:
    """The three differences of the methods, to every printed digit."""
    found = df.nps_difference(*first, *second)
    assert (found.diff, found.low, found.high, found.p) == pytest.approx((diff, low, high, p), abs=1.1e-9)


def test_newcombe_agrees_with_statsmodels() -> None:
    """All pairs of a small grid of counts against statsmodels' method "newcomb"."""
    grid = [(x1, 12, x2, 9) for x1 in range(13) for x2 in range(10)]
    found = df.proportion_difference(*np.transpose(grid))
    expected = [confint_proportions_2indep(*counts, method="newcomb") for counts in grid]
    assert np.transpose([found.low, found.high]) == pytest.approx(np.array(expected), abs=1e-9)


def test_newcombe_p() -> None:
    """The CSAT example: p by inversion, near the pooled z test at large n."""
    assert df.proportion_difference(412, 500, 380, 500).p == pytest.approx(0.012779060, abs=1e-9)


def test_mover_p_agrees_with_an_independent_root_finder() -> None:
    """The brentq of scipy on alpha finds the same level, for proportions and for NPS."""

    def clearance(alpha: float) -> float:
        z = float(normal_quantile(1 - alpha / 2))
        (l1, _), (_, u2) = nps_score_interval(10, 20, 40, z=z), nps_score_interval(14, 20, 22, z=z)
        return df.mover(nps_value(10, 20, 40), l1, 1, nps_value(14, 20, 22), 0, u2)[1]

    p = optimize.brentq(clearance, 1e-8, 0.99, xtol=1e-15, rtol=1e-14)
    assert df.nps_difference(10, 20, 40, 14, 20, 22).p == pytest.approx(p, abs=1e-11)


def test_extreme_p_values() -> None:
    """Equal states have p = 1, opposite ones a tiny p, and huge ones 0 without warning; all stay within 0..1."""
    found = df.nps_difference([5, 0, 0], [5, 0, 0], [5, 500, 10**7], [5, 500, 10**7], [5, 0, 0], [5, 0, 0])
    assert found.p[0] == 1.0
    assert 0 <= found.p[2] <= found.p[1] < 1e-50


def test_welch_agrees_with_scipy() -> None:
    """Welch on raw answers against scipy: t, degrees of freedom, p and interval."""
    rng = np.random.default_rng(3)
    first, second = rng.integers(1, 6, 31), rng.integers(2, 8, 47)
    state = [v for scores in (first, second) for v in (scores.size, scores.sum(), (scores**2).sum())]
    expected = stats.ttest_ind(first, second, equal_var=False)
    limits = expected.confidence_interval()
    found = df.welch(*state)
    assert df.welch_statistic(*state)[2:] == pytest.approx((expected.statistic, expected.df), rel=1e-12)
    assert (found.p, found.low, found.high) == pytest.approx((expected.pvalue, limits.low, limits.high), rel=1e-11)


def test_welch_without_spread_or_answers() -> None:
    """Two constant groups, one answer, none: the difference where it exists, no limits and no p."""
    found = df.welch([5, 1, 0], [15, 3, 0], [45, 9, 0], [4, 9, 9], [8, 20, 20], [16, 60, 60])
    assert found.diff[:2] == pytest.approx([1.0, 3 - 20 / 9])
    assert np.isnan(found.diff[2])
    assert np.isnan([found.low, found.high, found.p]).all()


def test_normal_difference() -> None:
    """Two estimates with standard errors; no errors, no test."""
    found = df.normal_difference([37.4, 1.0], [3.0, 0.0], [32.1, 0.0], [4.0, 0.0])
    assert (found.diff[0], found.low[0], found.high[0]) == pytest.approx((5.3, 5.3 - 5 * Z95, 5.3 + 5 * Z95))
    assert found.p[0] == pytest.approx(2 * stats.norm.sf(5.3 / 5), rel=1e-12)
    assert np.isnan([found.low[1], found.high[1], found.p[1]]).all()


def test_missing_groups() -> None:
    """An empty group on either side leaves nothing to compare."""
    assert np.isnan(df.nps_difference([0, 1], [0, 1], [0, 1], [1, 0], [1, 0], [1, 0])).all()
    assert np.isnan(df.proportion_difference([0, 1], [0, 2], [1, 0], [2, 0])).all()


def test_mover_p_of_churn_retention_and_means() -> None:
    """Any estimate whose interval takes z can be inverted: p is .05 where the 95 % interval touches zero."""
    churn = [lambda z, d=d: product_limit([1000, 990], [d, 4], z=z)[2:] for d in (20, 6)]
    kept = [lambda z, y=y: ratio_state(30, 900, y, 31000, 24000, 20000 + y, z=z)[2:] for y in (800, 700)]
    mean = [lambda z, s=s: mean_interval(25, s, 400, z=z)[1:] for s in (80, 60)]
    for first, second in (churn, kept, mean):
        (l1, u1), (l2, u2) = first(Z95), second(Z95)
        e1, e2 = (float((v(1e-9)[0] + v(1e-9)[1]) / 2) for v in (first, second))
        p = df.mover_p(first, second, e1, e2)
        low = df.mover(e1, l1, u1, e2, l2, u2)[1]
        assert 0 < p < 1
        assert (p < 0.05) == (low > 0)


def test_mover_p_with_a_published_interval() -> None:
    """Own proportion against a benchmark known without error is one-sample inversion of Wilson's interval."""
    fixed = np.float64(0.5)
    p = df.mover_p(lambda z: wilson(60, 100, z=z), lambda z: (fixed + 0 * z, fixed + 0 * z), 0.6, fixed)
    assert p == pytest.approx(2 * stats.norm.sf((0.6 - 0.5) / np.sqrt(0.25 / 100)), rel=1e-9)
