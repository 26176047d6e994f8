"""Visits and the carts they leave behind: what is staged is what a person counts who goes through them by hand."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from cxdash.edition import Edition
from tests.refresh.conftest import embedded, load
from tests.refresh.small_company import tables

VISITS = tables()["visits"]
HOMES = tables()["customers"].select("customer_id", "region", "segment")


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    company = load(embedded(tmp_path_factory.mktemp("visits")), tables())
    assert company.refresh().outcome == "published"
    return company.edition()


def by_hand() -> dict[str, tuple[str, bool, str | None]]:
    """Cart left behind (visit) → the visit that came back, whether it found the cart, and the change of device."""
    found: dict[str, tuple[str, bool, str | None]] = {}
    last: dict[str, dict[str, Any]] = {}
    for visit in VISITS.sort("started_at", "visit_id").iter_rows(named=True):
        who = visit["customer_id"]
        if who is None:
            continue
        before = last.get(who)
        last[who] = visit
        if before is None or before["furthest_stage"] not in ("cart", "checkout"):
            continue
        if visit["started_at"] - before["started_at"] > timedelta(days=3):
            continue
        devices = (before["device"], visit["device"])
        change = None if None in devices else "same" if devices[0] == devices[1] else "other"
        found[before["visit_id"]] = (visit["visit_id"], visit["cart_id"] == before["cart_id"], change)
    return found


def test_carts_are_followed_to_the_next_visit_of_the_same_customer(edition: Edition) -> None:
    """Who came back, on what, and whether the cart was there: the same as by hand, and both outcomes occur."""
    rows = pl.read_parquet(edition.rows_path("carts"))
    staged = {
        r["visit_id"]: (r["next_visit_id"], r["found_again"], r["device_change"]) for r in rows.iter_rows(named=True)
    }
    assert staged == by_hand()
    assert {found for _, found, _ in staged.values()} == {True, False}
    assert {change for *_, change in staged.values()} == {None, "same", "other"}


def test_a_visit_brings_its_customers_region_along(edition: Edition) -> None:
    """Region and segment are the customer's; a visitor who is not signed in has none."""
    rows = pl.read_parquet(edition.rows_path("visits"))
    expected = VISITS.select("visit_id", "customer_id").join(HOMES, on="customer_id", how="left").sort("visit_id")
    staged = rows.select("visit_id", "customer_id", "region", "segment").sort("visit_id")
    assert staged.equals(expected.select(staged.columns))
    assert staged.filter(pl.col("customer_id").is_null())["region"].null_count() > 0


def test_visits_count_as_they_do_in_the_raw_table(edition: Edition) -> None:
    """Errors, slow pages and orders by channel, from the published grid."""
    grid = edition.grid("visits", "day-channel-device-product")
    sums = grid.group_by("channel").agg(pl.exclude("day", "device", "product").sum()).sort("channel")
    expected = Counter[tuple[str, str]]()
    for visit in VISITS.iter_rows(named=True):
        channel = visit["channel"]
        expected[channel, "visits"] += 1
        expected[channel, "visits_with_errors"] += visit["errors"] > 0
        expected[channel, "visits_timed"] += visit["load_ms"] is not None
        expected[channel, "visits_slow"] += (visit["load_ms"] or 0) > 2500
        expected[channel, "visits_converted"] += visit["converted"]
    for row in sums.iter_rows(named=True):
        for name in ("visits", "visits_with_errors", "visits_timed", "visits_slow", "visits_converted"):
            assert row[name] == expected[str(row["channel"]), name]
    assert sums.height == 2
