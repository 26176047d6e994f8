"""The solvers far from everyday counts: extended precision, exact sums, and equations put back in.

A p-value asks an interval for its limits at thirty standard deviations, a big account has a million losses in a day,
and effective counts are anything. The libraries of the other oracle tests stop before that; here the same equations are
solved by plain bisection in 80-bit numbers, or summed term by term.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cxdash.statistics import composite, rates, roi
from cxdash.statistics import intervals as iv
from cxdash.statistics import survival_comparison as sc
from cxdash.statistics.arrays import Floats
from cxdash.statistics.differences import nps_difference, proportion_difference
from cxdash.statistics.distributions import psi_steps

CELLS = 4000


def extreme_counts(seed: int) -> tuple[Floats, Floats]:
    """Counts, shape (3, cells), and a z for each: five kinds of cells in turn.

    From a tenth of an answer to a hundred million: any mix; categories all but absent; one wholly absent; whole counts;
    and as many promoters as detractors but for a trace, where the equation has a kink at the estimate.
    """
    rng = np.random.default_rng(seed)
    kind = np.arange(CELLS) % 5
    shares = np.where((kind == 0)[:, None], rng.dirichlet([5, 5, 5], CELLS), rng.dirichlet([0.2, 0.2, 0.2], CELLS))
    shares[kind == 2, rng.integers(0, 3)] = 0.0
    half = rng.uniform(0, 0.5, CELLS)
    even = np.stack([half, (1 - 2 * half) * 10 ** rng.uniform(-9, 0, CELLS), half], axis=-1)
    even[:, 2] *= 1 + 10 ** rng.uniform(-12, -1, CELLS)
    shares = np.where((kind == 4)[:, None], even, shares)
    counts = shares * 10 ** rng.uniform(-1, 8, (CELLS, 1))
    counts[kind == 3] = np.ceil(counts[kind == 3])
    counts[:, 1] += counts.sum(axis=1) == 0
    z = np.exp(rng.uniform(np.log(0.01), np.log(37.0), CELLS))
    return counts.T, np.where(rng.random(CELLS) < 0.2, np.sqrt(counts.sum(axis=1)) * 10 ** rng.uniform(-3, 1, CELLS), z)


def bisected_low(d: Floats, m: Floats, p: Floats, z: Floats) -> Floats:
    """Tango's lower limit: the printed equation of section 1.2 by 80 halvings in extended precision."""
    d, m, p, z = (v.astype(np.longdouble) for v in (d, m, p, z))
    n = d + m + p
    low, high = np.full(d.shape, -1, np.longdouble), (p - d) / n
    for _ in range(80):
        delta = (low + high) / 2
        b, c = -d - p + (2 * n - p + d) * delta, -d * delta * (1 - delta)
        root = np.sqrt(np.maximum(b * b - 8 * n * c, 0))
        # The two forms of a root of a quadratic: that in which nothing cancels.
        q = np.where(b > 0, -2 * c / np.where(b > 0, b + root, 1), (root - b) / (4 * n))
        outside = (p - d - n * delta) ** 2 > z * z * n * np.maximum(2 * q + delta * (1 - delta), 0)
        low, high = np.where(outside, delta, low), np.where(outside, high, delta)
    return np.asarray(low, dtype=np.float64)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nps_limits_of_any_counts_at_any_level(seed: int) -> None:
    """4,000 cells: both limits are those of the bisection, to 1e-9."""
    counts, z = extreme_counts(seed)
    low, high = iv.nps_score_interval(*counts, z=z)
    assert low == pytest.approx(bisected_low(*counts, z), abs=1e-9)
    assert high == pytest.approx(-bisected_low(*counts[::-1], z), abs=1e-9)


def test_wilson_limits_of_any_counts_at_any_level() -> None:
    """4,000 shares: in extended precision the estimate lies z standard errors from each limit; none leaves 0 to 1."""
    (x, y, _), z = extreme_counts(4)
    n = x + y
    keep = n > 0
    x, n, z = x[keep], n[keep], z[keep]
    for limit in iv.wilson(x, n, z=z):
        exact, share = limit.astype(np.longdouble), x.astype(np.longdouble) / n
        distance = n * (share - exact) ** 2 - z.astype(np.longdouble) ** 2 * exact * (1 - exact)
        slope = np.abs(-2 * n * (share - exact) - z.astype(np.longdouble) ** 2 * (1 - 2 * exact))
        assert np.max(np.abs(distance) / slope) < 1e-12
        assert ((limit >= 0) & (limit <= 1)).all()


def test_p_values_far_out() -> None:
    """Differences up to 37 standard errors: at the z of the p the limit is 0, relative to the difference."""
    n = np.round(10 ** np.linspace(2, 5, 40))
    nps = nps_difference(0.1 * n, 0.4 * n, 0.5 * n, 0.2 * n, 0.4 * n, 0.4 * n)
    share = proportion_difference(0.55 * n, n, 0.45 * n, n)
    assert (np.diff(nps.p) <= 0).all()
    assert (np.diff(share.p) <= 0).all()
    inside = (share.p > 1e-300) & (share.p < 0.9)
    assert inside.sum() > 20
    z = -stats.norm.ppf(share.p[inside] / 2)
    (l1, _), (_, u2) = (iv.wilson(s * n[inside], n[inside], z=z) for s in (0.55, 0.45))
    assert 0.1 - np.hypot(0.55 - l1, u2 - 0.45) == pytest.approx(0, abs=1e-10)


def test_exact_p_of_many_events() -> None:
    """Rates with up to 10,000 events: the sum over all splits no likelier than the one seen, by scipy's chances."""
    rng = np.random.default_rng(5)
    for _ in range(60):
        events = int(10 ** rng.uniform(0, 4))
        t1, t2 = 10 ** rng.uniform(0, 4, 2)
        share = t1 / (t1 + t2)
        d1 = int(np.clip(stats.binom.ppf(rng.uniform(0.0005, 0.9995), events, share), 0, events))
        log_chance = stats.binom.logpmf(np.arange(events + 1), events, share)
        expected = np.exp(log_chance[log_chance <= log_chance[d1] + 1e-7]).sum()
        assert rates.rate_ratio_p(d1, t1, events - d1, t2) == pytest.approx(min(expected, 1.0), rel=1e-8)


@pytest.mark.parametrize("size", [1.0, 12.5, 300.0, 5e4, 3e6])
def test_sums_over_tied_losses(size: float) -> None:
    """The closed form of sums of 1/(c - k) and its square, term by term, for few and for 20,000 ties."""
    rng = np.random.default_rng(6)
    for _ in range(20):
        d = int(min(20_000, rng.integers(1, int(size) + 2)))
        c = d + size * float(rng.random())
        terms = 1 / (c - np.arange(d, dtype=np.longdouble))
        found = psi_steps(c, d)
        assert [float(v) for v in found] == pytest.approx([float(terms.sum()), float((terms**2).sum())], rel=1e-12)


def test_hazard_ratio_with_thousands_of_ties() -> None:
    """5,000 losses on each of three days: Efron's gradient, summed loss by loss, is 0 at our estimate."""
    at_risk = np.array([[40_000.0, 60_000.0], [36_500.0, 56_500.0], [32_000.0, 53_500.0]])
    lost = np.array([[3000.0, 2000.0], [3200.0, 1800.0], [2900.0, 2100.0]])
    found = sc.hazard_ratios(at_risk, lost, [[1], [0]])
    gradient = information = 0.0
    for n, d in zip(at_risk, lost, strict=True):
        taken = (np.arange(d.sum()) / d.sum())[:, None]
        weight = (n - taken * d) * np.array([np.exp(found.beta[0]), 1.0])
        share = weight[:, 0] / weight.sum(axis=1)
        gradient += d[0] - share.sum()
        information += (share * (1 - share)).sum()
    assert abs(gradient) < 1e-7
    assert found.se[0] == pytest.approx(information**-0.5, rel=1e-9)


def numerical_error(function: object, at: Floats, covariance: Floats) -> float:
    """Standard error of a function by central differences, five points each."""
    gradient = np.zeros(at.size)
    for i in range(at.size):
        step = np.zeros(at.size)
        step[i] = 1e-3 * max(abs(at[i]), 1e-2)
        f = [float(function(at + k * step)) for k in (-2, -1, 1, 2)]  # type: ignore[operator]
        gradient[i] = (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * step[i])
    return float(np.sqrt(gradient @ covariance @ gradient))


def test_delta_method_of_scenarios() -> None:
    """50 companies: errors of loss, excess and a scenario by numerical derivatives of their amounts."""
    rng = np.random.default_rng(7)
    for _ in range(50):
        base, value = rng.uniform(1e3, 1e5, 3), rng.uniform(50, 900, 3)
        kept, n = rng.uniform(0.5, 0.97, 3), rng.integers(100, 5000, 3)
        covariance = np.diag(kept * (1 - kept) / n)
        moves = roi.one_notch_moves(float(rng.uniform(1, 10)))
        for amount in (
            lambda r, b=base, v=value, n=n: roi.revenue_at_risk(b, r, n, v),
            lambda r, b=base, v=value, n=n: roi.excess_loss(b, r, n, v),
            lambda r, v=value, n=n, moves=moves: roi.scenario(50_000, moves, r, n, v, causal=0.5),
        ):
            expected = numerical_error(lambda r, amount=amount: amount(r).amount, kept, covariance)
            assert amount(kept).se == pytest.approx(expected, rel=1e-7)  # type: ignore[no-untyped-call]


def test_delta_method_of_the_health_score() -> None:
    """50 scores of correlated components away from their cuts: the error by numerical derivatives."""
    rng = np.random.default_rng(8)
    for _ in range(50):
        floor, target = rng.uniform(0, 40, 4), rng.uniform(60, 100, 4)
        weights, x = rng.dirichlet(np.ones(4)), floor + rng.uniform(0.1, 0.9, 4) * (target - floor)
        factor = rng.normal(size=(4, 4))

        def score(at: Floats, floor: Floats = floor, target: Floats = target, weights: Floats = weights) -> Floats:
            return composite.composite(at, floor, target, weights, np.eye(4)).score

        found = composite.composite(x, floor, target, weights, factor @ factor.T)
        assert found.se == pytest.approx(numerical_error(score, x, factor @ factor.T), rel=1e-8)
