"""Time is cut the same way everywhere: grains, comparison periods, and periods written in words."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxdash.errors import SelectionError, UnknownNameError
from cxdash.periods import GRAINS, Period, check_grain, divides, floor, parse_period, step

days = st.dates(date(1995, 1, 1), date(2050, 12, 31))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start = draw(days)
    return Period(start, start + timedelta(days=draw(st.integers(0, 900))))


@given(periods(), st.sampled_from(GRAINS))
def test_buckets_cover_a_period_without_gap_or_overlap(period: Period, grain: str) -> None:
    """The buckets of any grain lie end to end and cover exactly the period."""
    buckets = list(period.cut(grain))
    assert (buckets[0].start, buckets[-1].end) == (period.start, period.end)
    assert all(b.start == a.end + timedelta(days=1) for a, b in pairwise(buckets))


@given(days, st.sampled_from(GRAINS), st.sampled_from(GRAINS))
def test_a_grain_that_divides_another_never_crosses_its_border(day: date, fine: str, coarse: str) -> None:
    """If fine divides coarse, the whole fine bucket lies in one coarse bucket."""
    if divides(fine, coarse):
        start = floor(day, fine)
        assert floor(start, coarse) == floor(step(start, fine) - timedelta(days=1), coarse)


def test_weeks_never_become_months() -> None:
    """A week can straddle two months, so no month may be built from weeks."""
    assert not divides("week", "month")
    assert not divides("week", "year")
    assert divides("month", "quarter")


@given(periods())
def test_the_period_before_ends_the_day_before(period: Period) -> None:
    """The previous period touches the period and, for plain days, is as long."""
    before = period.previous()
    assert before.end == period.start - timedelta(days=1)
    if period.unit is None:
        assert before.days == period.days


@pytest.mark.parametrize(
    ("asked", "before", "year_before"),
    [
        ("2026-Q3", "2026-04-01..2026-06-30", "2025-07-01..2025-09-30"),
        ("2024-02", "2024-01-01..2024-01-31", "2023-02-01..2023-02-28"),
        ("2026", "2025-01-01..2025-12-31", "2025-01-01..2025-12-31"),
        ("2026-W12", "2026-03-09..2026-03-15", "2025-03-17..2025-03-23"),
        ("2024-02-29", "2024-02-28..2024-02-28", "2023-02-28..2023-02-28"),
    ],
)
def test_comparison_periods(asked: str, before: str, year_before: str) -> None:
    """Quarters compare with quarters, leap days with the 28th, weeks with the same weekday a year before."""
    period = parse_period(asked, last_day=date(2026, 11, 20))
    assert str(period.previous()) == before
    assert str(period.year_before()) == year_before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("last-13-weeks", "2026-08-22..2026-11-20"),
        ("last-12-months", "2025-11-21..2026-11-20"),
        ("last-1-month", "2026-10-21..2026-11-20"),
        ("last-7-days", "2026-11-14..2026-11-20"),
        ("2026-01-05..2026-02-01", "2026-01-05..2026-02-01"),
    ],
)
def test_periods_in_words(text: str, expected: str) -> None:
    """Relative periods end with the last day of the data."""
    assert str(parse_period(text, last_day=date(2026, 11, 20))) == expected


@given(st.text(max_size=30))
def test_nonsense_is_refused_with_the_known_forms(text: str) -> None:
    """No text crashes the parser; what it cannot read is answered with what it can."""
    try:
        parse_period(text, last_day=date(2026, 11, 20))
    except SelectionError as refused:
        assert "last-13-weeks" in refused.known or "ends" in refused.problem  # noqa: PT017 - either answer is right


@pytest.mark.parametrize("text", ["2026-13", "2026-02-30", "last-0-weeks", "2026-W60", "0000", "last-9999-years"])
def test_dates_that_do_not_exist_are_refused(text: str) -> None:
    """Impossible months, days and weeks are errors, not guesses."""
    with pytest.raises(SelectionError):
        parse_period(text, last_day=date(2026, 11, 20))


def test_a_typo_in_a_grain_is_answered_with_the_nearest() -> None:
    """“weak” is met with “week”."""
    with pytest.raises(UnknownNameError, match="week"):
        check_grain("weak")
