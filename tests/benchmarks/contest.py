"""Contests: several ways to do the same work, in one run on one machine, interleaved in random order.

A time alone says little about another machine, so what counts is the ratio to a yardstick within each round. Answers
are compared before times are: a contest whose contestants disagree raises and has no times.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

RESULTS = ROOT / "var" / "benchmarks"
"""Where JSON goes; not part of the repository."""

LIBRARIES = ("duckdb", "polars", "numpy", "sqlalchemy", "great-expectations", "streamlit")


@dataclass(frozen=True)
class Contestant:
    """One way to do the work.

    Attributes:
        name: in the table.
        run: does the work of one task; only this is timed.
        read: from what `run` returned to something comparable; not timed.
        before: brings about the state the round begins with; not timed.
        rated: False for work that is shown beside the contest but is no way to do the whole of it.
    """

    name: str
    run: Callable[[Any], Any]
    read: Callable[[Any], Any] = lambda found: found
    before: Callable[[Any], None] = lambda _task: None
    rated: bool = True


@dataclass(frozen=True)
class Contest:
    """What came out: per contestant one wall-clock and one CPU time a round, in milliseconds."""

    title: str
    yardstick: str
    wall: Mapping[str, Sequence[float]]
    cpu: Mapping[str, Sequence[float]]
    notes: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def ratios(self, name: str) -> list[float]:
        """Round by round, the contestant's time over the yardstick's."""
        return [one / other for one, other in zip(self.wall[name], self.wall[self.yardstick], strict=True)]

    def summary(self) -> dict[str, dict[str, float]]:
        """Median and spread of times and ratios."""
        found = {}
        for name, times in self.wall.items():
            ratios = self.ratios(name)
            found[name] = {
                "rounds": len(times),
                "wall_ms": quantile(times, 0.5), "wall_q1": quantile(times, 0.25), "wall_q3": quantile(times, 0.75),
                "cpu_ms": quantile(self.cpu[name], 0.5),
                "ratio": quantile(ratios, 0.5), "ratio_q1": quantile(ratios, 0.25), "ratio_q3": quantile(ratios, 0.75),
                "ratio_p95": quantile(ratios, 0.95),
            }  # fmt: skip
        return found

    def report(self) -> str:
        """The table."""
        width = max(len(name) for name in self.wall)
        rounds = len(self.wall[self.yardstick])
        head = f"{'':{width}}  {'ratio':>7} {'q1 – q3':>17} {'p95':>7}   {'ms':>8} {'q1 – q3':>19} {'CPU ms':>8}"
        lines = ["", f"{self.title}  ({rounds} rounds; “{self.yardstick}” = 1)", head]
        for name, s in sorted(self.summary().items(), key=lambda item: item[1]["ratio"]):
            lines.append(
                f"{name:{width}}  {s['ratio']:7.3f} {s['ratio_q1']:8.3f} –{s['ratio_q3']:7.3f} {s['ratio_p95']:7.3f}   "
                f"{s['wall_ms']:8.1f} {s['wall_q1']:9.1f} –{s['wall_q3']:8.1f} {s['cpu_ms']:8.1f}"
            )
        return "\n".join((*lines, *(f"  {note}" for note in self.notes)))

    def keep(self, name: str) -> Path:
        """Write everything measured as JSON; returns where."""
        RESULTS.mkdir(parents=True, exist_ok=True)
        path = RESULTS / f"{name}.json"
        content = {
            "title": self.title, "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "yardstick": self.yardstick, "facts": dict(self.facts), "notes": self.notes, "machine": machine(),
            "summary": self.summary(), "wall_ms": self.wall, "cpu_ms": self.cpu,
        }  # fmt: skip
        path.write_text(json.dumps(content, indent=1, default=str), "utf-8")
        return path

    def publish(self, name: str) -> None:
        """Print the table and keep the JSON."""
        print(f"{self.report()}\n  kept in {self.keep(name).relative_to(ROOT)}")


def hold_contest(
    title: str,
    contestants: Sequence[Contestant],
    tasks: Sequence[Any],
    *,
    yardstick: str,
    agree: Callable[[Mapping[str, Any]], None],
    seed: int = 20260101,
) -> Contest:
    """One round per task after one that does not count; every round's answers are compared before its times count.

    Args:
        title: of the table.
        contestants: in any order; every round shuffles them.
        tasks: what each round does; the first one warms up.
        yardstick: name of the contestant that is 1.
        agree: given the answers of one round by contestant, raises when they differ.
        seed: of the order.
    """
    order = random.Random(seed)
    wall: dict[str, list[float]] = {one.name: [] for one in contestants}
    cpu: dict[str, list[float]] = {one.name: [] for one in contestants}
    for position, task in enumerate(tasks):
        answers, times = {}, {}
        for one in order.sample(contestants, len(contestants)):
            one.before(task)
            gc.collect()
            started, used = time.perf_counter(), cpu_seconds()
            found = one.run(task)
            times[one.name] = (time.perf_counter() - started, cpu_seconds() - used)
            if one.rated:
                answers[one.name] = one.read(found)
        agree(answers)
        if position:
            for name, (seconds, used) in times.items():
                wall[name].append(seconds * 1e3)
                cpu[name].append(used * 1e3)
    return Contest(title, yardstick, wall, cpu)


def cpu_seconds() -> float:
    """CPU time of this process and of the children it waited for: steadier than the clock on a shared machine."""
    return sum(os.times()[:4])


def quantile(numbers: Sequence[float], share: float) -> float:
    """A quantile, linear between neighbours."""
    ordered = sorted(numbers)
    place = (len(ordered) - 1) * share
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return round(ordered[low] + (ordered[high] - ordered[low]) * (place - low), 4)


def machine() -> dict[str, Any]:
    """What the times depend on."""
    return {
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        **{name: version(name) for name in LIBRARIES},
    }
