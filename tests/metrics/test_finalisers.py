"""Finalisers on many cells at once: every measure, ten thousand cells, no cell knows of another."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from cxdash.measures import Estimates, Floats, Measure
from cxdash.metrics.catalogue import METRICS
from cxdash.metrics.facts import FACTS
from cxdash.statistics.distributions import Z95

CELLS = 10_000
DAYS = 14
CHANNELS = 5
MEASURES = {key: metric.computation for key, metric in METRICS.items() if isinstance(metric.computation, Measure)}
SHARES = {
    "answered": "delivered",
    "issues_solved_first": "issues_opened",
    "contacts_repeated": "contacts_identified",
    "contacts_abandoned": "contacts_queued",
    "contacts_transferred": "contacts_served",
    "contacts_escalated": "contacts_served",
    "handoffs_seamless": "handoffs",
    "handoffs": "steps",
    "issues_resolved_day": "issues",
    "ratings_satisfied": "ratings",
    "visits_with_errors": "visits",
    "visits_slow": "visits_timed",
    "visits_converted": "visits",
    "carts_found_again": "carts_left",
}
"""Numerator → the denominator it is part of."""

States = dict[str, Floats]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Whatever the numbers, nothing is divided by zero and nothing overflows in silence."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def states_of(measure: Measure, counts: Callable[..., NDArray[np.int64]], cells: int) -> States:
    """States that can occur; `counts(*shape)` draws the counts."""
    shape = (cells, CHANNELS) if measure.inner else (cells,)
    if FACTS[measure.fact].clock == "stock":
        states = _customers(counts, cells) | {"days": np.full(cells, DAYS)}
    elif FACTS[measure.fact].clock == "window":
        states = _revenue(counts, cells)
    else:
        states = {state.name: counts(*shape) for state in measure.states}
        for part, whole in SHARES.items():
            if part in states and whole in states:
                states[part] = np.minimum(states[part], states[whole])
    if measure.companion:
        states[measure.companion[1].name] = counts(*shape)
    return {name: array.astype(float) for name, array in states.items()}


def _customers(counts: Callable[..., NDArray[np.int64]], cells: int) -> dict[str, NDArray[np.int64]]:
    """Customers of each morning, who may be none at first and some later, and those lost each day."""
    at_risk, joined, wanted = counts(cells, DAYS), counts(cells, DAYS) // 3, counts(cells, DAYS) // 20
    lost = np.zeros_like(at_risk)
    for day in range(DAYS):
        lost[:, day] = np.minimum(wanted[:, day], at_risk[:, day])
        if day + 1 < DAYS:
            at_risk[:, day + 1] = at_risk[:, day] - lost[:, day] + joined[:, day]
    return {"at_risk": at_risk, "lost": lost}


def _revenue(counts: Callable[..., NDArray[np.int64]], cells: int) -> dict[str, NDArray[np.int64]]:
    """Sums over up to eight customers whose revenue changed or not."""
    base = counts(cells, 8) * 50
    change = counts(cells, 8) % 5
    kept = base * change // 2
    gross = np.minimum(base, kept)
    return {
        "cohort": (base > 0).sum(axis=1),
        "base": base.sum(axis=1), "kept": kept.sum(axis=1), "gross": gross.sum(axis=1),
        "base_base": (base * base).sum(axis=1), "base_kept": (base * kept).sum(axis=1),
        "kept_kept": (kept * kept).sum(axis=1), "base_gross": (base * gross).sum(axis=1),
        "gross_gross": (gross * gross).sum(axis=1),
    }  # fmt: skip


def random_states(measure: Measure, cells: int, seed: int) -> States:
    """Cells of all sizes: a third empty or a handful, a third dozens, a third thousands."""
    rng = np.random.default_rng(seed)
    sizes = rng.choice([1, 3, 40, 3000], cells)

    def counts(*shape: int) -> NDArray[np.int64]:
        return rng.integers(0, sizes.reshape(-1, *([1] * (len(shape) - 1))) + 1, shape)

    return states_of(measure, counts, cells)


def fields(estimates: Estimates) -> Mapping[str, Floats]:
    """All arrays of an estimate by name."""
    named = {name: getattr(estimates, name) for name in ("value", "low", "high", "n", "n_eff", "variance", "largest")}
    return named | {f"extra {name}": array for name, array in estimates.extra.items()}


@pytest.mark.parametrize("deffs", ["one design effect", "a design effect for each cell"])
@pytest.mark.parametrize("zs", ["one z", "a z for each cell"])
@pytest.mark.parametrize("key", sorted(MEASURES))
def test_ten_thousand_cells_at_once_are_the_cells_one_by_one(key: str, zs: str, deffs: str) -> None:
    """The same numbers, bit for bit: a value does not depend on what it was asked for with."""
    measure, rng = MEASURES[key], np.random.default_rng(5)
    states = random_states(measure, CELLS, seed=3)
    z = rng.uniform(0.2, 6.0, CELLS) if "each" in zs else Z95
    deff = rng.uniform(1.0, 4.0, CELLS) if "each" in deffs else 1.7
    together = fields(measure.finalise(states, z=z, deff=deff))
    assert {array.shape for array in together.values()} == {(CELLS,)}
    for cell in rng.choice(CELLS, 60, replace=False):
        here = slice(cell, cell + 1)
        alone = measure.finalise(
            {name: array[here] for name, array in states.items()},
            z=z[here] if isinstance(z, np.ndarray) else z,
            deff=deff[here] if isinstance(deff, np.ndarray) else deff,
        )
        for name, array in fields(alone).items():
            assert np.array_equal(array, together[name][here], equal_nan=True), (name, cell)


@pytest.mark.parametrize("key", sorted(MEASURES))
def test_random_cells_have_defined_numbers(key: str) -> None:
    """Nothing is infinite; limits hold the value; nobody asked, nothing said."""
    measure = MEASURES[key]
    estimates = measure.finalise(random_states(measure, CELLS, seed=8), z=Z95, deff=1.3)
    check(estimates)
    assert (estimates.n > 0).mean() > 0.5
    assert np.isfinite(estimates.value).mean() > 0.2


def check(estimates: Estimates) -> None:
    """The rules every finaliser keeps."""
    for name, array in fields(estimates).items():
        assert not np.isinf(array).any(), name
    assert np.isfinite(estimates.n).all()
    assert np.isfinite(estimates.n_eff).all()
    assert np.isfinite(estimates.largest).all()
    empty = estimates.n == 0
    for name in ("value", "low", "high", "variance"):
        assert np.isnan(getattr(estimates, name)[empty]).all(), name
    assert (np.isnan(estimates.low) == np.isnan(estimates.high)).all()
    known = np.isfinite(estimates.low)
    slack = 1e-12 * np.maximum(np.abs(estimates.value[known]), 1.0)
    assert (estimates.low[known] <= estimates.value[known] + slack).all()
    assert (estimates.value[known] <= estimates.high[known] + slack).all()
    assert (estimates.variance[np.isfinite(estimates.variance)] >= 0).all()
    assert (estimates.n_eff <= estimates.n).all()


EDGES: dict[str, int] = {"nobody": 0, "one each": 1, "two each": 2, "the same everywhere": 500, "huge": 10**7}


@pytest.mark.parametrize("edge", sorted(EDGES))
@pytest.mark.parametrize("key", sorted(MEASURES))
def test_edge_cells_are_defined(key: str, edge: str) -> None:
    """No answers, one, all alike, ten million: defined, without a warning."""
    measure = MEASURES[key]
    states = states_of(measure, lambda *shape: np.full(shape, EDGES[edge], dtype=np.int64), 3)
    for z in (0.0, Z95, 37.5):
        estimates = measure.finalise(states, z=z, deff=1.0)
        check(estimates)
        if edge == "nobody":
            assert (estimates.n == 0).all()


@pytest.mark.parametrize("key", sorted(key for key, one in MEASURES.items() if FACTS[one.fact].clock == "flow"))
def test_one_answer_of_one_kind(key: str) -> None:
    """A single answer, in each state in turn: limits on the scale, nothing infinite."""
    measure = MEASURES[key]
    wholes = {whole for part, whole in SHARES.items() if part in {state.name for state in measure.states}}
    names = [state.name for state in measure.states]
    states: States = {name: np.eye(len(names))[position] for position, name in enumerate(names)}
    for whole in wholes:
        states[whole] = np.ones(len(names))
    if measure.inner:
        states = {name: np.repeat(array[:, None], CHANNELS, axis=1) for name, array in states.items()}
    if measure.companion:
        states[measure.companion[1].name] = np.ones((len(names), CHANNELS))
    check(measure.finalise(states, z=Z95, deff=1.0))


@pytest.mark.parametrize("key", sorted(set(MEASURES) - {"level_consistency"}))
def test_a_handful_that_did_the_same_is_known_as_such(key: str) -> None:
    """Where all of n had one outcome `largest` is n, and less where outcomes differ: this is what hides a cell."""
    measure = MEASURES[key]
    alike, mixed = ALIKE[key]
    for states, same in ((alike, True), (mixed, False)):
        estimates = measure.finalise({name: np.array([value]) for name, value in states.items()}, z=Z95, deff=1.0)
        assert estimates.n[0] >= 2
        assert bool(estimates.largest[0] >= estimates.n[0]) is same


def _histogram(survey: str, low: int, high: int, **given: float) -> dict[str, float]:
    return {f"{survey}_{score}": given.get(f"s{score}", 0.0) for score in range(low, high + 1)}


def _tally(column: str, size: int, **given: float) -> dict[str, float]:
    counts = {f"{column}_{number}": given.get(f"b{number}", 0.0) for number in range(size)}
    return {f"{column}_all": sum(counts.values()), **counts}


def _money(*customers: tuple[float, float]) -> dict[str, float]:
    x, y = (np.array(column) for column in zip(*customers, strict=True))
    g = np.minimum(x, y)
    return {
        "cohort": float(len(customers)), "base": x.sum(), "kept": y.sum(), "gross": g.sum(),
        "base_base": (x * x).sum(), "base_kept": (x * y).sum(), "kept_kept": (y * y).sum(),
        "base_gross": (x * g).sum(), "gross_gross": (g * g).sum(),
    }  # fmt: skip


ALIKE: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "nps": (_histogram("nps", 0, 10, s9=3, s10=4), _histogram("nps", 0, 10, s8=1, s10=6)),
    "csat": (_histogram("csat", 1, 5, s4=3, s5=4), _histogram("csat", 1, 5, s3=1, s5=6)),
    "ces": (_histogram("ces", 1, 7, s1=3, s4=4), _histogram("ces", 1, 7, s1=3, s5=4)),
    "response_rate": ({"answered": 0, "delivered": 6}, {"answered": 1, "delivered": 6}),
    "first_contact_resolution": (
        {"issues_solved_first": 6, "issues_opened": 6}, {"issues_solved_first": 5, "issues_opened": 6},
    ),
    "repeat_rate": (
        {"contacts_repeated": 0, "contacts_identified": 6}, {"contacts_repeated": 3, "contacts_identified": 6},
    ),
    "abandonment": ({"contacts_abandoned": 6, "contacts_queued": 6}, {"contacts_abandoned": 2, "contacts_queued": 6}),
    "transfers": ({"contacts_transferred": 0, "contacts_served": 6}, {"contacts_transferred": 2, "contacts_served": 6}),
    "escalations": ({"contacts_escalated": 6, "contacts_served": 6}, {"contacts_escalated": 2, "contacts_served": 6}),
    # all served in the same bin; one of them left unserved
    "wait_time": (_tally("wait_bin", 178, b20=6), _tally("wait_bin", 178, b20=5, b109=1)),
    "handle_time": (_tally("handle_bin", 89, b20=6), _tally("handle_bin", 89, b20=5, b21=1)),
    "handoff_continuity": (
        {**dict.fromkeys(("handoffs_came_again", "handoffs_verified", "handoffs_asked"), 0), "verified_known": 6,
         "asked_known": 6, "handoffs": 6, "handoffs_seamless": 6},
        {**dict.fromkeys(("handoffs_came_again", "handoffs_verified", "handoffs_asked"), 1), "verified_known": 6,
         "asked_known": 6, "handoffs": 6, "handoffs_seamless": 3},
    ),
    "channel_changes": ({"steps": 6, "handoffs": 6}, {"steps": 6, "handoffs": 2}),
    "resolved_within_day": ({"issues": 6, "issues_resolved_day": 0}, {"issues": 6, "issues_resolved_day": 2}),
    # three contacts each; the same number of contacts, spread
    "issue_contacts": (
        {"issues": 4, "issue_contacts": 12, "issue_contacts_squared": 36},
        {"issues": 4, "issue_contacts": 12, "issue_contacts_squared": 38},
    ),
    "issue_resolution_time": (_tally("resolution_bin", 106, b20=6), _tally("resolution_bin", 106, b20=5, b21=1)),
    "touchpoint_satisfaction": ({"ratings_satisfied": 6, "ratings": 6}, {"ratings_satisfied": 5, "ratings": 6}),
    "visit_errors": ({"visits_with_errors": 0, "visits": 6}, {"visits_with_errors": 1, "visits": 6}),
    "slow_visits": ({"visits_slow": 6, "visits_timed": 6}, {"visits_slow": 4, "visits_timed": 6}),
    "conversion": ({"visits_converted": 0, "visits": 6}, {"visits_converted": 1, "visits": 6}),
    "cart_kept": ({"carts_found_again": 6, "carts_left": 6}, {"carts_found_again": 5, "carts_left": 6}),
    # everybody lost: the value is 100 %, and no error is defined that could tell
    "churn": (
        {"at_risk": [6.0, 2.0], "lost": [4.0, 2.0], "days": 2.0},
        {"at_risk": [6.0, 2.0], "lost": [4.0, 1.0], "days": 2.0},
    ),
    # every customer pays a tenth less: the share tells what each of them did, though no count does
    "revenue_churn": (_money((100, 90), (30, 27), (70, 63)), _money((100, 90), (30, 30), (70, 63))),
    "net_retention": (_money((100, 0), (30, 0)), _money((100, 0), (30, 30))),
}  # fmt: skip
