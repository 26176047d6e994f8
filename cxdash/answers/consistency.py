"""The consistency of channels: levels and handoffs in one number, with an error that knows they share customers.

Levels come in their best form the data allow, handoffs from their own metric; each bucket of customers is left out of
both at a time, which gives the error of their half sum. Where one of the two is not known there is no index, and what
is known of the other is kept beside it (methods: consistency 4.5).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from cxdash.answers.answer import LOW_BASE, NO_DATA, Answer, Difference, Question, Row
from cxdash.answers.compare import word
from cxdash.answers.consistency_handoffs import Ask, Handoffs, read_handoffs
from cxdash.answers.consistency_levels import ChannelLevels, channel_levels, level_without_each
from cxdash.answers.estimate import Scope
from cxdash.answers.kept import kept
from cxdash.answers.suppress import number
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.language import _
from cxdash.measures import Floats
from cxdash.metrics.consistency import METRIC
from cxdash.metrics.metric import ConsistencyIndex, Metric
from cxdash.periods import Period
from cxdash.selection import Policy, Selection
from cxdash.statistics.arrays import Flags
from cxdash.statistics.channel_index import (
    PAIRED,
    RAW,
    STANDARDISED,
    ChosenLevel,
    choose_level,
    combined_index,
    limits_of_halves,
)
from cxdash.statistics.differences import fixed_interval_p, mover


@dataclass(frozen=True)
class Parts:
    """Everything the index is made of.

    Attributes:
        levels: every form of the levels. chosen: the one taken, per time bucket. form: which that is; one for all.
        without: L in that form without each bucket of customers, (times, buckets); NaN where there are no handoffs.
        occupied: which buckets have answers, pairs or handoffs.
        handoffs: the other half.
    """

    levels: ChannelLevels
    chosen: ChosenLevel
    form: int
    without: Floats
    occupied: Flags
    handoffs: Handoffs


def index_rows(
    edition: Edition, metric: Metric, index: ConsistencyIndex, question: Question, policy: Policy, ask: Ask
) -> Answer:
    """The index: one row for the period, or one per time bucket; compared where asked.

    Raises:
        SelectionError: a breakdown, a period without data, or a filter that answers to surveys do not know.
    """
    if question.by:
        raise SelectionError(
            f"{metric.label} compares channels with one another and cannot be broken down.",
            action="Filter by the value you want; “level_consistency” can be cut by region or segment.",
        )
    asked = question.selection.period
    period = _usable(edition, asked)
    parts = index_parts(edition, index, _over(question, period), policy, ask)
    rows = tuple(_row(metric, parts, time) for time in range(len(parts.levels.periods)))
    if question.against in ("previous", "year") and not question.grain:
        before = asked.previous() if question.against == "previous" else asked.year_before()
        if asked != period:  # as many days as were used
            before = Period(before.start, before.start + timedelta(days=period.days - 1))
        asking = (edition, index, _over(question, period), _over(question, before), policy, ask)
        rows = (replace(rows[0], difference=_difference(metric, question, rows[0], *asking)),)
    return Answer(
        metric=metric,
        selection=question.selection,
        policy=policy,
        period=period,
        by=(),
        grain=question.grain,
        rows=rows,
        edition=edition.id,
        data_as_of=edition.manifest.last_day.isoformat(),
        source="derived",
        deff=parts.levels.deff,
        notes=_notes(parts),
    )


def parts_of(edition: Edition, selection: Selection, policy: Policy, ask: Ask) -> Parts:
    """What the index over a selection is made of, the very parts its answer is made from.

    Raises:
        SelectionError: a period without data, or a filter that answers to surveys do not know.
    """
    index = METRIC.computation
    assert isinstance(index, ConsistencyIndex)
    question = Question(METRIC.key, selection)
    return index_parts(edition, index, _over(question, _usable(edition, selection.period)), policy, ask)


def _usable(edition: Edition, asked: Period) -> Period:
    period = asked.clamp(asked.start, edition.manifest.last_day)
    if period is None:
        raise SelectionError(
            f"The period {asked.start} to {asked.end} lies outside the data.",
            known=f"Complete days: {edition.manifest.first_day} to {edition.manifest.last_day}.",
            action="Choose a period inside it.",
        )
    return period


def _over(question: Question, period: Period) -> Question:
    """The question without its comparison, over other days; what the parts of the index are remembered by."""
    selection = replace(question.selection, period=period, period_text=str(period), compare="none")
    return replace(question, selection=selection, against=None, with_p=False)


def _notes(parts: Parts) -> tuple[str, ...]:
    """What a reader must know about how the number was made."""
    notes = [form_text(parts.form)] if np.isfinite(parts.chosen.level).any() else []
    if not np.isfinite(parts.handoffs.value).any():
        notes.append(_("Handoffs are not measured here, so there is no index: only the levels are known."))
    return tuple(notes)


def form_text(form: int) -> str:
    """How case mix was removed from the levels, in words."""
    return {
        PAIRED: _("Case mix removed: levels are differences between ratings of the same customers."),
        STANDARDISED: _("Case mix removed as far as segments tell: every channel with the segments of all answers."),
        RAW: _("Case mix not removed: too few pairs of ratings, and no segments with answers in every channel."),
    }[form]


@kept(16)
def index_parts(
    edition: Edition,
    index: ConsistencyIndex,
    question: Question,
    policy: Policy,
    ask: Ask,
    *,
    form: int = PAIRED,
) -> Parts:
    """Levels in every form, the one that is taken, and the handoffs.

    Args:
        edition: published data.
        index: what the index is made of.
        question: days inside the data, filters, grain. One form is taken for all buckets of a series, so that the
            line does not jump between them.
        policy: row filter of the person who asks.
        ask: how a question is answered.
        form: take no better form of the levels than this one.
    """
    filters = policy.narrow(question.selection.filters)
    scope = Scope(edition, question.selection.period, filters, (), question.grain)
    levels = channel_levels(scope)
    chosen = choose_form(levels, form)
    common = max((int(f) for f in chosen.form if np.isfinite(f)), default=RAW)
    chosen = choose_form(levels, common)
    handoffs = read_handoffs(scope, index.handoffs, question, policy, ask, levels.periods)
    without, occupied = np.full(handoffs.without.shape, np.nan), handoffs.occupied
    if np.isfinite(handoffs.value).any() and np.isfinite(chosen.level).any():
        without, answered = level_without_each(scope, levels, common)
        occupied = occupied | answered
    return Parts(levels, chosen, common, without, occupied, handoffs)


def choose_form(levels: ChannelLevels, best: int) -> ChosenLevel:
    """The best form of each time bucket, none better than `best`."""
    index = {
        form: np.where(form < best, np.nan, levels.forms[form].spread.index) for form in (PAIRED, STANDARDISED, RAW)
    }
    return choose_level(index[PAIRED], levels.forms[PAIRED].evidence, index[STANDARDISED], index[RAW])


def _row(metric: Metric, parts: Parts, time: int) -> Row:
    form, handoffs = parts.levels.forms[parts.form], parts.handoffs
    at = slice(time, time + 1)
    sides = (parts.chosen.level[at], parts.without[at]), (handoffs.value[at], handoffs.without[at])
    found = combined_index(*sides[0], *sides[1], occupied=parts.occupied[at])
    known = bool(np.isfinite(parts.chosen.level[time]))
    levels = {
        "level": form.spread.index,
        "level_low": form.spread.index_low,
        "level_high": form.spread.index_high,
        "spread": form.spread.delta,
        "p": form.spread.p,
        "evidence": form.evidence,
        "channels": (form.weight > 0).sum(axis=-1),
        "form": np.full(len(parts.levels.periods), float(parts.form)),
    }
    halves = {"handoff": handoffs.value, "handoff_low": handoffs.low, "handoff_high": handoffs.high}
    halves |= {"handoffs": handoffs.n} | (levels if known else {})
    extra = {name: float(array[time]) for name, array in halves.items() if np.isfinite(array[time])}
    apart = limits_of_halves(
        parts.chosen.level[at],
        form.spread.index_low[at],
        form.spread.index_high[at],
        handoffs.value[at],
        handoffs.low[at],
        handoffs.high[at],
    )
    # buckets know which customers the halves share, but not that levels at the end of the scale may be less
    low, high = np.fmin(found.low, apart[0]), np.fmax(found.high, apart[1])
    extra |= {"error": float(found.se[0])} if np.isfinite(found.se[0]) else {}
    value = number(found.score, 0, hidden=False)
    if value is None:
        return Row({}, parts.levels.periods[time], None, None, None, 0.0, 0.0, (NO_DATA,), None, extra)
    effective = min(float(form.effective[time]), float(handoffs.effective[time]))
    return Row(
        {},
        parts.levels.periods[time],
        value,
        number(low, 0, hidden=False),
        number(high, 0, hidden=False),
        float(form.evidence[time] + handoffs.n[time]),
        effective,
        (LOW_BASE,) if effective < metric.minimum_n else (),
        None,
        extra,
    )


def _difference(
    metric: Metric,
    asked: Question,
    now: Row,
    edition: Edition,
    index: ConsistencyIndex,
    question: Question,
    before: Question,
    policy: Policy,
    ask: Ask,
) -> Difference:
    """The change, with levels in a form that both periods have: two forms would differ without anything changing."""
    assert asked.against is not None
    earlier = index_parts(edition, index, before, policy, ask)
    parts = index_parts(edition, index, question, policy, ask)
    common = max(earlier.form, parts.form)
    first, second = now, _row(metric, earlier, 0)
    if parts.form != common:
        first = _row(metric, index_parts(edition, index, question, policy, ask, form=common), 0)
    if earlier.form != common:
        second = _row(metric, index_parts(edition, index, before, policy, ask, form=common), 0)
    known = [x for x in (first.value, first.low, first.high, second.value, second.low, second.high) if x is not None]
    value = low = high = p = None
    if len(known) == 6:
        value, low, high = (float(x) for x in mover(*known))
        p = float(fixed_interval_p(value, low, high)) if asked.with_p else None
    reliable = value is not None and first.reliable and second.reliable
    return Difference(
        asked.against,
        second.value,
        second.n,
        before.selection.period,
        value,
        low,
        high,
        p,
        word(low, high, reliable=reliable),
    )
