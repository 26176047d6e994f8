"""Where do issues break when they change channel? Pairs of channels compared with all others, place by place.

A page of handoffs looks at every origin and target, and at each of these in every region: three dimensions, which an
ordinary question does not keep apart, and reasons, which are no metrics of the company. So they are folded here, under
the same rules as every answer: the policy narrows, what few people stand behind is hidden together with its cover, and
cells of one look are one family of tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from cxdash.answers.answer import HIDDEN, Row
from cxdash.answers.apart import Apart, judge_together
from cxdash.answers.ask import usable_period
from cxdash.answers.cells import covers
from cxdash.answers.changes import MINIMUM_N
from cxdash.answers.effects import design_effects, windows
from cxdash.answers.estimate import Grouped, Scope, group
from cxdash.answers.folded import Request
from cxdash.answers.kept import kept
from cxdash.answers.suppress import few_people, flags_of, shown_numbers
from cxdash.answers.tails import Tails
from cxdash.answers.totals import hidden_by_totals
from cxdash.edition import UNKNOWN, Edition
from cxdash.measures import BUCKETS, Estimates, Floats, Measure
from cxdash.metrics.handoff_reasons import BROKEN, REASONS
from cxdash.metrics.metric import Metric
from cxdash.selection import EVERYTHING, Policy, Selection, check_filters
from cxdash.statistics.arrays import Flags
from cxdash.statistics.differences import fixed_interval_p, mover
from cxdash.statistics.distributions import Z95

FACT = "handoffs"
PAIR = ("origin", "channel")
PLACE = "region"

Reference = Literal["rest", "stayed"]
"""What a cell is compared with: all other cells together, or the steps that stayed in its target channel."""


@dataclass(frozen=True)
class Worst:
    """Handoffs that break clearly more often than all others, those that cost most customers a break first.

    Attributes:
        pairs: pairs of channels. places: pairs of channels in one region.
        tested: how many pairs and places were looked at.
    """

    pairs: tuple[Apart, ...]
    places: tuple[Apart, ...]
    tested: int


@dataclass(frozen=True)
class _Side:
    """Cells, or what they are compared with: states, the design effect of each, and what was estimated from them."""

    states: Mapping[str, Floats]
    deff: Floats
    estimates: Estimates


@dataclass(frozen=True)
class _Found:
    """The cells of a question, and which of them must not be shown."""

    metric: Metric
    scope: Scope
    grouped: Grouped
    cells: _Side
    hidden: Flags


@kept(512)
def compare_handoffs(
    edition: Edition,
    metric: Metric,
    selection: Selection,
    by: tuple[str, ...],
    policy: Policy = EVERYTHING,
    reference: Reference = "rest",
) -> tuple[Apart, ...]:
    """A number about handoffs for every cell, each against what it is compared with.

    Args:
        edition: published data.
        metric: one of `cxdash.metrics.handoff_reasons`.
        selection: days and filters.
        by: dimensions to keep apart; with "stayed", origin and channel are among them.
        policy: row filter of the person who asks.
        reference: see `Reference`.

    Returns:
        One for each cell that is a handoff, judged as one family; steps within one channel are no cells of their own.
        Where cells are clearly worse than all others, what the others are compared with leaves those out.

    Raises:
        SelectionError: filters, days or dimensions that handoffs do not have.
    """
    measure = _measure(metric)
    scope = _scope(edition, metric, selection, by, policy)
    grouped = group(measure, scope)
    if not grouped.keys:
        return ()
    cells = _side(measure, grouped.states, design_effects(measure, scope, grouped.keys))
    hidden = hidden_by_totals(measure, scope, grouped, cells.estimates)
    whole = np.repeat(design_effects(measure, replace(scope, by=()), [()]), len(grouped.keys))
    found = _Found(metric, scope, grouped, cells, hidden)
    if reference == "stayed":
        states, veiled = _stayed(grouped, by, hidden)
        return judge_together(edition, _handoffs(_compare(found, _side(measure, states, whole), veiled)))
    shown = np.zeros_like(hidden)
    rest = {name: array.sum() - array for name, array in grouped.states.items()}
    first = judge_together(edition, _compare(found, _side(measure, rest, whole), shown))
    bad = np.array([one.clear and not one.good for one in first], dtype=np.bool_)
    if bad.any():
        # one cell that is bad enough makes all others look good beside it: they are judged without it
        rest = {name: np.where(bad, array, array - grouped.states[name][bad].sum()) for name, array in rest.items()}
        again = _compare(found, _side(measure, rest, whole), shown)
        first = judge_together(edition, again)
    return tuple(_handoffs(first))


@kept(256)
def compare_place(
    edition: Edition, selection: Selection, place: tuple[tuple[str, str], ...], policy: Policy = EVERYTHING
) -> tuple[Apart, ...]:
    """Every reason in one cell against all other handoffs of the selection, judged as one family.

    Args:
        edition: published data.
        selection: days and filters.
        place: the cell: dimensions and their values.
        policy: row filter of the person who asks.

    Returns:
        One for each of `REASONS`, in their order.
    """
    inside = selection
    for dim, value in place:
        inside = inside.with_filter(dim, value)
    metrics = [reason.metric for reason in REASONS]
    states = tuple({state.name: state for metric in metrics for state in _measure(metric).states}.values())
    measure = replace(_measure(BROKEN), states=states)
    here, everywhere = (_scope(edition, BROKEN, one, (), policy) for one in (inside, selection))
    own, every = group(measure, here), group(measure, everywhere)
    compared = []
    for metric in metrics:
        part = _measure(metric)
        rest = {state.name: every.states[state.name] - own.states[state.name] for state in part.states}
        cells = _side(part, own.states, design_effects(part, here, [()]))
        found = _Found(metric, here, own, cells, few_people(cells.estimates))
        others = _side(part, rest, design_effects(part, everywhere, [()]))
        compared += _compare(found, others, np.zeros(1, dtype=np.bool_))
    return judge_together(edition, compared)


def _scope(edition: Edition, metric: Metric, selection: Selection, by: tuple[str, ...], policy: Policy) -> Scope:
    check_filters(selection.filters, edition.manifest)
    period = usable_period(edition, metric, selection.period)
    return Scope(edition, period, policy.narrow(selection.filters), by)


def _side(measure: Measure, states: Mapping[str, Floats], deff: Floats) -> _Side:
    return _Side(states, deff, measure.finalise(states, z=Z95, deff=deff))


def _handoffs(compared: Iterable[Apart]) -> list[Apart]:
    """Without the steps that stayed in their channel."""
    return [
        one
        for one in compared
        if "origin" not in one.row.dimensions or one.row.dimensions["origin"] != one.row.dimensions.get("channel")
    ]


def _measure(metric: Metric) -> Measure:
    assert isinstance(metric.computation, Measure)
    return metric.computation


def _stayed(grouped: Grouped, by: tuple[str, ...], hidden: Flags) -> tuple[dict[str, Floats], Flags]:
    """For each cell the one whose both contacts were in its target channel, empty where there is none."""
    origin, channel = by.index("origin"), by.index("channel")
    places = {key: place for place, key in enumerate(grouped.keys)}

    def home(key: Sequence[str]) -> int:
        return places.get(tuple(key[channel] if n == origin else value for n, value in enumerate(key)), -1)

    at = np.array([home(key) for key in grouped.keys], dtype=np.intp)
    states = {name: np.where(at >= 0, array[at], 0.0) for name, array in grouped.states.items()}
    return states, np.asarray((at >= 0) & hidden[at], dtype=np.bool_)


def _compare(found: _Found, against: _Side, veiled: Flags) -> list[Apart]:
    """Differences with their p, not yet judged; of `veiled` cells what they are compared with is not to be told."""
    metric, scope, grouped, hidden = found.metric, found.scope, found.grouped, found.hidden
    measure, first, second = _measure(metric), found.cells.estimates, against.estimates
    veiled = hidden | veiled | few_people(second)
    value, low, high = mover(first.value, first.low, first.high, second.value, second.low, second.high)
    # "somewhere" is not a place anybody could act on
    named = np.array([UNKNOWN not in key for key in grouped.keys], dtype=np.bool_)
    enough = np.minimum(np.nan_to_num(first.n_eff), np.nan_to_num(second.n_eff)) >= max(MINIMUM_N, metric.minimum_n)
    tested = np.flatnonzero(~veiled & named & enough & np.isfinite(value + low + high))
    p = np.full(value.shape, np.nan)
    p[tested] = fixed_interval_p(value[tested], low[tested], high[tested])
    tails = Tails(
        measure,
        (found.cells.states, against.states),
        (found.cells.deff, against.deff),
        (first.value, second.value),
    )
    buckets = (BUCKETS - 1.0) * len(windows(scope.edition, measure.fact, scope.period))
    degrees = buckets if max(found.cells.deff.max(), against.deff.max()) > 1 else np.inf
    rows, rests = (
        [
            Row(dimensions, period, own, lower, upper, n, n_eff, flags)
            for dimensions, period, flags, own, lower, upper, n, n_eff in zip(
                named_cells,
                grouped.periods,
                flags_of(estimates, mask, metric.minimum_n),
                *(shown_numbers(array, mask) for array in estimates.of_cells()),
                strict=True,
            )
        ]
        for estimates, mask, named_cells in (
            (first, hidden, [dict(zip(scope.by, key, strict=True)) for key in grouped.keys]),
            (second, veiled, [{} for _ in grouped.keys]),
        )
    )
    numbers = (shown_numbers(array, veiled) for array in (value, low, high, p))
    return [
        Apart(metric, row, rest, difference, lower, upper, p, None, clear=False, degrees=degrees, tail=(tails, place))
        for place, (row, rest, difference, lower, upper, p) in enumerate(zip(rows, rests, *numbers, strict=True))
    ]


def excess(one: Apart) -> float:
    """How many handoffs broke beyond what the others would have had: what fixing it would be worth."""
    return (one.difference or 0.0) * (one.row.n or 0.0)


def worst_handoffs(edition: Edition, selection: Selection, policy: Policy = EVERYTHING) -> Worst:
    """Pairs, and pairs in one region, that break clearly more often than all other handoffs together.

    Pairs are one family of tests, pairs by region another: two looks, each corrected for all its cells.
    """
    looks: list[tuple[str, ...]] = [PAIR]
    if PLACE in edition.manifest.facts[FACT].dimensions and len(selection.values(PLACE)) != 1:
        looks.append((*PAIR, PLACE))
    found = [compare_handoffs(edition, BROKEN, selection, by, policy) for by in looks]
    worse = [
        tuple(sorted((one for one in cells if one.clear and not one.good), key=excess, reverse=True)) for cells in found
    ]
    tested = sum(one.p is not None for cells in found for one in cells)
    return Worst(worse[0], worse[1] if len(worse) > 1 else (), tested)


def can_be_folded(edition: Edition, metric: Metric, selection: Selection, by: tuple[str, ...], policy: Policy) -> bool:
    """Whether a grid keeps what a question needs, so that a remark in passing never scans rows."""
    measure = _measure(metric)
    request = Request(measure.fact, measure.states, selection.period, policy.narrow(selection.filters), by)
    return any(covers(grid, request) for grid in edition.manifest.facts[measure.fact].grids)


def is_shown(one: Apart) -> bool:
    """Whether a cell has a number that may be shown."""
    return one.row.value is not None and HIDDEN not in one.row.flags
