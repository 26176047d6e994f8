"""The page of one channel and of two: what stands on it agrees with the answers, and every door opens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

import pytest

from cxdash.answers import Question, answer
from cxdash.answers.apart import against_rest
from cxdash.edition import Edition
from cxdash.report.blocks import (
    Bars,
    Block,
    Contributions,
    Dots,
    Headline,
    Heatmap,
    Link,
    Number,
    Report,
    Section,
    Table,
    Tiles,
    Trend,
)
from cxdash.report.channel import known_channels
from cxdash.report.pages import find_page
from cxdash.report.view import View
from cxdash.selection import Policy, Selection

LAST = date(2026, 11, 20)
CHANNELS = ("phone", "chat", "email", "store", "web", "app", "social")


def _page(edition: Edition, period: str = "last-26-weeks", policy: Policy | None = None, **params: str) -> Report:
    filters = {key: [value] for key, value in params.items() if key in ("region", "segment")}
    own = {key: value for key, value in params.items() if key not in filters}
    selection = Selection.over(period, last_day=LAST, filters=filters)
    return find_page("channels").build(View(edition, selection, params=own, policy=policy or Policy()))


def _tables(report: Report) -> dict[str, Table]:
    return {block.key: block for block in report.blocks if isinstance(block, Table)}


def _inside(value: Any) -> Iterator[Any]:
    yield value
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _inside(getattr(value, field.name))
    elif isinstance(value, tuple):
        for one in value:
            yield from _inside(one)


def _links(block: Block | Report) -> list[Link]:
    return [one for one in _inside(block) if isinstance(one, Link)]


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("period", ["last-4-weeks", "last-12-months", "last-2-days"])
def test_every_channel_has_a_page(demo_edition: Edition, channel: str, period: str) -> None:
    """It opens with a headline and tiles of numbers, whatever the channel has data for, and draws nothing empty."""
    report = _page(demo_edition, period, focus=channel)
    assert any(isinstance(block, Headline) for block in report.blocks)
    for block in report.blocks:
        match block:
            case Tiles():
                assert 0 < len(block.tiles) <= 6
            case Dots():
                assert sum(dot.number.raw is not None for dot in block.dots) > 1
            case Heatmap():
                assert any(cell.number.raw is not None for row in block.cells for cell in row)
                assert all(len(row) == len(block.columns) for row in block.cells)
            case Trend():
                assert any(point.value is not None for point in block.points)
            case Table():
                assert all(len(row) == len(block.columns) for row in block.rows)
            case _:
                pass


def test_every_link_leads_somewhere_known(demo_edition: Edition) -> None:
    """Each link's parameters are filters of the data or parameters of its page, and read back without a complaint."""
    for report in (
        _page(demo_edition, focus="phone", cut="region"),
        _page(demo_edition, focus="phone", beside="chat"),
        _page(demo_edition, focus="phone", region="East", cut="hours-volume"),
    ):
        links = _links(report)
        assert len(links) > 20
        for link in links:
            page = find_page(link.page)
            _selection, problems = Selection.from_query(dict(link.query), demo_edition.manifest, ignore=page.params)
            assert problems == (), link


def test_the_channel_is_compared_with_the_others_not_with_all(demo_edition: Edition) -> None:
    """The column “Other channels” is what filtering for all other channels gives."""
    report = _page(demo_edition, "last-12-months", focus="phone")
    table = _tables(report)["channel-others"]
    selection = Selection.over("last-12-months", last_day=LAST)
    others = [value for value in demo_edition.manifest.facts["scores"].dimensions["channel"] if value != "phone"]
    expected = answer(demo_edition, Question("nps", selection.with_filter("channel", *others))).only
    row = next(row for row in table.rows if row[0].text == "NPS")
    assert expected.value is not None
    assert row[2].raw == pytest.approx(100 * expected.value)
    assert row[2].link is not None
    assert set(dict(row[2].link.query)["channel"].split(",")) == set(others)
    trend = next(block for block in report.blocks if isinstance(block, Trend))
    assert trend.reference
    assert trend.reference_label == "the other channels"


@pytest.mark.parametrize("cut", ["region", "segment", "product", "stage", "reason", "team"])
def test_any_dimension_can_be_looked_at(demo_edition: Edition, cut: str) -> None:
    """The dimension of the link is drawn, coloured exactly where the comparison with the rest is clear."""
    report = _page(demo_edition, "last-12-months", focus="phone", cut=cut)
    chart = next(block for block in report.blocks if isinstance(block, Dots))
    assert chart.key == f"by-{cut}"
    metric = "first_contact_resolution" if cut == "reason" else "nps"
    selection = Selection.over("last-12-months", last_day=LAST).with_filter("channel", "phone")
    clear = {
        one.row.dimensions[cut]
        for one in against_rest(demo_edition, Question(metric, selection, by=(cut,)))
        if one.clear
    }
    assert {dot.label for dot in chart.dots if dot.tone != "neutral"} == clear
    offered = {row[0].link.query[-1] for row in _tables(report)["cuts"].rows if row[0].link}
    named = {value for _key, value in offered} | {cut}
    assert {"region", "segment", "product", "stage", "reason", "team"} <= named


def test_numbers_say_where_they_come_from(demo_edition: Edition) -> None:
    """Shown numbers of charts and maps carry a passport; hidden ones have none."""
    report = _page(demo_edition, "last-12-months", focus="phone", cut="region")
    for block in report.blocks:
        if isinstance(block, Dots | Heatmap) and block.key != "hours-volume":
            for number in (one for one in _inside(block) if isinstance(one, Number)):
                assert (number.passport is not None) == (number.raw is not None)


def test_hours_without_contacts_say_so(demo_edition: Edition) -> None:
    """A cell of the week in which nobody came is no missing data and no zero."""
    report = _page(demo_edition, "last-4-weeks", focus="phone", cut="hours-volume")
    chart = next(block for block in report.blocks if isinstance(block, Heatmap))
    assert chart.key == "hours-volume"
    for cell in (cell for row in chart.cells for cell in row):
        if cell.number.state == "missing":
            assert cell.number.note == "no contacts"
        elif cell.number.state == "hidden":
            assert cell.number.count is None
        else:
            assert cell.number.count is not None
            assert cell.number.count >= 5


def test_two_channels_side_by_side(demo_edition: Edition) -> None:
    """Both values are those of the answers, and the split adds up to the gap it is a split of."""
    report = _page(demo_edition, "last-12-months", focus="phone", beside="chat")
    selection = Selection.over("last-12-months", last_day=LAST)
    table = _tables(report)["pair"]
    for key, label in (("nps", "NPS"), ("csat", "CSAT"), ("wait_time", "Waiting time")):
        row = next(row for row in table.rows if row[0].text == label)
        for cell, channel in ((row[1], "phone"), (row[2], "chat")):
            only = answer(demo_edition, Question(key, selection.with_filter("channel", channel))).only
            assert only.value is not None
            assert cell.raw == pytest.approx(only.value * answer(demo_edition, Question(key, selection)).metric.factor)
    bars = next(block for block in report.blocks if isinstance(block, Contributions))
    assert all(len(part.amounts) == len(bars.series) for part in bars.parts)
    assert "gap" in _tables(report)


def test_a_channel_beside_itself_or_a_stranger_is_the_channel_alone(demo_edition: Edition) -> None:
    """A link that names nobody to compare with opens the channel's own page."""
    for beside in ("phone", "pigeon"):
        report = _page(demo_edition, focus="phone", beside=beside)
        assert any(isinstance(block, Tiles) for block in report.blocks)


def test_topics_never_quote(demo_edition: Edition) -> None:
    """What stands on the page of customers' words is one or two words at a time."""
    report = _page(demo_edition, "last-24-months", focus="phone")
    table = _tables(report)["topics-unhappy"]
    assert len(table.rows) > 3
    assert all(len(row[0].text.split()) <= 2 for row in table.rows)


def test_a_policy_reaches_every_block(demo_edition: Edition) -> None:
    """Who may see one region reads on the page what a filter for it gives."""
    policy = Policy("north", (("region", ("North",)),))
    restricted = _page(demo_edition, "last-12-months", policy, focus="phone")
    filtered = _page(demo_edition, "last-12-months", focus="phone", region="North")

    def numbers(report: Report) -> list[tuple[str, str]]:
        return [
            (block.key, cell.text)
            for block in report.blocks
            if isinstance(block, Table) and block.key in ("channel-others", "topics-unhappy", "worst-cells")
            for row in block.rows
            for cell in row
        ]

    assert numbers(restricted) == numbers(filtered)
    shown = [block for block in restricted.blocks if isinstance(block, Bars)]
    assert [bars.bars for bars in shown] == [bars.bars for bars in filtered.blocks if isinstance(bars, Bars)]


def test_the_only_channel_is_compared_with_none(demo_edition: Edition) -> None:
    """Sections about other channels need others."""
    channels = known_channels(View(demo_edition, Selection.over("last-4-weeks", last_day=LAST)))
    assert set(CHANNELS) <= set(channels)
    titles = [block.title for block in _page(demo_edition, focus="phone").blocks if isinstance(block, Section)]
    assert "Against the other channels" in titles
