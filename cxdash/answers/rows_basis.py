"""Which prepared rows a number rests on: of which fact, which days, under which filters.

A number rests on the days that are complete and mature, cut once more by what the person may see. For a balance
(customers at risk) these are the movements of everybody who was there on some day of the period, also of those who
came before it; for a declared window they are the rows of that window. Health and gaps to published figures have no
rows of their own: one of the metrics they are computed from is chosen, and its rows are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import assert_never

import sqlalchemy as sa

from cxdash.answers.answer import HIDDEN, Question, Row
from cxdash.answers.ask import answer
from cxdash.answers.cells import among
from cxdash.answers.derived import component_keys
from cxdash.answers.rows_flags import contributes
from cxdash.edition import Edition
from cxdash.errors import CxdashError, SelectionError, unknown_name
from cxdash.language import _
from cxdash.measures import Measure
from cxdash.metrics.catalogue import METRICS, find_metric
from cxdash.metrics.facts import FACTS
from cxdash.metrics.metric import BenchmarkGap, Composite, ConsistencyIndex, Metric
from cxdash.periods import Period
from cxdash.selection import EVERYTHING, UNKNOWN, Filters, Policy, Selection

WINDOW_GRAIN = "month"
"""The window that speaks for a period without a grain (`cxdash.answers.estimate`)."""


class RowsRefusedError(SelectionError):
    """Rows that may not be opened: without the right to, or because the number itself is not shown."""


@dataclass(frozen=True)
class Basis:
    """The rows behind one number, without a single one of them.

    Attributes:
        metric: whose rows they are (for health, one of its components).
        asked: the days asked for. period: the days the number uses.
        selected: the selection's filters. allowed: the policy's. filters: both.
    """

    metric: str
    asked: Period
    period: Period
    selected: Filters
    allowed: Filters
    filters: Filters

    @property
    def measure(self) -> Measure:
        """How the metric is computed."""
        computation = find_metric(self.metric).computation
        assert isinstance(computation, Measure)
        return computation

    @property
    def clock(self) -> str:
        """How the fact's states fold over time."""
        return FACTS[self.measure.fact].clock


def find_basis(edition: Edition, metric: str, selection: Selection, policy: Policy = EVERYTHING) -> Basis:
    """The rows behind a metric that has rows of its own (see `own_metric`).

    Raises:
        SelectionError: the number cannot be computed, or it is computed from other numbers.
    """
    own = find_metric(metric)
    if not isinstance(own.computation, Measure):
        raise SelectionError(
            f"{own.label} has no rows of its own.",
            known="It is computed from other numbers.",
            action="Ask for the rows of one of them.",
        )
    found = answer(edition, Question(metric, selection), policy)
    period = found.rows[0].period if found.rows else found.period
    return Basis(metric, selection.period, period, selection.filters, policy.filters, policy.narrow(selection.filters))


def computed_from(edition: Edition, metric: Metric) -> tuple[str, ...]:
    """Keys of the metrics with rows that this one is computed from, () where the rows are its own."""
    match metric.computation:
        case Composite():
            parts = component_keys(edition)
        case BenchmarkGap():
            parts = metric.computation.of
        case ConsistencyIndex():
            levels = (key for key, other in METRICS.items() if other.computation == metric.computation.levels)
            parts = (*levels, metric.computation.handoffs)
        case Measure():
            return ()
        case _:
            assert_never(metric.computation)
    return tuple(key for key in parts if key in edition.manifest.metrics)


def own_metric(edition: Edition, metric: str, part: str = "") -> str:
    """Key of the metric whose rows stand behind a number: itself, or the part asked for, or the first of its parts.

    Raises:
        UnknownNameError: `part` is none of what the metric is computed from.
    """
    parts = computed_from(edition, find_metric(metric))
    if not parts:
        return metric
    if part and part not in parts:
        raise unknown_name("part of this number", part, parts)
    return part or parts[0]


def in_reach(basis: Basis, table: sa.TableValuedAlias) -> sa.ColumnElement[bool]:
    """SQL: rows of the days asked about that the person may see, whether or not they count."""
    days = on_days(basis, table)
    if basis.clock == "stock":
        days = table.c.day <= basis.period.end
    elif basis.clock == "flow":
        first, last = min(basis.asked.start, basis.period.start), max(basis.asked.end, basis.period.end)
        days = table.c.day.between(first, last)
    return sa.and_(days, *(among(table.c[dim], values) for dim, values in basis.allowed))


def selected_by(basis: Basis, table: sa.TableValuedAlias) -> sa.ColumnElement[bool]:
    """SQL: rows that meet the selection's filters."""
    met = [among(table.c[dim], values) for dim, values in basis.selected]
    return sa.func.coalesce(sa.and_(sa.true(), *met), sa.false())


def on_days(basis: Basis, table: sa.TableValuedAlias) -> sa.ColumnElement[bool]:
    """SQL: rows of the days the number uses; of a balance, whoever was there on one of them."""
    match basis.clock:
        case "stock":
            # who left before the first day came and went in the opening balance: together that is nothing
            there = table.c.day <= basis.period.end
            if "left_on" not in table.c:
                return there
            return sa.and_(there, sa.or_(table.c.left_on.is_(None), table.c.left_on >= basis.period.start))
        case "window":
            return sa.and_(table.c.day == basis.period.start, table.c.window_grain == WINDOW_GRAIN)
        case _:
            return sa.and_(table.c.day.between(basis.period.start, basis.period.end))


def counted(basis: Basis, table: sa.TableValuedAlias) -> sa.ColumnElement[bool]:
    """SQL: exactly the rows the number rests on."""
    met = [among(table.c[dim], values) for dim, values in basis.filters]
    return sa.and_(on_days(basis, table), *met, contributes(basis.measure.states, table.c))


def check_open(edition: Edition, metric: str, selection: Selection, policy: Policy) -> None:
    """Raise `RowsRefusedError` where this person, or anybody, may not open the rows behind a metric's number."""
    if not policy.rows:
        raise RowsRefusedError(
            _("Your access does not include the rows behind numbers."),
            known=_("The number and how it is computed are shown all the same."),
        )
    found = answer(edition, Question(metric, selection), policy)
    if any(HIDDEN in row.flags for row in found.rows):
        raise RowsRefusedError(
            _("The number is not shown, so its rows are not either."),
            known=_("Fewer than 5 people stand behind it, or all of a handful said the same."),
            action=_("Widen the period or take a filter away."),
        )
    if _covers_a_neighbour(edition, metric, selection, policy):
        raise RowsRefusedError(
            _("These rows are not shown: with them a number of fewer than 5 people could be worked out."),
            action=_("Widen the period or take a filter away."),
        )


def _covers_a_neighbour(edition: Edition, metric: str, selection: Selection, policy: Policy) -> bool:
    """Whether a breakdown by what is filtered to one value would hide this cell."""
    single = {dim: values[0] for dim, values in selection.filters if len(values) == 1}
    for size in (1, 2):
        for dims in combinations(single, size):
            wider = selection
            for dim in dims:
                wider = wider.with_filter(dim)
            try:
                cells = answer(edition, Question(metric, wider, by=dims), policy).rows
            except CxdashError:
                continue  # this metric cannot be cut so
            if any(HIDDEN in row.flags and _same(row, {dim: single[dim] for dim in dims}) for row in cells):
                return True
    return False


def _same(row: Row, values: dict[str, str]) -> bool:
    return all(row.dimensions.get(dim, UNKNOWN) == value for dim, value in values.items())
