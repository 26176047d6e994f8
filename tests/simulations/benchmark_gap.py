"""Gap to a published NPS and rank among competitors: how often they hold the truth (methods 5.1, 5.2)."""

from __future__ import annotations

import numpy as np

from cxdash.statistics.benchmark import (
    break_even_se,
    gap,
    max_variance_interval,
    min_variance_interval,
    published_interval,
    rank_interval,
)
from cxdash.statistics.distributions import Z95
from cxdash.statistics.intervals import nps_score_interval, nps_value, nps_variance
from tests.simulations.nps_differences import PAIRS, POPULATIONS, TRUE
from tests.simulations.nps_samples import Counts, Floats, holds
from tests.simulations.tables import Table

SIZES = ((10, 400), (30, 400), (100, 400), (1000, 400), (100, 100), (100, 2000), (1000, 2000))
"""Own answers, answers behind the published score."""

REPLICATES = 20_000
COUNTS, MARGIN, WIDEST = "counts", "its interval", "**value and n (widest, default)**"
NARROWEST, NOTHING, BREAK_EVEN = "value and n, narrowest", "value only", "value only, judged by the break-even error"

COMPETITORS = 400
RANKED = {
    "10 points apart": (0.00, 0.10, 0.20, 0.30, 0.40, 0.50),
    "2 points apart": (0.25, 0.27, 0.29, 0.31, 0.33, 0.35),
    "two close groups": (0.05, 0.07, 0.09, 0.45, 0.47, 0.49),
}
"""True NPS of six companies, each in turn ours; 30 % passives."""


def drawn(n: int, rng: np.random.Generator) -> Counts:
    """Samples of n answers from each population, shape (3, replicates, populations)."""
    return np.moveaxis(rng.multinomial(n, POPULATIONS, size=(REPLICATES, len(POPULATIONS))), -1, 0)


def _error(counts: Counts) -> Floats:
    return np.asarray(np.sqrt(nps_variance(*counts) / counts.sum(axis=0)))


def published(counts: Counts) -> dict[str, tuple[Floats, Floats, Floats]]:
    """Value and interval of each kind of publication; all but counts are rounded to whole points, as publishers do."""
    n = int(counts[:, 0, 0].sum())
    value = np.asarray(np.round(nps_value(*counts), 2))
    margin = np.round(Z95 * _error(counts), 2)
    absent = np.full(value.shape, np.nan)
    return {
        COUNTS: (nps_value(*counts), *nps_score_interval(*counts)),
        MARGIN: (value, *published_interval(value, low=value - margin, high=value + margin)),
        WIDEST: (value, *max_variance_interval(value, n)),
        NARROWEST: (value, *min_variance_interval(value, n)),
        NOTHING: (value, absent, absent),
    }


def gap_rows(n: int, n_published: int) -> list[tuple[str | float, ...]]:
    """Coverage of the true gap for every ordered pair of populations, by what was published."""
    rng = np.random.default_rng([51, n, n_published])
    own_counts, bench_counts = drawn(n, rng), drawn(n_published, rng)
    own = (nps_value(*own_counts), *nps_score_interval(*own_counts))
    own_error, bench_error = _error(own_counts), _error(bench_counts)
    equal = np.array([abs(TRUE[i] - TRUE[j]) < 1e-9 for i, j in PAIRS])
    rows: list[tuple[str | float, ...]] = []
    for kind, bench in published(bench_counts).items():
        found, judged = [], []
        for i, j in PAIRS:
            value, low, high = gap(*(v[:, i] for v in own), *(v[:, j] for v in bench))
            apart = (low > 0) | (high < 0)
            held = holds(low, high, TRUE[i] - TRUE[j])
            found.append((held.mean(), apart.mean(), 100 * (high - low).mean()))
            enough = break_even_se(value, own_error[:, i]) > bench_error[:, j]
            judged.append(float((apart & enough).mean()))
        covered, apart_share, width = np.array(found).T
        size = float(apart_share[equal].max())
        summary = (float(covered.mean()), float(covered.min()), size, f"{width.mean():.1f} points")
        rows.append((str(n), str(n_published), f"gap, {kind}", *summary))
        if kind == NOTHING:
            size = float(np.array(judged)[equal].max())
            rows.append((str(n), str(n_published), f"gap, {BREAK_EVEN}", np.nan, np.nan, size, "–"))
    return rows


def rank_row(n: int) -> tuple[str | float, ...]:
    """Whether our true rank lies inside, each of six companies in turn being ours with n answers."""
    rng = np.random.default_rng([52, n])
    held, spread = [], []
    for true in RANKED.values():
        scores = np.array(true)
        shares = np.stack([(0.7 - scores) / 2, np.full(scores.shape, 0.3), (0.7 + scores) / 2], axis=1)
        for ours in range(len(scores)):
            sizes = np.where(np.arange(len(scores)) == ours, n, COMPETITORS)
            counts = np.moveaxis(rng.multinomial(sizes, shares, size=(REPLICATES // 4, len(scores))), -1, 0)
            rank = rank_interval(nps_value(*counts), _error(counts))
            low, high = rank.low[:, ours], rank.high[:, ours]
            held.append(float(holds(low, high, float((scores > scores[ours]).sum() + 1)).mean()))
            spread.append(float((high - low + 1).mean()))
    width = f"{np.mean(spread):.1f} ranks"
    return str(n), str(COMPETITORS), "rank among six", float(np.mean(held)), min(held), np.nan, width


def study() -> Table:
    """By what the publisher tells, and the rank."""
    rows = [row for sizes in SIZES for row in gap_rows(*sizes)]
    rows += [rank_row(n) for n in (10, 30, 100, 1000)]
    about = (
        f"{REPLICATES:,} own and published samples for all ordered pairs of seven populations (NPS −20 … 80; Monte "
        "Carlo error .0015). All published figures but counts are rounded to whole points. “Size” is the largest "
        "chance, over the pairs without a gap, that the interval excludes zero; .05 is promised where the "
        "benchmark's error is known.\n\n"
        "Read “value and n” as erring on the safe side: the widest interval that value and n allow holds 95 % or "
        "more, and the more, the larger our own sample, because few publishers' customers are all promoters or "
        "detractors; the narrowest holds less. Read “value only” as no promise: such a gap carries our own error "
        "only and says so; how often it still holds the true gap falls as our own sample grows. “Judged by the "
        "break-even error” calls it significant only where the publisher's true standard error lies below the "
        "break-even error printed beside the gap: that reading is right about as often as any z test.\n\n"
        "Ranks: ours with n answers among five competitors with 400 each, in three fields (10 points apart, 2 "
        "points apart, two close groups), each company in turn being ours."
    )
    columns = ("own answers", "published", "interval", "mean coverage", "worst", "size", "mean width")
    return Table("benchmark_gap", "Gap to a benchmark, rank among competitors", about, columns, tuple(rows))
