"""Churn over a window: coverage of the product-limit interval (default) and of two others (methods 3.2).

Without joining customers the estimate and its error depend on the number of losses alone (the Greenwood sum
telescopes), so coverage is exact, by enumerating them. With joining customers (left truncation) days are simulated.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cxdash.statistics.intervals import clopper_pearson, wilson
from cxdash.statistics.survival import DAYS_A_MONTH, Churn, person_time, product_limit
from tests.simulations.tables import Table

Floats = NDArray[np.float64]
Limits = tuple[Floats, Floats]

MONTHLY = (0.01, 0.02, 0.03, 0.05, 0.08, 0.10, 0.15)
"""Churn of an average month, from a bank's accounts to a young subscription service."""

WINDOWS = (28, 91)
OPENING = (10, 30, 100, 1000)
JOINING = 0.10
"""Customers joining in a month, as a share of the opening customers."""

REPLICATES = 5_000


def daily_hazard(monthly: float) -> float:
    """The share lost each day that adds up to this share in an average month."""
    return float(1 - (1 - monthly) ** (1 / DAYS_A_MONTH))


def histories(rng: np.random.Generator, opening: int, hazard: float, days: int) -> tuple[Floats, Floats]:
    """Customers at risk and lost on each day, shape (replicates, days), with customers joining all along."""
    at_risk, lost = np.empty((REPLICATES, days)), np.empty((REPLICATES, days))
    customers = np.full(REPLICATES, opening)
    for day in range(days):
        at_risk[:, day] = customers
        lost[:, day] = rng.binomial(customers, hazard)
        joined = rng.poisson(opening * JOINING / DAYS_A_MONTH, REPLICATES)
        customers = customers - lost[:, day].astype(int) + joined
    return at_risk, lost


def effective_counts(found: Churn, at_risk: Floats) -> Limits:
    """(lost, customers) of the simple sample with the same churn and the same Greenwood error; mean at risk without."""
    usable = found.se > 0
    spread = np.where(usable, found.se, 1.0) ** 2
    size = np.where(usable, found.churn * (1 - found.churn) / spread, at_risk.mean(axis=1))
    return found.churn * size, size


def judge(at_risk: Floats, lost: Floats, chance: Floats, hazard: float, days: int) -> dict[str, Floats]:
    """For each method: chance to hold the truth, to lie above it, to lie below it, and the mean width."""
    truth = 1 - (1 - hazard) ** days
    found = product_limit(at_risk, lost)
    counts = effective_counts(found, at_risk)
    rate = person_time(lost.sum(axis=1), at_risk.sum(axis=1))
    methods = {
        "log-log": ((found.low, found.high), truth),
        "Wilson": (wilson(*counts), truth),
        "exact": (clopper_pearson(*counts), truth),
        "rate": ((rate.low, rate.high), hazard),
    }
    judged = {}
    for name, ((low, high), true) in methods.items():
        # an interval that does not exist (everybody lost) counts as a failure
        held = (low <= true + 1e-12) & (true - 1e-12 <= high)
        width = np.where(np.isnan(high), 0.0, high - low)
        judged[name] = np.array(
            [chance @ held, chance @ (low > true + 1e-12), chance @ (high < true - 1e-12), chance @ width]
        )
    return judged


def settings(rng: np.random.Generator, opening: int, days: int, joining: bool) -> dict[str, Floats]:
    """What `judge` says for every monthly churn, shape (churns, 4) for each method."""
    results = []
    for monthly in MONTHLY:
        hazard = daily_hazard(monthly)
        if joining:
            at_risk, lost = histories(rng, opening, hazard, days)
            chance = np.full(REPLICATES, 1 / REPLICATES)
            results.append(judge(at_risk, lost, chance, hazard, days))
        else:
            results.append(_exact(opening, hazard, days))
    return {name: np.stack([result[name] for result in results]) for name in results[0]}


def _exact(opening: int, hazard: float, days: int) -> dict[str, Floats]:
    """Every number of losses with its binomial chance; the rate, whose exposure depends on the days, is simulated."""
    total = np.arange(opening + 1.0)
    chance = stats.binom.pmf(total, opening, 1 - (1 - hazard) ** days)
    judged = judge(np.full((opening + 1, 1), float(opening)), total[:, None], chance, hazard, days)
    judged["rate"] = np.full(4, np.nan)
    return judged


def study() -> Table:
    """Mean over the monthly churns, the worst of them, where the default errs, and two other methods."""
    rng = np.random.default_rng(302)
    rows = []
    for opening in OPENING:
        for days in WINDOWS:
            for joining in (False, True):
                judged = settings(rng, opening, days, joining)
                default, second, exact = judged["log-log"], judged["Wilson"], judged["exact"]
                rows.append(
                    (
                        opening,
                        days,
                        f"{JOINING:.0%} a month" if joining else "none",
                        float(default[:, 0].mean()),
                        float(default[:, 0].min()),
                        float(default[:, 1].mean()),
                        float(default[:, 2].mean()),
                        f"{100 * default[:, 3].mean():.1f}",
                        float(second[:, 0].mean()),
                        float(second[:, 0].min()),
                        f"{100 * second[:, 3].mean():.1f}",
                        float(exact[:, 0].mean()),
                        float(judged["rate"][:, 0].mean()),
                    )
                )
    columns = (
        "customers at the start", "days", "joining", "mean coverage (log-log, default)", "worst", "misses above",
        "misses below", "width (pp)", "Wilson, effective n", "its worst", "its width (pp)",
        "Clopper-Pearson, effective n", "customer-day rate (Garwood)",
    )  # fmt: skip
    churns = ", ".join(f"{100 * share:.0f}" for share in MONTHLY)
    about = (
        f"Monthly churn {churns} %; every day each customer leaves with the same chance. Without joining customers "
        f"coverage is exact (every number of losses enumerated); with them {REPLICATES:,} replicates for each "
        "churn, Monte Carlo error of a mean .001. Coverage is the mean over the monthly churns, “worst” the churn "
        "where it is lowest. “Misses above”: the whole interval lies above the truth.\n\nThe log-log interval "
        "keeps its promise on average, from ten customers on. What it misses at few losses it misses on one side: "
        "after an unlucky loss or two among a handful it starts too high, and its upper limit is longer than it "
        "need be. Wilson on effective counts (the simple sample with the same Greenwood error) is up to a sixth "
        "narrower at ten customers and as good on average, but worse in its worst case; the exact interval on "
        "those counts is never short and too wide below a hundred customers. The rate (losses for each "
        "customer-day, Garwood) is exact by construction, therefore too wide at few losses; it is only simulated "
        "where customers join."
    )
    return Table("churn", "Churn over a window", about, columns, tuple(rows))
