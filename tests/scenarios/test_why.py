"""Why it moved, on the company whose truth is known: what was planted is said, and where nothing was, nothing is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cxdash.answers.decompose import decompose
from cxdash.answers.monitor import watch
from cxdash.answers.ranking import rank_dimensions
from cxdash.demo import plan
from cxdash.demo.truth import story
from cxdash.edition import Edition
from cxdash.periods import Period
from cxdash.report.blocks import Contributions, Headline, Link, Notice, Report, Table, Trend
from cxdash.report.pages import find_page
from cxdash.report.view import View
from cxdash.selection import Selection, canonical
from tests.conftest import DEMO_LAST_DAY

TOLD = {element.key: element for element in story(DEMO_LAST_DAY)}
SIMPSON = {"period": "last-52-weeks", "compare": "year", "stage": "Onboard", "metric": "csat"}


def follow(edition: Edition, page: str, query: dict[str, str]) -> Report:
    """A page as its address opens it."""
    found = find_page(page)
    selection, problems = Selection.from_query(query, edition.manifest, ignore=found.params)
    assert not problems
    params = {name: value for name, value in query.items() if name in found.params}
    return found.build(View(edition, selection, params=params))


def headline(report: Report) -> Headline:
    """What the page says first."""
    return next(block for block in report.blocks if isinstance(block, Headline))


def table(report: Report, key: str) -> Table:
    """One of its tables."""
    return next(block for block in report.blocks if isinstance(block, Table) and block.key == key)


def test_the_simpson_reversal_is_told_in_words_with_every_segment(company_edition: Edition) -> None:
    """Onboarding fell in total although it rose in every segment, and whose share grew is named with the shares."""
    report = follow(company_edition, "why", SIMPSON)
    assert headline(report).text.startswith("CSAT fell")
    notice = next(block for block in report.blocks if isinstance(block, Notice) and block.level == "warning")
    assert "in total although it rose in every segment" in notice.text
    assert "those of Prepaid" in notice.text
    assert "make up more of the answers now (8.1% → 43.2%)" in notice.text
    for effect in TOLD["simpson"].effects[1:]:
        assert dict(effect.where)["segment"][0] in notice.detail
    found = decompose(
        company_edition,
        "csat",
        Selection.from_query(SIMPSON, company_edition.manifest, ignore=("metric",))[0],
        "segment",
    )
    assert found is not None
    assert found.reversal == "every"
    assert len(found.judged) == 5
    for effect in found.judged:
        truth = next(e for e in TOLD["simpson"].effects if dict(e.where).get("segment") == (effect.value,))
        assert effect.score_now is not None
        assert effect.score_before is not None
        assert truth.smallest <= 100 * (effect.score_now - effect.score_before) <= truth.largest


def test_the_reversal_is_met_without_choosing_the_segment(company_edition: Edition) -> None:
    """Of all dimensions the page chooses the one that misleads; another choice still carries the warning."""
    report = follow(company_edition, "why", SIMPSON)
    assert next(b for b in report.blocks if isinstance(b, Contributions)).title.startswith("CSAT by segment")
    assert table(report, "why-dimensions").rows[0][6].text == "every part moved against the whole"
    elsewhere = follow(company_edition, "why", {**SIMPSON, "by": "region"})
    assert any(isinstance(b, Notice) and "rose in every segment" in b.text for b in elsewhere.blocks)


def test_the_north_stands_apart_and_its_phone_within(company_edition: Edition) -> None:
    """NPS fell; by region the North did far more than its share; one click deeper the phone did."""
    report = follow(company_edition, "why", {"period": "last-8-weeks", "metric": "nps"})
    assert headline(report).text.startswith("NPS fell")
    assert headline(report).detail.startswith("By region, North stands apart")
    bars = next(b for b in report.blocks if isinstance(b, Contributions))
    assert bars.parts[0].label == "North"
    deeper = bars.parts[0].link
    assert deeper is not None
    assert deeper == Link("why", (("period", "last-8-weeks"), ("region", "North"), ("metric", "nps")))
    inside = follow(company_edition, "why", dict(deeper.query))
    assert headline(inside).text.startswith("NPS fell")
    ranked = {row[0].text: row for row in table(inside, "why-dimensions").rows}
    assert ranked["Channel"][1].text == "Phone"
    assert ranked["Channel"][6].text == "stands apart beyond noise"


@pytest.mark.parametrize("metric", ["abandonment", "csat", "nps"])
def test_the_days_say_since_when_the_north_waits(company_edition: Edition, metric: str) -> None:
    """Waiting grew from 52 to 28 days ago: the stretch begins inside that, points the bad way and has not ended."""
    selection = Selection.over(
        "last-8-weeks", last_day=DEMO_LAST_DAY, filters={"region": ["North"], "channel": ["phone"]}
    )
    main = watch(company_edition, metric, selection).main
    assert main is not None
    assert main.lasting
    assert main.side == (1 if metric == "abandonment" else -1)
    began = (main.days.start - DEMO_LAST_DAY).days
    assert plan.NORTH_WAITING.first - 4 <= began <= plan.NORTH_FULL.first
    assert (DEMO_LAST_DAY - main.days.end).days <= 3


def test_the_chart_says_it_with_a_date(company_edition: Edition) -> None:
    """The marked stretch is in the title, as a span, and the company's own event stands beside it."""
    query = {"period": "last-8-weeks", "region": "North", "channel": "phone", "metric": "abandonment"}
    chart = next(b for b in follow(company_edition, "why", query).blocks if isinstance(b, Trend))
    assert "began around" in chart.title
    assert "above what is normal for the weekday" in chart.title
    assert len(chart.spans) == 1
    assert any("North" in label for _, label in chart.events)


def test_the_overview_leads_there(company_edition: Edition) -> None:
    """Every change among the Overview's findings is a link to why, in its own cell, with its parts."""
    rows = table(follow(company_edition, "overview", {}), "what-changed").rows
    first = rows[0][4].link
    assert first is not None
    assert {("region", "North"), ("channel", "phone")} <= set(first.query)
    for row in rows:
        change = row[4].link
        assert change is not None
        report = follow(company_edition, change.page, dict(change.query))
        # a median is no sum of its parts: those are compared with themselves
        assert any(isinstance(b, Contributions) or getattr(b, "key", "") == "why-parts-data" for b in report.blocks)
        assert "clear change" not in headline(report).text


# ---------------------------------------------------------------- silence


def _quiet(first: int, last: int, **filters: str) -> Selection:
    period = Period(DEMO_LAST_DAY + timedelta(days=first), DEMO_LAST_DAY + timedelta(days=last))
    return Selection(period, str(period), "previous", canonical({dim: [value] for dim, value in filters.items()}))


@pytest.mark.parametrize("metric", ["nps", "csat", "first_contact_resolution", "repeat_rate", "response_rate"])
def test_a_quiet_stretch_is_not_explained(company_edition: Edition, metric: str) -> None:
    """Between 340 and 200 days ago nothing began: no clear change, no reversal, nothing that stands apart."""
    report = find_page("why").build(View(company_edition, _quiet(-269, -200), params={"metric": metric}))
    assert headline(report).text.startswith("No clear change")
    assert "stands apart" not in headline(report).detail
    assert "beyond noise" not in headline(report).detail
    assert not any(isinstance(block, Notice) and block.level == "warning" for block in report.blocks)


@pytest.mark.parametrize("metric", ["nps", "csat", "ces", "abandonment", "repeat_rate", "first_contact_resolution"])
def test_quiet_days_raise_few_alarms(company_edition: Edition, metric: str) -> None:
    """In the 56 quiet days up to 200 days ago the charts of all channels start at most two alarms each metric."""
    alarms = 0
    channels = company_edition.manifest.facts["contacts"].dimensions["channel"]
    for channel in ("", *channels):
        selection = _quiet(-227, -200, **({"channel": channel} if channel else {}))
        alarms += len(watch(company_edition, metric, selection).stretches)
    # nine charts of 56 days at the promised 5 in 1,000 are 2.5 alarms; a planted fall would start one in every chart
    assert alarms <= 3


def test_no_reversal_is_claimed_where_none_was_planted(company_edition: Edition) -> None:
    """Over all metrics, two comparisons and every dimension, the only reversals are those of onboarding."""
    for compare in ("previous", "year"):
        for metric in ("nps", "csat", "ces", "first_contact_resolution", "repeat_rate", "abandonment"):
            selection = replace(Selection.over("last-13-weeks", last_day=DEMO_LAST_DAY), compare=compare)
            ranking = rank_dimensions(company_edition, metric, selection)
            assert [cut.found.dimension for cut in ranking.cuts if cut.found.reversal] == []
