"""The overview's “Where it hurts”: two cuts, and titles that say what the colours say and nothing else."""

from __future__ import annotations

import pytest

from cxdash.edition import Edition
from cxdash.report.blocks import Dots, Section
from cxdash.report.pages import find_page
from cxdash.report.view import View
from cxdash.selection import Selection

YEAR = {"period": "last-52-weeks"}


def _charts(edition: Edition, **query: str) -> list[Dots]:
    selection, problems = Selection.from_query(query, edition.manifest)
    assert not problems
    return [block for block in find_page("overview").build(View(edition, selection)).blocks if isinstance(block, Dots)]


def test_it_is_cut_by_channel_and_by_region(demo_edition: Edition) -> None:
    """A channel leads to its page, a region filters the overview; both keep the selection."""
    channels, regions = _charts(demo_edition, **YEAR)
    assert (channels.key, regions.key) == ("where-channel", "where-region")
    for dot in channels.dots:
        assert dot.link
        assert dot.link.page == "channels"
        assert dict(dot.link.query) == YEAR | {"focus": dot.colour}
    links = {dot.label: dot.link for dot in regions.dots}
    east = links["East"]
    assert east
    assert (east.page, dict(east.query)) == ("overview", YEAR | {"region": "East"})


@pytest.mark.parametrize("query", [{}, YEAR, {"channel": "phone"}, {"region": "North"}, {"segment": "Premium"}])
def test_a_title_says_what_the_colours_say(demo_edition: Edition, query: dict[str, str]) -> None:
    """Named are the coloured dots, worst or best first; where none is coloured the title says that."""
    charts = _charts(demo_edition, **query)
    assert charts
    for chart in charts:
        worse = [dot.label for dot in chart.dots if dot.tone == "bad"]
        better = [dot.label for dot in reversed(chart.dots) if dot.tone == "good"]
        assert ("clearly worse in " in chart.title) == bool(worse)
        assert ("clearly better in " in chart.title) == bool(better)
        assert ("none is clearly apart from the rest" in chart.title) == (not worse and not better)
        for names, words in ((worse, "clearly worse in "), (better, "clearly better in ")):
            assert not names or f"{words}{', '.join(names[:3])}" in chart.title


def test_the_bad_region_is_named(demo_edition: Edition) -> None:
    """Over two years even a tenth of the company shows that the East is worse, and that no other region is."""
    _channels, regions = _charts(demo_edition, period="2024-11-21..2026-11-20")
    assert [dot.label for dot in regions.dots if dot.tone == "bad"] == ["East"]
    assert "clearly worse in East" in regions.title


def test_what_the_filter_fixes_makes_room_for_the_next_cut(demo_edition: Edition) -> None:
    """With one channel chosen the page is cut by region and segment, with one region by channel and segment."""
    assert [chart.key for chart in _charts(demo_edition, channel="phone", **YEAR)] == ["where-region", "where-segment"]
    assert [chart.key for chart in _charts(demo_edition, region="North", **YEAR)] == ["where-channel", "where-segment"]


def test_nothing_is_said_where_nothing_can_be_cut(demo_edition: Edition) -> None:
    """No answers, no section."""
    selection, _problems = Selection.from_query({"period": "2019-01-01..2019-01-31"}, demo_edition.manifest)
    blocks = find_page("overview").build(View(demo_edition, selection)).blocks
    assert not [block for block in blocks if isinstance(block, Dots) or block == Section("Where it hurts")]
