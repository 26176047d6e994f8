"""The judges of staged states: what is usual, what is a fragment, what is a hole, and what must add up."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxdash.checks.states import (
    Sums,
    judge_completeness,
    judge_history,
    judge_scores,
    judge_sums,
    judge_volume,
)

LAST = date(2026, 6, 28)
WEEKDAY = (1.2, 1.1, 1.0, 1.0, 0.9, 0.5, 0.3)


def days(level: float, noise: int, length: int = 120) -> dict[date, int]:
    """Poisson counts with the rhythm of a week."""
    rng = np.random.default_rng(noise)
    calendar = [LAST - timedelta(days=back) for back in range(length)]
    return {day: int(rng.poisson(level * WEEKDAY[day.weekday()])) for day in calendar}


@pytest.mark.parametrize("level", [8, 40, 3000])
def test_ordinary_days_are_rarely_flagged(level: int) -> None:
    """Of 60 companies in which nothing happens at most two are told of an unusual day, and none is held back."""
    flagged = [judge_volume("contacts", "contacts", days(level, noise), LAST) for noise in range(60)]
    assert sum(finding.passed is False for finding in flagged) <= 2
    assert all(finding.severity == "warning" for finding in flagged)


@pytest.mark.parametrize(
    ("factor", "severity"), [(0.02, "critical"), (0.5, "warning"), (0.0, "warning"), (7.0, "critical")]
)
def test_a_day_that_is_not_whole_is_told(factor: float, severity: str) -> None:
    """Half a day is unusual, a fragment or a multiple holds back, and no rows at all is a visible gap."""
    counts = days(1000, 1)
    counts[LAST] = int(counts[LAST] * factor)
    finding = judge_volume("contacts", "contacts", counts, LAST)
    assert (finding.passed, finding.severity) == (False, severity)
    assert finding.samples[0]["day"] == LAST


def test_a_quiet_sunday_is_no_fault() -> None:
    """A day is compared with its own weekday: a Sunday has a third of a Monday."""
    assert LAST.weekday() == 6
    counts = {day: int(1000 * WEEKDAY[day.weekday()]) for day in days(1, 0)}
    assert judge_volume("contacts", "contacts", counts, LAST).passed
    counts[LAST] = 1200
    assert not judge_volume("contacts", "contacts", counts, LAST).passed


def test_a_young_company_is_not_judged() -> None:
    """Four weeks are too few to know what is usual."""
    counts = days(1000, 2, length=28)
    counts[LAST] = 1
    assert judge_volume("contacts", "contacts", counts, LAST).passed


def test_holes_are_named_and_closed_days_are_not_holes() -> None:
    """A shop that never opens on Sundays has no missing Sundays."""
    counts = {day: rows for day, rows in days(100, 3).items() if day.weekday() != 6}
    assert judge_completeness("contacts", "contacts", counts, LAST).passed
    hole = LAST - timedelta(days=10)
    del counts[hole]
    finding = judge_completeness("contacts", "contacts", counts, LAST)
    assert [sample["day"] for sample in finding.samples] == [hole]


def answers(level: float, last: float, n: int = 100, wobble: float = 0.0) -> pl.DataFrame:
    """Scores of 57 days around a level, the last day around another."""
    rng = np.random.default_rng(4)
    rows = []
    for back in range(57):
        mean = (last if back == 0 else level) + wobble * rng.standard_normal()
        scores = np.clip(np.round(rng.normal(mean, 2.0, n)), 0, 10)
        rows.append((LAST - timedelta(days=back), "nps", n, scores.sum(), (scores**2).sum()))
    return pl.DataFrame(rows, schema=["day", "survey", "n", "total", "squares"], orient="row")


def test_a_shift_over_night_is_told_and_ordinary_days_are_not() -> None:
    """Two points on a scale of ten are a broken scale; a restless company is judged by its own restlessness."""
    (calm,) = judge_scores(answers(8, 8), "responses", LAST)
    (shifted,) = judge_scores(answers(8, 6), "responses", LAST)
    (restless,) = judge_scores(answers(7, 6, wobble=1.0), "responses", LAST)
    assert (calm.passed, shifted.passed, restless.passed) == (True, False, True)


def test_a_handful_of_answers_proves_nothing() -> None:
    """Ten answers on the last day are not judged."""
    frame = answers(8, 2).with_columns(n=pl.when(pl.col("day") == LAST).then(10).otherwise("n"))
    (finding,) = judge_scores(frame, "responses", LAST)
    assert finding.passed


@given(st.integers(1, 10**30), st.integers(-3, 3))
def test_totals_agree_to_the_last_digit_or_not_at_all(total: int, off: int) -> None:
    """One unit in 10³⁰ is enough to fail."""
    sums = Sums(10, 10, {"a": {"rows": 10, "x": total}, "b": {"rows": 10, "x": total + off}}, "rows")
    assert judge_sums("scores", "responses", sums).passed is (off == 0)


def test_lost_rows_fail_reconciliation_wherever_they_are_lost() -> None:
    """In the rows people drill to, or in one grid."""
    file = judge_sums("scores", "responses", Sums(10, 9, {"a": {"rows": 10}}, "rows"))
    grid = judge_sums("scores", "responses", Sums(10, 10, {"a": {"rows": 10}, "b": {"rows": 11}}, "rows"))
    assert (file.samples[0]["part"], grid.samples[0]["part"]) == ("rows", "b")
    assert {file.severity, grid.severity} == {"critical"}


@pytest.mark.parametrize(("totals", "passed"), [((8, 8, 8), True), ((8, 8, 7), False), ((8, 9, 9), False)])
def test_counts_by_value_hold_every_row_with_a_value(totals: tuple[int, int, int], passed: bool) -> None:
    """The warehouse's own count, the grid's, and the sum over its values."""
    finding = judge_sums("contacts", "contacts", Sums(10, 10, {"a": {"rows": 10}}, "rows", {"waits": totals}))
    assert finding.passed is passed
    assert passed or finding.samples[0]["part"] == "waits"


def test_a_few_deletions_are_allowed_a_lost_past_is_told() -> None:
    """Somebody's right to be forgotten is not a fault."""
    before = days(100, 5)
    some = {day: rows - rows // 50 for day, rows in before.items()}
    half = {day: rows for day, rows in before.items() if day > LAST - timedelta(days=60)}
    assert judge_history("contacts", "contacts", some, before, LAST).passed
    assert not judge_history("contacts", "contacts", half, before, LAST).passed
