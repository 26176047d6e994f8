"""Days, grains and comparison periods: the one place that knows how time is cut.

A period is a closed range of business days. A grain cuts periods into buckets; `divides` says which grain may be
summed into which (a week never becomes a month). Nothing here reads a clock: "today" and "data up to" are arguments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from cxdash.errors import SelectionError, unknown_name

GRAINS = ("day", "week", "month", "quarter", "year")
"""Every grain, finest first."""

_DIVIDES = {
    "day": frozenset(GRAINS),
    "week": frozenset({"week"}),
    "month": frozenset({"month", "quarter", "year"}),
    "quarter": frozenset({"quarter", "year"}),
    "year": frozenset({"year"}),
}

_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def divides(fine: str, coarse: str) -> bool:
    """Whether whole buckets of `fine` always add up to one bucket of `coarse`."""
    return coarse in _DIVIDES[fine]


def check_grain(grain: str) -> str:
    """The grain itself; raises `UnknownNameError` for any other word."""
    if grain not in GRAINS:
        raise unknown_name("grain", grain, GRAINS)
    return grain


def _month_start(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def floor(day: date, grain: str) -> date:
    """First day of the bucket of `grain` that holds `day` (weeks start on Monday, ISO 8601)."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    size = _MONTHS[grain]
    months = day.year * 12 + day.month - 1
    return _month_start(months - months % size)


def step(start: date, grain: str, count: int = 1) -> date:
    """First day of the bucket `count` buckets after the one that starts on `start`."""
    if grain == "day":
        return start + timedelta(days=count)
    if grain == "week":
        return start + timedelta(weeks=count)
    return _month_start(start.year * 12 + start.month - 1 + count * _MONTHS[grain])


@dataclass(frozen=True, order=True)
class Period:
    """A closed range of business days: `start` and `end` both belong to it."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise SelectionError(
                f"The period ends ({self.end}) before it starts ({self.start}).", action="Swap the two dates."
            )

    @property
    def days(self) -> int:
        """Number of days, both ends counted."""
        return (self.end - self.start).days + 1

    @property
    def unit(self) -> tuple[str, int] | None:
        """The coarsest grain this period is a whole number of, and how many; None when it is only days."""
        for grain in ("year", "quarter", "month", "week"):
            after = self.end + timedelta(days=1)
            if floor(self.start, grain) == self.start and floor(after, grain) == after:
                return grain, sum(1 for _ in self.cut(grain))
        return None

    def contains(self, day: date) -> bool:
        """Whether the day belongs to the period."""
        return self.start <= day <= self.end

    def clamp(self, first: date, last: date) -> Period | None:
        """The part of the period inside [first, last], or None when there is none."""
        start, end = max(self.start, first), min(self.end, last)
        return Period(start, end) if start <= end else None

    def cut(self, grain: str) -> Iterator[Period]:
        """The buckets of `grain` that touch the period, in order, each cut off at the period's ends."""
        start = floor(self.start, grain)
        while start <= self.end:
            after = step(start, grain)
            yield Period(max(start, self.start), min(after - timedelta(days=1), self.end))
            start = after

    def previous(self) -> Period:
        """The period right before, equally long: as many whole weeks, months or years where it consists of them."""
        whole = self.unit
        if whole:
            grain, count = whole
            return Period(step(self.start, grain, -count), self.start - timedelta(days=1))
        return Period(self.start - timedelta(days=self.days), self.start - timedelta(days=1))

    def year_before(self) -> Period:
        """The same period a year earlier: same dates, or 52 weeks earlier where it consists of whole weeks."""
        whole = self.unit
        if (whole and whole[0] == "week") or (not whole and self.days % 7 == 0):
            return Period(self.start - timedelta(weeks=52), self.end - timedelta(weeks=52))
        if whole:
            return Period(
                step(self.start, "month", -12), step(self.end + timedelta(days=1), "month", -12) - timedelta(days=1)
            )
        return Period(_same_date_year_before(self.start), _same_date_year_before(self.end))

    def __str__(self) -> str:
        return f"{self.start}..{self.end}"


def _same_date_year_before(day: date) -> date:
    # 29 February has no counterpart in most years; the 28th keeps the length of the period within a day
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


_LAST = re.compile(r"^last-(\d{1,4})-(day|week|month|quarter|year)s?$")
_YEAR = re.compile(r"^(\d{4})$")
_QUARTER = re.compile(r"^(\d{4})-[Qq]([1-4])$")
_WEEK = re.compile(r"^(\d{4})-[Ww](\d{2})$")
_MONTH = re.compile(r"^(\d{4})-(\d{2})$")
_DATE = r"(\d{4}-\d{2}-\d{2})"
_RANGE = re.compile(rf"^{_DATE}(?:\.\.|,|:){_DATE}$")
_ONE_DAY = re.compile(rf"^{_DATE}$")

PERIOD_FORMS = "last-13-weeks, last-12-months, 2026, 2026-Q3, 2026-05, 2026-W12, 2026-01-01..2026-03-31"
"""The ways to write a period, as examples for error messages."""


def parse_period(text: str, *, last_day: date) -> Period:
    """Read a period written in words.

    Args:
        text: one of `PERIOD_FORMS`. "last-N-units" ends with `last_day`: N×7 days for weeks, whole dates for months.
        last_day: the last complete business day of the data.

    Raises:
        SelectionError: when the text is none of these or names a date that does not exist.
    """
    try:
        return _parse(text.strip(), last_day)
    except (ValueError, OverflowError) as bad:
        raise _unreadable(text) from bad


def _unreadable(text: str) -> SelectionError:
    return SelectionError(
        f"The period “{text}” cannot be read.",
        known=f"Known forms: {PERIOD_FORMS}.",
        action="Write it in one of these forms.",
    )


def _parse(text: str, last_day: date) -> Period:
    if found := _LAST.match(text):
        count, grain = int(found[1]), found[2]
        if count == 0:
            raise ValueError("zero units")
        if grain in ("day", "week"):
            return Period(last_day - timedelta(days=count * (7 if grain == "week" else 1) - 1), last_day)
        after = last_day + timedelta(days=1)
        back = _month_start(after.year * 12 + after.month - 1 - count * _MONTHS[grain])
        last_of_month = (step(back, "month") - timedelta(days=1)).day
        return Period(back.replace(day=min(after.day, last_of_month)), last_day)
    if found := _YEAR.match(text):
        return _bucket(date(int(found[1]), 1, 1), "year")
    if found := _QUARTER.match(text):
        return _bucket(date(int(found[1]), int(found[2]) * 3 - 2, 1), "quarter")
    if found := _WEEK.match(text):
        return _bucket(date.fromisocalendar(int(found[1]), int(found[2]), 1), "week")
    if found := _MONTH.match(text):
        return _bucket(date(int(found[1]), int(found[2]), 1), "month")
    if found := _RANGE.match(text):
        return Period(date.fromisoformat(found[1]), date.fromisoformat(found[2]))
    if found := _ONE_DAY.match(text):
        return Period(date.fromisoformat(found[1]), date.fromisoformat(found[1]))
    raise _unreadable(text)


def _bucket(start: date, grain: str) -> Period:
    return Period(start, step(start, grain) - timedelta(days=1))
