"""Weighted NPS: does the interval hold the score of all customers when some answer more readily (methods 1.5)?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cxdash.statistics.distributions import Z95
from cxdash.statistics.intervals import nps_score_interval
from cxdash.statistics.weighting import post_stratified_nps, weighted_nps
from tests.simulations.nps_samples import Floats, holds
from tests.simulations.tables import Table

SIZES = (10, 30, 40, 100, 400, 1000)
REPLICATES = 20_000

UNWEIGHTED = "unweighted score"
LINEAR = "weights, linearised Wald"
DEFAULT = "**weights, Kish + score (default)**"
FITTED = "weights fitted to the known shares, Kish + score"
STRATIFIED = "post-stratified, normal limits"
METHODS = (UNWEIGHTED, LINEAR, DEFAULT, FITTED, STRATIFIED)


class Base(NamedTuple):
    """A customer base in four strata.

    Attributes:
        shares: the strata's shares of the base.
        rates: the share of those asked that answers.
        nps: true NPS of each stratum, points.
        passives: share of passives in each stratum.
    """

    shares: tuple[float, ...]
    rates: tuple[float, ...]
    nps: tuple[float, ...]
    passives: tuple[float, ...] = (0.35, 0.35, 0.25, 0.15)

    @property
    def answers(self) -> Floats:
        """Shares of detractors, passives, promoters in each stratum, shape (4, 3)."""
        m, s = np.array(self.passives), np.array(self.nps) / 100
        return np.stack([(1 - m - s) / 2, m, (1 - m + s) / 2], axis=1)

    @property
    def truth(self) -> float:
        """NPS of the whole base, unit scale."""
        return float(np.array(self.shares) @ np.array(self.nps) / 100)


SHARES, RATES = (0.4, 0.3, 0.2, 0.1), (0.1, 0.2, 0.4, 0.8)
BASES = {
    "the happier, the readier": Base(SHARES, RATES, (0, 20, 50, 75)),
    "the unhappier, the readier": Base(SHARES, RATES, (60, 30, 10, -20)),
    "readiness and score unrelated": Base(SHARES, (0.4, 0.1, 0.8, 0.2), (30, 25, 35, 30)),
    "all equally ready": Base(SHARES, (0.3, 0.3, 0.3, 0.3), (0, 20, 50, 75)),
    "a large silent stratum": Base((0.6, 0.2, 0.1, 0.1), (0.05, 0.3, 0.5, 0.8), (10, 30, 40, 60)),
}
"""Declared before any result was seen; the first is the one of methods 1.5 (true NPS 23.5, rates 10 … 80 %)."""


def draw(base: Base, n: int, rng: np.random.Generator) -> Floats:
    """Answers of each stratum, shape (replicates, 4, 3): all are asked who must be for n expected answers.

    Replicates without any answer are drawn again: there is nothing to show an interval for.
    """
    shares, rates = np.array(base.shares), np.array(base.rates)
    asked = np.round(n / (shares @ rates) * shares).astype(int)
    answered = rng.binomial(asked, rates, size=(REPLICATES, len(shares)))
    while (silent := answered.sum(axis=1) == 0).any():
        answered[silent] = rng.binomial(asked, rates, size=(int(silent.sum()), len(shares)))
    return rng.multinomial(answered, base.answers).astype(float)


def _limits(base: Base, counts: Floats) -> dict[str, tuple[Floats, Floats]]:
    """The limits of each method, shape (replicates,)."""
    plain = nps_score_interval(*np.moveaxis(counts.sum(axis=1), -1, 0))
    weighted = _weigh(counts, np.broadcast_to(1 / np.array(base.rates), counts.shape[:2]))
    totals = counts.sum(axis=-1)
    fitted = _weigh(counts, np.array(base.shares) / np.maximum(totals, 1))
    stratified = post_stratified_nps(counts, base.shares)
    value, half = weighted[0], Z95 * weighted[1]
    return {
        UNWEIGHTED: plain,
        LINEAR: (value - half, value + half),
        DEFAULT: (weighted[2], weighted[3]),
        FITTED: (fitted[2], fitted[3]),
        STRATIFIED: (stratified.low, stratified.high),
    }


def _weigh(counts: Floats, weights: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """NPS, standard error and limits with one weight for each stratum, shape (replicates, 4)."""
    w = weights[..., None]
    found = weighted_nps(counts.sum(axis=1), (counts * w).sum(axis=1), (counts * w**2).sum(axis=1))
    return found.nps, found.se, found.low, found.high


def study() -> Table:
    """Coverage in the base of the methods, and over all bases."""
    rng = np.random.default_rng(15)
    rows = []
    for n in SIZES:
        drawn = [(base.truth, _limits(base, draw(base, n, rng))) for base in BASES.values()]
        for name in METHODS:
            held = [float(holds(*limits[name], truth).mean()) for truth, limits in drawn]
            absent = [float(np.isnan(limits[name][0]).mean()) for _, limits in drawn]
            width = np.mean([100 * np.nanmean(limits[name][1] - limits[name][0]) for _, limits in drawn])
            rows.append((n, name, held[0], float(np.mean(held)), min(held), float(np.mean(absent)), f"{width:.1f}"))
    about = (
        f"Four strata whose readiness to answer differs; {REPLICATES:,} replicates in each of {len(BASES)} customer "
        "bases (Monte Carlo error .0015): " + "; ".join(BASES) + ". The first is NPS 0, 20, 50, 75 with response rates "
        "10, 20, 40, 80 % (true NPS 23.5); the methods report for such a base, at n = 40, 100, 400: unweighted "
        ".678, .306, .001; Kish .954, .947, .957; stratified .900, .934, .954.\n\n"
        "n is the expected number of answers. “Weights” are 1 / response rate, known before; fitted ones make the "
        "answers' strata add up to the known shares. “Worst” is the base where the interval does worst. “None” is "
        "how often there is no interval (it counts as not holding the truth): post-stratification needs two answers "
        "in each stratum, which ten or thirty answers rarely are. With ten answers a stratum is often silent and "
        "one heavy answer outweighs the rest; Kish's effective number then falls to a few answers and the score "
        "interval of so few is wide rather than wrong: the default holds a little more often than promised."
    )
    columns = ("n", "method", "first base", "mean coverage", "worst", "none", "mean width (points)")
    return Table("weighted_nps", "NPS, weighted answers", about, columns, tuple(rows))
