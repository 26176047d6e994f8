"""What lies around the customers: benchmarks of others, the company's view of itself, initiatives and events.

Small tables written from a few lines each. Benchmarks come in calendar half-years, with every kind of uncertainty that
publishers give or withhold; one changes its method, one is reprinted unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from cxdash.demo import names, plan
from cxdash.demo.company import Company
from cxdash.demo.draws import stream
from cxdash.demo.tables import from_rows

RIVAL_AHEAD = "Voxa"
_WAVES = 5


def half_years(last_day: date, count: int) -> list[tuple[date, date]]:
    """The last `count` calendar half-years, oldest first, whose figures were out (40 days after) by `last_day`."""
    periods: list[tuple[date, date]] = []
    year, half = last_day.year, 2
    while len(periods) < count:
        first = date(year, 1 if half == 1 else 7, 1)
        last = date(year, 6, 30) if half == 1 else date(year, 12, 31)
        if last + timedelta(days=40) <= last_day:
            periods.append((first, last))
        year, half = (year, 1) if half == 2 else (year - 1, 2)
    return periods[::-1]


# name, scope, metric, source, method, scale, values per wave, what is published beside the value
_PUBLISHED: tuple[tuple[str, str, str, str, str, str, tuple[float, ...], str], ...] = (
    (
        RIVAL_AHEAD,
        "competitor",
        "nps",
        "Telecom Monitor",
        "online panel",
        "0-10",
        (22.0, 26.0, 30.0, 35.0, 39.0),
        "interval",
    ),
    (
        "Telara",
        "competitor",
        "nps",
        "Telecom Monitor",
        "online panel",
        "0-10",
        (24.0, 23.0, 25.0, 24.0, 24.0),
        "interval",
    ),
    (
        "Brightline",
        "competitor",
        "nps",
        "Telecom Monitor",
        "online panel",
        "0-10",
        (31.0, 30.0, 28.0, 28.0, 27.0),
        "sample",
    ),
    (
        "Industry average",
        "industry",
        "nps",
        "Telecom Monitor",
        "online panel",
        "0-10",
        (24.0, 25.0, 25.0, 26.0, 26.0),
        "value",
    ),
    (
        "Best in class",
        "best_in_class",
        "nps",
        "Telecom Monitor",
        "online panel",
        "0-10",
        (38.0, 38.0, 39.0, 40.0, 42.0),
        "sample",
    ),
    (
        "Parcelo",
        "cross_industry",
        "nps",
        "Leaders Index",
        "customers, e-mail",
        "0-10",
        (52.0, 53.0, 55.0, 56.0, 58.0),
        "value",
    ),
    (
        RIVAL_AHEAD,
        "competitor",
        "csat",
        "Service Barometer",
        "telephone",
        "1-5",
        (78.0, 79.5, 81.0, 83.5, 85.0),
        "sample",
    ),
    ("Telara", "competitor", "csat", "Service Barometer", "telephone", "1-5", (79.0, 79.0, 78.5, 79.5, 79.0), "sample"),
    (
        "Brightline",
        "competitor",
        "csat",
        "Service Barometer",
        "telephone",
        "1-5",
        (80.0, 80.5, 80.0, 80.0, 79.5),
        "interval",
    ),
    (
        "Industry average",
        "industry",
        "csat",
        "Service Barometer",
        "telephone",
        "1-5",
        (78.5, 78.5, 79.0, 79.0, 79.5),
        "value",
    ),
    (
        "Parcelo",
        "cross_industry",
        "csat",
        "Leaders Index",
        "customers, e-mail",
        "1-5",
        (88.0, 88.5, 89.0, 89.5, 90.0),
        "value",
    ),
)


def benchmarks_table(company: Company) -> dict[str, pa.Array]:
    """The `benchmarks` table."""
    waves = half_years(company.last_day, _WAVES)
    rows = []
    for name, scope, metric, source, method, scale, values, kind in _PUBLISHED:
        for wave, ((first, last), value) in enumerate(zip(waves, values, strict=True)):
            asked = 820 + 60 * wave if metric == "nps" else 640 + 15 * wave
            margin = 5.4 if metric == "nps" else 3.1
            low, high = (value - margin, value + margin) if kind == "interval" else (None, None)
            # the industry's publisher moved from a panel to customers' own surveys in the fourth wave
            changed = name == "Industry average" and metric == "csat" and wave >= _WAVES - 2
            rows.append((
                source, name, scope, metric, "customers, e-mail" if changed else method, scale, "national", first, last,
                value + (2.5 if changed else 0.0), low, high, asked if kind == "sample" else None,
                last + timedelta(days=40),
            ))  # fmt: skip
    return from_rows("benchmarks", rows)


_OWN_VIEW = {"Bill": 4.4, "Call centre": 4.3, "Network": 4.2, "App": 4.1, "Chat": 4.2, "Web shop": 4.0, "Delivery": 4.0,
             "Store": 4.2, "Installation": 4.1, "Renewal offer": 4.3}  # fmt: skip
_JUDGES = ("Executive board", "Customer service", "Digital")


def assessments_table(company: Company) -> dict[str, pa.Array]:
    """The `assessments` table: every half-year three circles of the company rate each touchpoint, kindly."""
    rng = stream(company.seed, -1, "assessments")
    rows = []
    for wave in range(4):
        # the key of the table is day and touchpoint, so each circle meets on a day of its own
        for judge, team in enumerate(_JUDGES):
            when = company.last_day - timedelta(days=40 + 182 * wave + judge)
            for touchpoint in names.TOUCHPOINTS:
                rating = int(np.clip(round(_OWN_VIEW[touchpoint] + 0.3 * rng.standard_normal()), 1, 5))
                rows.append((when, touchpoint, team, rating, 1, 5))
    return from_rows("assessments", rows)


def initiatives_table(company: Company) -> dict[str, pa.Array]:
    """The `initiatives` table: one works, one does not, one has just begun, one is planned."""

    def on(offset: int) -> date:
        return company.last_day + timedelta(days=offset)

    works, idle = plan.INITIATIVE_WORKS.first, plan.INITIATIVE_IDLE.first
    rows: list[tuple[Any, ...]] = [
        ("INI-1", "One advisor per case", "Head of Service", "csat", "region=Harbour Coast",
         on(works - 45), on(works), None, 18_500_000, 5.0, "region=Midlands, region=Riverside, region=Westshore"),
        ("INI-2", "Loyalty magazine", "Head of Marketing", "csat", "region=South",
         on(idle - 30), on(idle), on(-20), 9_400_000, 3.0, "region=Riverside, region=Lakeland, region=Midlands"),
        ("INI-3", "Call-back instead of waiting", "Head of Service", "csat", "channel=phone, region=Highlands",
         on(-60), on(-18), None, 3_200_000, 4.0, "channel=phone, region=Westshore"),
        ("INI-4", "Bill in plain words", "Head of Finance", "nps", "product=Home Fibre",
         on(-12), on(24), None, 6_000_000, 4.0, "product=Mobile Plus"),
    ]  # fmt: skip
    return from_rows("initiatives", rows)


def events_table(company: Company) -> dict[str, pa.Array]:
    """The `events` table."""
    return from_rows("events", sorted(_events(company), key=lambda row: row[:2]))


def _events(company: Company) -> Iterator[tuple[Any, ...]]:
    def on(offset: int) -> date:
        return company.last_day + timedelta(days=offset)

    for offset, region in plan.OUTAGES:
        yield on(offset), f"Network outage in {names.REGIONS[region]}", "outage", f"region={names.REGIONS[region]}"
    yield on(plan.CAMPAIGN.first), "Nova Weeks begin", "campaign", "product=Handset Nova"
    yield on(plan.TRAINING_WORKED.first), "Training “Solve it in one conversation”", "training", "team=Chat Beta"
    yield on(plan.TRAINING_IDLE.first), "Training “Friendly phrases”", "training", "team=Phone Midlands"
    yield on(plan.NORTH_WAITING.first), "New rota in the call centre North", "operations", "channel=phone, region=North"
    yield on(-470), "New release of the app", "release", "channel=app"
    for year in range(company.first_day.year, company.last_day.year + 1):
        for month, day, label in ((1, 1, "New Year’s Day"), (12, 25, "Christmas Day")):
            when = date(year, month, day)
            if company.first_day <= when <= company.last_day:
                yield when, label, "holiday", None
