"""Numbers read as people of the language write them, rounded once, with a real minus sign."""

from __future__ import annotations

from datetime import date

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from cxdash.answers import Difference
from cxdash.answers.answer import Against, ChangeWord
from cxdash.language import speaking
from cxdash.metrics.catalogue import METRICS
from cxdash.periods import parse_period
from cxdash.report.wording import change, decimal, interval_text, period_text, value_text


@pytest.mark.parametrize("language", ["en", "de", "fr", "fa", "hi"])
@given(value=st.floats(-1e7, 1e7), decimals=st.integers(0, 3))
def test_numbers_are_written_as_the_language_writes_them(language: str, value: float, decimals: int) -> None:
    """The quick path and CLDR's own formatting agree on every number, digits and separators included."""
    rounded = float(f"{abs(value):.{decimals}f}")
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    expected = format_decimal(rounded, format=pattern, locale=language)
    with speaking(language):
        text = decimal(value, decimals)
    assert text == ("−" + expected if value < 0 and rounded else expected)


def test_zero_has_no_sign() -> None:
    """A value that rounds to zero is zero, neither plus nor minus."""
    assert decimal(-0.04, 1) == "0.0"
    assert decimal(0.4, 0, sign=True) == "0"
    assert decimal(0.6, 0, sign=True) == "+1"


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("nps", 0.398, "+40"),
        ("nps", -0.2, "−20"),
        ("csat", 0.7841, "78.4%"),
        ("churn", 0.26537, "26.54%"),
        ("health", 66.7, "67"),
        ("wait_time", 48.2, "48 s"),
        ("handle_time", 130.0, "2 min 10 s"),
    ],
)
def test_each_unit_is_printed_its_own_way(key: str, value: float, text: str) -> None:
    """NPS with sign, shares with percent, indices bare, times in the unit a person would say."""
    assert value_text(METRICS[key], value) == text
    assert interval_text(METRICS[key], None, None) == ""


def _difference(value: float | None, word: ChangeWord, against: Against = "previous") -> Difference:
    return Difference(against, 0.3, 200.0, None, value, None, None, None, word)


@pytest.mark.parametrize(
    ("key", "difference", "word", "sentence", "tone"),
    [
        ("nps", _difference(-0.06, "down"), "down", "down 6 points on the period before", "bad"),
        ("nps", _difference(0.01, "up"), "up", "up 1 point on the period before", "good"),
        ("churn", _difference(0.004, "up"), "up", "up 0.40 percentage points on the period before", "bad"),
        ("csat", _difference(0.02, "no clear change", "year"), "no clear change",
         "no clear change on the year before", "neutral"),
        ("wait_time", _difference(-75.0, "down"), "down", "down 1 min 15 s on the period before", "good"),
        ("nps", _difference(-0.12, "down", "target"), "down", "12 points below the target", "bad"),
        ("nps", _difference(None, "too few answers"), "too few answers",
         "too few answers to compare with the period before", "neutral"),
    ],
)  # fmt: skip
def test_changes_are_said_in_a_word_of_the_closed_set(
    key: str, difference: Difference, word: str, sentence: str, tone: str
) -> None:
    """Direction, size and what it is measured against; good or bad only by what the metric means."""
    said = change(METRICS[key], difference)
    assert said is not None
    assert (said.word, said.text, said.tone) == (word, sentence, tone)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("2026", "2026"),
        ("2026-Q3", "Q3 2026"),
        ("2026-05", "May 2026"),
        ("2026-01-05..2026-02-01", "5 Jan 2026 to 1 Feb 2026"),
    ],
)
def test_periods_are_named_by_what_they_are(asked: str, text: str) -> None:
    """A year is a year, a month a month, anything else its two ends."""
    assert period_text(parse_period(asked, last_day=date(2026, 11, 20))) == text
