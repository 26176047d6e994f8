"""Gaps, ranks and velocities: the examples of the methods, and benchmarks that bring little with them."""

from __future__ import annotations

import numpy as np
import pytest

from cxdash.errors import UnknownNameError
from cxdash.statistics import benchmark as bm
from cxdash.statistics.intervals import nps_score_interval, wilson

OWN = (0.45, *nps_score_interval(15, 25, 60))


def test_gap_to_a_published_interval() -> None:
    """Own NPS .45 against .38 (.35 to .41)."""
    assert bm.gap(*OWN, 0.38, 0.35, 0.41) == pytest.approx((0.07, -0.090263754, 0.204641767), abs=1e-9)


def test_gap_to_value_and_n() -> None:
    """Only value and n = 400: the widest and the narrowest interval that allows."""
    widest, narrowest = bm.published_interval(0.38, n=400), bm.min_variance_interval(0.38, 400)
    assert bm.gap(*OWN, 0.38, *widest)[1:] == pytest.approx((-0.111662740, 0.229515785), abs=1e-9)
    assert bm.gap(*OWN, 0.38, *narrowest)[1:] == pytest.approx((-0.094459995, 0.209610260), abs=1e-9)


def test_gap_to_a_bare_value_carries_own_error_only() -> None:
    """Without any interval the benchmark counts as known, and the break-even error says how far that may be trusted."""
    low, high = bm.published_interval(0.30)
    assert np.isnan([low, high]).all()
    assert bm.gap(*OWN, 0.30, low, high) == pytest.approx((0.15, OWN[1] - 0.30, OWN[2] - 0.30))
    assert bm.break_even_se([0.15, 0.07], 0.073993243).tolist() == pytest.approx(
        [0.019548654, np.nan], nan_ok=True, abs=1e-9
    )


def test_published_intervals_by_what_is_given() -> None:
    """Limits as published win over n; a proportion gets Wilson; a mean with n alone gets none; NaN value, nothing."""
    found = bm.published_interval([0.38, 0.38, np.nan], low=[0.3, np.nan, np.nan], high=[0.4, np.nan, np.nan], n=400)
    assert (found[0][0], found[1][0]) == (0.3, 0.4)
    assert found[0][1] == pytest.approx(bm.max_variance_interval(0.38, 400)[0])
    assert np.isnan([found[0][2], found[1][2]]).all()
    assert bm.published_interval(0.8, n=50, unit="proportion") == pytest.approx(np.array(wilson(40, 50)))
    assert np.isnan(bm.published_interval(4.2, n=50, unit="mean")).all()
    with pytest.raises(UnknownNameError, match="proportion"):
        bm.published_interval(0.8, n=50, unit="proportoin")  # type: ignore[arg-type]


def test_percentile() -> None:
    """45 among five competitors stands at 60; a tie counts half; nobody to compare with, nothing."""
    assert bm.percentile(45, [38, 52, 30, 41, 47]) == 60
    assert bm.percentile([45, 45], [[45, 30], [np.nan, np.nan]]).tolist() == pytest.approx([75, np.nan], nan_ok=True)


def test_ranks_with_a_missing_competitor() -> None:
    """A competitor without a score is left out and the others rank among themselves."""
    full = bm.rank_interval([45, 38, 52], [3, 2, 2.5])
    padded = bm.rank_interval([45, np.nan, 38, 52], [3, 1, 2, 2.5])
    assert [v[[0, 2, 3]].tolist() for v in padded] == [v.tolist() for v in full]
    assert np.isnan([v[1] for v in padded]).all()


def test_velocity_between_two_periods() -> None:
    """(37.4 - 32.1) - (32.9 - 30.0) = 2.4 with the error of all four."""
    found, se = bm.velocity(32.1, 37.4, 30.0, 32.9, *np.sqrt([2.9, 2.9, 4.0, 4.3]))
    assert (found.diff, se) == pytest.approx((2.4, 3.754996671), abs=1e-9)
    assert found.low < 0 < found.high
    assert 0.05 < found.p < 1


def test_relative_velocity() -> None:
    """Own slope less the benchmark's, z and p (metafor, fixed effects)."""
    t = np.arange(6)
    own = bm.trend_known_variance(t, [32.1, 33.5, 31.8, 35.2, 36.0, 37.4], [2.9, 2.7, 3.1, 2.8, 2.6, 2.9])
    bench = bm.trend_known_variance(t, [30.0, 30.6, 31.5, 31.2, 32.4, 32.9], [4.0, 4.2, 3.9, 4.1, 4.0, 4.3])
    found, z = bm.relative_velocity(own, bench)
    assert (found.diff, z, found.p) == pytest.approx((0.501469034, 0.795096759, 0.426557218), abs=2e-9)
    assert (found.high - found.diff) / 1.959963984540054 == pytest.approx(0.630701897, abs=1e-9)


def test_trend_that_scatters_more_than_its_variances() -> None:
    """The error is widened by sqrt(Q/(T-2)), never narrowed; one time, or none, has no slope."""
    t, y = [0, 1, 2, 3], [0.0, 10.0, 0.0, 10.0]
    plain, widened = (bm.trend_known_variance(t, y, 1.0, inflate=flag) for flag in (False, True))
    assert widened.se == pytest.approx(plain.se * np.sqrt(plain.q / 2))
    assert np.isnan(bm.trend_known_variance([1, 1], [2.0, 3.0], 1.0).slope)
    assert np.isnan(bm.trend_known_variance([1, 2], [2.0, np.nan], 1.0)[:2]).all()


def test_percentile_from_quartiles() -> None:
    """Straight lines through 25, 50 and 75, going on beyond and cut; quartiles that coincide; out of order: nothing."""
    own = [30, 35, 40, 48, 60, 62, 10, 200]
    assert bm.percentile_from_quartiles(own, 30, 40, 60) == pytest.approx([25, 37.5, 50, 60, 75, 77.5, 0, 100])
    assert bm.percentile_from_quartiles([29, 40, 41], 40, 40, 60).tolist() == [0, 37.5, 51.25]
    assert bm.percentile_from_quartiles([39, 60, 61], 40, 60, 60).tolist() == [23.75, 62.5, 100]
    assert bm.percentile_from_quartiles([39, 40, 41], 40, 40, 40).tolist() == [0, 50, 100]
    assert np.isnan(bm.percentile_from_quartiles([40, np.nan, 40], [50, 30, 30], 40, [60, 60, np.nan])).all()


def test_repeated_waves_are_no_new_data() -> None:
    """A benchmark published again unchanged is left out of a trend, also after a missing wave."""
    waves = bm.distinct_waves([[30, 30, 31, np.nan, 31, 30], [np.nan, 30, 30, 30, 32, 32]])
    expected = [[30, np.nan, 31, np.nan, np.nan, 30], [np.nan, 30, np.nan, np.nan, 32, np.nan]]
    assert np.array_equal(waves, expected, equal_nan=True)
    sure, honest = (bm.trend_known_variance(range(6), w, 4.0) for w in ([30, 30, 31, 31, 31, 30], waves[0]))
    assert honest.se > sure.se
