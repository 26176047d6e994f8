"""Rows of an answer, and of one compared with a period before: aligned cell by cell, hidden where either must be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import repeat

import numpy as np

from cxdash.answers.answer import Against, Difference, Question, Row
from cxdash.answers.compare import Differences, Sides, compare_sides, estimate_sides, p_values, word
from cxdash.answers.estimate import Grouped, Scope, group
from cxdash.answers.suppress import flags_of, shown_numbers
from cxdash.answers.totals import hidden_by_totals, hidden_in_reference
from cxdash.errors import SelectionError
from cxdash.measures import Estimates, Floats, Measure
from cxdash.metrics.facts import FACTS
from cxdash.metrics.metric import Metric
from cxdash.periods import Period
from cxdash.statistics.arrays import Flags
from cxdash.statistics.suppression import low_base


def rows_of(
    metric: Metric,
    question: Question,
    grouped: Grouped,
    estimates: Estimates,
    hidden: Flags,
    differences: Iterable[Difference | None] = repeat(None),
) -> tuple[Row, ...]:
    """One row for each cell, without the numbers of hidden ones."""
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


def compared_rows(
    metric: Metric, measure: Measure, question: Question, scope: Scope, now: Grouped, deff: Floats, *, cut: bool
) -> tuple[tuple[Row, ...], Sides]:
    """The rows of a question against a period before, and both sides of it.

    `cut`: the end of the period asked for is not complete or not mature, and was left out.
    """
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
    return rows_of(metric, question, now, sides.first, hidden, found), sides


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
