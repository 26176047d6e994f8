"""From exported rows back to the number: written apart from the code it tests, with nothing but the rows at hand.

Rows come as dictionaries of what a file holds. Flags are added up; of a tally the rows of each value are counted; a
balance is followed day by day; an inner axis is cut by its column. What remains is the metric's own finaliser.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from cxdash.measures import Estimates, Floats, Measure
from cxdash.metrics.facts import FACTS
from cxdash.periods import Period
from cxdash.statistics.distributions import Z95

Rows = Sequence[Mapping[str, Any]]


def recompute(measure: Measure, rows: Rows, period: Period, deff: float) -> Estimates:
    """The number that exported rows add up to."""
    if FACTS[measure.fact].clock == "stock":
        states = balance(rows, period)
    elif measure.inner:
        states = by_inner(measure, rows)
    else:
        states = {state: np.array([total]) for state, total in sums(measure, rows).items()}
    return measure.finalise(states, z=Z95, deff=np.array([deff]))


def sums(measure: Measure, rows: Rows) -> dict[str, float]:
    """The sum of each state over the rows."""
    found = {}
    for state in measure.states:
        if not state.tally:
            found[state.name] = float(sum(int(row[state.name]) for row in rows))
        else:
            values = [row[state.tally] for row in rows if row[state.tally] not in (None, "")]
            found[state.name] = float(sum(state.of is None or int(value) == state.of for value in values))
    return found


def by_inner(measure: Measure, rows: Rows) -> dict[str, Floats]:
    """States by value of the inner axis; the companion's is the same in all rows of one value."""
    names = sorted({str(row[measure.inner]) for row in rows})
    cut = {name: [row for row in rows if str(row[measure.inner]) == name] for name in names}
    states = {
        state.name: np.array([[sums(measure, cut[name])[state.name] for name in names] or [0.0]])
        for state in measure.states
    }
    if measure.companion is not None:
        column = f"{measure.companion[1].name}_of_{measure.inner}"
        beside = [float(cut[name][0][column]) if column in cut[name][0] else np.nan for name in names]
        states[measure.companion[1].name] = np.array([beside or [np.nan]])
    return states


def balance(rows: Rows, period: Period) -> dict[str, Floats]:
    """Customers at risk each morning and lost each day."""
    moves = [(day_of(row["day"]), int(row["joined"]), int(row["lost"])) for row in rows]
    days = [period.start + timedelta(days=n) for n in range(period.days)]
    at_risk = [sum(joined - lost for day, joined, lost in moves if day < morning) for morning in days]
    lost = [sum(lost for day, _, lost in moves if day == today) for today in days]
    return {
        "at_risk": np.array([at_risk], dtype=float),
        "lost": np.array([lost], dtype=float),
        "days": np.array([float(period.days)]),
    }


def day_of(value: Any) -> date:
    """A day as a file holds it."""
    return value if type(value) is date else date.fromisoformat(str(value)[:10])
