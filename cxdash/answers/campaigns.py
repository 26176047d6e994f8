"""The campaign calendar: when each campaign ran, what is usual without one, who came and what the shelf could not give.

Usual are the eight weeks before a campaign, without the days of other campaigns, so that one campaign is not judged by
the trouble of another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from cxdash.answers.cells import fold
from cxdash.answers.folded import Request
from cxdash.edition import Edition
from cxdash.errors import CxdashError
from cxdash.metrics.facts.visits import VISITED
from cxdash.periods import Period
from cxdash.selection import Filters
from cxdash.statistics.differences import welch

USUAL_DAYS = 56
"""Days before a campaign that show what is usual: eight whole weeks."""
FEWEST_USUAL_DAYS = 14


@dataclass(frozen=True)
class Campaign:
    """One row of the campaign calendar. `cost` in minor units; `expected` in orders, None where nobody said."""

    key: str
    name: str
    product: str | None
    period: Period
    cost: int
    expected: int | None


@dataclass(frozen=True)
class Demand:
    """Visits a day on the days of a campaign and usually, and their difference with its interval (days as units)."""

    now: float
    usual: float
    low: float
    high: float
    visits: int


@dataclass(frozen=True)
class Shortage:
    """What the shelf could not give: days the campaign's product ran out, of how many; units asked for and lacking."""

    days: int
    of_days: int
    demanded: int
    lacking: int


def campaigns_within(edition: Edition, period: Period) -> tuple[Campaign, ...]:
    """Campaigns that ran on any day of the period, latest first; () where no calendar is connected."""
    table = edition.table("campaigns")
    if table is None:
        return ()
    ran = table.filter((pl.col("started_on") <= period.end) & (pl.col("ended_on") >= period.start))
    return tuple(
        Campaign(r["campaign_id"], r["name"], r["product"], Period(r["started_on"], r["ended_on"]), r["cost"],
                 r["expected_demand"])
        for r in ran.sort("started_on", "campaign_id", descending=True).iter_rows(named=True)
    )  # fmt: skip


def usual_days(edition: Edition, one: Campaign, others: Sequence[Campaign]) -> tuple[date, ...]:
    """The days that show what is usual: before the campaign, in the data, outside every campaign."""
    before = Period(one.period.start - timedelta(days=USUAL_DAYS), one.period.start - timedelta(days=1))
    days = [before.start + timedelta(days=n) for n in range(before.days)]
    free = [
        day
        for day in days
        if day >= edition.manifest.first_day
        and not any(other.period.start <= day <= other.period.end for other in others)
    ]
    return tuple(free) if len(free) >= FEWEST_USUAL_DAYS else ()


def visits_by_day(edition: Edition, filters: Filters) -> dict[date, float]:
    """Visits on each day; {} where visits are not connected or the filters do not apply to them."""
    record = edition.manifest.facts.get("visits")
    if record is None or record.first_day is None or record.last_day is None:
        return {}
    try:
        request = Request("visits", (VISITED,), Period(record.first_day, record.last_day), filters, (), "day")
        frame = fold(edition, request).frame
    except CxdashError:
        return {}
    return dict(zip(frame["start"].to_list(), frame[VISITED.name].cast(pl.Float64).to_list(), strict=True))


def demand_of(visits: Mapping[date, float], period: Period, usual: tuple[date, ...]) -> Demand | None:
    """Visits a day on the campaign's days against the usual ones; None where there are too few days of either."""
    during = [period.start + timedelta(days=n) for n in range(period.days)]
    first, last = (min(visits), max(visits)) if visits else (date.max, date.min)
    now = [visits.get(day, 0.0) for day in during if first <= day <= last]
    then = [visits.get(day, 0.0) for day in usual if first <= day <= last]
    if len(now) < 2 or len(then) < FEWEST_USUAL_DAYS or sum(now) < 1:
        return None
    sums = [(float(len(side)), sum(side), sum(n * n for n in side)) for side in (now, then)]
    difference = welch(*(np.array([n]) for side in sums for n in side))
    return Demand(
        sums[0][1] / sums[0][0], sums[1][1] / sums[1][0], float(difference.low[0]), float(difference.high[0]),
        round(sums[0][1]),
    )  # fmt: skip


def shortage_of(edition: Edition, one: Campaign) -> Shortage | None:
    """Counted, not estimated: every day of the product's stock is known."""
    table = edition.table("stock")
    if table is None or one.product is None:
        return None
    days = table.filter(pl.col("day").is_between(one.period.start, one.period.end) & (pl.col("product") == one.product))
    if days.is_empty():
        return None
    lacking = (pl.col("demanded") - pl.col("available")).clip(lower_bound=0)
    out = days.select((lacking > 0).sum().alias("days"), pl.col("demanded").sum(), lacking.sum().alias("lacking"))
    return Shortage(int(out["days"][0]), days.height, int(out["demanded"][0]), int(out["lacking"][0]))
