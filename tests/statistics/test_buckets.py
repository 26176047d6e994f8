"""Standard errors from customer buckets: the worked ratio, the textbook mean, empty buckets, and honest coverage."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cxdash.statistics import buckets as bu
from cxdash.statistics.intervals import nps_score_interval, nps_value, nps_variance


def test_ratio_table() -> None:
    """Eight buckets of a ratio: R survey's JK1 with its t interval."""
    above, below = np.array([12, 9, 15, 7, 11, 13, 8, 10]), np.array([30, 28, 33, 25, 31, 35, 22, 27])
    ratio = above.sum() / below.sum()
    variance = bu.jackknife(ratio, bu.without_each(above) / bu.without_each(below))
    assert variance**0.5 == pytest.approx(0.018498594115, abs=1e-12)
    assert bu.t_interval(ratio, variance, 8) == pytest.approx((0.324223143700, 0.411707592231), abs=1e-11)


def test_mean_with_one_row_in_a_bucket_is_the_textbook_error() -> None:
    """The jackknife of a mean is s^2/n, also when most buckets are empty; covariance likewise."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 10))
    occupied = np.zeros(32, dtype=bool)
    occupied[rng.choice(32, 10, replace=False)] = True
    state = np.zeros((3, 32))
    state[:, occupied] = np.ones(10), x, y
    n, sx, sy = bu.without_each(state)
    found = bu.jackknife(x.mean(), sx / n, occupied=occupied)
    assert found == pytest.approx(x.var(ddof=1) / 10, rel=1e-12)
    both = bu.jackknife_covariance(x.mean(), sx / n, y.mean(), sy / n, occupied=occupied)
    assert both == pytest.approx(np.cov(x, y)[0, 1] / 10, rel=1e-12)


def test_too_few_buckets_have_no_error() -> None:
    """One occupied bucket, or an estimate that vanishes without one, has no variance and no interval."""
    occupied = [[True, False, False], [True, True, False], [True, True, True]]
    found = bu.jackknife([1.0] * 3, [[1.0] * 3, [0.9, 1.1, 1.0], [0.9, np.nan, 1.0]], occupied=occupied)
    assert found.tolist() == pytest.approx([np.nan, 0.5 * 0.02, np.nan], nan_ok=True)
    assert np.isnan(bu.t_interval(1.0, 0.1, 1)).all()


def test_design_effects() -> None:
    """Never below one, one where it cannot be told, and pooled as a ratio of sums."""
    assert bu.design_effect([3, 1, np.nan, 2, 0], [1, 2, 1, 0, 0]).tolist() == [3, 1, 1, 1, 1]
    assert bu.pooled_design_effect([3, 1, np.nan, 8], [1, 2, 50, 3]) == pytest.approx(12 / 6)
    assert bu.pooled_design_effect([[3, 1], [1, 1]], [[1, 1], [2, 2]], axis=1).tolist() == [2, 1]
    assert bu.pooled_design_effect([np.nan], [1.0]) == 1
    assert bu.pooled_design_effect([], []) == 1


@pytest.mark.parametrize("customers", [600])
def test_coverage_with_repeated_answers(customers: int) -> None:
    """1 to 6 answers a customer: independent-answer intervals cover about 76 %, buckets and n/deff about 95 %."""
    rng = np.random.default_rng(9)
    runs, groups = 400, 32
    cover = {"naive": 0, "buckets": 0, "n over deff": 0}
    for _ in range(runs):
        answers = rng.integers(1, 7, customers)
        mood = np.repeat(rng.normal(0, np.sqrt(2), customers), answers) + rng.normal(size=answers.sum())
        cuts = np.array([-0.8, 0.4]) * np.sqrt(3)
        category = np.searchsorted(cuts, mood)
        truth = 1 - stats.norm.cdf(0.4) - stats.norm.cdf(-0.8)
        bucket = np.repeat(rng.integers(0, groups, customers), answers)
        state = np.array([np.bincount(bucket[category == c], minlength=groups) for c in range(3)])
        total, without = state.sum(axis=1), bu.without_each(state)
        nps = nps_value(*total)
        variance = bu.jackknife(nps, nps_value(*without))
        deff = bu.design_effect(variance, nps_variance(*total) / total.sum())
        for name, (low, high) in {
            "naive": nps_score_interval(*total),
            "buckets": bu.t_interval(nps, variance, groups),
            "n over deff": nps_score_interval(*(total / deff)),
        }.items():
            cover[name] += bool(low <= truth <= high)
    assert cover["naive"] / runs == pytest.approx(0.76, abs=0.06)
    assert cover["buckets"] / runs == pytest.approx(0.95, abs=0.03)
    assert cover["n over deff"] / runs == pytest.approx(0.955, abs=0.03)


def test_difference_in_differences() -> None:
    """Four estimates of the same customers: the error is that of the combination, not of four independent ones."""
    rng = np.random.default_rng(4)
    rows = rng.normal(size=(32, 4)) + rng.normal(size=(32, 1)) * 3  # each bucket shifts all four alike
    full, without = rows.mean(axis=0), (rows.sum(axis=0) - rows) / 31
    found = bu.difference_in_differences(tuple(full), tuple(without.T))
    combination = rows @ [1, -1, -1, 1]
    assert found.value == pytest.approx(combination.mean())
    assert found.se**2 == pytest.approx(combination.var(ddof=1) / 32)
    assert (found.low, found.high) == pytest.approx(
        combination.mean() + stats.t.ppf([0.025, 0.975], 31) * combination.std(ddof=1) / 32**0.5
    )
    two = bu.difference_in_differences(
        tuple(np.array([v, v]) for v in full), tuple(np.array([v, v]) for v in without.T)
    )
    assert two.se == pytest.approx(np.full(2, found.se))
