"""Filter and fold: merged states per group and time bucket, from the smallest grid that covers the question.

Where no grid has all dimensions asked for, the same state expressions run on the edition's rows with DuckDB; both
paths add the same integers and give identical results. A grid of grain g serves a question only when g divides the
grain asked for and both ends of the period fall on its boundaries.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import sqlalchemy as sa

from cxdash.answers.folded import Cells, Request, cells_of
from cxdash.answers.grid_fold import fold_grid
from cxdash.edition import UNKNOWN, Edition, GridRecord
from cxdash.errors import SelectionError, nearest
from cxdash.measures import State, spread_tally
from cxdash.metrics.facts import FACTS
from cxdash.metrics.facts.rating_pairs import CHANNELS
from cxdash.periods import divides, floor

ROWS = "rows"
"""Source name of answers computed from rows instead of a grid."""

_engine = sa.create_engine("duckdb:///:memory:")


def fold(edition: Edition, request: Request, *, source: str = "") -> Cells:
    """Merged states of every group that has any row; `source` forces a grid key or `ROWS` (for tests)."""
    _check_dimensions(edition, request)
    grid = _route(edition, request) if not source else _named(edition, request.fact, source)
    if grid is None:
        return cells_of(_from_rows(edition, request), request, ROWS)
    return fold_grid(edition.grid_columns(request.fact, grid.key), request, grid.key)


def _named(edition: Edition, fact: str, source: str) -> GridRecord | None:
    return next((g for g in edition.manifest.facts[fact].grids if g.key == source), None)


def _check_dimensions(edition: Edition, request: Request) -> None:
    record = edition.manifest.facts.get(request.fact)
    if record is None:
        needed = ", ".join(FACTS[request.fact].tables)
        raise SelectionError(
            f"This edition has no {request.fact}.",
            known=f"They need the table(s) {needed}.",
            action="Connect them in config/warehouse.yaml; “cxdash doctor” shows what is missing.",
        )
    internal = {"bucket", "window_grain", *CHANNELS}
    for dim in (*request.by, *(d for d, _ in request.filters)):
        if dim not in record.dimensions and dim not in internal:
            guess = nearest(dim, record.dimensions)
            raise SelectionError(
                f"{request.fact.capitalize()} cannot be cut by {dim}.",
                known=f"They can be cut by {', '.join(record.dimensions) or 'nothing'}.",
                action=f"Did you mean “{guess}”?" if guess else f"Leave {dim} out of this question.",
            )


def covers(grid: GridRecord, request: Request) -> bool:
    """Whether the grid holds everything the request asks for, without mixing grains."""
    wanted = {*request.by, *(dim for dim, _ in request.filters)}
    if not wanted <= set(grid.dimensions) or any(state.tally != grid.tally for state in request.states):
        return False
    if grid.grain == "day":
        return True
    after = request.period.end + timedelta(days=1)
    aligned = floor(request.period.start, grid.grain) == request.period.start and floor(after, grid.grain) == after
    return aligned and (not request.grain or divides(grid.grain, request.grain))


def held(edition: Edition, fact: str, dimensions: Iterable[str]) -> bool:
    """Whether some grid keeps all these dimensions, so that a question about them never touches rows."""
    wanted = set(dimensions)
    return any(wanted <= set(grid.dimensions) and not grid.tally for grid in edition.manifest.facts[fact].grids)


def _route(edition: Edition, request: Request) -> GridRecord | None:
    fitting = [grid for grid in edition.manifest.facts[request.fact].grids if covers(grid, request)]
    return min(fitting, key=lambda grid: grid.cells, default=None)


def _from_rows(edition: Edition, request: Request) -> pl.DataFrame:
    column = next((state.tally for state in request.states), "")
    if column:
        return _tallied_rows(edition, request, column)
    return _fetch(rows_select(edition, request))


def _fetch(select: sa.Select[Any]) -> pl.DataFrame:
    with _engine.connect() as connection:
        result = connection.execute(select)
        return pl.DataFrame(list(result.all()), schema=list(result.keys()), orient="row", infer_schema_length=None)


def _tallied_rows(edition: Edition, request: Request, column: str) -> pl.DataFrame:
    """The fold of counts by value: the column is grouped by as well, which is far cheaper than a sum for each value."""
    each = State("rows_counted", lambda _: sa.func.count())
    long = _fetch(rows_select(edition, replace(request, states=(each,), by=(*request.by, column)))).drop_nulls(column)
    groups = [*request.by, *(["start"] if request.grain else [])]
    keys = long.select(groups).unique(maintain_order=True).sort(groups, nulls_last=True) if groups else pl.DataFrame()
    cells = keys.height if groups else 1
    places = (
        long.select(groups).join(keys.with_row_index("place"), on=groups, how="left", nulls_equal=True)["place"]
        if groups
        else pl.repeat(0, long.height, eager=True)
    )
    value, place, n = (one.cast(pl.Int64).to_numpy() for one in (long[column], places, long["rows_counted"]))
    counts = pl.DataFrame(spread_tally(request.states, value, place, n, cells))
    return pl.concat([keys, counts], how="horizontal") if groups else counts


def rows_select(edition: Edition, request: Request) -> sa.Select[Any]:
    """The fold as a SELECT on the edition's rows: the same state expressions the warehouse ran."""
    table = prepared(edition, request.fact)
    columns: list[sa.ColumnElement[Any]] = [table.c[dim].label(dim) for dim in request.by]
    if request.grain:
        columns.append(sa.cast(sa.func.date_trunc(request.grain, table.c.day), sa.Date()).label("start"))
    states = [state.aggregate(table.c).label(state.name) for state in request.states]
    select = sa.select(*columns, *states).where(table.c.day.between(request.period.start, request.period.end))
    select = select.where(*(among(table.c[dim], values) for dim, values in request.filters))
    return select.group_by(*columns).order_by(*(c.nulls_last() for c in columns)) if columns else select


def prepared(edition: Edition, fact: str, *, numbered: bool = False) -> sa.TableValuedAlias:
    """The prepared rows of a fact in this edition, as a relation with typed columns.

    `numbered`: also with `file_row_number`, the place of a row in the order of the fact's days and row key.
    """
    path = edition.rows_path(fact)
    columns = [sa.column(name, _sql_type(dtype)) for name, dtype in pl.read_parquet_schema(path).items()]
    if not numbered:
        return sa.func.read_parquet(str(path)).table_valued(*columns, name="prepared")
    place = sa.column("file_row_number", sa.BigInteger())
    read = sa.func.read_parquet(str(path), sa.literal_column("file_row_number=true"))
    return read.table_valued(*columns, place, name="prepared")


def among(column: sa.ColumnElement[Any], values: Iterable[str]) -> sa.ColumnElement[bool]:
    """SQL: the column has one of these values; `UNKNOWN` is NULL, no values let nothing through."""
    asked = tuple(values)
    condition = sa.cast(column, sa.String()).in_([v for v in asked if v != UNKNOWN])
    return sa.or_(condition, column.is_(None)) if UNKNOWN in asked else condition


def _sql_type(dtype: pl.DataType) -> sa.types.TypeEngine[Any]:
    # the type decides how an expression is compiled: flags must be flags for NOT and AND
    if dtype == pl.Boolean:
        return sa.Boolean()
    if dtype == pl.Date:
        return sa.Date()
    return sa.BigInteger() if dtype.is_integer() or dtype.is_decimal() else sa.String()


def day_range(edition: Edition, fact: str) -> tuple[date, date] | None:
    """First and last day the fact has rows for, or None when it has none."""
    record = edition.manifest.facts[fact]
    return (record.first_day, record.last_day) if record.first_day and record.last_day else None
