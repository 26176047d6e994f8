"""The broken handoffs of one region are found by the page's own headline, and nothing beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cxdash.answers import Question, answer
from cxdash.answers.handoffs import worst_handoffs
from cxdash.demo.truth import story
from cxdash.edition import Edition
from cxdash.periods import Period
from cxdash.report.blocks import Dots, Flow, Headline, Heatmap, Table
from cxdash.report.pages import find_page
from cxdash.report.view import View
from cxdash.selection import Policy, Selection
from tests.conftest import DEMO_LAST_DAY

TOLD = {element.key: element for element in story(DEMO_LAST_DAY)}
PLANTED = {"origin": "chat", "channel": "phone", "region": "Lakeland"}


def _view(edition: Edition, policy: Policy | None = None, /, **params: str) -> View:
    own = {name: value for name, value in params.items() if name in ("origin", "target")}
    selection, problems = Selection.from_query(params, edition.manifest, ignore=own)
    assert not problems
    view = View(edition, selection, params=own)
    return view if policy is None else replace(view, policy=policy)


def _blocks(view: View, kind: type[Any]) -> list[Any]:
    return [block for block in find_page("handoffs").build(view).blocks if isinstance(block, kind)]


@pytest.mark.parametrize("period", ["last-4-weeks", "last-13-weeks", "last-12-months"])
def test_the_headline_names_the_planted_handoff_unasked(company_edition: Edition, period: str) -> None:
    """Whatever period a manager opens the page with, the first sentence says where and what."""
    [headline] = _blocks(_view(company_edition, period=period), Headline)
    assert headline.text.startswith("Chat → Phone in Lakeland: ")
    for reason in ("told again", "identified again", "no context"):
        assert reason in headline.detail


def test_no_other_place_is_flagged(company_edition: Edition) -> None:
    """Of all pairs in all regions over a year only the planted one is found."""
    worst = worst_handoffs(company_edition, _view(company_edition, period="last-12-months").selection)
    assert worst.tested > 100
    assert {tuple(sorted(one.row.dimensions.items())) for one in worst.places} == {tuple(sorted(PLANTED.items()))}
    assert {(one.row.dimensions["origin"], one.row.dimensions["channel"]) for one in worst.pairs} <= {("chat", "phone")}


def test_without_the_region_nothing_is_flagged(company_edition: Edition) -> None:
    """Everywhere else handoffs differ by chance only: the page says so, and colours nothing bad."""
    regions = company_edition.manifest.facts["handoffs"].dimensions["region"]
    others = ",".join(region for region in regions if region != "Lakeland" and not region.startswith("("))
    view = _view(company_edition, region=others)
    [headline] = _blocks(view, Headline)
    assert "No handoff between two channels breaks clearly more often" in headline.text
    [flow] = _blocks(view, Flow)
    assert {stream.tone for stream in flow.streams} == {"neutral"}


def test_inside_the_region_the_pair_stands_out(company_edition: Edition) -> None:
    """Filtered to Lakeland, the map marks the pair, and does not praise all others beside it."""
    [heatmap] = _blocks(_view(company_edition, region="Lakeland", period="last-12-months"), Heatmap)
    cells = {
        (row, column): cell
        for row, line in zip(heatmap.rows, heatmap.cells, strict=True)
        for column, cell in zip(heatmap.columns, line, strict=True)
    }
    assert [place for place, cell in cells.items() if cell.clear] == [("Chat", "Phone")]
    assert cells["Chat", "Phone"].level == -1.0


def test_the_page_of_the_pair_names_region_and_reasons(company_edition: Edition) -> None:
    """One click further: what goes wrong there, and that it is one region only."""
    view = _view(company_edition, origin="chat", target="phone")
    dots = {block.key: block for block in _blocks(view, Dots)}
    flagged = {key: [dot.label for dot in block.dots if dot.tone == "bad"] for key, block in dots.items()}
    assert flagged["pair-by-region"] == ["Lakeland"]
    assert all(not labels for key, labels in flagged.items() if key.startswith("pair-by-") and key != "pair-by-region")
    assert {"Told again", "Identified again", "No context"} <= set(flagged["pair-reasons-difference"])
    reasons = next(block for block in _blocks(view, Table) if block.key == "pair-reasons")
    assert {row[0].text: row[1].text for row in reasons.rows}["No context"] == "no"


@pytest.mark.parametrize("flag", ["asked_to_repeat", "context_attached"])
def test_the_size_is_within_the_truth(company_edition: Edition, flag: str) -> None:
    """The measured difference from the rest lies where the story was planted."""
    from cxdash.answers.handoffs import compare_place

    effect = next(e for e in TOLD["broken_handoffs"].effects if e.metric == flag)
    everything = Selection(Period(DEMO_LAST_DAY - timedelta(days=729), DEMO_LAST_DAY), "", "none")
    found = compare_place(company_edition, everything.with_filter("origin", "chat"), tuple(PLANTED.items()))
    one = next(f for f in found if f.metric.key == {"asked_to_repeat": "asked_again"}.get(flag, "no_context"))
    assert one.difference is not None
    assert one.clear
    measured = 100 * one.difference * (1 if flag == "asked_to_repeat" else -1)
    assert effect.smallest <= measured <= effect.largest


def test_a_policy_for_another_region_learns_nothing_of_it(company_edition: Edition) -> None:
    """Who may see the North only sees neither the finding nor its numbers."""
    view = _view(company_edition, Policy("North", (("region", ("North",)),)), period="last-12-months")
    [headline] = _blocks(view, Headline)
    assert "Lakeland" not in headline.text + headline.detail
    whole = answer(company_edition, Question("handoff_continuity", view.selection), view.policy).only
    north = view.selection.with_filter("region", "North")
    assert whole.n == answer(company_edition, Question("handoff_continuity", north)).only.n


def test_issue_numbers_count_an_issue_once(company_edition: Edition) -> None:
    """Issues are fewer than contacts by exactly the steps between them."""
    selection = Selection(Period(DEMO_LAST_DAY - timedelta(days=400), DEMO_LAST_DAY - timedelta(days=40)), "", "none")
    issues = answer(company_edition, Question("issue_contacts", selection)).only
    steps = answer(company_edition, Question("channel_changes", selection)).only
    assert issues.n is not None
    assert issues.value is not None
    assert steps.n is not None
    # steps of issues that began before and after the edges of the period nearly cancel
    assert issues.n * (issues.value - 1) == pytest.approx(steps.n, rel=0.01)
