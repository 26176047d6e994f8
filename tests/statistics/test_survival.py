"""Churn and survival from counts: printed tables, lifelines on expanded rows, and the awkward edges."""

from __future__ import annotations

import numpy as np
import pytest
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import restricted_mean_survival_time
from scipy import stats

from cxdash.statistics import survival as sv
from cxdash.statistics import survival_comparison as sc

SIX_MP = ({0: 21}, {6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1},
          {6: 1, 9: 1, 10: 1, 11: 1, 17: 1, 19: 1, 20: 1, 25: 1, 32: 2, 34: 1, 35: 1})  # fmt: skip
CONTROL = ({0: 21}, {1: 2, 2: 2, 3: 1, 4: 2, 5: 2, 8: 4, 11: 2, 12: 2, 15: 1, 17: 1, 22: 1, 23: 1}, {})
TOY = [(0, 3, 1), (0, 5, 1), (0, 5, 0), (2, 6, 1), (3, 7, 0), (0, 8, 1), (1, 4, 1), (4, 9, 0), (0, 2, 1), (5, 9, 1)]


def curve(tables: tuple[dict[int, int], ...], ages: int = 36, **options: float) -> sv.SurvivalCurve:
    dense = np.zeros((3, ages))
    for row, table in enumerate(tables):
        dense[row, list(table)] = list(table.values())
    return sv.kaplan_meier(*dense, **options)


def counts(rows: list[tuple[int, int, int]], ages: int) -> np.ndarray:
    """Entries, losses and censorings at each age of (entry, exit, lost) rows."""
    entry, leave, lost = np.transpose(rows)
    tally = [np.bincount(v, minlength=ages) for v in (entry, leave[lost == 1], leave[lost == 0])]
    return np.array(tally)


def late_entrants(seed: int, size: int) -> list[tuple[int, int, int]]:
    rng = np.random.default_rng(seed)
    entry = rng.integers(0, 10, size)
    return list(zip(entry, entry + rng.integers(1, 25, size), rng.integers(0, 2, size), strict=True))


def test_product_limit_table() -> None:
    """Five days of the methods (R survfit), and the same days twice in one call."""
    days = [[1000, 1010, 1005, 1020, 1015]] * 2, [[3, 5, 2, 4, 6]] * 2
    expected = (0.019622404656, 0.004344456179, 0.012703894, 0.030250567)
    assert np.array(sv.product_limit(*days))[:, 1] == pytest.approx(expected, abs=2e-9)


def test_product_limit_edges() -> None:
    """Nobody at risk: nothing. No loss: exact upper limit of 0 of n. All lost: no error. Impossible day: nothing."""
    found = sv.product_limit([[0, 0], [40, 40], [5, 5], [5, 5], [0, 7]], [[0, 0], [0, 0], [5, 0], [6, 0], [0, 1]])
    assert found.churn.tolist() == pytest.approx([np.nan, 0, 1, np.nan, 1 / 7], nan_ok=True)
    assert np.isnan(found.se).tolist() == [True, False, True, True, False]
    assert (found.low[1], found.high[1]) == pytest.approx((0.0, 1 - 0.025 ** (1 / 40)))
    assert np.isnan(found.high).tolist() == [True, False, True, True, False]


def test_product_limit_merges_into_the_pooled_answer() -> None:
    """Two regions' counts added give the answer of the company, not an average of the regions."""
    n, d = np.array([[100, 95], [10, 10]]), np.array([[5, 0], [0, 5]])
    whole = sv.product_limit(n.sum(axis=0), d.sum(axis=0)).churn
    assert whole == pytest.approx(1 - (1 - 5 / 110) * (1 - 5 / 105))


@pytest.mark.parametrize(
    ("d", "t", "rate", "low", "high"),
    [
        (37, 12450.5, 0.002971768202, 0.002092399066, 0.004096191008),
        (0, 812, 0, 0, 0.004542954993),
        (1, 30, 0.033333333333, 0.000843926933, 0.185721446365),
    ],
)
def test_person_time_table(d: int, t: float, rate: float, low: float, high: float) -> None:
    """Rates with exact limits (R poisson.test)."""
    assert sv.person_time(d, t) == pytest.approx((rate, low, high), abs=1e-12)


def test_monthly_equivalent() -> None:
    """A daily rate as the share lost in a mean month, limits carried over."""
    assert sv.share_lost(sv.person_time(37, 12450.5)) == pytest.approx(
        (0.086482910, 0.061701731, 0.117218723), abs=1e-9
    )


def test_median_and_restricted_mean_of_6mp() -> None:
    """Median 23 and RMST to 35 of the 6-MP group; a curve that stays above a half has no median."""
    found = curve(SIX_MP)
    assert sv.median_survival(found) == 23
    assert sv.restricted_mean(found, 35) == pytest.approx((23.287394958, 2.827467623), abs=1e-9)
    assert np.isnan(sv.median_survival(curve(({0: 10}, {3: 1}, {9: 9}))))
    assert np.isnan(sv.restricted_mean(found, 36)).all()


def test_two_curves_at_one_age() -> None:
    """6-MP against control at ten weeks on the log(-log) scale."""
    treated, control = curve(SIX_MP), curve(CONTROL)
    assert (control.survival[10], control.se[10]) == pytest.approx((0.380952381, 0.105971170), abs=1e-9)
    found = sv.survival_difference(treated.survival[10], treated.se[10], control.survival[10], control.se[10])
    assert found == pytest.approx((-2.287112879, 0.022189235), abs=1e-9)
    assert np.isnan(sv.survival_difference(1.0, 0.0, 0.5, 0.1)).all()


def test_late_entry_table() -> None:
    """The toy with left truncation: number at risk and survival at every loss."""
    found = sv.kaplan_meier(*counts(TOY, 10))
    at = [2, 3, 4, 5, 6, 8, 9]
    assert found.at_risk[at].tolist() == [6, 6, 6, 6, 5, 3, 2]
    assert found.survival[at] == pytest.approx(
        [0.833333333, 0.694444444, 0.578703704, 0.482253086, 0.385802469, 0.257201646, 0.128600823], abs=1e-9
    )
    assert (found.low[5], found.high[5]) == pytest.approx((0.142879084, 0.760831988), abs=1e-9)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_kaplan_meier_agrees_with_lifelines(seed: int) -> None:
    """500 late entrants as rows in lifelines and as counts here: the same curve and limits at every age."""
    rows = [(0, 40, 0)] * 30 + late_entrants(seed, 500)
    found = sv.kaplan_meier(*counts(rows, 41))
    entry, leave, lost = np.transpose(rows)
    fitter = KaplanMeierFitter().fit(leave, lost, entry=entry, timeline=np.arange(41))
    assert found.survival[1:] == pytest.approx(fitter.survival_function_["KM_estimate"].to_numpy()[1:], abs=1e-9)
    limits = fitter.confidence_interval_.to_numpy()
    changed = (found.survival < 1) & (found.survival > 0)
    assert np.stack([found.low, found.high], axis=-1)[changed] == pytest.approx(limits[changed], abs=1e-9)
    expected = restricted_mean_survival_time(fitter, t=30, return_variance=False)
    assert sv.restricted_mean(found, 30)[0] == pytest.approx(expected, abs=1e-9)


def test_a_curve_started_late_is_conditional() -> None:
    """An early loss among two at risk would zero the curve; starting at 20 at risk it is conditional on that age."""
    rows = [(0, 2, 1), (0, 2, 1)] + [(3, 9, 0)] * 30 + [(3, 6, 1)] * 10
    assert sv.kaplan_meier(*counts(rows, 10)).survival[9] == 0.0
    late = sv.kaplan_meier(*counts(rows, 10), start_at_risk=20)
    assert np.isnan(late.survival[:3]).all()
    assert late.survival[3] == 1.0
    assert np.isnan(sv.restricted_mean(late, 8)).all()
    assert late.survival[9] == pytest.approx(0.75)


def test_missing_and_impossible_counts_end_a_curve() -> None:
    """From an unknown count, or more losses than customers, nothing is known; before it the curve stands."""
    found = sv.kaplan_meier([[9, 0, 0, 0]] * 3, [[0, 1, 1, 1], [0, 1, np.nan, 1], [0, 1, 9, 0]], [[0, 0, 0, 0]] * 3)
    assert found.survival[0].tolist() == pytest.approx([1, 8 / 9, 7 / 9, 6 / 9])
    assert np.isnan(found.survival[1:]).tolist() == [[False, False, True, True]] * 2


def test_everybody_lost_leaves_no_error() -> None:
    """Survival 0 is shown; its standard error and limits are not."""
    found = sv.kaplan_meier([3, 0, 0], [0, 3, 0], [0, 0, 0])
    assert found.survival[1:].tolist() == [0, 0]
    assert np.isnan([found.se[1:], found.low[1:], found.high[1:]]).all()


def test_log_rank_with_late_entry() -> None:
    """The toy split in two halves: .008645533, as the score test of R's coxph with exact ties."""
    tables = [sv.kaplan_meier(*counts(half, 10)) for half in (TOY[:5], TOY[5:])]
    found = sc.log_rank(np.transpose([t.at_risk for t in tables]), np.transpose([t.lost for t in tables]))
    assert found.chi2 == pytest.approx(0.008645533, abs=1e-9)


NPS_RISK = [[200, 300, 500], [180, 288, 492], [165, 277, 486], [153, 268, 481]]
NPS_LOST = [[20, 12, 8], [15, 11, 6], [12, 9, 5], [9, 7, 4]]


def test_churn_by_nps_category() -> None:
    """Log-rank over three categories and hazard ratios against promoters, with limits."""
    found = sc.log_rank(NPS_RISK, NPS_LOST)
    assert (found.chi2, found.degrees) == (pytest.approx(78.824392773, abs=1e-8), 2)
    ratios = sc.hazard_ratios(NPS_RISK, NPS_LOST, [[0, 1], [1, 0], [0, 0]])
    assert ratios.ratio == pytest.approx([2.949750124, 6.965123986], abs=1e-8)
    assert ratios.low == pytest.approx([1.761933839, 4.285729204], abs=1e-7)
    assert ratios.high == pytest.approx([4.938338545, 11.319649430], abs=1e-7)


def test_log_rank_and_cox_agree_with_lifelines() -> None:
    """Three groups with ties: chi-squared and Efron estimates of lifelines from rows, ours from counts."""
    import pandas as pd

    rng = np.random.default_rng(5)
    group = rng.integers(0, 3, 400)
    duration = np.minimum(1 + rng.geometric(0.05 + 0.03 * group), 25)
    lost = (duration < 25).astype(int)
    rows = [list(zip(np.zeros(400, int)[m], duration[m], lost[m], strict=True)) for m in (group == g for g in range(3))]
    tables = [sv.kaplan_meier(*counts(r, 26)) for r in rows]
    at_risk, losses = np.transpose([t.at_risk for t in tables]), np.transpose([t.lost for t in tables])
    assert sc.log_rank(at_risk, losses).chi2 == pytest.approx(
        multivariate_logrank_test(duration, group, lost).test_statistic, rel=1e-9
    )
    frame = pd.DataFrame({"t": duration, "e": lost, "a": group == 1, "b": group == 2}).astype(float)
    expected = CoxPHFitter().fit(frame, "t", "e", fit_options={"precision": 1e-12})
    found = sc.hazard_ratios(at_risk, losses, [[0, 0], [1, 0], [0, 1]])
    assert found.beta == pytest.approx(expected.params_.to_numpy(), abs=1e-7)
    assert found.se == pytest.approx(expected.standard_errors_.to_numpy(), abs=1e-7)


def test_cox_score_test_without_ties_is_the_log_rank() -> None:
    """With one loss at each age the score test of Cox at zero equals the log-rank."""
    at_risk, lost = [[5, 6], [5, 5], [4, 5], [3, 5]], [[0, 1], [1, 0], [1, 0], [0, 1]]
    share = np.array(at_risk)[:, 0] / np.sum(at_risk, axis=1)
    observed = np.array(lost)[:, 0].sum()
    score = (observed - share.sum()) ** 2 / (share * (1 - share)).sum()
    assert sc.log_rank(at_risk, lost).chi2 == pytest.approx(score)


def test_comparisons_without_losses() -> None:
    """No loss at all: no test, no ratio; a group without losses has no hazard ratio; p stays in range."""
    assert np.isnan(sc.log_rank([[5, 5]], [[0, 0]]).chi2)
    assert np.isnan(sc.hazard_ratios([[50, 50], [49, 50]], [[1, 0], [2, 0]], [[0], [1]]).beta).all()
    assert stats.chi2.sf(sc.log_rank(NPS_RISK, NPS_LOST).chi2, 2) == pytest.approx(sc.log_rank(NPS_RISK, NPS_LOST).p)


def test_thin_ends_are_cut() -> None:
    """From the first age with fewer than 20 at risk on nothing is shown, also where late entrants fill it up again."""
    rows = [(0, 4, 1)] * 10 + [(0, 6, 0)] * 15 + [(7, 9, 1)] * 30 + [(7, 11, 0)] * 5
    full = sv.kaplan_meier(*counts(rows, 12), start_at_risk=20)
    found = sv.cut_thin_end(full)
    assert full.at_risk[[1, 4, 5, 8]].tolist() == [25, 25, 15, 35]
    assert np.isnan(found.survival).tolist() == [False] * 5 + [True] * 7
    assert np.array_equal(found.survival[:5], full.survival[:5])
    assert found.at_risk.tolist() == full.at_risk.tolist()
    assert np.isnan(sv.cut_thin_end(full, minimum=50).survival).all()


def test_late_entrants_before_a_thick_age_do_not_cut() -> None:
    """Few at first and many later: the curve begins at the thick age and ends when it thins."""
    rows = [(0, 9, 0)] * 3 + [(3, 9, 0)] * 30 + [(3, 6, 1)] * 10
    found = sv.cut_thin_end(sv.kaplan_meier(*counts(rows, 10), start_at_risk=20))
    assert np.isnan(found.survival).tolist() == [True] * 3 + [False] * 7


def test_losses_below_zero_end_a_curve() -> None:
    """A negative count is no correction: nothing is known from there on."""
    found = sv.survival_from_risk([90, 80, 70], [1, -1, 1])
    assert np.isnan(found.survival).tolist() == [False, True, True]


def test_a_loss_of_a_million_ties_costs_no_more_than_two() -> None:
    """Efron's sums over tied losses in closed form: the estimate of ten times the state barely moves, at any size."""
    x = [[0, 1], [1, 0], [0, 0]]
    one, many = (sc.hazard_ratios(np.array(NPS_RISK) * k, np.array(NPS_LOST) * k, x) for k in (10**4, 10**9))
    assert many.beta == pytest.approx(one.beta, rel=1e-3)
    assert many.se * 10**4.5 == pytest.approx(one.se * 10**2, rel=1e-3)


def test_effective_counts_have_hazard_ratios() -> None:
    """Counts divided by a design effect: nearly the ratio of whole counts, with an error wider by its root."""
    x = [[0], [1]]
    at_risk, lost = np.array(NPS_RISK)[:, [2, 0]], np.array(NPS_LOST)[:, [2, 0]]
    whole, effective = sc.hazard_ratios(at_risk, lost, x), sc.hazard_ratios(at_risk / 1.7, lost / 1.7, x)
    assert effective.beta == pytest.approx(whole.beta, rel=0.02)
    assert effective.se == pytest.approx(whole.se * 1.7**0.5, rel=0.02)
    assert sc.log_rank(at_risk / 1.7, lost / 1.7).chi2 == pytest.approx(sc.log_rank(at_risk, lost).chi2 / 1.7, rel=0.02)


def test_unknown_and_impossible_tables_have_no_test() -> None:
    """One missing count, or more lost than at risk, spoils its own cell and no other."""
    at_risk = np.array([[[50, 40]], [[50, np.nan]], [[50, 40]], [[50, 40]]])
    lost = np.array([[[3, 9]], [[3, 9]], [[51, 9]], [[-1, 9]]])
    found, ratios = sc.log_rank(at_risk, lost), sc.hazard_ratios(at_risk, lost, [[0], [1]])
    assert np.isnan(found.chi2).tolist() == np.isnan(ratios.beta[:, 0]).tolist() == [False, True, True, True]
    assert found.chi2[0] == sc.log_rank([[50, 40]], [[3, 9]]).chi2


def test_groups_of_very_different_size() -> None:
    """Three customers beside a billion still count: the statistic of the two-group formula."""
    found = sc.log_rank([[3, 10**9], [2, 10**9 - 5]], [[1, 5], [0, 9]])
    share, losses = np.array([3 / (10**9 + 3), 2 / (10**9 - 3)]), np.array([6, 9])
    expected = (1 - (losses * share).sum()) ** 2 / (losses * share * (1 - share)).sum()
    assert (found.degrees, found.chi2) == (1, pytest.approx(expected, rel=1e-6))
