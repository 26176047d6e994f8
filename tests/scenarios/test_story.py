"""What was planted in the demo company is found by what these pages compute, and silence stays silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cxdash.answers import Question, answer, decompose, what_changed
from cxdash.answers.changes import Finding
from cxdash.demo.elements import QuietStretch
from cxdash.demo.market import RIVAL_AHEAD
from cxdash.demo.truth import QUIET, story
from cxdash.edition import Edition
from cxdash.periods import Period
from cxdash.report.blocks import Headline, Table, Trend
from cxdash.report.pages import find_page
from cxdash.report.view import View
from cxdash.selection import Selection, canonical
from tests.conftest import DEMO_LAST_DAY

TOLD = {element.key: element for element in story(DEMO_LAST_DAY)}


def _over(text: str, compare: str = "previous", **filters: str) -> Selection:
    chosen = {dim: [value] for dim, value in filters.items()}
    return Selection.over(text, last_day=DEMO_LAST_DAY, compare=compare, filters=chosen)  # type: ignore[arg-type]


def _inside(first: int, last: int, filters: dict[str, tuple[str, ...]] | None = None) -> Selection:
    period = Period(DEMO_LAST_DAY + timedelta(days=first), DEMO_LAST_DAY + timedelta(days=last))
    return Selection(period, str(period), "none", canonical(filters or {}))


def _value(edition: Edition, metric: str, selection: Selection) -> float:
    value = answer(edition, Question(metric, selection)).only.value
    assert value is not None
    return value


def _places(findings: tuple[Finding, ...]) -> set[tuple[str, str]]:
    return {(f.metric.key, "·".join(f.row.dimensions.values())) for f in findings}


def test_the_overview_names_the_phone_in_the_north_unasked(company_edition: Edition) -> None:
    """An executive who opens the default page reads where it hurts, without knowing it is there."""
    selection, problems = Selection.from_query({}, company_edition.manifest)
    report = find_page("overview").build(View(company_edition, selection))
    headline = next(block for block in report.blocks if isinstance(block, Headline))
    assert not problems
    assert "Phone · North" in headline.detail
    assert "fell" in headline.detail or "rose" in headline.detail
    assert "Phone · North" in report.subject


@pytest.mark.parametrize(
    ("text", "compare"), [("last-4-weeks", "previous"), ("last-8-weeks", "previous"), ("last-4-weeks", "year")]
)
def test_the_scan_finds_the_phone_in_the_north(company_edition: Edition, text: str, compare: str) -> None:
    """Whatever period a manager looks at, abandonment on the phone in the North is found."""
    found = _places(what_changed(company_edition, _over(text, compare)).findings)
    assert ("abandonment", "phone·North") in found
    if text == "last-8-weeks" or compare == "year":  # the four weeks before were already half as bad: no clear step
        assert {("nps", "phone·North"), ("csat", "phone·North")} & found
    assert all(place == "phone·North" for metric, place in found if metric in ("nps", "csat", "ces"))


@pytest.mark.parametrize("metric", ["nps", "csat", "abandonment"])
def test_the_size_of_the_north_is_within_the_truth(company_edition: Edition, metric: str) -> None:
    """The measured change lies where the story was planted."""
    element = TOLD["north_waiting"]
    effect = next(e for e in element.effects if e.metric == metric)
    assert element.before is not None
    where = dict(element.where)
    now = _value(company_edition, metric, _inside(element.now.first, element.now.last, where))
    before = _value(company_edition, metric, _inside(element.before.first, element.before.last, where))
    assert effect.smallest <= 100 * (now - before) <= effect.largest


def test_the_bad_region_is_apart_from_the_rest_on_every_channel(company_edition: Edition) -> None:
    """The East is clearly below the company, and the channel page shows it in red."""
    rows = answer(company_edition, Question("nps", _over("last-12-months"), by=("region",))).rows
    total = answer(company_edition, Question("nps", _over("last-12-months"))).only
    east = next(row for row in rows if row.dimensions["region"] == "East")
    assert east.high is not None
    assert total.low is not None
    assert east.high < total.low
    reliable = [row for row in rows if row.reliable and row.value is not None]
    assert min(reliable, key=lambda row: row.value or 0.0) is east


def test_the_campaign_shows_in_web_satisfaction_and_phone_queues(company_edition: Edition) -> None:
    """During the overloaded campaign web CSAT fell and phone abandonment rose clearly."""
    element = TOLD["campaign"]
    assert element.before is not None
    span = _inside(element.now.first, element.now.last)
    for metric, channel, word in (("csat", "web", "down"), ("abandonment", "phone", "up")):
        selection = replace(span, compare="previous").with_filter("channel", channel)
        change = answer(company_edition, Question(metric, selection, against="previous")).only.difference
        assert change is not None
        assert change.word == word, (metric, channel)
    report = find_page("overview").build(View(company_edition, _over("last-12-months")))
    chart = next(block for block in report.blocks if isinstance(block, Trend))
    assert any("Nova" in label for _, label in chart.events)


def test_the_rival_that_pulls_ahead_is_named(company_edition: Edition) -> None:
    """The benchmark page says we are clearly behind the competitor that gained."""
    rows = answer(company_edition, Question("benchmark_gap", _over("last-13-weeks"))).rows
    behind = [
        row for row in rows if row.difference and row.difference.word == "down" and row.dimensions["metric"] == "nps"
    ]
    assert RIVAL_AHEAD in {row.dimensions["name"] for row in behind}
    report = find_page("benchmarks").build(View(company_edition, _over("last-13-weeks")))
    headline = next(block for block in report.blocks if isinstance(block, Headline))
    table = next(block for block in report.blocks if isinstance(block, Table))
    assert RIVAL_AHEAD in headline.detail
    assert table.rows


def test_the_simpson_reversal_is_flagged_and_explained_by_mix(company_edition: Edition) -> None:
    """Onboarding rose in every segment and fell in total: the fall is all mix."""
    found = decompose(company_edition, "csat", _over("last-12-months", "year", stage="Onboard"), "segment")
    assert found is not None
    assert found.simpson
    assert found.change < 0
    assert found.rate > 0
    assert found.mix < found.change
    assert found.mix + found.rate == pytest.approx(found.change, abs=1e-12)


def test_channels_are_told_apart_only_where_they_differ(company_edition: Edition) -> None:
    """Below p = .05 the page says that channels differ, else that no difference is detectable."""
    row = answer(company_edition, Question("consistency", _over("last-13-weeks"))).only
    report = find_page("channels").build(View(company_edition, _over("last-13-weeks")))
    headline = next(block for block in report.blocks if isinstance(block, Headline))
    assert ("No detectable difference" in headline.text) == (row.extra["p"] >= 0.05)


@pytest.mark.parametrize("stretch", [s for s in QUIET if s.metrics != ("churn",)], ids=lambda s: s.key)
def test_quiet_stretches_flag_nothing(company_edition: Edition, stretch: QuietStretch) -> None:
    """Where nothing happens, the scan finds nothing."""
    outside = dict(stretch.outside)
    now = _inside(stretch.now.first, stretch.now.last, dict(stretch.where))
    metrics = tuple(m for m in stretch.metrics if m in company_edition.manifest.metrics)
    if stretch.where:  # a dimension the declared level does not keep: compare as a whole
        change = answer(
            company_edition, Question(metrics[0], replace(now, compare="previous"), against="previous")
        ).only.difference
        assert change is not None
        assert change.word == "no clear change"
        return
    # the corrected family is the stretch alone: a true signal beside it would rightly let more findings through
    selection = replace(now, compare="previous")
    for dim, values in outside.items():
        others = [v for v in company_edition.manifest.facts["scores"].dimensions[dim] if v not in values]
        selection = selection.with_filter(dim, *others)
    scan = what_changed(company_edition, selection, metrics=metrics)
    assert scan.tested > 100
    assert _places(scan.findings) == set()


def test_steady_churn_is_called_steady(company_edition: Edition) -> None:
    """Two years of the same churn: no clear change."""
    change = answer(company_edition, Question("churn", _over("last-12-months", "year"), against="year")).only.difference
    assert change is not None
    assert change.word == "no clear change"
