"""Mix and rate effects: exact fractions of the methods, entering and leaving segments, Simpson's paradox."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from cxdash.statistics.decomposition import attribute_factors, bucketed_mix_rate, mix_rate, simpson_flag
from cxdash.statistics.shapley import mean_increments


def exact(*values: int) -> np.ndarray:
    return np.array(values, dtype=object)


def test_exact_table() -> None:
    """Three segments: every effect is the printed fraction, and they add up to the change exactly."""
    mix, rate = mix_rate(exact(400, 300, 300), exact(200, 120, 30), exact(300, 350, 450), exact(165, 133, 36))
    assert mix.tolist() == [Fraction(-763, 30250), Fraction(139, 121000), Fraction(-1563, 60500)]
    assert rate.tolist() == [Fraction(37, 2200), Fraction(-17, 2750), Fraction(-39, 5500)]
    assert mix.sum() + rate.sum() == Fraction(167, 550) - Fraction(7, 20)


def test_entering_segment() -> None:
    """A fourth segment that enters is all mix, and the sum is still exact."""
    mix, rate = mix_rate(
        exact(400, 300, 300, 0), exact(200, 120, 30, 0), exact(300, 350, 450, 100), exact(165, 133, 36, 20)
    )
    assert mix.tolist() == [Fraction(-243, 8000), Fraction(-9, 16000), Fraction(-279, 16000), Fraction(-49, 4800)]
    assert rate.tolist() == [Fraction(13, 800), Fraction(-71, 12000), Fraction(-27, 4000), 0]
    assert mix.sum() + rate.sum() == Fraction(-11, 200)


def test_leaving_and_absent_segments() -> None:
    """A segment that leaves is all mix too; one in neither period has no effect."""
    mix, rate = mix_rate([50.0, 50.0, 0.0], [10.0, 40.0, 0.0], [0.0, 80.0, 0.0], [0.0, 64.0, 0.0])
    assert rate.tolist() == [0.0, 0.0, 0.0]
    assert mix[2] == 0.0
    assert mix.sum() == pytest.approx(0.8 - 0.5)


def test_growth_of_a_weak_segment_reads_negative() -> None:
    """Centring: only shares move, towards the weaker segment; both mix effects are negative."""
    mix, rate = mix_rate([50, 50], [40, 10], [40, 60], [32, 12])
    assert (mix < 0).all()
    assert rate.tolist() == pytest.approx([0, 0])


def test_cells_are_independent() -> None:
    """Two companies in one call, one of them without any answer in the first period."""
    n0, x0 = [[400, 300, 300], [0, 0, 0]], [[200, 120, 30], [0, 0, 0]]
    mix, rate = mix_rate(n0, x0, [[300, 350, 450]] * 2, [[165, 133, 36]] * 2)
    assert mix[0].sum() + rate[0].sum() == pytest.approx(167 / 550 - 7 / 20)
    assert np.isnan(mix[1] + rate[1]).all()
    assert simpson_flag(n0, x0, [[300, 350, 450]] * 2, [[165, 133, 36]] * 2).tolist() == [True, False]


def test_simpson() -> None:
    """Both segments improve while the whole falls: flagged; both improve and the whole rises: not; no change: not."""
    assert simpson_flag([80, 20], [64, 4], [20, 80], [17, 20])
    assert not simpson_flag([50, 50], [40, 10], [50, 50], [42, 12])
    assert not simpson_flag([50, 50], [40, 10], [50, 50], [40, 10])
    assert simpson_flag(exact(80, 20), exact(64, 4), exact(20, 80), exact(17, 20))


def test_bucket_errors_of_effects() -> None:
    """Effects of all customers, errors from leaving buckets out; two cells at once as one at a time."""
    rng = np.random.default_rng(3)
    n0, n1 = rng.integers(20, 60, (2, 2, 16, 3))
    x0, x1 = rng.binomial(n0, 0.5), rng.binomial(n1, 0.4)
    found = bucketed_mix_rate(n0, x0, n1, x1)
    for cell in range(2):
        state = [v[cell] for v in (n0, x0, n1, x1)]
        mix, rate = mix_rate(*(v.sum(axis=0) for v in state))
        assert (found.mix[cell], found.rate[cell]) == (pytest.approx(mix), pytest.approx(rate))
        without = np.array([mix_rate(*(np.delete(v, g, axis=0).sum(axis=0) for v in state)) for g in range(16)])
        errors = np.sqrt(15 / 16 * ((without - [mix, rate]) ** 2).sum(axis=0))
        assert np.array([found.mix_se[cell], found.rate_se[cell]]) == pytest.approx(errors)


def test_three_factors() -> None:
    """Customers x orders x price: each factor's mean effect over all orders of change, summing to the change."""
    before, after = (100.0, 2.0, 5.0), (120.0, 2.5, 4.0)
    effects = attribute_factors(lambda a, b, c: a * b * c, before, after)
    a = (20 / 6) * (2 * 2 * 5 + 2.5 * 5 + 2 * 4 + 2 * 2.5 * 4)
    assert effects[0] == pytest.approx(a)
    assert effects.sum() == pytest.approx(1200 - 1000)


def test_increments_of_two_players() -> None:
    """Alone 3 and 4, together 9: the 2 that only both bring is halved; two games at once, and one of nobody."""
    assert mean_increments([[0, 3, 4, 9], [1, 1, 1, 1]]).tolist() == [[4, 5], [0, 0]]
    assert mean_increments([[7.0]]).shape == (1, 0)


def test_empty_buckets_are_no_buckets() -> None:
    """A bucket without customers in either period changes no error; one with customers in a single period counts."""
    rng = np.random.default_rng(4)
    n0, n1 = rng.integers(20, 60, (2, 8, 3))
    n0[3], n1[5] = 0, 0
    x0, x1 = rng.binomial(n0, 0.5), rng.binomial(n1, 0.4)
    plain = bucketed_mix_rate(n0, x0, n1, x1)
    padded = bucketed_mix_rate(*(np.vstack([v, np.zeros((2, 3))]) for v in (n0, x0, n1, x1)))
    for one, other in zip(plain, padded, strict=True):
        assert other == pytest.approx(one, rel=1e-12)
    swapped = bucketed_mix_rate(n1, x1, n0, x0)
    assert swapped.rate_se == pytest.approx(plain.rate_se, rel=1e-9)
