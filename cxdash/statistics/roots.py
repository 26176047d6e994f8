"""Where a monotone function crosses zero, for many cells at once.

Test inversion (the p-value of an interval method, a limit of a noncentral distribution) needs one root for each cell.
Chandrupatla's method brackets like bisection and converges like inverse quadratic interpolation, so a dozen vectorised
evaluations do what fifty bisections would. Not for functions that touch zero at an end of the bracket without crossing
(the NPS score equation does; see `intervals`).

Source: Chandrupatla 1997, Advances in Engineering Software 28(3); Scherer 2013, Computational Physics, 6.1.7.3.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cxdash.statistics.arrays import Floats, Numbers, together

_TOLERANCE = 1e-14
_ROUNDS = 120


def crossing(
    function: Callable[[Floats], Floats], low: Numbers, high: Numbers, *, at_low: Numbers, at_high: Numbers
) -> Floats:
    """The point between `low` and `high` where `function` changes sign, for each cell.

    Args:
        function: vectorised over cells; takes one point for each cell.
        low: one end of each cell's bracket.
        high: the other end.
        at_low: the function's value at `low`.
        at_high: the function's value at `high`.

    Returns:
        The root, accurate to about 1e-14 relative; NaN where the two values do not bracket zero.
    """
    b, a, fb, fa = (np.array(v) for v in together(low, high, at_low, at_high))
    bracketed = (np.sign(fa) * np.sign(fb)) <= 0
    found = np.full(a.shape, np.nan)
    open_cells = np.array(bracketed)
    fraction = np.full(a.shape, 0.5)
    for _ in range(_ROUNDS):
        point = a + fraction * (b - a)
        value = function(np.where(open_cells, point, np.where(bracketed, found, low)))
        same_side = np.sign(value) == np.sign(fa)
        c, fc = np.where(same_side, a, b), np.where(same_side, fa, fb)
        b, fb = np.where(same_side, b, a), np.where(same_side, fb, fa)
        a, fa = point, value
        best, f_best = np.where(np.abs(fa) < np.abs(fb), a, b), np.where(np.abs(fa) < np.abs(fb), fa, fb)
        width = np.abs(b - a)
        limit = _TOLERANCE * (1.0 + np.abs(best)) / 2.0
        done = open_cells & ((width <= 2.0 * limit) | (f_best == 0))
        found = np.where(done, best, found)
        open_cells = open_cells & ~done
        if not open_cells.any():
            return found
        fraction = _next_fraction(
            a, b, c, fa, fb, fc, np.where(width > 0, limit / np.where(width > 0, width, 1.0), 0.5)
        )
    return np.where(open_cells, a, found)


def _next_fraction(a: Floats, b: Floats, c: Floats, fa: Floats, fb: Floats, fc: Floats, least: Floats) -> Floats:
    """How far from a towards b to look next: inverse quadratic where it is safe, otherwise the middle."""
    with np.errstate(all="ignore"):
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
        safe = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
        quadratic = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
    fraction = np.where(safe & np.isfinite(quadratic), quadratic, 0.5)
    return np.clip(fraction, np.minimum(least, 0.5), 1.0 - np.minimum(least, 0.5))
