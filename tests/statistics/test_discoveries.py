"""Corrections for many tests against statsmodels and the papers, and the rule by which a scan makes findings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from cxdash.statistics.arrays import Flags, Floats
from cxdash.statistics.differences import nps_difference
from cxdash.statistics.discoveries import (
    Scan,
    benjamini_hochberg,
    benjamini_yekutieli,
    estimated_error,
    reach,
    scan_changes,
)
from cxdash.statistics.distributions import two_sided_normal

PAPER = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590,
         1]  # fmt: skip


@pytest.mark.parametrize(("ours", "theirs"), [(benjamini_hochberg, "fdr_bh"), (benjamini_yekutieli, "fdr_by")])
def test_both_corrections_agree_with_statsmodels(ours: Callable[..., Any], theirs: str) -> None:
    """Random p-values with ties, and the example of the paper."""
    p = np.round(stats.beta(0.6, 2).rvs(200, random_state=8), 2)
    assert ours(p) == pytest.approx(multipletests(p, method=theirs)[1], abs=1e-12)
    assert ours(PAPER) == pytest.approx(multipletests(PAPER, method=theirs)[1], abs=1e-12)


def test_the_paper_rejects_four() -> None:
    """Benjamini and Hochberg's example at .05; under any dependence three of the four remain."""
    assert (benjamini_hochberg(PAPER) <= 0.05).sum() == 4
    assert (benjamini_yekutieli(PAPER) <= 0.05).sum() == 3


def test_cells_without_a_test_are_passed_over() -> None:
    """NaN is no test: it is not counted, stays NaN, and rows are corrected apart."""
    found = benjamini_hochberg([[0.01, np.nan, 0.04, 0.03], [np.nan] * 4])
    assert found[0].tolist() == pytest.approx([0.03, np.nan, 0.04, 0.04], nan_ok=True)
    assert np.isnan(found[1]).all()
    careful = benjamini_yekutieli([[0.01, np.nan, 0.04, 0.03], [np.nan] * 4])
    assert careful[0].tolist() == pytest.approx([0.055, np.nan, 0.22 / 3, 0.22 / 3], nan_ok=True)
    assert np.isnan(careful[1]).all()
    assert benjamini_hochberg([]).shape == benjamini_yekutieli([]).shape == (0,)


def test_an_estimated_error_makes_the_tails_heavier() -> None:
    """The p of a normal statistic becomes that of Student's t; known errors and NaN stay as they are."""
    z = np.array([0.0, 1.0, 1.96, 3.6])
    p = 2 * stats.norm.sf(z)
    assert estimated_error(p, 31) == pytest.approx(2 * stats.t.sf(z, 31), rel=1e-9)
    assert estimated_error(p, np.inf).tolist() == p.tolist()
    assert estimated_error([0.0, 1.0, np.nan], 31).tolist() == pytest.approx([0.0, 1.0, np.nan], abs=1e-20, nan_ok=True)
    # what the docstring says: chance reaches 3.6 standard errors three times as often
    assert estimated_error(p[-1], 31) / p[-1] == pytest.approx(3.4, abs=0.2)


@given(
    p=st.lists(st.floats(1e-9, 1.0) | st.sampled_from([1e-6, 1e-4, 0.002, 0.05]), min_size=1, max_size=60),
    untested=st.integers(0, 40),
    q=st.sampled_from([0.01, 0.1, 0.3]),
    degrees=st.sampled_from([np.inf, 31.0, 62.0]),
)
def test_asking_for_levels_finds_what_the_correction_of_all_p_values_finds(
    p: list[float], untested: int, q: float, degrees: float
) -> None:
    """The same cells as Benjamini-Hochberg on every p-value, and no cell is asked about once it has dropped out."""
    raw, out = np.array(p), np.zeros(len(p), dtype=bool)

    def below(z: Floats, asked: Flags) -> Flags:
        nonlocal out
        assert not (asked & out).any()
        found = np.asarray((raw <= two_sided_normal(z) * (1 + 1e-12)) & asked)
        out = out | ~found
        return found

    alive = np.asarray(estimated_error(raw, degrees) <= q)
    tests = len(p) + untested
    everything = np.concatenate([estimated_error(raw, degrees), np.ones(untested)])
    wanted = benjamini_hochberg(everything)[: len(p)] <= q
    # a p-value exactly at its level may fall to either side of it by rounding
    sharp = benjamini_hochberg(np.concatenate([estimated_error(raw, degrees) * (1 + 1e-9), np.ones(untested)]))
    assume(np.array_equal(wanted, sharp[: len(p)] <= q))
    assert reach(alive, tests, below, q=q, degrees=degrees).tolist() == wanted.tolist()


def _scan(**changed: Any) -> Scan:
    """Four cells that are found, with something changed."""
    given: dict[str, Any] = {
        "change": [0.10, -0.10, 0.10, -0.10],
        "low": [0.05, -0.15, 0.05, -0.15],
        "high": [0.15, -0.05, 0.15, -0.05],
        "p": [0.001, 0.001, 0.001, 0.001],
        "n": [30.0, 30.0, 500.0, 500.0],
        "smallest": 0.05,
        **changed,
    }
    return scan_changes(**given)


def test_a_finding_is_significant_together_clear_alone_and_large_enough() -> None:
    """Each condition alone keeps a cell from being a finding."""
    assert _scan().found.all()
    assert _scan(n=[29.9, 30, 30, 30]).found.tolist() == [False, True, True, True]
    assert _scan(n=[29.9, 30, 30, 30]).tested.tolist() == [False, True, True, True]
    assert _scan(smallest=[0.1001, 0.10, 0.05, 0.0]).found.tolist() == [False, True, True, True]
    assert _scan(low=[-0.001, -0.15, 0.05, -0.15]).found.tolist() == [False, True, True, True]
    assert _scan(p=[np.nan, 0.001, 0.11, 0.001]).found.tolist() == [False, True, False, True]
    assert _scan(degrees=[3.0, np.inf, np.inf, np.inf]).p_adjusted[0] > _scan().p_adjusted[0]


def test_cells_too_small_are_no_tests() -> None:
    """They are not counted among the tests, so they do not make the others harder to find."""
    lonely = _scan(p=[0.09, 1.0, 1.0, 1.0], n=[500, 3, 3, 3], low=0.01, high=0.2)
    crowded = _scan(p=[0.09, 1.0, 1.0, 1.0], n=500, low=0.01, high=0.2)
    assert lonely.found.tolist() == [True, False, False, False]
    assert not crowded.found.any()
    assert np.isnan(lonely.p_adjusted[1:]).all()


def test_each_scan_is_a_family_of_its_own() -> None:
    """Rows are corrected apart, whatever they are stacked with; nothing to scan finds nothing."""
    now, before = np.moveaxis(np.random.default_rng(1).multinomial(80, [0.2, 0.3, 0.5], (2, 6, 20)), -1, 1).astype(
        float
    )
    found = nps_difference(*now, *before)
    n = np.full(found.p.shape, 80.0)
    together = scan_changes(*found[:3], found.p, n, 0.05, q=0.6)
    assert together.found.any()
    for row in range(len(n)):
        alone = scan_changes(*(v[row] for v in found), n[row], 0.05, q=0.6)
        assert together.p_adjusted[row].tolist() == alone.p_adjusted.tolist()
        assert together.found[row].tolist() == alone.found.tolist()
    assert scan_changes([], [], [], [], [], []).found.shape == (0,)
