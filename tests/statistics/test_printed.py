"""How quoted numbers are read and compared: the yardstick of the method tables must itself be able to fail."""

from __future__ import annotations

import pytest

from tests.statistics.printed import agrees, cells, printed, values


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("d 37, T 12450.5 | rate .0029, CI (-.002, 4.1e-05)", [37, 12450.5, 0.0029, -0.002, 4.1e-05]),
        ("t_31 = 2.039513, tau2_DL .3, r_12 -.5, R2 .1", [2.039513, 0.3, -0.5, 0.1]),
        ("412/500 - 380/500", [412, 500, 380, 500]),
        (".026-.517", [0.026, 0.517]),
        ("41.2, 40.56, ..., last 40.3.", [41.2, 40.56, 40.3]),
    ],
)
def test_numbers_are_read_as_a_person_reads_them(text: str, numbers: list[float]) -> None:
    """Digits in names are no numbers, a dash between numbers is no sign, a full stop ends a sentence."""
    assert values(text) == numbers


def test_thousands() -> None:
    """Blanks between groups of three digits belong to a number only when asked for."""
    assert values("4 380 000 (SE 173 645.33)", thousands=True) == [4_380_000, 173_645.33]
    assert values("100 250 80") == [100, 250, 80]


def test_cells_of_a_row() -> None:
    """The bars at the ends are no cells."""
    assert cells("| 1/1 | .2, 1 | |") == ["1/1", ".2, 1", ""]


def test_the_allowance_is_half_a_unit_of_the_last_digit() -> None:
    """1.234565 and a bit less than half a unit off is the same number; more than that is not."""
    assert printed("1.234565")[0].half_unit == pytest.approx(5e-7)
    agrees(1.2345654999, "1.234565")
    with pytest.raises(AssertionError):
        agrees(1.2345655001, "1.234565")


@pytest.mark.parametrize(("found", "text"), [(0.1501, ".15"), (1.0001, "1"), (0.4, "0"), ([1, 2], "1"), ([], "3")])
def test_short_and_missing_numbers(found: object, text: str) -> None:
    """Numbers of few digits are exact, and as many values as numbers are wanted."""
    with pytest.raises(AssertionError):
        agrees(found, text)


def test_short_numbers_that_are_said_to_be_rounded() -> None:
    """Then half a unit is allowed, but whole numbers stay exact."""
    agrees([0.1501, 10], ".15 10", rounded=True)
    with pytest.raises(AssertionError):
        agrees(10.1, "10", rounded=True)
