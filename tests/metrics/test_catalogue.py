"""The catalogue keeps its promises: states exist once, finalisers read what they keep, one module per metric."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from cxdash.errors import UnknownNameError
from cxdash.measures import Floats, Measure
from cxdash.metrics.catalogue import METRICS, find_metric, states_of, tables_of, unlocked_by
from cxdash.metrics.facts import FACTS
from cxdash.schema import TABLES
from tests.metrics.test_finalisers import SHARES

MEASURES = {key: metric.computation for key, metric in METRICS.items() if isinstance(metric.computation, Measure)}
PLAIN = {key: m for key, m in MEASURES.items() if not m.inner and FACTS[m.fact].clock == "flow"}
Z95 = 1.959963984540054


class Watching(dict[str, Floats]):
    """States that remember which of them were read."""

    def __init__(self, states: dict[str, Floats]) -> None:
        super().__init__(states)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Floats:
        self.read.add(name)
        return super().__getitem__(name)


def _states(measure: Measure, values: list[int]) -> dict[str, Floats]:
    return {state.name: np.array([float(v)]) for state, v in zip(measure.states, values, strict=False)}


def _valid(key: str, draw: st.DrawFn) -> dict[str, Floats]:
    """States that can occur: numerators never above their denominators."""
    measure = PLAIN[key]
    states = {state.name: float(draw(st.integers(0, 400))) for state in measure.states}
    for part, whole in SHARES.items():
        if part in states and whole in states:
            states[part] = min(states[part], states[whole])
    return {name: np.array([value]) for name, value in states.items()}


@pytest.mark.parametrize("key", sorted(PLAIN))
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_finaliser_reads_only_states_its_measure_keeps(key: str, data: st.DataObject) -> None:
    """What a finaliser needs is what the refresh computes, nothing else."""
    states = Watching(data.draw(st.composite(lambda draw: _valid(key, draw))()))
    estimates = PLAIN[key].finalise(states, z=Z95, deff=1.0)
    assert states.read <= {state.name for state in PLAIN[key].states}
    n = estimates.n[0]
    if n > 0 and np.isnan(estimates.value[0]):
        assert key == "wait_time", "only where more than half gave up is there no median"
    elif n > 0:
        assert estimates.low[0] <= estimates.value[0] <= estimates.high[0]
    else:
        assert np.isnan(estimates.value[0])
        assert np.isnan(estimates.low[0])


@pytest.mark.parametrize("key", sorted(PLAIN))
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_the_value_of_a_union_depends_on_the_sum_only(key: str, data: st.DataObject) -> None:
    """Merge: finalising the sum of states is the same whatever was added to what; the empty state changes nothing."""
    draw = st.composite(lambda draw: [_valid(key, draw) for _ in range(3)])()
    a, b, c = data.draw(draw)
    left = {name: (a[name] + b[name]) + c[name] for name in a}
    right = {name: c[name] + (b[name] + a[name]) + 0.0 for name in a}
    first, second = (PLAIN[key].finalise(s, z=Z95, deff=1.0) for s in (left, right))
    for name in ("value", "low", "high", "n", "n_eff"):
        assert np.array_equal(getattr(first, name), getattr(second, name), equal_nan=True)


@pytest.mark.parametrize("key", sorted(PLAIN))
def test_repeated_answers_widen_the_interval(key: str) -> None:
    """A design effect above 1 gives a wider interval around the same value."""
    states = {state.name: np.array([40.0]) for state in PLAIN[key].states}
    shares = ("response_rate", "first_contact_resolution", "repeat_rate", "abandonment", "transfers", "escalations")
    if key in shares:
        states = {
            state.name: np.array([100.0 if position == 0 else 40.0]) for position, state in enumerate(PLAIN[key].states)
        }
    if key == "issue_contacts":  # a mean needs answers that differ
        states = {name: np.array([n]) for name, n in zip(states, (40.0, 60.0, 120.0), strict=True)}
    once = PLAIN[key].finalise(states, z=Z95, deff=1.0)
    twice = PLAIN[key].finalise(states, z=Z95, deff=2.0)
    assert once.value[0] == twice.value[0]
    assert twice.high[0] - twice.low[0] > once.high[0] - once.low[0]


@pytest.mark.parametrize("fact", sorted(FACTS))
def test_state_names_are_unique_and_compile_on_every_backend(fact: str) -> None:
    """One refresh SELECT holds every state once, and each compiles for DuckDB and PostgreSQL."""
    states = states_of(fact)
    assert len({state.name for state in states}) == len(states) > 0
    flags = (
        "transferred", "escalated", "repeated", "opens_issue", "delivered", "crossing", "seamless", "came_again",
        "verified_again", "asked_to_repeat", "context_attached", "bounced", "waited_long", "came_back_first",
        "resolved", "found_again", "converted",
    )  # fmt: skip
    others = (
        "survey", "score", "pattern", "outcome", "customer_id", "wait_seconds", "contact_id", "joined", "lost", "base",
        "kept", "gross", "wait_bin", "handle_bin", "resolution_bin", "gap_bin", "contacts", "resolution_seconds",
        "csat_answers", "csat_satisfied", "nps_answers", "nps_promoters", "nps_detractors",
        "rating", "scale_min", "scale_max", "first_score", "second_score", "visit_id", "cart_id", "errors", "load_ms",
    )  # fmt: skip
    columns = {name: sa.column(name, sa.Boolean()) for name in flags}
    columns |= {name: sa.column(name, sa.BigInteger()) for name in others}
    rows = sa.table("prepared", *columns.values())
    for state in states:
        for dialect in (
            sa.create_engine("duckdb:///:memory:").dialect,
            sa.create_engine("postgresql+psycopg://").dialect,
        ):
            assert "prepared" in str(state.aggregate(rows.c).compile(dialect=dialect))


def test_every_fact_keeps_customer_buckets_and_known_tables() -> None:
    """Standard errors need buckets; a fact may only name tables and dimensions of the contract."""
    for fact in FACTS.values():
        assert any("bucket" in grid.dimensions for grid in fact.grids)
        assert set(fact.tables) <= set(TABLES)
        assert all(anchor.split(".")[1] in TABLES[anchor.split(".")[0]].c for anchor in fact.anchors)


def test_the_catalogue_is_the_modules_on_disk() -> None:
    """No metric module is forgotten in the catalogue, and each metric's key is its module's name."""
    folder = Path(__file__).resolve().parents[2] / "cxdash" / "metrics"
    shared = {"__init__", "catalogue", "metric", "shares", "durations", "handoff_reasons"}
    modules = {path.stem for path in folder.glob("*.py")} - shared
    assert modules == set(METRICS)


def test_every_metric_is_fully_described() -> None:
    """Label, description, formula, literature, direction and what n counts are never empty."""
    for metric in METRICS.values():
        assert all((metric.label, metric.description, metric.formula, metric.counted, metric.sources)), metric.key
        assert metric.description.endswith("."), metric.key


def test_a_mistyped_metric_is_met_with_the_nearest() -> None:
    """“nsp” is answered with “nps” and the list of metrics."""
    with pytest.raises(UnknownNameError, match="Did you mean “nps”"):
        find_metric("nsp")


def test_tables_unlock_what_needs_them() -> None:
    """Contacts unlock resolution, customers unlock churn, and only measures name tables of facts."""
    unlocked = unlocked_by()
    assert "first_contact_resolution" in unlocked["contacts"]
    assert "churn" in unlocked["customers"]
    assert tables_of(METRICS["health"]) == ()
