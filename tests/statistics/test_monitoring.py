"""Control charts of a series alone: printed tables, and what happens at their edges."""

from __future__ import annotations

import numpy as np
import pytest

from cxdash.statistics import monitoring as mo


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
