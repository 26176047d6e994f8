"""Weighted, post-stratified and panel NPS: worked examples, statsmodels and scipy, and weights that vanish."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cxdash.statistics import weighting as we
from cxdash.statistics.intervals import nps_score_interval, nps_value


def test_weighted_table() -> None:
    """Twelve weighted answers: Kish, effective n and the score interval on effective counts."""
    found = we.weighted_nps([3, 3, 6], [3.5, 3.5, 8], [5.25, 5.25, 15.5])
    assert (found.deff_kish, found.n_eff) == pytest.approx((1.386666667, 8.653846154), abs=1e-9)
    assert (found.low, found.high) == pytest.approx((-0.270783776, 0.705559058), abs=1e-9)


def test_equal_weights_change_nothing() -> None:
    """Whatever the common weight, value and interval are those of plain counts."""
    counts = np.array([15.0, 25.0, 60.0])
    found = we.weighted_nps(counts, counts * 2.5, counts * 2.5**2)
    assert found.deff_kish == pytest.approx(1)
    assert found.deff_linear == pytest.approx(1)
    assert found.nps == pytest.approx(nps_value(*counts))
    assert (found.low, found.high) == pytest.approx(np.array(nps_score_interval(*counts)))


def test_weights_that_vanish() -> None:
    """No answer, all weights zero: nothing. One answer: a value with an interval but no standard error."""
    found = we.weighted_nps(
        [[0, 0, 0], [2, 1, 1], [0, 0, 1]], [[0, 0, 0], [0, 0, 0], [0, 0, 2]], [[0, 0, 0], [0, 0, 0], [0, 0, 4]]
    )
    assert np.isnan([found.nps[:2], found.low[:2]]).all()
    assert (found.nps[2], found.high[2], found.n_eff[2]) == (1, 1, 1)
    assert np.isnan(found.se[2])


def test_everybody_agrees_weighted() -> None:
    """Kish's effective n stays defined without any variance, so the interval has width."""
    found = we.weighted_nps([0, 0, 20], [0, 0, 30], [0, 0, 50])
    assert found.se == 0
    assert -1 < found.low < found.high == 1


def test_post_stratified_table() -> None:
    """Three strata with known shares (R svydesign with strata), any scale of shares; empty and single strata."""
    counts = [[5, 15, 30], [12, 10, 18], [4, 3, 3]]
    found = we.post_stratified_nps(counts, [3, 3, 4])
    assert (found.nps, found.se) == pytest.approx((0.155, 0.121540295510), abs=1e-12)
    single = we.post_stratified_nps([[5, 15, 30], [0, 0, 1]], [0.5, 0.5])
    assert single.nps == pytest.approx(0.75)
    assert np.isnan(single.se)
    assert np.isnan(we.post_stratified_nps([[5, 15, 30], [0, 0, 0]], [0.5, 0.5]).nps)
    assert we.post_stratified_nps([[5, 15, 30], [0, 0, 0]], [1, 0]).nps == 0.5


def test_panel_agrees_with_a_paired_t_test() -> None:
    """Transition counts against scipy's paired test on expanded rows."""
    moves = np.array([[20, 8, 4], [6, 40, 14], [3, 12, 93]])
    before, after = (np.repeat(v.ravel() - 1, moves.ravel()) for v in np.indices((3, 3)))
    expected = stats.ttest_rel(after, before)
    limits = expected.confidence_interval()
    found = we.panel_change(moves)
    assert found[:2] == pytest.approx((0.03, 0.041279778349), abs=1e-12)
    assert found[2:] == pytest.approx((limits.low, limits.high, expected.statistic, expected.pvalue), rel=1e-9)
    assert found.p == pytest.approx(0.468234302, abs=1e-9)


def test_panel_edges() -> None:
    """Nobody matched, one matched, nobody moved."""
    found = we.panel_change([np.zeros((3, 3)), np.diag([0, 0, 1.0]), np.diag([5, 5, 5.0])])
    assert found.diff.tolist() == pytest.approx([np.nan, 0, 0], nan_ok=True)
    assert found.se.tolist() == pytest.approx([np.nan, np.nan, 0], nan_ok=True)
    assert np.isnan(found.p).all()


def test_nonresponse_bounds() -> None:
    """13 % answered with NPS .42: all customers lie between -.8154 and .9246."""
    assert we.nonresponse_bounds(0.42, 0.13) == pytest.approx((-0.8154, 0.9246))
    assert we.nonresponse_bounds(0.42, 1.0) == pytest.approx((0.42, 0.42))


def test_repeated_answers_widen_weighted_limits() -> None:
    """The bucket design effect multiplies Kish's: the score interval on so many fewer answers."""
    state = [3, 3, 6], [3.5, 3.5, 8], [5.25, 5.25, 15.5]
    plain, clustered = we.weighted_nps(*state), we.weighted_nps(*state, deff=1.6)
    assert clustered.n_eff == pytest.approx(plain.n_eff / 1.6)
    counts = np.array([3.5, 3.5, 8]) / 15 * float(clustered.n_eff)
    assert (clustered.low, clustered.high) == pytest.approx(np.array(nps_score_interval(*counts)))
    assert (clustered.nps, clustered.se) == (plain.nps, plain.se)
    both = we.weighted_nps(*(np.array([v, v]) for v in state), deff=[1.0, 1.6])
    assert both.low.tolist() == pytest.approx([float(plain.low), float(clustered.low)])


def test_thin_strata_go_into_their_neighbour() -> None:
    """Into the next, a thin end into the one before, however many follow; answers and shares are kept."""
    n = np.array([[9, 1, 8, 7], [9, 8, 1, 1], [1, 0, 1, 1], [9, 9, 9, 9]])
    state, shares = we.collapse_thin_strata(n, [0.4, 0.3, 0.2, 0.1], np.stack([n, 2 * n], axis=-1))
    assert state[..., 0].tolist() == [[9, 0, 9, 7], [9, 8, 0, 2], [0, 0, 3, 0], [9, 9, 9, 9]]
    assert state.sum(axis=1).tolist() == np.stack([n.sum(axis=1), 2 * n.sum(axis=1)], axis=-1).tolist()
    assert shares.sum(axis=1) == pytest.approx(np.ones(4))
    held = state[..., 0]
    assert ((held >= 2) | (shares == 0)).all()
    assert shares[0] == pytest.approx([0.4, 0, 0.5, 0.1])
    lonely, share = we.collapse_thin_strata([1, 0], [0.5, 0.5], [[1.0], [0.0]])
    assert (lonely.sum(), share.sum()) == (1, 1)


def test_enough_matched_customers() -> None:
    """The panel form from 80 % on; nobody is no panel."""
    assert we.mostly_matched([80, 79, 0], [100, 100, 0]).tolist() == [True, False, False]
