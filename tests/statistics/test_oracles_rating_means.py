"""The score interval of a mean rating against its definition: the likeliest histogram of a given mean, found anew.

By Lagrange a histogram of mean m has shares in proportion to n_k/(1 + t(x_k - m)); an end of the scale that nobody
chose takes what is missing once its denominator has reached zero. At a limit the observed mean lies z standard errors
of that histogram from m. Solved here by scipy for one m at a time.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

from cxdash.statistics.arrays import Floats
from cxdash.statistics.intervals import Z95, nps_score_interval, wilson
from cxdash.statistics.rating_means import rating_mean, rating_mean_interval

SCALES = ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7], list(range(11)))


def restricted_variance(counts: Floats, scores: Floats, mean: float) -> float:
    """The variance of one answer in the likeliest histogram of this mean, for a mean below the observed one."""
    share, off = counts / counts.sum(), scores - mean
    seen = share > 0
    most = 1 / -off[0]

    def surplus(tilt: float) -> float:
        return float(np.sum(share[seen] * off[seen] / (1 + tilt * off[seen])))

    if seen[0] or surplus(most * (1 - 1e-13)) < 0:
        tilt = optimize.brentq(surplus, 0.0, most * (1 - 1e-15), xtol=1e-16, rtol=1e-15, maxiter=500)
        missing = 0.0
    else:
        tilt, missing = most, surplus(most) / -off[0]
    shares = np.where(seen, share / np.where(seen, 1 + tilt * off, 1.0), 0.0)
    shares[0] += missing
    return float(shares @ off**2)


def histograms(seed: int) -> list[tuple[Floats, Floats]]:
    """40 histograms on the usual scales, of 2 to 3,000 answers, most with scores nobody gave."""
    rng = np.random.default_rng(seed)
    found = []
    while len(found) < 40:
        scores = np.array(SCALES[rng.integers(3)], dtype=float)
        counts = rng.multinomial(int(10 ** rng.uniform(0.4, 3.5)), rng.dirichlet(np.full(scores.size, 0.5)))
        if np.count_nonzero(counts) > 1:
            found.append((counts.astype(float), scores))
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_limits_solve_their_definition(seed: int) -> None:
    """At both limits of 40 histograms the distance of the observed mean is z standard errors, to 1e-9 of itself."""
    for counts, scores in histograms(seed):
        n, mean = counts.sum(), float(rating_mean(counts, scores))
        low, high = (float(v) for v in rating_mean_interval(counts, scores))
        assert scores[0] <= low < mean < high <= scores[-1]
        for c, x, limit in ((counts, scores, low), (counts[::-1], -scores[::-1], -high)):
            distance = (c @ x / n - limit) / np.sqrt(restricted_variance(c, x, limit) / n)
            assert distance == pytest.approx(Z95, rel=1e-9)


def test_two_points_are_wilson_and_three_are_tango() -> None:
    """On 0 and 1 the limits are those of a share, on -1, 0, 1 those of NPS: 100 random counts each."""
    rng = np.random.default_rng(4)
    counts = rng.integers(0, 80, (100, 3)) + np.array([1, 0, 0])
    share = np.array(rating_mean_interval(counts[:, [0, 2]], [0, 1]))
    assert share == pytest.approx(np.array(wilson(counts[:, 2], counts[:, 0] + counts[:, 2])), abs=1e-9)
    nps = np.array(rating_mean_interval(counts, [-1, 0, 1]))
    assert nps == pytest.approx(np.array(nps_score_interval(*counts.T)), abs=1e-9)
