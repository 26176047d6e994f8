"""Value at risk and scenarios: the worked company, standardisation, E-values."""

from __future__ import annotations

import numpy as np
import pytest

from cxdash.statistics import roi

BASE, RETAINED, N, VALUE = [20_000, 30_000, 50_000], [0.75, 0.85, 0.92], [800, 1200, 2000], [300, 320, 360]


def test_revenue_at_risk() -> None:
    """Expected loss and its excess over promoters, with errors."""
    assert roi.revenue_at_risk(BASE, RETAINED, N, VALUE)[:2] == pytest.approx((4_380_000, 173_645.33), abs=0.01)
    assert roi.excess_loss(BASE, RETAINED, N, VALUE)[:2] == pytest.approx((1_692_000, 164_879.19), abs=0.01)


@pytest.mark.parametrize(
    ("moves", "amount", "se"),
    [
        ([roi.Move(0, 1, 0.025), roi.Move(1, 2, 0.025)], 131_000, 12_476.119689),
        ([roi.Move(0, 1, 0.05)], 150_000, 27_684.04),
        ([roi.Move(1, 2, 0.05)], 112_000, 19_136.56),
        ([roi.Move(0, 2, 0.025)], 127_500, 12_350.54),
    ],
)
def test_scenarios_of_five_points(moves: list[roi.Move], amount: float, se: float) -> None:
    """Who moves decides what five points are worth."""
    found = roi.scenario(100_000, moves, RETAINED, N, VALUE)
    assert found[:2] == pytest.approx((amount, se), abs=0.006)
    assert roi.scenario(100_000, moves, RETAINED, N, VALUE, causal=0.25).amount == pytest.approx(amount / 4)


def test_scenario_interval() -> None:
    """The default scenario's 95 % limits."""
    found = roi.scenario(100_000, [roi.Move(0, 1, 0.025), roi.Move(1, 2, 0.025)], RETAINED, N, VALUE)
    assert found[2:] == pytest.approx((106_547.25, 155_452.75), abs=0.01)


def test_standardisation_explains_part_away() -> None:
    """Crude difference .133, standardised .0825: mix of strata was 38 % of it."""
    shares = [0.25, 0.40, 0.35]
    detractors = roi.standardised_rate([40, 30, 10], [100, 100, 50], shares)
    others = roi.standardised_rate([30, 50, 60], [100, 250, 400], shares)
    assert detractors.rate == pytest.approx(0.29)
    assert others.rate == pytest.approx(0.2075)
    assert np.hypot(detractors.se, others.se) == pytest.approx(0.033921923, abs=1e-9)
    assert np.isnan(roi.standardised_rate([1, 0], [5, 0], [1, 1]).rate)


def test_e_values() -> None:
    """Printed E-values; one at no association; a protective ratio is turned over; none for no ratio."""
    assert roi.e_value([3.9, 10.73, 8.02]) == pytest.approx([7.263034, 20.94777, 15.52336], abs=1e-5)
    assert roi.e_value([1.0, 1 / 3.9]) == pytest.approx([1.0, 7.263034], abs=1e-6)
    assert np.isnan(roi.e_value([0.0, np.nan])).all()


def test_nobody_asked_in_a_category() -> None:
    """Without answers its retention is unknown, and so is the sum."""
    found = roi.revenue_at_risk(BASE, [np.nan, 0.85, 0.92], [0, 1200, 2000], VALUE)
    assert np.isnan(found).all()
