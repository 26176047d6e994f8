"""Repeated answers of the same customers: what naive, bucket and effective-count intervals cover (methods 0.4).

Two uses are tested: an interval of the cell the design effect was estimated on, and of the fine cells inside a coarse
one, which is how the product uses it (`answers/effects.py`: estimated on a channel, applied to everything in it).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cxdash.statistics.buckets import design_effect, jackknife, t_interval, without_each
from cxdash.statistics.intervals import nps_score_interval, nps_value, nps_variance
from tests.simulations.tables import Table

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

SHARES = (0.20, 0.30, 0.50)
"""Detractors, passives, promoters among all answers: NPS 30."""

TRUTH = SHARES[2] - SHARES[0]
MOST_ANSWERS = 6
"""A customer gives one to six answers, each number as likely; 3.5 on average."""

LATENT_CORRELATION = 2 / 3
"""Correlation of the latent satisfaction behind two answers of one customer; the answers' own is about .55."""

CHANNEL = 857
"""Customers of a channel with 3,000 answers."""

BUCKETS = 32
REPLICATES = 2_000


class Answers(NamedTuple):
    """Detractors, passives, promoters of each customer, shape (replicates, customers, 3), and the last answer."""

    counts: Counts
    last: Counts


def survey(rng: np.random.Generator, customers: int, *, correlation: float = LATENT_CORRELATION) -> Answers:
    """One to six answers of each customer; the shares of the three kinds are SHARES whatever the correlation."""
    shape = (REPLICATES, customers)
    likes = rng.standard_normal(shape, dtype=np.float32) * np.float32(correlation**0.5)
    given = rng.integers(1, MOST_ANSWERS + 1, shape)
    cuts = stats.norm.ppf(np.cumsum(SHARES)[:2])
    counts, last = np.zeros((*shape, 3), np.int64), np.zeros(shape, np.int64)
    for turn in range(MOST_ANSWERS):
        felt = likes + rng.standard_normal(shape, dtype=np.float32) * np.float32((1 - correlation) ** 0.5)
        kind = (felt > cuts[0]).astype(np.int64) + (felt > cuts[1])
        asked = turn < given
        for value in range(3):
            counts[..., value] += asked & (kind == value)
        last = np.where(asked, kind, last)
    return Answers(counts, np.stack([last == value for value in range(3)], axis=-1).astype(np.int64))


def bucketed(rng: np.random.Generator, counts: Counts, groups: int) -> Counts:
    """Sums over a random bucket for each customer, shape (3, replicates, groups)."""
    replicates, customers, _ = counts.shape
    place = rng.integers(0, groups, (replicates, customers)) + groups * np.arange(replicates)[:, None]
    sums = [np.bincount(place.ravel(), counts[..., kind].ravel(), replicates * groups) for kind in range(3)]
    return np.stack(sums).reshape(3, replicates, groups).astype(np.int64)


def jackknifed(buckets: Counts) -> tuple[Floats, Floats, Counts]:
    """NPS of each replicate, its bucket-jackknife variance, and the number of occupied buckets."""
    occupied = buckets.sum(axis=0) > 0
    value = nps_value(*buckets.sum(axis=-1))
    return value, jackknife(value, nps_value(*without_each(buckets)), occupied=occupied), occupied.sum(axis=-1)


def effects(rng: np.random.Generator, counts: Counts) -> Floats:
    """The design effect of each replicate as the product estimates it: 32 buckets, never below 1."""
    buckets = bucketed(rng, counts, BUCKETS)
    _, clustered, _ = jackknifed(buckets)
    totals = buckets.sum(axis=-1)
    return design_effect(clustered, nps_variance(*totals) / totals.sum(axis=0))


def held(low: Floats, high: Floats) -> float:
    """The share of intervals that hold the true NPS."""
    return float(np.mean((low <= TRUTH) & (high >= TRUTH)))


def compare(totals: Counts, deff: Floats) -> tuple[float, float, str, str]:
    """Coverage of the naive and the default interval, the mean design effect, and how much wider the default is."""
    naive, default = nps_score_interval(*totals), nps_score_interval(*(totals / deff))
    wider = np.nanmean(default[1] - default[0]) / np.nanmean(naive[1] - naive[0])
    return held(*naive), held(*default), f"{deff.mean():.2f}", f"{wider:.2f}"


def whole_cells(rng: np.random.Generator) -> list[tuple[str | float, ...]]:
    """The cell the design effect was estimated on: one row for each number of customers."""
    rows: list[tuple[str | float, ...]] = []
    for customers in (150, 600, 2400):
        answers = survey(rng, customers)
        by_buckets = []
        for groups in (16, 32, 64):
            value, variance, occupied = jackknifed(bucketed(rng, answers.counts, groups))
            by_buckets.append(held(*t_interval(value, variance, occupied)))
        last = held(*nps_score_interval(*answers.last.sum(axis=1).T))
        compared = compare(answers.counts.sum(axis=1).T, effects(rng, answers.counts))
        rows.append(("repeated", "the whole channel", f"{customers * 3.5:,.0f}", *compared, *by_buckets, last))
    return rows


def fine_cells(rng: np.random.Generator) -> list[tuple[str | float, ...]]:
    """Cells inside a channel whose design effect they are given: some of its customers, or some of its answers."""
    rows: list[tuple[str | float, ...]] = []
    for name, correlation in (("repeated", LATENT_CORRELATION), ("independent", 0.0)):
        counts = survey(rng, CHANNEL, correlation=correlation).counts
        deff = effects(rng, counts)
        for part in ("some customers", "some answers"):
            for size in (10, 30, 100, 1000):
                if part == "some customers":
                    totals = counts[:, : round(size / 3.5)].sum(axis=1).T
                else:
                    totals = rng.binomial(counts.sum(axis=1), size / (CHANNEL * 3.5)).T
                rows.append((name, part, f"{size:,}", *compare(totals, deff), *[float("nan")] * 4))
    return rows


def study() -> Table:
    """Whole cells as in the methods, then fine cells as in the product."""
    rng = np.random.default_rng(4)
    columns = (
        "answers of a customer", "cell", "answers", "naive score", "score with n/deff (default)", "mean deff",
        "wider by", "jackknife G=16", "jackknife G=32", "jackknife G=64", "last answer only",
    )  # fmt: skip
    about = (
        "NPS 30. Answers are “repeated” (a customer gives one to six; latent satisfaction correlates by "
        f"{LATENT_CORRELATION:.2f} between them) or “independent” (the same customers, no correlation). "
        f"{REPLICATES:,} replicates, Monte Carlo error .005. The default is Tango's score interval on n/deff, deff "
        f"= max(1, bucket-jackknife variance over independent-answer variance) from {BUCKETS} buckets. The fine "
        "cells take their design effect from a channel of 3,000 answers that they are part of. “Wider by”: mean "
        "width of the default over that of the naive interval.\n\nA naive interval of repeated answers holds the "
        "truth three times in four. The default is right on the cell itself and on cells that are *some customers* "
        "of the channel (region, segment), down to ten answers, that is three people. On cells that are *some "
        "answers* of every customer (a team, or a product within a channel) customers repeat far less often than in "
        "the channel, and the channel's design effect is too large: intervals stay honest but are up to 1.6 times as "
        "wide as needed. The product therefore counts customers within channels, within products and within stages "
        "(or reasons), each for itself, so that what remains are the finer cells; and it pools two periods. With "
        "independent answers max(1, ratio) of one period costs 10 % of the answers and 5 % of width; coverage stays "
        "below .97."
    )
    return Table("clustered_answers", "Repeated answers", about, columns, tuple(whole_cells(rng) + fine_cells(rng)))
