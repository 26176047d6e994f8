"""Survival data as counts by age: printed examples, and real data sets kept as aggregate state."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cxdash.statistics.arrays import Floats
from cxdash.statistics.survival import SurvivalCurve, kaplan_meier

DATA = Path(__file__).parent / "data"

Counts = Mapping[Any, int]
"""How many at each age; ages are integers, or strings of them in JSON."""

# Gehan's remission times in weeks (R package MASS, data set gehan): entries, losses, censorings.
SIX_MP = (
    {0: 21},
    {6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1},
    {6: 1, 9: 1, 10: 1, 11: 1, 17: 1, 19: 1, 20: 1, 25: 1, 32: 2, 34: 1, 35: 1},
)
CONTROL = ({0: 21}, {1: 2, 2: 2, 3: 1, 4: 2, 5: 2, 8: 4, 11: 2, 12: 2, 15: 1, 17: 1, 22: 1, 23: 1}, {})


def from_rows(rows: Any, ages: int) -> Floats:
    """Entries, losses and censorings at each age of (entry, exit, lost) rows, shape (3, ages)."""
    entry, leave, lost = np.asarray(rows, dtype=int).T
    tally = [np.bincount(v, minlength=ages) for v in (entry, leave[lost == 1], leave[lost == 0])]
    return np.array(tally, dtype=float)


def dense(tables: Sequence[Counts], ages: int) -> Floats:
    """Three sparse tables as an array, shape (3, ages)."""
    counts = np.zeros((3, ages))
    for row, table in enumerate(tables):
        for age, count in table.items():
            counts[row, int(age)] = count
    return counts


def curve(tables: Sequence[Counts], ages: int = 36) -> SurvivalCurve:
    """The survival curve of three sparse tables."""
    return kaplan_meier(*dense(tables, ages))


def real_groups(name: str, ages: int) -> dict[str, SurvivalCurve]:
    """The curve of each group of a data set kept in `data`."""
    groups = json.loads((DATA / f"{name}.json").read_text("utf-8"))["groups"]
    return {group: curve([g["entries"], g["lost"], g["censored"]], ages) for group, g in groups.items()}


def side_by_side(curves: Sequence[SurvivalCurve]) -> tuple[Floats, Floats]:
    """At risk and lost of several groups, each (ages, groups): what tests of groups take."""
    return np.stack([c.at_risk for c in curves], axis=-1), np.stack([c.lost for c in curves], axis=-1)
