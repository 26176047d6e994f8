"""Laws of comparing groups: log-rank and Cox, exact rates, and importance, each against its definition written out."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from cxdash.statistics import distributions, drivers, intervals, logo_churn, rates, survival_comparison

LAW = settings(deadline=None, max_examples=60)
"""No deadline: the first call of a process pays for imports, and a busy machine is no broken law."""

SEEDS = st.integers(0, 2**32 - 1)


def draw_tables(seed: int, *, cells: int, ages: int, groups: int, most: int) -> tuple[Any, Any]:
    """At risk and lost, with at least one at risk in each group."""
    rng = np.random.default_rng(seed)
    at_risk = rng.integers(1, most, (cells, ages, groups))
    return at_risk, rng.binomial(at_risk, rng.uniform(0, 0.4, (cells, ages, 1)))


def partial_likelihood(at_risk: Any, lost: Any, x: Any, beta: Any) -> float:
    """Cox's partial log-likelihood with Efron's ties, as printed: one factor for each loss."""
    total, risk = 0.0, np.exp(x @ beta)
    for n, d in zip(at_risk, lost, strict=True):
        losses = int(d.sum())
        total += float(d @ (x @ beta))
        total -= sum(np.log((n - k / losses * d) @ risk) for k in range(losses))
    return total


@LAW
@given(SEEDS, st.integers(2, 4))
def test_cox_score_test_at_zero_without_ties_is_the_log_rank(seed: int, groups: int) -> None:
    """One loss at each age: gradient and curvature of the partial likelihood at zero give the log-rank."""
    rng = np.random.default_rng(seed)
    at_risk = rng.integers(1, 30, (8, groups))
    lost = np.eye(groups, dtype=int)[rng.integers(0, groups, 8)]
    x, step = np.eye(groups)[:, 1:], 1e-3

    def value(beta: Any) -> float:
        return partial_likelihood(at_risk, lost, x, beta)

    moves = step * np.eye(groups - 1)
    gradient = np.array([value(m) - value(-m) for m in moves]) / (2 * step)
    curvature = np.array([[value(a + b) - value(a - b) - value(b - a) + value(-a - b) for a in moves] for b in moves])
    score = gradient @ np.linalg.solve(-curvature / (4 * step**2), gradient)
    assert survival_comparison.log_rank(at_risk, lost).chi2 == pytest.approx(score, rel=1e-4, abs=1e-6)


@settings(deadline=None, max_examples=8)
@given(SEEDS)
def test_log_rank_of_a_random_split_is_chi_squared(seed: int) -> None:
    """4,000 random splits of one group, all in one call, are distributed as chi-squared with one degree."""
    rng = np.random.default_rng(seed)
    ages = np.minimum(rng.geometric(0.06, 300), 30)
    side = rng.random((4000, 300)) < 0.5
    lost, at_risk = (np.zeros((4000, 29, 2)) for _ in range(2))
    for age in range(1, 30):
        for group, members in enumerate((side, ~side)):
            at_risk[:, age - 1, group] = (members & (ages >= age)).sum(axis=1)
            lost[:, age - 1, group] = (members & (ages == age)).sum(axis=1)
    found = survival_comparison.log_rank(at_risk, lost)
    assert (found.degrees == 1).all()
    assert stats.kstest(found.chi2, stats.chi2(1).cdf).statistic < 0.04
    assert np.mean(found.p < 0.05) == pytest.approx(0.05, abs=0.02)


@LAW
@given(SEEDS)
def test_hazard_ratios_are_where_the_likelihood_is_highest(seed: int) -> None:
    """With ties: no step from the estimate raises the printed likelihood, and its curvature gives the error."""
    tables, lost = draw_tables(seed, cells=1, ages=6, groups=2, most=12)
    at_risk, lost = tables[0], lost[0]
    found = survival_comparison.hazard_ratios(at_risk, lost, [[0], [1]])
    assume(not np.isnan(found.beta).any())
    x, step = np.array([[0.0], [1.0]]), 1e-3
    below, here, above = (partial_likelihood(at_risk, lost, x, found.beta + s) for s in (-step, 0.0, step))
    assert here >= max(below, above)
    assert found.se[0] ** -2 == pytest.approx(-(below - 2 * here + above) / step**2, rel=1e-3)


@LAW
@given(SEEDS)
def test_many_tables_are_answered_as_one_at_a_time(seed: int) -> None:
    """Regions and products in one call: the same statistics, ratios and errors as alone."""
    at_risk, lost = draw_tables(seed, cells=6, ages=5, groups=3, most=40)
    covariates = [[0, 1], [1, 0], [0, 0]]
    tests = survival_comparison.log_rank(at_risk, lost)
    ratios = survival_comparison.hazard_ratios(at_risk, lost, covariates)
    for cell in range(6):
        one = survival_comparison.log_rank(at_risk[cell], lost[cell])
        two = survival_comparison.hazard_ratios(at_risk[cell], lost[cell], covariates)
        for field, many, alone in [
            *zip(one._fields, tests, one, strict=True),
            *zip(two._fields, ratios, two, strict=True),
        ]:
            assert many[cell] == pytest.approx(alone, rel=1e-9, abs=1e-12, nan_ok=True), field


def test_thousands_of_tables_are_one_call() -> None:
    """A cube of 3,000 cells at once; any of them asked alone says the same."""
    at_risk, lost = draw_tables(1, cells=3000, ages=24, groups=3, most=400)
    covariates = [[0, 1], [1, 0], [0, 0]]
    tests = survival_comparison.log_rank(at_risk, lost)
    ratios = survival_comparison.hazard_ratios(at_risk, lost, covariates)
    exact = rates.rate_ratio_p(lost[:, 0, 0], at_risk[:, 0, 0], lost[:, 0, 1], at_risk[:, 0, 1])
    for cell in (0, 1234, 2999):
        n, d = at_risk[cell], lost[cell]
        assert tests.chi2[cell] == pytest.approx(survival_comparison.log_rank(n, d).chi2, rel=1e-9)
        one = survival_comparison.hazard_ratios(n, d, covariates)
        assert ratios.beta[cell] == pytest.approx(one.beta, abs=1e-9)
        assert exact[cell] == pytest.approx(rates.rate_ratio_p(d[0, 0], n[0, 0], d[0, 1], n[0, 1]), nan_ok=True)


@LAW
@given(st.integers(1, 60), st.integers(0, 10**6))
def test_sums_over_tied_losses_have_a_closed_form(ties: int, more: int) -> None:
    """1/(c - k) and its square summed over k, near the last one at risk and far from it."""
    c = ties + more / 7
    first, second = distributions.psi_steps(c, ties)
    steps = c - np.arange(ties)
    assert first == pytest.approx((1 / steps).sum(), rel=1e-11)
    assert second == pytest.approx((1 / steps**2).sum(), rel=1e-11)


@LAW
@given(st.integers(0, 300), st.integers(0, 300), st.floats(0.01, 100), st.floats(0.01, 100))
def test_exact_p_of_equal_rates_is_the_binomial_test(d1: int, d2: int, t1: float, t2: float) -> None:
    """Whatever the counts, scipy's exact binomial test gives the same p; none for no event."""
    found = rates.rate_ratio_p(d1, t1, d2, t2)
    if d1 + d2 == 0:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(stats.binomtest(d1, d1 + d2, t1 / (t1 + t2)).pvalue, rel=1e-6, abs=1e-12)


@LAW
@given(st.integers(1, 4), SEEDS)
def test_lmg_is_the_mean_over_orders(size: int, seed: int) -> None:
    """For each cell: enter the drivers in every order and average what each adds to R-squared."""
    rng = np.random.default_rng(seed)
    cells = []
    for _ in range(3):
        data = rng.normal(size=(40, size + 1)) + rng.normal(size=(40, 1))
        cells.append(np.corrcoef(data.T))
    r = np.array(cells)
    found = drivers.lmg(r[:, 1:, 1:], r[:, 1:, 0])
    for cell in range(3):
        expected = np.zeros(size)
        for order in permutations(range(size)):
            before = 0.0
            for place in range(size):
                chosen = [1 + i for i in order[: place + 1]]
                y = r[cell, chosen, 0]
                r2 = float(y @ np.linalg.solve(r[cell][np.ix_(chosen, chosen)], y))
                expected[order[place]] += r2 - before
                before = r2
        orders = len(list(permutations(range(size))))
        assert found[cell] == pytest.approx(expected / orders, abs=1e-9)


MOVEMENTS = st.lists(st.tuples(st.integers(-30, 40), st.integers(1, 40), st.booleans()), min_size=1, max_size=60)


@LAW
@given(MOVEMENTS, st.integers(0, 10), st.integers(1, 20))
def test_stocks_and_flows_agree(customers: list[tuple[int, int, bool]], start: int, days: int) -> None:
    """Opening + new + reactivated - losses of either is who is there at the end; churn counts the opening ones only."""
    end = start + days
    opening = lost_opening = new = lost_new = returned = close = 0
    for joined, stayed, comes_back in customers:
        left = joined + stayed
        there, within = joined <= start < left, start < joined <= end
        opening, new = opening + there, new + within
        lost_opening, lost_new = lost_opening + (there and left <= end), lost_new + (within and left <= end)
        again = comes_back and start < left <= end and (there or within)
        returned += again
        close += ((there or within) and left > end) or again
    assert logo_churn.closing_customers(opening, new, returned, lost_opening, lost_new) == close
    found = logo_churn.logo_churn(opening, lost_opening)
    if opening:
        assert (found.churn, found.low, found.high) == (
            lost_opening / opening,
            *intervals.wilson(lost_opening, opening),
        )
        contrast = logo_churn.contrast_denominators(opening, lost_opening, new, lost_new)
        assert contrast.all_losses >= contrast.correct == found.churn
    else:
        assert np.isnan(found).all()
