"""A page of four questions under a filter not asked before: cxdash against SQL written by hand on the same rows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from cxdash.edition import Edition
from tests.benchmarks.contest import Contestant, hold_contest
from tests.benchmarks.page import (
    Analyst,
    Filter,
    ask_page,
    compare_pages,
    filters_of,
    forget_answers,
    read_cells,
    shown_cells,
)

ROUNDS = int(os.environ.get("CXDASH_BENCH_ROUNDS", "25"))


@pytest.mark.parametrize("load", [False, True], ids=["parquet", "table"])
def test_the_page_and_its_sql_agree(demo_edition: Edition, load: bool) -> None:
    """What is timed computes the same numbers: every value and n shown is the one of the hand-written SQL."""
    by_hand = Analyst(demo_edition, load=load)
    compared = 0
    for chosen in filters_of(demo_edition)[:6]:
        compared += compare_pages(shown_cells(ask_page(demo_edition, chosen)), read_cells(by_hand.ask(chosen)))
    assert compared > 6 * 100


def test_a_wrong_number_ends_a_contest(demo_edition: Edition) -> None:
    """The comparison is not a formality: one answer too many in one cell is noticed."""
    chosen = filters_of(demo_edition)[0]
    cells, hidden = shown_cells(ask_page(demo_edition, chosen))
    by_hand = read_cells(Analyst(demo_edition, load=False).ask(chosen))
    key = next(iter(cells))
    value, n = by_hand[key]
    with pytest.raises(AssertionError):
        compare_pages((cells, hidden), {**by_hand, key: (value, n + 1)})


@pytest.mark.bench
def test_page_of_four_questions(bench_edition: Edition, scale: float) -> None:
    """Target: at most 0.015 of the SQL's time at reference data (scale 80), p95 at most 0.04."""
    files, tables = Analyst(bench_edition, load=False), Analyst(bench_edition, load=True)
    chosen = filters_of(bench_edition)
    tasks, others = chosen[: ROUNDS + 1], chosen[ROUNDS + 1 :]

    def after_others(_task: Filter) -> None:
        # a page nobody asked for yet, in a process that has served other filters
        forget_answers()
        ask_page(bench_edition, others[0])

    def nothing_asked(_task: Filter) -> None:
        forget_answers()

    def ask(task: Filter) -> Any:
        return ask_page(bench_edition, task)

    contestants = [
        Contestant("cxdash, filter not asked before", ask, shown_cells, after_others),
        Contestant("cxdash, nothing asked before", ask, shown_cells, nothing_asked),
        Contestant("DuckDB on Parquet, by hand", files.ask, read_cells),
        Contestant("DuckDB on a table, by hand", tables.ask, read_cells),
    ]
    contest = hold_contest(
        "Page of four questions", contestants, tasks, yardstick="DuckDB on Parquet, by hand", agree=_agree
    )
    rows = {name: bench_edition.manifest.facts[name].rows for name in ("scores", "contacts")}
    cells = {f"{name} {grid.key}": grid.cells for name in rows for grid in bench_edition.manifest.facts[name].grids}
    size = f"scale {scale:g}: {rows['scores']:,} answers, {rows['contacts']:,} contacts"
    more = "cxdash also computes intervals, design effects, suppression and words in its time"
    replace(contest, notes=(size, more), facts={"scale": scale, "rows": rows, "cells": cells}).publish(
        f"page-{scale:g}"
    )


def _agree(answers: Mapping[str, Any]) -> None:
    reference = answers["DuckDB on Parquet, by hand"]
    for name, found in answers.items():
        if name.startswith("cxdash"):
            compare_pages(found, reference)
        else:
            assert found == reference
