"""Laws of intervals and differences that hold whatever the counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from cxdash.statistics import differences, intervals
from cxdash.statistics.intervals import Z95

LAW = settings(deadline=None, max_examples=60)
"""No deadline: the first call of a process pays for imports, and a busy machine is no broken law."""

COUNT = st.integers(0, 10**6)
ANSWERS = st.tuples(COUNT, COUNT, COUNT).filter(lambda c: sum(c) > 0)
EFFECTIVE = st.tuples(*[st.floats(0, 1e4)] * 3).filter(lambda c: sum(c) > 1e-3)


@LAW
@given(ANSWERS | EFFECTIVE)
@example((0, 0, 1))
@example((10**6, 0, 1))
def test_score_interval_stays_on_the_scale_and_holds_the_estimate(counts: tuple[float, float, float]) -> None:
    """-1 <= low <= NPS <= high <= 1, and the interval has width."""
    low, high = intervals.nps_score_interval(*counts)
    nps = intervals.nps_value(*counts)
    assert -1 <= low <= nps + 1e-12
    assert nps - 1e-12 <= high <= 1
    assert high > low


@LAW
@given(ANSWERS | EFFECTIVE)
def test_score_interval_is_mirrored(counts: tuple[float, float, float]) -> None:
    """Swapping detractors and promoters turns the interval over."""
    low, high = intervals.nps_score_interval(*counts)
    mirrored = intervals.nps_score_interval(*counts[::-1])
    assert (-high, -low) == pytest.approx(np.array(mirrored), abs=1e-12)


@LAW
@given(COUNT, COUNT)
def test_score_interval_without_passives_is_wilson(d: int, p: int) -> None:
    """Without passives NPS is 2 p/n - 1, and so are its limits."""
    assume(d + p > 0)
    wilson = np.array(intervals.wilson(p, d + p))
    assert intervals.nps_score_interval(d, 0, p) == pytest.approx(2 * wilson - 1, abs=1e-14)


@LAW
@given(st.integers(1, 10**7))
def test_score_interval_of_passives_only(n: int) -> None:
    """All passives: -+ z^2/(n + z^2)."""
    limit = Z95**2 / (n + Z95**2)
    assert intervals.nps_score_interval(0, n, 0) == pytest.approx((-limit, limit), rel=1e-9)


@LAW
@given(ANSWERS, st.integers(2, 50))
def test_more_answers_of_the_same_mix_are_surer(counts: tuple[int, int, int], times: int) -> None:
    """Multiplying the state narrows the interval and keeps the value."""
    more = tuple(times * c for c in counts)
    (low, high), (inner_low, inner_high) = intervals.nps_score_interval(*counts), intervals.nps_score_interval(*more)
    assert inner_high - inner_low < high - low
    assert intervals.nps_value(*more) == pytest.approx(float(intervals.nps_value(*counts)), abs=1e-12)


@LAW
@given(ANSWERS)
def test_adjusted_wald_is_wald_on_shifted_counts(counts: tuple[int, int, int]) -> None:
    """Adding the pseudo-answers first gives the same."""
    d, m, p = counts
    assert intervals.nps_adjusted_wald(d, m, p) == pytest.approx(
        np.array(intervals.nps_wald(d + 0.75, m + 1.5, p + 0.75))
    )


@LAW
@given(st.integers(0, 1000), st.integers(1, 1000), st.floats(1, 20))
def test_a_design_effect_widens_wilson(x: int, n: int, deff: float) -> None:
    """n/deff is never surer than n, and bit for bit the same at deff 1."""
    x = min(x, n)
    assert intervals.wilson(x / 1.0, n / 1.0) == intervals.wilson(x, n)
    assert intervals.mean_interval(n, x, x, deff=1.0) == pytest.approx(
        np.array(intervals.mean_interval(n, x, x)), rel=0, abs=0, nan_ok=True
    )
    (low, high), (wide_low, wide_high) = intervals.wilson(x, n), intervals.wilson(x / deff, n / deff)
    assert wide_high - wide_low >= high - low - 1e-12


@LAW
@given(ANSWERS, ANSWERS)
def test_p_and_interval_never_disagree(first: tuple[int, int, int], second: tuple[int, int, int]) -> None:
    """P < .05 exactly where the 95 % interval leaves out zero; swapping groups turns everything over."""
    found = differences.nps_difference(*first, *second)
    swapped = differences.nps_difference(*second, *first)
    assert (swapped.diff, -swapped.low, swapped.p) == pytest.approx((-found.diff, found.high, float(found.p)), abs=1e-9)
    clear = max(found.low, -found.high)
    assume(abs(clear) > 1e-9)
    assert (found.p < 0.05) == (clear > 0)


@LAW
@given(ANSWERS)
def test_equal_states_do_not_differ(counts: tuple[int, int, int]) -> None:
    """Difference 0, p = 1."""
    found = differences.nps_difference(*counts, *counts)
    assert (found.diff, found.p) == (0, 1)


@LAW
@given(st.tuples(st.integers(0, 60), st.integers(1, 60), st.integers(0, 60), st.integers(1, 60)))
def test_newcombe_p_and_interval_never_disagree(counts: tuple[int, int, int, int]) -> None:
    """The same law for proportions, whose limits may sit exactly at 0 and 1."""
    x1, n1, x2, n2 = counts
    found = differences.proportion_difference(min(x1, n1), n1, min(x2, n2), n2)
    clear = max(found.low, -found.high)
    assume(abs(clear) > 1e-9)
    assert (found.p < 0.05) == (clear > 0)
