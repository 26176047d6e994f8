"""What may be shown: the published standards, and that nothing hidden follows by subtraction."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxdash.statistics import suppression as su


@pytest.mark.parametrize(
    ("x", "n", "suppressed"),
    [
        (3, 40, True),
        (12, 35, True),
        (200, 400, False),
        (2, 100, True),
        (25, 29, True),
        (5000, 10000, False),
        (0, 0, True),
    ],
)
def test_proportion_standard(x: int, n: int, suppressed: bool) -> None:
    """The six examples of the methods under the NCHS standard, and nobody."""
    assert su.suppressed_proportion(x, n) == suppressed


def test_rate_standard() -> None:
    """Nine events are too few, ten suffice, nothing in no time is nothing."""
    assert su.suppressed_rate([9, 10, 0, 50], [1000, 1000, 0, 10]).tolist() == [True, False, True, False]


def test_few_people_are_hidden_and_nobody_is_not() -> None:
    """1 to 4 people are hidden; an empty cell discloses nobody; unknown n is not a count."""
    assert su.confidential([0, 1, 4, 5, None]).tolist() == [False, True, True, False, False]
    assert su.confidential([9, 10], k=10).tolist() == [True, False]


def test_agreement_of_a_small_group_discloses_it() -> None:
    """All nine gave the same answer: hidden. Ten, or one who differs: not."""
    assert su.unanimous([9, 10, 8, 0], [9, 10, 9, 0]).tolist() == [True, False, False, False]


def test_low_base_and_reportable() -> None:
    """30 effective answers, and for NPS at most 15 points either side."""
    assert su.low_base([29.9, 30, None]).tolist() == [True, False, True]
    assert su.reportable_nps([0.2, 0.1, 0.2], [0.5, 0.5, 0.5], [80, 80, 20]).tolist() == [True, False, False]


def test_one_hidden_child_takes_the_next_smallest_with_it() -> None:
    """Otherwise total minus the shown siblings is the hidden cell."""
    hidden = su.complementary([True, False, False, False], [3, 8, 6, 9], ["a", "a", "a", "b"])
    assert hidden.tolist() == [True, False, True, False]


def test_two_hidden_children_of_too_few_people_take_a_third() -> None:
    """One person and two persons hidden are three by subtraction: still recognisable."""
    assert su.complementary([True, True, False, False], [1, 2, 7, 8], [1, 1, 1, 1]).tolist() == [
        True,
        True,
        True,
        False,
    ]


def test_empty_cells_give_no_cover() -> None:
    """An empty sibling is neither hidden nor counted as cover."""
    assert su.complementary([True, False, False], [3, 0, 20], [1, 1, 1]).tolist() == [True, False, True]


def test_groups_without_a_sibling_to_hide() -> None:
    """An only child cannot be covered: its total must go."""
    hidden = su.complementary([True, True, False], [3, 4, 9], [1, 2, 2])
    assert hidden.tolist() == [True, True, True]
    assert su.exposed_groups(hidden, [3, 4, 9], [1, 2, 2]).tolist() == [1]
    assert su.exposed_groups([False], [9], [1]).size == 0


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), min_size=1, max_size=30))
def test_nothing_hidden_follows_by_subtraction(cells: list[tuple[int, int]]) -> None:
    """In every group whose total stays, what is hidden is at least two cells and at least five people, or nobody."""
    n, groups = (np.array(v) for v in zip(*cells, strict=True))
    small = su.confidential(n)
    hidden = su.complementary(small, n, groups)
    assert (hidden >= small).all()
    for parent in set(groups.tolist()) - set(su.exposed_groups(hidden, n, groups).tolist()):
        members = hidden & (groups == parent)
        assert not members.any() or ((n[members] > 0).sum() >= 2 and n[members].sum() >= 5)


def hide_one_after_the_other(hidden: list[bool], n: list[int], groups: list[int], k: int) -> list[bool]:
    """Complementary suppression as it is defined: while a group gives its hidden cells away, hide its smallest."""
    hidden = list(hidden)
    for parent in set(groups):
        while True:
            inside = [n[i] for i in range(len(n)) if groups[i] == parent and hidden[i] and n[i] > 0]
            shown = [i for i in range(len(n)) if groups[i] == parent and not hidden[i] and n[i] > 0]
            if not inside or not shown or (len(inside) > 1 and sum(inside) >= k):
                break
            hidden[min(shown, key=lambda i: n[i])] = True
    return hidden


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.tuples(st.integers(0, 14), st.integers(0, 3), st.booleans()), min_size=1, max_size=30),
    st.sampled_from([5, 10]),
)
def test_all_groups_at_once_are_as_one_after_the_other(cells: list[tuple[int, int, bool]], k: int) -> None:
    """The same cells are hidden as by the definition, also for two questions on a leading axis."""
    n, groups, hidden = (list(v) for v in zip(*cells, strict=True))
    expected = hide_one_after_the_other(hidden, n, groups, k)
    assert su.complementary(hidden, n, groups, k=k).tolist() == expected
    turned = su.complementary([hidden, hidden[::-1]], [n, n[::-1]], [groups, groups[::-1]], k=k)
    assert turned.tolist() == [expected, hide_one_after_the_other(hidden[::-1], n[::-1], groups[::-1], k)]


def test_very_large_siblings_do_not_swallow_small_ones() -> None:
    """Groups of a billion beside groups of three are judged by their own people."""
    n = [10**15, 10**15, 3, 4, 9]
    assert su.complementary([True, False, True, False, False], n, [1, 1, 2, 2, 2]).tolist() == [
        True,
        True,
        True,
        True,
        False,
    ]


def test_no_cells() -> None:
    """Nothing to hide."""
    assert su.complementary([], [], []).size == 0
    assert su.exposed_groups([], [], []).size == 0


def test_remaining_thresholds() -> None:
    """Churn, curves, means, drivers and consistency: shown from exactly their threshold on; unknown is not enough."""
    low, high = [0.05, 0.05, 0.01, 0], [0.2, 0.2, 0.18, 0.1]
    churn = su.suppressed_churn([10, 9, 10, 10], [0.1, 0.1, 0.1, 0], low, high)
    assert churn.tolist() == [False, True, True, True]
    assert su.thin_at_risk([20, 19, np.nan]).tolist() == [False, True, True]
    assert su.suppressed_mean_interval([10, 9, np.nan]).tolist() == [False, True, True]
    assert su.suppressed_drivers([np.full((3, 3), 100), np.diag([500, 500, 500])]).tolist() == [False, True]
    assert su.suppressed_driver([10, 9]).tolist() == [False, True]
    assert su.suppressed_consistency([[30, 30, 5], [30, 29, np.nan]]).tolist() == [False, True]
