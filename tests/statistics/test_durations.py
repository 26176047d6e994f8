"""Medians of times from bins: numpy and lifelines on the rows, exact order statistics, and what is known in advance."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from lifelines import KaplanMeierFitter
from numpy.typing import NDArray
from scipy import stats

from cxdash.metrics.durations import TimeBins
from cxdash.statistics import durations as du
from cxdash.statistics.arrays import Floats

SECONDS = np.append(0.0, np.arange(0.5, 400.0))
"""Bins of single seconds."""
BINS = TimeBins()
NOBODY = np.zeros(len(BINS.edges))


def counted(seconds: NDArray[np.int64], edges: NDArray[np.int64]) -> Floats:
    """Rows of times as counts by bin, (rows, bins)."""
    places = np.searchsorted(edges, seconds, side="right") - 1
    return np.stack([np.bincount(row, minlength=len(edges)).astype(float) for row in places])


def coarse(seconds: NDArray[np.int64]) -> Floats:
    """Counts by the bins that metrics use."""
    return counted(seconds, np.array(BINS.edges))


@pytest.mark.parametrize("n", [1, 2, 3, 10, 11, 200])
def test_single_seconds_give_the_median_of_the_rows(n: int) -> None:
    """Equal to numpy's where the middle times differ, and within the second that is the median otherwise."""
    rows = np.random.default_rng(n).integers(0, 390, (300, n))
    found = du.median_time(counted(rows, np.arange(400)), 0, SECONDS)
    expected = np.median(rows, axis=1)
    middle = np.sort(rows, axis=1)[:, [(n - 1) // 2, n // 2]]
    apart = (middle[:, 0] != middle[:, 1]) & (middle[:, 0] > 0)
    assert found.median[apart] == pytest.approx(expected[apart], abs=1e-9)
    assert np.abs(found.median - expected).max() <= 0.5 + 1e-9
    assert found.n_eff == pytest.approx(np.full(300, n))
    assert (found.low <= found.median).all()
    assert (found.median <= found.high).all()


def test_bins_an_eighth_wide_give_it_to_a_few_percent() -> None:
    """Skewed waits, bursts of short ones, hours: never farther than a bin, on average a hundredth."""
    rng = np.random.default_rng(3)
    for middle in (3, 20, 90, 700, 9000):
        rows = np.floor(rng.lognormal(np.log(middle), 1.1, (200, 400)) + 0.5).astype(np.int64)
        found = du.median_time(coarse(rows), NOBODY, BINS.boundaries).median
        off = np.abs(found - np.median(rows, axis=1))
        assert (off <= np.maximum(0.13 * np.median(rows, axis=1), 1.0)).all()
        assert off.mean() <= max(0.02 * middle, 0.35)


def test_the_middle_of_two_apart() -> None:
    """Two times: their mean, limits that reach both; one time: itself, and no wider than its bin."""
    two = du.median_time(counted(np.array([[5, 100]]), np.arange(400)), 0, SECONDS)
    assert (two.median, two.low, two.high) == (pytest.approx(52.5), 4.5, 100.5)
    one = du.median_time(counted(np.array([[5]]), np.arange(400)), 0, SECONDS)
    assert (one.median, one.low, one.high) == (5.0, 4.5, 5.5)


@pytest.mark.parametrize("seed", range(20))
def test_who_gave_up_counts_as_kaplan_and_meier_have_it(seed: int) -> None:
    """Where no second has both ends the curve is lifelines' own: same share at every second, same median second."""
    rng = np.random.default_rng(seed)
    served = 2 * rng.integers(0, 190, rng.integers(5, 80))
    left = 2 * rng.integers(0, 150, rng.integers(0, 40)) + 1
    rows = KaplanMeierFitter().fit(np.append(served, left), np.append(np.ones(len(served)), np.zeros(len(left))))
    d, c = (counted(part[None, :], np.arange(400)) for part in (served, left))
    if rows.median_survival_time_ == np.inf:
        assert np.isnan(du.median_time(d, c, SECONDS).median[0])
        return
    assert abs(du.median_time(d, c, SECONDS).median[0] - rows.median_survival_time_) <= _next(rows) + 0.5
    for share in (0.1, 0.25, 0.4):
        expected = rows.percentile(1 - share)
        assert abs(du.time_reached(d, c, SECONDS, share)[0] - expected) <= 0.5 + _rest(rows, share)


def _next(rows: KaplanMeierFitter) -> float:
    return _rest(rows, 0.5)


def _rest(rows: KaplanMeierFitter, share: float) -> float:
    """How long the curve rests at exactly this share: then any time of the rest is the quantile."""
    curve = rows.survival_function_.iloc[:, 0]
    on = curve[np.isclose(curve, 1 - share, atol=1e-9)]
    later = curve[curve < 1 - share - 1e-9]
    return float(later.index[0] - on.index[0]) if len(on) and len(later) else 0.0


def test_effective_number_is_that_of_greenwoods_error() -> None:
    """The inverse of Greenwood's sum from lifelines' table, between the seconds before and after the median."""
    rng = np.random.default_rng(8)
    checked = 0
    for _ in range(200):
        served, left = 2 * rng.integers(0, 40, 60), 2 * rng.integers(0, 30, 40) + 1
        fitted = KaplanMeierFitter().fit(np.append(served, left), np.append(np.ones(60), np.zeros(40)))
        table = fitted.event_table
        at = fitted.median_survival_time_
        if not np.isfinite(at):
            continue
        until = table[(table.index <= at) & (table.observed > 0)]
        variance = (until.observed / (until.at_risk * (until.at_risk - until.observed))).to_numpy().cumsum()
        d, c = (counted(part[None, :], np.arange(400)) for part in (served, left))
        found = du.median_time(d, c, SECONDS).n_eff[0]
        # Greenwood's sum before and after the second in which the curve passes one half
        before = 1 / variance[-2] if len(variance) > 1 else np.inf
        assert 1 / variance[-1] - 1e-9 <= found <= before + 1e-9
        assert found <= 100
        checked += 1
    assert checked > 150


@pytest.mark.parametrize("n", [6, 10, 20, 50, 200, 1000])
def test_limits_hold_the_median_as_often_as_the_exact_ones(n: int) -> None:
    """Coverage of 95 % limits from bins, beside the exact order-statistic interval, which is as wide or wider."""
    rng = np.random.default_rng(n)
    rows = np.floor(rng.lognormal(np.log(90), 0.9, (3000, n)) + 0.5).astype(np.int64)
    found = du.median_time(coarse(rows), NOBODY, BINS.boundaries)
    covered = np.mean((found.low <= 90) & (found.high >= 90))
    assert 0.935 <= covered <= 0.985
    rank = int(stats.binom.ppf(0.025, n, 0.5))
    ordered = np.sort(rows, axis=1)
    exact = np.mean(ordered[:, n - rank] - ordered[:, rank - 1])
    assert np.mean(found.high - found.low) <= exact * 1.03
    # the error behind design effects is that of the median itself
    if n >= 10:
        assert np.sqrt(found.variance.mean()) == pytest.approx(found.median.std(), rel=0.35 if n < 50 else 0.15)


@pytest.mark.parametrize("n", [30, 100, 1000])
def test_leaving_out_who_gave_up_makes_waits_look_short(n: int) -> None:
    """A third gives up: the curve's median is true and its limits hold; the median of the served is a quarter short."""
    rng = np.random.default_rng(n)
    offered, patience = rng.lognormal(np.log(60), 1.0, (2000, n)), rng.exponential(150, (2000, n))
    seconds = np.floor(np.minimum(offered, patience) + 0.5).astype(np.int64)
    served = np.stack([coarse(row[None, ok])[0] for row, ok in zip(seconds, offered <= patience, strict=True)])
    left = coarse(seconds) - served
    found = du.median_time(served, left, BINS.boundaries)
    known = np.isfinite(found.median)
    assert known.mean() > 0.99
    assert 0.935 <= np.mean((found.low <= 60) & (found.high >= 60)) <= 0.98
    assert found.median[known].mean() == pytest.approx(60, rel=0.06 if n < 100 else 0.03)
    assert np.mean(du.time_reached(served, 0, BINS.boundaries, 0.5)) < 48


def test_no_median_where_most_give_up_first() -> None:
    """Nobody, only people who left, more than half who left before anybody's median: NaN; half served: a median."""
    bins = np.zeros((5, 4))
    served, left = bins.copy(), bins.copy()
    left[1] = [0, 9, 0, 0]
    served[2, 3], left[2, 0] = 4, 0
    served[3, 0], left[3, 1] = 4, 6
    served[4, 0], left[4, 1] = 6, 4
    found = du.median_time(served, left, [0, 1, 2, 3, 4])
    assert np.isnan(found.median).tolist() == [True, True, False, True, False]
    assert np.isnan(found.low).tolist() == np.isnan(found.high).tolist() == np.isnan(found.variance).tolist()
    assert found.n_eff.tolist() == [0, 9, 4, 10, 10]


def test_a_design_effect_is_fewer_contacts_and_nothing_else() -> None:
    """Four times as many with a design effect of four: the same limits; at z = 0 the median itself."""
    rows = np.random.default_rng(5).integers(0, 300, (50, 40))
    once = du.median_time(coarse(rows), NOBODY, BINS.boundaries)
    four = du.median_time(4 * coarse(rows), NOBODY, BINS.boundaries, deff=4.0)
    for name in ("median", "low", "high", "n_eff"):
        assert getattr(once, name) == pytest.approx(getattr(four, name))
    still = du.median_time(coarse(rows), NOBODY, BINS.boundaries, z=0.0)
    assert still.low == pytest.approx(still.median)
    assert still.high == pytest.approx(still.median)


def test_limits_grow_with_z_and_end_at_what_was_seen() -> None:
    """Wider for every larger z, finite for any; p-values by inversion rest on that."""
    rng = np.random.default_rng(6)
    served, left = rng.integers(0, 5, (2, 40, len(BINS.edges)))
    served[:, 60:], left[:, 60:] = 0, 0
    wider = [du.median_time(served, left, BINS.boundaries, z=z) for z in (0.0, 0.5, 1.96, 5.0, 37.5)]
    known = np.isfinite(wider[0].median)
    assert known.any()
    for inner, outer in pairwise(wider):
        assert (outer.low[known] <= inner.low[known] + 1e-9).all()
        assert (outer.high[known] >= inner.high[known] - 1e-9).all()
    assert (wider[-1].high[known] <= BINS.boundaries[60]).all()
