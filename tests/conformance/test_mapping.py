"""A company's own names and types become the contract's, on every backend, or the misfit is named with its place."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from cxdash.errors import ContractError, UnknownNameError

MOMENT = datetime.fromisoformat

CUSTOMERS = """
CREATE TABLE crm_customers (
    "Id" integer, created timestamp with time zone, lost date, vip boolean, area varchar(40), extra varchar(5)
)
"""
ROWS = """
INSERT INTO crm_customers VALUES
    (7, TIMESTAMP WITH TIME ZONE '2018-01-01 23:30:00+00', DATE '2018-05-01', true, 'North', 'x'),
    (8, TIMESTAMP WITH TIME ZONE '2018-06-30 22:30:00+00', NULL, NULL, NULL, NULL)
"""


def mapped(**columns: str) -> dict[str, Any]:
    """Configuration of customers from that table."""
    return {"customers": {"from": "crm_customers", "columns": columns}}


def test_columns_are_mapped_and_cast_without_loss(backend: Any) -> None:
    """Integer keys become text, mapped and same-named columns arrive, absent ones are typed NULLs in contract order."""
    backend.run(CUSTOMERS, ROWS, "ALTER TABLE crm_customers ADD COLUMN joined_on date DEFAULT DATE '2017-03-01'")
    tables = mapped(customer_id="Id", left_on="lost", key_account="vip", region="area")
    with backend.open(tables=tables) as warehouse:
        assert warehouse.connected == {"customers"}
        assert warehouse.offered("customers") == {"customer_id", "joined_on", "left_on", "key_account", "region"}
        assert warehouse.offered("orders") == frozenset()
        assert warehouse.watermark("customers") == "joined_on"
        assert set(warehouse.mappings["customers"].unused) == {"created", "extra"}
        source = warehouse.source("customers")
        assert source.name == "customers"
        frame = warehouse.fetch(sa.select(source).order_by(source.c.customer_id))
    assert frame.columns[:6] == ["customer_id", "joined_on", "left_on", "account", "key_account", "region"]
    assert frame.row(0)[:6] == ("7", date(2017, 3, 1), date(2018, 5, 1), None, True, "North")
    assert frame["acquisition_cost"].dtype == pl.Int64


def test_case_of_names_does_not_matter_when_unique(backend: Any) -> None:
    """A column found under another capitalisation is taken."""
    backend.run(
        'CREATE TABLE customers ("Customer_ID" varchar(5), "JOINED_ON" date)',
        "INSERT INTO customers VALUES ('a', NULL)",
    )
    with backend.open("customers") as warehouse:
        assert warehouse.fetch(sa.select(warehouse.source("customers").c.customer_id)).item() == "a"


def test_schemas_enumerations_and_odd_names(backend: Any) -> None:
    """A table in a schema, names that need quotes, and enumerations are read; a mistyped schema gets a guess."""
    backend.run(
        "CREATE SCHEMA crm",
        "CREATE TYPE colour AS ENUM ('red', 'green')",
        'CREATE TABLE crm."Order" ("select" integer, joined date, area colour)',
        """INSERT INTO crm."Order" VALUES (1, DATE '2018-01-01', 'green')""",
    )
    columns = {"customer_id": "select", "joined_on": "joined", "region": "area"}
    with backend.open(tables={"customers": {"from": "crm.Order", "columns": columns}}) as warehouse:
        c = warehouse.source("customers").c
        assert warehouse.fetch(sa.select(c.customer_id, c.region)).row(0) == ("1", "green")
        assert "crm.Order" in warehouse.relations
    text = problem(backend, {"customers": {"from": "crn.Order", "columns": columns}})
    assert "Did you mean “crm.Order”?" in text


def test_zoned_moments_become_utc_and_days_keep_their_day(backend: Any) -> None:
    """A timestamp with zone is read as UTC; a date standing for a moment keeps its business day west of Greenwich."""
    backend.run(
        "CREATE TABLE orders (order_id integer, customer_id integer, ordered_at timestamp with time zone, "
        "amount smallint, currency char(5), returned boolean)",
        "INSERT INTO orders VALUES (1, 2, TIMESTAMP WITH TIME ZONE '2018-07-01 03:00:00+05', 250, 'EUR', false)",
        "CREATE TABLE visits (visit_id integer, channel varchar(9), started_at date, furthest_stage varchar(9), "
        "errors integer, converted boolean)",
        "INSERT INTO visits VALUES (1, 'web', DATE '2018-07-01', 'cart', 0, false)",
    )
    tables = {name: {"from": name} for name in ("orders", "visits")}
    with backend.open(timezone="America/Los_Angeles", tables=tables) as warehouse:
        orders, visits = warehouse.source("orders"), warehouse.source("visits")
        row = warehouse.fetch(sa.select(orders.c.ordered_at, orders.c.amount, orders.c.currency)).row(0)
        assert row == (MOMENT("2018-06-30T22:00"), 250, "EUR")
        day = warehouse.business_day(visits.c.started_at)
        assert warehouse.fetch(sa.select(visits.c.started_at, day.label("day"))).row(0) == (
            MOMENT("2018-07-01T07:00"),
            date(2018, 7, 1),
        )


def test_a_select_in_a_file_provides_a_table(backend: Any) -> None:
    """Colons, percent signs, comments and variables in a SQL file survive; the file is one source like any other."""
    backend.run(CUSTOMERS, ROWS)
    select = """
    -- who: everyone ${not_a_variable}; really
    SELECT "Id"::varchar(9) AS customer_id, DATE '2018-01-01' AS joined_on,
           CASE WHEN area LIKE 'N%' THEN '${place}' ELSE 'a:b ${place} 100%' END AS region /* ; */
    FROM crm_customers -- the end"""
    with backend.open(
        tables={"customers": {"sql": "sources/customers.sql"}},
        variables={"place": "it's ::x; DROP"},
        files={"sources/customers.sql": select},
    ) as warehouse:
        source = warehouse.source("customers")
        frame = warehouse.fetch(sa.select(source.c.customer_id, source.c.region).order_by(source.c.customer_id))
        again = warehouse.fetch(sa.select(sa.func.count().label("n")).select_from(warehouse.source("customers")))
    assert frame.rows() == [("7", "it's ::x; DROP"), ("8", "a:b it's ::x; DROP 100%")]
    assert again.item() == 2


def problem(backend: Any, tables: dict[str, Any], **more: Any) -> str:
    """What `connected` says about a configuration that does not fit."""
    with backend.open(tables=tables, **more) as warehouse:
        with pytest.raises(ContractError) as caught:
            _ = warehouse.connected
        for name in tables:
            assert warehouse.offered(name) == frozenset() if name == "customers" else True
    return str(caught.value)


def test_every_misfit_is_named_at_once_with_file_line_and_nearest_name(backend: Any) -> None:
    """Missing tables, columns, contract names and types of several tables come in one message."""
    backend.run(CUSTOMERS, "CREATE TABLE orders_2018 (order_id integer)")
    text = problem(
        backend,
        {
            "customers": {"from": "crm_customers", "columns": {"customer_id": "Idd", "joined_onn": "created"}},
            "orders": {"from": "orders_2081"},
            "respones": {"from": "crm_customers"},
        },
    )
    assert "config/warehouse.yaml, line 5, tables.customers.columns.customer_id" in text
    assert "crm_customers has no column “Idd”" in text
    assert "Did you mean “Id”?" in text
    assert "has no column “joined_onn”" in text
    assert "Did you mean “joined_on”?" in text
    assert "has no table “orders_2081”" in text
    assert "Did you mean “orders_2018”?" in text
    assert "no contract table named “respones”" in text
    assert "Did you mean “responses”?" in text


def test_a_missing_required_column_is_named_with_a_guess(backend: Any) -> None:
    """The message lists what the table has and which column may be meant."""
    backend.run("CREATE TABLE customers (customer_id integer, joinedon date)")
    text = problem(backend, {"customers": {"from": "customers"}})
    assert "customers has no column “joined_on”, which customers requires" in text
    assert "columns: {joined_on: joinedon}" in text


@pytest.mark.parametrize(
    ("type_", "advice"),
    [
        ("double precision", "CAST(acquisition_cost AS BIGINT)"),
        ("numeric(10,2)", "ROUND(acquisition_cost * 100)"),
        ("varchar(9)", "CAST(acquisition_cost AS BIGINT)"),
    ],
)
def test_a_type_that_would_be_rounded_or_guessed_is_refused(backend: Any, type_: str, advice: str) -> None:
    """Fractions and text for an integer column are refused with the SQL that would say what is meant."""
    backend.run(f"CREATE TABLE customers (customer_id integer, joined_on date, acquisition_cost {type_})")
    text = problem(backend, {"customers": {"from": "customers"}})
    assert "customers.acquisition_cost must be a whole number" in text
    assert advice in text


def test_a_timestamp_for_a_date_is_refused(backend: Any) -> None:
    """Cutting a moment to a day needs a time zone, so a person has to say which."""
    backend.run("CREATE TABLE customers (customer_id integer, joined_on timestamp)")
    text = problem(backend, {"customers": {"from": "customers"}})
    assert "must be a date" in text
    assert "CAST(joined_on AS DATE)" in text


def test_whole_decimals_are_read_as_integers(backend: Any) -> None:
    """NUMERIC(12,0) loses nothing as an integer."""
    backend.run(
        "CREATE TABLE customers (customer_id numeric(12,0), joined_on date, acquisition_cost numeric(12,0))",
        "INSERT INTO customers VALUES (5, DATE '2018-01-01', 1200)",
    )
    with backend.open("customers") as warehouse:
        c = warehouse.source("customers").c
        assert warehouse.fetch(sa.select(c.customer_id, c.acquisition_cost)).row(0) == ("5", 1200)


@pytest.mark.parametrize(
    ("select", "part"),
    [
        ("SELECT 1 AS customer_id; SELECT 2", "a second statement begins here"),
        ("DELETE FROM crm_customers", "it begins with “DELETE”"),
        ("SELECT '${plce}' AS customer_id", "Did you mean “place”?"),
        ("SELECT ${place} AS customer_id", "outside a plain quoted literal"),
        ("SELECT 'open AS customer_id", "never closed"),
        ("SELECT nonsense FROM crm_customers", "nonsense"),
        ("", "is empty"),
    ],
)
def test_a_bad_sql_file_is_explained(backend: Any, select: str, part: str) -> None:
    """Second statements, other statements than SELECT, unknown and unquoted variables and SQL errors are named."""
    backend.run(CUSTOMERS)
    text = problem(
        backend,
        {"customers": {"sql": "sources/customers.sql"}},
        variables={"place": "x"},
        files={"sources/customers.sql": select},
    )
    assert part in text
    assert "config/warehouse.yaml, line 4, tables.customers.sql" in text


def test_an_absent_sql_file_is_named(backend: Any) -> None:
    """A mistyped file name gets the nearest file of that folder."""
    backend.run(CUSTOMERS)
    tables = {"customers": {"sql": "sources/custmers.sql"}}
    text = problem(backend, tables, files={"sources/customers.sql": "SELECT 1"})
    assert "Did you mean “customers.sql”?" in text


def test_an_unconnected_table_is_an_error_that_names_it(backend: Any) -> None:
    """Asking for a contract table nobody mapped, or one that does not exist, says so."""
    backend.run(CUSTOMERS)
    with backend.open(tables=mapped(customer_id="Id", joined_on="lost")) as warehouse:
        with pytest.raises(ContractError, match=r"The table orders \(a purchase\) is not connected"):
            warehouse.source("orders")
        with pytest.raises(UnknownNameError, match="Did you mean “orders”"):
            warehouse.source("order")
        with pytest.raises(UnknownNameError):
            warehouse.offered("order")
