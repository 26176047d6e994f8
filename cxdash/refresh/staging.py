"""Stage: read the warehouse once and write everything an edition is made of into a directory nobody reads yet.

Per fact two statements: its prepared rows (people drill to them) and one aggregate over all its grids. Facts whose
rows happen on their day come first, because they say which days there are; running balances next; facts per window
last, because their windows are cut out of those days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import polars as pl
import sqlalchemy as sa

from cxdash import schema
from cxdash.edition import KEPT_TABLES, UNKNOWN, FactRecord, GridRecord
from cxdash.measures import Fact, Grid, WindowCalendar
from cxdash.metrics.catalogue import states_of
from cxdash.metrics.facts import FACTS
from cxdash.refresh.cells import ROWS, select_cells, split_cells, tally_cells
from cxdash.refresh.windows import Span, find_span
from cxdash.warehouse import Warehouse

_ORDER = {"flow": 0, "stock": 1, "window": 2}


@dataclass(frozen=True)
class Staged:
    """What was staged, for the audit and the manifest.

    Attributes:
        folder: where the files are.
        span: the days the edition answers for.
        facts: what is held of each staged fact.
        grids: the cells of every grid but the tallies, with `rows_total`; what the audit compares, not the published
            files.
        missing: fact → sentence, why it could not be staged although its tables are connected.
        seconds: time per step.
    """

    folder: Path
    span: Span
    facts: Mapping[str, FactRecord]
    grids: Mapping[str, Mapping[Grid, pl.DataFrame]]
    missing: Mapping[str, str]
    seconds: dict[str, float] = field(default_factory=dict)


def connected_facts(warehouse: Warehouse) -> tuple[Fact, ...]:
    """Facts whose tables are all connected, in the order they are staged."""
    found = [fact for fact in FACTS.values() if set(fact.tables) <= set(warehouse.connected)]
    return tuple(sorted(found, key=lambda fact: _ORDER[fact.clock]))


def prepared_rows(warehouse: Warehouse, fact: Fact, span: Span) -> sa.Select[Any]:
    """The prepared rows of a fact, its windows cut out of the span."""
    # Databases take a date written into VALUES for text; a cast says what it is.
    windows: Any = [(g, *(sa.cast(sa.literal(d), sa.Date()) for d in days)) for g, *days in span.calendar.windows]
    return fact.rows(warehouse, WindowCalendar(tuple(windows)))


def stage(
    warehouse: Warehouse, folder: Path, *, today: date, first_day: date | None, progress: Callable[[str, float], None]
) -> Staged:
    """Write rows, grids and kept tables of everything connected below `folder`."""
    for part in ("grids", "rows", "tables"):
        (folder / part).mkdir(parents=True)
    facts = connected_facts(warehouse)
    staged = Staged(folder, find_span((), today, first_day), {}, {}, {})
    records: dict[str, FactRecord] = {}
    grids: dict[str, Mapping[Grid, pl.DataFrame]] = {}
    missing: dict[str, str] = {}
    span = staged.span
    for position, fact in enumerate(facts):
        progress(f"stage {fact.name}", position / max(len(facts), 1))
        if fact.clock != "flow":
            span = _span_of(records, today, first_day)
        if fact.clock == "window" and not span.calendar.windows:
            missing[fact.name] = "Needs at least one complete calendar month of data."
            continue
        start = perf_counter()
        records[fact.name], grids[fact.name] = _stage_fact(warehouse, fact, span, folder, today)
        staged.seconds[f"stage {fact.name}"] = perf_counter() - start
    for table in KEPT_TABLES:
        if table in warehouse.connected:
            warehouse.fetch(sa.select(warehouse.source(table))).write_parquet(folder / "tables" / f"{table}.parquet")
    return Staged(folder, _span_of(records, today, first_day), records, grids, missing, staged.seconds)


def _span_of(records: Mapping[str, FactRecord], today: date, first_day: date | None) -> Span:
    flows = [record for name, record in records.items() if FACTS[name].clock == "flow"]
    return find_span(((r.first_day, r.last_day) for r in flows or records.values()), today, first_day)


def _stage_fact(
    warehouse: Warehouse, fact: Fact, span: Span, folder: Path, today: date
) -> tuple[FactRecord, Mapping[Grid, pl.DataFrame]]:
    states = states_of(fact.name)
    rows = prepared_rows(warehouse, fact, span)
    path = folder / "rows" / f"{fact.name}.parquet"
    warehouse.write_parquet(rows, path, sort_by=("day", *fact.row_key))
    statement = select_cells(fact, rows, states)
    grids = split_cells(fact, warehouse.fetch(statement), states)
    home = folder / "grids" / fact.name
    home.mkdir()
    scanned, day = pl.scan_parquet(path), pl.col("day")
    written = [_write_grid(home, grid, cells.drop(ROWS)) for grid, cells in grids.items()]
    written += [_write_grid(home, grid, tally_cells(grid, scanned, states)) for grid in fact.grids if grid.tally]
    count, first, last = scanned.select(pl.len(), day.min(), day.max().alias("last")).collect().row(0)
    record = FactRecord(
        tables=fact.tables,
        rows=count,
        rows_bytes=path.stat().st_size,
        first_day=first,
        last_day=last,
        data_as_of=_find_latest(warehouse, fact.anchors, today),
        dimensions=_find_domains(warehouse, fact, scanned),
        grids=tuple(written),
        sql=warehouse.compile(statement),
    )
    return record, grids


def _write_grid(home: Path, grid: Grid, cells: pl.DataFrame) -> GridRecord:
    file = home / f"{grid.key}.parquet"
    cells.write_parquet(file, compression="zstd")
    return GridRecord(
        key=grid.key,
        grain=grid.grain,
        dimensions=grid.dimensions,
        cells=cells.height,
        bytes=file.stat().st_size,
        tally=grid.tally,
    )


def _find_latest(warehouse: Warehouse, anchors: Sequence[str], today: date) -> datetime | date | None:
    """The latest of what has happened; a notice given for next month says nothing about how fresh the data are."""
    found: list[datetime | date] = []
    for anchor in anchors:
        table, name = anchor.split(".")
        column = warehouse.source(table).c[name]
        happened = column < today + timedelta(days=1)
        latest = warehouse.fetch(sa.select(sa.func.max(column).label("latest")).where(happened)).item()
        found += [latest] if latest is not None else []
    return max(found, key=lambda at: at if isinstance(at, datetime) else datetime.combine(at, time()), default=None)


def _find_domains(warehouse: Warehouse, fact: Fact, rows: pl.LazyFrame) -> dict[str, tuple[str, ...]]:
    """Values of each dimension the source offers, most frequent first; one that is never filled is not offered."""
    columns = set().union(*(warehouse.offered(table) for table in fact.tables))
    contract = {column.name for table in fact.tables for column in schema.table(table).columns}
    # what the fact derives itself (hour, device_change) is there whatever the source has
    offered = [name for name in fact.dimensions if name in columns or name not in contract]
    counted = pl.collect_all([rows.group_by(pl.col(name).alias("value")).len() for name in offered])
    domains = {}
    for name, counts in zip(offered, counted, strict=True):
        values = counts.sort("len", "value", descending=(True, False), nulls_last=True)["value"]
        if values.drop_nulls().len():
            domains[name] = tuple(UNKNOWN if value is None else value for value in values)
    return domains
