"""Churn of an opening base: the right denominator, what wrong ones make of it, and nobody."""

from __future__ import annotations

import numpy as np
import pytest

from cxdash.statistics import intervals
from cxdash.statistics import logo_churn as lc


def test_right_and_wrong_denominators() -> None:
    """1,000 customers lose 50, 300 new ones 24: 5.00 %, not 7.40 % nor 5.69 %."""
    assert lc.contrast_denominators(1000, 50, 300, 24) == pytest.approx((0.05, 0.074, 0.0569230769), abs=1e-9)
    assert lc.closing_customers(1000, 300, 10, 50, 24) == 1236


def test_churn_is_a_share_of_the_opening_customers() -> None:
    """With Wilson's limits, for two regions at once; nobody, and more lost than there were, have none."""
    found = lc.logo_churn([1000, 40, 0, 5], [50, 0, 0, 6])
    assert found.churn.tolist() == pytest.approx([0.05, 0, np.nan, np.nan], nan_ok=True)
    assert (found.low[0], found.high[0]) == pytest.approx(np.array(intervals.wilson(50, 1000)))
    assert found.se[:2] == pytest.approx([(0.05 * 0.95 / 1000) ** 0.5, 0])
    assert np.isnan([found.se, found.low, found.high])[:, 2:].all()


def test_counts_that_cannot_be_divided() -> None:
    """No opening customers: no churn under any denominator, except the one that adds the new."""
    found = lc.contrast_denominators(0, 0, 30, 3)
    assert np.isnan([found.correct, found.all_losses]).all()
    assert found.with_new == pytest.approx(0.1)
