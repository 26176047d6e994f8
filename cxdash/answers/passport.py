"""Where a number comes from: everything that can be said about it, as plain data.

A passport is made for any number a page prints: what was asked and what was used, how many rows count and why the
others do not, how fresh each source is, which checks touch it, and the statements that compute it. It holds no row;
`opened` leads to them, and where they may not be opened `refused` says why. What a person may not see is not counted
here either.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from cxdash.answers.answer import HIDDEN, Answer, Question, Row
from cxdash.answers.ask import answer
from cxdash.answers.cells import day_range, rows_select
from cxdash.answers.folded import Request
from cxdash.answers.rows import OpenRows, open_rows, rows_statement, written
from cxdash.answers.rows_basis import WINDOW_GRAIN, Basis, computed_from, find_basis, own_metric
from cxdash.answers.rows_excluded import Share, excluded
from cxdash.edition import Attempt, CheckOutcome, Edition
from cxdash.errors import CxdashError
from cxdash.metrics.catalogue import facts_of, find_metric
from cxdash.metrics.facts import FACTS
from cxdash.metrics.metric import Metric
from cxdash.periods import Period
from cxdash.selection import EVERYTHING, Policy, Selection

FEW = 5
"""Fewer rows than this are not told apart to somebody who may not open them."""


@dataclass(frozen=True)
class Freshness:
    """How far the source of a fact goes: its tables, its latest moment, and when it was last read."""

    fact: str
    tables: tuple[str, ...]
    latest: datetime | date | None


@dataclass(frozen=True)
class Statements:
    """The SQL behind the number.

    Attributes:
        warehouse: what the refresh sent, all states of all metrics of the fact at once.
        states: the states of this number, from the edition's rows.
        rows: the rows it rests on, with what each adds.
    """

    warehouse: str
    states: str
    rows: str


@dataclass(frozen=True)
class Passport:
    """Where a number comes from.

    Attributes:
        metric: asked for. answer: with its rows; row: the one the passport is of.
        own: the metric whose rows stand behind it; another one for a number computed from numbers (`parts`).
        part: the number that those rows recompute.
        basis: which rows; None where the part cannot be computed.
        shares: the rows of the period by why they count; () where that may not be told.
        checked: whether the checks of this edition are still on record; `checks`: those that touch the number.
    """

    metric: Metric
    answer: Answer
    row: Row
    own: Metric
    parts: tuple[Metric, ...]
    part: Row | None
    basis: Basis | None
    opened: OpenRows | None
    refused: CxdashError | None
    shares: tuple[Share, ...]
    freshness: tuple[Freshness, ...]
    checked: bool
    checks: tuple[CheckOutcome, ...]
    statements: Statements | None


def passport(
    edition: Edition,
    metric: str,
    selection: Selection,
    policy: Policy = EVERYTHING,
    *,
    attempts: Iterable[Attempt] = (),
    part: str = "",
    name: str = "",
) -> Passport:
    """The passport of a metric's value for a selection.

    Args:
        edition: published data.
        metric: key of the metric.
        selection: period and filters of the number.
        policy: of the person who asks.
        attempts: what refreshes found; the one that published the edition tells its checks.
        part: of a number computed from numbers, the metric whose rows are meant.
        name: of a gap, whom it is to.

    Raises:
        UnknownNameError: no such metric or part.
        SelectionError: the number cannot be computed.
    """
    found = answer(edition, Question(metric, selection), policy)
    asked = find_metric(metric)
    own = own_metric(edition, metric, part)
    basis: Basis | None = None
    opened: OpenRows | None = None
    refused: CxdashError | None = None
    inner: Row | None = None
    try:
        inner = answer(edition, Question(own, selection), policy).only
        basis = find_basis(edition, own, selection, policy)
        opened = open_rows(edition, own, selection, policy)
    except CxdashError as why:
        refused = why
    checked, checks = _checks(edition, metric, attempts)
    hidden = inner is None or HIDDEN in inner.flags
    return Passport(
        metric=asked,
        answer=found,
        row=_chosen(found, own, name),
        own=find_metric(own),
        parts=tuple(find_metric(key) for key in computed_from(edition, asked)),
        part=inner,
        basis=basis,
        opened=opened,
        refused=refused,
        shares=() if basis is None or hidden else told(excluded(edition, basis), policy),
        freshness=_freshness(edition, asked, own),
        checked=checked,
        checks=checks,
        statements=None if basis is None else statements(edition, basis),
    )


def _chosen(found: Answer, own: str, name: str) -> Row:
    """The row of a gap to one name, where several are answered."""
    of = [row for row in found.rows if row.dimensions.get("metric", own) == own] or list(found.rows)
    return next((row for row in of if not name or row.dimensions.get("name") == name), of[0])


def told(shares: tuple[Share, ...], policy: Policy) -> tuple[Share, ...]:
    """The shares as this person may read them: who may not open rows does not learn of a handful of them either."""
    if policy.rows or all(share.rows >= FEW for share in shares):
        return shares
    return ()


def _freshness(edition: Edition, metric: Metric, own: str) -> tuple[Freshness, ...]:
    facts: dict[str, None] = {}
    for key in (own, *computed_from(edition, metric)):
        part = find_metric(key)
        facts |= dict.fromkeys(facts_of(part))
        companion = getattr(part.computation, "companion", None)
        facts |= {companion[0]: None} if companion else {}
    held = edition.manifest.facts
    return tuple(Freshness(name, held[name].tables, held[name].data_as_of) for name in facts if name in held)


def _checks(edition: Edition, metric: str, attempts: Iterable[Attempt]) -> tuple[bool, tuple[CheckOutcome, ...]]:
    """Checks that touch the metric, of the attempt that published the edition; else the warnings it came with."""
    made = next((attempt for attempt in attempts if attempt.edition == edition.id), None)
    known = made.checks if made else edition.manifest.warnings
    return made is not None, tuple(check for check in known if metric in check.affects)


def statements(edition: Edition, basis: Basis) -> Statements:
    """The SQL behind a number; paths are as seen from the edition's folder."""
    measure, days, filters, grain = basis.measure, basis.period, basis.filters, ""
    fact = FACTS[measure.fact]
    if fact.clock == "window":
        days, filters = Period(days.start, days.start), (*filters, ("window_grain", (WINDOW_GRAIN,)))
    span = day_range(edition, fact.name)
    if fact.clock == "stock":
        # the population of the first morning is the balance of everything before
        days, grain = Period(min(days.start, span[0]) if span else days.start, days.end), "day"
    by = (measure.inner,) if measure.inner else ()
    return Statements(
        warehouse=edition.manifest.facts[fact.name].sql,
        states=written(edition, rows_select(edition, Request(fact.name, measure.states, days, filters, by, grain))),
        rows=rows_statement(edition, basis),
    )
