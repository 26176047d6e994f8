"""Is a day's delivery of data plausible? Volumes against the same weekdays, mean scores against the weeks before.

For deciding whether what was loaded is whole, not whether customers are happier: `daily_chart` judges service. Volumes
are counts with a rhythm, bursts and holidays, so their centre and spread are medians, which a few odd days do not
move, and the spread is never smaller than counting itself allows. A mean score varies by sampling and by what days
differ in; the second part is what the first leaves over of the variance between days (DerSimonian & Laird's idea with
equal weights).

Source: Rousseeuw & Croux 1993 (median absolute deviation); Elementary's and dbt's volume checks use the same frame.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root

MAD_TO_SD = 1.4826
"""A normal distribution's standard deviation in median absolute deviations: 1 / its quantile at .75."""

LEAST_SPREAD = 0.03
"""Share of the usual volume below which no company's days vary, whatever a short history says."""


class DayScore(NamedTuple):
    """A day's mean score, the mean of the days before, and how many standard errors lie between."""

    mean: Floats
    usual: Floats
    z: Floats


def usual_volume(counts: Numbers) -> Floats:
    """The median of comparable days, over the last axis; NaN days are left out, NaN where none is known."""
    given = floats(counts)
    some = np.asarray((~np.isnan(given)).any(axis=-1))
    if given.shape[-1] == 0:
        return np.full(given.shape[:-1], np.nan)
    return np.where(some, np.nanmedian(np.where(some[..., None], given, 0.0), axis=-1), np.nan)


def volume_z(count: Numbers, usual: Numbers, history: Numbers) -> Floats:
    """How many robust standard deviations a day's volume lies from what is usual for it.

    Args:
        count: rows of the day.
        usual: what is usual for its weekday (`usual_volume`).
        history: each day of the weeks before over what was usual for it, on the last axis; NaN days are left out.

    Returns:
        (count/usual - 1) over the larger of 1.4826 median |ratio - 1|, the 1/sqrt(usual) of a Poisson count, and
        .03; NaN where nothing is usual or there is no history.
    """
    expected = np.where(floats(usual) > 0, floats(usual), np.nan)
    robust = MAD_TO_SD * usual_volume(np.abs(floats(history) - 1.0))
    spread = np.where(
        np.isnan(robust), np.nan, np.maximum(np.maximum(robust, root(divide(1.0, expected))), LEAST_SPREAD)
    )
    return divide(floats(count) / expected - 1.0, spread)


def day_score(n: Numbers, total: Numbers, past_n: Numbers, past_total: Numbers, past_squares: Numbers) -> DayScore:
    """A day's mean score against the weeks before.

    The error of the day is sqrt(s^2/n + between), s^2 the variance of one answer over all past answers, and between the
    variance of past daily means beyond sampling, cut at zero.

    Args:
        n: answers of the day.
        total: the sum of their scores.
        past_n: answers of each past day, on the last axis, above 0.
        past_total: their sums.
        past_squares: their sums of squares.

    Returns:
        z is NaN where the past scores do not vary at all, or there is nobody on the day.
    """
    sizes, totals = floats(past_n), floats(past_total)
    answers = sizes.sum(axis=-1)
    usual = divide(totals.sum(axis=-1), answers)
    variance = divide(floats(past_squares).sum(axis=-1), answers) - usual**2
    beyond = (divide(totals, sizes) - usual[..., None]) ** 2 - divide(variance[..., None], sizes)
    between = np.maximum(divide(beyond.sum(axis=-1), float(sizes.shape[-1])), 0.0)
    mean = divide(total, n)
    error = root(divide(variance, n) + between)
    return DayScore(mean, usual, divide(mean - usual, error))
