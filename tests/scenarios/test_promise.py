"""A campaign that outran site, shelf and queue is named without being asked for; the campaigns beside it are not."""

from __future__ import annotations

from datetime import timedelta

import duckdb
import pytest

from cxdash.answers.promise import Delivery, deliveries
from cxdash.answers.unserved import unserved
from cxdash.demo import plan
from cxdash.edition import Edition
from cxdash.report.blocks import Table
from cxdash.report.carts import cart_blocks, cart_sentence
from cxdash.report.promise import promise_blocks, promise_sentence
from cxdash.report.view import View
from cxdash.selection import Policy, Selection
from cxdash.settings import Project
from tests.conftest import DEMO_LAST_DAY

FIRST = DEMO_LAST_DAY + timedelta(days=plan.CAMPAIGN.first)
LAST = DEMO_LAST_DAY + timedelta(days=plan.CAMPAIGN.last)


@pytest.fixture(scope="module")
def view(company_edition: Edition) -> View:
    return View(company_edition, Selection.default(company_edition.manifest))


@pytest.fixture(scope="module")
def delivered(company_edition: Edition) -> dict[str, Delivery]:
    selection = Selection.over("last-52-weeks", last_day=DEMO_LAST_DAY)
    return {one.campaign.name: one for one in deliveries(company_edition, selection)}


def test_the_campaign_that_outran_everything_is_named(view: View) -> None:
    """The sentence says which campaign, how many came, what failed, and what it was usually."""
    text = promise_sentence(view)
    for words in ("“Nova Weeks”", "times the usual visits", "Handset Nova out of stock", "Visits with errors",
                  "Slow visits", "Abandoned in queue", "CSAT", "usually"):  # fmt: skip
        assert words in text, words


def test_no_other_campaign_is_blamed(delivered: dict[str, Delivery]) -> None:
    """Everything else ran while nothing got worse: nothing may be called worse."""
    assert set(delivered) > {"Nova Weeks"}
    assert {name for name, one in delivered.items() if one.worse} == {"Nova Weeks"}
    assert {name for name, one in delivered.items() if one.shortage and one.shortage.lacking} == {"Nova Weeks"}


def test_the_numbers_are_those_of_the_raw_tables(delivered: dict[str, Delivery], company: Project) -> None:
    """Errors, slow pages, visits and the shelf while the campaign ran, counted by hand in the warehouse."""
    nova = delivered["Nova Weeks"]
    assert (nova.campaign.period.start, nova.campaign.period.end) == (FIRST, LAST)
    day = "CAST(timezone('Europe/Berlin', timezone('UTC', started_at)) AS DATE) BETWEEN ? AND ?"
    with duckdb.connect(str(company.embedded_warehouse), read_only=True) as raw:
        zone = raw.execute("SELECT 1").fetchone()
        visits = raw.execute(
            "SELECT count(*), avg(CAST(errors > 0 AS INT)), avg(CASE WHEN load_ms IS NOT NULL THEN "
            f"CAST(load_ms > 2500 AS INT) END), avg(CAST(converted AS INT)) FROM visits WHERE {day}",
            [FIRST, LAST],
        ).fetchone()
        stock = raw.execute(
            "SELECT sum(demanded), sum(greatest(demanded - available, 0)), sum(CAST(demanded > available AS INT)) "
            "FROM stock WHERE product = 'Handset Nova' AND day BETWEEN ? AND ?",
            [FIRST, LAST],
        ).fetchone()
    assert zone
    assert visits
    assert stock
    met = {one.metric.key: one for one in nova.met}
    assert nova.demand is not None
    assert nova.demand.visits == visits[0]
    for key, value in zip(("visit_errors", "slow_visits", "conversion"), visits[1:], strict=True):
        assert met[key].now.value == pytest.approx(value, abs=1e-12)
    assert nova.shortage is not None
    assert (nova.shortage.demanded, nova.shortage.lacking, nova.shortage.days) == stock


def test_what_was_not_served_has_a_price_and_no_total(view: View, delivered: dict[str, Delivery]) -> None:
    """Units lacking are counted, orders and callers are ranges around their value; the table says not to add them."""
    lost = {one.kind: one for one in unserved(view.edition, delivered["Nova Weeks"], ())}
    assert set(lost) == {"units", "orders", "callers"}
    assert lost["units"].amount.low == lost["units"].amount.high > 0
    for kind in ("orders", "callers"):
        assert 0 < lost[kind].amount.low < lost[kind].amount.value < lost[kind].amount.high
    assert lost["units"].money is not None
    assert lost["units"].money.low < lost["units"].money.value < lost["units"].money.high
    table = next(b for b in promise_blocks(view) if isinstance(b, Table) and b.key == "not-served")
    assert "do not add them up" in table.note
    assert any(cell.text.startswith("€") for row in table.rows for cell in row)


def test_the_usual_days_of_a_campaign_hold_no_other_campaign(delivered: dict[str, Delivery]) -> None:
    """“Upgrade Now” followed three weeks after “Nova Weeks”: its trouble is nobody else's usual."""
    following = delivered["Upgrade Now"]
    assert following.usual_days == 56 - plan.CAMPAIGN.last + plan.CAMPAIGN.first - 1
    usual = next(one.usual.value for one in following.met if one.metric.key == "visit_errors")
    assert usual is not None
    assert usual < 0.15


def test_a_policy_narrows_what_a_campaign_is_judged_by(company_edition: Edition) -> None:
    """Who may see one region sees the visits of that region only."""
    selection = Selection.over("last-52-weeks", last_day=DEMO_LAST_DAY)
    policy = Policy("East", (("region", ("East",)),))
    mine = next(d for d in deliveries(company_edition, selection, policy) if d.campaign.name == "Nova Weeks")
    asked = next(
        d
        for d in deliveries(company_edition, selection.with_filter("region", "East"))
        if d.campaign.name == "Nova Weeks"
    )
    everybody = next(d for d in deliveries(company_edition, selection) if d.campaign.name == "Nova Weeks")
    assert mine.demand == asked.demand != everybody.demand
    assert [one.now for one in mine.met] == [one.now for one in asked.met]


def test_carts_are_lost_between_devices_and_it_is_said(view: View) -> None:
    """Both shares are told, and the page shows them with their intervals."""
    text = cart_sentence(view)
    assert text.startswith("Carts get lost between devices")
    tables = [block for block in cart_blocks(view) if isinstance(block, Table)]
    assert tables
    other = next(row for row in tables[0].rows if row[0].text == "Another device")
    assert other[1].tone == "bad"
    assert " to " in other[2].text
