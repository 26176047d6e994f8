"""Doctor says what is there, what fits, how fresh it is and what is missing, and never stops at the first trouble."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from cxdash.schema import TABLES
from cxdash.settings import Project, load_settings
from cxdash.warehouse.doctor import examine

UNLOCKS = {"orders": ["Promise kept"], "customers": ["Churn", "Retention"], "events": ["Notes in charts"]}


@pytest.fixture
def examined(backend: Any) -> Any:
    """A warehouse with one good table, one that does not fit, one that does not exist and a name nobody knows."""
    backend.run(
        "CREATE TABLE shop_orders (id integer, customer_id integer, ordered_at timestamp, amount integer, "
        "currency varchar(3), returned boolean, colour varchar(9))",
        "INSERT INTO shop_orders VALUES (1, 1, TIMESTAMP '2018-06-30 12:00:00', 5, 'EUR', false, 'red')",
        "CREATE TABLE people (customer_id integer, joined varchar(10))",
    )
    settings = backend.configure(
        tables={
            "orders": {"from": "shop_orders", "columns": {"order_id": "id"}},
            "customers": {"from": "people", "columns": {"joined_on": "joined"}},
            "events": {"from": "evnts"},
            "order": {"from": "shop_orders"},
        }
    )
    return examine(settings, unlocks=UNLOCKS)


def test_each_table_has_its_state(examined: Any) -> None:
    """Every contract table is listed once, as connected, broken or absent, with rows, newest value and problems."""
    tables = {table.table: table for table in examined.tables}
    assert set(tables) == set(TABLES)
    orders, customers, events = tables["orders"], tables["customers"], tables["events"]
    assert (orders.state, orders.rows, str(orders.freshest)) == ("connected", 1, "2018-06-30 12:00:00")
    assert orders.watermark == "ordered_at"
    assert orders.columns["order_id"] == "id (INTEGER)"
    assert orders.unused == ["colour"]
    assert orders.absent == ["product", "channel", "promised_on", "delivered_on"]
    assert customers.state == events.state == "broken"
    assert "people.joined is VARCHAR; customers.joined_on must be a date" in customers.problems[0]
    assert "config/warehouse.yaml, line" in customers.problems[0]
    assert "no table “evnts”" in events.problems[0]
    assert tables["visits"].state == "absent"
    assert examined.reachable
    assert not examined.fits
    assert "Did you mean “orders”?" in examined.strangers[0]


def test_text_and_json_say_the_same(examined: Any) -> None:
    """What a person reads and what a machine reads come from one examination; JSON holds nothing JSON cannot."""
    text = "\n".join(examined.lines())
    content = json.loads(json.dumps(examined.as_dict()))
    assert "✓ orders: 1 rows, newest ordered_at 2018-06-30 12:00:00, from shop_orders" in text
    assert "would unlock Churn, Retention" in text
    assert (
        "· responses: one survey question asked of one customer, answered or not; without it there are no scores"
        in text
    )
    assert "A refresh cannot run yet" in text
    by_name = {table["table"]: table for table in content["tables"]}
    assert by_name["orders"]["freshest"] == "2018-06-30T12:00:00"
    assert content["fits"] is False


def test_a_good_project_fits(backend: Any) -> None:
    """With one connected table and nothing broken a refresh can run."""
    backend.run("CREATE TABLE events (day date, label varchar(9), kind varchar(9))")
    found = examine(backend.configure(tables={"events": {"from": "events"}}), unlocks={})
    assert found.fits
    assert found.lines()[-1] == "Everything a refresh needs is there."


def test_an_unreachable_warehouse_is_described(make_project: Callable[..., Project]) -> None:
    """No exception: the trouble, what to do, no list of tables that could not be looked at, and no secret."""
    found = examine(load_settings(make_project({"url": "env:CXDASH_NOT_SET"})), unlocks=UNLOCKS)
    assert not found.reachable
    assert not found.fits
    assert "CXDASH_NOT_SET" in found.trouble["problem"]
    text = "\n".join(found.lines())
    assert "is not set" in text
    assert "orders" not in text


def test_a_value_that_cannot_be_read_breaks_its_table_only(make_project: Callable[..., Project]) -> None:
    """A SQL source that fails while it runs is reported for that table; the others are still examined."""
    project = make_project(
        {"tables": {"events": {"sql": "e.sql"}, "agents": {"sql": "a.sql"}}},
        **{
            "e.sql": "SELECT CAST(x AS DATE) AS day, 'a' AS label, 'b' AS kind FROM (VALUES ('soon')) AS t(x)",
            "a.sql": "SELECT 'a' AS agent_id, 't' AS team, DATE '2018-01-01' AS hired_on",
        },
    )
    tables = {table.table: table for table in examine(load_settings(project), unlocks={}).tables}
    assert tables["events"].state == "broken"
    assert "soon" in tables["events"].problems[0]
    assert tables["agents"].rows == 1
