"""Drivers, trends, spreads, pairs, mix and weekdays against regressions of statsmodels, numpy, pandas and scipy.

The libraries get rows or plain matrices, we get sums and counts; random problems, agreement to 1e-9.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats
from statsmodels.regression.linear_model import OLS, WLS
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.oaxaca import OaxacaBlinder
from statsmodels.tools import add_constant

from cxdash.statistics import benchmark as bm
from cxdash.statistics import channel_pairs, consistency, decomposition, monitoring, weekdays
from cxdash.statistics import drivers as dr
from cxdash.statistics.arrays import Floats

KNOWN = {"cov_type": "fixed scale", "use_t": False}
"""A regression whose weights are known variances: its errors are not rescaled by its residuals."""


def ratings(rng: np.random.Generator, drivers: int) -> Floats:
    """Outcome and correlated ratings 1 to 5 of 30 to 300 customers."""
    rows = int(rng.integers(30, 300))
    latent = rng.normal(size=(rows, drivers)) + rng.normal(size=(rows, 1))
    outcome = latent @ rng.normal(size=drivers) + rng.normal(size=rows)
    return np.clip(np.round(3 + np.column_stack([outcome, latent])), 1, 5)


def correlations(data: Floats) -> tuple[Floats, Floats]:
    """Correlations among drivers and with the outcome, from integer sums."""
    whole = data.astype(int)
    r = dr.correlations(len(whole), whole.sum(axis=0), whole.T @ whole)
    return r[1:, 1:], r[1:, 0]


def test_lmg_is_the_mean_increment_of_regressions() -> None:
    """50 problems of 1 to 4 drivers: statsmodels' R-squared in every order of entry."""
    rng = np.random.default_rng(1)
    for _ in range(50):
        p = int(rng.integers(1, 5))
        data = ratings(rng, p)
        explained = {(): 0.0}
        shares = np.zeros(p)
        orders = list(permutations(range(p)))
        for order in orders:
            for k, driver in enumerate(order):
                before, after = tuple(sorted(order[:k])), tuple(sorted(order[: k + 1]))
                if after not in explained:
                    columns = [1 + i for i in after]
                    explained[after] = OLS(data[:, 0], add_constant(data[:, columns])).fit().rsquared
                shares[driver] += (explained[after] - explained[before]) / len(orders)
        assert dr.lmg(*correlations(data)) == pytest.approx(shares, abs=1e-9)


def test_relative_weights_are_those_of_the_nearest_orthogonal_drivers() -> None:
    """100 problems of 2 to 8 drivers: Johnson's construction from the singular vectors of the rows."""
    rng = np.random.default_rng(2)
    for _ in range(100):
        data = ratings(rng, int(rng.integers(2, 9)))
        standard = (data - data.mean(axis=0)) / data.std(axis=0) / np.sqrt(len(data))
        left, _, right = np.linalg.svd(standard[:, 1:], full_matrices=False)
        orthogonal = left @ right
        on_outcome, on_drivers = orthogonal.T @ standard[:, 0], orthogonal.T @ standard[:, 1:]
        found = dr.relative_weights(*correlations(data))
        assert found == pytest.approx((on_drivers.T**2) @ on_outcome**2, abs=1e-9)
        full = OLS(data[:, 0], add_constant(data[:, 1:])).fit()
        assert found.sum() == pytest.approx(full.rsquared, abs=1e-9)


def test_pairwise_correlations_agree_with_pandas() -> None:
    """50 tables with a third of the ratings missing."""
    rng = np.random.default_rng(3)
    for _ in range(50):
        data = ratings(rng, 4)
        data[rng.random(data.shape) < 0.33] = np.nan
        seen, zero = ~np.isnan(data), np.nan_to_num(data)
        state = seen.T.astype(int) @ seen, zero.T @ seen, (zero**2).T @ seen, zero.T @ zero
        assert dr.pairwise_correlations(*state) == pytest.approx(pd.DataFrame(data).corr().to_numpy(), abs=1e-9)


def test_trends_agree_with_weighted_regressions() -> None:
    """100 series of known variances: slope, error and what the line leaves over."""
    rng = np.random.default_rng(4)
    for _ in range(100):
        t = np.sort(rng.choice(40, rng.integers(3, 15), replace=False))
        y, v = rng.normal(30, 5, t.size), rng.uniform(0.5, 9, t.size)
        theirs = WLS(y, add_constant(t.astype(float)), weights=1 / v).fit(**KNOWN)
        found = bm.trend_known_variance(t, y, v, inflate=False)
        q = theirs.wresid @ theirs.wresid
        assert [found.slope, found.se, found.q] == pytest.approx([theirs.params[1], theirs.bse[1], q], rel=1e-9)
        assert found.p_fit == pytest.approx(stats.chi2.sf(q, t.size - 2), rel=1e-9)
        widened = bm.trend_known_variance(t, y, v).se
        assert widened == pytest.approx(theirs.bse[1] * max(1.0, np.sqrt(q / (t.size - 2))), rel=1e-9)


def channels(rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Scores, variances and traffic of 2 to 9 channels, from much spread to none."""
    k = int(rng.integers(2, 10))
    v = rng.uniform(1, 90, k)
    return rng.normal(30, rng.choice([0, 5, 20])) + rng.normal(0, np.sqrt(v)), v, rng.dirichlet(np.ones(k))


def test_heterogeneity_agrees_with_statsmodels() -> None:
    """100 sets of channels: Q, tau-squared of DerSimonian and Laird, I-squared."""
    rng = np.random.default_rng(5)
    for _ in range(100):
        y, v, _ = channels(rng)
        found, theirs = consistency.heterogeneity(y, v), combine_effects(y, v, method_re="dl")
        q, spare = theirs.q, len(y) - 1
        assert [found.q, found.p] == pytest.approx([q, stats.chi2.sf(q, spare)], rel=1e-9)
        assert found.tau2_dl == pytest.approx(max(theirs.tau2, 0.0), rel=1e-9)
        assert found.i2 == pytest.approx(max(100 * theirs.i2, 0.0), abs=1e-9)


def noncentrality(statistic: float, degrees: float, level: float) -> float:
    """The lambda at which scipy's noncentral chi-squared puts so much below the statistic; 0 where none does."""

    def excess(shift: float) -> float:
        return float(stats.ncx2.cdf(statistic, degrees, shift)) - level

    return 0.0 if excess(1e-12) <= 0 else float(optimize.brentq(excess, 1e-12, 1e5, xtol=1e-12))


def test_spread_of_channels_solves_the_noncentral_distribution() -> None:
    """100 sets of channels: delta, limits and p by plain matrices, scipy's ncx2 and its root finder."""
    rng = np.random.default_rng(6)
    for _ in range(100):
        y, v, w = channels(rng)
        found = consistency.level_spread(y, v, w, reference_spread=30.0)
        a = np.diag(w) - np.outer(w, w)
        between, noise, second = y @ a @ y, np.trace(a @ np.diag(v)), np.trace(a @ np.diag(v) @ a @ np.diag(v))
        scale, degrees = second / noise, noise**2 / second
        assert found.delta**2 == pytest.approx(max(between - noise, 0.0), rel=1e-9, abs=1e-9)
        assert found.p == pytest.approx(stats.chi2.sf(between / scale, degrees), rel=1e-8)
        for limit, level in ((found.delta_low, 0.975), (found.delta_high, 0.025)):
            shift = noncentrality(between / scale, degrees, level)
            assert limit**2 / scale == pytest.approx(shift, rel=1e-9, abs=1e-9)


def test_paired_levels_agree_with_a_regression_on_pairs() -> None:
    """50 problems: every customer's difference on channel indicators, levels adding to zero."""
    rng = np.random.default_rng(7)
    for _ in range(50):
        k = int(rng.integers(3, 6))
        first, second = np.triu_indices(k, 1)
        rated = rng.integers(2, 40, first.size)
        pair = np.repeat(np.arange(first.size), rated)
        level = rng.normal(0, 20, k)
        d = np.rint(level[second[pair]] - level[first[pair]] + rng.normal(0, 60, pair.size))
        sums = [np.bincount(pair, d**power) for power in (0, 1, 2)]
        found = channel_pairs.paired_levels(first, second, *sums, channels=k)
        design = (np.eye(k)[second[pair]] - np.eye(k)[first[pair]])[:, 1:]
        theirs = OLS(d, design).fit()  # levels above the first channel's; ours add to zero
        centred = np.eye(k)[:, 1:] - 1 / k
        assert found.theta == pytest.approx(centred @ theirs.params, abs=1e-9)
        # The spread of one difference is pure error here: within pairs, not about the fitted levels.
        within = sum(np.var(d[pair == e]) * rated[e] for e in range(first.size)) / (d.size - first.size)
        assert found.s2 == pytest.approx(within, rel=1e-9)
        expected = centred @ theirs.normalized_cov_params @ centred.T * within
        assert found.covariance == pytest.approx(expected, abs=1e-9)


def test_mix_and_rate_agree_with_oaxaca_and_blinder() -> None:
    """20 changes of 2 to 4 segments: rate effects add to the unexplained part, mix effects to the explained one."""
    rng = np.random.default_rng(8)
    for _ in range(20):
        k = int(rng.integers(2, 5))
        n = rng.integers(20, 150, (2, k))
        x = np.array([rng.permutation(rng.binomial(v, rng.uniform(0.1, 0.9, k))) for v in n])
        x = np.minimum(x, n)
        segment, period, answer = [], [], []
        for t in (0, 1):
            for s in range(k):
                segment += [s] * n[t, s]
                period += [t] * n[t, s]
                answer += [1] * x[t, s] + [0] * (n[t, s] - x[t, s])
        columns = np.column_stack([np.eye(k)[segment][:, 1:], period])
        model = OaxacaBlinder(np.array(answer), columns, k - 1, hasconst=False, swap=False)
        unexplained, explained, gap = model.two_fold(two_fold_type="self_submitted", submitted_weight=0.5).params
        mix, rate = decomposition.mix_rate(n[0], x[0], n[1], x[1])
        change = x[1].sum() / n[1].sum() - x[0].sum() / n[0].sum()
        sign = np.sign(gap * change)  # which period it takes for the first depends on their means
        assert sign * gap == pytest.approx(change, abs=1e-9)
        assert [rate.sum(), mix.sum()] == pytest.approx([sign * unexplained, sign * explained], abs=1e-9)


def test_weekday_baselines_agree_with_weighted_regressions() -> None:
    """50 baselines with missing days: Q, the moment estimate by its projection matrix, means and errors."""
    rng = np.random.default_rng(9)
    for _ in range(50):
        days = np.arange(7 * int(rng.integers(4, 14))) % 7
        v = 6000 / rng.integers(12, 300, days.size)
        y = 30 + rng.normal(0, 6, 7)[days] + rng.normal(0, rng.choice([0, 5, 9]), days.size)
        y += rng.normal(0, np.sqrt(v))
        y[rng.random(days.size) < 0.1] = np.nan
        found = weekdays.weekday_baseline(y, v, days)
        known = ~np.isnan(y)
        x, w = np.eye(7)[days[known]], np.diag(1 / v[known])
        q = WLS(y[known], x, weights=1 / v[known]).fit(**KNOWN).wresid
        projection = w - w @ x @ np.linalg.inv(x.T @ w @ x) @ x.T @ w
        tau2 = max(0.0, (q @ q - (known.sum() - 7)) / np.trace(projection))
        assert [found.q, found.tau2] == pytest.approx([q @ q, tau2], rel=1e-9, abs=1e-9)
        theirs = WLS(y[known], x, weights=1 / (v[known] + tau2)).fit(**KNOWN)
        assert found.mean == pytest.approx(theirs.params, abs=1e-9)
        assert found.se == pytest.approx(theirs.bse, abs=1e-9)
        prediction = theirs.get_prediction(np.eye(7)[[3]]).se_mean[0]
        z = (12.0 - theirs.params[3]) / np.sqrt(50.0 + tau2 + prediction**2)
        assert weekdays.weekday_z(found, 12.0, 50.0, 3) == pytest.approx(z, abs=1e-9)


def test_ewma_agrees_with_pandas() -> None:
    """50 series with missing days: pandas' recursive mean about the start, carried over the gaps."""
    rng = np.random.default_rng(10)
    for _ in range(50):
        z = rng.normal(0, 1, 60)
        z[rng.random(60) < 0.15] = np.nan
        smoothing = float(rng.uniform(0.05, 0.5))
        found, _ = monitoring.ewma(z, smoothing=smoothing, start=0.5)
        padded = pd.Series(np.concatenate([[0.5], z]))
        expected = padded.dropna().ewm(alpha=smoothing, adjust=False).mean().reindex(padded.index).ffill()
        assert found == pytest.approx(expected.to_numpy()[1:], abs=1e-12)
