"""The word contrast against its formula written out, and the behaviour the prior is there for."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from cxdash.statistics.word_contrast import PRIOR_TEXTS, word_contrast


@given(st.integers(0, 300), st.integers(1, 300), st.integers(0, 300), st.integers(1, 300), st.floats(0.5, 500))
def test_the_formula_of_monroe_colaresi_and_quinn(y1: int, n1: int, y2: int, n2: int, prior: float) -> None:
    """Log-odds with pseudo-counts at the common share, variance the sum of the four reciprocals."""
    y1, y2 = min(y1, n1), min(y2, n2)
    found = word_contrast(y1, n1, y2, n2, prior=prior)
    share = (y1 + y2) / (n1 + n2)
    if share in (0, 1):
        assert np.isnan(found.log_odds)
        return
    a, b = prior * share, prior * (1 - share)
    expected = log((y1 + a) / (n1 - y1 + b)) - log((y2 + a) / (n2 - y2 + b))
    error = sqrt(sum(1 / part for part in (y1 + a, n1 - y1 + b, y2 + a, n2 - y2 + b)))
    assert found.log_odds == pytest.approx(expected, abs=1e-9)
    assert found.se == pytest.approx(error, rel=1e-9)
    assert found.z == pytest.approx(expected / error, abs=1e-9)
    assert found.p == pytest.approx(2 * norm.sf(abs(expected / error)), abs=1e-9)


def test_a_rare_word_is_pulled_back_and_a_common_one_is_not() -> None:
    """Two against nobody is no finding; two hundred against a hundred is, and hardly feels the prior."""
    rare, common = word_contrast([2, 200], 1000, [0, 100], 1000)[2]
    assert rare < 1.5
    assert common > 6
    without = word_contrast(200, 1000, 100, 1000, prior=1e-9)
    assert word_contrast(200, 1000, 100, 1000).log_odds == pytest.approx(float(without.log_odds), rel=0.03)


def test_swapping_the_groups_swaps_the_sign() -> None:
    """Nothing but the sign depends on which group is called the first."""
    one, other = word_contrast(30, 200, 20, 900), word_contrast(20, 900, 30, 200)
    assert one.log_odds == pytest.approx(-float(other.log_odds))
    assert one.p == pytest.approx(float(other.p))


def test_words_that_differ_by_chance_keep_the_level() -> None:
    """Where both groups say a word alike, p < .05 comes at most so often: the prior only takes away."""
    rng = np.random.default_rng(5)
    share = rng.uniform(0.02, 0.4, 20_000)
    y1, y2 = rng.binomial(300, share), rng.binomial(700, share)
    assert np.mean(word_contrast(y1, 300, y2, 700).p < 0.05) < 0.055


@pytest.mark.parametrize("state", [(5, 4, 1, 9), (-1, 4, 1, 9), (1, 0, 1, 9), (1, 4, 1, 0), (np.nan, 4, 1, 9)])
def test_impossible_counts_have_no_answer(state: tuple[float, ...]) -> None:
    """More who say it than there are, fewer than none, nobody at all: NaN everywhere."""
    assert all(np.isnan(part) for part in word_contrast(*state, prior=PRIOR_TEXTS))
