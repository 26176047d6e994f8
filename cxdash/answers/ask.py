"""One question, one answer: value, series or breakdown of any metric, compared where asked, suppressed where needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cxdash.answers.answer import Answer, Difference, Question, Row
from cxdash.answers.compare import Sides, word
from cxdash.answers.compared import compared_rows, rows_of
from cxdash.answers.consistency import index_rows
from cxdash.answers.derived import composite_rows, gap_rows
from cxdash.answers.effects import design_effects
from cxdash.answers.estimate import Scope, group
from cxdash.answers.guard import guarded
from cxdash.answers.kept import kept
from cxdash.answers.totals import hidden_by_totals
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.measures import Measure
from cxdash.metrics.catalogue import find_metric
from cxdash.metrics.facts import FACTS
from cxdash.metrics.metric import BenchmarkGap, Composite, ConsistencyIndex, Metric
from cxdash.periods import Period, check_grain
from cxdash.selection import EVERYTHING, Policy, check_filters
from cxdash.statistics.distributions import Z95


def answer(edition: Edition, question: Question, policy: Policy = EVERYTHING, *, source: str = "") -> Answer:
    """Answer a question.

    Args:
        edition: published data.
        question: see `Question`.
        policy: row filter of the person who asks; applied to every fold below.
        source: force a grid key or "rows" (for tests of identity).

    Raises:
        UnknownNameError: metric, dimension or grain that does not exist.
        SelectionError: a question the data cannot answer, with what it could.
    """
    return _answer(edition, question, policy, source)


@kept(4096)
def _answer(edition: Edition, question: Question, policy: Policy, source: str) -> Answer:
    """Editions never change and questions are values, so an answer given once is the answer."""
    metric = find_metric(question.metric)
    check_filters(question.selection.filters, edition.manifest)
    if question.grain:
        check_grain(question.grain)
    if len(question.by) > 2:
        raise SelectionError("More than two dimensions were asked for.", action="Ask for two and filter by the others.")
    if metric.key in edition.manifest.unsupported:
        raise SelectionError(
            f"{metric.label} cannot be computed from this data.", known=edition.manifest.unsupported[metric.key]
        )
    match metric.computation:
        case Measure() as measure if not policy.rows:
            return guarded(
                edition,
                measure,
                question,
                policy,
                lambda q: _answer_measure(edition, metric, measure, q, policy, source),
            )
        case Measure():
            return _answer_measure(edition, metric, metric.computation, question, policy, source)
        case Composite():
            return composite_rows(edition, metric, metric.computation, question, policy, answer)
        case BenchmarkGap():
            return gap_rows(edition, metric, metric.computation, question, policy, answer)
        case ConsistencyIndex():
            found = index_rows(edition, metric, metric.computation, question, policy, answer)
            if question.against != "target":
                return found
            return replace(found, rows=tuple(replace(r, difference=_to_target(edition, metric, r)) for r in found.rows))


def usable_period(edition: Edition, metric: Metric, asked: Period) -> Period:
    """The part of the period whose days are in the data, complete and mature for this metric."""
    maturity = metric.computation.maturity if isinstance(metric.computation, Measure) else 0
    last = edition.manifest.last_day - timedelta(days=maturity)
    # a population at risk is known only from the first day of complete history on
    stock = isinstance(metric.computation, Measure) and FACTS[metric.computation.fact].clock == "stock"
    usable = asked.clamp(max(asked.start, edition.manifest.first_day) if stock else asked.start, last)
    if usable is None:
        waits = f" {metric.label} waits {maturity} days for a day to mature." if maturity else ""
        raise SelectionError(
            f"The period {asked.start} to {asked.end} lies outside the data.",
            known=f"Complete days: {edition.manifest.first_day} to {last}.{waits}",
            action="Choose a period inside it.",
        )
    return usable


def compared_answer(edition: Edition, question: Question, policy: Policy = EVERYTHING) -> tuple[Answer, Sides]:
    """An answer with both sides of its comparison, whose cells are its rows in their order.

    For somebody who may open rows, about a metric that has a measure, against a period; not remembered, for the sides
    are large.
    """
    metric = find_metric(question.metric)
    assert isinstance(metric.computation, Measure)
    assert policy.rows
    check_filters(question.selection.filters, edition.manifest)
    found, sides = _measured(edition, metric, metric.computation, question, policy, "")
    assert sides is not None
    return found, sides


def _answer_measure(
    edition: Edition, metric: Metric, measure: Measure, question: Question, policy: Policy, source: str
) -> Answer:
    return _measured(edition, metric, measure, question, policy, source)[0]


def _measured(
    edition: Edition, metric: Metric, measure: Measure, question: Question, policy: Policy, source: str
) -> tuple[Answer, Sides | None]:
    if question.grain and metric.windows and question.grain not in metric.windows:
        raise SelectionError(
            f"{metric.label} does not exist by {question.grain}.",
            known=f"It exists by {', '.join(metric.windows)}.",
            action="Choose one of these grains.",
        )
    period = usable_period(edition, metric, question.selection.period)
    filters = policy.narrow(question.selection.filters)
    scope = Scope(edition, period, filters, question.by, question.grain)
    now = group(measure, scope, source=source)
    deff = design_effects(measure, scope, now.keys)
    sides = None
    if question.against in ("previous", "year"):
        cut = question.selection.period != period
        rows, sides = compared_rows(metric, measure, question, scope, now, deff, cut=cut)
    else:
        estimates = measure.finalise(now.states, z=Z95, deff=deff)
        rows = rows_of(metric, question, now, estimates, hidden_by_totals(measure, scope, now, estimates))
        if question.against == "target":
            rows = tuple(replace(row, difference=_to_target(edition, metric, row)) for row in rows)
    found = Answer(
        metric=metric,
        selection=question.selection,
        policy=policy,
        period=_span(rows, period),
        by=question.by,
        grain=question.grain,
        rows=rows,
        edition=edition.id,
        data_as_of=edition.manifest.last_day.isoformat(),
        source=now.source,
        deff=float(deff.max(initial=1.0)),
    )
    return found, sides


def _span(rows: tuple[Row, ...], period: Period) -> Period:
    return Period(min(r.period.start for r in rows), max(r.period.end for r in rows)) if rows else period


def target_of(edition: Edition, metric: str) -> float | None:
    """The target of a metric on the display scale, or None when the policy sets none."""
    entry = edition.manifest.targets.get("metrics", {}).get(metric) or {}
    target = entry.get("target")
    return None if target is None else float(target)


def _to_target(edition: Edition, metric: Metric, row: Row) -> Difference | None:
    target = target_of(edition, metric.key)
    if target is None:
        return None
    goal = target / metric.factor
    value, low, high = row.on_basis(metric.target_basis)
    low, high = (None if limit is None else limit - goal for limit in (low, high))
    return Difference(
        against="target",
        reference=goal,
        reference_n=None,
        reference_period=None,
        value=None if value is None else value - goal,
        low=low,
        high=high,
        p=None,
        word=word(low, high, reliable=row.reliable),
    )
