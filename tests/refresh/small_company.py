"""A company small enough to read: 120 days, every table the facts need, no faults, deterministic from a seed.

Tests change single rows of it and ask what the refresh says.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import polars as pl

from cxdash import schema

LAST_DAY = date(2026, 6, 30)
FIRST_DAY = LAST_DAY - timedelta(days=119)
TODAY = LAST_DAY + timedelta(days=1)

_TYPES = {
    "String": pl.String,
    "BigInteger": pl.Int64,
    "Boolean": pl.Boolean,
    "Date": pl.Date,
    "DateTime": pl.Datetime("us"),
    "Double": pl.Float64,
}

CONFIG: dict[str, Any] = {
    "company": "Small Company",
    "timezone": "Europe/Berlin",
    "today": TODAY,
    "keep_editions": 3,
    "notes": ["A note."],
}
TARGETS = """\
version: "2026-1"
metrics:
  nps: {target: 40, floor: 0}
  csat: {target: 85, floor: 60}
health: {weights: {nps: 60, csat: 40}}
"""


def frame(table: str, rows: dict[str, Any]) -> pl.DataFrame:
    """Contract-typed columns of a table; columns not given are left out."""
    kinds = {c.name: _TYPES[type(c.type).__name__] for c in schema.table(table).columns}
    return pl.DataFrame({name: pl.Series(name, values, dtype=kinds[name]) for name, values in rows.items()})


def tables(seed: int = 1, per_day: int = 30) -> dict[str, pl.DataFrame]:
    """Every table of the company."""
    rng = np.random.default_rng(seed)
    customers = 400
    ids = [f"C{i:04d}" for i in range(customers)]
    joined = [LAST_DAY - timedelta(days=int(d)) for d in np.linspace(0, 900, customers)]
    left = [
        max(j, LAST_DAY - timedelta(days=int(d))) if rng.random() < 0.15 else None
        for j, d in zip(joined, rng.integers(0, 110, customers), strict=True)
    ]
    region = rng.choice(["North", "South", "East"], customers, p=[0.5, 0.3, 0.2])
    segment = rng.choice(["Home", "Business"], customers, p=[0.7, 0.3])
    found = {
        "customers": frame(
            "customers",
            {
                "customer_id": ids,
                "joined_on": joined,
                "left_on": left,
                "region": region,
                "segment": segment,
                "language": rng.choice(["en", "de"], customers),
            },
        ),
        "subscriptions": frame(
            "subscriptions",
            {
                "subscription_id": [f"S{i:04d}" for i in range(customers)],
                "customer_id": ids,
                "product": rng.choice(["Net", "TV"], customers),
                "started_on": joined,
                "ended_on": left,
                "monthly_value": rng.integers(1000, 9000, customers),
                "currency": ["EUR"] * customers,
            },
        ),
        "benchmarks": frame(
            "benchmarks",
            {
                "source": ["Panel"],
                "name": ["Rival"],
                "scope": ["competitor"],
                "metric": ["nps"],
                "method": ["panel"],
                "scale": ["0-10"],
                "period_start": [FIRST_DAY],
                "period_end": [LAST_DAY],
                "value": [35.0],
                "published_on": [LAST_DAY],
            },
        ),
        "events": frame("events", {"day": [FIRST_DAY], "label": ["Start"], "kind": ["release"]}),
    }
    size = per_day * 120
    who = rng.integers(0, customers, size)
    day = np.repeat(np.arange(120), per_day)
    midnight = datetime.combine(FIRST_DAY, time())
    when = [
        midnight + timedelta(days=int(d), seconds=int(s))
        for d, s in zip(day, rng.integers(7 * 3600, 19 * 3600, size), strict=True)
    ]
    survey = rng.choice(["nps", "csat", "ces"], size)
    low = np.where(survey == "nps", 0, 1)
    high = np.select([survey == "nps", survey == "csat"], [10, 5], 7)
    answered = rng.random(size) < 0.7
    score = np.clip(np.round(high - rng.gamma(1.5, 0.15, size) * high), low, high).astype(int)
    named = rng.random(size) < 0.9
    found["responses"] = frame(
        "responses",
        {
            "response_id": [f"R{i:05d}" for i in range(size)],
            "customer_id": [ids[w] if n else None for w, n in zip(who, named, strict=True)],
            "survey": survey,
            "pattern": rng.choice(["transactional", "relationship"], size, p=[0.7, 0.3]),
            "scale_min": low,
            "scale_max": high,
            "score": [int(s) if a else None for s, a in zip(score, answered, strict=True)],
            "invited_at": when,
            "delivered": [None if rng.random() < 0.1 else bool(rng.random() < 0.95) for _ in range(size)],
            "responded_at": [
                w + timedelta(minutes=int(m)) if a else None
                for w, m, a in zip(when, rng.integers(1, 200, size), answered, strict=True)
            ],
            "dismissed": rng.random(size) < 0.05,
            "channel": rng.choice(["phone", "chat", "web"], size, p=[0.5, 0.3, 0.2]),
            "stage": [None if rng.random() < 0.1 else str(rng.choice(["buy", "use"])) for _ in range(size)],
            "region": region[who],
            "segment": segment[who],
            "product": rng.choice(["Net", "TV"], size),
        },
    )
    talk = rng.integers(0, customers, size)
    found["contacts"] = frame(
        "contacts",
        {
            "contact_id": [f"K{i:05d}" for i in range(size)],
            "customer_id": [ids[t] for t in talk],
            "channel": rng.choice(["phone", "chat", "email"], size),
            "actor": rng.choice(["human", "bot"], size, p=[0.8, 0.2]),
            "direction": rng.choice(["in", "out"], size, p=[0.9, 0.1]),
            "started_at": when,
            "wait_seconds": rng.integers(0, 600, size),
            "reason": rng.choice(["bill", "line", "move"], size),
            "region": region[talk],
            "segment": segment[talk],
            "outcome": rng.choice(["resolved", "unresolved", "abandoned"], size, p=[0.7, 0.2, 0.1]),
            "transferred": rng.random(size) < 0.1,
            "escalated": rng.random(size) < 0.05,
        },
    )
    found["visits"] = visits(ids)
    found["touchpoint_ratings"] = touchpoint_ratings(found["responses"])
    return found


def touchpoint_ratings(responses: pl.DataFrame) -> pl.DataFrame:
    """Three touchpoints in every second CSAT questionnaire that came back; some not experienced, scales of two lengths.

    Draws of its own, so that the other tables stay what they were.
    """
    rng = np.random.default_rng(11)
    came_back = responses.filter(pl.col("survey") == "csat", pl.col("responded_at").is_not_null())
    asked = came_back.gather_every(2)["response_id"].to_list()
    touchpoints = [("bill", 1, 5), ("network", 1, 5), ("store", 0, 10)]
    rows = [(response, *touchpoint) for response in asked for touchpoint in touchpoints]
    return frame(
        "touchpoint_ratings",
        {
            "response_id": [response for response, *_ in rows],
            "touchpoint": [name for _, name, *_ in rows],
            "rating": [None if rng.random() < 0.15 else int(rng.integers(low, high + 1)) for *_, low, high in rows],
            "scale_min": [low for *_, low, _ in rows],
            "scale_max": [high for *_, high in rows],
        },
    )


def visits(customers: list[str]) -> pl.DataFrame:
    """Visits on web and app: some leave a cart behind, and some who come back find it again. Draws of its own."""
    rng = np.random.default_rng(7)
    size = 1500
    who = rng.integers(0, len(customers), size)
    known = rng.random(size) < 0.8
    stage = rng.choice(["landing", "browse", "cart", "checkout", "order", "service"], size)
    cart = np.isin(stage, ["cart", "checkout", "order"])
    # one cart a customer in a month, so that coming back soon often finds it
    seconds = np.sort(rng.integers(0, 120 * 86_400, size))
    midnight = datetime.combine(FIRST_DAY, time())
    return frame(
        "visits",
        {
            "visit_id": [f"V{i:05d}" for i in range(size)],
            "customer_id": [customers[w] if k else None for w, k in zip(who, known, strict=True)],
            "channel": rng.choice(["web", "app"], size),
            "device": [None if rng.random() < 0.1 else str(rng.choice(["phone", "desktop"])) for _ in range(size)],
            "started_at": [midnight + timedelta(seconds=int(s)) for s in seconds],
            "furthest_stage": stage,
            "errors": rng.poisson(0.2, size),
            "load_ms": [None if rng.random() < 0.1 else int(ms) for ms in rng.integers(300, 4000, size)],
            "cart_id": [
                f"T{w}-{s // (30 * 86_400)}" if c else None for w, s, c in zip(who, seconds, cart, strict=True)
            ],
            "cart_value": [int(v) if c else None for v, c in zip(rng.integers(500, 90_000, size), cart, strict=True)],
            "converted": stage == "order",
            "product": rng.choice(["Net", "TV"], size),
        },
    )
