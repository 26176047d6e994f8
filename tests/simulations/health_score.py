"""The health score: what ignoring the correlation of its components costs, and what happens near a cut (methods 9)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxdash.statistics.buckets import jackknife, jackknife_covariance, t_interval
from cxdash.statistics.composite import composite
from cxdash.statistics.distributions import normal_quantile
from tests.simulations.tables import Table

Floats = NDArray[np.float64]

REPLICATES, BUCKETS = 3000, 32
FLOOR, TARGET = np.array([0.0, 60.0, 50.0, 4.0]), np.array([50.0, 90.0, 80.0, 1.0])
WEIGHTS = np.array([0.30, 0.25, 0.15, 0.30])
LOADING = 0.8
"""Of each of the three answers on one mood: latent correlations of .64 between them."""

EXPOSED = 20
"""Churn is counted on so many customers for each who answers."""


@dataclass(frozen=True)
class Setting:
    """A company: true NPS, CSAT (%), first-contact resolution (%) and monthly churn (%)."""

    name: str
    truth: tuple[float, float, float, float]


SETTINGS = (
    Setting("all inside", (32.0, 82.0, 68.0, 2.1)),
    Setting("CSAT well above its target", (32.0, 95.0, 68.0, 2.1)),
    Setting("CSAT exactly at its target", (32.0, 90.0, 68.0, 2.1)),
    Setting("NPS and CSAT at their targets", (50.0, 90.0, 68.0, 2.1)),
    Setting("NPS at its floor", (0.0, 82.0, 68.0, 2.1)),
)


def answers(setting: Setting, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """What n customers say: sums of their NPS (-100, 0, 100), CSAT and FCR (0, 100), and counts.

    Returns:
        (sums, counts), shapes (replicates, buckets, 3) and (replicates, buckets).
    """
    nps, csat, fcr, _ = setting.truth
    promoters = (0.70 + nps / 100) / 2
    mood = rng.standard_normal((REPLICATES, n, 1))
    feeling = LOADING * mood + np.sqrt(1 - LOADING**2) * rng.standard_normal((REPLICATES, n, 3))
    cut = normal_quantile(np.array([1 - promoters, 0.70 - promoters, 1 - csat / 100, 1 - fcr / 100]))
    said = np.stack(
        [
            100.0 * ((feeling[..., 0] > cut[0]).astype(float) - (feeling[..., 0] < cut[1])),
            100.0 * (feeling[..., 1] > cut[2]),
            100.0 * (feeling[..., 2] > cut[3]),
        ],
        axis=-1,
    )
    place = (np.arange(REPLICATES)[:, None] * BUCKETS + rng.integers(0, BUCKETS, (REPLICATES, n))).ravel()
    sums = [np.bincount(place, said[..., k].ravel(), REPLICATES * BUCKETS) for k in range(3)]
    counts = np.bincount(place, minlength=REPLICATES * BUCKETS).astype(float)
    return np.stack(sums, axis=-1).reshape(REPLICATES, BUCKETS, 3), counts.reshape(REPLICATES, BUCKETS)


def components(setting: Setting, n: int, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Values (replicates, 4), values without each bucket (replicates, buckets, 4), which buckets hold anybody."""
    sums, counts = answers(setting, n, rng)
    exposed = rng.multinomial(EXPOSED * n, np.full(BUCKETS, 1 / BUCKETS), REPLICATES)
    lost = rng.binomial(exposed, setting.truth[3] / 100)
    above = np.concatenate([sums, 100.0 * lost[..., None]], axis=-1)
    below = np.stack([counts, counts, counts, exposed.astype(float)], axis=-1)
    total_above, total_below = above.sum(axis=1, keepdims=True), below.sum(axis=1, keepdims=True)
    return (total_above / total_below)[:, 0], (total_above - above) / (total_below - below), counts > 0


def study() -> Table:
    """Coverage of the score's interval by three ways to its standard error."""
    rows = []
    nothing = np.zeros((1, 4, 4))
    for number, setting in enumerate(SETTINGS):
        truth = composite(np.array([setting.truth]), FLOOR, TARGET, WEIGHTS, nothing).score[0]
        for n in (30, 100, 300, 1000):
            x, without, occupied = components(setting, n, np.random.default_rng(900 + 10 * number + n))
            covariance = np.empty((REPLICATES, 4, 4))
            for i in range(4):
                for j in range(4):
                    covariance[:, i, j] = jackknife_covariance(
                        x[:, i], without[:, :, i], x[:, j], without[:, :, j], occupied=occupied
                    )
            alone = covariance * np.eye(4)
            score = composite(x, FLOOR, TARGET, WEIGHTS, nothing).score
            direct = jackknife(score, composite(without, FLOOR, TARGET, WEIGHTS, nothing).score, occupied=occupied)
            found = [composite(x, FLOOR, TARGET, WEIGHTS, one) for one in (alone, covariance)]
            limits = [(one.low, one.high) for one in found]
            limits.append(t_interval(score, direct, occupied.sum(axis=1)))
            covered = [float(((low <= truth + 1e-9) & (truth - 1e-9 <= high)).mean()) for low, high in limits]
            rows.append(
                (
                    setting.name,
                    n,
                    *covered,
                    f"{score.mean() - truth:+.1f}",
                    f"{score.std():.1f}",
                    f"{found[0].se.mean():.1f}",
                    f"{found[1].se.mean():.1f}",
                    f"{np.sqrt(direct).mean():.1f}",
                )
            )
    about = (
        f"{REPLICATES:,} replicates (Monte Carlo error .004). NPS, CSAT and first-contact resolution come from "
        f"the same n customers, latent correlation .64; churn from {EXPOSED} times as many. Weights .30, .25, "
        ".15, .30, floors and targets as in the methods. The same score has three intervals: with the "
        "components' variances alone, with their covariances from 32 buckets of customers (default), and from "
        "the score without each bucket in turn (Student's t). Then how far the score is off on average, what its "
        "standard deviation is and what each way takes it for.\n\n"
        "Without the correlation the standard error is a fifth too small. Where a true value lies exactly on a cut the "
        "score itself is biased, since it can only be cut one way; no standard error cures that, but the interval "
        "holds. With 30 answers every component is so uncertain that it is often cut by chance and then counts as "
        "known: the default interval holds the truth in 88 of 100 cases only, the jackknife of the score in 91; the "
        "product marks such a score as low base. A component well beyond its target adds nothing, rightly."
    )
    columns = (
        "setting",
        "n",
        "ignoring correlation",
        "**covariance from buckets (default)**",
        "bucket jackknife of the score",
        "bias",
        "SD",
        "SE ignoring",
        "SE default",
        "SE jackknife",
    )
    return Table("health_score", "The health score: correlated components and cuts", about, columns, tuple(rows))
