"""Where, for whom: the planted places are found among hundreds of cells, from the channel's page, and no others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cxdash.answers import Question
from cxdash.answers.apart import against_rest
from cxdash.answers.cells_apart import Standouts, stand_out
from cxdash.answers.topics import find_topics
from cxdash.edition import Edition
from cxdash.periods import Period
from cxdash.report.blocks import Dots, Headline, Table
from cxdash.report.pages import find_page
from cxdash.report.view import View
from cxdash.selection import Selection
from tests.conftest import DEMO_LAST_DAY


def _over(text: str, **filters: str) -> Selection:
    chosen = {dim: [value] for dim, value in filters.items()}
    return Selection.over(text, last_day=DEMO_LAST_DAY, filters=chosen)


def _worst(found: Standouts) -> set[tuple[str, str]]:
    return {(one.apart.metric.key, "·".join(sorted(one.dimensions.values()))) for one in found.worst}


@pytest.mark.parametrize("metric", ["nps", "csat"])
def test_the_bad_region_is_clearly_apart_from_the_rest(company_edition: Edition, metric: str) -> None:
    """The East is found against all other regions, over all channels and on the phone."""
    for selection in (_over("last-12-months"), _over("last-12-months", channel="phone")):
        found = against_rest(company_edition, Question(metric, selection, by=("region",)))
        east = next(one for one in found if one.row.dimensions["region"] == "East")
        assert east.clear
        assert not east.good
        assert min((one.difference or 0.0) for one in found if one.p is not None) == east.difference


def test_the_north_is_the_phones_worst_place(company_edition: Edition) -> None:
    """In the last four weeks the scan of the phone names the North for waiting, giving up and all three scores."""
    found = _worst(stand_out(company_edition, _over("last-4-weeks", channel="phone")))
    assert {(key, "North") for key in ("nps", "csat", "wait_time", "abandonment")} <= found


def test_of_all_channels_it_is_the_phone_in_the_north(company_edition: Edition) -> None:
    """Without naming a channel the scan says where in the North: on the phone, and does not blame the whole region."""
    found = _worst(stand_out(company_edition, _over("last-4-weeks")))
    assert {("nps", "North·phone"), ("csat", "North·phone")} <= found
    assert not {("nps", "North"), ("csat", "North")} & found


def test_other_channels_do_not_blame_the_north(company_edition: Edition) -> None:
    """What was planted on the phone is not found elsewhere."""
    for channel in ("chat", "store", "web", "app", "email"):
        found = stand_out(company_edition, _over("last-4-weeks", channel=channel))
        assert not any(
            one.dimensions.get("region") == "North" and one.apart.metric.key in ("nps", "csat", "abandonment")
            for one in found.worst
        )


def test_the_page_of_the_phone_says_so_first(company_edition: Edition) -> None:
    """Headline, chart and table of the default page point at the North without anybody having asked."""
    view = View(company_edition, _over("last-4-weeks"), params={"focus": "phone"})
    report = find_page("channels").build(view)
    headline = next(block for block in report.blocks if isinstance(block, Headline))
    assert "North" in headline.text + headline.detail
    chart = next(block for block in report.blocks if isinstance(block, Dots))
    assert chart.key == "by-region"
    assert chart.dots[0].label == "North"
    assert chart.dots[0].tone == "bad"
    assert chart.dots[0].link is not None
    worst = next(block for block in report.blocks if isinstance(block, Table) and block.key == "worst-cells")
    assert any("North" in row[0].text for row in worst.rows)


def test_unhappy_callers_speak_of_the_phone(company_edition: Edition) -> None:
    """Who waited says so: the word stands out among the unhappy of the North's callers against the happy ones."""
    end = company_edition.manifest.last_day
    weeks = Period(end - timedelta(days=90), end)
    selection = Selection(weeks, str(weeks)).with_filter("channel", "phone").with_filter("region", "North")
    found = find_topics(company_edition, selection, contrast="mood", most=40)
    assert {topic.term for topic in found.topics} & {"phone", "waited", "ages", "picks", "nobody"}
