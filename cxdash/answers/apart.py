"""Which cells are apart from the rest, beyond noise? Every cell of a breakdown against all the others together.

A part is never compared with the whole it is in: it would be compared with itself. States add up, so the rest of a cell
is the whole minus the cell, for every metric whose groups add up, and costs no further fold. All cells of one question
are one family of tests: what is called clear survives the correction for having looked at all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cxdash.answers.answer import HIDDEN, Question, Row
from cxdash.answers.ask import answer, usable_period
from cxdash.answers.changes import MINIMUM_N, Q, minimum_effect
from cxdash.answers.effects import counted_within, design_effects, windows
from cxdash.answers.estimate import Grouped, Scope, group
from cxdash.answers.kept import kept
from cxdash.answers.suppress import few_people, flags_of, shown_numbers
from cxdash.answers.tails import Tail, Tails, where_it_matters
from cxdash.edition import UNKNOWN, Edition
from cxdash.errors import SelectionError
from cxdash.measures import BUCKETS, Estimates, Floats, Measure
from cxdash.metrics.catalogue import find_metric
from cxdash.metrics.metric import Metric
from cxdash.selection import EVERYTHING, Policy
from cxdash.statistics.arrays import Flags
from cxdash.statistics.differences import fixed_interval_p, mover
from cxdash.statistics.discoveries import scan_changes
from cxdash.statistics.distributions import Z95

NOT_ADDED = frozenset({"days"})
"""States that say how long a cell is, not what is in it: the rest has the cell's own."""


@dataclass(frozen=True)
class Apart:
    """One cell and the rest of what it is part of.

    Attributes:
        metric: what was compared.
        row: the cell, as `answer` gives it.
        rest: all other cells of the question together, as a row without dimensions; its numbers None where the cell's
            are, since either would tell the other.
        difference: cell minus rest, in the metric's own unit; None where one of them is not shown.
        low: lower limit of the difference's 95 % interval. high: upper limit.
        p: two-sided, by inversion of that interval where `adjusted` is told, otherwise as if the difference were
            normal; None where nothing was tested.
        adjusted: the same, corrected for all tests of the family; None where it is above the accepted share of false
            findings, and so not looked for.
        clear: found: adjusted p within the accepted share of false findings, interval without zero, at least as large
            as the metric's smallest effect worth a sentence, cell and rest both reliable.
        degrees: of freedom with which the design effects behind p were estimated.
        tail: what its exact p is found from.
    """

    metric: Metric
    row: Row
    rest: Row
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    adjusted: float | None
    clear: bool
    degrees: float = np.inf
    tail: Tail = field(default=(None, 0), repr=False, compare=False)

    @property
    def good(self) -> bool:
        """Whether the cell is on the better side of the rest; says nothing unless `clear`."""
        return self.difference is not None and (self.difference > 0) == self.metric.higher_is_better


@dataclass(frozen=True)
class _Side:
    """Cells, or their rests: states, the design effect of each, and what was estimated from them."""

    states: Mapping[str, Floats]
    deff: Floats
    estimates: Estimates


def can_be_apart(metric: Metric) -> bool:
    """Whether groups of this metric add up to a whole, so that each has a rest."""
    return isinstance(metric.computation, Measure) and not metric.computation.inner


@kept(512)
def against_rest(
    edition: Edition, question: Question, policy: Policy = EVERYTHING, *, within: str = ""
) -> tuple[Apart, ...]:
    """Every cell of a breakdown against the rest of the selection, in the order of the answer's rows.

    Args:
        edition: published data.
        question: with one or two dimensions in `by`; its comparison is left aside. In a series (`grain`) each cell is
            compared with the rest of its own time bucket.
        policy: row filter of the person who asks; the rest, too, is only what that person may see.
        within: one of two dimensions asked for: the rest of a cell is then the other cells of the same value of it
            (premium customers in the East against all others in the East).

    The two sides are taken for independent. Where the same customers are in both (channels, products), what their
    answers have in common makes the difference steadier than is said here: the interval errs on the wide side.
    Cells whose value is not known ("somewhere") are compared but never tested. Corrected is over all cells tested
    (Benjamini–Hochberg), with p-values that know their design effect was estimated.

    Raises:
        UnknownNameError: no such metric or dimension.
        SelectionError: nothing to compare by, or a metric whose groups do not add up to a whole.
    """
    metric = find_metric(question.metric)
    measure = metric.computation
    if not isinstance(measure, Measure) or not can_be_apart(metric):
        raise SelectionError(f"{metric.label} of a part cannot be compared with the rest: its parts do not add up.")
    if not question.by or (within and (within not in question.by or len(question.by) == 1)):
        raise SelectionError(
            "Nothing was asked for that could be compared with a rest.",
            action="Name the dimension whose values are compared, and a second one to stay within.",
        )
    plain = replace(question, against=None, with_p=False)
    rows = answer(edition, plain, policy).rows
    wholes = answer(edition, replace(plain, by=(within,) if within else ()), policy).rows
    untold = {(*row.dimensions.values(), row.period) for row in wholes if HIDDEN in row.flags}
    period = usable_period(edition, metric, question.selection.period)
    scope = Scope(edition, period, policy.narrow(question.selection.filters), question.by, question.grain)
    grouped = group(measure, scope)
    cells = _side(measure, grouped.states, design_effects(measure, scope, grouped.keys))
    rest = _side(measure, _rest_states(grouped, scope, within), _rest_effects(measure, scope, grouped, within))
    # a whole that its own question would not show must not follow from a cell and its rest
    veiled = np.array(
        [(*([row.dimensions[within]] if within else []), row.period) in untold for row in rows], dtype=np.bool_
    )
    compared = _compare(metric, measure, rows, (cells, rest), veiled, _degrees(scope, measure, cells, rest))
    return judge_together(edition, compared)


def judge_together(edition: Edition, compared: Sequence[Apart], *, q: float = Q) -> tuple[Apart, ...]:
    """The same cells with `adjusted` and `clear` as one family of tests, whatever questions they come from.

    Args:
        edition: whose smallest effects worth a sentence apply.
        compared: cells of several metrics or dimensions, looked at together.
        q: accepted share of false findings among the findings.
    """
    if not compared:
        return ()
    columns = [
        (
            one.difference,
            one.low,
            one.high,
            one.p,
            min(one.row.n_eff or 0.0, one.rest.n_eff or 0.0),
            minimum_effect(edition, one.metric) / one.metric.factor,
            one.degrees,
        )
        for one in compared
    ]
    value, low, high, p, fewest, smallest, degrees = np.array(columns, dtype=np.float64).T
    # whether a cell has enough answers was decided when p was computed, metric by metric
    tails = [one.tail for one in compared]
    p = where_it_matters(tails, p, tested=~np.isnan(p), degrees=degrees, q=q)
    scan = scan_changes(value, low, high, p, fewest, smallest, degrees=degrees, q=q, minimum_n=0)
    told = scan.p_adjusted <= q
    return tuple(
        replace(one, p=exact if found else one.p, adjusted=adjusted if found else None, clear=clear)
        for one, found, exact, adjusted, clear in zip(
            compared, told.tolist(), p.tolist(), scan.p_adjusted.tolist(), scan.found.tolist(), strict=True
        )
    )


def _side(measure: Measure, states: Mapping[str, Floats], deff: Floats) -> _Side:
    return _Side(states, deff, measure.finalise(states, z=Z95, deff=deff))


def _rest_states(cells: Grouped, scope: Scope, within: str) -> dict[str, Floats]:
    """What each cell is a part of, in its own time bucket, minus the cell."""
    place = scope.by.index(within) if within else None
    wholes = [
        (period, None if place is None else key[place]) for key, period in zip(cells.keys, cells.periods, strict=True)
    ]
    places = {whole: number for number, whole in enumerate(dict.fromkeys(wholes))}
    part_of = np.array([places[whole] for whole in wholes], dtype=np.intp)
    rest = {}
    for name, array in cells.states.items():
        whole = np.zeros((len(places), *array.shape[1:]))
        np.add.at(whole, part_of, array)
        rest[name] = array if name in NOT_ADDED else whole[part_of] - array
    return rest


def _rest_effects(measure: Measure, scope: Scope, cells: Grouped, within: str) -> Floats:
    """Design effect of each rest: that of a question filtered to the other values where one dimension is asked for.

    Of two dimensions the rest is nearly all of what the cell is part of, and has the design effect of that.
    """
    if within:
        place = scope.by.index(within)
        return design_effects(measure, replace(scope, by=(within,)), [(key[place],) for key in cells.keys])
    without, dim = replace(scope, by=()), scope.by[0]
    if len(scope.by) > 1 or dim not in counted_within(scope, measure.fact, tally=measure.tally):
        return np.repeat(design_effects(measure, without, [()]), len(cells.keys))
    values = tuple(dict.fromkeys(key[0] for key in cells.keys))
    filters = tuple(one for one in scope.filters if one[0] != dim)
    effects = {}
    for value in values:
        others = (dim, tuple(sorted(other for other in values if other != value)))
        effects[value] = design_effects(measure, replace(without, filters=tuple(sorted((*filters, others)))), [()])[0]
    return np.array([effects[key[0]] for key in cells.keys])


def _degrees(scope: Scope, measure: Measure, cells: _Side, rest: _Side) -> float:
    """Degrees of freedom of the design effects; infinite where answers are independent."""
    largest = max(cells.deff.max(initial=1.0), rest.deff.max(initial=1.0))
    return (BUCKETS - 1.0) * len(windows(scope.edition, measure.fact, scope.period)) if largest > 1 else np.inf


def _compare(
    metric: Metric, measure: Measure, rows: tuple[Row, ...], sides: tuple[_Side, _Side], veiled: Flags, degrees: float
) -> tuple[Apart, ...]:
    """Differences with their p, not yet judged; of `veiled` cells the rest is not to be told."""
    first, second = (side.estimates for side in sides)
    hidden = np.array([HIDDEN in row.flags for row in rows], dtype=np.bool_)
    veiled = hidden | veiled | few_people(second)
    value, low, high = mover(first.value, first.low, first.high, second.value, second.low, second.high)
    # "somewhere" is not a place anybody could act on
    named = np.array([UNKNOWN not in row.dimensions.values() for row in rows], dtype=np.bool_)
    enough = np.minimum(np.nan_to_num(first.n_eff), np.nan_to_num(second.n_eff)) >= max(MINIMUM_N, metric.minimum_n)
    tested = np.flatnonzero(~veiled & named & enough & np.isfinite(value + low + high))
    p = np.full(value.shape, np.nan)
    p[tested] = fixed_interval_p(value[tested], low[tested], high[tested])
    tails = None
    if not measure.fixed_z:
        values = (first.value, second.value)
        tails = Tails(measure, (sides[0].states, sides[1].states), (sides[0].deff, sides[1].deff), values)
    shown = (shown_numbers(array, veiled) for array in (value, low, high, p))
    flags = flags_of(second, veiled, metric.minimum_n)
    rests = (
        Row({}, row.period, own_value, own_low, own_high, n, n_eff, flag)
        for row, flag, own_value, own_low, own_high, n, n_eff in zip(
            rows, flags, *(shown_numbers(array, veiled) for array in second.of_cells()), strict=True
        )
    )
    return tuple(
        Apart(metric, row, left, difference, lower, upper, p, None, clear=False, degrees=degrees, tail=(tails, place))
        for place, (row, left, difference, lower, upper, p) in enumerate(zip(rows, rests, *shown, strict=True))
    )
