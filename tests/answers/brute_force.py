"""The metrics again, the slow and obvious way, on the company's raw tables: the oracle of the identity tests.

Nothing here uses the metrics layer: each definition is read off its sentence on the Definitions page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

ZONE = "Europe/Berlin"
WEEK = timedelta(days=7)


def read(folder: Path, table: str) -> pl.DataFrame:
    """A raw table of the demo company."""
    return (
        pl.read_parquet(folder / table / "*.parquet")
        if (folder / table).is_dir()
        else pl.read_parquet(folder / f"{table}.parquet")
    )


def local_day(moment: str, zone: str = ZONE) -> pl.Expr:
    """The business day of a UTC timestamp, by Python's own time-zone data."""
    tz = ZoneInfo(zone)
    return (
        pl.col(moment)
        .map_elements(lambda t: t.replace(tzinfo=ZoneInfo("UTC")).astimezone(tz).date(), return_dtype=pl.Date)
        .alias("day")
    )


def local_time(moment: str, pattern: str, zone: str = ZONE) -> pl.Expr:
    """A UTC timestamp in business time, as text (strftime pattern), by Python's own time-zone data."""
    tz = ZoneInfo(zone)
    return pl.col(moment).map_elements(
        lambda t: t.replace(tzinfo=ZoneInfo("UTC")).astimezone(tz).strftime(pattern), return_dtype=pl.String
    )


def scores(folder: Path) -> pl.DataFrame:
    """Answered questions with their day."""
    rows = read(folder, "responses").filter(pl.col("score").is_not_null() & pl.col("responded_at").is_not_null())
    return rows.with_columns(local_day("responded_at"))


def invitations(folder: Path) -> pl.DataFrame:
    """Delivered invitations with their day and whether they were answered."""
    rows = read(folder, "responses").filter(pl.col("delivered").fill_null(value=True))
    return rows.with_columns(local_day("invited_at"), pl.col("score").is_not_null().alias("hit"))


def contacts(folder: Path) -> pl.DataFrame:
    """Inbound contacts with their day, whether they open an issue, and whether they are repeated within 7 days."""
    rows = read(folder, "contacts").filter(pl.col("direction") == "in").sort("started_at", "contact_id")
    rows = rows.with_columns(
        local_day("started_at"),
        local_time("started_at", "%H").alias("hour"),
        local_time("started_at", "%u").alias("weekday"),
    )
    opens: list[bool | None] = []
    last: dict[tuple[str, str], object] = {}
    topics = [
        ("i", r["issue_id"]) if r["issue_id"] else ("r", r["reason"]) if r["reason"] else ("c", r["contact_id"])
        for r in rows.iter_rows(named=True)
    ]
    repeated: list[bool | None] = [None] * rows.height
    for n, (row, topic) in enumerate(zip(rows.iter_rows(named=True), topics, strict=True)):
        if row["customer_id"] is None:
            opens.append(None)
            continue
        key = (row["customer_id"], str(topic))
        before = last.get(key)
        repeated[n] = False
        opens.append(True)
        if before is not None:
            position, at = before  # type: ignore[misc]
            opens[-1] = row["started_at"] - at > WEEK
            repeated[position] = row["started_at"] - at <= WEEK
        last[key] = (n, row["started_at"])
    return rows.with_columns(
        pl.Series("opens", opens, dtype=pl.Boolean), pl.Series("repeated", repeated, dtype=pl.Boolean)
    )


def _nps(rows: pl.DataFrame) -> tuple[float, int]:
    answers = [s for s, survey in zip(rows["score"], rows["survey"], strict=True) if survey == "nps"]
    return sum((s >= 9) - (s <= 6) for s in answers), len(answers)


def _top(survey: str, lowest: int) -> Callable[[pl.DataFrame], tuple[float, int]]:
    def count(rows: pl.DataFrame) -> tuple[float, int]:
        answers = rows.filter(pl.col("survey") == survey)["score"].to_list()
        return sum(s >= lowest for s in answers), len(answers)

    return count


def _fcr(rows: pl.DataFrame) -> tuple[float, int]:
    opened = [r for r in rows.iter_rows(named=True) if r["opens"] and r["outcome"] != "abandoned"]
    solved = [
        r for r in opened if r["outcome"] == "resolved" and not (r["transferred"] or r["escalated"] or r["repeated"])
    ]
    return len(solved), len(opened)


def _repeat(rows: pl.DataFrame) -> tuple[float, int]:
    known = [r for r in rows["repeated"].to_list() if r is not None]
    return sum(known), len(known)


def _abandoned(rows: pl.DataFrame) -> tuple[float, int]:
    queued = rows.filter(pl.col("wait_seconds").is_not_null())
    return int((queued["outcome"] == "abandoned").sum()), queued.height


def _among_served(column: str) -> Callable[[pl.DataFrame], tuple[float, int]]:
    def count(rows: pl.DataFrame) -> tuple[float, int]:
        served = rows.filter(pl.col("outcome") != "abandoned")
        return int(served[column].sum()), served.height

    return count


def median_wait(rows: pl.DataFrame) -> tuple[float | None, int]:
    """The second by which half would have been served, who gave up known to have waited that long; and how many."""
    waits = rows.filter(pl.col("wait_seconds").is_not_null())
    at_risk, left = waits.height, 1.0
    for second, served, gone in (
        waits.group_by("wait_seconds")
        .agg((pl.col("outcome") != "abandoned").sum().alias("served"), pl.len().alias("gone"))
        .sort("wait_seconds")
        .iter_rows()
    ):
        left *= 1 - served / at_risk
        if left <= 0.5:
            return float(second), waits.height
        at_risk -= gone
    return None, waits.height


def median_handling(rows: pl.DataFrame) -> tuple[float | None, int]:
    """The median of the seconds of service; and how many."""
    times = rows.filter(pl.col("outcome") != "abandoned")["handle_seconds"].drop_nulls()
    return times.median(), times.len()  # type: ignore[return-value]


MEDIANS: dict[str, Callable[[pl.DataFrame], tuple[float | None, int]]] = {
    "wait_time": median_wait,
    "handle_time": median_handling,
}
"""Metric → the median from the seconds of each contact, and how many contacts it rests on."""


ORACLES: dict[str, tuple[str, Callable[[pl.DataFrame], tuple[float, int]], int]] = {
    "nps": ("scores", _nps, 0),
    "csat": ("scores", _top("csat", 4), 0),
    "ces": ("scores", _top("ces", 5), 0),
    "response_rate": ("invitations", lambda rows: (int(rows["hit"].sum()), rows.height), 14),
    "first_contact_resolution": ("contacts", _fcr, 7),
    "repeat_rate": ("contacts", _repeat, 7),
    "abandonment": ("contacts", _abandoned, 0),
    "transfers": ("contacts", _among_served("transferred"), 0),
    "escalations": ("contacts", _among_served("escalated"), 0),
}
"""Metric → which rows, how to count (numerator, denominator), days to mature."""


def selected(rows: pl.DataFrame, start: date, end: date, filters: Mapping[str, tuple[str, ...]]) -> pl.DataFrame:
    """Rows of the days and filters; "(unknown)" is a missing value."""
    rows = rows.filter(pl.col("day").is_between(start, end))
    for dim, values in filters.items():
        known = [v for v in values if v != "(unknown)"]
        keep = pl.col(dim).is_in(known)
        rows = rows.filter((keep | pl.col(dim).is_null()) if "(unknown)" in values else keep.fill_null(value=False))
    return rows


def churn(folder: Path, start: date, end: date, filters: Mapping[str, tuple[str, ...]]) -> tuple[float, int]:
    """Product-limit churn day by day, and customers at risk on the first day."""
    customers = selected(read(folder, "customers").with_columns(pl.lit(start).alias("day")), start, end, filters)
    survival, first = 1.0, None
    day = start
    while day <= end:
        at_risk = customers.filter(
            (pl.col("joined_on") < day) & (pl.col("left_on").is_null() | (pl.col("left_on") >= day))
        )
        lost = int((at_risk["left_on"] == day).sum())
        first = at_risk.height if first is None else first
        survival *= 1 - lost / at_risk.height if at_risk.height else 1.0
        day += timedelta(days=1)
    return 1 - survival, first or 0


def revenue(folder: Path, start: date, stop: date) -> tuple[int, int, int]:
    """Revenue at the window's start, of the same customers at its end, and the lesser of both summed per customer."""
    rows = read(folder, "subscriptions")

    def at(day: date) -> dict[str, int]:
        inside = rows.filter(
            (pl.col("started_on") <= day) & (pl.col("ended_on").is_null() | (pl.col("ended_on") > day))
        )
        return dict(inside.group_by("customer_id").agg(pl.col("monthly_value").sum()).iter_rows())

    base = {customer: value for customer, value in at(start).items() if value > 0}
    kept = at(stop)
    pairs = [(value, kept.get(customer, 0)) for customer, value in base.items()]
    return sum(b for b, _ in pairs), sum(k for _, k in pairs), sum(min(b, k) for b, k in pairs)
