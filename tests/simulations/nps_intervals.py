"""NPS: exact coverage of the interval methods, by enumerating every sample of n answers (methods 1.3)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from cxdash.statistics.intervals import nps_adjusted_wald, nps_score_interval, nps_wald
from tests.simulations.nps_samples import Floats, chances, holds, nps_of, populations, samples, ways
from tests.simulations.tables import Table

SIZES = (5, 10, 30, 100, 200, 1000)
DEFAULT = "**score (default)**"

_GOODMAN_Z = 2.447746830680816
"""sqrt of the .95 quantile of chi-squared with 2 degrees of freedom."""

_METHODS: dict[str, Callable[..., tuple[Floats, Floats]]] = {
    "Wald": nps_wald,
    "Goodman": partial(nps_wald, z=_GOODMAN_Z),
    "Agresti-Min": partial(nps_adjusted_wald, pseudo=(0.5, 1.0, 0.5)),
    "adjusted Wald": nps_adjusted_wald,
    "Bonett-Price": partial(nps_adjusted_wald, pseudo=(1.0, 0.0, 1.0)),
    DEFAULT: nps_score_interval,
}


def exact_coverage(n: int) -> dict[str, tuple[Floats, Floats]]:
    """Coverage and mean width (points) of each method in each population; widths are cut to -100 … 100 points."""
    counts, shares = samples(n), populations()
    ordered = ways(counts)
    found = {name: (np.empty(len(shares)), np.empty(len(shares))) for name in _METHODS}
    limits = {name: tuple(np.clip(v, -1, 1) for v in method(*counts.T)) for name, method in _METHODS.items()}
    for place, (population, truth) in enumerate(zip(shares, nps_of(shares), strict=True)):
        chance = chances(counts, population, ordered)
        for name, (low, high) in limits.items():
            found[name][0][place] = chance @ holds(low, high, truth)
            found[name][1][place] = 100 * chance @ (high - low)
    return found


def study() -> Table:
    """Mean, worst case and width over the populations, exact to the last digit."""
    rows = [
        (n, name, float(held.mean()), float(held.min()), float((held < 0.93).mean()), f"{width.mean():.1f}")
        for n in SIZES
        for name, (held, width) in exact_coverage(n).items()
    ]
    about = (
        f"Exact coverage over {len(populations())} populations (NPS −60 … +90, passives 5 … 50 %, seven of them "
        "without a detractor or without a promoter), by enumerating all samples of n answers; no Monte Carlo error. "
        "“Worst” is the population where the interval does worst; widths are those of limits cut to −100 … 100. The "
        "methods (1.3) print the same table."
    )
    columns = ("n", "method", "mean coverage", "worst", "populations below .93", "mean width (points)")
    return Table("nps_intervals", "NPS, interval methods", about, columns, tuple(rows))
