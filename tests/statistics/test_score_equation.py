"""Tango's equation: the limits solve it, at any size and level, and each cell is solved as if it were alone."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cxdash.statistics.intervals import nps_score_interval, nps_value
from cxdash.statistics.score_equation import lower_limit


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def textbook_low(d: float, m: float, p: float, z: float) -> float:
    """The lower root by 200 halvings on the equation as it is printed."""
    n = d + m + p
    nps = (p - d) / n

    def excess(limit: float) -> float:
        a, b = 2 * n, -d - p + (2 * n - p + d) * limit
        c = -d * limit * (1 - limit)
        q = (np.sqrt(max(b * b - 4 * a * c, 0.0)) - b) / (2 * a)
        return p - d - n * limit - z * np.sqrt(max(n * (2 * q + limit * (1 - limit)), 0.0))

    low, high = -1.0, nps
    if excess(low) <= 0:
        return -1.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return (low + high) / 2


COUNTS = st.one_of(st.integers(0, 6), st.integers(0, 300), st.integers(0, 10**6))


@settings(max_examples=400, deadline=None)
@given(d=COUNTS, m=COUNTS, p=COUNTS, z=st.floats(0.05, 8.0))
@example(d=0, m=0, p=1, z=1.96)
@example(d=1, m=0, p=0, z=1.96)
@example(d=0, m=5, p=0, z=1.96)
@example(d=1, m=10**6, p=0, z=0.05)
@example(d=0, m=1, p=10**6, z=8.0)
def test_limits_solve_the_equation_as_printed(d: int, m: int, p: int, z: float) -> None:
    """Forty textbook bisections and the solver agree to what the printed form itself is good for."""
    if d + m + p == 0:
        return
    low, high = nps_score_interval(d, m, p, z=z)
    assert low == pytest.approx(textbook_low(d, m, p, z), abs=2e-8)
    assert high == pytest.approx(-textbook_low(p, m, d, z), abs=2e-8)
    assert -1 <= low <= nps_value(d, m, p) <= high <= 1


def test_a_cell_is_solved_as_if_it_were_alone() -> None:
    """Bit for bit the same among ten thousand, with effective counts and a level for each cell."""
    rng = np.random.default_rng(11)
    size = rng.choice([1, 4, 30, 2000, 10**8], 10_000)
    counts = rng.integers(0, size[:, None] + 1, (10_000, 3)) / rng.uniform(1, 3, (10_000, 1))
    z = rng.uniform(0.0, 37.5, 10_000)
    low, high = nps_score_interval(*counts.T, z=z)
    for cell in rng.choice(10_000, 300, replace=False):
        alone = nps_score_interval(*counts[cell], z=z[cell])
        assert np.array_equal(alone, (low[cell], high[cell]), equal_nan=True)


def test_widths_and_shapes() -> None:
    """No width at level 0; scalars, tables and nobody at all keep their shape."""
    low, high = nps_score_interval([3, 0, 0], [4, 0, 5], [5, 0, 0], z=0.0)
    assert low.tolist() == pytest.approx([1 / 6, np.nan, 0.0], nan_ok=True)
    assert high.tolist() == pytest.approx([1 / 6, np.nan, 0.0], nan_ok=True)
    assert lower_limit(*(np.full((2, 3), x) for x in (0.2, 0.5, 0.3, 0.1))).shape == (2, 3)
    assert lower_limit(*(np.empty(0) for _ in range(4))).shape == (0,)
    assert nps_score_interval(1, 2, 3)[0].shape == ()


@pytest.mark.parametrize("n", [10.0**6, 10.0**9, 10.0**12, 10.0**15])
def test_huge_counts_keep_their_relative_width(n: float) -> None:
    """At a billion answers the interval is the normal one, and still has two sides."""
    low, high = nps_score_interval(0.2 * n, 0.3 * n, 0.5 * n)
    half = 1.959963984540054 * np.sqrt((0.7 - 0.09) / n)
    # beyond 1e12 the width itself is at the edge of what a float near .3 can tell
    assert high - low == pytest.approx(2 * half, rel=1e-3, abs=1e-15)
    assert low < 0.3 < high
