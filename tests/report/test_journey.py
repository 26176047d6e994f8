"""The Journey page: its numbers are those of the answers, its words go no further, and thin data is said in words."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TypeVar

import pytest

from cxdash.answers.drivers import importance
from cxdash.edition import Edition
from cxdash.report.blocks import Cell, Dots, Headline, Link, Notice, Report, Section, Table, Tiles, Trend
from cxdash.report.journey_moments import weighed_over
from cxdash.report.pages import find_page
from cxdash.report.view import View
from cxdash.selection import Policy, Selection, dimension_values
from cxdash.settings import Project
from tests.answers.ratings_by_hand import demo_matrix, weights
from tests.conftest import DEMO_LAST_DAY

YEAR = Selection.over("last-52-weeks", last_day=DEMO_LAST_DAY, compare="year")


def _build(edition: Edition, selection: Selection = YEAR, policy: Policy | None = None) -> Report:
    view = View(edition, selection)
    return find_page("journey").build(replace(view, policy=policy) if policy else view)


B = TypeVar("B", Dots, Table, Trend)


def _find(report: Report, kind: type[B], key: str) -> B:
    return next(block for block in report.blocks if isinstance(block, kind) and block.key == key)


def _keys(report: Report) -> list[str]:
    return [block.key for block in report.blocks if isinstance(block, Dots | Table | Trend)]


def _headline(report: Report) -> Headline:
    return next(block for block in report.blocks if isinstance(block, Headline))


def _cells(report: Report) -> list[Cell]:
    return [cell for block in report.blocks if isinstance(block, Table) for row in block.rows for cell in row]


def test_the_chart_shows_the_weights_of_the_raw_tables(demo_project: Project, demo_edition: Edition) -> None:
    """The shares on the page are those plain numpy finds in the raw rows, to the ninth digit."""
    chart = _find(_build(demo_edition), Dots, "importance")
    names, data = demo_matrix(demo_project.var / "demo", YEAR)
    used = sorted(names.index(dot.label) for dot in chart.dots)
    expected = weights(data[:, [0, *(1 + place for place in used)]])
    shares = dict(zip((names[place] for place in used), 100 * expected / expected.sum(), strict=True))
    assert len(chart.dots) >= 4
    for dot in chart.dots:
        assert dot.number.raw == pytest.approx(shares[dot.label], rel=1e-9)
        assert dot.number.low is not None
        assert dot.number.high is not None
        assert dot.number.low < shares[dot.label] < dot.number.high
        assert dot.link is not None
        assert ("touchpoint", dot.label) in dot.link.query
    assert sum(dot.number.raw or 0 for dot in chart.dots) == pytest.approx(100)
    assert [dot.number.raw for dot in chart.dots] == sorted((dot.number.raw for dot in chart.dots), reverse=True)


def test_a_short_period_reads_importance_over_a_year_and_says_so(demo_edition: Edition) -> None:
    """Four weeks of ratings, a year of importance: both periods stand on the page."""
    weeks = Selection.over("last-4-weeks", last_day=DEMO_LAST_DAY)
    read_over = weighed_over(weeks)
    assert (read_over.period.days, read_over.period.end) == (364, DEMO_LAST_DAY)
    assert weighed_over(YEAR) is YEAR
    report = _build(demo_edition, weeks)
    assert importance(demo_edition, read_over).answers > importance(demo_edition, weeks).answers
    intro = next(b for b in report.blocks if isinstance(b, Section) and b.title.startswith("Touchpoints"))
    table = _find(report, Table, "touchpoints")
    assert "22 Nov 2025 to 20 Nov 2026" in intro.text
    assert "24 Oct 2026 to 20 Nov 2026" in table.note


def test_every_link_is_a_view_that_opens(demo_edition: Edition) -> None:
    """Every name that can be a filter leads to a view whose parameters are all understood."""
    report = _build(demo_edition)
    links = [cell.link for cell in _cells(report) if cell.link]
    links += [dot.link for block in report.blocks if isinstance(block, Dots) for dot in block.dots if dot.link]
    assert {link.page for link in links} >= {"journey", "number"}
    for link in links:
        own = find_page(link.page).params
        _selection, problems = Selection.from_query(dict(link.query), demo_edition.manifest, ignore=own)
        assert not problems, link


def test_stages_stand_with_satisfaction_effort_and_volume(demo_edition: Edition) -> None:
    """A row per stage; its answers are the n of its surveys; its name filters, its numbers lead to their passports."""
    table = _find(_build(demo_edition), Table, "stages")
    view = View(demo_edition, YEAR)
    assert [column.label for column in table.columns][1:4] == ["CSAT", "NPS", "CES, found it easy"]
    assert {row[0].text for row in table.rows} == {"Discover", "Buy", "Onboard", "Use", "Support", "Renew"}
    for name, *numbers, volume, _standing in table.rows:
        asked = [view.ask(key, by=("stage",)).rows for key in ("csat", "nps", "ces")]
        rows = [next((row for row in one if row.dimensions["stage"] == name.text), None) for one in asked]
        assert volume.raw == sum(row.n or 0 for row in rows if row)
        assert name.link == Link("journey", YEAR.with_filter("stage", name.text).to_query())
        for cell, row in zip(numbers, rows, strict=True):
            assert cell.raw == (None if row is None or row.value is None else row.value * 100)
            if cell.raw is not None:
                assert cell.link
                assert cell.link.page == "number"
                assert ("stage", name.text) in cell.link.query


def test_one_stage_has_its_own_page(demo_edition: Edition) -> None:
    """A stage filter makes the page about that stage: trend against all stages, cuts, and the doors from here."""
    report = _build(demo_edition, YEAR.with_filter("stage", "Support"))
    assert _headline(report).text.startswith("Support: CSAT ")
    assert _find(report, Trend, "journey-trend").reference
    assert {"journey-by-segment", "journey-by-region"} <= set(_keys(report))
    assert "stages" not in _keys(report)
    doors = [row[0] for row in _find(report, Table, "doors").rows]
    assert [cell.link.page for cell in doors if cell.link] == ["why", "journey"]
    assert doors[0].link
    assert {("stage", "Support"), ("metric", "csat"), ("by", "segment")} <= set(doors[0].link.query)
    assert doors[1].link == Link("journey", YEAR.to_query())


def test_without_a_comparison_nothing_asks_why(demo_edition: Edition) -> None:
    """Nothing moved where nothing is compared: no door to why, no word of movement."""
    still = replace(YEAR, compare="none")
    whole, one = (_build(demo_edition, sel) for sel in (still, still.with_filter("stage", "Support")))
    assert not [cell for report in (whole, one) for cell in _cells(report) if cell.link and cell.link.page == "why"]
    stages = next(b for b in whole.blocks if isinstance(b, Section) and b.title == "Stages")
    assert stages.text == ""


def test_one_touchpoint_has_its_own_page(demo_edition: Edition) -> None:
    """A touchpoint filter makes the page about it, with its importance beside the others that make it one."""
    report = _build(demo_edition, YEAR.with_filter("touchpoint", "Bill"))
    chart = _find(report, Dots, "importance")
    tiles = next(block for block in report.blocks if isinstance(block, Tiles)).tiles
    assert _headline(report).text.startswith("Bill: Touchpoint satisfaction ")
    assert [tile.key for tile in tiles][:2] == ["touchpoint_satisfaction", "importance"]
    assert tiles[1].number == next(dot.number for dot in chart.dots if dot.label == "Bill")
    assert [point.n for point in _find(report, Trend, "journey-trend").points if point.n]
    assert chart == _find(_build(demo_edition), Dots, "importance") or len(chart.dots) >= 4


def test_a_touchpoint_without_ratings_is_read_from_the_answers_about_it(demo_edition: Edition) -> None:
    """A selection in which nobody rated or answered says so, and leads back."""
    selection = YEAR.with_filter("touchpoint", "Bill").with_filter("stage", "Onboard")
    report = _build(demo_edition, selection)
    assert _headline(report).text == "There is nothing to show for Bill in this selection."
    assert _keys(report) == ["doors"]


def test_a_stage_without_ratings_says_so(demo_edition: Edition) -> None:
    """Only relationship surveys carry ratings: two other stages have none, said in words and without a chart."""
    report = _build(demo_edition, YEAR.with_filter("stage", "Onboard", "Buy"))
    assert "importance" not in _keys(report)
    assert "No touchpoint was rated in this selection." in [b.text for b in report.blocks if isinstance(b, Notice)]
    assert "stages" in _keys(report)


def test_too_few_for_importance_are_rated_without_rank(demo_edition: Edition) -> None:
    """A small region: ratings without importance, no colour, no order of moments, and the reason with its number."""
    selection = YEAR.with_filter("region", "Islands")
    report = _build(demo_edition, selection)
    texts = [block.detail for block in report.blocks if isinstance(block, Notice)]
    assert any("Importance needs 100 customers" in text for text in texts)
    assert "importance" not in _keys(report)
    for block in report.blocks:
        if isinstance(block, Dots):
            assert {dot.tone for dot in block.dots} <= {"neutral"}
    table = _find(report, Table, "touchpoints")
    assert table.title == "Touchpoints"
    for row in table.rows:
        assert row[1].text == "–"
        assert row[3].raw is None or row[3].raw >= 5


def test_visits_that_cannot_be_filtered_say_so(demo_edition: Edition) -> None:
    """Visits know no stages: with two chosen the section says why instead of showing all visits."""
    report = _build(demo_edition, YEAR.with_filter("stage", "Onboard", "Buy"))
    assert "drop-off" not in _keys(report)
    notice = next(b for b in report.blocks if isinstance(b, Notice) and b.text.startswith("Drop-off cannot be told"))
    assert "stage" in notice.detail


def test_visits_of_a_region_are_of_those_who_signed_in(demo_edition: Edition) -> None:
    """Where a visitor lives is known of those who signed in only, and the page says so."""
    sentence = "region and segment are known of visitors who signed in only"
    texts = []
    for selection in (YEAR, YEAR.with_filter("region", "North")):
        report = _build(demo_edition, selection)
        assert "drop-off" in _keys(report)
        texts.append(" ".join(b.text for b in report.blocks if isinstance(b, Section)))
    assert [sentence in text for text in texts] == [False, True]


def test_steps_of_a_visit_are_no_stages(demo_edition: Edition) -> None:
    """Drop-off lists steps in their order, tells them from stages in words, and leaves self-service out by number."""
    report = _build(demo_edition)
    chart = _find(report, Dots, "drop-off")
    intro = next(b for b in report.blocks if isinstance(b, Section) and b.title == "Where digital visits end")
    expected = ["Arrived", "Looked at products", "Put something into the cart", "Began to pay"]
    assert [dot.label for dot in chart.dots] == expected
    assert "not a stage of the journey" in intro.text
    assert re.search(r"[\d,]+ visits to self-service", intro.text)


def test_a_policy_narrows_the_whole_page(demo_edition: Edition) -> None:
    """Who may see one region reads that region, and nothing that could be told only from the others."""
    policy = Policy("north", (("region", ("North",)),))
    limited, filtered = _build(demo_edition, policy=policy), _build(demo_edition, YEAR.with_filter("region", "North"))
    for key in ("touchpoints", "stages"):
        mine, same = _find(limited, Table, key), _find(filtered, Table, key)
        assert [[cell.text for cell in row] for row in mine.rows] == [[cell.text for cell in row] for row in same.rows]
    assert _headline(limited) == _headline(filtered)


def test_obstacles_are_worse_and_compared_with_the_rest(demo_edition: Edition) -> None:
    """Every obstacle is on the bad side of its rest, with an interval that does not reach zero."""
    table = _find(_build(demo_edition), Table, "obstacles")
    assert "Bill" in {row[0].text for row in table.rows}
    for where, _what, here, rest, difference, interval, n in table.rows:
        assert difference.text.startswith("−")
        assert [limit[0] for limit in interval.text.split(" to ")] == ["−", "−"]
        assert (here.tone, rest.tone) == ("bad", "neutral")
        assert where.link
        assert (n.raw or 0) >= 30


def test_every_dimension_the_page_offers_builds(demo_edition: Edition) -> None:
    """The page builds for each value of each filter of its bar, shown or not."""
    domains = dimension_values(demo_edition.manifest)
    for dim in ("channel", "segment", "product", "stage", "touchpoint"):
        for value in domains[dim]:
            assert _build(demo_edition, YEAR.with_filter(dim, value)).subject
