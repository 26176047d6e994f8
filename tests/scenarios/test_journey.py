"""The Journey page on the planted story: the bill is found, the reversal is found, and silence stays silent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from scipy.stats import spearmanr

from cxdash.answers.drivers import importance
from cxdash.demo.elements import QuietStretch
from cxdash.demo.names import TOUCHPOINTS
from cxdash.demo.surveys import TOUCHPOINT_WEIGHT
from cxdash.demo.truth import QUIET, story
from cxdash.edition import Edition
from cxdash.periods import Period
from cxdash.report.blocks import Brief, Cell, Dots, Headline, Report, Section, Table
from cxdash.report.pages import find_page
from cxdash.report.view import View
from cxdash.selection import Selection, canonical
from tests.conftest import DEMO_LAST_DAY

TOLD = {element.key: element for element in story(DEMO_LAST_DAY)}
YEAR = Selection.over("last-52-weeks", last_day=DEMO_LAST_DAY, compare="year")


def _build(edition: Edition, selection: Selection) -> Report:
    return find_page("journey").build(View(edition, selection))


def _table(report: Report, key: str) -> Table:
    return next(block for block in report.blocks if isinstance(block, Table) and block.key == key)


def _headline(report: Report) -> Headline:
    return next(block for block in report.blocks if isinstance(block, Headline))


def _words(report: Report) -> str:
    return " ".join(one for block in report.blocks if isinstance(block, Brief) for one in block.sentences)


@pytest.mark.parametrize("period", ["last-4-weeks", "last-13-weeks", "last-52-weeks", "last-24-months"])
def test_the_bill_is_the_moment_of_truth(company_edition: Edition, period: str) -> None:
    """Over whatever period: the bill matters most after the network and is rated worst, unasked."""
    report = _build(company_edition, Selection.over(period, last_day=DEMO_LAST_DAY))
    assert _headline(report).text.startswith("Bill matters most after Network and is rated worst: ")
    assert report.subject == _headline(report).text
    first = _table(report, "touchpoints").rows[0]
    assert first[0].text == "Bill"
    assert "among the worst rated" in first[-1].text
    assert first[-1].tone == "bad"
    chart = next(block for block in report.blocks if isinstance(block, Dots) and block.key == "importance")
    assert [dot.label for dot in chart.dots[:2]] == ["Network", "Bill"]
    assert {dot.label for dot in chart.dots if dot.tone == "bad"} == {"Bill"}


def test_importance_follows_what_was_planted(company_edition: Edition) -> None:
    """The order of the weights is that of the true effects; those clearly above the average are the true leaders."""
    found = importance(company_edition, Selection.over("last-24-months", last_day=DEMO_LAST_DAY))
    planted = dict(zip(TOUCHPOINTS, TOUCHPOINT_WEIGHT.tolist(), strict=True))
    shares = {one.touchpoint: one.share for one in found.drivers}
    assert set(shares) == set(planted)
    assert spearmanr([planted[name] for name in shares], list(shares.values())).statistic > 0.9
    assert {one.touchpoint for one in found.drivers if one.leads} == {"Network", "Bill", "Call centre"}
    assert ("Network", "Bill") in found.surer
    # five steps of a rating tell more of a touchpoint rated around the middle, so near-equals may change places
    assert not [pair for pair in found.surer if planted[pair[0]] < planted[pair[1]] - 0.02]


def test_the_reversal_is_read_and_leads_to_why(company_edition: Edition) -> None:
    """A year against the year before: onboarding rose in every segment and fell in total, said and linked, alone."""
    report = _build(company_edition, YEAR)
    expected = "CSAT in Onboard rose in every segment and fell in total: the mix shifted."
    assert expected in _words(report)
    ((sentence, change, own, mix),) = _table(report, "reversals").rows
    assert sentence.text == expected
    assert sentence.link
    assert sentence.link.page == "why"
    asked = {("stage", "Onboard"), ("metric", "csat"), ("by", "segment"), ("compare", "year")}
    assert asked <= set(sentence.link.query)
    assert [cell.text[0] for cell in (change, own, mix)] == ["−", "+", "−"]


def test_only_onboarding_moved(company_edition: Edition) -> None:
    """Of all stages and surveys only onboarding changed beyond noise, and the table marks that cell only."""
    report = _build(company_edition, YEAR)
    stages = next(block for block in report.blocks if isinstance(block, Section) and block.title == "Stages")
    assert stages.text.startswith("CSAT fell")
    assert "in Onboard" in stages.text
    marked = [
        (row[0].text, cell) for row in _table(report, "stages").rows for cell in row[1:-1] if cell.tone != "neutral"
    ]
    assert [name for name, _cell in marked] == ["Onboard"]


def test_a_stage_says_its_own_reversal(company_edition: Edition) -> None:
    """Whoever opens onboarding reads the reversal as the detail of the headline, with the door to why."""
    report = _build(company_edition, YEAR.with_filter("stage", "Onboard"))
    assert _headline(report).text.startswith("Onboard: CSAT ")
    assert "down" in _headline(report).text
    assert "rose in every segment and fell in total" in _headline(report).detail
    doors = [cell for row in _table(report, "doors").rows for cell in row if cell.link]
    assert [cell.link.page for cell in doors if cell.link] == ["why", "journey"]


def test_support_is_the_hardest_stage(company_edition: Edition) -> None:
    """Problems and complaints come with least satisfaction and most effort: an obstacle in all three surveys."""
    rows = _table(_build(company_edition, YEAR), "obstacles").rows
    assert {row[1].text for row in rows if row[0].text == "Support"} == {"CSAT", "NPS", "CES, found it easy"}


@pytest.mark.parametrize("stretch", [s for s in QUIET if s.metrics != ("churn",)], ids=lambda s: s.key)
def test_quiet_stretches_move_no_part_of_the_journey(company_edition: Edition, stretch: QuietStretch) -> None:
    """Where nothing happens no stage moves, no touchpoint moves, and no mix hides anything."""
    first, last = (DEMO_LAST_DAY + timedelta(days=day) for day in (stretch.now.first, stretch.now.last))
    outside = dict(stretch.outside)
    regions = company_edition.manifest.facts["scores"].dimensions["region"]
    kept = [region for region in regions if region not in outside.get("region", ())]
    where = {**dict(stretch.where), **({"region": kept} if outside else {})}
    compare = "year" if stretch.now.last - stretch.now.first > 300 else "previous"
    selection = Selection(Period(first, last), f"{first}..{last}", compare, canonical(where))
    report = _build(company_edition, selection)
    stages = [block for block in report.blocks if isinstance(block, Section) and block.title == "Stages"]
    assert [block.text for block in stages] == ["No stage moved beyond noise."]
    assert "reversals" not in [block.key for block in report.blocks if isinstance(block, Table)]
    assert not _changes(_table(report, "touchpoints"))


def _changes(table: Table) -> list[Cell]:
    return [row[2] for row in table.rows if row[2].tone != "neutral"]


def test_the_bill_is_bad_everywhere_and_not_getting_worse(company_edition: Edition) -> None:
    """A level is no change: the bill is an obstacle, and no touchpoint is said to have moved over two years."""
    element = TOLD["perception_gap"]
    assert element.where == (("touchpoint", ("Bill",)),)
    report = _build(company_edition, YEAR)
    assert "Bill" in [row[0].text for row in _table(report, "obstacles").rows]
    assert not _changes(_table(report, "touchpoints"))
