"""Survival from Lexis cells, bands of exposure and cohort tables: the methods' cohorts, lifelines, and the edges."""

from __future__ import annotations

import numpy as np
import pytest
from lifelines import KaplanMeierFitter

from cxdash.statistics import survival as sv
from cxdash.statistics import survival_states as ss

NAN = float("nan")


def test_cohorts_of_the_methods() -> None:
    """Cohorts of 1000, 800 and 600: the pooled counts and curve (R survfit)."""
    entries, lost, censored = ss.count_cohorts([1000, 800, 600], [[50, 40, 30], [48, 30, NAN], [30, NAN, NAN]])
    assert entries.tolist() == [2400, 0, 0, 0]
    assert lost.tolist() == [0, 128, 70, 30]
    assert censored.tolist() == [0, 570, 722, 880]
    found = sv.kaplan_meier(entries, lost, censored)
    assert found.survival[1:] == pytest.approx([0.946666667, 0.907732080, 0.877806847], abs=1e-9)
    assert found.se[1:] == pytest.approx([0.004586615, 0.006333031, 0.008146963], abs=1e-9)
    assert (found.low[3], found.high[3]) == pytest.approx((0.860837218, 0.892837578), abs=1e-9)


def test_cohorts_that_say_nothing() -> None:
    """A cohort too young for any age, or of unknown size, is left out; one known again after a gap ends at the gap."""
    found = ss.count_cohorts([100, 50, NAN], [[5, NAN, 3], [NAN, NAN, NAN], [1, 1, 1]])
    assert [part.tolist() for part in found] == [[100, 0, 0, 0], [0, 5, 0, 0], [0, 95, 0, 0]]


def test_two_regions_of_cohorts_at_once() -> None:
    """Regions on a leading axis give what each gives alone."""
    sizes, lost = np.array([[100, 50], [80, 70]]), np.array([[[5, 3], [2, NAN]], [[4, 4], [3, NAN]]])
    many = ss.count_cohorts(sizes, lost)
    for region in range(2):
        for both, one in zip(many, ss.count_cohorts(sizes[region], lost[region]), strict=True):
            assert both[region].tolist() == one.tolist()


def test_a_calendar_window_is_late_entry_and_censoring_at_its_ends() -> None:
    """Days 20 to 49 of 400 customers: Lexis cells give the curve lifelines gives from rows cut to the window."""
    rng = np.random.default_rng(4)
    joined = rng.integers(0, 45, 400)
    left = joined + np.minimum(rng.geometric(0.04, 400), 60)
    first, days, ages = 20, 30, 60
    at_risk, lost = np.zeros((days, ages)), np.zeros((days, ages))
    for start, end in zip(joined, left, strict=True):
        for day in range(max(start + 1, first), min(end, first + days - 1) + 1):
            at_risk[day - first, day - start] += 1
            lost[day - first, day - start] += day == end
    found = ss.period_survival(at_risk, lost)
    inside = (left >= first) & (joined < first + days - 1)
    entry = np.maximum(first - 1 - joined, 0)[inside]
    leave, event = np.minimum(left, first + days - 1)[inside] - joined[inside], (left < first + days)[inside]
    fitter = KaplanMeierFitter().fit(leave, event, entry=entry, timeline=np.arange(ages))
    expected = fitter.survival_function_["KM_estimate"].to_numpy()
    assert found.at_risk[1] == ((entry < 1) & (leave >= 1)).sum()
    assert found.survival[1:40] == pytest.approx(expected[1:40], abs=1e-12)


def test_bands_of_exposure() -> None:
    """exp(-sum of rate x width), its delta-method error, log-log limits; a band without exposure ends it."""
    found = ss.piecewise_survival(
        [[3, 4, 2], [0, 4, 1], [3, 1, 1]], [[3000, 4000, 1e3], [900, 800, 900], [90, 0, 90]], 30
    )
    assert found.rate[0] == pytest.approx([0.001, 0.001, 0.002])
    assert found.survival[0] == pytest.approx(np.exp([-0.03, -0.06, -0.12]))
    errors = np.sqrt(900 * np.cumsum([3 / 3000**2, 4 / 4000**2, 2 / 1e6]))
    assert found.se[0] == pytest.approx(found.survival[0] * errors)
    reach = 1.959963984540054 * errors / np.log(found.survival[0])
    assert found.low[0] == pytest.approx(found.survival[0] ** np.exp(-reach))
    assert found.survival[1, 0] == 1
    assert np.isnan(found.low[1, 0])
    assert np.isnan(found.survival[2]).tolist() == [False, True, True]


def test_narrow_bands_are_the_product_limit() -> None:
    """Daily bands of rare losses: the exponential of the summed hazard and the product of shares agree."""
    at_risk, lost = np.full(200, 1e5), np.arange(200.0) % 7
    product = sv.product_limit(at_risk, lost)
    bands = ss.piecewise_survival(lost, at_risk, 1.0)
    assert 1 - bands.survival[-1] == pytest.approx(float(product.churn), rel=1e-4)
    assert bands.se[-1] == pytest.approx(float(product.se), rel=1e-3)
