"""What is taken from an interval alone: its standard error, its p-value; and shares at another length of time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxdash.statistics.differences import fixed_interval_p, normal_difference
from cxdash.statistics.intervals import (
    Z95,
    nps_score_interval,
    nps_variance,
    recovered_error,
    share_value,
    share_variance,
)
from cxdash.statistics.survival import equivalent_share, person_time, share_lost

ERRORS = st.floats(0.001, 10)


@settings(deadline=None)
@given(value=st.floats(-5, 5), se=ERRORS)
def test_a_normal_interval_gives_its_error_back(value: float, se: float) -> None:
    """Half the width over z is the standard error it was made of."""
    assert recovered_error(value - Z95 * se, value + Z95 * se) == pytest.approx(se, rel=1e-9)


def test_a_score_interval_stands_for_nearly_the_textbook_error() -> None:
    """To a few per cent at a hundred answers, closer at ten thousand, and above zero where all agree."""
    for n, tolerance in ((100, 0.02), (10_000, 2e-4)):
        low, high = nps_score_interval(0.15 * n, 0.25 * n, 0.6 * n)
        assert recovered_error(low, high) == pytest.approx(np.sqrt(nps_variance(15, 25, 60) / n), rel=tolerance)
    assert recovered_error(*nps_score_interval(0, 0, 10)) > 0
    assert np.isnan(recovered_error(np.nan, 1.0))


@settings(deadline=None)
@given(first=st.floats(-5, 5), se1=ERRORS, second=st.floats(-5, 5), se2=ERRORS)
def test_p_of_a_normal_difference_is_the_z_test(first: float, se1: float, second: float, se2: float) -> None:
    """For a symmetric interval it is the ordinary two-sided p."""
    expected = normal_difference(first, se1, second, se2)
    if abs(expected.diff) > 1e-6:
        p = fixed_interval_p(expected.diff, expected.low, expected.high)
        assert p == pytest.approx(expected.p, rel=1e-6, abs=1e-15)


@settings(deadline=None)
@given(diff=st.floats(-50, 50), below=st.floats(0, 60), above=st.floats(0, 60))
def test_p_and_interval_never_disagree(diff: float, below: float, above: float) -> None:
    """Below .05 exactly where zero lies outside."""
    low, high = diff - below, diff + above
    p = fixed_interval_p(diff, low, high)
    # at the very edge the last digit decides
    if diff == 0:
        assert p == 1
    elif min(abs(low), abs(high)) > 1e-9:
        assert bool(p < 0.05) == bool(low > 0 or high < 0)


def test_p_of_an_interval_at_its_ends() -> None:
    """No difference is p 1, no width is p 0, unknown is unknown; many at once."""
    p = fixed_interval_p([0, 1, 1, np.nan], [-1, 1, np.nan, 0], [1, 1, 2, 1])
    assert np.array_equal(p, [1, 0, np.nan, np.nan], equal_nan=True)


def test_shares_and_their_variance() -> None:
    """Parts of n, and p(1 - p); nobody and the impossible have none."""
    assert share_value([3, 0, 4, 5], [4, 0, 4, 4]).tolist() == pytest.approx([0.75, np.nan, 1, np.nan], nan_ok=True)
    assert share_variance([3, 0, 4], [4, 0, 4]).tolist() == pytest.approx([0.1875, np.nan, 0], nan_ok=True)


def test_a_share_of_another_length_of_time() -> None:
    """A year of monthly 2 % is 1 - .98^12 and back; it agrees with the rate; all lost stays all."""
    month = 365.25 / 12
    year = 1 - 0.98**12
    assert equivalent_share(year, 12 * month) == pytest.approx(0.02, abs=1e-12)
    assert equivalent_share(0.02, month, per=12 * month) == pytest.approx(year, abs=1e-12)
    rate = person_time(37, 12450.5).rate
    assert equivalent_share(share_lost(rate, days=90), 90) == pytest.approx(share_lost(rate), abs=1e-12)
    assert equivalent_share([0, 1, np.nan, 0.5], [7, 7, 7, 0]).tolist() == pytest.approx(
        [0, 1, np.nan, np.nan], nan_ok=True
    )
