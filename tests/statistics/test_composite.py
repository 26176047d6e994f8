"""The health score: the worked example, missing and critical components, cuts, attribution and weight shaking."""

from __future__ import annotations

import numpy as np
import pytest

from cxdash.statistics import composite as co

FLOOR, TARGET, WEIGHTS = [0, 60, 4, 40], [50, 90, 1, 90], [0.3, 0.25, 0.3, 0.15]
COVARIANCE = [[4.41, 1.89, 0, 0], [1.89, 2.25, 0, 0], [0, 0, 0.0144, 0], [0, 0, 0, 9]]


def score(x: object, cov: object = COVARIANCE, **options: object) -> co.Composite:
    return co.composite(x, FLOOR, TARGET, WEIGHTS, cov, **options)  # type: ignore[arg-type]


def test_worked_example() -> None:
    """Goals, score and error with all components; with one missing; and no score below the coverage."""
    found = score([[32, 82, 2.1, 74], [32, 82, 2.1, np.nan], [32, np.nan, np.nan, 74]])
    assert found.goals[0] == pytest.approx([64, 73.333333333, 63.333333333, 68])
    assert found.score == pytest.approx([66.733333333, 66.509803922, np.nan], nan_ok=True)
    assert found.se == pytest.approx([2.700018519, 2.994828299, np.nan], nan_ok=True)
    assert found.coverage == pytest.approx([1, 0.85, 0.45])


def test_correlation_matters() -> None:
    """The same errors without the correlation of NPS and CSAT understate the error of the score."""
    assert score([32, 82, 2.1, 74], np.diag(np.diag(COVARIANCE))).se == pytest.approx(2.324, abs=5e-4)


def test_critical_component() -> None:
    """Without a component declared critical there is no score, whatever the coverage."""
    assert np.isnan(score([32, 82, 2.1, np.nan], critical=[False, False, False, True]).score)
    assert score([32, 82, 2.1, np.nan], critical=[True, False, False, False]).score == pytest.approx(66.509803922)


def test_components_at_a_cut_bring_no_error() -> None:
    """Beyond the target nothing more is gained, below the floor nothing lost, and neither adds error."""
    found = score([80, 50, 0.2, 95], np.diag([np.nan, 1, 1, 1]))
    assert found.goals.tolist() == [100, 0, 100, 100]
    assert (found.score, found.se) == pytest.approx((75.0, 0.0))


def test_missing_values_leave_no_trace_of_their_covariance() -> None:
    """NaN covariance of a missing component does not spoil the others."""
    cov = np.array(COVARIANCE, dtype=float)
    cov[3] = cov[:, 3] = np.nan
    assert score([32, 82, 2.1, np.nan], cov).se == pytest.approx(2.994828299)


def test_floor_equal_to_target_is_no_component() -> None:
    """A policy without a distance cannot be attained: the component counts as missing."""
    assert np.isnan(co.goal_attainment(5, 3, 3))


def test_attribution_adds_up() -> None:
    """Contributions sum to the change of the score over the components both dates have."""
    before, after = np.array([64.0, 70.0, 60.0, np.nan]), np.array([60.0, 75.0, 66.0, 50.0])
    parts = co.attribute_change(before, after, WEIGHTS)
    weights = np.array(WEIGHTS[:3]) / sum(WEIGHTS[:3])
    assert parts.sum() == pytest.approx(weights @ (after - before)[:3])
    assert parts[3] == 0.0
    assert co.attribute_change([np.nan], [1.0], [1.0]).tolist() == [0.0]


def test_weight_range() -> None:
    """Equal goals do not depend on weights; unequal ones do, around the score; the draws are the same every time."""
    low, high = co.weight_range([[70.0] * 4, [64, 73.3, 63.3, 68], [np.nan] * 4], WEIGHTS)
    assert (low[0], high[0]) == pytest.approx((70, 70))
    assert 63.3 < low[1] < 66.7 < high[1] < 73.3
    assert np.isnan([low[2], high[2]]).all()
    assert co.weight_range([64, 73.3, 63.3, 68], WEIGHTS) == pytest.approx((low[1], high[1]), rel=1e-12)


def test_weight_range_of_many_policies() -> None:
    """A policy for each cell: as each alone; weights that are none have no range."""
    goals = [[64, 73.3, 63.3, 68], [50, 20, 90, np.nan], [50, 20, 90, 10]]
    policies = [WEIGHTS, [0.1, 0.2, 0.3, 0.4], [0.5, -0.1, 0.3, 0.3]]
    found = np.transpose(co.weight_range(goals, policies))
    for cell in range(2):
        assert found[cell] == pytest.approx(np.array(co.weight_range(goals[cell], policies[cell])), rel=1e-12)
    assert np.isnan(found[2]).all()


def test_what_a_mean_hides() -> None:
    """The weakest component and the geometric mean, which one goal at its floor takes to 0."""
    goals = [[64, 73.3, 63.3, 68], [100, 100, 4, 100], [90, 0, 90, np.nan], [np.nan] * 4]
    position, goal = co.weakest_component(goals)
    assert position.tolist() == pytest.approx([2, 2, 1, np.nan], nan_ok=True)
    assert goal.tolist() == pytest.approx([63.3, 4, 0, np.nan], nan_ok=True)
    found = co.geometric_score(goals, WEIGHTS)
    assert found[1] == pytest.approx(100 * 0.04**0.3)
    assert found[[2, 3]].tolist() == pytest.approx([0, np.nan], nan_ok=True)


def test_a_change_that_depends_on_the_weights() -> None:
    """One component up and one down by the same: the sign flips in about half of the draws; an agreed rise in none."""
    before, after = [[50.0, 50.0]] * 3, [[60.0, 40.0 + 1e-9], [60.0, 59.0], [50.0, 50.0]]
    found = co.sign_flips(before, after, [1, 1])
    assert found[0] == pytest.approx(0.5, abs=0.05)
    assert found[1:].tolist() == [0, 0]
    assert 0 < co.sign_flips([50.0, 50.0], [60.0, 44.0], [1, 1]) < 0.1
    assert np.isnan(co.sign_flips([50.0, np.nan], [np.nan, 50.0], [1, 1]))


def test_bucket_errors_of_the_score() -> None:
    """Away from every cut the jackknife of the score is the delta method with the jackknife's covariance."""
    rng = np.random.default_rng(8)
    x = np.array([32, 82, 2.1, 74])
    without = x + rng.normal(0, 0.01, (32, 4)) * [5, 3, 0.3, 6]
    score_, se = co.bucketed_composite(x, without, FLOOR, TARGET, WEIGHTS)
    covariance = 31 / 32 * np.einsum("gi,gj->ij", without - x, without - x)
    assert (score_, se) == pytest.approx((66.733333333, float(score(x, covariance).se)))
    at_target = np.array([50.0, 82, 2.1, 74])
    beyond = at_target + np.where(np.arange(32)[:, None] % 2, 0.1, -0.1) * [1, 0, 0, 0]
    assert co.bucketed_composite(at_target, beyond, FLOOR, TARGET, WEIGHTS)[1] > 0  # the delta method says 0 here
    assert np.isnan(co.bucketed_composite(x * [1, np.nan, np.nan, 1], without, FLOOR, TARGET, WEIGHTS)).all()
