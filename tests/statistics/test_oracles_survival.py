"""Survival from counts against lifelines, statsmodels and scipy from rows: random customers, agreement to 1e-9.

Each problem is a table of customers with late entry, ties and censoring; the libraries get its rows, we get the counts
by age. Where a library iterates, its gradient is asked at our answer instead: that is exact, its own answer is not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import (
    logrank_test,
    multivariate_logrank_test,
    survival_difference_at_fixed_point_in_time_test,
)
from lifelines.utils import median_survival_times, restricted_mean_survival_time
from scipy import stats
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from cxdash.statistics import survival as sv
from cxdash.statistics import survival_comparison as sc
from cxdash.statistics.arrays import Floats
from cxdash.statistics.survival_states import period_survival, piecewise_survival
from tests.statistics.counts_by_age import from_rows, real_groups, side_by_side

AGES = 41
CURVES, TESTS, MODELS = range(50), range(60), range(50)
REFERENCE = {2: [[0], [1]], 3: [[0, 0], [1, 0], [0, 1]], 4: [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]}


class Customers(NamedTuple):
    """Rows: entry, exit, lost (0 or 1), group and stratum of each customer."""

    entry: np.ndarray
    leave: np.ndarray
    lost: np.ndarray
    group: np.ndarray
    stratum: np.ndarray

    def where(self, mask: np.ndarray) -> Customers:
        return Customers(*(column[mask] for column in self))

    @property
    def counts(self) -> Floats:
        """Entries, losses and censorings at each age."""
        return from_rows(np.transpose(self[:3]), AGES)

    def tables(self, groups: int) -> tuple[Floats, Floats]:
        """At risk and lost of each group at each age."""
        return side_by_side([sv.kaplan_meier(*self.where(self.group == g).counts) for g in range(groups)])


def customers(seed: int, *, groups: int = 1, late: bool = True, least: int = 20) -> Customers:
    """`least` to 300 of them: some enter late, hazards differ by group, losses are tied, some are censored."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(least, 300))
    group = rng.integers(0, groups, size)
    group[: 2 * groups] = np.tile(np.arange(groups), 2)
    entry = rng.integers(0, 12, size) * (rng.random(size) < 0.5) * late
    stay = rng.geometric(rng.uniform(0.03, 0.2) + 0.04 * group)
    leave = np.minimum(entry + stay, AGES - 1)
    lost = ((entry + stay < AGES) & (rng.random(size) < rng.uniform(0.4, 1.0))).astype(int)
    return Customers(entry, leave, lost, group, rng.integers(0, 3, size))


@pytest.mark.parametrize("seed", CURVES)
def test_curves_with_late_entry_agree_with_lifelines(seed: int) -> None:
    """Survival, log-log limits, median and restricted mean of every age until the curve ends."""
    rows = customers(seed)
    found = sv.kaplan_meier(*rows.counts)
    fitter = KaplanMeierFitter().fit(rows.leave, rows.lost, entry=rows.entry, timeline=np.arange(AGES))
    first, last = rows.entry.min() + 1, rows.leave.max()
    survival = fitter.survival_function_["KM_estimate"].to_numpy()
    assert found.survival[first : last + 1] == pytest.approx(survival[first : last + 1], abs=1e-9)
    moved = (found.survival < 1) & (found.survival > 0) & (np.arange(AGES) <= last)
    limits = fitter.confidence_interval_.to_numpy()
    assert np.stack([found.low, found.high], axis=-1)[moved] == pytest.approx(limits[moved], abs=1e-9)
    median = median_survival_times(fitter.survival_function_)
    assert sv.median_survival(found) == pytest.approx(median if np.isfinite(median) else np.nan, nan_ok=True)
    if rows.entry.min() == 0:
        horizon = int(last) - 1
        mean = restricted_mean_survival_time(fitter, t=horizon)
        assert sv.restricted_mean(found, horizon)[0] == pytest.approx(mean, abs=1e-9)


@pytest.mark.parametrize("seed", CURVES)
def test_errors_with_late_entry_agree_with_statsmodels(seed: int) -> None:
    """At risk, survival and Greenwood's error at every age with a loss."""
    rows = customers(1000 + seed)
    found = sv.kaplan_meier(*rows.counts)
    # statsmodels counts a customer as at risk at an age when entry <= age; half a unit makes that entry < age.
    theirs = SurvfuncRight(rows.leave, rows.lost, entry=rows.entry + 0.5)
    ages, losses = theirs.surv_times.astype(int), np.asarray(theirs.n_events)
    assert found.lost[ages] == pytest.approx(losses)
    assert found.at_risk[ages] == pytest.approx(np.asarray(theirs.n_risk))
    assert found.survival[ages] == pytest.approx(np.asarray(theirs.surv_prob), abs=1e-9)
    alive = found.survival[ages] > 0
    assert found.se[ages][alive] == pytest.approx(np.asarray(theirs.surv_prob_se)[alive], abs=1e-9)


@pytest.mark.parametrize("seed", range(30))
def test_churn_over_days_agrees_with_lifelines(seed: int) -> None:
    """Days of a window as rows (start of day, end of day]: product-limit churn and its limits."""
    rng = np.random.default_rng(seed)
    at_risk = rng.integers(1, 60, 8)
    lost = rng.binomial(at_risk, 0.04)
    lost[0], at_risk[0] = 1, at_risk[0] + 2
    day = np.repeat(np.arange(8), at_risk)
    event = np.concatenate([np.arange(n) < d for n, d in zip(at_risk, lost, strict=True)])
    fitter = KaplanMeierFitter().fit(day + 1, event, entry=day)
    found = sv.product_limit(at_risk, lost)
    limits = fitter.confidence_interval_.to_numpy()[-1]
    assert found.churn == pytest.approx(1 - fitter.survival_function_.to_numpy()[-1, 0], abs=1e-9)
    if found.churn < 1:
        assert (found.low, found.high) == pytest.approx((1 - limits[1], 1 - limits[0]), abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_curves_of_a_calendar_window_agree_with_lifelines(seed: int) -> None:
    """Lexis cells of a window's days give the curve of rows cut to the window: late entry, censored at its end."""
    rng = np.random.default_rng(seed)
    joined = rng.integers(0, 30, 200)
    left = joined + rng.geometric(0.06, 200)
    start, end = 15, 35  # the window's days are start + 1 .. end
    at_risk, lost = np.zeros((2, end - start, 80))
    for day in range(start + 1, end + 1):
        here = (joined < day) & (left >= day)
        at_risk[day - start - 1] = np.bincount(day - joined[here], minlength=80)[:80]
        lost[day - start - 1] = np.bincount(day - joined[here & (left == day)], minlength=80)[:80]
    found = period_survival(at_risk, lost)
    seen = (joined < end) & (left > start)
    entry, leave = np.maximum(start - joined, 0)[seen], np.minimum(left, end)[seen] - joined[seen]
    fitter = KaplanMeierFitter().fit(leave, left[seen] <= end, entry=entry, timeline=np.arange(80))
    last = leave.max()
    expected = fitter.survival_function_["KM_estimate"].to_numpy()
    assert found.survival[1 : last + 1] == pytest.approx(expected[1 : last + 1], abs=1e-9)


def test_survival_of_bands_agrees_with_a_poisson_regression() -> None:
    """Hazards of bands of tenure and their errors are those of statsmodels' Poisson model with exposure as offset."""
    rng = np.random.default_rng(3)
    widths = np.array([30.0, 60.0, 90.0, 180.0])
    for _ in range(50):
        lost, exposure = rng.integers(1, 40, 4), rng.uniform(500, 9000, 4)
        model = sm.GLM(lost, np.eye(4), family=sm.families.Poisson(), exposure=exposure).fit(tol=1e-14)
        found = piecewise_survival(lost, exposure, widths)
        rate = np.exp(model.params)
        assert found.rate == pytest.approx(rate, rel=1e-9)
        assert found.survival == pytest.approx(np.exp(-np.cumsum(rate * widths)), rel=1e-9)
        spread = np.sqrt(np.cumsum((model.bse * rate * widths) ** 2))
        # 1e-7: its errors are of the last step of an iteration but one.
        assert found.se == pytest.approx(np.exp(-np.cumsum(rate * widths)) * spread, rel=1e-7)
        exact = np.sqrt(np.cumsum((widths / exposure) ** 2 * lost)) * np.exp(-np.cumsum(lost / exposure * widths))
        assert found.se == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_log_rank_agrees_with_lifelines(seed: int) -> None:
    """Two to four groups without late entry: chi-squared and p."""
    groups = 2 + seed % 3
    rows = customers(2000 + seed, groups=groups, late=False)
    found = sc.log_rank(*rows.tables(groups))
    theirs = multivariate_logrank_test(rows.leave, rows.group, rows.lost)
    assert (float(found.chi2), float(found.p)) == pytest.approx((theirs.test_statistic, theirs.p_value), rel=1e-9)
    if groups == 2:
        first, second = rows.where(rows.group == 0), rows.where(rows.group == 1)
        pair = logrank_test(first.leave, second.leave, first.lost, second.lost)
        assert float(found.chi2) == pytest.approx(pair.test_statistic, rel=1e-9)


@pytest.mark.parametrize("seed", TESTS)
def test_log_rank_agrees_with_statsmodels(seed: int) -> None:
    """With late entry; and, without it, strata whose tables are listed one after the other.

    Not both at once: statsmodels forgets to divide `entry` among strata and fails.
    """
    groups = 2 + seed % 3
    rows = customers(3000 + seed, groups=groups)
    found = sc.log_rank(*rows.tables(groups))
    theirs = survdiff(rows.leave, rows.lost, rows.group, entry=rows.entry + 0.5)
    assert (float(found.chi2), float(found.p)) == pytest.approx(theirs, rel=1e-9)
    rows = customers(3500 + seed, groups=groups, late=False)
    strata = [rows.where(rows.stratum == s).tables(groups) for s in range(3)]
    found = sc.log_rank(*(np.concatenate(part) for part in zip(*strata, strict=True)))
    theirs = survdiff(rows.leave, rows.lost, rows.group, strata=rows.stratum)
    assert (float(found.chi2), float(found.p)) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("seed", range(25))
def test_two_curves_at_one_age_agree_with_lifelines(seed: int) -> None:
    """The log(-log) comparison at a fixed age; lifelines gives its square.

    At an age at which somebody leaves in both groups: elsewhere lifelines draws the variance, which is a step function
    as survival is, as a straight line between its steps.
    """
    rows = customers(4000 + seed, groups=2, late=False)
    parts = [rows.where(rows.group == g) for g in (0, 1)]
    ours = [sv.kaplan_meier(*part.counts) for part in parts]
    inside = [set(part.leave[(s := c.survival[part.leave]) * (1 - s) > 0]) for part, c in zip(parts, ours, strict=True)]
    age = min(inside[0] & inside[1])
    theirs = survival_difference_at_fixed_point_in_time_test(
        age, *(KaplanMeierFitter().fit(part.leave, part.lost) for part in parts)
    )
    z, p = sv.survival_difference(*(v for curve in ours for v in (curve.survival[age], curve.se[age])))
    assert (float(z**2), float(p)) == pytest.approx((theirs.test_statistic, theirs.p_value), rel=1e-9)


def design(rows: Customers, groups: int) -> np.ndarray:
    """Indicators of all groups but the first."""
    return np.array(REFERENCE[groups], dtype=float)[rows.group]


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("seed", MODELS)
def test_hazard_ratios_solve_statsmodels_likelihood(seed: int, ties: str) -> None:
    """At our estimate the gradient of statsmodels' likelihood of rows is 0, and its curvature gives our errors.

    Its own fit stops at a gradient of about 1e-5; so not its answer but its likelihood is the oracle.
    """
    groups = 2 + seed % 3
    rows = customers(5000 + seed, groups=groups, least=80)
    found = sc.hazard_ratios(*rows.tables(groups), REFERENCE[groups], ties=ties)  # type: ignore[arg-type]
    model = PHReg(rows.leave, design(rows, groups), rows.lost, entry=rows.entry + 0.5, ties=ties)
    gradient = getattr(model, f"{ties}_gradient")(found.beta)
    curvature = getattr(model, f"{ties}_hessian")(found.beta)
    assert np.abs(gradient).max() < 1e-9 * max(1.0, rows.lost.sum())
    assert found.covariance == pytest.approx(np.linalg.inv(-curvature), rel=1e-9, abs=1e-12)
    assert found.se == pytest.approx(np.sqrt(np.diagonal(np.linalg.inv(-curvature))), rel=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_stratified_hazard_ratios_solve_statsmodels_likelihood(seed: int) -> None:
    """Adjusting for strata is listing their tables; statsmodels has strata of its own."""
    rows = customers(6000 + seed, groups=3)
    strata = [rows.where(rows.stratum == s).tables(3) for s in range(3)]
    found = sc.hazard_ratios(*(np.concatenate(part) for part in zip(*strata, strict=True)), REFERENCE[3])
    model = PHReg(rows.leave, design(rows, 3), rows.lost, entry=rows.entry + 0.5, strata=rows.stratum, ties="efron")
    assert np.abs(model.efron_gradient(found.beta)).max() < 1e-9 * rows.lost.sum()
    assert found.covariance == pytest.approx(np.linalg.inv(-model.efron_hessian(found.beta)), rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_hazard_ratios_agree_with_a_fit_of_lifelines(seed: int) -> None:
    """Efron's estimates with late entry, as close as its own convergence allows (its steps stop at 1e-7 and less)."""
    rows = customers(7000 + seed, groups=3)
    found = sc.hazard_ratios(*rows.tables(3), REFERENCE[3])
    frame = pd.DataFrame(design(rows, 3), columns=["a", "b"])
    frame = frame.assign(leave=rows.leave, lost=rows.lost, entry=rows.entry)
    theirs = CoxPHFitter().fit(frame, "leave", "lost", entry_col="entry", fit_options={"precision": 1e-12})
    assert found.beta == pytest.approx(theirs.params_.to_numpy(), abs=1e-7)
    assert found.se == pytest.approx(theirs.standard_errors_.to_numpy(), abs=1e-7)
    assert found.p == pytest.approx(theirs.summary["p"].to_numpy(), rel=1e-5)


def test_hazard_ratio_of_channing_has_no_gradient_left() -> None:
    """Real data with late entry: R stopped 8e-9 from the root; at our estimate Efron's gradient, written anew, is 0."""
    at_risk, lost = side_by_side(list(real_groups("channing", 1208).values()))
    beta = float(sc.hazard_ratios(at_risk, lost, [[0], [1]]).beta[0])

    def gradient(b: float) -> float:
        total = 0.0
        for n, d in zip(at_risk, lost, strict=True):
            losses = int(d.sum())
            for k in range(losses):
                weight = (n - k / losses * d) * np.array([1.0, np.exp(b)])
                total += d[1] / losses - weight[1] / weight.sum()
        return total

    assert abs(gradient(beta)) < 1e-11
    assert abs(gradient(0.321903562)) > 1e-8


def test_garwood_agrees_with_scipy() -> None:
    """Limits of a rate are half chi-squared quantiles, for counts from 0 to a million and several levels."""
    rng = np.random.default_rng(8)
    d, t = np.concatenate([np.arange(40), rng.integers(0, 10**6, 160)]), rng.uniform(0.5, 1e6, 200)
    found = sv.person_time(d, t)
    low = np.where(d > 0, stats.chi2.ppf(0.025, 2 * np.maximum(d, 1)) / 2, 0.0)
    assert found.low == pytest.approx(low / t, rel=1e-9)
    assert found.high == pytest.approx(stats.chi2.ppf(0.975, 2 * d + 2) / 2 / t, rel=1e-9)
    one = stats.poisson.sf(d[5:] - 1, found.low[5:] * t[5:])  # the defining equation: P(D >= d | low) = .025
    assert one == pytest.approx(0.025, rel=1e-9)
