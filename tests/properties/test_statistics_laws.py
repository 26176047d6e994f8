"""Laws of survival, retention, spread, decomposition, drivers and composites that hold whatever the state."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cxdash.statistics import (
    benchmark,
    buckets,
    composite,
    consistency,
    decomposition,
    discoveries,
    drivers,
    histograms,
    intervals,
    retention,
    survival,
    survival_comparison,
    survival_states,
)

LAW = settings(deadline=None, max_examples=60)
"""No deadline: the first call of a process pays for imports, and a busy machine is no broken law."""

SEGMENTS = st.lists(st.tuples(*[st.integers(0, 500)] * 4), min_size=1, max_size=6)
PROBABILITIES = st.lists(st.floats(0, 1) | st.just(float("nan")), max_size=30)


@LAW
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.booleans()), min_size=1, max_size=80), st.data())
def test_survival_of_merged_state_is_survival_of_pooled_rows(
    rows: list[tuple[int, int, bool]], data: st.DataObject
) -> None:
    """Any split of customers into two regions gives counts that add to the pooled curve."""
    entry, length, lost = (np.array(v) for v in zip(*rows, strict=True))
    leave = entry + length
    side = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))))

    def state(mask: np.ndarray) -> np.ndarray:
        return np.array([
            np.bincount(entry[mask], minlength=20),
            np.bincount(leave[mask & lost], minlength=20),
            np.bincount(leave[mask & ~lost], minlength=20),
        ])  # fmt: skip

    merged = survival.kaplan_meier(*(state(side) + state(~side)))
    pooled = survival.kaplan_meier(*state(np.ones_like(side)))
    assert np.array_equal(merged.survival, pooled.survival, equal_nan=True)


@LAW
@given(st.lists(st.integers(1, 30), min_size=2, max_size=100))
def test_survival_without_censoring_is_the_share_left(ages: list[int]) -> None:
    """Everybody observed from 0 to their loss: survival is the empirical one."""
    lost = np.bincount(ages, minlength=32)
    entries = np.zeros(32)
    entries[0] = len(ages)
    found = survival.kaplan_meier(entries, lost, np.zeros(32))
    left = 1 - np.cumsum(lost) / len(ages)
    assert found.survival[1:] == pytest.approx(left[1:], abs=1e-9)


@LAW
@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 3)), min_size=1, max_size=12), st.integers(0, 2**32))
def test_log_rank_is_symmetric_in_its_groups(table: list[tuple[int, int]], seed: int) -> None:
    """Chi-squared does not care which group is first, is not negative, and expected losses add to those seen."""
    rng = np.random.default_rng(seed)
    at_risk = np.array([[n, rng.integers(1, 50)] for n, _ in table])
    lost = np.minimum(np.array([[d, rng.integers(0, 3)] for _, d in table]), at_risk)
    found, turned = (
        survival_comparison.log_rank(at_risk, lost),
        survival_comparison.log_rank(at_risk[:, ::-1], lost[:, ::-1]),
    )
    assert found.chi2 == pytest.approx(turned.chi2, nan_ok=True, abs=1e-9)
    assert np.isnan(found.chi2) or found.chi2 >= 0
    assert found.expected.sum() == pytest.approx(lost.sum())


@LAW
@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 2 * 10**6)), min_size=2, max_size=40))
def test_gross_retention_is_at_most_one_and_at_most_net(customers: list[tuple[int, int]]) -> None:
    """GRR <= 1 and GRR <= NRR; unchanged revenue is exactly 1 without error."""
    x, y = (np.array(v, dtype=np.int64) for v in zip(*customers, strict=True))
    g = np.minimum(x, y)
    net = retention.net_retention(x.size, *(v.sum() for v in (x, y, g, x * x, x * y, y * y, x * g, g * g)))
    gross = retention.gross_retention(x.size, x.sum(), g.sum(), (x * x).sum(), (x * g).sum(), (g * g).sum())
    assert gross.ratio <= 1
    assert gross.ratio <= net.ratio
    same = retention.ratio_state(x.size, x.sum(), x.sum(), *[(x * x).sum()] * 3)
    assert (same.ratio, same.se) == (1, 0)


LEVELS = st.lists(st.tuples(st.floats(-100, 100), st.floats(0.5, 400), st.floats(0.05, 1)), min_size=2, max_size=8)


@LAW
@given(LEVELS, st.floats(-50, 50))
def test_spread_does_not_depend_on_the_level(channels: list[tuple[float, float, float]], shift: float) -> None:
    """Adding the same to every channel changes nothing; limits are in order around delta; the index mirrors it."""
    y, v, w = (np.array(c) for c in zip(*channels, strict=True))
    found = consistency.level_spread(y, v, w, reference_spread=30.0)
    moved = consistency.level_spread(y + shift, v, w, reference_spread=30.0)
    assert moved.delta == pytest.approx(float(found.delta), abs=1e-4)
    assert 0 <= found.delta_low <= found.delta_high
    assert 0 <= found.index_low <= found.index_high <= 100
    assert 0 <= found.p <= 1


@LAW
@given(LEVELS)
def test_spread_without_noise_is_the_weighted_deviation(channels: list[tuple[float, float, float]]) -> None:
    """With 10^8 times the answers nothing is left of sampling noise."""
    y, v, w = (np.array(c) for c in zip(*channels, strict=True))
    shares = w / w.sum()
    raw = np.sqrt(shares @ (y - shares @ y) ** 2)
    assume(raw > 1)
    found = consistency.level_spread(y, v * 1e-8, w, reference_spread=30.0)
    assert (found.delta, found.delta_low, found.delta_high) == pytest.approx((raw, raw, raw), rel=5e-2)
    assert found.delta == pytest.approx(raw, rel=1e-4)


@LAW
@given(SEGMENTS)
def test_mix_and_rate_add_up_exactly(segments: list[tuple[int, int, int, int]]) -> None:
    """With Fractions the effects sum to the change without remainder, in any order of segments."""
    n0, x0, n1, x1 = (np.array(v, dtype=object) for v in zip(*segments, strict=True))
    x0, x1 = x0 * (n0 > 0), x1 * (n1 > 0)
    assume(n0.sum() > 0 and n1.sum() > 0)
    mix, rate = decomposition.mix_rate(n0, x0, n1, x1)
    assert mix.sum() + rate.sum() == Fraction(int(x1.sum()), int(n1.sum())) - Fraction(int(x0.sum()), int(n0.sum()))
    turned, _ = decomposition.mix_rate(n0[::-1], x0[::-1], n1[::-1], x1[::-1])
    assert turned[::-1].tolist() == mix.tolist()
    still, unchanged = decomposition.mix_rate(n0, x0, n0, x0)
    assert not any([*still, *unchanged])
    approximate = decomposition.mix_rate(*(v.astype(float) for v in (n0, x0, n1, x1)))
    assert approximate[0] == pytest.approx([float(m) for m in mix], abs=1e-9, rel=1e-9)


@LAW
@given(PROBABILITIES)
def test_adjusted_p_values(p: list[float]) -> None:
    """BH never lowers a p, never passes one, keeps their order; one p alone stays; NaN stays NaN."""
    given_, found = np.array(p), discoveries.benjamini_hochberg(p)
    real = ~np.isnan(given_)
    assert np.array_equal(np.isnan(found), ~real)
    assert ((found >= given_) & (found <= 1))[real].all()
    order = np.argsort(given_[real], kind="stable")
    assert (np.diff(found[real][order]) >= 0).all()
    if real.sum() == 1:
        assert found[real] == given_[real]


CORRELATED = st.integers(2, 6).flatmap(lambda p: st.tuples(st.just(p), st.integers(0, 2**32 - 1)))


@LAW
@given(CORRELATED)
def test_driver_weights_add_up(size_and_seed: tuple[int, int]) -> None:
    """Relative weights and LMG both sum to R-squared; a permutation of drivers permutes the weights; p = 2 agrees."""
    p, seed = size_and_seed
    rng = np.random.default_rng(seed)
    r = np.corrcoef((rng.normal(size=(60, p + 1)) + rng.normal(size=(60, 1))).T)
    rxx, rxy = r[1:, 1:], r[1:, 0]
    weights, shapley = drivers.relative_weights(rxx, rxy), drivers.lmg(rxx, rxy)
    r2 = rxy @ np.linalg.solve(rxx, rxy)
    assert (weights.sum(), shapley.sum()) == pytest.approx((r2, r2), abs=1e-9)
    order = rng.permutation(p)
    assert drivers.relative_weights(rxx[np.ix_(order, order)], rxy[order]) == pytest.approx(weights[order], abs=1e-9)
    if p == 2:
        assert weights == pytest.approx(shapley, abs=1e-9)
    assert drivers.relative_weights(np.eye(p), rxy) == pytest.approx(rxy**2)


@LAW
@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0.1, 5)), min_size=2, max_size=6),
    st.floats(0.1, 50),
    st.floats(-9, 9),
)
def test_health_score_does_not_depend_on_units(parts: list[tuple[float, float]], scale: float, shift: float) -> None:
    """Changing unit and origin of value, floor, target and covariance changes neither score nor error."""
    x, w = (np.array(v) for v in zip(*parts, strict=True))
    assume(((x > 11) & (x < 89) | (x < 9) | (x > 91)).all())
    floor, target, cov = np.full(x.size, 10.0), np.full(x.size, 90.0), np.eye(x.size) + 0.3
    here = composite.composite(x, floor, target, w, cov)
    there = composite.composite(x * scale + shift, floor * scale + shift, target * scale + shift, w, cov * scale**2)
    assert (there.score, there.se) == pytest.approx((float(here.score), float(here.se)), rel=1e-7, abs=1e-7)
    dropped = composite.composite([*x, np.nan], [*floor, 0], [*target, 1], [*w, w.sum() / 4], np.eye(x.size + 1))
    assert dropped.score == pytest.approx(float(here.score))


@LAW
@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=40))
def test_jackknife_of_a_mean_is_the_textbook_variance(values: list[int]) -> None:
    """One row in each bucket: s^2/n."""
    x = np.array(values)
    without = buckets.without_each(x) / (x.size - 1)
    assert buckets.jackknife(x.mean(), without) == pytest.approx(x.var(ddof=1) / x.size, abs=1e-9)


COUNTS = st.lists(st.tuples(*[st.integers(0, 300)] * 3).filter(lambda c: sum(c) > 0), min_size=2, max_size=6)


@LAW
@given(st.tuples(*[st.integers(0, 300)] * 3).filter(lambda c: sum(c) > 0), st.lists(st.integers(1, 50), min_size=2))
def test_equal_channels_are_wholly_consistent(counts: tuple[int, int, int], times: list[int]) -> None:
    """Channels with the same mix of answers, whatever their sizes: no spread, index 100 up to its upper limit."""
    d, m, p = (np.array(times) * c for c in counts)
    y, v = 100 * intervals.nps_value(d, m, p), consistency.smoothed_nps_variance(d, m, p)
    found = consistency.level_spread(y, v, d + m + p, reference_spread=30.0)
    assert (found.delta, found.index, found.index_high) == (0, 100, 100)
    assert found.p == pytest.approx(1)


@LAW
@given(COUNTS, st.integers(1, 4))
def test_more_answers_of_the_same_mix_bring_delta_to_the_raw_deviation(
    counts: list[tuple[int, int, int]], hundreds: int
) -> None:
    """Each hundredfold of all counts takes away all but a hundredth of what delta and raw deviation differ by."""
    d, m, p = np.array(counts).T

    def shortfall(times: int) -> tuple[float, float]:
        y = 100 * intervals.nps_value(times * d, times * m, times * p)
        v = consistency.smoothed_nps_variance(times * d, times * m, times * p)
        raw = float(consistency.raw_spread(y, 1.0)[1])
        return raw, raw**2 - float(consistency.level_spread(y, v, 1.0, reference_spread=30.0).delta) ** 2

    raw, missing = shortfall(100**hundreds)
    assert missing <= 1e4 / 100**hundreds + 1e-9 * raw**2
    assert missing >= -1e-9 * (1 + raw**2)


GOALS = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100), st.floats(0.1, 5)), min_size=2, max_size=5)


@LAW
@given(GOALS)
def test_weights_do_not_turn_an_agreed_change_over(parts: list[tuple[float, float, float]]) -> None:
    """A change of one sign in every component flips in no draw; the score stays within its shaken range's ends."""
    before, after, w = (np.array(v) for v in zip(*parts, strict=True))
    low, high = composite.weight_range(after, w, draws=200)
    assert after.min() - 1e-9 <= low <= high <= after.max() + 1e-9
    worse, better = np.minimum(before, after), np.maximum(before, after)
    assert 0 <= composite.sign_flips(before, after, w, draws=200) <= 1
    assert composite.sign_flips(worse, better, w, draws=200) == 0
    where, goal = composite.weakest_component(after)
    assert after[int(where)] == goal == after.min()
    assert composite.geometric_score(after, w) <= (w * after).sum() / w.sum() + 1e-9


@LAW
@given(st.lists(st.floats(-100, 100), min_size=3, max_size=3), st.lists(st.floats(-150, 150), min_size=2, max_size=9))
def test_percentiles_from_quartiles_rise(quartiles: list[float], scores: list[float]) -> None:
    """A better score is never further down; the quartiles themselves are at 25, 50 and 75."""
    q = np.sort(np.round(quartiles))
    found = benchmark.percentile_from_quartiles(np.sort(scores), *q)
    assert (np.diff(found) >= 0).all()
    assert ((found >= 0) & (found <= 100)).all()
    if (np.diff(q) > 0).all():
        assert benchmark.percentile_from_quartiles(q, *q) == pytest.approx([25, 50, 75])


@LAW
@given(st.lists(st.integers(0, 6), min_size=4, max_size=40), st.floats(0, 1))
def test_histogram_quantiles_are_those_of_the_rows(answers: list[int], probability: float) -> None:
    """The smallest value that so many of the answers do not exceed: numpy's inverted distribution function."""
    found = histograms.quantile(np.bincount(answers, minlength=7), np.arange(7), probability)
    assert found == np.quantile(answers, probability, method="inverted_cdf")


@LAW
@given(st.integers(2, 4), st.integers(0, 2**32 - 1))
def test_factors_add_up_whatever_their_number(size: int, seed: int) -> None:
    """The effects sum to the change; two factors of shares and rates are the mix and rate of the whole."""
    rng = np.random.default_rng(seed)
    before, after = rng.uniform(0.1, 2, (2, size, 5))

    def total(*factors: np.ndarray) -> np.ndarray:
        return np.prod(factors, axis=0).sum(axis=-1)

    effects = decomposition.attribute_factors(total, list(before), list(after))
    assert effects.sum(axis=0) == pytest.approx(total(*after) - total(*before))
    n0, n1, r0, r1 = before[0] / before[0].sum(), after[0] / after[0].sum(), before[1], after[1]
    mix, rate = decomposition.mix_rate(n0, n0 * r0, n1, n1 * r1)
    assert decomposition.attribute_factors(total, [n0, r0], [n1, r1]) == pytest.approx([mix.sum(), rate.sum()])


@LAW
@given(st.integers(0, 2**32 - 1))
def test_cohorts_pool_into_one_curve(seed: int) -> None:
    """Cohorts counted by age and their customers as rows give the same survival; Lexis cells of all days as well."""
    rng = np.random.default_rng(seed)
    sizes, ages = rng.integers(1, 60, 4), 5
    lost = np.full((4, ages), np.nan)
    entries, losses, censored = np.zeros(ages + 1), np.zeros(ages + 1), np.zeros(ages + 1)
    at_risk, gone = np.zeros((4, ages + 1)), np.zeros((4, ages + 1))
    for cohort, size in enumerate(sizes):
        left, known = size, rng.integers(1, ages + 1)
        entries[0] += size
        for age in range(1, known + 1):
            at_risk[cohort, age] = left
            gone[cohort, age] = lost[cohort, age - 1] = rng.integers(0, left + 1)
            losses[age] += gone[cohort, age]
            left -= gone[cohort, age]
        censored[known] += left
    found = survival.kaplan_meier(*survival_states.count_cohorts(sizes, lost))
    assert np.array_equal(found.survival, survival.kaplan_meier(entries, losses, censored).survival, equal_nan=True)
    period = survival_states.period_survival(at_risk, gone)
    assert period.survival[1:] == pytest.approx(found.survival[1:])


@LAW
@given(st.lists(st.tuples(st.integers(1, 500), st.integers(1, 30)), min_size=2, max_size=8), st.integers(1, 9))
def test_bucket_errors_of_a_multiple_are_zero(buckets_: list[tuple[int, int]], times: int) -> None:
    """Everybody at the same multiple of revenue: the ratio is known without error, by buckets and by rows."""
    x = np.array([a * b for a, b in buckets_], dtype=object)
    found = retention.bucketed_ratio(x, times * x)
    assert (found.ratio, found.se) == (times, 0)
    rows = retention.ratio_state(x.size, x.sum(), times * x.sum(), (x * x).sum(), times * (x * x).sum(),
                                 times**2 * (x * x).sum())  # fmt: skip
    assert (rows.ratio, rows.se) == (times, 0)
    assert retention.bucketed_ratio_change(x, times * x, x, times * x).se == 0
