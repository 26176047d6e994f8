"""Volumes and mean scores of a day against the days before, checked against the formulas written out."""

from __future__ import annotations

import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cxdash.statistics import plausibility as pb


def test_the_factor_is_the_normal_one() -> None:
    """1.4826 is the standard deviation of a normal distribution in median absolute deviations."""
    assert pytest.approx(1 / stats.norm.ppf(0.75), abs=3e-5) == pb.MAD_TO_SD


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_usual_volume_is_the_median(counts: list[int]) -> None:
    """As in the standard library; days that are not known are left out."""
    assert pb.usual_volume(counts) == statistics.median(counts)
    assert pb.usual_volume([*counts, np.nan]) == statistics.median(counts)


def test_nothing_known_is_nothing_usual() -> None:
    """No day, no median; no history, no z; and never a warning."""
    assert np.isnan(pb.usual_volume([]))
    assert np.isnan(pb.usual_volume([np.nan, np.nan]))
    assert np.isnan(pb.volume_z(5, 10, []))
    assert np.isnan(pb.volume_z(5, 0, [1.0, 1.1]))


def test_spread_is_the_largest_of_history_counting_and_floor() -> None:
    """A restless history, a small count, or three per cent."""
    restless = [0.5, 0.8, 1.0, 1.2, 1.5]
    assert pb.volume_z(2000, 1000, restless) == pytest.approx(1 / (1.4826 * 0.2), abs=1e-12)
    assert pb.volume_z(32, 16, [1.0, 1.0, 1.0]) == pytest.approx(1 / 0.25, abs=1e-12)
    assert pb.volume_z(11_000_000, 10_000_000, [1.0, 1.001, 0.999]) == pytest.approx(0.1 / 0.03, abs=1e-9)


def test_many_days_at_once_are_the_days_one_by_one() -> None:
    """Days on the leading axis."""
    rng = np.random.default_rng(2)
    count, usual, history = rng.poisson(90, 50), np.full(50, 90.0), rng.poisson(90, (50, 40)) / 90
    together = pb.volume_z(count, usual, history)
    assert together.tolist() == [float(pb.volume_z(*day)) for day in zip(count, usual, history, strict=True)]


def test_a_day_s_mean_against_the_weeks_before() -> None:
    """Written out once more in plain Python, with between-day variance and without."""
    for wobble in (0.0, 1.0):
        rng = np.random.default_rng(6)
        days = [rng.normal(7 + wobble * rng.standard_normal(), 2, int(rng.integers(20, 90))) for _ in range(50)]
        today = rng.normal(6, 2, 40)
        n, total, squares = ([f(day) for day in days] for f in (len, np.sum, lambda d: np.sum(d * d)))
        found = pb.day_score(len(today), today.sum(), n, total, squares)
        every = np.concatenate(days)
        beyond = [(d.mean() - every.mean()) ** 2 - every.var() / len(d) for d in days]
        error = np.sqrt(every.var() / len(today) + max(0.0, sum(beyond) / len(beyond)))
        assert found.mean == pytest.approx(today.mean(), abs=1e-12)
        assert found.usual == pytest.approx(every.mean(), abs=1e-12)
        assert found.z == pytest.approx((today.mean() - every.mean()) / error, abs=1e-9)


def test_days_that_never_vary_have_no_error() -> None:
    """Everybody always says 5: nothing to measure a 6 by."""
    assert np.isnan(pb.day_score(10, 60, [10] * 40, [50] * 40, [250] * 40).z)
    assert np.isnan(pb.day_score(0, 0, [10] * 40, [50] * 40, [260] * 40).z)
