"""Statistics of ten thousand cells against one group-by of ten thousand rows: what uncertainty costs.

The yardstick is the least a page does for its cells anyway: Polars groups 10,000 rows by two keys and sums three
columns. A ratio says how many such steps the intervals, tests and finalisers of as many cells take.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from cxdash.measures import Floats
from cxdash.statistics.consistency import level_spread, smoothed_nps_variance
from cxdash.statistics.differences import mover, mover_p
from cxdash.statistics.distributions import Z95
from cxdash.statistics.intervals import nps_score_interval, nps_value, wilson
from cxdash.statistics.survival import product_limit
from tests.benchmarks.contest import Contestant, hold_contest
from tests.metrics.test_finalisers import MEASURES, check, random_states

ROUNDS = int(os.environ.get("CXDASH_BENCH_ROUNDS", "25"))
CELLS = 10_000
SCANNED = 60
YARDSTICK = "Polars group-by"
REPEATS = 20
"""One group-by is over before the machine has woken up; the yardstick is a twentieth of twenty in a row."""


@dataclass(frozen=True)
class Scores:
    """Detractors, passives and promoters of some cells."""

    d: Floats
    m: Floats
    p: Floats

    @property
    def value(self) -> Floats:
        """The NPS of each cell."""
        return nps_value(self.d, self.m, self.p)

    def limits(self, z: Any = Z95) -> tuple[Floats, Floats]:
        """Its score interval."""
        return nps_score_interval(self.d, self.m, self.p, z=z)

    def first(self, cells: int) -> Scores:
        """Only the first cells."""
        return Scores(self.d[:cells], self.m[:cells], self.p[:cells])


def draw_scores(rng: np.random.Generator, largest: int) -> Scores:
    """Cells of all sizes and shapes, with a design effect that makes their counts broken."""
    n = np.where(rng.random(CELLS) < 0.3, rng.integers(1, 30, CELLS), rng.integers(30, largest, CELLS))
    counts = rng.multinomial(n, rng.dirichlet((2, 3, 5), CELLS)) / 1.3
    return Scores(*counts.T.copy())


def draw_rows(rng: np.random.Generator) -> pl.DataFrame:
    """What the yardstick groups: 10,000 rows, 160 groups."""
    columns = {"first": 8, "second": 20, "a": 1000, "b": 1000, "c": 1000}
    return pl.DataFrame({name: rng.integers(0, size, CELLS) for name, size in columns.items()})


def group_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """The yardstick, `REPEATS` times."""
    return [rows.group_by("first", "second").agg(pl.col("a", "b", "c").sum()) for _ in range(REPEATS)][-1]


def find_p(now: Scores, before: Scores) -> Floats:
    """P of each difference by inversion."""
    return mover_p(now.limits, before.limits, now.value, before.value)


def excludes_zero(now: Scores, before: Scores) -> Any:
    """Whether the interval of each difference excludes zero."""
    _, low, high = mover(now.value, *now.limits(), before.value, *before.limits())
    return (low > 0) | (high < 0)


@pytest.mark.bench
def test_what_statistics_cost() -> None:
    """Target: 10,000 score intervals in at most 30 group-bys."""
    rng = np.random.default_rng(7)
    rows, now, before = draw_rows(rng), draw_scores(rng, 3000), draw_scores(rng, 3000)
    scan_now, scan_before = now.first(SCANNED), before.first(SCANNED)
    at_risk = rng.integers(100, 2000, (CELLS, 28)).astype(float)
    lost = rng.binomial(5, 0.2, (CELLS, 28)).astype(float)
    y = rng.normal(40, 10, (CELLS, 5))
    v = smoothed_nps_variance(*rng.integers(20, 400, (3, CELLS, 5)))
    traffic = rng.uniform(0.1, 1.0, (CELLS, 5))
    names = {
        YARDSTICK: lambda _: group_rows(rows),
        f"{CELLS:,} NPS score intervals": lambda _: now.limits(),
        f"{CELLS:,} Wilson intervals": lambda _: wilson(now.d, now.d + now.m + now.p),
        f"{SCANNED} p of NPS differences": lambda _: find_p(scan_now, scan_before),
        f"{CELLS:,} p of NPS differences": lambda _: find_p(now, before),
        f"{CELLS:,} × 28 days product limit": lambda _: product_limit(at_risk, lost),
        f"{CELLS:,} × 5 channels level spread": lambda _: level_spread(y, v, traffic, reference_spread=30.0),
    }  # fmt: skip

    def agree(answers: Mapping[str, Any]) -> None:
        assert answers[YARDSTICK]["a"].sum() == rows["a"].sum()
        low, high = answers[f"{CELLS:,} NPS score intervals"]
        assert ((low <= now.value) & (now.value <= high)).all()
        p = answers[f"{CELLS:,} p of NPS differences"]
        assert np.array_equal(p < 0.05, excludes_zero(now, before))
        assert np.array_equal(answers[f"{SCANNED} p of NPS differences"], p[:SCANNED])

    contest = _hold("Statistics of cells", names, agree)
    contest.publish("statistics")
    assert contest.summary()[f"{CELLS:,} NPS score intervals"]["ratio"] <= 30


@pytest.mark.bench
def test_what_finalisers_cost() -> None:
    """Every measure of the catalogue on 10,000 cells: no finaliser goes from cell to cell in Python."""
    rows = draw_rows(np.random.default_rng(7))
    names: dict[str, Callable[[Any], Any]] = {YARDSTICK: lambda _: group_rows(rows)}
    for key, measure in MEASURES.items():
        states = random_states(measure, CELLS, seed=7)
        names[key] = lambda _, measure=measure, states=states: measure.finalise(states, z=Z95, deff=1.3)

    def agree(answers: Mapping[str, Any]) -> None:
        for key in MEASURES:
            check(answers[key])

    contest = _hold("Finalisers of 10,000 cells", names, agree)
    contest.publish("finalisers")


def _hold(title: str, names: Mapping[str, Callable[[Any], Any]], agree: Callable[[Mapping[str, Any]], None]) -> Any:
    contestants = [Contestant(name, run) for name, run in names.items()]
    contest = hold_contest(title, contestants, range(ROUNDS + 1), yardstick=YARDSTICK, agree=agree)
    wall, cpu = (
        dict(times) | {YARDSTICK: [t / REPEATS for t in times[YARDSTICK]]} for times in (contest.wall, contest.cpu)
    )
    return replace(
        contest,
        wall=wall,
        cpu=cpu,
        notes=("10,000 cells of all sizes; one core but for Polars",),
        facts={"cells": CELLS},
    )
