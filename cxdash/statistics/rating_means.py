"""How sure are we of a mean of ratings? The score interval of a mean on a bounded scale, from its histogram.

The t interval assumes a roughly normal spread. Ratings are bounded and lopsided: with ten or thirty answers, most at
the top, the t interval holds the truth in far fewer than 95 of a hundred samples, and where all agree it has no width.
The score interval asks of each possible mean whether the sample would be surprising if it were true, using the
likeliest histogram that has this mean. On the scale -1, 0, 1 it is Tango's interval of NPS, on two points Wilson's. Not
for measurements without a scale (times, money): those have no histogram.

Source: the construction of Tango 1998 for any number of scores; Penfield 2003, Psychological Methods 8(2), for score
intervals of rating means; Owen 2001, 2.4, for the one-parameter family of restricted histograms.
"""

from __future__ import annotations

import numpy as np

from cxdash.statistics.arrays import Floats, Numbers, divide, floats
from cxdash.statistics.differences import Difference, mover, mover_p
from cxdash.statistics.distributions import Z95
from cxdash.statistics.roots import crossing

_EMPTY_END = 1e-12
"""What stands for no answer at the end of the scale, as a share: the likeliest histogram may put some there."""

_TILTS = (-60.0, 40.0)
"""Where the logarithm of the tilt is sought: from all answers at the end to the observed histogram."""


def rating_mean(counts: Numbers, scores: Numbers) -> Floats:
    """The mean rating, NaN where nobody answered; counts (cells, scores) may be effective."""
    counts = floats(counts)
    n = counts.sum(axis=-1)
    return divide(counts @ floats(scores), np.where(n > 0, n, np.nan))


def rating_mean_interval(counts: Numbers, scores: Numbers, *, z: Numbers = Z95) -> tuple[Floats, Floats]:
    """The score interval of a mean rating.

    Args:
        counts: how many gave each score, shape (cells, scores); divided by the design effect where answers cluster.
        scores: the whole scale in rising order, also scores nobody gave, shape (scores,).
        z: normal quantile of the level, for all or for each cell.

    Returns:
        (low, high), shape (cells,), inside the scale and around the mean; NaN where nobody answered.
    """
    counts, scores = floats(counts), floats(scores)
    z = np.broadcast_to(floats(z), counts.shape[:-1])
    return _low(counts, scores - scores[0], z) + scores[0], scores[-1] - _low(
        counts[..., ::-1], scores[-1] - scores[::-1], z
    )


def rating_mean_difference(first: Numbers, second: Numbers, scores: Numbers) -> Difference:
    """The difference of two mean ratings, MOVER on score intervals; first minus second."""
    first, second = np.broadcast_arrays(floats(first), floats(second))
    e1, e2 = rating_mean(first, scores), rating_mean(second, scores)
    diff, low, high = mover(e1, *rating_mean_interval(first, scores), e2, *rating_mean_interval(second, scores))
    p = mover_p(
        lambda z: rating_mean_interval(first, scores, z=z), lambda z: rating_mean_interval(second, scores, z=z), e1, e2
    )
    return Difference(diff, low, high, p)


def _low(counts: Floats, steps: Floats, z: Floats) -> Floats:
    """The lower limit above the low end of the scale, `steps` being the scores above that end.

    The likeliest histogram with a lower mean has shares proportional to n_k / (tilt + step_k); the mean falls from
    the observed one to the end as the tilt falls from infinity to 0. Sums are of positive terms, so nothing cancels.
    """
    n = counts.sum(axis=-1)
    n = np.where((n > 0) & (counts >= 0).all(axis=-1), n, np.nan)
    shares = divide(counts, n[..., None])
    mean = shares @ steps
    extra = np.where(shares[..., 0] > 0, 0.0, _EMPTY_END)
    squares = shares * (steps - mean[..., None]) ** 2
    critical = divide(z**2, n)

    def fallen(log_tilt: Floats) -> tuple[Floats, Floats]:
        """How far the mean has fallen, and the variance, at this tilt."""
        tilt = np.exp(log_tilt)
        weight = 1 / (tilt[..., None] + steps)
        at_end = extra / tilt
        tilted = shares * weight
        total = tilted.sum(axis=-1) + at_end
        fall = ((squares * weight).sum(axis=-1) / (tilt + mean) + at_end * mean) / total
        centre = mean - fall
        spread = (tilted * (steps - centre[..., None]) ** 2).sum(axis=-1) + at_end * centre**2
        return fall, spread / total

    def surprise(log_tilt: Floats) -> Floats:
        """Positive where the mean has fallen too far to be plausible; close to a straight line in the log tilt."""
        fall, variance = fallen(log_tilt)
        return np.log(np.maximum(fall**2, 1e-300)) - np.log(np.maximum(critical * variance, 1e-300))

    near, far = (np.full(n.shape, end) for end in _TILTS)
    found = crossing(surprise, near, far, at_low=surprise(near), at_high=surprise(far))
    limit = mean - fallen(np.where(np.isnan(found), 0.0, found))[0]
    limit = np.where(np.isnan(found), np.nan, np.clip(limit, 0.0, mean))
    return np.where(mean == 0, 0.0, np.where(z == 0, mean, limit))
