"""Scanning sixty cells: what the correction promises, and why the small-sample p matters (methods 8.2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxdash.statistics.differences import mover, nps_difference
from cxdash.statistics.discoveries import benjamini_hochberg, benjamini_yekutieli
from cxdash.statistics.distributions import normal_quantile, two_sided_normal
from cxdash.statistics.intervals import nps_score_interval, nps_value, nps_variance
from tests.simulations.tables import Table

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SCANS, CELLS, CHANGED = 4000, 60, 6
Q = 0.10
LEVEL, CHANGE, PASSIVES = 0.30, 0.25, 0.30
_CANDIDATE = float(normal_quantile(1 - Q / 2))


def answers(rng: np.random.Generator, n: int, level: Floats) -> list[Floats]:
    """Detractors, passives and promoters of each cell."""
    shares = np.stack([(1 - PASSIVES - level) / 2, np.full(level.shape, PASSIVES), (1 - PASSIVES + level) / 2], axis=-1)
    counts = rng.multinomial(n, shares)
    return [counts[..., kind].astype(float) for kind in range(3)]


def p_of_inversion(now: list[Floats], before: list[Floats]) -> Floats:
    """P-values of the default difference of two NPS.

    A p above q is adjusted to something above q whatever the others are, so only those that the interval at q shows to
    lie below are inverted; the others are set to 1. That decides every cell alike and is ten times faster.
    """
    first = (nps_value(*now), *nps_score_interval(*now, z=_CANDIDATE))
    second = (nps_value(*before), *nps_score_interval(*before, z=_CANDIDATE))
    _, low, high = mover(*first, *second)
    near = (low >= 0) | (high <= 0)
    p = np.ones(near.shape)
    p[near] = nps_difference(*(count[near] for count in (*now, *before))).p
    return p


def p_of_wald(now: list[Floats], before: list[Floats]) -> Floats:
    """P-values of the textbook z test; 1 where neither period varies and nothing differs."""
    diff = nps_value(*now) - nps_value(*before)
    se = np.sqrt(nps_variance(*now) / sum(now) + nps_variance(*before) / sum(before))
    return np.where(se > 0, two_sided_normal(diff / np.where(se > 0, se, 1.0)), np.where(diff == 0, 1.0, 0.0))


def study() -> Table:
    """Share of scans with a finding where nothing changed, and the power where six cells did."""
    rows = []
    for n in (20, 50, 200):
        rng = np.random.default_rng(82 + n)
        still = np.full((SCANS, CELLS), LEVEL)
        moved = still.copy()
        moved[:, :CHANGED] -= CHANGE
        before, now = answers(rng, n, still), answers(rng, n, still)
        fallen = answers(rng, n, moved)
        for name, test in (("inversion (default)", p_of_inversion), ("Wald", p_of_wald)):
            quiet, real = test(now, before), test(fallen, before)
            found = benjamini_hochberg(real) <= Q
            careful = benjamini_yekutieli(real) <= Q
            false = found[:, CHANGED:].sum(axis=1) / np.maximum(found.sum(axis=1), 1)
            rows.append(
                (
                    n,
                    name,
                    f"{(quiet < 0.05).sum(axis=1).mean():.1f}",
                    float((benjamini_hochberg(quiet) <= Q).any(axis=1).mean()),
                    float((benjamini_yekutieli(quiet) <= Q).any(axis=1).mean()),
                    float(found[:, :CHANGED].mean()),
                    float(careful[:, :CHANGED].mean()),
                    float(false.mean()),
                )
            )
    about = (
        f"{SCANS:,} scans of {CELLS} cells with n answers in each of two periods, NPS 30. First nothing changes: "
        "how many cells have p < .05 without a correction, and in which share of scans Benjamini–Hochberg (BH) "
        "at q = .10 or Benjamini–Yekutieli (BY) finds anything, which then is the false discovery rate (Monte "
        f"Carlo error .005 at .10). Then {CHANGED} cells lose 25 points: the share of these that is found, and "
        "the share of false ones among BH's findings."
    )
    columns = (
        "n per period",
        "p from",
        "p < .05 per scan",
        "FDR of BH",
        "FDR of BY",
        "power of BH",
        "power of BY",
        "false among found",
    )
    return Table("many_cells", "Many cells at once: the false discovery rate", about, columns, tuple(rows))
