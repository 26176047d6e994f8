"""Charts and multiple testing: printed tables, statsmodels, and the false-alarm rates the choice rests on."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from cxdash.statistics import monitoring as mo

DAYS = [40.3, 37.8, 54.7, 13.5, 57.6, 29.6, 2.6, 17.8, 31.8, 32, 0.4, 38.8, 16.9, 25.2, 37.3, 50.7, 40.6, 44.6, 18.8,
        18.5, 28.1, 30.5, 17.6, 15.6, 27, 38.7, 28.3, 8.4]  # fmt: skip
VARIANCES = np.tile(6100 / np.array([80, 75, 82, 78, 70, 20, 15]), 4)
WEEKDAYS = np.tile(np.arange(7), 4)


def test_weekday_table() -> None:
    """Four weeks: means and errors by weekday (metafor), and the z of a bad Monday."""
    baseline = mo.weekday_baseline(DAYS, VARIANCES, WEEKDAYS)
    assert baseline.mean == pytest.approx([31.475, 34.475, 35.725, 21.375, 38.475, 23.325, 16.075], abs=1e-9)
    assert baseline.se == pytest.approx(
        [6.989943882, 7.080264741, 6.956606677, 7.024820106, 7.182097866, 10.297903451, 11.465752576], abs=1e-8
    )
    assert mo.weekday_z(baseline, 5.0, 6100 / 80, 0) == pytest.approx(-1.693859084, abs=1e-9)


def test_weekday_edges() -> None:
    """Unknown days and missing weekdays are left out; one week alone cannot tell day-to-day variance."""
    y = np.array([*DAYS, np.nan])
    padded = mo.weekday_baseline(y, np.append(VARIANCES, 1.0), np.append(WEEKDAYS, 0))
    assert padded.tau2 == pytest.approx(119.187261905, abs=1e-8)
    workdays = mo.weekday_baseline(DAYS, VARIANCES, np.minimum(WEEKDAYS, 4))
    assert np.isnan(workdays.mean[5:]).all()
    assert np.isnan(mo.weekday_z(workdays, 5.0, 76.25, 6))
    week = mo.weekday_baseline(DAYS[:7], VARIANCES[:7], WEEKDAYS[:7])
    assert np.isnan(week.tau2)
    assert np.isnan(mo.weekday_baseline([], [], []).mean).all()


def test_false_alarms_of_the_default_chart() -> None:
    """Small weekends and days that truly vary: about 3.5 false alarms in 1000 days, where XmR gives over 20."""
    rng = np.random.default_rng(4)
    n = np.where(np.arange(140) % 7 < 5, 80, 15)
    weekday = np.arange(140) % 7
    v = 6100 / n
    alarms, xmr_alarms = [], []
    for _ in range(300):
        y = 30 + rng.normal(0, 5, 140) + rng.normal(0, np.sqrt(v))
        baseline = mo.weekday_baseline(y[:84], v[:84], weekday[:84])
        alarms.append(np.abs(mo.weekday_z(baseline, y[84:], v[84:], weekday[84:])) > 3)
        chart = mo.xmr(y[:84])
        xmr_alarms.append((y[84:] < chart.low) | (y[84:] > chart.high))
    assert 1000 * np.mean(alarms) == pytest.approx(3.5, abs=1.5)
    assert 1000 * np.mean(xmr_alarms) > 15


def test_ewma_limits_hold_the_run_length() -> None:
    """Lambda .2 and 2.86 standard deviations: about 370 points to a false alarm."""
    z = np.random.default_rng(6).normal(size=(600, 2500))
    smoothed, half = mo.ewma(z)
    out = np.abs(smoothed) > half
    first = np.where(out.any(axis=1), out.argmax(axis=1) + 1, 2500)
    assert first.mean() == pytest.approx(370, rel=0.12)


def test_ewma_passes_over_missing_days() -> None:
    """A day without a point leaves mean and limit where they were."""
    smoothed, half = mo.ewma([1.0, np.nan, 3.0])
    expected, limits = mo.ewma([1.0, 3.0])
    assert smoothed.tolist() == pytest.approx([expected[0], expected[0], expected[1]])
    assert half.tolist() == pytest.approx([limits[0], limits[0], limits[1]])


def test_thin_days_are_carried_into_the_next() -> None:
    """Days of fewer than ten answers have no point; their answers count in the next; a thin end has none."""
    found = mo.fold_thin_days([[1, 3], [2, 4], [5, 5], [0, 12], [1, 1]], [4, 6, 10, 12, 2])
    assert np.isnan(found[[0, 4]]).all()
    assert found[1:4].tolist() == [[3, 7], [5, 5], [0, 12]]
    assert mo.fold_thin_days([[np.nan], [12]], [np.nan, 12])[1] == 12


def test_missing_points_of_an_individuals_chart() -> None:
    """The centre is the mean of what is there; steps over a gap do not count."""
    found = mo.xmr([40.0, 44.0, np.nan, 48.0, 42.0])
    assert (found.centre, found.mr_bar) == (43.5, 5.0)


def test_laney_nps_table() -> None:
    """Seven days of detractors, passives, promoters (R)."""
    d, m, p = np.array(
        [(12, 30, 48), (9, 25, 41), (15, 28, 52), (11, 27, 40), (30, 20, 30), (14, 31, 45), (10, 8, 12)]
    ).T
    found = mo.laney_nps(d, m, p)
    assert (found.centre, found.sigma_z) == pytest.approx((0.310408921933, 1.673685765), abs=1e-9)
    assert found.z == pytest.approx(
        [0.661397969, 0.783482617, 0.599682827, 0.421884065, -2.160508747, 0.251264143, -1.038886954], abs=1e-8
    )


def test_laney_without_answers() -> None:
    """Days without answers have no limits and disturb no others; no days at all have no chart."""
    x, n = np.array([8, 12, 7, 15]), np.array([100, 140, 90, 160])
    full, gap = mo.laney_proportions(x, n), mo.laney_proportions([8, 12, 7, 15, 0], [100, 140, 90, 160, 0])
    assert gap.high[:4] == pytest.approx(full.high)
    assert np.isnan(gap.high[4])
    assert np.isnan(mo.laney_proportions([0, 0], [0, 0]).centre)
    assert np.isnan(mo.xmr([5.0]).low)


def test_benjamini_hochberg_agrees_with_statsmodels() -> None:
    """Random p-values with ties, and the example of the paper with its four rejections."""
    p = np.round(stats.beta(0.6, 2).rvs(200, random_state=8), 2)
    assert mo.benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1], abs=1e-12)
    paper = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1,
    ]
    assert (mo.benjamini_hochberg(paper) <= 0.05).sum() == 4


def test_benjamini_hochberg_passes_over_cells_without_test() -> None:
    """NaN is no test: it is not counted, stays NaN, and rows are corrected apart."""
    found = mo.benjamini_hochberg([[0.01, np.nan, 0.04, 0.03], [np.nan] * 4])
    assert found[0].tolist() == pytest.approx([0.03, np.nan, 0.04, 0.04], nan_ok=True)
    assert np.isnan(found[1]).all()
    assert mo.benjamini_hochberg([]).shape == (0,)
