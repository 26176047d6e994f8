"""Value axes: a rounded range that holds everything drawn, and the numbers to label."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from babel.numbers import format_decimal

from cxdash.faces.charts.labels import duration_step, locale_of
from cxdash.report.numerals import exact_duration


@dataclass(frozen=True)
class Scale:
    """A value axis: its ends and the ticks to label, on the display scale.

    Attributes:
        percent: whether labels carry a percent sign.
        duration: whether values are seconds, labelled as lengths of time.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    percent: bool = False
    duration: bool = False

    def share(self, value: float) -> float:
        """Where `value` lies on the axis: 0 at its low end, 1 at its high end, never outside."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))

    def words(self, tick: float) -> str:
        """A tick as people read it, in the reader's number format."""
        if self.duration:
            return exact_duration(tick)
        text = format_decimal(tick, locale=locale_of()).replace("-", "−")
        return f"{text}%" if self.percent else text


def fit_scale(values: Sequence[float], *, unit: str = "", intervals: int = 4, zero: bool = False) -> Scale:
    """The rounded axis that holds all `values`; steps are 1, 2 or 5 times a power of ten.

    Args:
        values: everything that is drawn; none gives 0 … 1.
        unit: shares (unit “%”) never leave 0 … 100, so their axis does not either, unless a value does (revenue that
            was kept and more); lengths of time (“s”) are never below 0 and have steps of round minutes, hours or days.
        intervals: about how many steps between the ends.
        zero: whether the axis must hold zero, as bars require.
    """
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < 1e-9:
        low, high = (low, low + 1.0) if zero else (low - 1.0, high + 1.0)
    lasting = unit == "s"
    step = (duration_step if lasting else _round_step)((high - low) / intervals)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    percent = unit.strip().startswith("%")
    if percent:
        lowest, highest = min([0.0, *values]), max([100.0, *values])
        first, last = max(first, math.floor(lowest / step)), min(last, math.ceil(highest / step))
    if lasting:
        first = max(first, 0)
    ticks = tuple(round(index * step, 10) for index in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], ticks, percent, lasting)


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places near the wanted ones, in the same order, at least `gap` apart, between `low` and `high` where they fit."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = [0.0] * len(wanted)
    at = low - gap
    for index in order:
        at = placed[index] = max(wanted[index], low, at + gap)
    at = high + gap
    for index in reversed(order):
        at = placed[index] = min(placed[index], at - gap)
    return placed
