"""A refresh as one person would write it for DuckDB: no contract, no mapping, no audit, no second backend.

Per fact the prepared rows are computed once into a temporary table, written to Parquet, aggregated in one scan with
grouping sets, and each grid is written to Parquet. This is the least work that leaves the same files behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

_BUCKET = """((strpos('0123456789abcdef', md5({0})[1]) - 1) * 16 + strpos('0123456789abcdef', md5({0})[2]) - 1) % 32"""


def _day(moment: str) -> str:
    return f"timezone('Europe/Berlin', timezone('UTC', {moment}))::DATE"


def _bars(survey: str, low: int, high: int) -> list[str]:
    bars = [f"count(*) FILTER (survey = '{survey}' AND score = {n}) AS {survey}_{n}" for n in range(low, high + 1)]
    return [*bars, f"count(*) FILTER (survey = '{survey}' AND pattern = 'transactional') AS {survey}_transactional"]


@dataclass(frozen=True)
class HandFact:
    """One fact: SELECT of its rows, order they are written in, states, and the dimensions of each grid."""

    rows: str
    order: str
    states: tuple[str, ...]
    grids: tuple[tuple[str, ...], ...]


SCORES = HandFact(
    f"""SELECT {_day("responded_at")} AS day, {_BUCKET.format("coalesce(customer_id, response_id)")} AS bucket,
      channel, region, segment, product, stage, language, touchpoint, team, pattern, response_id, customer_id, survey,
      score, responded_at, contact_id, comment
    FROM responses WHERE score IS NOT NULL AND responded_at IS NOT NULL""",
    "day, response_id",
    (*_bars("nps", 0, 10), *_bars("csat", 1, 5), *_bars("ces", 1, 7)),
    (
        ("channel", "region", "segment"),
        ("channel", "stage", "product"),
        ("channel", "bucket"),
        ("product", "bucket"),
        ("stage", "bucket"),
    ),
)
INVITATIONS = HandFact(
    f"""SELECT {_day("invited_at")} AS day, {_BUCKET.format("coalesce(customer_id, response_id)")} AS bucket,
      channel, region, segment, product, stage, touchpoint, team, survey, pattern, response_id, customer_id, delivered,
      score, dismissed
    FROM responses""",
    "day, response_id",
    (
        "count(*) FILTER (coalesce(delivered, true)) AS delivered",
        "count(*) FILTER (score IS NOT NULL AND coalesce(delivered, true)) AS answered",
    ),
    (
        ("channel", "region", "segment"),
        ("channel", "stage", "product"),
        ("channel", "bucket"),
        ("product", "bucket"),
        ("stage", "bucket"),
    ),
)
CONTACTS = HandFact(
    f"""WITH linked AS (
      SELECT *, lag(started_at) OVER issue AS before_at, lead(started_at) OVER issue AS after_at
      FROM contacts WHERE direction = 'in'
      WINDOW issue AS (
        PARTITION BY customer_id, coalesce('issue ' || issue_id, 'reason ' || reason, 'contact ' || contact_id)
        ORDER BY started_at, contact_id))
    SELECT {_day("started_at")} AS day, {_BUCKET.format("coalesce(customer_id, contact_id)")} AS bucket,
      channel, region, segment, product, team, reason, actor, contact_id, customer_id, issue_id, started_at,
      wait_seconds, handle_seconds, outcome, transferred, escalated,
      CASE WHEN customer_id IS NOT NULL
        THEN before_at IS NULL OR before_at + INTERVAL 7 DAY < started_at END AS opens_issue,
      CASE WHEN customer_id IS NOT NULL
        THEN after_at IS NOT NULL AND after_at <= started_at + INTERVAL 7 DAY END AS repeated
    FROM linked""",
    "day, contact_id",
    (
        "count(*) FILTER (opens_issue AND outcome <> 'abandoned') AS issues_opened",
        """count(*) FILTER (opens_issue AND outcome = 'resolved' AND NOT transferred AND NOT escalated AND NOT repeated)
          AS issues_solved_first""",
        "count(customer_id) AS contacts_identified",
        "count(*) FILTER (repeated) AS contacts_repeated",
        "count(wait_seconds) AS contacts_queued",
        "count(*) FILTER (wait_seconds IS NOT NULL AND outcome = 'abandoned') AS contacts_abandoned",
        "count(contact_id) AS contacts",
    ),
    (
        ("channel", "region", "segment"),
        ("channel", "product", "reason"),
        ("channel", "bucket"),
        ("product", "bucket"),
        ("reason", "bucket"),
    ),
)
CUSTOMERS = HandFact(
    f"""WITH known AS (SELECT *, {_BUCKET.format("customer_id")} AS bucket FROM customers
      WHERE left_on IS NULL OR left_on > joined_on)
    SELECT joined_on AS day, bucket, region, segment, language, acquisition_channel, customer_id, 1 AS joined,
      0 AS lost, joined_on, left_on FROM known
    UNION ALL SELECT left_on, bucket, region, segment, language, acquisition_channel, customer_id, 0, 1, joined_on,
      left_on FROM known WHERE left_on IS NOT NULL""",
    "day, customer_id, lost",
    ("sum(joined)::BIGINT AS joined", "sum(lost)::BIGINT AS lost"),
    (("region", "segment"), ("bucket",)),
)
_IN_FORCE = "(started_on <= {0} AND (ended_on IS NULL OR ended_on > {0}))"
_AT_START, _AT_STOP = _IN_FORCE.format("window_start"), _IN_FORCE.format("window_stop")
REVENUE = HandFact(
    f"""WITH windows AS (
      SELECT grain AS window_grain, begins::DATE AS window_start, (begins + length)::DATE AS window_stop
      FROM (SELECT grain, length,
          unnest(generate_series(date_trunc(grain, $first::TIMESTAMP), $last::TIMESTAMP, length)) AS begins
        FROM (VALUES ('month', INTERVAL 1 MONTH), ('quarter', INTERVAL 3 MONTH), ('year', INTERVAL 1 YEAR))
          AS grains(grain, length))
      WHERE begins >= $first AND begins + length <= $last::TIMESTAMP + INTERVAL 1 DAY),
    per_customer AS (
      SELECT window_grain, window_start, customer_id,
        sum(CASE WHEN {_AT_START} THEN monthly_value ELSE 0 END)::BIGINT AS base,
        sum(CASE WHEN {_AT_STOP} THEN monthly_value ELSE 0 END)::BIGINT AS kept
      FROM subscriptions JOIN windows ON {_AT_START} OR {_AT_STOP} GROUP BY ALL)
    SELECT window_start AS day, {_BUCKET.format("customer_id")} AS bucket, window_grain, region, segment, language,
      customer_id, base, kept, least(base, kept) AS gross
    FROM per_customer LEFT JOIN customers USING (customer_id) WHERE base > 0""",
    "day, customer_id, window_grain",
    (
        "count(*) AS cohort",
        *(f"sum({name})::DECIMAL(38, 0) AS {name}" for name in ("base", "gross")),
        *(
            f"sum({a} * {b})::DECIMAL(38, 0) AS {a}_{b}"
            for a, b in (("base", "base"), ("base", "gross"), ("gross", "gross"))
        ),
        "sum(kept)::DECIMAL(38, 0) AS kept",
        *(f"sum({a} * {b})::DECIMAL(38, 0) AS {a}_{b}" for a, b in (("base", "kept"), ("kept", "kept"))),
    ),
    (("window_grain", "region", "segment"), ("window_grain", "bucket")),
)
FACTS: Mapping[str, HandFact] = {
    "scores": SCORES, "invitations": INVITATIONS, "contacts": CONTACTS, "customers": CUSTOMERS, "revenue": REVENUE,
}  # fmt: skip


def refresh_by_hand(database: Path, folder: Path, first: date, last: date) -> Path:
    """Write rows and grids of every fact below `folder`, laid out as in an edition; returns the folder."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{database}' AS company (READ_ONLY)")
        connection.execute("USE company")
        for name, fact in FACTS.items():
            home = folder / "grids" / name
            home.mkdir(parents=True)
            (folder / "rows").mkdir(exist_ok=True)
            days = {"first": first, "last": last} if "$first" in fact.rows else {}
            connection.execute(f"CREATE TEMP TABLE {name}_rows AS {fact.rows}", days or None)
            _write(connection, f"FROM {name}_rows ORDER BY {fact.order}", folder / "rows" / f"{name}.parquet")
            keys = tuple(dict.fromkeys(key for grid in fact.grids for key in grid))
            sets = ", ".join(f"(day, {', '.join(grid)})" for grid in fact.grids)
            connection.execute(
                f"CREATE TEMP TABLE {name}_cells AS SELECT grouping({', '.join(keys)}) AS grid, day, "
                f"{', '.join(keys)}, {', '.join(fact.states)} FROM {name}_rows GROUP BY GROUPING SETS ({sets})"
            )
            states = ", ".join(state.rsplit(" AS ", 1)[1] for state in fact.states)
            for grid in fact.grids:
                mask = sum(1 << place for place, key in enumerate(reversed(keys)) if key not in grid)
                order = ", ".join(f"{key} NULLS LAST" for key in (*grid, "day"))
                select = (
                    f"SELECT day, {', '.join(grid)}, {states} FROM {name}_cells WHERE grid = {mask} ORDER BY {order}"
                )
                _write(connection, select, home / f"day-{'-'.join(grid)}.parquet")
            connection.execute(f"DROP TABLE {name}_rows; DROP TABLE {name}_cells")
    return folder


def _write(connection: duckdb.DuckDBPyConnection, select: str, path: Path) -> None:
    connection.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
