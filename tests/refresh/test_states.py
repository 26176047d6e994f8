"""Staged states are right: the same on every warehouse, and what a person gets who counts the raw rows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from cxdash.edition import UNKNOWN, Edition
from cxdash.measures import Fact, Grid, State, WindowCalendar, count_if, total
from cxdash.metrics.catalogue import states_of
from cxdash.metrics.facts import FACTS
from cxdash.metrics.facts.contacts import TIMES
from cxdash.refresh.cells import select_cells, split_cells
from tests.refresh.conftest import Company, embedded, load
from tests.refresh.small_company import FIRST_DAY, LAST_DAY, frame, tables

Small = Callable[..., Company]
TABLES = tables()
ZONE = "Europe/Berlin"


def on_disk(edition: Edition, fact: str, key: str) -> pl.DataFrame:
    """A grid as it was published; readers hold it in narrower types."""
    return pl.read_parquet(edition.folder / "grids" / fact / f"{key}.parquet")


def business_day(column: str) -> pl.Expr:
    return pl.col(column).dt.replace_time_zone("UTC").dt.convert_time_zone(ZONE).dt.date()


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    company = load(embedded(tmp_path_factory.mktemp("states")), TABLES)
    assert company.refresh().outcome == "published"
    return company.edition()


@pytest.mark.postgres
def test_both_warehouses_stage_the_same_bits(request: pytest.FixtureRequest, make_project: Any) -> None:
    """Every grid and every prepared row of every fact, from DuckDB and from PostgreSQL."""
    from tests.conftest import Backend

    editions = []
    for name, url in (("duckdb", None), ("postgresql", request.getfixturevalue("postgres_database"))):
        company = load(Backend(name, make_project(), url, make_project), TABLES)
        assert company.refresh().outcome == "published"
        editions.append(company.edition())
        assert editions[-1].manifest.backend == name
    ours, theirs = editions
    assert {**ours.manifest.facts}.keys() == set(FACTS)
    for name, record in ours.manifest.facts.items():
        other = theirs.manifest.facts[name]
        assert record.model_copy(update={"sql": "", "rows_bytes": 0}) == other.model_copy(
            update={"sql": "", "rows_bytes": 0}
        )
        assert_frame_equal(pl.read_parquet(ours.rows_path(name)), pl.read_parquet(theirs.rows_path(name)))
        for grid in record.grids:
            assert_frame_equal(ours.grid(name, grid.key), theirs.grid(name, grid.key))


def test_every_fact_and_state_is_there(edition: Edition) -> None:
    """Grids have day, dimensions and exactly the states the catalogue needs, in canonical types."""
    for name, fact in FACTS.items():
        for grid in fact.grids:
            cells = on_disk(edition, name, grid.key)
            held = [state for state in states_of(name) if state.tally == grid.tally]
            assert cells.columns == ["day", *grid.dimensions, *(state.name for state in held)]
            assert cells.schema["day"] == pl.Date
            for state in held:
                assert cells.schema[state.name] == (pl.Decimal(38, 0) if state.wide else pl.Int64)
            keys = cells.select("day", *grid.dimensions)
            assert keys.is_duplicated().sum() == 0
            assert_frame_equal(keys, keys.sort(*grid.dimensions, "day", nulls_last=True))


def test_scores_are_what_counting_gives(edition: Edition) -> None:
    """NPS histogram per business day, channel, region and segment, counted again from the raw rows."""
    answers = TABLES["responses"].filter(pl.col("score").is_not_null(), survey="nps")
    counted = answers.group_by(business_day("responded_at").alias("day"), "channel", "region", "segment").agg(
        *((pl.col("score") == score).sum().cast(pl.Int64).alias(f"nps_{score}") for score in range(11)),
        (pl.col("pattern") == "transactional").sum().cast(pl.Int64).alias("nps_transactional"),
    )
    cells = on_disk(edition, "scores", "day-channel-region-segment").select(counted.columns)
    asked = cells.filter(pl.sum_horizontal(pl.selectors.matches(r"^nps_\d+$")) > 0)
    assert_frame_equal(asked, counted, check_row_order=False)


def test_touchpoint_ratings_are_counted_on_the_day_of_their_response(edition: Edition) -> None:
    """Rated and satisfied per touchpoint, channel and product, counted again from the raw rows."""
    rated = TABLES["touchpoint_ratings"].filter(pl.col("rating").is_not_null())
    along = (pl.col("rating") - pl.col("scale_min")) / (pl.col("scale_max") - pl.col("scale_min"))
    counted = (
        rated.join(TABLES["responses"], on="response_id")
        .group_by(business_day("responded_at").alias("day"), "touchpoint", "channel", "product")
        .agg(
            pl.len().cast(pl.Int64).alias("ratings"),
            (along >= 0.75).sum().cast(pl.Int64).alias("ratings_satisfied"),
        )
    )
    cells = on_disk(edition, "ratings", "day-touchpoint-channel-product").select(counted.columns)
    assert rated.height < TABLES["touchpoint_ratings"].height
    assert_frame_equal(cells.filter(pl.col("ratings") > 0), counted, check_row_order=False)


def test_unknown_stages_keep_their_own_cells(edition: Edition) -> None:
    """NULL is a value of its own, not a total and not lost."""
    cells = on_disk(edition, "invitations", "day-channel-stage-product")
    delivered = TABLES["responses"].filter(pl.col("delivered").fill_null(value=True))
    by_stage = delivered.group_by("stage").agg(pl.len().cast(pl.Int64).alias("delivered"))
    assert_frame_equal(cells.group_by("stage").agg(pl.col("delivered").sum()), by_stage, check_row_order=False)
    assert edition.manifest.facts["invitations"].dimensions["stage"][-1] == UNKNOWN


def test_customers_flow_in_and_out(edition: Edition) -> None:
    """The balance of both flows is the number of customers at risk."""
    cells = on_disk(edition, "customers", "day-region-segment")
    at_risk = TABLES["customers"].filter(pl.col("left_on").is_null() | (pl.col("left_on") > pl.col("joined_on")))
    for day in (FIRST_DAY, LAST_DAY):
        balance = cells.filter(pl.col("day") < day).select(pl.col("joined").sum() - pl.col("lost").sum()).item()
        assert (
            balance
            == at_risk.filter(
                pl.col("joined_on") < day, pl.col("left_on").is_null() | (pl.col("left_on") >= day)
            ).height
        )


def test_revenue_is_kept_per_complete_window(edition: Edition) -> None:
    """Whole months and the whole quarter inside the data; squares exact to the last digit."""
    cells = on_disk(edition, "revenue", "day-window_grain-region-segment")
    windows = cells.select("window_grain", "day").unique().sort("window_grain", "day").rows()
    months = [("month", date(2026, month, 1)) for month in (4, 5, 6)]
    assert windows == [*months, ("quarter", date(2026, 4, 1))]
    s = TABLES["subscriptions"]
    start, stop = date(2026, 4, 1), date(2026, 7, 1)

    def in_force(day: date) -> pl.Expr:
        return (pl.col("started_on") <= day) & (pl.col("ended_on").is_null() | (pl.col("ended_on") > day))

    opened = s.filter(in_force(start))
    kept = opened.filter(in_force(stop))
    quarter = cells.filter(window_grain="quarter").sum()
    assert quarter["cohort"].item() == opened.height
    assert quarter["base"].item() == Decimal(opened["monthly_value"].sum())
    assert quarter["kept"].item() == Decimal(kept["monthly_value"].sum())
    assert quarter["base_base"].item() == Decimal((opened["monthly_value"] ** 2).sum())


def test_the_span_ends_with_the_last_complete_day(small: Small) -> None:
    """Rows of today are kept, but today is not part of what the edition answers for."""
    company = small("responses", config={"today": LAST_DAY})
    company.refresh()
    manifest = company.edition().manifest
    assert (manifest.first_day, manifest.last_day) == (FIRST_DAY, LAST_DAY - timedelta(days=1))
    assert manifest.facts["invitations"].last_day == LAST_DAY


def test_metrics_without_their_table_are_explained(small: Small) -> None:
    """What cannot be computed is not silently absent."""
    company = small("responses", config={"unsupported": {"ces": "Nobody asks for effort."}})
    company.refresh()
    manifest = company.edition().manifest
    assert manifest.unsupported["ces"] == "Nobody asks for effort."
    assert manifest.unsupported["churn"] == "Needs the table customers, which is not connected."
    assert "subscriptions and customers" in manifest.unsupported["net_retention"]
    assert {"health", "nps", "csat", "response_rate"} <= set(manifest.metrics)
    assert set(manifest.metrics).isdisjoint(manifest.unsupported)
    assert manifest.targets["health"]["weights"] == {"nps": 60, "csat": 40}


def test_a_column_nobody_fills_is_no_zero(small: Small) -> None:
    """Waits that are never recorded, service that has no column: named as what is missing, not answered."""
    unfilled = TABLES["contacts"].with_columns(pl.lit(None, dtype=pl.Int64).alias("wait_seconds"))
    company = small("responses", "contacts", contacts=unfilled)
    company.refresh()
    manifest = company.edition().manifest
    assert (
        manifest.unsupported["wait_time"]
        == "Needs the column wait_seconds of the table contacts, which is never filled."
    )
    assert manifest.unsupported["abandonment"] == manifest.unsupported["wait_time"]
    assert "handle_seconds of the table contacts, which is not connected" in manifest.unsupported["handle_time"]
    assert {"transfers", "escalations", "repeat_rate"} <= set(manifest.metrics)


def test_times_are_counted_in_their_bins(edition: Edition) -> None:
    """Counts by value per weekday and hour of the business time zone, counted again from the raw rows."""
    local = pl.col("started_at").dt.replace_time_zone("UTC").dt.convert_time_zone(ZONE)
    edges = TIMES.edges
    place = pl.col("wait_seconds").map_elements(lambda s: bisect_right(edges, s) - 1, return_dtype=pl.Int64)
    shift = pl.when(pl.col("outcome") == "abandoned").then(len(edges)).otherwise(0)
    counted = (
        TABLES["contacts"]
        .filter(pl.col("direction") == "in", pl.col("wait_seconds").is_not_null())
        .select(
            local.dt.date().alias("day"),
            "channel",
            local.dt.weekday().cast(pl.String).alias("weekday"),
            local.dt.strftime("%H").alias("hour"),
            ("wait_bin_" + (place + shift).cast(pl.String)).alias("state"),
        )
        .group_by(pl.all())
        .len("n")
    )
    cells = on_disk(edition, "contacts", "day-channel-weekday-hour-wait_bin")
    keys = ["day", "channel", "weekday", "hour"]
    found = (
        cells.drop("wait_bin_all").unpivot(index=keys, variable_name="state", value_name="n").filter(pl.col("n") > 0)
    )
    assert_frame_equal(found, counted.cast({"n": pl.Int64}), check_row_order=False)
    whole = counted.group_by(keys).agg(pl.col("n").sum().cast(pl.Int64).alias("wait_bin_all"))
    assert_frame_equal(cells.select(*keys, "wait_bin_all"), whole, check_row_order=False)


def test_dimensions_nobody_fills_are_not_offered(edition: Edition) -> None:
    """Optional columns the source lacks (team) or never fills do not become filters."""
    offered = edition.manifest.facts["scores"].dimensions
    assert set(offered) == {"channel", "region", "segment", "product", "stage", "pattern"}
    assert offered["channel"] == ("phone", "chat", "web")


def test_small_tables_are_kept_whole(edition: Edition) -> None:
    """Benchmarks and events travel with the edition."""
    benchmarks, events = edition.table("benchmarks"), edition.table("events")
    assert benchmarks is not None
    assert events is not None
    assert benchmarks["value"].to_list() == [35.0]
    assert events["label"].to_list() == ["Start"]


AMOUNTS = Fact(
    name="amounts",
    tables=("orders",),
    dimensions=("channel",),
    rows=lambda src, _calendar: sa.select(
        src.business_day(src.source("orders").c.ordered_at).label("day"),
        src.source("orders").c.channel,
        src.source("orders").c.amount,
    ),
    grids=(Grid(("channel",)), Grid(("channel",), "week"), Grid((), "month"), Grid((), "quarter")),
    row_key=("amount",),
    anchors=("orders.ordered_at",),
)
STATES = (
    State("orders", lambda r: count_if(r.amount > 0)),
    State("squares", lambda r: total(r.amount * r.amount), wide=True),
)


@pytest.mark.parametrize("size", [1, 3_000_000_000])
def test_coarser_grains_and_wide_sums_are_exact(backend: Any, size: int) -> None:
    """Weeks, months and quarters add up from days; squares beyond 64 bits keep their last digit."""
    days = [date(2026, 3, 30) + timedelta(days=d) for d in range(10)]
    orders = frame(
        "orders",
        {
            "order_id": [f"O{i}" for i in range(10)],
            "customer_id": ["C"] * 10,
            "ordered_at": days,
            "channel": ["web", None] * 5,
            "amount": [size] * 10,
            "currency": ["EUR"] * 10,
            "returned": [False] * 10,
        },
    )
    backend.load("orders", orders)
    with backend.open("orders") as warehouse:
        cells = warehouse.fetch(select_cells(AMOUNTS, AMOUNTS.rows(warehouse, WindowCalendar()), STATES))
    grids = {grid.key: found for grid, found in split_cells(AMOUNTS, cells, STATES).items()}
    assert grids["month"].select("day", "orders").rows() == [(date(2026, 3, 1), 2), (date(2026, 4, 1), 8)]
    assert grids["quarter"].select("day", "orders").rows() == [(date(2026, 1, 1), 2), (date(2026, 4, 1), 8)]
    assert grids["week-channel"].select("channel", "day", "orders").rows() == [
        ("web", date(2026, 3, 30), 4),
        ("web", date(2026, 4, 6), 1),
        (None, date(2026, 3, 30), 3),
        (None, date(2026, 4, 6), 2),
    ]
    assert grids["day-channel"].height == 10
    for found in grids.values():
        assert found["squares"].sum() == Decimal(10 * size**2)
        assert found["squares"].dtype == pl.Decimal(38, 0)
