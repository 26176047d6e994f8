"""Net and gross revenue retention on heavy-tailed revenue: what intervals hold, and two others (methods 3.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cxdash.statistics.retention import bucketed_ratio, gross_retention, net_retention, ratio_state
from tests.simulations.tables import Table

Floats = NDArray[np.float64]
Limits = tuple[Floats, Floats]

BUCKETS = 32
SIZES = (30, 100, 1000)
REPLICATES = 4_000
DEEPEST_CUT, LARGEST_GAIN = 0.6, 0.4
"""Who pays less loses up to 60 % (30 % on average), who pays more gains up to 40 % (20 %)."""


class Cohort(NamedTuple):
    """Revenue then, now, and the smaller of the two, each (replicates, customers)."""

    x: Floats
    y: Floats
    g: Floats


@dataclass(frozen=True)
class Company:
    """Customers with revenue at the start of a window.

    Attributes:
        name: what kind of revenue.
        window: what it is counted over.
        sigma: of log-normal revenue; None: Pareto with index 1.5 (no variance).
        lost: share of customers who leave, on average over customers.
        cut: share who pay less.
        grown: share who pay more.
        drift: how the chance to leave changes with a customer's rank by size: 0 not, -1 falls from twice the
            average to nothing, 1 rises from nothing to twice the average.
    """

    name: str
    window: str
    sigma: float | None
    lost: float = 0.08
    cut: float = 0.12
    grown: float = 0.30
    drift: int = 0

    def truth(self) -> tuple[float, float]:
        """Net and gross retention of revenue; the mean rank weighted by revenue is known for the log-normal."""
        rank = float(stats.norm.cdf(self.sigma / 2**0.5)) if self.sigma and self.drift else 0.5
        gross = 1 - self.lost * (1 + self.drift * (2 * rank - 1)) - self.cut * DEEPEST_CUT / 2
        return gross + self.grown * LARGEST_GAIN / 2, gross

    def draw(self, rng: np.random.Generator, customers: int) -> Cohort:
        """Revenue in cents."""
        rank, fate, extent = rng.random((3, REPLICATES, customers))
        size = np.exp(self.sigma * stats.norm.ppf(rank)) if self.sigma else (1 - rank) ** (-1 / 1.5)
        x = np.rint(10_000 * size)
        leaving = self.lost * (1 + self.drift * (2 * rank - 1))
        kept = np.where(fate < leaving, 0.0, 1.0)
        kept = np.where((fate >= leaving) & (fate < leaving + self.cut), 1 - DEEPEST_CUT * extent, kept)
        kept = np.where(fate > 1 - self.grown, 1 + LARGEST_GAIN * extent, kept)
        y = np.rint(x * kept)
        return Cohort(x, y, np.minimum(x, y))


COMPANIES = (
    Company("even (log-normal, sigma 0.7)", "a year", 0.7),
    Company("skewed (log-normal, sigma 1.5)", "a year", 1.5),
    Company("skewed, large customers stay", "a year", 1.5, drift=-1),
    Company("skewed, large customers leave", "a year", 1.5, drift=1),
    Company("skewed (log-normal, sigma 1.5)", "a month", 1.5, lost=0.015, cut=0.02, grown=0.04),
    Company("few giants (Pareto, index 1.5)", "a year", None),
)


def linearised(x: Floats, y: Floats) -> Limits:
    """The ratio with its linearised error and t."""
    found = ratio_state(x.shape[1], *(v.sum(axis=1) for v in (x, y, x * x, x * y, y * y)))
    return found.low, found.high


def jackknifed(rng: np.random.Generator, x: Floats, y: Floats) -> Limits:
    """The ratio with a jackknife over buckets of customers."""
    size = REPLICATES * BUCKETS
    place = (rng.integers(0, BUCKETS, x.shape) + BUCKETS * np.arange(REPLICATES)[:, None]).ravel()
    found = bucketed_ratio(*(np.bincount(place, w.ravel(), size).reshape(REPLICATES, BUCKETS) for w in (x, y)))
    return found.low, found.high


def gross_limits(x: Floats, g: Floats) -> Limits:
    """The default: a share kept by effective customers, Wilson."""
    found = gross_retention(x.shape[1], *(v.sum(axis=1) for v in (x, g, x * x, x * g, g * g)))
    return found.low, found.high


def net_limits(x: Floats, y: Floats, g: Floats) -> Limits:
    """The default: what was kept and what was added, joined."""
    found = net_retention(x.shape[1], *(v.sum(axis=1) for v in (x, y, g, x * x, x * y, y * y, x * g, g * g)))
    return found.low, found.high


def study() -> Table:
    """Six companies at three sizes: coverage and width of each method, for net and gross retention."""
    rng = np.random.default_rng(37)
    rows = []
    for company in COMPANIES:
        net, gross = company.truth()
        for customers in SIZES:
            x, y, g = company.draw(rng, customers)
            largest = float(np.median(x.max(axis=1) / x.sum(axis=1)))
            cells: list[str | float] = []
            for true, methods in (
                (net, (linearised(x, y), jackknifed(rng, x, y), net_limits(x, y, g))),
                (gross, (linearised(x, g), jackknifed(rng, x, g), gross_limits(x, g))),
            ):
                for low, high in methods:
                    cells.append(float(np.mean((low <= true) & (true <= high))))
                    cells.append(f"{100 * np.median(high - low):.1f}")
            rows.append((company.name, company.window, f"{customers:,}", f"{100 * largest:.1f} %", *cells))
    columns = (
        "revenue", "window", "customers", "largest customer",
        "NRR, t", "NRR, t: width (pp)", "NRR, buckets", "NRR, buckets: width (pp)",
        "NRR, joined (default)", "NRR, joined: width (pp)",
        "GRR, t", "GRR, t: width (pp)", "GRR, buckets", "GRR, buckets: width (pp)",
        "GRR, Wilson (default)", "GRR, Wilson: width (pp)",
    )  # fmt: skip
    about = (
        "Customers with revenue at the start; in a year 8 % leave, 12 % pay less and 30 % more, in a month 1.5, 2 "
        "and 4 %. In two companies the chance to leave falls or rises with size. “Largest customer” is the median "
        f"share of the base that one customer holds. {REPLICATES:,} replicates, Monte Carlo error up to .008; "
        f"widths are medians. t: the ratio's linearised error. Buckets: jackknife over {BUCKETS}. GRR, Wilson: a "
        "share kept of (Σx)²/Σx² effective customers (Kish). NRR, joined: that interval for what was kept and the "
        "t interval for what was added, put together by MOVER; both need no state beyond the nine sums.\n\nNo "
        "error estimated from revenue that moved can know of the giant that has not left yet, so t covers .40 to "
        ".95, buckets little more, and the rule “buckets where one customer holds more than 5 %” does not save "
        "them. The shorter the window, the worse: with no change at all t has no width. Wilson on effective "
        "customers asks how large the *customers* are, not what they did, and holds everywhere, at the price of "
        "the width that skewed revenue really has."
    )
    return Table("revenue", "Revenue retention", about, columns, tuple(rows))
