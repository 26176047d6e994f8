"""One question, one answer: value, series or breakdown of any metric, compared where asked, suppressed where needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import repeat

import numpy as np

from cxdash.answers.answer import Against, Answer, Difference, Question, Row
from cxdash.answers.compare import Differences, Sides, compare_sides, estimate_sides, p_values, word
from cxdash.answers.consistency import index_rows
from cxdash.answers.derived import composite_rows, gap_rows
from cxdash.answers.effects import design_effects
from cxdash.answers.estimate import Grouped, Scope, group
from cxdash.answers.guard import guarded
from cxdash.answers.kept import kept
from cxdash.answers.suppress import flags_of, shown_numbers
from cxdash.answers.totals import hidden_by_totals, hidden_in_reference
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.measures import Estimates, Floats, Measure
from cxdash.metrics.catalogue import find_metric
from cxdash.metrics.facts import FACTS
from cxdash.metrics.metric import BenchmarkGap, Composite, ConsistencyIndex, Metric
from cxdash.periods import Period, check_grain
from cxdash.selection import EVERYTHING, Policy, check_filters
from cxdash.statistics.arrays import Flags
from cxdash.statistics.distributions import Z95
from cxdash.statistics.suppression import low_base


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


def _answer_measure(
    edition: Edition, metric: Metric, measure: Measure, question: Question, policy: Policy, source: str
) -> Answer:
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
    if question.against in ("previous", "year"):
        rows = _compared(metric, measure, question, scope, now, deff, question.selection.period != period)
    else:
        estimates = measure.finalise(now.states, z=Z95, deff=deff)
        rows = _rows(metric, question, now, estimates, hidden_by_totals(measure, scope, now, estimates))
        if question.against == "target":
            rows = tuple(replace(row, difference=_to_target(edition, metric, row)) for row in rows)
    return Answer(
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


def _span(rows: tuple[Row, ...], period: Period) -> Period:
    return Period(min(r.period.start for r in rows), max(r.period.end for r in rows)) if rows else period


def _rows(
    metric: Metric,
    question: Question,
    grouped: Grouped,
    estimates: Estimates,
    hidden: Flags,
    differences: Iterable[Difference | None] = repeat(None),
) -> tuple[Row, ...]:
    shown = (shown_numbers(array, hidden) for array in estimates.of_cells())
    extra = {name: shown_numbers(array, hidden) for name, array in estimates.extra.items()}
    flags = flags_of(estimates, hidden, metric.minimum_n)
    extras = zip(*extra.values(), strict=True) if extra else repeat(())
    return tuple(
        Row(
            dimensions=dict(zip(question.by, key, strict=True)),
            period=period,
            value=value,
            low=low,
            high=high,
            n=n,
            n_eff=n_eff,
            flags=flags,
            difference=difference,
            extra={name: number for name, number in zip(extra, numbers, strict=True) if number is not None},
        )
        for key, period, flags, numbers, difference, value, low, high, n, n_eff in zip(
            grouped.keys, grouped.periods, flags, extras, differences, *shown, strict=False
        )
    )


def reference_period(period: Period, against: Against, grain: str = "") -> Period:
    """The period a period is compared with; for one bucket of a series, the bucket before or a year before."""
    if against == "year":
        return period.year_before()
    return period.previous()


def _compared(
    metric: Metric, measure: Measure, question: Question, scope: Scope, now: Grouped, deff: Floats, cut: bool
) -> tuple[Row, ...]:
    against = question.against
    assert against is not None
    asked = question.selection.period
    reference = reference_period(
        now.periods[0] if metric.windows and not scope.grain and now.periods else asked, against
    )
    if cut and not metric.windows:
        # compare as many days as were used: the cut-off tail of the period is cut off the reference as well
        reference = Period(reference.start, reference.start + timedelta(days=scope.period.days - 1))
    if scope.grain:
        reference = _reference_span(now, against)
    referred = replace(scope, period=reference)
    try:
        before = _known_before(measure, referred)
    except SelectionError:
        before = Grouped((), (), {name: array[:0] for name, array in now.states.items()}, now.source)
    aligned = _align(now, before, against, scope.grain, reference)
    sides = estimate_sides(measure, now, aligned, deff)
    differences = compare_sides(sides)
    hidden = hidden_by_totals(measure, scope, now, sides.first)
    veiled = hidden_in_reference(measure, referred, before, aligned)
    reliable = ~(hidden | veiled | low_base(sides.first.n_eff, k=metric.minimum_n))
    reliable &= ~low_base(sides.second.n_eff, k=metric.minimum_n)
    p = p_values(sides, differences, reliable) if question.with_p else np.full(reliable.shape, np.nan)
    found = _differences(against, sides, differences, p, hidden=hidden, veiled=veiled, reliable=reliable)
    return _rows(metric, question, now, sides.first, hidden, found)


def _known_before(measure: Measure, scope: Scope) -> Grouped:
    """The reference's cells; raises where a population at risk would be counted from a history that is cut off."""
    if FACTS[measure.fact].clock == "stock" and scope.period.start < scope.edition.manifest.first_day:
        raise SelectionError(f"Before {scope.edition.manifest.first_day} the history is not complete.")
    return group(measure, scope)


def _reference_span(now: Grouped, against: Against) -> Period:
    spans = [reference_period(period, against) for period in dict.fromkeys(now.periods)]
    return Period(min(p.start for p in spans), max(p.end for p in spans))


def _align(now: Grouped, before: Grouped, against: Against, grain: str, reference: Period) -> Grouped:
    """The reference's cells in the order of the current cells; cells it lacks have zero states."""
    found = {(key, period.start): n for n, (key, period) in enumerate(zip(before.keys, before.periods, strict=True))}
    if grain:
        buckets = {period: reference_period(period, against) for period in dict.fromkeys(now.periods)}
        spans = [buckets[period] for period in now.periods]
    else:
        spans = [before.periods[0] if before.periods else reference] * len(now.periods)
    picks = [found.get((key, span.start)) for key, span in zip(now.keys, spans, strict=True)]
    states = {}
    for name, array in now.states.items():
        source = before.states.get(name, array[:0])
        shape = (len(picks), *source.shape[1:]) if source.size else (len(picks), *array.shape[1:])
        dense = array * 0.0 if not source.size else source[[0 if p is None else p for p in picks]].reshape(shape).copy()
        dense[[p is None for p in picks]] = 0.0
        states[name] = dense
    return Grouped(now.keys, tuple(spans), states, before.source)


def _differences(
    against: Against,
    sides: Sides,
    differences: Differences,
    p: Floats,
    *,
    hidden: Flags,
    veiled: Flags,
    reliable: Flags,
) -> list[Difference]:
    """One for each cell; `hidden` and `veiled` cells of now and of the reference take it with them."""
    columns = (
        sides.before.periods,
        shown_numbers(sides.second.value, veiled),
        shown_numbers(sides.second.n, veiled),
        *(shown_numbers(array, hidden | veiled) for array in (differences.value, differences.low, differences.high)),
        shown_numbers(p, hidden | veiled),
        reliable.tolist(),
    )
    return [
        Difference(against, reference, n, period, value, low, high, tested, word(low, high, reliable=judged))
        for period, reference, n, value, low, high, tested, judged in zip(*columns, strict=True)
    ]


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
