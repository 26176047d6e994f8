"""The states theme: does what was staged add up, and does it look like this company's own recent days?

Plain Polars on a few thousand cells rather than Great Expectations: what is judged here are not rows of a table but
totals against totals and a day against its history, for which the library has no expectation and no Polars engine.
Findings look the same as everywhere else.

Thresholds come from the company's own history, so that a quiet store and a busy call centre are judged alike:
a day is unusual when it lies more than `UNUSUAL` robust standard deviations from the median of its weekday *and*
further out than anything in the trailing weeks. It is critical only when it is a fragment or a multiple
(`FRAGMENT`, `MULTIPLE`): numbers of a half-loaded day would stand under its date as if they were whole. A day wholly
missing leaves a gap that everybody sees, so it is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import polars as pl

from cxdash.checks.check import SAMPLES, Finding, Severity
from cxdash.language import N_
from cxdash.statistics.plausibility import day_score, usual_volume, volume_z

OWNER = N_("CX analytics")
LOADER = N_("Data engineering")

WEEKS = 8
JUDGED_DAYS = 3
UNUSUAL = 3.0
SHIFTED = 4.0
FRAGMENT, MULTIPLE = 0.1, 5.0
FEWEST_WEEKS = 5
FEWEST_ANSWERS = 30
DAILY_SHARE = 0.9
KEPT_SHARE = 0.95
GAP_DAYS = 28

RECONCILED = N_("Every grid of {fact} holds exactly the rows and totals of its source.")
VOLUME = N_("The number of {fact} on the last full days is usual for their weekday.")
COMPLETE = N_("No day of the last four weeks is without {fact}.")
PLAUSIBLE = N_("{survey} scores of the last full day are in line with the eight weeks before.")
HISTORY = N_("The source still has the rows of {fact} that the edition before had.")


@dataclass(frozen=True)
class Sums:
    """What a fact adds up to.

    Attributes:
        source: rows counted by the warehouse itself.
        written: rows in the file people drill to.
        grids: grid → column (states and the number of rows) → total over all cells.
        rows_column: name of the column with the number of rows.
        tallies: grid of counts by value → rows with a value by the warehouse's own count, by the grid, and the sum of
            the grid's counts of single values.
    """

    source: int
    written: int
    grids: Mapping[str, Mapping[str, int]]
    rows_column: str
    tallies: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)


def judge_sums(fact: str, table: str, sums: Sums) -> Finding:
    """Whether all ways of adding a fact up agree to the last digit."""
    wrong: list[dict[str, object]] = []
    if sums.written != sums.source:
        wrong.append({"part": "rows", "column": sums.rows_column, "total": sums.written, "source": sums.source})
    first = next(iter(sums.grids.values()), {})
    for grid, totals in sums.grids.items():
        if totals[sums.rows_column] != sums.source:
            wrong.append(
                {"part": grid, "column": sums.rows_column, "total": totals[sums.rows_column], "source": sums.source}
            )
        wrong += [
            {"part": grid, "column": column, "total": total, "first grid": first[column]}
            for column, total in totals.items()
            if total != first[column]
        ]
    wrong += [
        {"part": grid, "column": "values", "total": total, "source": source}
        for grid, (source, *totals) in sums.tallies.items()
        for total in totals
        if total != source
    ]
    claim = RECONCILED.format(fact=fact)
    return _finding(
        f"{fact}.reconciled", claim, table, "critical", LOADER, wrong, examined=len(sums.grids) + len(sums.tallies) + 1
    )


def judge_volume(fact: str, table: str, counts: Mapping[date, int], last_day: date) -> Finding:
    """Whether the last full days hold as many rows as their weekday usually does.

    Args:
        fact: name of the fact.
        table: its leading table.
        counts: rows per day; days without rows may be absent.
        last_day: the last full day.
    """
    first = min(counts, default=last_day)
    judged = [last_day - timedelta(days=back) for back in range(JUDGED_DAYS)]
    unusual: list[dict[str, object]] = []
    worst: Severity = "warning"
    for day in judged:
        usual = _expected(counts, day, first, judged)
        if usual is None or usual == 0:
            continue
        ratio = counts.get(day, 0) / usual
        history = [
            counts.get(past, 0) / past_usual
            for back in range(1, 7 * WEEKS + 1)
            if (past := day - timedelta(days=back)) >= first and past not in judged
            if (past_usual := _expected(counts, past, first, (*judged, past)))
        ]
        if len(history) < 7 * FEWEST_WEEKS:
            continue
        z = float(volume_z(counts.get(day, 0), usual, history))
        if abs(z) > UNUSUAL and not min(history) <= ratio <= max(history):
            unusual.append({"day": day, "rows": counts.get(day, 0), "usual": round(usual), "z": round(z, 1)})
            if 0 < ratio < FRAGMENT or ratio > MULTIPLE:
                worst = "critical"
    return _finding(f"{fact}.volume", VOLUME.format(fact=fact), table, worst, LOADER, unusual, examined=len(judged))


def _expected(counts: Mapping[date, int], day: date, first: date, leave_out: Sequence[date]) -> float | None:
    """Median of the same weekday in the weeks before (and, for days of the history, after); None with too few."""
    weeks = [day + timedelta(weeks=shift) for shift in range(-WEEKS, WEEKS + 1) if shift]
    last = max(leave_out)
    known = [counts.get(other, 0) for other in weeks if first <= other <= last and other not in leave_out]
    return float(usual_volume(known)) if len(known) >= FEWEST_WEEKS else None


def judge_completeness(fact: str, table: str, counts: Mapping[date, int], last_day: date) -> Finding:
    """Whether a day is missing on which this weekday practically always has rows."""
    first = min(counts, default=last_day)
    missing: list[dict[str, object]] = []
    recent = [last_day - timedelta(days=back) for back in range(GAP_DAYS)]
    for day in recent:
        others = [day + timedelta(weeks=shift) for shift in range(-WEEKS, WEEKS + 1) if shift]
        known = [counts.get(other, 0) > 0 for other in others if first <= other <= last_day]
        daily = len(known) >= FEWEST_WEEKS and sum(known) >= DAILY_SHARE * len(known)
        if daily and day >= first and not counts.get(day):
            missing.append({"day": day, "rows": 0})
    claim = COMPLETE.format(fact=fact)
    return _finding(f"{fact}.complete", claim, table, "warning", LOADER, missing, examined=len(recent))


def judge_scores(answers: pl.DataFrame, table: str, last_day: date) -> Iterator[Finding]:
    """Whether the mean score of each survey's last full day fits the eight weeks before.

    The mean of a day varies by sampling and by what days differ in; both are estimated from the trailing weeks, and
    a day is flagged when it lies more than `SHIFTED` standard errors away.

    Args:
        answers: `day`, `survey`, `n`, `total`, `squares` (sums of scores and of their squares).
        table: the table they come from.
        last_day: the last full day.
    """
    # answers to no known question, or days whose answers are all unusable, are other checks' business
    usable = answers.filter(pl.col("survey").is_not_null() & (pl.col("n") > 0))
    for (survey,), frame in usable.sort("survey", "day").group_by("survey", maintain_order=True):
        rows = {row["day"]: row for row in frame.to_dicts()}
        past = [rows[d] for back in range(1, 7 * WEEKS + 1) if (d := last_day - timedelta(days=back)) in rows]
        today = rows.get(last_day)
        shifted: list[dict[str, object]] = []
        if today and today["n"] >= FEWEST_ANSWERS and len(past) >= 7 * FEWEST_WEEKS:
            history = (np.array([row[name] for row in past], dtype=float) for name in ("n", "total", "squares"))
            mean, usual, z = (float(found) for found in day_score(today["n"], today["total"], *history))
            if abs(z) > SHIFTED:
                shifted.append({"day": last_day, "mean": round(mean, 2), "usual": round(usual, 2), "z": round(z, 1)})
        claim = PLAUSIBLE.format(survey=str(survey).upper())
        yield _finding(f"scores.{survey}_plausible", claim, table, "warning", OWNER, shifted, examined=1)


def judge_history(
    fact: str, table: str, counts: Mapping[date, int], before: Mapping[date, int], until: date
) -> Finding:
    """Whether the days the edition before answered for still have their rows (some may be deleted, never many)."""
    had = sum(rows for day, rows in before.items() if day <= until)
    has = sum(rows for day, rows in counts.items() if day <= until)
    lost = [{"until": until, "rows": has, "before": had}] if has < KEPT_SHARE * had else []
    return _finding(f"{fact}.kept", HISTORY.format(fact=fact), table, "warning", LOADER, list(lost), examined=had)


def _finding(
    check_id: str,
    claim: str,
    table: str,
    severity: Severity,
    owner: str,
    wrong: Sequence[dict[str, object]],
    *,
    examined: int,
) -> Finding:
    return Finding(
        check_id=check_id,
        claim=claim,
        theme="states",
        table=table,
        severity=severity,
        owner=owner,
        passed=not wrong,
        failing=len(wrong),
        examined=examined,
        samples=tuple(wrong[:SAMPLES]),
    )
