"""Which days an edition speaks about, and the complete windows that non-additive facts are computed for.

The last day is the last complete one: yesterday, or the latest day the data has. Windows are whole calendar months,
quarters and years between the first and the last day; a started month has no churn of its own yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cxdash.measures import WindowCalendar
from cxdash.periods import floor, step

GRAINS = ("month", "quarter", "year")


def find_today(now: datetime, zone: str, fixed: date | None) -> date:
    """The business day `now` falls on, or the one the settings fix for historical data."""
    return fixed or now.astimezone(ZoneInfo(zone)).date()


@dataclass(frozen=True)
class Span:
    """The days an edition answers for, both ends included; `first` after `last` when there are none."""

    first: date
    last: date

    @property
    def calendar(self) -> WindowCalendar:
        """Every whole month, quarter and year inside the span."""
        after = self.last + timedelta(days=1)
        return WindowCalendar(
            tuple((grain, start, stop) for grain in GRAINS for start, stop in _whole(grain, self.first, after))
        )


def _whole(grain: str, first: date, after: date) -> Iterable[tuple[date, date]]:
    start = floor(first, grain)
    if start < first:
        start = step(start, grain)
    while (stop := step(start, grain)) <= after:
        yield start, stop
        start = stop


def find_span(days: Iterable[tuple[date | None, date | None]], today: date, first_day: date | None) -> Span:
    """The span of the data.

    Args:
        days: first and last day with rows of each fact whose rows happen on their day (not running balances, whose
            first customer may have joined decades before anything was measured).
        today: the business day of the refresh; it is not over, so it is not part of the span.
        first_day: the first day the settings allow, if they name one.
    """
    known = [(first, last) for first, last in days if first is not None and last is not None]
    yesterday = today - timedelta(days=1)
    if not known:
        return Span(first_day or yesterday, yesterday)
    first = min(first for first, _ in known)
    last = min(max(last for _, last in known), yesterday)
    return Span(max(first, first_day) if first_day else first, last)
