"""Tango's score equation of NPS, solved for many cells at once.

Apart from `intervals`, because how the root is found matters only here: every NPS anywhere is answered with two roots
of this equation, and a p-value with dozens, so it is the one place where speed decides how a page feels. Each cell
takes the same steps whatever its neighbours are, so it has the same limits alone and among ten thousand, bit for bit.
Not for callers who want an interval: that is `intervals.nps_score_interval`.

Source: Tango 1998; restricted estimate in closed form as in Fagerland, Lydersen & Laake 2014.
"""

from __future__ import annotations

import numpy as np

from cxdash.statistics.arrays import Flags, Floats, divide, root, together

_PLAIN_ROUNDS = (4, 3)
"""Newton rounds on all cells, then on those that have not arrived; what is left gets a bracket."""

_LAST_STEP = 1e-8
"""Of the distance to the estimate: the error after a step is about the step's square over twice that distance."""

_RESIDUE = 1e-6
"""Largest value of the equation at a root, relative to its first term: a step can also be small because of a kink."""

_TOLERANCE = 1e-13
_BRACKET_ROUNDS = 200


def lower_limit(a: Floats, b: Floats, c: Floats, k: Floats) -> Floats:
    """The lower root D of (s - D)^2 = k (2r + t(1 - t)), with s = b - a and t = |D|.

    r, the restricted share of the rarer side (promoters where D < 0), solves
    2r^2 + (2et + c(1 + t) - (1 - t)) r - et(1 - t) = 0, e the observed share of that side: the textbook equation
    without the differences that cancel near -1 and 1.

    Args:
        a: share of detractors.
        b: share of promoters.
        c: share of passives; the three add to 1.
        k: z^2/n.

    Returns:
        -1 <= D <= s, to about 1e-15; NaN where a share is. The upper limit is the mirrored lower one: swap a and b.
    """
    given = together(a, b, c, k)
    cells = np.stack(given).reshape(4, -1)
    a, b, c, k = cells
    s = b - a
    # exact without passives (Wilson), with nothing but passives, where all are detractors, and at k = 0
    guess = np.clip((s - root(k * np.maximum(a + b - s**2, 0.0) + k**2)) / (1 + k), -1.0, s)
    found = guess.copy()
    waiting = np.flatnonzero((s > -1) & (k > 0))
    for rounds in _PLAIN_ROUNDS:
        at, arrived = _plain_newton(cells[:, waiting], found[waiting], rounds)
        found[waiting] = at
        waiting = waiting[~arrived]
    if waiting.size:
        found[waiting] = _bracketed_newton(cells[:, waiting], guess[waiting])
    return found.reshape(given[0].shape)


def _plain_newton(cells: Floats, at: Floats, rounds: int) -> tuple[Floats, Flags]:
    """Newton without a safety net: (where each cell is, whether it has arrived at a root).

    Between -1 and s there is one root only, unless the variance at s is zero; then s is another one, and a cell that
    ends up there has no first term to arrive by. Choices are products with 0 and 1: a branch that cannot be foreseen
    costs more than both of its sides.
    """
    a, b, c, k = cells
    s, spread, beside = b - a, a + b, 1 + c
    step, value, away = (np.full(s.shape, np.nan) for _ in range(3))
    with np.errstate(all="ignore"):
        for _ in range(rounds):
            t, rarer = np.abs(at), a + s * (at < 0)
            rest, weight = 1 - t, 2 * rarer + beside
            product, linear = 2 * rarer * (t * rest), t * weight - spread
            radical = np.sqrt(linear * linear + 4 * product)
            larger, cancels = np.abs(linear) + radical, linear > 0
            r = product / larger * cancels + larger * (0.25 * ~cancels)
            away = s - at
            value = away * away - k * (2 * r + t * rest)
            bend = (rarer * (rest - t) - weight * r) / radical
            step = value / (2 * away + np.copysign(k, at) * (2 * bend + rest - t))
            at = np.maximum(np.minimum(at + step, s), -1.0)
        arrived = (np.abs(step) <= _LAST_STEP * away) & (np.abs(value) <= _RESIDUE * (away * away))
    return at, arrived


def _bracketed_newton(cells: Floats, at: Floats) -> Floats:
    """Newton inside a bracket, for cells where the equation bends sharply.

    Every eighth round halves the bracket, so it cannot stall. The equation also touches zero at D = NPS when the
    variance there is zero, which is why sign changes are judged from outside: positive below the root, not positive
    above it.
    """
    a, b, c, k = cells
    s = b - a
    low, high = np.full(s.shape, -1.0), np.array(s)
    settled = np.zeros(s.shape, dtype=np.bool_)
    for round_ in range(_BRACKET_ROUNDS):
        t, rarer = np.abs(at), np.where(at < 0, b, a)
        linear, constant = 2 * rarer * t + c * (1 + t) - (1 - t), rarer * t * (1 - t)
        radical = np.sqrt(linear**2 + 8 * constant)
        cancels = linear > 0
        r = np.where(cancels, 2 * constant / np.where(cancels, linear + radical, 1.0), (radical - linear) / 4)
        value = (s - at) ** 2 - k * (2 * r + t * (1 - t))
        low, high = np.where(value > 0, at, low), np.where(value > 0, high, at)
        bend = divide(rarer * (1 - 2 * t) - (2 * rarer + c + 1) * r, radical)
        slope = 2 * (s - at) + k * np.where(at < 0, -1.0, 1.0) * (2 * bend + 1 - 2 * t)
        step = np.where(value == 0, 0.0, divide(value, slope))
        following = at + step
        arrived = np.abs(step) <= _TOLERANCE
        usable = (following > low) & (following < high) & (round_ % 8 != 7)
        following = np.where(arrived, np.clip(following, -1.0, s), np.where(usable, following, (low + high) / 2))
        at = np.where(settled, at, following)
        settled = settled | arrived | (high - low <= _TOLERANCE / 8)
        if settled.all():
            break
    return at
