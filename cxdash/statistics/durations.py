"""How long does it usually take? The median of times from counts by bin, with its interval; some times cut short.

Times are skewed, so the usual one is the median, and medians do not add up over days. Counts by fixed bins do. Within
a bin times are taken as spread evenly, so a median from bins an eighth wide is within a few percent of the one from
the rows, and equal to it where bins hold single values.

Some times end before what was waited for: a customer hangs up after 90 seconds and would have waited longer to be
served. Leaving those out makes waits look short exactly when they are long. The life-table form of Kaplan and Meier's
curve uses what is known of them: that up to then they had not been served. It holds if those who give up would have
been served neither sooner nor later than others who had waited as long.

The interval is Woodruff's: limits of the share that is served by the median, turned into times. The share's limits
are those of the sign test, on Kaplan and Meier's effective number of answers, divided by the design effect.

Do not use it for a mean, for times beyond the last bin, or where most gave up: then there is no median, and NaN.

Source: Woodruff 1952; Kaplan & Meier 1958; Klein & Moeschberger 2003 (4.2, 5.4); Efron 1967 (the end of the curve);
Dorey & Korn 1987 (effective number); Brown et al. 2005 (waits of a call centre, censored by abandonment).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root, together
from cxdash.statistics.distributions import Z95

_HALF = 0.5
_ROUNDING = 1e-12


class MedianTime(NamedTuple):
    """The median, its limits and its variance (seconds squared) if answers were independent; and the effective n."""

    median: Floats
    low: Floats
    high: Floats
    variance: Floats
    n_eff: Floats


def median_time(
    served: Numbers, gave_up: Numbers, boundaries: Numbers, *, z: Numbers = Z95, deff: Numbers = 1.0
) -> MedianTime:
    """The time by which half would have been served, from counts by bin.

    Args:
        served: how many were served after a time in each bin, shape (cells, bins).
        gave_up: how many left unserved in each bin; zeros where every time is complete.
        boundaries: where the bins begin and end, shape (bins + 1,), ascending.
        z: normal quantile of the level, one for all or one for each cell.
        deff: design effect, one for all or one for each cell.

    Returns:
        One MedianTime for each cell, in the unit of `boundaries`. Limits end at the shortest and longest time seen.
        NaN where nobody was there, and where more than half had given up before anybody's median.
    """
    d, c = together(served, gave_up)
    ends = floats(boundaries)
    done, risk = _share_done(d, c)
    n = (d + c).sum(axis=-1)
    median = time_reached(served, gave_up, ends, _HALF)
    known = np.isfinite(median)
    independent = np.where(known, np.minimum(n, _effective(done, risk)), n)
    whole = _to_the_end(done, d + c)
    # where there is no median nothing is asked of the curve
    whole = np.where(known[..., None], whole, np.linspace(0.0, 1.0, whole.shape[-1]))
    size = np.where(known & (independent > 0), independent, 1.0)
    reach, one = (np.minimum(x * _HALF / root(size), _HALF) for x in (floats(z) * root(deff), 1.0))
    low, high = (_inverse(whole, ends, _HALF + side * reach) for side in (-1, 1))
    spread = (_inverse(whole, ends, _HALF + one) - _inverse(whole, ends, _HALF - one)) / 2
    return MedianTime(
        median,
        np.where(known, np.minimum(low, median), np.nan),
        np.where(known, np.maximum(high, median), np.nan),
        np.where(known, spread**2, np.nan),
        independent / floats(deff),
    )


def time_reached(served: Numbers, gave_up: Numbers, boundaries: Numbers, probability: Numbers) -> Floats:
    """The time by which this share would have been served.

    Args:
        served: how many were served after a time in each bin, shape (cells, bins).
        gave_up: how many left unserved in each bin.
        boundaries: where the bins begin and end, shape (bins + 1,), ascending.
        probability: 0..1, one for all or one for each cell.

    Returns:
        One time for each cell; NaN where nobody was there, a count is negative or missing, or the share is not reached.
    """
    d, c = together(served, gave_up)
    done, _ = _share_done(d, c)
    share = np.broadcast_to(floats(probability), done.shape[:-1])
    counted = np.all((d >= 0) & (c >= 0), axis=-1) & ((d + c).sum(axis=-1) > 0)
    reached = counted & (share >= 0) & (share <= done[..., -1] + _ROUNDING)
    curve = np.where(reached[..., None], done, np.linspace(0.0, 1.0, done.shape[-1]))
    return np.where(reached, _inverse(curve, floats(boundaries), np.where(reached, share, _HALF)), np.nan)


def _share_done(d: Floats, c: Floats) -> tuple[Floats, Floats]:
    """Share served by the end of each bin, (cells, bins + 1), and those at risk within it.

    Of those who gave up in a bin half count as at risk in it, as they left in its middle on average.
    """
    leaving = d + c
    remaining = np.cumsum(leaving[..., ::-1], axis=-1)[..., ::-1]
    risk = remaining - c / 2
    left = np.cumprod(np.where(risk > 0, 1.0 - np.minimum(divide(d, risk), 1.0), 1.0), axis=-1)
    return np.concatenate([np.zeros_like(left[..., :1]), 1.0 - left], axis=-1), risk


def _to_the_end(done: Floats, leaving: Floats) -> Floats:
    """The curve with the longest time seen counted as served, however it ended (Efron 1967)."""
    over = np.cumsum(leaving[..., ::-1], axis=-1)[..., ::-1] <= 0
    ended = np.concatenate([over, np.ones_like(over[..., :1])], axis=-1)
    return np.where(ended, 1.0, done)


def _effective(done: Floats, risk: Floats) -> Floats:
    """How many complete times would tell the share served by the median as well: .25 over Greenwood's variance."""
    before = 1.0 - done[..., :-1]
    after = np.maximum(1.0 - done[..., 1:], _HALF)
    lost = np.where(before > _HALF, divide(before - after, before), 0.0)
    hazard = np.sum(np.where(lost > 0, divide(lost, (1.0 - lost) * risk), 0.0), axis=-1)
    return divide(1.0, hazard)


def _inverse(curve: Floats, ends: Floats, share: Numbers) -> Floats:
    """Where a rising curve reaches the share, straight between the ends; the middle where it rests on it.

    Where it rests on the share for good (nobody is left) or has not risen yet, the end that somebody was seen at.
    """
    at = np.broadcast_to(floats(share), curve.shape[:-1])[..., None]
    reaching, above = curve >= at - _ROUNDING, curve > at + _ROUNDING
    earliest = _crossed(curve, ends, at, np.argmax(reaching, axis=-1))
    latest = _crossed(curve, ends, at, np.argmax(above, axis=-1))
    earliest = np.where(at[..., 0] <= 0, latest, earliest)
    return (earliest + np.where(above.any(axis=-1), latest, earliest)) / 2


def _crossed(curve: Floats, ends: Floats, at: Floats, position: NDArray[np.intp]) -> Floats:
    """The time at which the curve crosses the share within the bin that ends at each position."""
    place = np.maximum(position, 1)[..., None]
    above = np.take_along_axis(curve, place, axis=-1)
    below = np.take_along_axis(curve, place - 1, axis=-1)
    part = np.clip(np.where(above > below, divide(at - below, above - below), 1.0), 0.0, 1.0)
    return floats(ends[place - 1] + part * (ends[place] - ends[place - 1]))[..., 0]
