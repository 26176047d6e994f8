"""What each step of a drill costs, alone and when 25 people walk at the same time.

A step is finished when the server says so, every element sent. The yardstick is the empty app's filter change: what
Streamlit itself takes for a page of as many elements as the overview has.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

import pytest

from cxdash.edition import Edition
from cxdash.settings import Project
from tests.benchmarks.contest import Contest, quantile
from tests.benchmarks.tab import Tab
from tests.benchmarks.test_filter_change import servers
from tests.benchmarks.walk import Step, walks

__all__ = ["servers"]

ROUNDS = int(os.environ.get("CXDASH_BENCH_ROUNDS", "15"))
PEOPLE = 25
THINKING = 5.0
"""Mean seconds between two steps of one person, exponential."""


@pytest.mark.browser
def test_every_step_of_a_walk_is_a_page(servers: Any, demo_project: Project, demo_edition: Edition) -> None:
    """What is timed is what it says: each step draws its own page to the end, with the filter in force."""
    with Tab(servers(demo_project).ours) as tab:
        tab.open()
        for name, page, query in walks(demo_edition)[0]:
            run = tab.go(page, query)
            end = next(text for text in reversed(run.texts) if "cx-end" in text)
            assert f'data-page="{page}"' in end, name
            assert "region=" in end, name


@pytest.mark.bench
def test_steps_of_a_drill(servers: Any, bench_project: Project, bench_edition: Edition, scale: float) -> None:
    """Target: at most 1.5 times the empty app for every step, under filters not asked before."""
    both, ways = servers(bench_project), walks(bench_edition)[: ROUNDS + 1]
    yardstick = "empty app"
    wall: dict[str, list[float]] = {yardstick: [], **{name: [] for name, *_ in ways[0]}}
    with Tab(both.ours) as ours, Tab(both.empty) as empty:
        ours.open()
        empty.open()
        for place, way in enumerate(ways):
            for name, page, query in way:
                spent = ours.go(page, query).milliseconds
                if place:
                    wall[name].append(spent)
            said = [f"region {place % 6:02}", f"region {6 + place % 5:02}"]
            spent = empty.choose("filter_region", said).milliseconds
            if place:
                wall[yardstick].append(spent)
    nothing = {name: [float("nan")] * len(times) for name, times in wall.items()}
    note = f"scale {scale:g}; websocket, filters not asked before, from the click to the last element"
    Contest("Steps of a drill", yardstick, wall, nothing, (note,), {"scale": scale}).publish(f"drill-{scale:g}")


@pytest.mark.bench
def test_25_people_at_once(servers: Any, bench_project: Project, bench_edition: Edition, scale: float) -> None:
    """Targets: p95 at most 3 times that of one person and 300 ms; at most 1 MB a session."""
    address = servers(bench_project).ours
    ways = walks(bench_edition)
    with Tab(address) as first:
        first.open()
        for step in ways[0]:
            first.go(*step[1:])
    alone = _walk(address, ways[1:4], Random(1))
    before = _memory()
    crowd = [(ways[4 + n : 5 + n], Random(n)) for n in range(PEOPLE)]
    with ThreadPoolExecutor(PEOPLE) as pool:
        together = [spent for times in pool.map(lambda one: _walk(address, *one), crowd) for spent in times]
    grown = (_memory() - before) / PEOPLE
    p50, p95 = quantile(together, 0.5), quantile(together, 0.95)
    one50, one95 = quantile(alone, 0.5), quantile(alone, 0.95)
    lines = (
        f"scale {scale:g}; {PEOPLE} people, {THINKING:g} s between two steps, filters not asked before",
        f"one person  p50 {one50:.0f} ms, p95 {one95:.0f} ms ({len(alone)} steps)",
        f"{PEOPLE} people   p50 {p50:.0f} ms, p95 {p95:.0f} ms ({len(together)} steps)",
        f"ratio       p50 {p50 / one50:.2f}, p95 {p95 / one95:.2f}",
        f"memory      {grown:.2f} MB a session (what was computed for them included)",
    )
    size = min(len(alone), len(together))
    wall = {"one person": alone[:size], f"{PEOPLE} people": Random(1).sample(together, size)}
    nothing = {name: [float("nan")] * size for name in wall}
    facts = {"scale": scale, "p50": [one50, p50], "p95": [one95, p95], "mb_a_session": grown}
    replace(Contest("25 people walking", "one person", wall, nothing), notes=lines, facts=facts).publish(
        f"people-{scale:g}"
    )


def _walk(address: str, ways: list[list[Step]], mood: Random) -> list[float]:
    """One person: opens the app and walks, thinking between steps; milliseconds of every step."""
    times = []
    with Tab(address) as tab:
        tab.open()
        for way in ways:
            for _name, page, query in way:
                Event().wait(mood.expovariate(1 / THINKING))
                times.append(tab.go(page, query).milliseconds)
    return times


def _memory() -> float:
    """Megabytes held by the servers this process started."""
    kilobytes = 0
    for children in Path("/proc/self/task").glob("*/children"):
        for pid in children.read_text().split():
            status = Path(f"/proc/{pid}/status").read_text()
            kilobytes += next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
    return kilobytes / 1024
