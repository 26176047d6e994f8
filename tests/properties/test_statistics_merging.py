"""Laws of merging: however rows were split and states added up again, every answer is the same to the last bit."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxdash.statistics import (
    buckets,
    channel_pairs,
    decomposition,
    drivers,
    durations,
    handoff,
    histograms,
    intervals,
    logo_churn,
    rates,
    retention,
    roi,
    survival,
    survival_comparison,
    weighting,
)

LAW = settings(deadline=None, max_examples=40)
"""No deadline: the first call of a process pays for imports, and a busy machine is no broken law."""

State = list[np.ndarray[Any, Any]]
LOW = (0, 1, 0, 1, 0, 1, 0, 0, 0)
HIGH = (10, 10**14, 10**14, 5 * 10**6, 5, 6, 1, 3, 1)
"""A customer: likelihood to recommend, revenue before and after in cents (their squares leave 64 bits), weight in
millionths, tenure at entry, months observed, lost at their end, bucket, segment."""


def draw(seed: int, size: int) -> list[Any]:
    """So many customers, as tuples of Python integers."""
    return np.random.default_rng(seed).integers(LOW, HIGH, (size, len(LOW)), endpoint=True).tolist()


CUSTOMERS = st.builds(draw, st.integers(0, 2**32 - 1), st.integers(1, 60))


def counted(positions: Any, size: int) -> np.ndarray[Any, Any]:
    """How often each position occurs."""
    return np.bincount(np.asarray(positions, dtype=np.intp), minlength=size)


def sums(rows: list[Any], *products: Callable[..., int]) -> State:
    """Sums over rows in Python's integers, which have no widest."""
    return [np.array(sum((product(row) for row in rows), start=0), dtype=object) for product in products]


def categories(rows: list[Any]) -> State:
    return [counted([0 if r[0] <= 6 else 1 if r[0] <= 8 else 2 for r in rows], 3)]


def revenue(rows: list[Any]) -> State:
    one: list[Callable[..., int]] = [lambda r: 1, lambda r: r[1], lambda r: r[2]]
    two: list[Callable[..., int]] = [lambda r: r[1] * r[1], lambda r: r[1] * r[2], lambda r: r[2] * r[2]]
    return sums(rows, *one, *two)


def ages(rows: list[Any]) -> State:
    lost, kept = ([r[4] + r[5] for r in rows if r[6] == gone] for gone in (True, False))
    return [counted([r[4] for r in rows], 12), counted(lost, 12), counted(kept, 12)]


def ages_by_segment(rows: list[Any]) -> State:
    return [np.stack(part) for part in zip(*(ages([r for r in rows if r[8] == s]) for s in (0, 1)), strict=True)]


def cross_products(rows: list[Any]) -> State:
    values = [np.array([r[0], r[1] % 1000, r[2] % 1000], dtype=object) for r in rows]
    zero = np.zeros(3, dtype=object)
    return [
        np.array(len(rows), dtype=object),
        sum(values, start=zero),
        sum((np.outer(v, v) for v in values), start=np.zeros((3, 3), dtype=object)),
    ]


def weights(rows: list[Any]) -> State:
    where = [[0 if r[0] <= 6 else 1 if r[0] <= 8 else 2 for r in rows], [r[3] for r in rows]]
    state = np.zeros((3, 3), dtype=object)
    for category, weight in zip(*where, strict=True):
        state[:, category] += np.array([1, weight, weight * weight], dtype=object)
    return list(state)


def by_bucket(rows: list[Any]) -> State:
    promoters, answers = np.zeros(4, dtype=np.int64), np.zeros(4, dtype=np.int64)
    for r in rows:
        promoters[r[7]] += r[0] >= 9
        answers[r[7]] += 1
    return [promoters, answers]


def by_segment(rows: list[Any]) -> State:
    first, second = ([r for r in rows if r[6] == late] for late in (False, True))
    state = []
    for part in (first, second):
        state += [counted([r[8] for r in part], 2), counted([r[8] for r in part if r[0] >= 9], 2)]
    return state


def steps(rows: list[Any]) -> State:
    category = [0 if r[0] <= 6 else 1 if r[0] <= 8 else 2 for r in rows]
    return [counted([3 * c + r[1] % 3 for c, r in zip(category, rows, strict=True)], 9).reshape(3, 3)]


def log_rank_of(entries: Any, lost: Any, censored: Any) -> Any:
    found = survival.kaplan_meier(entries, lost, censored)
    return survival_comparison.log_rank(found.at_risk.T, found.lost.T)


METHODS: dict[str, tuple[Callable[[list[Any]], State], Callable[..., Any]]] = {
    "nps_score_interval": (categories, lambda c: intervals.nps_score_interval(*c)),
    "nps_variance": (categories, lambda c: intervals.nps_variance(*c)),
    "wilson": (categories, lambda c: intervals.wilson(c[2], c.sum())),
    "histogram": (lambda rows: [counted([r[0] for r in rows], 11)], lambda h: histograms.moments(h, range(11))),
    "mean_interval": (lambda rows: [*revenue(rows)[:2], revenue(rows)[3]], intervals.mean_interval),
    "ratio_state": (revenue, retention.ratio_state),
    "revenue_per_customer": (lambda rows: [*revenue(rows)[:2], revenue(rows)[3]], roi.revenue_per_customer),
    "kaplan_meier": (ages, survival.kaplan_meier),
    "median_time": (ages, lambda _, d, c: durations.median_time(d, c, np.arange(13))),
    "product_limit": (ages, lambda e, d, c: survival.product_limit(e + d + c, d)),
    "log_rank": (ages_by_segment, log_rank_of),
    "logo_churn": (ages, lambda e, d, c: logo_churn.logo_churn(e.sum(), d.sum())),
    "rate_ratio": (ages_by_segment, lambda e, d, c: rates.rate_ratio_p(d[0].sum(), e[0].sum(), d[1].sum(), e[1].sum())),
    "correlations": (cross_products, drivers.correlations),
    "weighted_nps": (weights, weighting.weighted_nps),
    "jackknife": (by_bucket, lambda x, n: retention.bucketed_ratio(n, x)),
    "without_each": (by_bucket, lambda x, n: (buckets.without_each(x), buckets.without_each(n))),
    "mix_rate": (by_segment, decomposition.mix_rate),
    "panel_change": (steps, weighting.panel_change),
    "sum_transitions": (steps, lambda m: channel_pairs.sum_transitions(m, [-100, 0, 100])),
    "handoff_continuity": (by_bucket, lambda x, n: handoff.handoff_continuity(x.sum(), n.sum())),
}


def flat(answer: Any) -> np.ndarray[Any, Any]:
    """All numbers of an answer in a row."""
    parts = answer if isinstance(answer, tuple) else (answer,)
    return np.concatenate([np.ravel(part).astype(float) for part in parts])


def merge(first: State, second: State) -> State:
    """Element-wise addition."""
    return [a + b for a, b in zip(first, second, strict=True)]


@pytest.mark.parametrize("name", METHODS)
@LAW
@given(CUSTOMERS, st.randoms(use_true_random=False), st.integers(1, 6))
def test_any_partition_gives_the_same_answer(name: str, rows: list[Any], random: Any, parts: int) -> None:
    """Rows shuffled into parts, states added in any order: bit for bit the answer of all rows at once."""
    state, answer = METHODS[name]
    pieces: list[list[Any]] = [[] for _ in range(parts)]
    for row in random.sample(rows, len(rows)):
        random.choice(pieces).append(row)
    merged = reduce(merge, (state(piece) for piece in pieces))
    turned = reduce(merge, (state(piece) for piece in reversed(pieces)))
    whole, again, backwards = (flat(answer(*s)) for s in (state(rows), merged, turned))
    assert np.array_equal(whole, again, equal_nan=True)
    assert np.array_equal(whole, backwards, equal_nan=True)


@LAW
@given(CUSTOMERS, CUSTOMERS, CUSTOMERS)
def test_merging_is_a_monoid(first: list[Any], second: list[Any], third: list[Any]) -> None:
    """Order and grouping do not matter, and the state of nobody changes nothing."""
    for state, _ in METHODS.values():
        a, b, c = state(first), state(second), state(third)
        left, right, swapped = merge(merge(a, b), c), merge(a, merge(b, c)), merge(c, merge(b, a))
        with_nobody = merge(a, state([]))
        for x, y, z in zip(left, right, swapped, strict=True):
            assert np.array_equal(x, y)
            assert np.array_equal(x, z)
        assert all(np.array_equal(x, y) for x, y in zip(a, with_nobody, strict=True))


TOPS = st.lists(st.integers(0, 10**9), max_size=25)


@LAW
@given(TOPS, TOPS, TOPS)
def test_a_top_ten_merges(first: list[int], second: list[int], third: list[int]) -> None:
    """The ten largest of three states are the ten largest of all rows, whichever two were merged first."""

    def ten(amounts: list[int]) -> np.ndarray[Any, Any]:
        return retention.merge_largest(amounts, [np.nan] * 10)

    left = retention.merge_largest(retention.merge_largest(ten(first), ten(second)), ten(third))
    right = retention.merge_largest(ten(first), retention.merge_largest(ten(third), ten(second)))
    assert np.array_equal(left, right, equal_nan=True)
    assert np.array_equal(left, ten(first + second + third), equal_nan=True)
