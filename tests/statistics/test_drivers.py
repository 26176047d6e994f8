"""Importance of drivers: correlations from sums, decompositions that add up, and awkward matrices."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxdash.errors import CxdashError
from cxdash.statistics import drivers as dr


def ratings(seed: int, rows: int, drivers: int) -> np.ndarray:
    """Outcome and correlated 1..5 ratings."""
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(rows, drivers)) + rng.normal(size=(rows, 1))
    outcome = latent @ np.linspace(1, 0, drivers) + rng.normal(size=rows)
    return np.clip(np.round(3 + np.column_stack([outcome / 2, latent])), 1, 5).astype(int)


def test_correlations_are_numpys() -> None:
    """From n, sums and cross-products of integers, and for two cells at once."""
    data = ratings(1, 300, 4)
    state = len(data), data.sum(axis=0), data.T @ data
    found = dr.correlations(*(np.stack([s, s]) for s in state))
    assert found[1] == pytest.approx(np.corrcoef(data.T), abs=1e-12)


def test_pairwise_correlations_are_pandas() -> None:
    """Customers who rated not everything: the pairwise-complete matrix from pairwise sums."""
    data = ratings(2, 400, 4).astype(float)
    data[np.random.default_rng(3).random(data.shape) < 0.3] = np.nan
    seen = ~np.isnan(data)
    zero = np.where(seen, data, 0)
    found = dr.pairwise_correlations(seen.T.astype(int) @ seen, zero.T @ seen, (zero**2).T @ seen, zero.T @ zero)
    assert found == pytest.approx(pd.DataFrame(data).corr().to_numpy(), abs=1e-12)


def test_large_sums_keep_their_digits() -> None:
    """A million raters near the top of a scale of 10^6: nothing cancels away."""
    low, high = 999_998, 1_000_000
    n, sums = 1_000_000, np.array([999_999 * 10**6] * 2)
    same = (low**2 + high**2) * 500_000
    found = dr.correlations(
        n, sums, np.array([[same, 10**6 * 999_999**2 + 500_000], [10**6 * 999_999**2 + 500_000, same]])
    )
    assert found[0, 1] == pytest.approx(0.5, abs=1e-12)


def test_a_driver_that_does_not_vary_is_left_out() -> None:
    """Its weight is NaN and the others are as without it."""
    data = ratings(4, 200, 3)
    constant = np.column_stack([data, np.full(200, 4)])
    r, shorter = (dr.correlations(len(d), d.sum(axis=0), d.T @ d) for d in (constant, data))
    found = dr.relative_weights(r[1:, 1:], r[1:, 0])
    assert np.isnan(found[3])
    assert found[:3] == pytest.approx(dr.relative_weights(shorter[1:, 1:], shorter[1:, 0]))
    assert dr.smallest_eigenvalue(r[1:, 1:]) > 0


def test_a_pair_never_rated_together_has_no_weights() -> None:
    """A gap between two drivers cannot be filled: no weights for that cell, the next cell is unharmed."""
    gap = np.array([[1, np.nan, 0.2], [np.nan, 1, 0.1], [0.2, 0.1, 1]])
    found = dr.relative_weights(np.stack([gap, np.eye(3)]), [0.5, 0.4, 0.3])
    assert np.isnan(found[0]).all()
    assert found[1] == pytest.approx([0.25, 0.16, 0.09])


def test_linearly_dependent_drivers_have_no_weights() -> None:
    """The same driver twice: no weights, and the matrix says so."""
    twice = np.ones((2, 2))
    assert np.isnan(dr.relative_weights(twice, [0.5, 0.5])).all()
    assert dr.smallest_eigenvalue(twice) < 1e-8


def test_an_impossible_pairwise_matrix_is_repaired() -> None:
    """Eigenvalues below zero are raised, the diagonal stays one, a proper matrix is left alone."""
    impossible = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    fixed = dr.repaired(np.stack([impossible, np.eye(3)]))
    assert np.linalg.eigvalsh(fixed[0]).min() >= 0
    assert np.diagonal(fixed[0]) == pytest.approx(1)
    assert (fixed[1] == np.eye(3)).all()


def test_too_many_drivers_for_lmg() -> None:
    """Sixteen drivers are refused, with a way out."""
    with pytest.raises(CxdashError, match="16 drivers") as refused:
        dr.lmg(np.eye(16), np.full(16, 0.1))
    assert "relative weights" in refused.value.action


@pytest.mark.parametrize(("customers", "told"), [(99, False), (100, True)])
def test_weights_need_a_hundred_customers(customers: int, told: bool) -> None:
    """With 99 there is neither a weight nor an interval; whoever insists may ask for them."""
    data = ratings(7, customers, 4)
    groups = [data[g::8] for g in range(8)]
    state = [np.array(v) for v in zip(*((len(g), g.sum(axis=0), g.T @ g) for g in groups), strict=True)]
    for field in dr.bucketed_weights(*state):
        assert np.isfinite(field).all() == told
    assert np.isfinite(dr.bucketed_weights(*state, minimum=0).high).all()


def test_bucketed_weights() -> None:
    """The whole sample's weights, intervals around them, and shares that add to one."""
    data = ratings(5, 2000, 4)
    bucket = np.random.default_rng(6).integers(0, 32, 2000)
    groups = [data[bucket == g] for g in range(32)]
    n, sums, cross = (np.array(v) for v in zip(*((len(g), g.sum(axis=0), g.T @ g) for g in groups), strict=True))
    found = dr.bucketed_weights(n, sums, cross)
    r = np.corrcoef(data.T)
    assert found.weight == pytest.approx(dr.relative_weights(r[1:, 1:], r[1:, 0]))
    design = np.column_stack([np.ones(2000), data[:, 1:]])
    residual = data[:, 0] - design @ np.linalg.lstsq(design, data[:, 0], rcond=None)[0]
    assert found.r2 == pytest.approx(1 - residual.var() / data[:, 0].var())
    assert found.share.sum() == pytest.approx(1)
    assert ((found.low < found.weight) & (found.weight < found.high)).all()
    assert ((found.share_low < found.share) & (found.share < found.share_high)).all()
    assert 0.5 < np.mean(found.se) / 0.011 < 2


def test_lmg_of_many_matrices() -> None:
    """Cells in one call as one at a time; a driver that does not vary is left out; dependent drivers share alike."""
    data = [ratings(seed, 200, 4) for seed in range(5)]
    r = np.array([np.corrcoef(d.T) for d in data])
    found = dr.lmg(r[:, 1:, 1:], r[:, 1:, 0])
    for cell in range(5):
        assert found[cell] == pytest.approx(dr.lmg(r[cell, 1:, 1:], r[cell, 1:, 0]), rel=1e-12)
    r[0, 2], r[0, :, 2] = np.nan, np.nan
    three = dr.lmg(r[0][np.ix_([1, 3, 4], [1, 3, 4])], r[0, [1, 3, 4], 0])
    assert dr.lmg(r[0, 1:, 1:], r[0, 1:, 0])[[0, 2, 3]] == pytest.approx(three)
    assert dr.lmg(np.ones((2, 2)), [0.5, 0.5]) == pytest.approx([0.125, 0.125])
    assert np.isnan(dr.lmg([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]], [0.1, 0.2, 0.3])).all()


def test_lmg_of_fifteen_drivers() -> None:
    """The most allowed: weights of uncorrelated drivers are their squared correlations."""
    y = np.linspace(0.05, 0.3, 15)
    assert dr.lmg(np.stack([np.eye(15)] * 3), y) == pytest.approx(np.stack([y**2] * 3))


def test_a_driver_never_rated_with_the_outcome_is_left_out() -> None:
    """Its correlation with the outcome is unknown: the others are as without it, for both kinds of weights."""
    r = np.corrcoef(ratings(4, 200, 3).T)
    for weigh in (dr.relative_weights, dr.lmg):
        two = weigh(r[1:3, 1:3], r[1:3, 0])
        assert weigh(r[1:, 1:], [*r[1:3, 0], np.nan]) == pytest.approx([*two, np.nan], nan_ok=True)


def test_bucketed_weights_of_many_cells() -> None:
    """Weeks and segments in one call as one at a time, and no weights no R-squared."""
    cells = []
    for seed in (5, 6):
        data = ratings(seed, 600, 3)
        bucket = np.random.default_rng(seed).integers(0, 16, 600)
        groups = [data[bucket == g] for g in range(16)]
        cells.append([np.array(v) for v in zip(*((len(g), g.sum(axis=0), g.T @ g) for g in groups), strict=True)])
    many = dr.bucketed_weights(*(np.stack(parts) for parts in zip(*cells, strict=True)))
    for cell in range(2):
        for field, both, one in zip(many._fields, many, dr.bucketed_weights(*cells[cell]), strict=True):
            assert both[cell] == pytest.approx(one, rel=1e-12), field
    empty = dr.bucketed_weights(np.zeros(4), np.zeros((4, 3)), np.zeros((4, 3, 3)))
    assert np.isnan(empty.r2)
