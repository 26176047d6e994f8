"""What is normal for a weekday? Means of daily scores by weekday, and how far a normal day may lie from them.

Days of a score differ for three reasons that a chart must not confuse with news: few answers, the weekday, and an
ordinary variation from day to day that no number of answers takes away. The first is known from n, the other two are
learnt here from 8 to 13 weeks. `daily_chart` is what uses it; not for series with a trend or a season shorter than the
baseline, which all end up in the day-to-day variance.

Source: DerSimonian & Laird 1986, with weekdays as groups (metafor: DL, mods = weekday).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root, together


class WeekdayBaseline(NamedTuple):
    """What is normal: mean and its standard error by weekday (7, last axis), day-to-day variance, Cochran's Q."""

    mean: Floats
    se: Floats
    tau2: Floats
    q: Floats


def weekday_baseline(y: Numbers, v: Numbers, weekday: ArrayLike) -> WeekdayBaseline:
    """Learn what is normal from 8 to 13 weeks of days.

    Args:
        y: daily scores, shape (series, days) or (days,); NaN days (too few answers, special causes) are left out.
        v: their sampling variances, pooled variance of one answer / n.
        weekday: 0..6 for each day, shape (days,): all series share the calendar.

    Returns:
        A WeekdayBaseline. Weekdays without a day are NaN; tau2 is 0 where days vary no more than sampling, and NaN
        where no weekday came twice.
    """
    y, v = together(y, v)
    day = np.asarray(weekday, dtype=np.intp)
    member = (day[:, None] == np.arange(7)).astype(np.float64)
    known = ~np.isnan(y) & (v > 0)
    w, y = np.where(known, divide(1.0, v), 0.0), np.where(known, y, 0.0)
    total, squares = w @ member, w**2 @ member
    mean = divide((w * y) @ member, total)
    q = np.sum(np.where(known, w * (y - np.take(mean, day, axis=-1)) ** 2, 0.0), axis=-1)
    spare = known.sum(axis=-1) - np.count_nonzero(total, axis=-1)
    scale = np.sum(total - np.where(total > 0, divide(squares, total), 0.0), axis=-1)
    tau2 = np.where(spare > 0, np.maximum(divide(q - spare, np.where(scale > 0, scale, np.nan)), 0.0), np.nan)
    refit = np.where(known, divide(1.0, v + np.where(np.isnan(tau2), 0.0, tau2)[..., None]), 0.0)
    weight = refit @ member
    return WeekdayBaseline(divide((refit * y) @ member, weight), root(divide(1.0, weight)), tau2, q)


def weekday_z(baseline: WeekdayBaseline, y: Numbers, v: Numbers, weekday: ArrayLike) -> Floats:
    """How many standard deviations each new day lies from what is normal for its weekday; alarm beyond 3.

    Args:
        baseline: of one series, or of all series of y.
        y: scores, shape (series, days), (days,) or one number.
        v: their sampling variances.
        weekday: 0..6, shape (days,) or one number.
    """
    day = np.asarray(weekday, dtype=np.intp)
    return divide(floats(y) - baseline.mean[..., day], weekday_spread(baseline, v, day))


def weekday_spread(baseline: WeekdayBaseline, v: Numbers, weekday: ArrayLike) -> Floats:
    """The standard deviation of a normal new day about the mean of its weekday: sampling, days and mean together."""
    day = np.asarray(weekday, dtype=np.intp)
    tau2 = baseline.tau2[..., None] if day.ndim else baseline.tau2
    return root(floats(v) + tau2 + baseline.se[..., day] ** 2)
