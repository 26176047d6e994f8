"""Numbers as the methods print them: quoted word for word, compared to every digit they show.

A table row or a worked example is tested from its own text, so nothing is retyped between the document and the test:
inputs are read from the quotation, and a result must round to each printed number. Every quotation is kept, so that
`test_method_tables` can tell which numbers of the document no test quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

QUOTED: list[str] = []
"""Everything quoted so far, white space made single."""

# A digit that belongs to a name (t_31, 6MP, tau2) or to a date is no number; a sign belongs only to what it touches.
NUMBER = re.compile(r"(?<![\w.^])[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?!\w|\.\d)")
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_FEW_DIGITS = 5
_SLACK = 1e-12


@dataclass(frozen=True)
class Printed:
    """A number as printed: its value, half a unit of its last digit, whether it has few digits."""

    value: float
    half_unit: float
    short: bool


def single_spaced(text: str) -> str:
    """The text with every run of white space made one blank, and without the marks of bold type."""
    return " ".join(text.replace("**", "").split())


def quoted(text: str) -> str:
    """A quotation from the methods, kept for the test of completeness."""
    plain = single_spaced(text)
    QUOTED.append(plain)
    return plain


def printed(text: str, *, thousands: bool = False) -> list[Printed]:
    """The numbers of a quotation; with `thousands`, blanks may stand between groups of three digits."""
    found = []
    for token in NUMBER.findall(_THOUSANDS.sub("", text) if thousands else text):
        mantissa, _, exponent = token.partition("e")
        decimals = len(mantissa.partition(".")[2])
        digits = len(mantissa.lstrip("+-").replace(".", "").lstrip("0"))
        half_unit = 0.5 * 10.0 ** (int(exponent or 0) - decimals) if decimals else 0.0
        found.append(Printed(float(token), half_unit, short=digits < _FEW_DIGITS))
    return found


def values(text: str, *, thousands: bool = False) -> list[float]:
    """The same as plain floats: inputs."""
    return [number.value for number in printed(text, thousands=thousands)]


def cells(row: str) -> list[str]:
    """The cells of a quoted table row."""
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def flat(found: Any) -> list[float]:
    """All numbers of nested results in reading order."""
    if isinstance(found, (tuple, list)) or np.ndim(found) > 0:
        return [number for part in found for number in flat(part)]
    return [float(found)]


def agrees(found: Any, text: str, *, rounded: bool = False, units: float = 1.0, thousands: bool = False) -> None:
    """Assert that what was found rounds to each number of a quotation, in order.

    Whole numbers, and numbers of fewer than five digits unless `rounded` says otherwise, are taken to be exact. `units`
    widens the allowance to so many half units of the last digit, for sources less precise than they print.
    """
    expected = printed(text, thousands=thousands)
    got = flat(found)
    assert len(got) == len(expected), f"{len(got)} values for {len(expected)} numbers of {text!r}: {got}"
    for value, number in zip(got, expected, strict=True):
        allowed = 0.0 if number.short and not rounded else units * number.half_unit * (1 + 1e-6)
        assert value == pytest.approx(number.value, rel=1e-12, abs=allowed + _SLACK), f"{number} in {text!r}"


@dataclass(frozen=True)
class Example:
    """One worked example or table row: how to compute it, the text of its inputs and the text of its results."""

    compute: Callable[[list[float]], Any]
    given: str
    gives: str
    options: dict[str, Any]

    def check(self) -> None:
        """Compute from the printed inputs and compare with the printed results."""
        agrees(self.compute(values(self.given)), self.gives, **self.options)


def example(name: str, compute: Callable[[list[float]], Any], given: str, gives: str, **options: Any) -> Any:
    """A parameter for pytest: inputs and results quoted from the methods, each word for word."""
    return pytest.param(Example(compute, quoted(given), quoted(gives), options), id=name)


def rows(
    section: str, compute: Callable[[list[float]], Any], table: str, *, inputs: int = 1, **options: Any
) -> list[Any]:
    """Parameters for pytest: each row of a quoted table; its first cells are inputs, the others results."""
    parameters = []
    for row in table.strip().splitlines():
        parts = cells(quoted(row))
        given, gives = " | ".join(parts[:inputs]), " | ".join(parts[inputs:])
        parameters.append(pytest.param(Example(compute, given, gives, options), id=f"{section} | {given}"))
    return parameters
