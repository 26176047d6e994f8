"""Would a drop of hand-over continuity be noticed? Size and power of Newcombe's test, by enumeration (methods 4.4)."""

from __future__ import annotations

import numpy as np
from scipy import stats

from cxdash.statistics.differences import mover
from cxdash.statistics.intervals import wilson
from tests.simulations.tables import Table

BEFORE = 0.70
DROPS = (0.0, 0.05, 0.10)
JOURNEYS = (30, 100, 300, 1000)


def judge(journeys: int, before: float, after: float) -> tuple[float, float, float]:
    """Exactly: how often zero is excluded, how often the true difference is held, and the mean width."""
    seamless = np.arange(journeys + 1.0)
    low, high = wilson(seamless, journeys)
    share = seamless / journeys
    first, second = np.array([share, low, high])[:, :, None], np.array([share, low, high])[:, None, :]
    _, low, high = mover(*first, *second)
    chance = np.outer(stats.binom.pmf(seamless, journeys, before), stats.binom.pmf(seamless, journeys, after))
    true = before - after
    noticed, held = (low > 0) | (high < 0), (low <= true + 1e-12) & (true - 1e-12 <= high)
    return float((chance * noticed).sum()), float((chance * held).sum()), float((chance * (high - low)).sum())


def study() -> Table:
    """Each number of journeys per period with each drop."""
    rows = []
    for journeys in JOURNEYS:
        for drop in DROPS:
            noticed, held, width = judge(journeys, BEFORE, BEFORE - drop)
            rows.append((f"{journeys:,}", f"{100 * drop:.0f} pp", noticed, held, f"{100 * width / 2:.1f}"))
    about = (
        "Exact, by enumerating every pair of counts; no Monte Carlo error. Seamless journeys fall from "
        f"{BEFORE:.0%} by the drop; as many journeys in either period. “Noticed” is p < .05 (the interval of the "
        "difference excludes zero): the size of the test where the drop is 0, its power elsewhere. A drop of 5 "
        "points needs a thousand journeys in each period to be seen two times in three: do not read a quiet H of a "
        "small hand-over as “nothing happened”."
    )
    columns = ("journeys in each period", "drop", "noticed", "coverage of the difference", "mean half-width (pp)")
    return Table("handoffs", "Hand-over continuity: size and power", about, columns, tuple(rows))
