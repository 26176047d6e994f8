"""Numbers without rows: what somebody may ask who must not learn about single people, not even by subtraction.

Hiding small cells protects against totals of the same question (`cxdash.answers.totals`). Whoever may also choose
filters and periods freely can subtract one question from another: all of the North, then all but one segment of it;
four weeks, then four weeks and a day. So for a policy without the right to rows the questions form a fixed lattice:

- a filter names one value, and its answer is the cell of that value in the breakdown by it, hidden where that one is;
- a period is one of the four that are offered; a number is hidden where one to four people lie between the beginning
  of its period (or of the one it is compared with) and any other beginning that can be asked for;
- a series is by calendar week up to the last day, and refused where a beginning cuts one of its weeks into a part of
  one to four people. Customers at risk and revenue are counts of everybody and exist by month: no limit.

What works on filtered rows in any other way refuses (`Policy.narrow`). Not closed: comparison with a year before, whose
beginnings are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from cxdash.answers.answer import HIDDEN, Answer, Question, Row
from cxdash.answers.estimate import Scope, group
from cxdash.answers.kept import kept
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.language import _
from cxdash.measures import Measure
from cxdash.metrics.facts import FACTS
from cxdash.periods import Period, floor
from cxdash.selection import Policy
from cxdash.statistics.arrays import Flags
from cxdash.statistics.suppression import complementary, confidential

MOST_DIMENSIONS = 3
WEEKS = (4, 13, 26, 52)
"""The periods that may be asked for, counted back from the last day of the data."""
BEGINNINGS = tuple(sorted({*WEEKS, *(2 * weeks for weeks in WEEKS)}))
"""Weeks back at which one of them, or the period before it, begins."""

Ask = Callable[[Question], Answer]


def guarded(edition: Edition, measure: Measure, question: Question, policy: Policy, ask: Ask) -> Answer:
    """Answer a question on the lattice of a policy without rows.

    Args:
        edition: published data.
        measure: what the question's metric is computed from.
        question: as it was asked, with filters.
        policy: of somebody who may not open rows.
        ask: answers an unfiltered question, breakdowns of more than two dimensions included.

    Raises:
        SelectionError: several values of a dimension, too many dimensions, or a period or series off the lattice.
    """
    chosen = {dim: values[0] for dim, values in question.selection.filters}
    several = any(len(values) > 1 for _dim, values in question.selection.filters)
    by = (*question.by, *(dim for dim in chosen if dim not in question.by))
    if several or len(by) > MOST_DIMENSIONS:
        raise SelectionError(
            _("Your access shows numbers without their rows, for one value of a filter at a time."),
            action=_("Choose one value of each filter, and at most three filters and breakdowns together."),
        )
    found = ask(replace(question, by=by, selection=replace(question.selection, filters=())))
    rows = list(found.rows)
    if FACTS[measure.fact].clock == "flow":
        if question.grain:
            rows = _chosen(rows, chosen)
        rows = _on_lattice(edition, measure, question, policy, by, rows)
    rows = _chosen(rows, chosen)
    answered = tuple(replace(row, dimensions={dim: row.dimensions[dim] for dim in question.by}) for row in rows)
    if not answered and not question.by and not question.grain:
        answered = (Row({}, found.period, None, None, None, None, None, (HIDDEN,)),)
    return replace(found, selection=question.selection, by=question.by, rows=answered)


def _chosen(rows: Sequence[Row], chosen: Mapping[str, str]) -> list[Row]:
    return [row for row in rows if all(row.dimensions[dim] == value for dim, value in chosen.items())]


def _on_lattice(
    edition: Edition, measure: Measure, question: Question, policy: Policy, by: tuple[str, ...], rows: list[Row]
) -> list[Row]:
    """The rows, hidden where their period's beginning can be played off against another; raises off the lattice."""
    period, last = question.selection.period, edition.manifest.last_day
    weeks, days_over = divmod(period.days, 7)
    offered = weeks in WEEKS and not days_over
    weekly = question.grain == "week" and floor(period.start, "week") == period.start
    if period.end != last or not (weekly if question.grain else offered):
        raise SelectionError(
            _("Your access shows numbers without their rows, for the periods that are offered and by whole weeks."),
            action=_("Choose one of the periods offered."),
        )
    keys, held = _people_by_day(edition, measure, policy, by)
    if question.grain:
        wanted = {tuple(row.dimensions[dim] for dim in by) for row in rows}
        if any(_cut_thin(people, last) for key, people in zip(keys, held, strict=True) if key in wanted):
            raise SelectionError(
                _("Too few people a week for a series without the right to see rows."),
                action=_("Look at the number of the whole period."),
            )
        return rows
    shown = {tuple(row.dimensions[dim] for dim in by): HIDDEN not in row.flags for row in rows}
    hidden = np.array(
        [not shown.get(key, True) or _begins_thin(people, weeks) for key, people in zip(keys, held, strict=True)]
    )
    covered = dict(zip(keys, _cover(hidden, held[:, : period.days].sum(axis=1), keys).tolist(), strict=True))
    return [_hide(row) if covered.get(tuple(row.dimensions[dim] for dim in by), False) else row for row in rows]


def _cover(hidden: Flags, people: NDArray[np.float64], keys: Sequence[tuple[str, ...]]) -> Flags:
    """Hide as many neighbours as it takes, so that no hidden cell follows from the total without one dimension."""
    parents = [[key[:place] + key[place + 1 :] for key in keys] for place in range(len(keys[0]))] if keys else []
    codes = [np.unique([repr(parent) for parent in each], return_inverse=True)[1] for each in parents]
    while True:
        larger = hidden
        for each in codes:
            larger = complementary(larger, people, each)
        if np.array_equal(larger, hidden):
            return hidden
        hidden = larger


@kept(64)
def _people_by_day(
    edition: Edition, measure: Measure, policy: Policy, by: tuple[str, ...]
) -> tuple[Sequence[tuple[str, ...]], NDArray[np.float64]]:
    """What n counts in each cell on each day, latest first, days that have not matured empty; (cells, days)."""
    last = edition.manifest.last_day
    days = 7 * BEGINNINGS[-1] + 7
    span = Period(last - timedelta(days=days - 1), last - timedelta(days=measure.maturity))
    grouped = group(measure, Scope(edition, span, policy.narrow(()), by, "day"))
    n = np.nan_to_num(measure.finalise(grouped.states, z=0.0, deff=1.0).n)
    people = np.zeros((len(grouped.keys) // max(span.days, 1), days))
    people[:, measure.maturity :] = n.reshape(-1, span.days)[:, ::-1]
    return grouped.keys[:: max(span.days, 1)], people


def _begins_thin(people: NDArray[np.float64], weeks: int) -> bool:
    """Whether one to four people lie between the beginnings of this period or the one before and any other."""
    until = {begun: float(people[: 7 * begun].sum()) for begun in BEGINNINGS}
    between = [abs(until[own] - other) for own in (weeks, 2 * weeks) for other in until.values()]
    return bool(confidential(np.array(between)).any())


def _cut_thin(people: NDArray[np.float64], last: date) -> bool:
    """Whether a period begins inside a calendar week that one to four people are in on either side of it."""
    parts = []
    for weeks in BEGINNINGS:
        start = last - timedelta(days=7 * weeks - 1)
        into = (start - floor(start, "week")).days
        if into:
            parts += [people[7 * weeks - (7 - into) : 7 * weeks].sum(), people[7 * weeks : 7 * weeks + into].sum()]
    return bool(confidential(np.array(parts)).any())


def _hide(row: Row) -> Row:
    return Row(row.dimensions, row.period, None, None, None, None, None, (HIDDEN,))
