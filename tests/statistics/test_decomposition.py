"""Mix and rate effects: exact fractions of the methods, entering and leaving segments, Simpson's paradox."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from cxdash.statistics.decomposition import (
    attribute_factors,
    bucketed_mix_rate,
    effect_limits,
    independent_mix_rate,
    mix_rate,
    pull,
    simpson_flag,
)
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


def test_pull_is_what_goes_beyond_the_share() -> None:
    """All segments move alike: no pull; one alone moves: it pulls what the others would have shared with it."""
    n = [400.0, 300.0, 300.0]
    alike = pull(n, [200, 120, 30], n, [240, 150, 60])
    assert alike == pytest.approx([0, 0, 0], abs=1e-15)
    alone = pull(n, [200, 120, 30], n, [200, 120, 130])
    assert alone == pytest.approx([-0.04, -0.03, 0.07])
    assert alone.sum() == pytest.approx(0)


def _drawn(rng: np.random.Generator, n: int, shares: list[float], scores: list[float]) -> tuple[np.ndarray, np.ndarray]:
    segments = rng.choice(len(shares), size=n, p=shares)
    return segments, rng.choice([-1.0, 0.0, 1.0], size=n) * 0.5 + np.array(scores)[segments]


def _state(segments: np.ndarray, scores: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = np.bincount(segments, minlength=size).astype(float)
    x = np.bincount(segments, weights=scores, minlength=size)
    mean = np.divide(x, n, out=np.zeros(size), where=n > 0)
    squares = np.bincount(segments, weights=(scores - mean[segments]) ** 2, minlength=size)
    return n, x, np.divide(squares, n, out=np.zeros(size), where=n > 0)


def _flat(n0: np.ndarray, x0: np.ndarray, n1: np.ndarray, x1: np.ndarray) -> np.ndarray:
    mix, rate = mix_rate(n0, x0, n1, x1)
    return np.concatenate([mix, rate, mix + rate, pull(n0, x0, n1, x1), [mix.sum(), rate.sum()]])


@pytest.mark.parametrize("shares_now", [[0.3, 0.45, 0.25, 0.0], [0.3, 0.3, 0.2, 0.2]], ids=["all stay", "one enters"])
def test_errors_of_independent_answers(shares_now: list[float]) -> None:
    """The linearised errors are those of leaving out one answer after the other, also where a segment enters."""
    rng = np.random.default_rng(11)
    before = _drawn(rng, 700, [0.4, 0.3, 0.3, 0.0], [0.5, 0.2, -0.1, 0.0])
    now = _drawn(rng, 900, shares_now, [0.4, 0.1, 0.2, -0.5])
    first, second = _state(*before, 4), _state(*now, 4)
    found = independent_mix_rate(*first, *second)
    full, variance = _flat(*first[:2], *second[:2]), 0.0
    for segments, scores in (before, now):
        without = []
        for i in range(len(segments)):
            n, x = np.zeros(4), np.zeros(4)
            n[segments[i]], x[segments[i]] = 1, scores[i]
            taken = (first[0] - n, first[1] - x, *second[:2]) if segments is before[0] else (
                *first[:2], second[0] - n, second[1] - x
            )  # fmt: skip
            without.append(_flat(*taken))
        variance = variance + (len(segments) - 1) / len(segments) * ((np.array(without) - full) ** 2).sum(axis=0)
    errors = np.sqrt(variance)
    told = np.concatenate(
        [found.mix_se, found.rate_se, found.total_se, found.pull_se, [found.mix_sum_se, found.rate_sum_se]]
    )
    assert told == pytest.approx(errors, rel=0.01, abs=1e-9)
    assert np.concatenate([found.mix, found.rate]) == pytest.approx(full[:8])
    assert found.pull == pytest.approx(full[12:16])


def test_a_design_effect_widens_every_error() -> None:
    """Four times the variance is twice the error, for each effect and both sums."""
    state = ([400, 300, 300], [200, 120, 30], [0.25] * 3, [300, 350, 450], [165, 133, 36], [0.25] * 3)
    plain, wide = independent_mix_rate(*state), independent_mix_rate(*state, deff=4.0)
    for name in ("mix_se", "rate_se", "total_se", "pull_se", "mix_sum_se", "rate_sum_se"):
        assert getattr(wide, name) == pytest.approx(2 * getattr(plain, name)), name


def test_bucket_errors_of_sums_and_pull() -> None:
    """Total, pull and the two sums have the errors of leaving each bucket out."""
    rng = np.random.default_rng(5)
    n0, n1 = rng.integers(20, 60, (2, 12, 3)).astype(float)
    x0, x1 = rng.binomial(n0.astype(int), 0.5), rng.binomial(n1.astype(int), 0.4)
    found = bucketed_mix_rate(n0, x0, n1, x1)
    full = _flat(*(v.sum(axis=0) for v in (n0, x0, n1, x1)))
    without = np.array([_flat(*(np.delete(v, g, axis=0).sum(axis=0) for v in (n0, x0, n1, x1))) for g in range(12)])
    errors = np.sqrt(11 / 12 * ((without - full) ** 2).sum(axis=0))
    told = np.concatenate([found.total_se, found.pull_se, [found.mix_sum_se, found.rate_sum_se]])
    assert told == pytest.approx(errors[6:])


def test_limits_of_an_effect() -> None:
    """Known errors have normal limits, estimated ones Student's (t of 31 degrees as printed); nothing moved: p = 1."""
    low, high, p = effect_limits([0.1, 0.1, 0.0, np.nan], [0.05, 0.05, 0.0, 0.1], [np.inf, 31, 31, 31])
    assert (low[0], high[0]) == pytest.approx((0.1 - 1.959964 * 0.05, 0.1 + 1.959964 * 0.05), abs=1e-6)
    assert (low[1], high[1]) == pytest.approx((0.1 - 2.039513 * 0.05, 0.1 + 2.039513 * 0.05), abs=1e-6)
    assert p[:3] == pytest.approx([0.0455002639, 2 * float(stats.t.sf(2, 31)), 1.0], abs=1e-9)
    assert np.isnan([low[3], high[3], p[3]]).all()
