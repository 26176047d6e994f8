"""Mean ratings (CSAT 1-5, CES 1-7): coverage of the score and the t interval and of differences (methods 2.2, 2.3)."""

from __future__ import annotations

from itertools import product

import numpy as np

from cxdash.statistics.differences import mover, welch
from cxdash.statistics.intervals import mean_interval
from cxdash.statistics.rating_means import rating_mean, rating_mean_interval
from tests.simulations.nps_samples import Counts, Flags, Floats, holds
from tests.simulations.tables import Table

SIZES = (10, 30, 100, 1000)
PAIR_SIZES = ((10, 10), (10, 40), (30, 30), (100, 100), (30, 1000), (1000, 1000))
REPLICATES = 5_000
DEFAULT = "**score interval (default)**"
DIFFERENCE_DEFAULT = "**difference, MOVER of score limits (default)**"

SCALES = {
    "CSAT": np.array(
        [
            (12, 18, 40, 180, 250),
            (20, 35, 65, 190, 190),
            (50, 75, 125, 150, 100),
            (120, 40, 40, 100, 200),
            (10, 10, 30, 100, 350),
            (5, 5, 15, 75, 400),
        ]
    ),
    "CES": np.array(
        [
            (10, 12, 20, 38, 70, 90, 60),
            (5, 5, 10, 20, 40, 90, 130),
            (30, 35, 45, 60, 60, 45, 25),
            (60, 20, 15, 15, 20, 50, 120),
            (3, 3, 6, 12, 30, 66, 180),
            (2, 2, 3, 6, 12, 35, 240),
        ]
    ),
}
"""Histograms from usual to hard: the methods' examples, mediocre, divided, very good, nearly all at the top."""


def shares_of(scale: str) -> Floats:
    """The histograms of a scale as shares, shape (histograms, scores)."""
    histograms = SCALES[scale]
    return np.asarray(histograms / histograms.sum(axis=1, keepdims=True))


def draw(n: int, shares: Floats, rng: np.random.Generator) -> Counts:
    """Histograms of n answers, shape (replicates, populations, scores)."""
    return rng.multinomial(n, shares, size=(REPLICATES, len(shares)))


def _sums(counts: Counts, scores: Floats) -> tuple[Floats, Floats, Floats]:
    """Answers, their sum and the sum of their squares."""
    return counts.sum(axis=-1), counts @ scores, counts @ scores**2


def single_rows(n: int, scale: str) -> list[tuple[str | float, ...]]:
    """One mean: the t interval and the default."""
    shares, scores = shares_of(scale), np.arange(1, SCALES[scale].shape[1] + 1)
    counts = draw(n, shares, np.random.default_rng([22, n, len(scores)]))
    limits = {"t interval": mean_interval(*_sums(counts, scores))[1:], DEFAULT: rating_mean_interval(counts, scores)}
    rows: list[tuple[str | float, ...]] = []
    for name, (low, high) in limits.items():
        held = holds(low, high, shares @ scores).mean(axis=0)
        rows.append((str(n), f"{scale}, {name}", *_summary(held, (high - low).mean(axis=0)), np.nan))
    return rows


def difference_rows(n1: int, n2: int, scale: str) -> list[tuple[str | float, ...]]:
    """Every ordered pair of histograms; Welch has no interval where neither group varies."""
    shares, scores = shares_of(scale), np.arange(1, SCALES[scale].shape[1] + 1)
    rng = np.random.default_rng([22, n1, n2, len(scores)])
    first, second = draw(n1, shares, rng), draw(n2, shares, rng)
    limits1, limits2 = ((rating_mean(c, scores), *rating_mean_interval(c, scores)) for c in (first, second))
    sums1, sums2 = _sums(first, scores), _sums(second, scores)
    truth = shares @ scores
    found: dict[str, list[tuple[float, float, float]]] = {"difference, Welch": [], DIFFERENCE_DEFAULT: []}
    for i, j in product(range(len(shares)), repeat=2):
        judged = welch(*(v[:, i] for v in sums1), *(v[:, j] for v in sums2))
        both = (judged.low, judged.high), mover(*(v[:, i] for v in limits1), *(v[:, j] for v in limits2))[1:]
        for name, (low, high) in zip(found, both, strict=True):
            held = float(holds(low, high, truth[i] - truth[j]).mean())
            apart: Flags = (low > 0) | (high < 0)
            found[name].append((held, float(apart.mean()) if i == j else 0.0, float(np.nanmean(high - low))))
    rows: list[tuple[str | float, ...]] = []
    for name, results in found.items():
        covered, size, width = np.array(results).T
        rows.append((f"{n1}, {n2}", f"{scale}, {name}", *_summary(covered, width), float(size.max())))
    return rows


def _summary(held: Floats, width: Floats) -> tuple[float, float, float, str]:
    return float(held.mean()), float(held.min()), float((held < 0.93).mean()), f"{width.mean():.2f}"


def study() -> Table:
    """Mean and worst case over the histograms."""
    rows = [row for n in SIZES for scale in SCALES for row in single_rows(n, scale)]
    rows += [row for sizes in PAIR_SIZES for scale in SCALES for row in difference_rows(*sizes, scale)]
    about = (
        f"{REPLICATES:,} samples from each of six histograms of CSAT (1-5) and of CES (1-7): the methods' examples, "
        "a mediocre, a divided, a very good one and one with nearly everybody at the top (Monte Carlo error .003); "
        "differences between all ordered pairs. “Size” is the largest chance that the interval of a difference of "
        "equal means excludes zero. An interval without width (all answers equal) or no interval counts as not "
        "holding. Ratings pile up at the top: with ten or thirty answers the t interval holds less than promised, "
        "and so does the difference of a small group from a large one; from a hundred answers on both hold."
    )
    columns = ("n", "mean of", "mean coverage", "worst", "histograms below .93", "mean width (score)", "size")
    return Table("means", "Mean scores: CSAT and CES", about, columns, tuple(rows))
