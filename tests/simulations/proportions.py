"""Shares (CSAT, easy answers, response rate): exact coverage of one share and of a difference (methods 2.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from scipy.special import gammaln

from cxdash.statistics.differences import mover
from cxdash.statistics.distributions import Z95
from cxdash.statistics.intervals import clopper_pearson, wilson
from tests.simulations.nps_samples import Floats, holds
from tests.simulations.tables import Table

SIZES = (10, 30, 100, 1000)
PAIR_SIZES = ((10, 10), (10, 40), (30, 30), (20, 60), (100, 10), (100, 100), (30, 1000), (1000, 1000))
DEFAULT = "**Wilson (default)**"
DIFFERENCE_DEFAULT = "**difference, Newcombe (default)**"

SHARES = np.arange(5, 96) / 100
"""Every whole percent from 5 (a poor response rate) to 95 (a very good CSAT)."""

RARE = np.arange(5, 50, 5) / 1000
"""0.5 … 4.5 %: monthly churn, answers without text, refunds."""

PAIR_SHARES = np.array([0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95])
"""All 100 ordered pairs of these are compared."""

Method: TypeAlias = Callable[[Floats, int], tuple[Floats, Floats]]


def wald(x: Floats, n: int) -> tuple[Floats, Floats]:
    """The textbook's p ± z sqrt(p(1 - p)/n), for comparison only."""
    share = x / n
    half = Z95 * np.sqrt(share * (1 - share) / n)
    return share - half, share + half


METHODS: dict[str, Method] = {"Wald": wald, "Clopper-Pearson": clopper_pearson, DEFAULT: wilson}


def chances(n: int, shares: Floats) -> Floats:
    """The binomial probability of 0 … n for each share, shape (shares, n + 1)."""
    x = np.arange(n + 1.0)
    ways = gammaln(n + 1.0) - gammaln(x + 1) - gammaln(n - x + 1)
    return np.asarray(np.exp(ways + x * np.log(shares)[:, None] + (n - x) * np.log1p(-shares)[:, None]))


def exact_coverage(n: int, method: Method, shares: Floats = SHARES) -> tuple[Floats, Floats]:
    """Coverage and mean width (percentage points) for each share."""
    low, high = method(np.arange(n + 1.0), n)
    chance = chances(n, shares)
    width = 100 * chance @ (np.minimum(high, 1) - np.maximum(low, 0))
    return (chance * holds(low, high, shares[:, None])).sum(axis=1), width


def exact_difference(n1: int, n2: int, method: Method) -> tuple[Floats, Floats, Floats]:
    """Coverage, chance of an interval without zero, and mean width for each ordered pair of PAIR_SHARES."""
    first, second = np.arange(n1 + 1.0)[:, None], np.arange(n2 + 1.0)[None, :]
    _, low, high = mover(first / n1, *method(first, n1), second / n2, *method(second, n2))
    chance1, chance2 = chances(n1, PAIR_SHARES), chances(n2, PAIR_SHARES)
    differences = np.round(np.subtract.outer(PAIR_SHARES, PAIR_SHARES), 9)
    covered = np.empty(differences.shape)
    for truth in np.unique(differences):
        here = differences == truth
        covered[here] = (chance1 @ holds(low, high, truth) @ chance2.T)[here]
    apart = chance1 @ ((low > 0) | (high < 0)) @ chance2.T
    return covered, apart, 100 * chance1 @ (high - low) @ chance2.T


def study() -> Table:
    """Mean and worst case over the shares, and size over the pairs of equal shares."""
    rows: list[tuple[str | float, ...]] = []
    for prefix, shares, n in [("", SHARES, n) for n in SIZES] + [("rare: ", RARE, n) for n in SIZES]:
        for name, method in METHODS.items():
            held, width = exact_coverage(n, method, shares)
            low = float((held < 0.93).mean())
            summary = (float(held.mean()), float(held.min()), low, np.nan, f"{width.mean():.1f}")
            rows.append((str(n), prefix + name, *summary))
    for n1, n2 in PAIR_SIZES:
        for name, method in (("difference, Wald", wald), (DIFFERENCE_DEFAULT, wilson)):
            held, apart, width = exact_difference(n1, n2, method)
            low, size = float((held < 0.93).mean()), float(apart.diagonal().max())
            summary = (float(held.mean()), float(held.min()), low, size, f"{width.mean():.1f}")
            rows.append((f"{n1}, {n2}", name, *summary))
    about = (
        "Exact, by enumerating all counts: one share at every whole percent from 5 to 95, rare shares from 0.5 to "
        "4.5 %, differences between all 100 ordered pairs of the shares 5, 15, … 95 %. “Size” is the largest chance "
        "that the interval of a difference of equal shares excludes zero (.05 is promised). Coverage of a share "
        "jumps with the share because counts are whole numbers; no method that always gives the same interval for "
        "the same counts avoids that, and Clopper-Pearson's guarantee of at least 95 % costs width."
    )
    columns = ("n", "method", "mean coverage", "worst", "shares below .93", "size", "mean width (points)")
    return Table("proportions", "Shares: CSAT, easy answers, response rate", about, columns, tuple(rows))
