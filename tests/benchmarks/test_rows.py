"""Rows behind a number against DuckDB on the same Parquet: the first hundred, how many there are, and a search.

Every reading opens the rows anew under a filter not asked before, so our times hold what decides whether rows may be
shown at all, and what each row adds to the number; the SQL is a plain SELECT that knows neither.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, islice, product
from typing import Any

import duckdb
import polars as pl
import pytest

from cxdash.answers.rows import Asked, OpenRows, open_rows
from cxdash.answers.rows_basis import RowsRefusedError
from cxdash.edition import UNKNOWN, Edition
from cxdash.selection import Selection
from tests.benchmarks.contest import Contestant, hold_contest
from tests.benchmarks.page import forget_answers, year

ROUNDS = int(os.environ.get("CXDASH_BENCH_ROUNDS", "15"))
ROWS = int(os.environ.get("CXDASH_BENCH_ROWS", "2000000"))
FIRST = 100

COLUMNS = (
    "response_id", "day", "customer_id", "score", "comment", "channel", "region", "segment", "product", "stage",
    "language", "touchpoint", "team", "pattern", "survey", "responded_at", "contact_id",
)  # fmt: skip
TEXTS = tuple(name for name in COLUMNS if name not in {"day", "score", "responded_at"})

Found = tuple[list[tuple[Any, ...]], int]
"""The first rows and how many there are; a reading that does not ask for one of them has () or 0 there."""


@dataclass(frozen=True)
class Reading:
    """What somebody wants of the rows.

    Attributes:
        rows: whether the first hundred. total: whether how many there are.
    """

    sort: str = ""
    search: str = ""
    rows: bool = True
    total: bool = False


READINGS = {
    "first 100, latest first": Reading(),
    "first 100, sorted by score": Reading(sort="score"),
    "total": Reading(rows=False, total=True),
    "search: first 100 and total": Reading(search="thank", total=True),
}


@dataclass(frozen=True)
class Filter:
    """What a reader has just chosen: a channel and two regions."""

    channel: str
    regions: tuple[str, str]


def filters_of(edition: Edition, wanted: int, seed: int = 11) -> list[Filter]:
    """Some such choices, each once and none whose rows are refused because too few people stand behind them."""
    domains = edition.manifest.facts["scores"].dimensions
    channels, regions = ([v for v in domains[dim] if v != UNKNOWN] for dim in ("channel", "region"))
    found = [Filter(channel, pair) for channel, pair in product(channels, combinations(sorted(regions), 2))]
    random.Random(seed).shuffle(found)
    return list(islice((chosen for chosen in found if _may_be_opened(edition, chosen)), wanted))


def opened(edition: Edition, chosen: Filter) -> OpenRows:
    """The rows behind a year's CSAT."""
    long = Selection(year(edition), str(year(edition)), "none")
    selection = long.with_filter("channel", chosen.channel).with_filter("region", *chosen.regions)
    return open_rows(edition, "csat", selection)


def _may_be_opened(edition: Edition, chosen: Filter) -> bool:
    try:
        opened(edition, chosen)
    except RowsRefusedError:
        return False
    return True


def ask(edition: Edition, reading: Reading, chosen: Filter) -> Found:
    """The reading as a page asks for it."""
    rows = opened(edition, chosen)
    asked = Asked(search=reading.search, sort=reading.sort, limit=FIRST)
    page = rows.page(asked) if reading.rows else []
    return [tuple(row[name] for name in COLUMNS) for row in page], rows.total(asked) if reading.total else 0


def ask_by_hand(edition: Edition, reading: Reading) -> Callable[[Filter], Found]:
    """The reading as an analyst would write it: the file is in the order of days, later rows stand below."""
    connection, period = duckdb.connect(), year(edition)
    contains = " OR ".join(f"contains(lower({name}), '{reading.search}')" for name in TEXTS)
    source = f"read_parquet('{edition.rows_path('scores')}', file_row_number = true)"
    where = f"""FROM {source} WHERE survey = 'csat' AND day BETWEEN ? AND ? AND channel = ? AND region IN (?, ?)
      {f"AND ({contains})" if reading.search else ""}"""
    order = f"{reading.sort} DESC NULLS LAST, file_row_number DESC" if reading.sort else "file_row_number DESC"
    select = f"SELECT {', '.join(COLUMNS)} {where} ORDER BY {order} LIMIT {FIRST}"

    def run(chosen: Filter) -> Found:
        given = [period.start, period.end, chosen.channel, *chosen.regions]
        rows = connection.execute(select, given).fetchall() if reading.rows else []
        total = connection.execute(f"SELECT count(*) {where}", given).fetchall()[0][0] if reading.total else 0
        return rows, total

    return run


@pytest.fixture(scope="module")
def many_rows(bench_edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """That edition with its answers repeated until there are CXDASH_BENCH_ROWS or more, each with an id of its own.

    Its grids stay as they are: here they only decide that the rows may be opened.
    """
    folder = tmp_path_factory.mktemp("many") / bench_edition.folder.name
    shutil.copytree(bench_edition.folder, folder, ignore=shutil.ignore_patterns("rows"))
    many = Edition(folder)
    (folder / "rows").mkdir()
    source, target = bench_edition.rows_path("scores"), many.rows_path("scores")
    copies = -(-ROWS // bench_edition.manifest.facts["scores"].rows)
    with duckdb.connect() as connection:
        connection.execute(
            f"""COPY (
              SELECT answers.* REPLACE (response_id || '-' || turn AS response_id, comment || ' ' || turn AS comment)
              FROM read_parquet('{source}') AS answers, range({copies}) AS turns(turn)
              ORDER BY day, response_id
            ) TO '{target}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 131072)"""
        )
    return many


# ---------------------------------------------------------------- they agree


@pytest.mark.parametrize("name", READINGS)
def test_a_page_and_its_sql_show_the_same_rows(demo_edition: Edition, name: str) -> None:
    """The same hundred rows in the same order, and the same total, value for value."""
    by_hand = ask_by_hand(demo_edition, READINGS[name])
    shown = 0
    for chosen in filters_of(demo_edition, 8):
        rows, total = ask(demo_edition, READINGS[name], chosen)
        assert (rows, total) == by_hand(chosen)
        shown += len(rows) + total
    assert shown > 10


def test_the_columns_are_those_of_a_page(demo_edition: Edition) -> None:
    """Nothing a page shows of an answer is left out by hand."""
    rows = opened(demo_edition, filters_of(demo_edition, 1)[0])
    assert {column.name for column in rows.columns if column not in rows.flags} == set(COLUMNS)


# ---------------------------------------------------------------- what they cost


@pytest.mark.bench
@pytest.mark.parametrize("name", READINGS)
@pytest.mark.parametrize("size", ["bench_edition", "many_rows"])
def test_rows_behind_a_number(request: pytest.FixtureRequest, name: str, size: str, scale: float) -> None:
    """Target: at most 1.5 times DuckDB on the same Parquet."""
    edition: Edition = request.getfixturevalue(size)
    reading, by_hand, yardstick = READINGS[name], ask_by_hand(edition, READINGS[name]), "DuckDB on the same Parquet"
    found = filters_of(edition, 2 * (ROUNDS + 1))
    chosen, others = found[: ROUNDS + 1], found[ROUNDS + 1 :]
    # whoever is timed alone takes filters of its own, so that neither finds what the other has just asked
    alone = dict(zip(chosen, others, strict=True))
    forget_answers()

    def agree(answers: Mapping[str, Found]) -> None:
        assert answers["cxdash rows"] == answers[yardstick]

    contest = hold_contest(
        f"Rows behind a number: {name}",
        [
            Contestant("cxdash rows", lambda one: ask(edition, reading, one)),
            Contestant(yardstick, by_hand),
            Contestant("  of it: may they be opened?", lambda one: opened(edition, alone[one]), rated=False),
        ],
        chosen,
        yardstick=yardstick,
        agree=agree,
    )
    rows = pl.scan_parquet(edition.rows_path("scores")).select(pl.len()).collect().item()
    notes = (f"{rows:,} answers in the file; a year's CSAT of one channel and two regions, filters not asked before",)
    place = f"{ROWS}-rows" if size == "many_rows" else f"{scale:g}"
    facts = {"scale": scale, "rows": rows}
    replace(contest, notes=notes, facts=facts).publish(f"rows-{list(READINGS).index(name) + 1}-{place}")
