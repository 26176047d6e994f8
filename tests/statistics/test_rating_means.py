"""The score interval of a mean rating: Tango's on three scores, Wilson's on two, and sensible where t is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxdash.statistics.intervals import mean_interval, nps_score_interval, wilson
from cxdash.statistics.rating_means import rating_mean, rating_mean_difference, rating_mean_interval

STARS = np.arange(1.0, 6.0)
histograms = st.lists(st.integers(0, 40), min_size=5, max_size=5).filter(lambda h: sum(h) > 0)


def test_on_three_scores_it_is_tangos_interval() -> None:
    """NPS is a mean rating on -1, 0, 1: both constructions give the same limits, at any level."""
    counts = np.random.default_rng(1).multinomial(25, [0.2, 0.3, 0.5], size=400).astype(float)
    counts[:40] = np.eye(3)[np.arange(40) % 3] * (1.0 + np.arange(40))[:, None]
    for z in (0.5, 1.959963984540054, 3.0):
        tango, ours = nps_score_interval(*counts.T, z=z), rating_mean_interval(counts, [-1, 0, 1], z=z)
        np.testing.assert_allclose(ours, tango, atol=1e-10)


def test_on_two_scores_it_is_wilsons_interval() -> None:
    """A share is a mean rating on 0, 1, effective counts included."""
    x, n = np.array([0.0, 1, 7, 10, 3.3]), np.array([10.0, 10, 10, 10, 4.4])
    ours = rating_mean_interval(np.stack([n - x, x], axis=-1), [0, 1])
    np.testing.assert_allclose(ours, wilson(x, n), atol=1e-10)


def test_for_many_answers_it_is_the_t_interval() -> None:
    """The methods' CSAT histogram (500 answers): the same limits to a hundredth of a star."""
    counts = np.array([12.0, 18, 40, 180, 250])
    mean, low, high = mean_interval(500, 2138, 9574)
    assert rating_mean(counts, STARS) == pytest.approx(float(mean))
    assert rating_mean_interval(counts, STARS) == (
        pytest.approx(float(low), abs=0.01),
        pytest.approx(float(high), abs=0.01),
    )


@given(histograms, st.floats(0.1, 3.0))
def test_limits_stay_on_the_scale_around_the_mean_and_mirror(histogram: list[int], z: float) -> None:
    """Turning the scale over turns the interval over; a longer scale stretches it."""
    counts = np.array(histogram, dtype=float)
    mean, (low, high) = rating_mean(counts, STARS), rating_mean_interval(counts, STARS, z=z)
    assert 1.0 <= low <= mean + 1e-12
    assert mean - 1e-12 <= high <= 5.0
    turned = rating_mean_interval(counts[::-1], STARS, z=z)
    np.testing.assert_allclose(turned, (6.0 - high, 6.0 - low), atol=1e-9)
    np.testing.assert_allclose(rating_mean_interval(counts, 10 * STARS, z=z), (10 * low, 10 * high), atol=1e-8)


@given(histograms, st.integers(2, 9))
def test_more_answers_of_the_same_kind_make_it_narrower(histogram: list[int], times: int) -> None:
    """The width falls when the histogram is multiplied."""
    counts = np.array(histogram, dtype=float)
    (low, high), (inner_low, inner_high) = (rating_mean_interval(c, STARS) for c in (counts, counts * times))
    assert inner_high - inner_low < high - low


@settings(deadline=None, max_examples=40)
@given(histograms, histograms)
def test_a_difference_and_its_test_agree_and_swapping_turns_the_sign(first: list[int], second: list[int]) -> None:
    """P < .05 exactly where the interval is clear of zero; equal histograms have p = 1."""
    found, turned = rating_mean_difference(first, second, STARS), rating_mean_difference(second, first, STARS)
    np.testing.assert_allclose((turned.diff, turned.low, turned.high), (-found.diff, -found.high, -found.low))
    assert found.p == pytest.approx(float(turned.p), abs=1e-9)
    apart = bool(found.low > 1e-9 or found.high < -1e-9)
    assert apart == bool(found.p < 0.05) or abs(float(found.p) - 0.05) < 1e-6
    assert rating_mean_difference(first, first, STARS).p == 1.0


def test_a_group_that_agrees_still_has_a_width() -> None:
    """Ten times five stars: t says 5 to 5, the score interval allows for the eleventh customer."""
    counts = np.array([0.0, 0, 0, 0, 10])
    low, high = rating_mean_interval(counts, STARS)
    assert (high, rating_mean(counts, STARS)) == (5.0, 5.0)
    assert 3.5 < low < 4.9
    assert float(mean_interval(10, 50, 250)[1]) == 5.0


@pytest.mark.filterwarnings("error")
def test_strange_state_has_a_defined_answer() -> None:
    """Nobody, a missing count and a negative one are NaN; one answer and 10^15 answers are not, and nothing warns."""
    counts = np.array([[0.0] * 5, [np.nan, 1, 1, 1, 1], [-1.0, 2, 2, 2, 2], [0, 0, 1, 0, 0], [1e15, 0, 0, 0, 3e15]])
    low, high = rating_mean_interval(counts, STARS)
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [True, True, True, False, False]
    assert 1.0 <= low[3] < 3.0 < high[3] <= 5.0
    assert 0 < high[4] - low[4] < 1e-6
