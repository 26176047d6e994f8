"""Numbers as arrays of float64, and the two operations on them where exactness or zero needs care.

Everything in this package divides by counts that may be zero and subtracts sums of squares that nearly cancel. Both are
written once here. Not for anything statistical: a formula belongs in the module of its question.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers: TypeAlias = ArrayLike
"""What a caller may pass: a number, a sequence or an array of any shape (integers, floats, Decimals, None as NaN)."""

Floats: TypeAlias = NDArray[np.float64]
"""What comes back: float64, NaN where there is no answer."""

Flags: TypeAlias = NDArray[np.bool_]
"""A yes or no for each cell."""

_SPLITTER = 2.0**27 + 1.0
_INT64_SAFE = 2**62


def floats(values: Numbers) -> Floats:
    """The values as a float64 array (None becomes NaN)."""
    return np.asarray(values, dtype=np.float64)


def together(*values: Numbers) -> tuple[Floats, ...]:
    """The values as float64 arrays of one common shape."""
    return tuple(np.broadcast_arrays(*(floats(v) for v in values)))


def divide(numerator: Numbers, denominator: Numbers) -> Floats:
    """Numerator over denominator, NaN where the denominator is zero."""
    above, below = floats(numerator), floats(denominator)
    usable = below != 0
    return np.where(usable, above / np.where(usable, below, 1.0), np.nan)


def root(values: Numbers) -> Floats:
    """The square root, NaN for a negative value."""
    given = floats(values)
    return np.where(given >= 0, np.sqrt(np.where(given >= 0, given, 0.0)), np.nan)


def difference_of_products(a: Numbers, b: Numbers, c: Numbers, d: Numbers) -> Floats:
    """a*b - c*d without losing the digits that cancel.

    Sums of squares of state (n*S2 - S1*S1) cancel almost wholly when a score varies little. Integers are multiplied
    exactly (in Python integers when int64 could overflow); floats by Kahan's compensated form, good to about two units
    in the last place (Jeannerod, Louvet & Muller 2013).
    """
    given: list[NDArray[Any]] = [np.asarray(v) for v in (a, b, c, d)]
    if all(v.dtype.kind in "iub" for v in given):
        largest = [_magnitude(v) for v in given]
        if max(largest[0] * largest[1], largest[2] * largest[3]) < _INT64_SAFE:
            w, x, y, z = (v.astype(np.int64) for v in given)
        else:
            w, x, y, z = (v.astype(object) for v in given)
        return floats(w * x - y * z)
    if all(v.dtype.kind in "iub" or _holds_integers(v) for v in given):
        w, x, y, z = (v.astype(object) for v in given)
        return floats(w * x - y * z)
    p, q, r, s = (floats(v) for v in given)
    first, first_error = _two_product(p, q)
    second, second_error = _two_product(r, s)
    return (first - second) + (first_error - second_error)


def _magnitude(values: NDArray[Any]) -> int:
    """The largest absolute value as a Python integer, 0 for an empty array."""
    return max(abs(int(values.max())), abs(int(values.min()))) if values.size else 0


def _holds_integers(values: NDArray[Any]) -> bool:
    """Whether an object array holds nothing but Python integers (sums of squares too wide for int64)."""
    return values.dtype.kind == "O" and all(isinstance(v, int) for v in values.flat)


def _two_product(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The product and its exact rounding error (Dekker 1971)."""
    product = x * y
    x_high, y_high = _high_half(x), _high_half(y)
    x_low, y_low = x - x_high, y - y_high
    error = x_low * y_low - (((product - x_high * y_high) - x_low * y_high) - x_high * y_low)
    return product, error


def _high_half(x: Floats) -> Floats:
    """The upper 26 bits of each significand (Veltkamp's split)."""
    spread = _SPLITTER * x
    return spread - (spread - x)
