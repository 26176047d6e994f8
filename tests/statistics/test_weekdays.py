"""Weekday means with an additive day-to-day variance: the printed table, edges, and every series of many alike."""

from __future__ import annotations

import numpy as np
import pytest

from cxdash.statistics.weekdays import weekday_baseline, weekday_spread, weekday_z

DAYS = [40.3, 37.8, 54.7, 13.5, 57.6, 29.6, 2.6, 17.8, 31.8, 32, 0.4, 38.8, 16.9, 25.2, 37.3, 50.7, 40.6, 44.6, 18.8,
        18.5, 28.1, 30.5, 17.6, 15.6, 27, 38.7, 28.3, 8.4]  # fmt: skip
VARIANCES = np.tile(6100 / np.array([80, 75, 82, 78, 70, 20, 15]), 4)
WEEKDAYS = np.tile(np.arange(7), 4)


def test_weekday_table() -> None:
    """Four weeks: means and errors by weekday (metafor), and the z of a bad Monday."""
    baseline = weekday_baseline(DAYS, VARIANCES, WEEKDAYS)
    assert baseline.mean == pytest.approx([31.475, 34.475, 35.725, 21.375, 38.475, 23.325, 16.075], abs=1e-9)
    assert baseline.se == pytest.approx(
        [6.989943882, 7.080264741, 6.956606677, 7.024820106, 7.182097866, 10.297903451, 11.465752576], abs=1e-8
    )
    assert weekday_z(baseline, 5.0, 6100 / 80, 0) == pytest.approx(-1.693859084, abs=1e-9)


def test_weekday_edges() -> None:
    """Unknown days and missing weekdays are left out; one week alone cannot tell day-to-day variance."""
    y = np.array([*DAYS, np.nan])
    padded = weekday_baseline(y, np.append(VARIANCES, 1.0), np.append(WEEKDAYS, 0))
    assert padded.tau2 == pytest.approx(119.187261905, abs=1e-8)
    workdays = weekday_baseline(DAYS, VARIANCES, np.minimum(WEEKDAYS, 4))
    assert np.isnan(workdays.mean[5:]).all()
    assert np.isnan(weekday_z(workdays, 5.0, 76.25, 6))
    week = weekday_baseline(DAYS[:7], VARIANCES[:7], WEEKDAYS[:7])
    assert np.isnan(week.tau2)
    assert np.isnan(weekday_baseline([], [], []).mean).all()


def test_each_series_of_many_is_learnt_and_judged_as_if_it_were_alone() -> None:
    """Series with gaps, with other volumes and with nothing at all, stacked: the same numbers as one by one."""
    rng = np.random.default_rng(3)
    weekday = np.tile(np.arange(7), 10)
    y = 30 + rng.normal(0, 9, (5, 70))
    v = 6100 / rng.integers(10, 200, (5, 70))
    y[1, rng.random(70) < 0.3] = np.nan
    y[2, weekday >= 5] = np.nan
    y[3] = np.nan
    y[4] = 30.0
    stacked = weekday_baseline(y[:, :56], v[:, :56], weekday[:56])
    z = weekday_z(stacked, y[:, 56:], v[:, 56:], weekday[56:])
    for series in range(5):
        alone = weekday_baseline(y[series, :56], v[series, :56], weekday[:56])
        for field in alone._fields:
            expected = getattr(alone, field)
            assert getattr(stacked, field)[series] == pytest.approx(expected, rel=1e-12, abs=1e-20, nan_ok=True)
        expected = weekday_z(alone, y[series, 56:], v[series, 56:], weekday[56:])
        assert z[series] == pytest.approx(expected, rel=1e-12, nan_ok=True)
    assert np.isnan(stacked.mean[2, 5:]).all()
    assert np.isnan(stacked.tau2[3])
    assert (stacked.tau2[4], stacked.q[4]) == pytest.approx((0.0, 0.0), abs=1e-20)


def test_a_large_day_is_not_certain() -> None:
    """However many answer, the spread keeps the day-to-day variance and the error of the weekday's mean."""
    learnt = weekday_baseline(DAYS, VARIANCES, WEEKDAYS)
    assert weekday_spread(learnt, 0.0, 0) == pytest.approx(np.sqrt(learnt.tau2 + learnt.se[0] ** 2))
