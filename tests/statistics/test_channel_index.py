"""Handoffs, and the number made of levels and handoffs: limits, fallbacks, errors that know shared customers."""

from __future__ import annotations

import numpy as np
import pytest

from cxdash.statistics import buckets, channel_index, handoff, intervals
from cxdash.statistics.differences import proportion_difference

NAN = float("nan")


def test_handoff_continuity() -> None:
    """70 seamless of 100: H = 70 with Wilson's limits; no journey and impossible counts have none."""
    found = handoff.handoff_continuity([70, 0, 9], [100, 0, 8])
    assert found.continuity.tolist() == pytest.approx([70, NAN, NAN], nan_ok=True)
    assert (found.low[0], found.high[0]) == pytest.approx(100 * np.array(intervals.wilson(70, 100)))


def test_power_of_the_handoff_comparison() -> None:
    """A drop from 70 to 65 % on 100, 300 and 1,000 journeys is seen in 11, 25 and 67 % of periods (the methods)."""
    rng = np.random.default_rng(7)
    for journeys, power in ((100, 0.11), (300, 0.25), (1000, 0.67)):
        before, after = rng.binomial(journeys, [[0.7], [0.65]], (2, 2000))
        assert np.mean(proportion_difference(before, journeys, after, journeys).p < 0.05) == pytest.approx(
            power, abs=0.035
        )


def test_why_journeys_broke() -> None:
    """Each leg as a share of journeys; what customers said as a share of those asked; nobody asked, nothing said."""
    assert handoff.broken_legs(100, 20, 9, 6, 40) == pytest.approx((0.2, 0.09, 0.15, 0.4))
    assert np.isnan(handoff.broken_legs(100, 20, 9, 0, 0).said_repeated)
    assert np.isnan(handoff.broken_legs(0, 0, 0, 0, 0)).all()
    assert handoff.crossing_share([30, 0], [120, 0]).tolist() == pytest.approx([0.25, NAN], nan_ok=True)


def test_which_level_is_taken() -> None:
    """Pairs from 300 on, else standardised, else raw with its flag; pairs that link nothing do not count."""
    found = channel_index.choose_level([70, 70, NAN, NAN, NAN], [300, 299, 900, 10, 10], [75, 75, 75, NAN, NAN],
                                       [60, 60, 60, 60, NAN])  # fmt: skip
    assert found.level.tolist() == pytest.approx([70, 75, 75, 60, NAN], nan_ok=True)
    assert found.form.tolist() == pytest.approx(
        [channel_index.PAIRED, channel_index.STANDARDISED, channel_index.STANDARDISED, channel_index.RAW, NAN],
        nan_ok=True,
    )
    assert found.case_mix_not_removed.tolist() == [False, False, False, True, False]


def test_combined_index_knows_that_customers_are_shared() -> None:
    """(L + H) / 2; its variance is a quarter of both and twice their covariance, from the same buckets."""
    rng = np.random.default_rng(2)
    level_without = 70 + rng.normal(0, 0.4, (3, 32))
    handoff_without = 60 + 0.5 * (level_without - 70) + rng.normal(0, 0.3, (3, 32))
    found = channel_index.combined_index([70] * 3, level_without, [60] * 3, handoff_without)
    both = ([70.0] * 3, level_without), ([60.0] * 3, handoff_without)
    variances = [buckets.jackknife(*part) for part in both]
    shared = buckets.jackknife_covariance(*both[0], *both[1])
    assert found.score.tolist() == [65] * 3
    assert found.se**2 == pytest.approx((variances[0] + variances[1] + 2 * shared) / 4)
    assert ((found.low < 65) & (found.high > 65)).all()
    assert np.isnan(found.alone).all()


def test_a_missing_half_is_not_made_up_for() -> None:
    """Without handoffs there is no index; levels are shown alone. Neither: nothing."""
    found = channel_index.combined_index([70, NAN, NAN], np.full((3, 4), 70.0), [NAN, 60, NAN], np.full((3, 4), 60.0))
    assert np.isnan([found.score, found.se, found.low, found.high]).all()
    assert found.alone.tolist() == pytest.approx([70, 60, NAN], nan_ok=True)


def test_buckets_nobody_is_in_do_not_count() -> None:
    """Empty buckets beside the others leave the error of the index and of a difference in differences as it is."""
    without = np.array([71.0, 69.5, 70.2]), np.array([61.0, 59.0, 60.3])
    plain = channel_index.combined_index(70.0, without[0], 60.0, without[1])
    padded = channel_index.combined_index(
        70.0, [*without[0], 70.0], 60.0, [*without[1], 60.0], occupied=[True, True, True, False]
    )
    assert [float(v) for v in padded[:4]] == pytest.approx([float(v) for v in plain[:4]])
    four = (70.0, 60.0, 50.0, 45.0)
    change = [np.array([a, a + 1.0, a - 0.5]) for a in four]
    found = buckets.difference_in_differences(four, (change[0], change[1], 2 * change[2], change[3]))
    empty = [np.append(v, np.nan) for v in (change[0], change[1], 2 * change[2], change[3])]
    same = buckets.difference_in_differences(four, tuple(empty), occupied=[True, True, True, False])
    assert [float(v) for v in same] == pytest.approx([float(v) for v in found])
