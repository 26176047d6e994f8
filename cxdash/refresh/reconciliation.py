"""What the states theme needs to know: totals, days and history of everything staged, in numbers a judge can compare.

The source's own count comes from a statement of its own, so a mistake in the aggregate SELECT (or a warehouse that
changed between two statements) cannot confirm itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl
import sqlalchemy as sa

from cxdash.checks import states
from cxdash.checks.check import Finding
from cxdash.edition import Edition
from cxdash.metrics.catalogue import states_of
from cxdash.metrics.facts import FACTS
from cxdash.refresh.cells import ROWS
from cxdash.refresh.staging import Staged, prepared_rows
from cxdash.warehouse import Warehouse


def judge_states(warehouse: Warehouse, staged: Staged, previous: Edition | None) -> Iterator[Finding]:
    """Every check of the states theme."""
    for name, record in staged.facts.items():
        fact = FACTS[name]
        table = fact.tables[0]
        yield states.judge_sums(name, table, _sums(warehouse, staged, name))
        if fact.clock != "flow" or not fact.daily:
            continue
        counts = _rows_per_day(staged, name)
        settled = staged.span.last - timedelta(days=fact.settles)
        yield states.judge_volume(name, table, counts, settled)
        yield states.judge_completeness(name, table, counts, settled)
        if previous is not None and name in previous.manifest.facts:
            before = _rows_before(previous, name)
            yield states.judge_history(name, table, counts, before, previous.manifest.last_day)
        if {"survey", "score"} <= set(pl.read_parquet_schema(staged.folder / "rows" / f"{name}.parquet")):
            yield from states.judge_scores(_answers(staged, name), record.tables[0], staged.span.last)


def _sums(warehouse: Warehouse, staged: Staged, fact: str) -> states.Sums:
    rows = prepared_rows(warehouse, FACTS[fact], staged.span).subquery("prepared")
    tallied = [(grid.key, grid.tally) for grid in FACTS[fact].grids if grid.tally]
    columns = dict.fromkeys(column for _, column in tallied)
    counted: list[Any] = [sa.func.count().label("n")]
    counted += [sa.cast(sa.func.count(rows.c[column]), sa.BigInteger()).label(column) for column in columns]
    counts = warehouse.fetch(sa.select(*counted).select_from(rows)).row(0, named=True)
    totals = {}
    for grid, cells in staged.grids[fact].items():
        sums = cells.select(pl.exclude("day", *grid.dimensions).sum()).row(0, named=True)
        totals[grid.key] = {column: int(total) for column, total in sums.items()}
    tallies = {key: (int(counts[column]), *_tally_totals(staged, fact, key, column)) for key, column in tallied}
    return states.Sums(int(counts["n"]), staged.facts[fact].rows, totals, ROWS, tallies)


def _tally_totals(staged: Staged, fact: str, key: str, column: str) -> tuple[int, int]:
    """Rows with a value, and the sum of the counts of single values, in a published grid of counts by value."""
    held = [state for state in states_of(fact) if state.tally == column]
    grid = pl.scan_parquet(staged.folder / "grids" / fact / f"{key}.parquet")
    sums = grid.select(pl.col(state.name).sum() for state in held).collect().row(0, named=True)
    return sum(sums[s.name] for s in held if s.of is None), sum(sums[s.name] for s in held if s.of is not None)


def _rows_per_day(staged: Staged, fact: str) -> dict[date, int]:
    cells = next(iter(staged.grids[fact].values()))
    return dict(cells.drop_nulls("day").group_by("day").agg(pl.col(ROWS).sum()).iter_rows())


def _rows_before(previous: Edition, fact: str) -> dict[date, int]:
    rows = pl.scan_parquet(previous.rows_path(fact)).select("day").drop_nulls().group_by("day").len().collect()
    return dict(rows.iter_rows())


def _answers(staged: Staged, fact: str) -> pl.DataFrame:
    """Number, sum and sum of squares of the scores of each recent day and survey."""
    last = staged.span.last
    recent = pl.col("day").is_between(last - timedelta(weeks=states.WEEKS), last)
    score = pl.col("score")
    return (
        pl.scan_parquet(staged.folder / "rows" / f"{fact}.parquet")
        .filter(recent)
        .group_by("day", "survey")
        .agg(n=score.count(), total=score.sum(), squares=(score**2).sum())
        .collect()
    )
