"""Lengths of time, weekdays and hours as people say them, in their own language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxdash.language import speaking
from cxdash.metrics.catalogue import METRICS
from cxdash.report.numerals import duration, exact_duration, hour_name, weekday_name
from cxdash.report.wording import dimension_name, signed_difference, value_name


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (48, "48 s"),
        (59.6, "1 min"),
        (60, "1 min"),
        (130, "2 min 10 s"),
        (3599.4, "59 min 59 s"),
        (3599.6, "1 h"),
        (5000, "1.4 h"),
        (7200, "2 h"),
        (86_000, "23.9 h"),
        (86_399, "1 day"),
        (86_400, "1 day"),
        (200_000, "2.3 days"),
        (2_592_000, "30 days"),
        (-75, "−1 min 15 s"),
        (-0.2, "0 s"),
    ],
)
def test_a_length_of_time_in_the_unit_a_person_would_say(seconds: float, text: str) -> None:
    """Seconds, minutes with seconds, hours, days; never sixty of one when it is one of the next."""
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (90, "1 min 30 s"), (5400, "1 h 30 min"), (129_600, "1 day 12 h"), (172_861, "2 days 1 min 1 s")],
)
def test_a_mark_on_a_scale_is_said_exactly(seconds: float, text: str) -> None:
    """All units that are not zero: neighbouring marks are never called the same."""
    assert exact_duration(seconds) == text


@given(seconds=st.floats(-1e7, 1e7))
def test_the_sign_of_a_length_of_time_is_its_only_change(seconds: float) -> None:
    """Longer and shorter by the same are written alike but for the sign, and nothing has no sign."""
    longer, shorter = duration(abs(seconds), sign=True), duration(-abs(seconds))
    assert longer.removeprefix("+") == shorter.removeprefix("−") == duration(abs(seconds))
    assert longer.startswith("+") is (round(abs(seconds)) > 0)


def test_numbers_in_a_length_of_time_are_the_readers() -> None:
    """A comma where the language has one."""
    with speaking("de"):
        assert duration(5000) == "1,4 h"


def test_differences_of_times() -> None:
    """As briefly as possible, with a sign."""
    assert signed_difference(METRICS["wait_time"], 20.2) == "+20 s"
    assert signed_difference(METRICS["wait_time"], -100) == "−1 min 40 s"


def test_weekdays_and_hours_have_names() -> None:
    """Monday first, in the reader's language; an hour by its ends; what is neither stays what it is."""
    assert [weekday_name(str(day)) for day in (1, 7)] == ["Monday", "Sunday"]
    assert weekday_name("3", short=True) == "Wed"
    with speaking("fa"):
        assert value_name("weekday", "6") == "شنبه"
    assert [value_name("hour", hour) for hour in ("08", "23", "00")] == ["08–09", "23–00", "00–01"]
    assert (weekday_name("x"), weekday_name(""), hour_name("x")) == ("x", "", "x")
    assert [dimension_name(name) for name in ("weekday", "hour")] == ["Weekday", "Hour"]
