"""The page every claim about speed is measured on: four reference questions, asked of cxdash and written as SQL.

1. NPS by week and channel over twelve months. 2. NPS and CSAT with n by channel × region over twelve months. 3. NPS of
a quarter against the one before. 4. First-contact resolution and repeats by channel and month. Each is asked under a
filter that was not asked before. The SQL is what an analyst would write on the same prepared rows: values and n only,
without intervals, design effects, suppression or words, all of which cxdash computes in its time.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib import import_module
from itertools import combinations, product
from pkgutil import iter_modules
from typing import Any

import duckdb

import cxdash.answers
from cxdash.answers import Answer, Question, answer
from cxdash.answers.answer import HIDDEN
from cxdash.edition import UNKNOWN, Edition
from cxdash.periods import Period
from cxdash.selection import Selection

Cells = dict[tuple[Any, ...], tuple[float, int]]
"""Question and group → value and n; groups nobody answered for are left out."""


@dataclass(frozen=True)
class Filter:
    """What a reader has just chosen: two regions and a segment."""

    regions: tuple[str, str]
    segment: str


def filters_of(edition: Edition, seed: int = 1) -> list[Filter]:
    """Every such choice, in random order, each once."""
    domains = edition.manifest.facts["scores"].dimensions
    regions, segments = ([v for v in domains[dim] if v != UNKNOWN] for dim in ("region", "segment"))
    found = [Filter((a, b), s) for (a, b), s in product(combinations(sorted(regions), 2), segments)]
    random.Random(seed).shuffle(found)
    return found


def year(edition: Edition) -> Period:
    """The twelve months asked about."""
    last = edition.manifest.last_day
    return Period(last - timedelta(days=52 * 7 - 1), last)


def quarter(edition: Edition) -> Period:
    """The thirteen weeks asked about."""
    last = edition.manifest.last_day
    return Period(last - timedelta(days=13 * 7 - 1), last)


# ---------------------------------------------------------------- cxdash


def questions(edition: Edition, chosen: Filter) -> dict[str, Question]:
    """The page as cxdash is asked for it."""
    long = Selection(year(edition), str(year(edition)), "none")
    regions, segment = long.with_filter("region", *chosen.regions), long.with_filter("segment", chosen.segment)
    short = replace(regions.with_filter("segment", chosen.segment), period=quarter(edition), compare="previous")
    return {
        "nps by week": Question("nps", regions, by=("channel",), grain="week"),
        "nps by place": Question("nps", segment, by=("channel", "region")),
        "csat by place": Question("csat", segment, by=("channel", "region")),
        "nps moved": Question("nps", short, against="previous"),
        "resolved": Question("first_contact_resolution", regions, by=("channel",), grain="month"),
        "repeated": Question("repeat_rate", regions, by=("channel",), grain="month"),
    }


def ask_page(edition: Edition, chosen: Filter) -> dict[str, Answer]:
    """Answer the page."""
    return {name: answer(edition, question) for name, question in questions(edition, chosen).items()}


def shown_cells(page: Mapping[str, Answer]) -> tuple[Cells, set[tuple[Any, ...]]]:
    """What the answers say, and the cells they hide because too few people stand behind them."""
    cells: Cells = {}
    hidden = set()
    for name, found in page.items():
        for row in found.rows:
            start = _bucket(row.period.start, found.grain)
            key = (name, *(None if v == UNKNOWN else v for v in row.dimensions.values()), *start)
            if HIDDEN in row.flags:
                hidden.add(key)
            elif row.value is not None:
                assert row.n is not None
                cells[key] = (row.value, int(row.n))
            if row.difference is not None and row.difference.reference is not None:
                assert row.difference.reference_n is not None
                cells["nps before", *key[1:]] = (row.difference.reference, int(row.difference.reference_n))
    return cells, hidden


def _bucket(start: date, grain: str) -> tuple[date, ...]:
    if not grain:
        return ()
    return (start - timedelta(days=start.weekday()),) if grain == "week" else (start.replace(day=1),)


def forget_answers() -> None:
    """Empty every cache of the answers, so that nothing was ever asked; the edition's frames stay loaded."""
    for found in iter_modules(cxdash.answers.__path__):
        for value in vars(import_module(f"cxdash.answers.{found.name}")).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


# ---------------------------------------------------------------- by hand

_NPS = "(count(*) FILTER (score >= 9) - count(*) FILTER (score <= 6)) / count(*)"

BY_WEEK = f"""
SELECT channel, date_trunc('week', day)::DATE AS week, {_NPS} AS nps, count(*) AS n
FROM {{scores}} WHERE survey = 'nps' AND day BETWEEN ? AND ? AND region IN (?, ?)
GROUP BY channel, week
"""
BY_PLACE = """
SELECT channel, region,
  (count(*) FILTER (survey = 'nps' AND score >= 9) - count(*) FILTER (survey = 'nps' AND score <= 6))
    / count(*) FILTER (survey = 'nps') AS nps, count(*) FILTER (survey = 'nps') AS nps_n,
  count(*) FILTER (survey = 'csat' AND score >= 4) / count(*) FILTER (survey = 'csat') AS csat,
  count(*) FILTER (survey = 'csat') AS csat_n
FROM {scores} WHERE survey IN ('nps', 'csat') AND day BETWEEN ? AND ? AND segment = ?
GROUP BY channel, region
"""
MOVED = """
SELECT (count(*) FILTER (day >= $middle AND score >= 9) - count(*) FILTER (day >= $middle AND score <= 6))
    / count(*) FILTER (day >= $middle) AS now, count(*) FILTER (day >= $middle) AS now_n,
  (count(*) FILTER (day < $middle AND score >= 9) - count(*) FILTER (day < $middle AND score <= 6))
    / count(*) FILTER (day < $middle) AS before, count(*) FILTER (day < $middle) AS before_n
FROM {scores} WHERE survey = 'nps' AND day BETWEEN $first AND $last AND region IN ($one, $other) AND segment = $segment
"""
RESOLVED = """
SELECT channel, date_trunc('month', day)::DATE AS month,
  count(*) FILTER (opens_issue AND outcome = 'resolved' AND NOT transferred AND NOT escalated AND NOT repeated)
    / count(*) FILTER (opens_issue AND outcome <> 'abandoned') AS resolved,
  count(*) FILTER (opens_issue AND outcome <> 'abandoned') AS resolved_n,
  count(*) FILTER (repeated) / count(*) FILTER (customer_id IS NOT NULL) AS repeated,
  count(*) FILTER (customer_id IS NOT NULL) AS repeated_n
FROM {contacts} WHERE day BETWEEN ? AND ? AND region IN (?, ?)
GROUP BY channel, month
"""
MATURE = timedelta(days=7)
"""Repeats are known after a week."""

Fetched = dict[str, Sequence[tuple[Any, ...]]]


class Analyst:
    """Somebody with DuckDB and the edition's rows: as Parquet files, or loaded into tables."""

    def __init__(self, edition: Edition, *, load: bool) -> None:
        self.connection = duckdb.connect()
        self.year, self.quarter = year(edition), quarter(edition)
        places = {}
        for fact in ("scores", "contacts"):
            places[fact] = f"read_parquet('{edition.rows_path(fact)}')"
            if load:
                self.connection.execute(f"CREATE TABLE {fact} AS SELECT * FROM {places[fact]}")
                places[fact] = fact
        self.sql = {
            name: text.format(**places)
            for name, text in (("week", BY_WEEK), ("place", BY_PLACE), ("moved", MOVED), ("resolved", RESOLVED))
        }

    def ask(self, chosen: Filter) -> Fetched:
        """Run the page's four statements."""
        run, days = self.connection.execute, (self.year.start, self.year.end)
        moved = {
            "first": self.quarter.previous().start, "middle": self.quarter.start, "last": self.quarter.end,
            "one": chosen.regions[0], "other": chosen.regions[1], "segment": chosen.segment,
        }  # fmt: skip
        return {
            "week": run(self.sql["week"], [*days, *chosen.regions]).fetchall(),
            "place": run(self.sql["place"], [*days, chosen.segment]).fetchall(),
            "moved": run(self.sql["moved"], moved).fetchall(),
            "resolved": run(self.sql["resolved"], [days[0], days[1] - MATURE, *chosen.regions]).fetchall(),
        }


def read_cells(fetched: Fetched) -> Cells:
    """The analyst's rows as cells."""
    found: dict[tuple[Any, ...], tuple[Any, int]] = {}
    for channel, week, value, n in fetched["week"]:
        found["nps by week", channel, week] = (value, n)
    for channel, region, nps, nps_n, csat, csat_n in fetched["place"]:
        found["nps by place", channel, region] = (nps, nps_n)
        found["csat by place", channel, region] = (csat, csat_n)
    now, now_n, before, before_n = fetched["moved"][0]
    found["nps moved",] = (now, now_n)
    found["nps before",] = (before, before_n)
    for channel, month, resolved, resolved_n, repeated, repeated_n in fetched["resolved"]:
        found["resolved", channel, month] = (resolved, resolved_n)
        found["repeated", channel, month] = (repeated, repeated_n)
    return {key: pair for key, pair in found.items() if pair[1]}


def compare_pages(ours: tuple[Cells, set[tuple[Any, ...]]], by_hand: Cells) -> int:
    """Raise unless every cell shown has the analyst's value and n, and the analyst has no cell beyond hidden ones.

    Returns:
        How many cells were compared.
    """
    cells, hidden = ours
    assert cells
    wrong = {
        key: (pair, by_hand.get(key))
        for key, pair in cells.items()
        if key not in by_hand or pair[1] != by_hand[key][1] or abs(pair[0] - by_hand[key][0]) > 1e-12
    }
    assert not wrong, dict(list(wrong.items())[:5])
    beyond = by_hand.keys() - cells.keys() - hidden - {("nps before",)}
    assert not beyond, sorted(beyond, key=str)[:5]
    return len(cells)
