"""Recomputing from exported rows gives the number shown: random numbers of the whole catalogue, as CSV and XLSX."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from cxdash.answers import Answer, Question, answer
from cxdash.answers.answer import HIDDEN, NO_DATA
from cxdash.answers.rows import open_rows
from cxdash.answers.rows_basis import RowsRefusedError
from cxdash.edition import UNKNOWN, Edition
from cxdash.errors import CxdashError
from cxdash.faces.export.csv_file import write_csv
from cxdash.faces.export.xlsx_file import write_xlsx
from cxdash.measures import Measure
from cxdash.metrics.catalogue import METRICS
from cxdash.metrics.facts import FACTS
from cxdash.periods import Period
from cxdash.selection import EVERYTHING, Policy, Selection, canonical
from tests.answers.recomputed import recompute

PAIRS = 200
SEED = 20261120
MOST_FOR_XLSX = 400
"""Rows of a number whose workbook is read back too: writing and reading one takes a second per 1,000 rows."""

OTHER_N = {
    "churn": "customers of the first morning; rows are movements",
    "level_consistency": "answers of channels with at least 30 effective ones; rows are those of every channel",
}
"""Metrics whose n counts something else than rows."""


@dataclass(frozen=True)
class Pair:
    """A number somebody could look at."""

    metric: str
    selection: Selection
    policy: Policy
    shown: Answer


def _pick(chance: random.Random, edition: Edition, key: str) -> tuple[Selection, Policy]:
    measure = METRICS[key].computation
    assert isinstance(measure, Measure)
    offered = {d: v for d, v in edition.manifest.facts[measure.fact].dimensions.items() if d != measure.inner}
    first, last = edition.manifest.first_day, edition.manifest.last_day
    start = first + timedelta(days=chance.randrange((last - first).days))
    period = Period(start, min(last, start + timedelta(days=chance.choice((0, 6, 27, 60, 90)))))

    def some(most: int) -> dict[str, tuple[str, ...]]:
        dims = chance.sample(sorted(offered), chance.randint(0, min(most, len(offered))))
        return {d: tuple(chance.sample(offered[d], chance.randint(1, min(3, len(offered[d]))))) for d in dims}

    selection = Selection(period, str(period), "none", canonical(some(2)))
    restricted = Policy("a part of it", canonical(some(2)))
    return selection, restricted if chance.random() < 0.4 else EVERYTHING


@pytest.fixture(scope="module")
def pairs(demo_edition: Edition) -> list[Pair]:
    """Random numbers, every metric with rows of its own as often as the others."""
    chance = random.Random(SEED)
    keys = [key for key in demo_edition.manifest.metrics if isinstance(METRICS[key].computation, Measure)]
    found: list[Pair] = []
    for attempt in range(20 * PAIRS):
        key = keys[attempt % len(keys)]
        selection, policy = _pick(chance, demo_edition, key)
        try:
            shown = answer(demo_edition, Question(key, selection), policy)
        except CxdashError:
            continue  # no complete window ends in the period, or all its days are too young
        if NO_DATA not in shown.only.flags or chance.random() < 0.1:
            found.append(Pair(key, selection, policy, shown))
        if len(found) == PAIRS:
            return found
    pytest.fail(f"only {len(found)} numbers could be asked for")


def _from_csv(content: bytes) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _from_xlsx(content: bytes) -> list[dict[str, Any]]:
    lines = (
        CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("Rows").to_python(skip_empty_area=False)
    )
    names = [str(name) for name in lines[0]] if lines else []
    return [dict(zip(names, line, strict=True)) for line in lines[1:]]


def _exports(pair: Pair, edition: Edition) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    opened = open_rows(edition, pair.metric, pair.selection, pair.policy)
    made = io.BytesIO()
    assert write_csv(opened, made) == opened.total()
    yield "CSV", _from_csv(made.getvalue())
    if opened.total() <= MOST_FOR_XLSX:
        made = io.BytesIO()
        write_xlsx(opened, (("Metric", pair.metric),), made)
        yield "XLSX", _from_xlsx(made.getvalue())


def test_exported_rows_recompute_the_number(demo_edition: Edition, pairs: list[Pair]) -> None:
    """Flags of the rows, added up and finalised, are the value, the interval and n of the page."""
    read: dict[str, int] = {"CSV": 0, "XLSX": 0, "refused": 0}
    for pair in pairs:
        row, measure = pair.shown.only, METRICS[pair.metric].computation
        assert isinstance(measure, Measure)
        told = f"{pair.metric} {pair.selection} {pair.policy}"
        if HIDDEN in row.flags:
            with pytest.raises(RowsRefusedError):
                open_rows(demo_edition, pair.metric, pair.selection, pair.policy)
            read["refused"] += 1
            continue
        try:
            exports = list(_exports(pair, demo_edition))
        except RowsRefusedError:
            read["refused"] += 1
            continue
        for kind, rows in exports:
            again = recompute(measure, rows, row.period, pair.shown.deff)
            ours = [array[0] if np.isfinite(array[0]) else np.nan for array in again.of_cells()]
            theirs = [np.nan if x is None else x for x in (row.value, row.low, row.high, row.n, row.n_eff)]
            assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-12, nan_ok=True), f"{kind} of {told}"
            if pair.metric not in OTHER_N:
                assert len(rows) >= (row.n or 0), told
            read[kind] += 1
    assert read["CSV"] >= PAIRS // 2, read
    assert read["XLSX"] >= PAIRS // 4, read


def test_n_is_the_number_of_rows_that_count_in_it(demo_edition: Edition, pairs: list[Pair]) -> None:
    """Where a row is one answer, contact or customer, there are as many rows with an n of one as n says."""
    for pair in pairs:
        row, measure = pair.shown.only, METRICS[pair.metric].computation
        assert isinstance(measure, Measure)
        if pair.metric in OTHER_N or HIDDEN in row.flags:
            continue
        try:
            opened = open_rows(demo_edition, pair.metric, pair.selection, pair.policy)
        except RowsRefusedError:
            continue
        made = io.BytesIO()
        write_csv(opened, made)
        flags = [column.name for column in opened.flags]
        alike = Counter(tuple(row[flag] for flag in flags) for row in _from_csv(made.getvalue()))
        each = {
            values: recompute(measure, [dict(zip(flags, values, strict=True))], row.period, 1.0).n[0]
            for values in alike
        }
        assert set(each.values()) <= {0.0, 1.0}
        assert sum(each[values] * count for values, count in alike.items()) == (row.n or 0)


def test_no_row_of_a_restricted_policy_lies_outside_it(demo_edition: Edition, pairs: list[Pair]) -> None:
    """Whatever was asked for, every row that leaves meets the policy."""
    seen = 0
    for pair in pairs:
        if not pair.policy.filters or HIDDEN in pair.shown.only.flags:
            continue
        try:
            exported = dict(_exports(pair, demo_edition))["CSV"]
        except RowsRefusedError:
            continue
        for dim, values in pair.policy.filters:
            assert {row[dim] or UNKNOWN for row in exported} <= set(values)
        seen += len(exported)
    assert seen > 1000


def test_every_kind_of_metric_was_among_them(pairs: list[Pair]) -> None:
    """Flows, balances, windows, histograms and metrics with an inner axis are all recomputed."""
    measures = {pair.metric: METRICS[pair.metric].computation for pair in pairs}
    clocks = {FACTS[m.fact].clock for m in measures.values() if isinstance(m, Measure)}
    assert clocks == {"flow", "stock", "window"}
    assert any(m.inner for m in measures.values() if isinstance(m, Measure))
    assert any(state.tally for m in measures.values() if isinstance(m, Measure) for state in m.states)
