"""One histogram, every score: the methods' examples, numpy on the rows, and empty histograms."""

from __future__ import annotations

import numpy as np
import pytest

from cxdash.statistics import histograms as hi
from cxdash.statistics import intervals

CES = [10, 12, 20, 38, 70, 90, 60]


def test_customer_effort_from_its_histogram() -> None:
    """State (300, 1556, 8776): mean, variance and limits; share of easy answers and its limits."""
    state = hi.moments(CES, range(1, 8))
    assert state == (300, 1556, 8776)
    assert intervals.mean_variance(*state) == pytest.approx((5.186666667, 2.359687848), abs=1e-9)
    assert intervals.mean_interval(*state)[1:] == pytest.approx((5.012134201, 5.361199132), abs=1e-9)
    easy = hi.count_top(CES, range(1, 8), at_least=5)
    assert easy == (220, 300)
    assert intervals.wilson(*easy) == pytest.approx((0.680572606, 0.780194008), abs=1e-9)


def test_satisfaction_from_two_histograms_at_once() -> None:
    """Both states of the Welch example in one call; sums beyond 64 bits stay exact."""
    two = np.array([[12, 18, 40, 180, 250], [20, 35, 65, 190, 190]])
    assert np.transpose(hi.moments(two, range(1, 6))).tolist() == [[500, 2138, 9574], [500, 1995, 8535]]
    huge = two.astype(object) * 10**20
    assert [v[0] for v in hi.moments(huge, range(1, 6))] == [500 * 10**20, 2138 * 10**20, 9574 * 10**20]


def test_net_promoter_counts() -> None:
    """0 to 6, 7 and 8, 9 and 10."""
    assert hi.count_nps(np.arange(11)) == (21, 15, 19)


def test_quantiles() -> None:
    """The median of rows; times by the upper edge of their bin; nobody and unknown have none."""
    rows = np.repeat(np.arange(1, 8), CES)
    assert hi.quantile(CES, range(1, 8), 0.5) == np.quantile(rows, 0.5, method="inverted_cdf")
    found = hi.quantile([CES, [0] * 7, [0, 3, 0, 0, 0, 3, 0], [1, np.nan, *[0] * 5]], range(1, 8), [0.9, 0.5, 0.5, 0.5])
    assert found.tolist() == pytest.approx([7, np.nan, 2, np.nan], nan_ok=True)
    ends = hi.quantile([0, 3, 0, 0, 0, 3, 0], range(1, 8), [0, 1, 1.1, -0.1, np.nan])
    assert ends.tolist() == pytest.approx([2, 6, np.nan, np.nan, np.nan], nan_ok=True)
