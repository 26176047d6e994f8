"""Shares, scores, means and their differences against statsmodels and scipy: random problems, agreement to 1e-9.

Where a library stops earlier than 1e-9 its own equation is asked at our answer, or the equation is solved anew.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats
from statsmodels.regression.linear_model import WLS
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_confint,
)
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from cxdash.statistics import differences, weighting
from cxdash.statistics import intervals as iv
from cxdash.statistics.arrays import Floats

Z99 = float(stats.norm.ppf(0.995))


def share_counts(seed: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Counts x of n, n from 1 to a million, all and none included."""
    rng = np.random.default_rng(seed)
    n = np.rint(10 ** rng.uniform(0, 6, size)).astype(int)
    x = rng.binomial(n, rng.beta(0.5, 0.5, size))
    x[:10], x[10:20] = 0, n[10:20]
    return x, n


def nps_counts(seed: int, size: int) -> Floats:
    """Detractors, passives, promoters, shape (3, size): whole and effective, with empty categories among them."""
    rng = np.random.default_rng(seed)
    counts = rng.dirichlet([0.6, 0.6, 0.9], size).T * 10 ** rng.uniform(0.3, 4, size)
    counts[:, : size // 2] = np.rint(counts[:, : size // 2])
    counts[1] += counts.sum(axis=0) == 0
    return counts


# --- one estimate ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ours", "theirs"), [(iv.wilson, "wilson"), (iv.clopper_pearson, "beta")])
def test_intervals_of_shares_agree_with_statsmodels(ours: object, theirs: str) -> None:
    """200 random shares, Wilson's and the exact interval."""
    x, n = share_counts(1, 200)
    expected = np.array(proportion_confint(x, n, method=theirs))
    assert np.array(ours(x, n)) == pytest.approx(expected, abs=1e-9)  # type: ignore[operator]


def test_intervals_of_shares_agree_with_scipy() -> None:
    """At 99 %, where the level is an argument of either."""
    for x, n in np.transpose(share_counts(2, 60)):
        test = stats.binomtest(int(x), int(n))
        wilson, exact = test.proportion_ci(0.99, "wilson"), test.proportion_ci(0.99, "exact")
        assert iv.wilson(x, n, z=Z99) == pytest.approx((wilson.low, wilson.high), abs=1e-9)
        # scipy's exact limits are roots to 2e-12 of themselves; ours are beta quantiles
        assert iv.clopper_pearson(x, n, level=0.99) == pytest.approx((exact.low, exact.high), abs=1e-9)


def textbook_score_limits(d: float, m: float, p: float, z: float) -> tuple[float, float]:
    """Tango's limits from the equation as the methods print it (1.2), by scipy's root finder."""
    n, nps = d + m + p, (p - d) / (d + m + p)

    def distance(delta: float) -> float:
        a, b, c = 2 * n, -d - p + (2 * n - p + d) * delta, -d * delta * (1 - delta)
        q = (np.sqrt(max(b * b - 4 * a * c, 0.0)) - b) / (2 * a)
        spread = n * (2 * q + delta * (1 - delta))
        return (p - d - n * delta) ** 2 - z * z * spread

    low = -1.0 if d == n else optimize.brentq(distance, -1 + 1e-13, nps - 1e-9, xtol=1e-15)
    high = 1.0 if p == n else optimize.brentq(distance, nps + 1e-9, 1 - 1e-13, xtol=1e-15)
    return low, high


@pytest.mark.parametrize("z", [iv.Z95, Z99, 1.0])
def test_nps_score_interval_solves_the_printed_equation(z: float) -> None:
    """120 random cells, half of them effective counts, at three levels."""
    counts = nps_counts(3, 120)
    found = np.transpose(iv.nps_score_interval(*counts, z=z))
    expected = np.array([textbook_score_limits(*cell, z) for cell in counts.T])
    assert found == pytest.approx(expected, abs=1e-9)


def test_nps_score_interval_solves_the_quartic() -> None:
    """200 cells without rare categories, where its roots are well apart: Yang, Sun & Hardin's limits (2013)."""
    rng = np.random.default_rng(4)
    k = 1 / iv.Z95**2
    for d, m, p in rng.dirichlet([4, 4, 4], 200) * rng.uniform(5, 2000, (200, 1)):
        n, t, s = d + m + p, p - d, p + d
        a2, a1, a0, b1, b0 = 2 * n**2 * k + 2 * n, -t * (4 * n * k + 1), 2 * t**2 * k - s, 2 * n - t, -s
        third = a1**2 + 2 * a2 * a0 - b1**2 + 8 * n * d
        roots = np.roots([a2**2, 2 * a2 * a1, third, 2 * a1 * a0 - 2 * b1 * b0 - 8 * n * d, a0**2 - b0**2])
        # 1e-8: a root of a quartic given by its coefficients is no better known in double precision
        assert max(np.abs(roots - limit).min() for limit in iv.nps_score_interval(d, m, p)) < 1e-8


def test_means_agree_with_statsmodels() -> None:
    """Mean, variance and t limits of 60 samples from n and two sums."""
    rng = np.random.default_rng(5)
    for _ in range(60):
        scores = rng.integers(1, rng.integers(3, 11), rng.integers(2, 400))
        theirs = DescrStatsW(scores)
        state = scores.size, scores.sum(), scores @ scores
        low, high = theirs.tconfint_mean()
        assert iv.mean_interval(*state) == pytest.approx((theirs.mean, low, high), abs=1e-9)
        assert iv.mean_variance(*state)[1] == pytest.approx(theirs.var_ddof(1), abs=1e-9)


def test_weighted_nps_agrees_with_a_weighted_regression() -> None:
    """The linearised error is the robust (HC1) error of a regression on nothing but a constant."""
    rng = np.random.default_rng(6)
    for _ in range(60):
        score, weight = rng.integers(-1, 2, 80), rng.gamma(2, 1, 80)
        state = [[np.sum(weight[score == s] ** power) for s in (-1, 0, 1)] for power in (0, 1, 2)]
        theirs = WLS(score, np.ones(80), weights=weight).fit(cov_type="HC1")
        found = weighting.weighted_nps(*state)
        assert (found.nps, found.se) == pytest.approx((theirs.params[0], theirs.bse[0]), abs=1e-9)


# --- two estimates --------------------------------------------------------------------------------------------------


def test_newcombe_agrees_with_statsmodels() -> None:
    """200 random pairs of shares."""
    (x1, n1), (x2, n2) = share_counts(7, 200), share_counts(8, 200)
    found = differences.proportion_difference(x1, n1, x2, n2)
    expected = np.array(
        [confint_proportions_2indep(*cell, method="newcomb") for cell in zip(x1, n1, x2, n2, strict=True)]
    )
    assert np.transpose([found.low, found.high]) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("kind", ["proportion", "nps"])
def test_p_values_solve_their_intervals(kind: str) -> None:
    """At the z of our p the limit of the difference, from the two estimates' own limits, is 0; 100 random pairs."""
    if kind == "proportion":
        first, second = share_counts(9, 100), share_counts(10, 100)
        found, interval = differences.proportion_difference(*first, *second), iv.wilson
        value = (first[0] / first[1], second[0] / second[1])
    else:
        first, second = nps_counts(11, 100), nps_counts(12, 100)  # type: ignore[assignment]
        found, interval = differences.nps_difference(*first, *second), iv.nps_score_interval
        value = (iv.nps_value(*first), iv.nps_value(*second))
    known = (found.p > 1e-250) & (found.diff != 0)
    assert known.sum() > 50
    z = -stats.norm.ppf(np.where(known, found.p, 1.0) / 2)
    (l1, u1), (l2, u2) = interval(*first, z=z), interval(*second, z=z)
    limit = np.where(
        found.diff > 0,
        found.diff - np.hypot(value[0] - l1, u2 - value[1]),
        found.diff + np.hypot(u1 - value[0], value[1] - l2),
    )
    assert limit[known] == pytest.approx(0, abs=1e-9)
    assert ((found.p < 0.05) == ((found.low > 0) | (found.high < 0))).all()


def test_welch_agrees_with_scipy_and_statsmodels() -> None:
    """100 pairs of samples: t, degrees of freedom, p and limits."""
    rng = np.random.default_rng(13)
    for _ in range(100):
        first, second = rng.integers(1, 8, rng.integers(2, 300)), rng.integers(1, 6, rng.integers(3, 300))
        state = [(v.size, v.sum(), v @ v) for v in (first, second)]
        theirs = stats.ttest_ind(first, second, equal_var=False)
        limits = theirs.confidence_interval()
        found, (_, _, t, df) = (
            differences.welch(*state[0], *state[1]),
            differences.welch_statistic(*state[0], *state[1]),
        )
        assert (t, df) == pytest.approx((theirs.statistic, theirs.df), rel=1e-9)
        assert (found.p, found.low, found.high) == pytest.approx((theirs.pvalue, limits.low, limits.high), rel=1e-9)
        compared = CompareMeans(DescrStatsW(first), DescrStatsW(second)).tconfint_diff(usevar="unequal")
        assert (found.low, found.high) == pytest.approx(compared, abs=1e-9)


def test_panels_agree_with_a_paired_test() -> None:
    """60 tables of customers asked twice: the paired t test of scipy on their answers."""
    rng = np.random.default_rng(14)
    for _ in range(60):
        moves = rng.multinomial(rng.integers(5, 400), rng.dirichlet(np.ones(9))).reshape(3, 3)
        before, after = (np.repeat(axis.ravel() - 1, moves.ravel()) for axis in np.indices((3, 3)))
        theirs = stats.ttest_rel(after, before)
        found = weighting.panel_change(moves)
        limits = theirs.confidence_interval()
        if np.ptp(after - before) == 0:
            continue
        assert (found.t, found.p) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-9)
        assert (found.low, found.high) == pytest.approx((limits.low, limits.high), abs=1e-9)
