"""What one row adds to each state of a metric: the same aggregate expression, written for a single row.

A state is a sum over rows (counts are sums of ones), so what a row contributes is the expression inside the sum. It is
taken out of the state's own aggregate and never written a second time: flags in an exported row therefore add up to
the published state exactly, whatever metric it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import functions, visitors
from sqlalchemy.sql.elements import FunctionFilter

from cxdash.measures import Column, State

_NO_SUMS = ("any_value", "avg", "bit_xor", "max", "median", "min", "mode", "stddev", "string_agg", "variance")


def contribution(state: State, columns: Any) -> Column:
    """SQL: what a single row of these columns adds to the state, never NULL.

    Raises:
        TypeError: the state's aggregate is not made of sums and counts, so it would not merge by addition either.
    """
    return _of_one_row(state.aggregate(columns))


def _of_one_row(aggregate: Any) -> Column:
    def replaced(element: Any, **_options: Any) -> Any:
        if isinstance(element, FunctionFilter) and element.criterion is not None:
            return sa.case((element.criterion, _of_one_row(element.func)), else_=0)
        if not isinstance(element, functions.FunctionElement):
            return None
        name = getattr(element, "name", "").lower()
        arguments = list(element.clauses)
        if name == "coalesce" and getattr(arguments[0], "name", "") == "sum":
            return _of_one_row(arguments[0])
        if name == "sum":
            [added] = arguments
            return added if _is_given(added) else sa.func.coalesce(added, 0)
        if name == "count":
            return sa.case((arguments[0].is_not(None), 1), else_=0) if arguments else sa.literal(1)
        if name in _NO_SUMS:
            raise TypeError(f"The aggregate {name} is no sum: it does not merge by addition.")
        return None

    found: Column = visitors.replacement_traverse(aggregate, {}, replaced)
    return found


def _is_given(added: Any) -> bool:
    """Whether an expression is one number or another, whatever the row."""
    chosen = [added.else_, *(value for _, value in added.whens)] if isinstance(added, sa.Case) else [None]
    return all(isinstance(getattr(value, "value", None), int) for value in chosen)


def contributes(states: Sequence[State], columns: Any) -> sa.ColumnElement[bool]:
    """SQL: the row adds something to one of the states."""
    conditions = [_is_not_nothing(contribution(state, columns)) for state in states if not state.tally]
    for name in dict.fromkeys(state.tally for state in states if state.tally):
        # the states of a tally are one for each value of its column
        values = [state.of for state in states if state.tally == name]
        column = columns[name]
        known = [value for value in values if value is not None]
        conditions.append(column.is_not(None) if None in values else column.in_(known))
    return sa.or_(*conditions)


def _is_not_nothing(added: Any) -> sa.ColumnElement[bool]:
    if isinstance(added, sa.Case) and _is_given(added) and len(added.whens) == 1:
        [(condition, value)] = added.whens
        if value.value and not added.else_.value:  # type: ignore[union-attr]  # both are literals
            return condition
    return added != 0  # type: ignore[no-any-return]


def columns_read(states: Iterable[State], columns: Any) -> tuple[str, ...]:
    """Names of the columns that decide what a row adds, in the order the states first read them."""
    found: dict[str, None] = {}
    for state in states:
        for element in visitors.iterate(state.aggregate(columns)):
            if isinstance(element, sa.ColumnClause) and not element.is_literal and element.name in columns:
                found[element.name] = None
    return tuple(found)
