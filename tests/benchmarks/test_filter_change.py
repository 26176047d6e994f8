"""From a chosen filter to the finished page: the overview against an app with as many elements that say nothing.

Measured twice: over the websocket, where a page is finished when the server says so, and in Chromium, from the click to
the frame after the last element stands, nothing is stale any more and all three charts are drawn.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from cxdash.edition import UNKNOWN, Edition
from cxdash.settings import Project
from tests.benchmarks.contest import Contest, Contestant, hold_contest
from tests.benchmarks.tab import Run, Tab
from tests.browser.conftest import PATIENCE, SWITCHES, WIDE, serving

ROUNDS = int(os.environ.get("CXDASH_BENCH_ROUNDS", "15"))
HERE = Path(__file__).parent
CHROMIUM = os.environ.get("CXDASH_TEST_CHROMIUM", "/usr/bin/chromium")


@dataclass(frozen=True)
class Servers:
    """Addresses of both apps."""

    ours: str
    empty: str


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Start both apps for a project: `servers(project)`."""
    with ExitStack() as running:

        def start(project: Project) -> Servers:
            folder = tmp_path_factory.mktemp("servers")
            ours = running.enter_context(serving(HERE.parents[1] / "app.py", project.root, folder / "ours"))
            empty = running.enter_context(serving(HERE / "empty_app.py", project.root, folder / "empty"))
            return Servers(ours, empty)

        yield start


def choices(edition: Edition, seed: int = 3) -> list[tuple[str, ...]]:
    """Sets of regions in random order, each once and none of which is the whole."""
    regions = [r for r in edition.manifest.facts["scores"].dimensions["region"] if r != UNKNOWN]
    found = [pair for size in (2, 3) for pair in combinations(regions, size)]
    Random(seed).shuffle(found)
    return found


def said_of(run: Run) -> str:
    """The end mark of a page."""
    return next(text for text in reversed(run.texts) if "cx-end" in text)


def drawn_kinds(run: Run) -> Counter[str]:
    """Elements and containers that are there at the end; a placeholder that was replaced is not."""
    return Counter({kind: n for kind, n in run.kinds.items() if kind not in {"empty", "new_transient"}})


# ---------------------------------------------------------------- they are alike


@pytest.mark.browser
def test_the_empty_app_has_the_overviews_elements(servers: Any, demo_project: Project, demo_edition: Edition) -> None:
    """As many elements of every kind but chips and findings, which depend on the filter; and both answer a filter."""
    both = servers(demo_project)
    region = choices(demo_edition)[0][0]
    with Tab(both.ours) as ours, Tab(both.empty) as empty:
        first, other = drawn_kinds(ours.open()), drawn_kinds(empty.open())
        # the table of findings is there only where something was found
        for kind in ("html", "download_button"):
            assert 0 <= other.pop(kind) - first.pop(kind) <= 2
        assert first == other
        before = ours.query
        run = ours.choose("filter_region", [region])
        assert f"region={region}" in said_of(run) != before
        assert "region 03" in said_of(empty.choose("filter_region", ["region 03"]))


# ---------------------------------------------------------------- what it costs


@pytest.mark.bench
def test_filter_change_over_the_websocket(
    servers: Any, bench_project: Project, bench_edition: Edition, scale: float
) -> None:
    """Target: at most 1.5 times the empty app."""
    both, order = servers(bench_project), choices(bench_edition)
    tasks, others = order[: ROUNDS + 1], order[ROUNDS + 1 :]
    yardstick = "empty app"
    with Tab(both.ours) as ours, Tab(both.empty) as empty:
        ours.open()
        empty.open()
        home: tuple[str, ...] = ()

        def change(regions: tuple[str, ...]) -> Run:
            return ours.choose("filter_region", list(regions))

        def leave(_regions: tuple[str, ...]) -> None:
            ours.choose("filter_region", list(home))

        def seen_already(regions: tuple[str, ...]) -> None:
            change(regions)
            leave(regions)

        def empty_change(regions: tuple[str, ...]) -> Run:
            return empty.choose(
                "filter_region", [f"region {order.index(regions) % 6:02}", f"region {6 + len(regions):02}"]
            )

        def agree(answers: Mapping[str, Run]) -> None:
            kinds = {name: drawn_kinds(run) for name, run in answers.items()}
            assert kinds["overview, filter not asked before"]["plotly_chart"] == kinds[yardstick]["plotly_chart"]
            assert sum(kinds[yardstick].values()) >= 0.9 * max(sum(k.values()) for k in kinds.values())

        # Both of ours change the same tab, so the one that has been seen takes sets of its own.
        seen = dict(zip(tasks, others, strict=False))
        contest = hold_contest(
            "Filter change, websocket",
            [
                Contestant("overview, filter not asked before", change, before=leave),
                Contestant(
                    "overview, filter asked before", lambda t: change(seen[t]), before=lambda t: seen_already(seen[t])
                ),
                Contestant(yardstick, empty_change),
            ],
            tasks,
            yardstick=yardstick,
            agree=agree,
        )
    note = "times from sending the change to the server's word that the run is over, every element sent"
    cpu = {name: [float("nan")] * len(times) for name, times in contest.wall.items()}
    replace(contest, cpu=cpu, notes=(f"scale {scale:g}; {note}",), facts={"scale": scale}).publish(
        f"filter-ws-{scale:g}"
    )


CHANGE = """
async ([label, marker]) => {
  const find = () => [...document.querySelectorAll('[data-testid="stPopoverBody"] button')]
    .find(b => b.innerText.trim() === label);
  const started = performance.now();
  find().click();
  const done = () => document.querySelector(marker) && !document.querySelector('[data-stale="true"]') &&
    document.querySelectorAll('.js-plotly-plot .main-svg').length >= 3;
  while (!done()) {
    await new Promise(r => setTimeout(r, 4));
    if (performance.now() - started > 30000) throw new Error('not finished: ' + marker);
  }
  await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)));
  return performance.now() - started;
}
"""


@pytest.mark.bench
@pytest.mark.browser
def test_filter_change_in_a_browser(servers: Any, bench_project: Project, bench_edition: Edition, scale: float) -> None:
    """Target: at most 1.5 times the empty app."""
    both, yardstick = servers(bench_project), "empty app"
    regions = [r for r in bench_edition.manifest.facts["scores"].dimensions["region"] if r != UNKNOWN][:11]
    chosen: dict[str, list[str]] = {"ours": [], "empty": []}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))

        def visit(address: str, bar: str) -> Page:
            page = chromium.new_page(viewport=WIDE)
            page.set_default_timeout(PATIENCE)
            page.goto(address)
            page.wait_for_selector(".cx-end", state="attached")
            page.locator(".js-plotly-plot .main-svg").nth(2).wait_for(state="attached")
            page.get_by_role("button", name=bar).first.click()
            page.locator('[data-testid="stPopoverBody"] button').first.wait_for()
            return page

        ours, empty = visit(both.ours, "Region"), visit(both.empty, "region")

        def toggle(page: Page, who: str, label: str) -> float:
            held = chosen[who]
            held.remove(label) if label in held else held.append(label)
            if who == "ours":
                end = f'.cx-end[data-query="region={",".join(sorted(held))}"]'
            else:
                end = ".cx-end" + "".join(f'[data-query*="{part}"]' for part in held)
                end += "" if label in held else f':not([data-query*="{label}"])'
            return float(page.evaluate(CHANGE, [label, end]))

        # Walk through sets of regions that never come back: add one after the other, then drop the first ones.
        steps = [*regions, *regions[: len(regions) - 2]]
        times: dict[str, list[float]] = {"overview, filter not asked before": [], yardstick: []}
        for place, region in enumerate(steps[: ROUNDS + 1]):
            both_sides = [
                ("overview, filter not asked before", lambda r=region: toggle(ours, "ours", r)),
                (yardstick, lambda r=region: toggle(empty, "empty", f"region {regions.index(r):02}")),
            ]
            Random(place).shuffle(both_sides)
            for name, run in both_sides:
                spent = run()
                if place:
                    times[name].append(spent)
        chromium.close()
    cpu = {name: [float("nan")] * len(t) for name, t in times.items()}
    note = "from the click to the frame after everything stands, three charts drawn"
    contest = Contest("Filter change, Chromium", yardstick, times, cpu, (f"scale {scale:g}; {note}",), {"scale": scale})
    contest.publish(f"filter-browser-{scale:g}")
