"""The Journey page on data nobody here wrote: what it finds is in the raw files, and what is lacking is named."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cxdash.answers.drivers import importance
from cxdash.edition import Edition
from cxdash.report.blocks import Dots, Headline, Notice, Report, Table
from cxdash.report.pages import find_page
from cxdash.report.view import View
from cxdash.selection import Selection
from tests.answers.ratings_by_hand import matrix, weights
from tests.real.conftest import Example

Publish = Callable[[str], Edition]


def _build(edition: Edition, period: str) -> Report:
    selection = Selection.over(period, last_day=edition.manifest.last_day, compare="year")
    return find_page("journey").build(View(edition, selection))


@pytest.mark.parametrize("year", [2014, 2018])
def test_importance_at_the_airport_is_that_of_the_files(publish: Publish, sfo: Example, year: int) -> None:
    """Weights, counts and “never used” as plain numpy has them from the survey's own rows."""
    edition = publish("sfo")
    found = importance(edition, Selection.over(str(year), last_day=edition.manifest.last_day))
    scores = sfo.rows(
        "SELECT response_id, score FROM responses "
        f"WHERE survey = 'csat' AND score IS NOT NULL AND response_id LIKE '{year}-%'"
    )
    ratings = sfo.rows("SELECT response_id, touchpoint, rating FROM touchpoint_ratings WHERE rating IS NOT NULL")
    names, data = matrix(scores, ratings)
    used = [0, *(1 + names.index(one.touchpoint) for one in sorted(found.drivers, key=lambda one: one.touchpoint))]
    expected = dict(zip((names[i - 1] for i in used[1:]), weights(data[:, used]), strict=True))
    assert found.survey == "csat"
    assert len(found.drivers) >= 20
    for one in found.drivers:
        assert one.weight == pytest.approx(expected[one.touchpoint], rel=1e-9)
        assert one.rated == np.isfinite(data[:, 1 + names.index(one.touchpoint)]).sum()
    asked = sfo.row(
        "SELECT count(DISTINCT response_id) FROM touchpoint_ratings SEMI JOIN responses USING (response_id) "
        f"WHERE response_id LIKE '{year}-%' AND response_id IN "
        "(SELECT response_id FROM responses WHERE score IS NOT NULL AND responded_at IS NOT NULL)"
    )
    assert found.answers == asked[0]


def test_the_airport_page_names_what_to_act_on(publish: Publish) -> None:
    """Restaurants and shops matter and are rated worst; never used is no rating; no stages and no visits."""
    report = _build(publish("sfo"), "2018")
    headline = next(block for block in report.blocks if isinstance(block, Headline))
    assert "Restaurants" in headline.text
    table = next(block for block in report.blocks if isinstance(block, Table) and block.key == "touchpoints")
    reading = {row[0].text: row[-1].text for row in table.rows}
    assert "among the worst rated" in reading["Shops"]
    assert {row[0].text: row[3].raw for row in table.rows}["Rental car centre"] < 1500  # type: ignore[operator]
    notices = {block.text: block.detail for block in report.blocks if isinstance(block, Notice)}
    assert "column stage" in notices["The answers do not say which stage of the journey they are about."]
    assert "table visits" in notices["This data holds no digital visits."]


@pytest.mark.parametrize("name", ["callcentre", "telco", "cdnow"])
def test_what_cannot_be_told_names_the_table_that_would_tell_it(publish: Publish, name: str) -> None:
    """Calls, contracts or purchases alone say nothing of a journey: no chart, and every section names its table."""
    report = _build(publish(name), "last-12-months")
    headline = next(block for block in report.blocks if isinstance(block, Headline))
    assert headline.text == "This data says nothing about stages or touchpoints of the journey."
    assert not [block for block in report.blocks if isinstance(block, Dots)]
    said = " ".join(f"{block.text} {block.detail}" for block in report.blocks if isinstance(block, Notice))
    for table in ("touchpoint_ratings", "responses", "visits", "campaigns"):
        assert table in said
