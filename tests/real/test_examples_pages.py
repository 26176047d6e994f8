"""Every page on every example: it builds, draws nothing empty, and says in words what the data cannot support."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Any

import pytest

from cxdash.edition import Edition, attempts
from cxdash.metrics.catalogue import METRICS
from cxdash.report.blocks import Bars, Dots, Panels, Report, Tiles, Trend
from cxdash.report.overview import PREFERRED
from cxdash.report.pages import PAGES, find_page
from cxdash.report.view import View
from cxdash.selection import DEFAULT_PERIOD, Selection, dimension_values

EXAMPLES = ("sfo", "callcentre", "telco", "cdnow")

PERIODS = {
    "sfo": (DEFAULT_PERIOD, "2018", "2013", "2017-07"),
    "callcentre": (DEFAULT_PERIOD, "1999-10", "1999-05", "1999"),
    "telco": (DEFAULT_PERIOD, "2019-02", "2019"),
    "cdnow": (DEFAULT_PERIOD, "1998-Q1", "last-12-months"),
}
"""The view a page opens with, what somebody would choose next, and stretches without data."""

Build = Callable[..., Report]


@pytest.fixture
def build(publish: Callable[[str], Edition]) -> Build:
    """Build a page of an example, read on the day after its last."""

    def build_page(name: str, page: str, period: str = DEFAULT_PERIOD, **params: str) -> Report:
        edition = publish(name)
        last = edition.manifest.last_day
        selection = Selection.over(period, last_day=last)
        recorded = tuple(attempts(edition.folder.parent))
        return find_page(page).build(View(edition, selection, recorded, last + timedelta(days=1), params))

    return build_page


def _cases() -> Iterator[tuple[str, str, str]]:
    return ((name, page.key, period) for name in EXAMPLES for page in PAGES for period in PERIODS[name])


@pytest.mark.parametrize(("name", "page", "period"), list(_cases()))
def test_a_page_draws_no_empty_chart(build: Build, name: str, page: str, period: str) -> None:
    """Whatever the data lacks, the page has a subject, and a chart stands only where there is something in it."""
    report = build(name, page, period)
    assert report.subject
    assert [chart.key for chart in _find_charts(report) if not _drawn(chart)] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_channel_opens(publish: Callable[[str], Edition], build: Build, name: str) -> None:
    """The drill to one channel builds for every channel the example has."""
    for channel in dimension_values(publish(name).manifest).get("channel", ()):
        report = build(name, "channels", focus=channel)
        assert [chart.key for chart in _find_charts(report) if not _drawn(chart)] == []
        assert any(_find_charts(report))


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_view_an_example_opens_with_shows_its_numbers(build: Build, name: str) -> None:
    """Without choosing anything a reader sees every metric the example has, a trend where there is one, no alarm.

    Telco has one month: a line needs two points.
    """
    report = build(name, "overview")
    tiles = [tile for block in report.blocks if isinstance(block, Tiles) for tile in block.tiles]
    assert {tile.key: tile.number.state for tile in tiles} == dict.fromkeys((tile.key for tile in tiles), "shown")
    assert tiles
    assert any(isinstance(block, Trend) for block in report.blocks) == (name != "telco")
    assert [notice.level for notice in report.notices] == ["info"]
    assert "historical" in report.notices[0].text


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_the_data_cannot_support_is_said(
    publish: Callable[[str], Edition], build: Build, request: pytest.FixtureRequest, name: str
) -> None:
    """Every reason, given or found, and every assumption stands on a page; the overview names what is lacking."""
    configured = request.getfixturevalue(name).settings
    unsupported = publish(name).manifest.unsupported
    assert configured["unsupported"].items() <= unsupported.items()
    quality, definitions, overview = (list(_find_texts(build(name, p))) for p in ("quality", "definitions", "overview"))
    for reason in unsupported.values():
        assert reason in quality
        assert reason in definitions
    assert set(configured["notes"]) <= set(quality)
    brief = next(text for text in overview if text.startswith("What we do not know"))
    named = set(PREFERRED) & set(unsupported)
    for key in named:
        assert METRICS[key].label in brief
    assert f"{len(unsupported) - len(named)} other metrics listed under Definitions" in brief
    assert configured["unsupported"]["benchmark_gap"] in _find_texts(build(name, "benchmarks"))


def _find_charts(report: Report) -> Iterator[Trend | Dots | Bars]:
    for block in report.blocks:
        if isinstance(block, Panels):
            yield from block.panels
        elif isinstance(block, Trend | Dots | Bars):
            yield block


def _drawn(chart: Trend | Dots | Bars) -> bool:
    match chart:
        case Trend():
            return any(point.value is not None for point in chart.points)
        case Dots():
            return any(dot.number.raw is not None for dot in chart.dots)
        case Bars():
            return any(bar.count for bar in chart.bars)


def _find_texts(part: Any) -> Iterator[str]:
    """Every text in a report, whatever block it stands in."""
    if isinstance(part, str):
        yield part
    elif is_dataclass(part):
        for each in fields(part):
            yield from _find_texts(getattr(part, each.name))
    elif isinstance(part, tuple | list):
        for item in part:
            yield from _find_texts(item)
