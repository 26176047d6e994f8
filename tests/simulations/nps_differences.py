"""Difference of two NPS: exact coverage and size, by enumerating every pair of samples (methods 1.4)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import NamedTuple, TypeAlias

import numpy as np

from cxdash.statistics.differences import mover, welch
from cxdash.statistics.intervals import nps_adjusted_wald, nps_score_interval, nps_value
from tests.simulations.nps_samples import Counts, Floats, chances, holds, nps_of, samples
from tests.simulations.tables import Table

ENUMERATED = ((10, 10), (10, 40), (20, 60), (30, 30), (50, 50))
DRAWN = ((30, 1000), (100, 100), (100, 1000), (1000, 1000))
DRAWS = 20_000
DEFAULT = "**MOVER of score limits (default)**"

POPULATIONS = np.array(
    [
        (0.45, 0.30, 0.25),
        (0.30, 0.40, 0.30),
        (0.30, 0.10, 0.60),
        (0.20, 0.30, 0.50),
        (0.15, 0.25, 0.60),
        (0.10, 0.20, 0.70),
        (0.04, 0.12, 0.84),
    ]
)
"""Shares of detractors, passives, promoters: NPS -20, 0, 30 (many at the ends), 30, 45, 60, 80."""

TRUE = nps_of(POPULATIONS)

PAIRS = tuple(product(range(len(POPULATIONS)), repeat=2))
"""Every ordered pair: 28 pairs, and both ways round, because the groups differ in size."""

Limits: TypeAlias = tuple[Floats, ...]


class Method(NamedTuple):
    """What is made of each group's counts, shape (…, 3), and the limits of the difference made of two such."""

    prepare: Callable[[Counts], Limits]
    limits: Callable[[Limits, Limits], Limits]


def _score(counts: Counts) -> Limits:
    d, m, p = np.moveaxis(counts, -1, 0)
    return (nps_value(d, m, p), *nps_score_interval(d, m, p))


def _wald(counts: Counts, pseudo: tuple[float, float, float] = (0, 0, 0)) -> Limits:
    low, high = nps_adjusted_wald(*np.moveaxis(counts, -1, 0), pseudo=pseudo)
    return (low + high) / 2, low, high


def _sums(counts: Counts) -> Limits:
    d, m, p = np.moveaxis(counts, -1, 0)
    return d + m + p, p - d, p + d


def _mover(first: Limits, second: Limits) -> Limits:
    return mover(*first, *second)[1:]


def _welch(first: Limits, second: Limits) -> Limits:
    return welch(*first, *second)[1:3]


METHODS = {
    "Wald": Method(_wald, _mover),
    "Welch t": Method(_sums, _welch),
    "adjusted Wald (.75, 1.5, .75) in each": Method(lambda counts: _wald(counts, (0.75, 1.5, 0.75)), _mover),
    "adjusted Wald (.375, .75, .375) in each": Method(lambda counts: _wald(counts, (0.375, 0.75, 0.375)), _mover),
    DEFAULT: Method(_score, _mover),
}


def enumerate_pairs(n1: int, n2: int, method: Method) -> Floats:
    """Exact coverage, chance of an interval without zero, and mean width (points), for each of PAIRS; shape (3, 49)."""
    first, second = samples(n1), samples(n2)
    chance1, chance2 = (np.array([chances(s, shares) for shares in POPULATIONS]) for s in (first, second))
    rows, columns = method.prepare(first), method.prepare(second)
    low, high = method.limits(tuple(v[:, None] for v in rows), tuple(v[None, :] for v in columns))
    differences = np.round(np.subtract.outer(TRUE, TRUE), 9)
    covered = np.empty(differences.shape)
    for truth in np.unique(differences):
        here = differences == truth
        covered[here] = (chance1 @ holds(low, high, truth) @ chance2.T)[here]
    apart = chance1 @ ((low > 0) | (high < 0)) @ chance2.T
    width = chance1 @ np.nan_to_num(high - low) @ chance2.T
    return np.stack([covered.ravel(), apart.ravel(), 100 * width.ravel()])


def draw_pairs(n1: int, n2: int, method: Method) -> Floats:
    """The same from drawn samples, where there are too many to enumerate."""
    rng = np.random.default_rng([14, n1, n2])
    shape = (DRAWS, len(POPULATIONS))
    first, second = (method.prepare(rng.multinomial(n, POPULATIONS, size=shape)) for n in (n1, n2))
    found = []
    for i, j in PAIRS:
        low, high = method.limits(tuple(v[:, i] for v in first), tuple(v[:, j] for v in second))
        held, apart = holds(low, high, TRUE[i] - TRUE[j]), (low > 0) | (high < 0)
        found.append((held.mean(), apart.mean(), 100 * (high - low).mean()))
    return np.array(found).T


def study() -> Table:
    """Mean, worst case, size and width over the pairs of populations."""
    equal = np.array([abs(TRUE[i] - TRUE[j]) < 1e-9 for i, j in PAIRS])
    rows = []
    for sizes in sorted(ENUMERATED + DRAWN):
        found = enumerate_pairs if sizes in ENUMERATED else draw_pairs
        for name, method in METHODS.items():
            covered, apart, width = found(*sizes, method)
            summary = (float(covered.mean()), float(covered.min()), float(apart[equal].max()), f"{width.mean():.1f}")
            rows.append((f"{sizes[0]}, {sizes[1]}", name, *summary))
    about = (
        "All pairs of seven populations (NPS −20, 0, 30, 30, 45, 60, 80; the two of 30 differ in passives), both "
        "ways round; up to 20, 60 answers and for 30, 30 and 50, 50 by enumerating all pairs of samples, larger "
        f"ones from {DRAWS:,} pairs of samples (Monte Carlo error .0015). “Size” is the largest chance, over the "
        "pairs with equal NPS, that the interval excludes zero: .05 is promised. An interval that does not exist "
        "(Welch where both groups agree wholly) counts as not holding. For their own 28 pairs the methods (1.4) "
        "print, for the default: .959, .951, .049 at 10, 40; .956, .950, .050 at 20, 60; .958, .949, .051 at 30, "
        "30; .955, .949, .051 at 50, 50."
    )
    columns = ("answers", "method", "mean coverage", "worst", "size", "mean width (points)")
    return Table("nps_differences", "NPS, difference of two groups", about, columns, tuple(rows))
