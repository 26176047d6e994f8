"""What driver weights bear: statsmodels, thin pairs, copies, and differences that know shared customers."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
import statsmodels.api as sm
from statsmodels.stats.outliers_influence import variance_inflation_factor

from cxdash.statistics import driver_reading as rd
from cxdash.statistics import drivers as dr


def ratings(seed: int, rows: int, drivers: int) -> np.ndarray:
    """Outcome and correlated ratings 1..5; the last driver has no effect of its own."""
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(rows, drivers)) + rng.normal(size=(rows, 1))
    outcome = latent @ np.linspace(1, 0, drivers) + 2 * rng.normal(size=rows)
    return np.clip(np.round(3 + np.column_stack([outcome / 3, latent])), 1, 5)


def standardised(data: np.ndarray) -> np.ndarray:
    return (data - data.mean(axis=0)) / data.std(axis=0)


def in_buckets(data: np.ndarray, buckets: int, seed: int) -> list[np.ndarray]:
    place = np.random.default_rng(seed).integers(0, buckets, len(data))
    return [data[place == g] for g in range(buckets)]


def pairwise_state(data: np.ndarray) -> tuple[np.ndarray, ...]:
    seen = ~np.isnan(data)
    zero, there = np.where(seen, data, 0), seen.astype(float)
    return there.T @ there, zero.T @ there, (zero**2).T @ there, zero.T @ zero


def test_slopes_are_least_squares() -> None:
    """Standardised slopes, errors, t and p of statsmodels from rows, ours from two correlation matrices at once."""
    data = [ratings(1, 400, 4), ratings(2, 400, 4)]
    r = np.array([np.corrcoef(d.T) for d in data])
    found = rd.slopes(r[:, 1:, 1:], r[:, 1:, 0], 400)
    for cell, rows in enumerate(data):
        fit = sm.OLS(standardised(rows)[:, 0], sm.add_constant(standardised(rows)[:, 1:])).fit()
        assert found.beta[cell] == pytest.approx(fit.params[1:], rel=1e-9)
        assert found.se[cell] == pytest.approx(fit.bse[1:], rel=1e-9)
        assert found.p[cell] == pytest.approx(fit.pvalues[1:], rel=1e-6)
    assert found.p[0, 0] < 0.001
    assert dr.relative_weights(r[0, 1:, 1:], r[0, 1:, 0])[3] > 0.005  # yet the driver without effect has a weight
    assert np.abs(found.t).argmin(axis=1).tolist() == [3, 3]


def test_too_few_customers_for_slopes() -> None:
    """As many drivers as customers leave slopes without error; a driver that does not vary is left out."""
    r = np.corrcoef(ratings(1, 400, 3).T)
    few = rd.slopes(r[1:, 1:], r[1:, 0], 4)
    assert np.isfinite(few.beta).all()
    assert np.isnan([few.se, few.t, few.p]).all()
    r[3], r[:, 3] = np.nan, np.nan
    two = rd.slopes(r[1:3, 1:3], r[1:3, 0], 400)
    assert rd.slopes(r[1:, 1:], r[1:, 0], 400).p == pytest.approx([*two.p, np.nan], nan_ok=True)


def test_variance_inflation() -> None:
    """As statsmodels from rows; beyond 10, or with an eigenvalue below .01, drivers are nearly copies."""
    data = ratings(3, 500, 4)
    design = sm.add_constant(data[:, 1:])
    expected = [variance_inflation_factor(design, i) for i in range(1, 5)]
    r = np.corrcoef(data.T)[1:, 1:]
    assert rd.variance_inflation(r) == pytest.approx(expected, rel=1e-9)
    assert not rd.nearly_copies(r)
    twins = np.array([[1, 0.96, 0.3], [0.96, 1, 0.3], [0.3, 0.3, 1]])
    assert rd.variance_inflation(twins)[0] > 10
    assert rd.nearly_copies([twins, np.eye(3), np.ones((3, 3))]).tolist() == [True, False, True]
    assert np.isnan(rd.variance_inflation(np.ones((3, 3)))).all()


def test_thin_pairs() -> None:
    """A driver 90 rated is out; two drivers 90 rated together leave no weights until one of them is dropped."""
    r = np.array([[1, 0.5, 0.4, 0.3], [0.5, 1, 0.6, 0.2], [0.4, 0.6, 1, 0.1], [0.3, 0.2, 0.1, 1]])
    size = np.full((4, 4), 500.0)
    size[3], size[:, 3] = 90, 90
    found = rd.hide_thin_pairs(r, size)
    weights = dr.relative_weights(found[1:, 1:], found[1:, 0])
    assert weights == pytest.approx([*dr.relative_weights(r[1:3, 1:3], r[1:3, 0]), np.nan], nan_ok=True)
    size = np.full((4, 4), 500.0)
    size[1, 2] = size[2, 1] = 99
    gap = rd.hide_thin_pairs(r, size)
    assert np.isnan(dr.relative_weights(gap[1:, 1:], gap[1:, 0])).all()
    assert np.isnan(dr.lmg(gap[1:, 1:], gap[1:, 0])).all()
    assert rd.effective_size([size, np.full((4, 4), 300.0)]).tolist() == [99, 300]


def test_differences_of_weights_know_shared_customers() -> None:
    """Antisymmetric, from the same buckets: surer than two independent weights would be where drivers move together."""
    groups = in_buckets(ratings(5, 3000, 3), 32, 6)
    state = [np.array(v) for v in zip(*((len(g), g.sum(axis=0), g.T @ g) for g in groups), strict=True)]
    weights = dr.bucketed_weights(*state)
    rest = [v.sum(axis=0) - v for v in state]
    r = dr.correlations(*rest)
    without = dr.relative_weights(r[:, 1:, 1:], r[:, 1:, 0])
    found = rd.weight_differences(weights.weight, without, np.ones(32, dtype=bool))
    assert found.diff == pytest.approx(weights.weight[:, None] - weights.weight[None, :])
    assert found.diff == pytest.approx(-found.diff.T)
    assert found.low[0, 2] > 0
    assert found.low == pytest.approx(-found.high.T)
    centred = without - weights.weight
    covariance = 31 / 32 * (centred[:, 0] * centred[:, 1]).sum()
    assert found.se[0, 1] ** 2 == pytest.approx(weights.se[0] ** 2 + weights.se[1] ** 2 - 2 * covariance)


def test_pairwise_weights_in_buckets() -> None:
    """Complete ratings: the listwise answer. With gaps: the pairwise correlations of pandas behind it."""
    data = ratings(7, 2000, 3)
    groups = in_buckets(data, 16, 8)
    listwise = dr.bucketed_weights(
        *(np.array(v) for v in zip(*((len(g), g.sum(axis=0), g.T @ g) for g in groups), strict=True))
    )
    pairwise = rd.bucketed_pairwise_weights(*(np.array(v) for v in zip(*map(pairwise_state, groups), strict=True)))
    for field, one, two in zip(listwise._fields, listwise, pairwise, strict=True):
        assert two == pytest.approx(one, rel=1e-9), field
    data[np.random.default_rng(9).random(data.shape) < 0.3] = np.nan
    state = [np.array(v) for v in zip(*map(pairwise_state, in_buckets(data, 16, 8)), strict=True)]
    found = rd.bucketed_pairwise_weights(*state)
    r = dr.pairwise_correlations(*pairwise_state(data))
    assert found.weight == pytest.approx(dr.relative_weights(r[1:, 1:], r[1:, 0]))
    assert ((found.low < found.weight) & (found.weight < found.high)).all()
    assert np.isnan(rd.bucketed_pairwise_weights(*state, minimum=5000).weight).all()
    both = rd.bucketed_pairwise_weights(*(np.stack([v, v]) for v in state))
    assert both.se[1] == pytest.approx(found.se)


def test_reading() -> None:
    """Reach, priority, when to rank, when to show both kinds of weights, and how far they differ."""
    assert rd.reach([[90, 45], [0, 0]], [100, 0]) == pytest.approx(
        np.array([[0.9, 0.45], [np.nan, np.nan]]), nan_ok=True
    )
    assert rd.priority([0.5, 0.5, 0.1], [0.4, 0.9, 0.4], [1, 1, 0.2]) == pytest.approx([0.3, 0.05, 0.012])
    assert rd.rankable([0.1, 0.099, np.nan]).tolist() == [True, False, False]
    assert rd.mostly_missing([[90, 71], [90, 69], [0, 0]], [100, 100, 0]).tolist() == [False, True, False]
    assert rd.disagreement([0.2, 0.1], [0.19, 0.11]) == pytest.approx(0.01 / 0.3)


def test_drivers_rated_together() -> None:
    """All that every pair of enough customers rated; of two in thin pairs the one in more goes, then the less rated."""
    size = np.full((5, 5), 500.0)
    assert rd.rated_together(size).tolist() == [True] * 4
    size[4, :] = size[:, 4] = 90
    assert rd.rated_together(size).tolist() == [True, True, True, False]
    for other in (1, 3):  # driver 2 (variable 2) lacks both others, which were rated together by enough
        size[2, other] = size[other, 2] = 40
    assert rd.rated_together(size).tolist() == [True, False, True, False]
    tied = np.full((3, 3), 500.0)
    tied[1, 2] = tied[2, 1] = 99
    tied[0, 1] = tied[1, 0] = 200
    assert rd.rated_together([tied, tied[::-1][:, ::-1], np.zeros((3, 3))]).tolist()[0] == [False, True]
    assert not rd.rated_together(np.zeros((4, 4))).any()
    assert rd.rated_together(tied, minimum=99).all()


def test_what_is_rated_together_leaves_no_thin_pair() -> None:
    """Whatever the counts: no pair of those that stay is thin, and the order of drivers does not matter."""
    rng = np.random.default_rng(9)
    for _ in range(200):
        rated = rng.random((400, 6)) < rng.uniform(0.2, 1, 6)
        seen = np.column_stack([np.ones(400), rated])
        together = seen.T @ seen
        stays = rd.rated_together(together, minimum=150)
        left = together[1:, 1:]
        assert (left[np.ix_(stays, stays)] >= 150).all()
        order = rng.permutation(6)
        shuffled = together[np.ix_([0, *(1 + order)], [0, *(1 + order)])]
        assert (rd.rated_together(shuffled, minimum=150) == stays[order]).all()


def test_above_average_is_the_difference_to_the_mean() -> None:
    """Differences add up to 0; error and p as by hand from the weights without each bucket; absent drivers aside."""
    groups = in_buckets(ratings(5, 3000, 3), 32, 6)
    replicates = rd.pairwise_weights(*(np.array(v) for v in zip(*map(pairwise_state, groups), strict=True)))
    found = rd.above_average(*replicates)
    assert found.diff.sum() == pytest.approx(0, abs=1e-12)
    centred = replicates.without - replicates.without.mean(axis=1, keepdims=True)
    expected = np.sqrt(31 / 32 * ((centred - found.diff) ** 2).sum(axis=0))
    assert found.se == pytest.approx(expected)
    assert found.p == pytest.approx(2 * scipy.stats.t.sf(np.abs(found.diff / expected), 31))
    assert found.p[0] < 0.001 < found.diff[0]
    with_gap = [np.insert(v, 1, np.nan, axis=-1) for v in replicates[:2]]
    apart = rd.above_average(*with_gap, replicates.occupied)
    assert apart.diff[[0, 2, 3]] == pytest.approx(found.diff)
    assert np.isnan([apart.diff[1], apart.p[1]]).all()


def test_above_average_says_no_more_than_it_should() -> None:
    """Drivers that matter alike are called above the average in about one of twenty tests."""
    rng = np.random.default_rng(11)
    called = []
    for _ in range(150):
        latent = rng.normal(size=(600, 4)) + rng.normal(size=(600, 1))
        data = np.column_stack([latent.sum(axis=1) + 3 * rng.normal(size=600), latent])
        rows = [data[bucket::32] for bucket in range(32)]
        state = (np.array(v) for v in zip(*map(pairwise_state, rows), strict=True))
        called.append(rd.above_average(*rd.pairwise_weights(*state)).p < 0.05)
    assert 0.02 < np.mean(called) < 0.09
