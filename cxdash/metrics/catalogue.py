"""Every metric, in the order people meet them. Adding a metric is one module and one line here."""

from __future__ import annotations

from importlib import import_module

from cxdash.errors import unknown_name
from cxdash.measures import Measure, State
from cxdash.metrics.facts import FACTS
from cxdash.metrics.metric import BenchmarkGap, Composite, ConsistencyIndex, Metric

CATALOGUE = (
    "health",
    "nps",
    "csat",
    "ces",
    "touchpoint_satisfaction",
    "response_rate",
    "churn",
    "revenue_churn",
    "net_retention",
    "first_contact_resolution",
    "repeat_rate",
    "abandonment",
    "wait_time",
    "handle_time",
    "transfers",
    "escalations",
    "handoff_continuity",
    "channel_changes",
    "issue_resolution_time",
    "resolved_within_day",
    "issue_contacts",
    "visit_errors",
    "slow_visits",
    "conversion",
    "cart_kept",
    "level_consistency",
    "consistency",
    "benchmark_gap",
)
"""Module names in this package, each defining `METRIC` with the same key."""

METRICS: dict[str, Metric] = {name: import_module(f"cxdash.metrics.{name}").METRIC for name in CATALOGUE}


def find_metric(key: str) -> Metric:
    """The metric of that key; raises `UnknownNameError` with the nearest one."""
    if key not in METRICS:
        raise unknown_name("metric", key, METRICS)
    return METRICS[key]


def states_of(fact: str) -> tuple[State, ...]:
    """Every state any metric needs of a fact, once each, in catalogue order: what one refresh SELECT computes."""
    found: dict[str, State] = {}
    for metric in METRICS.values():
        measure = metric.computation
        if isinstance(measure, Measure):
            if measure.fact == fact:
                found |= {state.name: state for state in measure.states}
            if measure.companion and measure.companion[0] == fact:
                found[measure.companion[1].name] = measure.companion[1]
    found |= {state.name: state for state in FACTS[fact].further}
    return tuple(found.values())


def facts_of(metric: Metric) -> tuple[str, ...]:
    """Facts a metric cannot do without (a composite or gap names none of its own)."""
    return (metric.computation.fact,) if isinstance(metric.computation, Measure) else ()


def tables_of(metric: Metric) -> tuple[str, ...]:
    """Contract tables a metric cannot do without."""
    match metric.computation:
        case Measure():
            return FACTS[metric.computation.fact].tables
        case BenchmarkGap():
            return ("benchmarks", "responses")
        case ConsistencyIndex():
            parts = FACTS[metric.computation.levels.fact].tables, tables_of(METRICS[metric.computation.handoffs])
            return tuple(dict.fromkeys(parts[0] + parts[1]))
        case Composite():
            return ()


def unlocked_by() -> dict[str, tuple[str, ...]]:
    """Contract table → keys of the metrics that need it."""
    found: dict[str, list[str]] = {}
    for metric in METRICS.values():
        for table in tables_of(metric):
            found.setdefault(table, []).append(metric.key)
    return {table: tuple(keys) for table, keys in found.items()}
