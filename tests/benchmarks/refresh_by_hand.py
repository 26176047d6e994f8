"""A refresh as one person would write it for DuckDB: no contract, no mapping, no audit, no second backend.

Per fact the prepared rows are computed once into a temporary table, written to Parquet, aggregated in one scan with
grouping sets, and each grid is written to Parquet. Counts by value are grouped by the value as well and spread over
columns with NumPy, which is faster than DuckDB's PIVOT. This is the least work that leaves the same files
behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from tests.benchmarks.contacts_by_hand import CHAINS, CONTACTS, HANDOFFS, ISSUES
from tests.benchmarks.facts_by_hand import (
    CARTS,
    CUSTOMERS,
    INVITATIONS,
    RATING_PAIRS,
    RATINGS,
    REVENUE,
    SCORES,
    VISITS,
)
from tests.benchmarks.hand_fact import HandFact, HandTally

FACTS: Mapping[str, HandFact] = {
    "scores": SCORES, "invitations": INVITATIONS, "contacts": CONTACTS, "customers": CUSTOMERS, "revenue": REVENUE,
    "ratings": RATINGS, "rating_pairs": RATING_PAIRS, "visits": VISITS, "carts": CARTS, "handoffs": HANDOFFS,
    "issues": ISSUES,
}  # fmt: skip


def grid_keys(fact: HandFact) -> set[str]:
    """Names of the files of its grids."""
    tallied = {f"day-{'-'.join((*grid, tally.column))}" for tally in fact.tallies for grid in tally.grids}
    return tallied | {f"day-{'-'.join(grid)}" for grid in fact.grids}


def refresh_by_hand(database: Path, folder: Path, first: date, last: date) -> Path:
    """Write rows and grids of every fact below `folder`, laid out as in an edition; returns the folder."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{database}' AS company (READ_ONLY)")
        connection.execute("USE company")
        connection.execute(CHAINS)
        (folder / "rows").mkdir(parents=True)
        for name, fact in FACTS.items():
            home = folder / "grids" / name
            home.mkdir(parents=True)
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
                select = f"SELECT day, {', '.join(grid)}, {states} FROM {name}_cells WHERE grid = {mask}"
                _write(connection, f"{select} ORDER BY {_order(grid)}", home / f"day-{'-'.join(grid)}.parquet")
            for tally in fact.tallies:
                for grid in tally.grids:
                    cells = _tallied(connection, f"{name}_rows", tally, grid)
                    cells.write_parquet(home / f"day-{'-'.join((*grid, tally.column))}.parquet", compression="zstd")
            connection.execute(f"DROP TABLE {name}_rows; DROP TABLE {name}_cells")
    return folder


def _tallied(connection: duckdb.DuckDBPyConnection, rows: str, tally: HandTally, grid: tuple[str, ...]) -> pl.DataFrame:
    """Counts of each value by cell: grouped by DuckDB, spread over columns by NumPy."""
    cell, column = f"day, {', '.join(grid)}", tally.column
    table = connection.sql(
        f"WITH counted AS (SELECT {cell}, {column}, count(*) AS n FROM {rows} WHERE {column} IS NOT NULL GROUP BY ALL) "
        f"SELECT {cell}, list({column}) AS found, list(n) AS n FROM counted GROUP BY ALL ORDER BY {_order(grid)}"
    ).to_arrow_table()
    cells = pl.DataFrame(pl.from_arrow(table))
    places = np.repeat(np.arange(cells.height), cells["found"].list.len().to_numpy())
    counts = np.zeros((tally.values, cells.height), dtype=np.int64)
    counts[cells["found"].explode().to_numpy(), places] = cells["n"].explode().to_numpy()
    return cells.drop("found", "n").with_columns(
        pl.Series(f"{column}_all", counts.sum(axis=0)),
        *(pl.Series(f"{column}_{value}", of) for value, of in enumerate(counts)),
    )


def _order(grid: tuple[str, ...]) -> str:
    return ", ".join(f"{key} NULLS LAST" for key in (*grid, "day"))


def _write(connection: duckdb.DuckDBPyConnection, select: str, path: Path) -> None:
    connection.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
