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


def test_scenarios_of_many_cells() -> None:
    """Regions and causal shares on leading axes: each as alone; the band is proportional."""
    moves = roi.one_notch_moves(5)
    retained = np.array([RETAINED, [0.7, 0.8, 0.95]])
    found = roi.scenario([100_000, 50_000], moves, retained, N, VALUE, causal=[1.0, 0.5])
    assert found.amount[0] == pytest.approx(131_000)
    for cell, (base, causal) in enumerate([(100_000, 1.0), (50_000, 0.5)]):
        alone = roi.scenario(base, moves, retained[cell], N, VALUE, causal=causal)
        assert [part[cell] for part in found] == pytest.approx([float(part) for part in alone], rel=1e-12)
    band = roi.scenario(100_000, moves, RETAINED, N, VALUE, causal=roi.CAUSAL_BAND)
    assert band.amount == pytest.approx([32_750, 65_500, 131_000])
    assert band.se == pytest.approx(12_476.119689 * np.array(roi.CAUSAL_BAND), rel=1e-9)


def test_least_and_most_over_who_moves() -> None:
    """Five points are worth 112,000 to 150,000 by who moves; every way adds five points."""
    assert roi.scenario_range(100_000, 5, RETAINED, N, VALUE) == pytest.approx((112_000, 150_000))
    least, most = roi.scenario_range([100_000, 1000], 5, [RETAINED, RETAINED], N, VALUE, causal=0.5)
    assert (least.tolist(), most.tolist()) == (pytest.approx([56_000, 560]), pytest.approx([75_000, 750]))
    assert [roi.nps_gain([move]) for move in roi.single_moves(5)] == pytest.approx([5, 5, 5])
    assert roi.nps_gain(roi.one_notch_moves(5)) == pytest.approx(5)


def test_beta_draws_agree_with_the_delta_method() -> None:
    """Drawing each retention from Beta(k + .5, n - k + .5) gives about the default scenario."""
    rng = np.random.default_rng(1)
    k = np.array(RETAINED) * N
    drawn = rng.beta(k + 0.5, np.array(N) - k + 0.5, (200_000, 3))
    gain = 2500 * (300 * (drawn[:, 1] - drawn[:, 0]) + 320 * (drawn[:, 2] - drawn[:, 1]))
    found = roi.scenario(100_000, roi.one_notch_moves(5), RETAINED, N, VALUE)
    assert (gain.mean(), gain.std()) == pytest.approx((131_090, 12_470), rel=5e-3)
    assert (found.amount, found.se) == pytest.approx((gain.mean(), gain.std()), rel=5e-3)
    assert found[2:] == pytest.approx(np.quantile(gain, [0.025, 0.975]), rel=8e-3)


def test_uncertain_values_widen_the_error() -> None:
    """Var(a) enters with the square of what it multiplies; a mean value and its variance come from sums."""
    value, unsure = roi.revenue_per_customer([600, 1020, 1840], [180_000, 326_400, 662_400], [72e6, 120e6, 290e6])
    assert value == pytest.approx(VALUE)
    rows = np.array([1.0, 4.0, 7.0])
    assert roi.revenue_per_customer(3, rows.sum(), (rows**2).sum())[1] == pytest.approx(rows.var(ddof=1) / 3)
    plain, wide = (roi.excess_loss(BASE, RETAINED, N, VALUE, value_variance=v) for v in (0.0, unsure))
    lacking = np.array(BASE) * (0.92 - np.array(RETAINED))
    assert wide.se**2 - plain.se**2 == pytest.approx((lacking**2 * unsure).sum())
    assert wide.amount == plain.amount
    loss = roi.revenue_at_risk(BASE, RETAINED, N, VALUE, value_variance=unsure)
    assert loss.se**2 - 173_645.33**2 == pytest.approx(
        ((np.array(BASE) * (1 - np.array(RETAINED))) ** 2 * unsure).sum(), rel=1e-4
    )
    moved = roi.scenario(100_000, [roi.Move(0, 2, 0.025)], RETAINED, N, VALUE, value_variance=unsure)
    assert moved.se**2 - 12_350.54**2 == pytest.approx((2500 * 0.17) ** 2 * unsure[0], rel=1e-3)
    assert np.isnan(roi.revenue_per_customer([0, 1], [0, 5], [0, 25])[1]).all()


def test_categories_that_take_no_part_need_not_be_known() -> None:
    """Moves between detractors and passives do not ask for the retention of promoters."""
    found = roi.scenario(100_000, [roi.Move(0, 1, 0.05)], [0.75, 0.85, np.nan], [800, 1200, 0], [300, 320, np.nan])
    assert found[:2] == pytest.approx((150_000, 27_684.04), abs=0.01)


def test_what_confounding_leaves() -> None:
    """38 % of the crude difference was the strata; the E-value of the limit nearer to 1, and 1 when 1 is inside."""
    assert roi.explained_away(0.1333333333, 0.0825) == pytest.approx(0.38125)
    assert np.isnan(roi.explained_away(0.0, 0.1))
    found = roi.e_value_of_limits([1.8, 0.2, 0.9, np.nan], [8.4, 0.5, 1.2, 3.0])
    assert found.tolist() == pytest.approx([*roi.e_value([1.8, 2.0]), 1.0, np.nan], nan_ok=True)
