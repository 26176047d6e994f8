"""Two estimates compared: difference with interval, p by inversion, and a word from the closed set.

Square-and-add (MOVER) needs only the two estimates and their intervals, so one function serves every metric; p is the
level at which the interval just excludes zero, so test and interval never disagree (methods: foundations 0.5).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cxdash.answers.answer import ChangeWord
from cxdash.answers.estimate import Z95, Grouped
from cxdash.measures import Estimates, Floats, Measure
from cxdash.statistics.differences import mover, mover_p
from cxdash.statistics.distributions import two_sided_normal


@dataclass(frozen=True)
class Differences:
    """Cell-wise differences now − reference in the metric's unit; `p` only where asked for."""

    value: Floats
    low: Floats
    high: Floats
    p: Floats | None


def compare_measures(
    measure: Measure, now: Grouped, before: Grouped, deff: Floats, *, with_p: bool
) -> tuple[Estimates, Estimates, Differences]:
    """Estimates of aligned cells of two periods and their differences."""
    first = measure.finalise(now.states, z=Z95, deff=deff)
    second = measure.finalise(before.states, z=Z95, deff=deff)
    value, low, high = mover(first.value, first.low, first.high, second.value, second.low, second.high)
    p = None
    if with_p:
        p = (
            _p_fixed(value, low, high)
            if measure.fixed_z
            else mover_p(_interval(measure, now, deff), _interval(measure, before, deff), first.value, second.value)
        )
    return first, second, Differences(value, low, high, p)


def _interval(measure: Measure, grouped: Grouped, deff: Floats) -> Callable[[Floats], tuple[Floats, Floats]]:
    def at(z: Floats) -> tuple[Floats, Floats]:
        estimates = measure.finalise(grouped.states, z=z, deff=deff)
        return estimates.low, estimates.high

    return at


def _p_fixed(value: Floats, low: Floats, high: Floats) -> Floats:
    """P where only the 95 % interval is known: normal, with the distance from zero measured in that half-width.

    Below .05 exactly where the interval excludes zero.
    """
    reach = np.where(value > 0, value - low, high - value)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(
            reach > 0, Z95 * np.abs(value) / np.where(reach > 0, reach, 1.0), np.where(value == 0, 0.0, np.inf)
        )
    return np.where(np.isfinite(value) & np.isfinite(reach), two_sided_normal(z), np.nan)


def word(low: float | None, high: float | None, *, reliable: bool) -> ChangeWord:
    """The word for a difference whose 95 % interval is (low, high)."""
    if not reliable or low is None or high is None:
        return "too few answers"
    if low > 0:
        return "up"
    return "down" if high < 0 else "no clear change"
