"""Every simulation study, in the order of the documentation. A study is a module with `study() -> Table`."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from tests.simulations.tables import Table

STUDIES = (
    "nps_intervals",
    "nps_differences",
    "weighted_nps",
    "proportions",
    "means",
    "benchmark_gap",
    "clustered_answers",
    "churn",
    "revenue",
    "channel_levels",
    "channel_case_mix",
    "handoffs",
    "driver_weights",
    "health_score",
    "daily_chart",
    "many_cells",
    "scan_of_changes",
)
"""Module names in this folder."""


@cache
def result(name: str) -> Table:
    """The table of one study, simulated once for each process."""
    table: Table = import_module(f"tests.simulations.{name}").study()
    return table
