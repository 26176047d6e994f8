"""Control charts that are made of a series alone: individuals (XmR), Laney's charts of shares and NPS, and the EWMA.

XmR is for values of constant precision (weekly scores, volumes, handling time). Do not use it on daily NPS: it has up
to eight times the nominal false alarms as soon as weekends are small. Laney's charts take each day's n into account but
widen every day alike. The default for daily NPS and CSAT is therefore neither, but `daily_chart`; it uses `ewma`.

Source: Wheeler (XmR); Laney 2002 (p'); Lucas & Saccucci 1990 (EWMA).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root
from cxdash.statistics.intervals import nps_value, nps_variance

D2 = 1.128
"""Mean moving range of two in standard deviations, rounded as in qcc, Minitab and qicharts2 (exactly 1.128379)."""

_RANGE_LIMIT = 3.267
EWMA_LIMIT = 2.86
"""With lambda .2 and nothing estimated an in-control process alarms about once in 370 points."""


class IndividualsChart(NamedTuple):
    """XmR: centre, mean moving range, limits of the values, and limit of the moving range."""

    centre: Floats
    mr_bar: Floats
    low: Floats
    high: Floats
    mr_high: Floats


class LaneyChart(NamedTuple):
    """p' or NPS': centre, factor by which days vary beyond sampling, each day's z (alarm beyond 3), and its limits."""

    centre: Floats
    sigma_z: Floats
    z: Floats
    low: Floats
    high: Floats


def xmr(x: Numbers) -> IndividualsChart:
    """The individuals chart of a series (last axis): mean -+ 3 mean moving range / d2.

    Missing points (NaN) are left out; limits are NaN without two neighbours.
    """
    values = floats(x)
    mr_bar = _mean_moving_range(values)
    known = ~np.isnan(values)
    centre = divide(np.where(known, values, 0.0).sum(axis=-1), known.sum(axis=-1))
    return IndividualsChart(centre, mr_bar, centre - 3 * mr_bar / D2, centre + 3 * mr_bar / D2, _RANGE_LIMIT * mr_bar)


def ewma(
    x: Numbers, *, smoothing: float = 0.2, limit: float = EWMA_LIMIT, start: float = 0.0, sd: float = 1.0
) -> tuple[Floats, Floats]:
    """The exponentially weighted mean of a series and its limits.

    Args:
        x: a series (last axis), usually z of `daily_chart`; NaN (no point that day) leaves the mean where it was.
        smoothing: lambda, the weight of the newest point.
        limit: how many standard deviations of the mean.
        start: the target, and the mean before the first point.
        sd: standard deviation of one point.

    Returns:
        (smoothed, half_width): alarm where |smoothed - start| exceeds half_width.
    """
    values = floats(x)
    level = np.full(values.shape[:-1], start)
    seen = np.cumsum(~np.isnan(values), axis=-1)
    smoothed = np.empty_like(values)
    for t in range(values.shape[-1]):
        now = values[..., t]
        level = np.where(np.isnan(now), level, smoothing * now + (1 - smoothing) * level)
        smoothed[..., t] = level
    half = limit * sd * np.sqrt(smoothing / (2 - smoothing) * (1 - (1 - smoothing) ** (2 * seen)))
    return smoothed, half


def laney_proportions(x: Numbers, n: Numbers) -> LaneyChart:
    """Laney's p' of counts x of n over days (last axis); days with n = 0 are left out.

    Limits are not cut to 0..1. It scales every day alike, so it widens small days too much: for daily scores prefer
    `daily_chart`.
    """
    x, n = floats(x), floats(n)
    total = n.sum(axis=-1)
    centre = divide(x.sum(axis=-1), total)
    return _laney(divide(x, n), centre, root(centre * (1 - centre)), n)


def laney_nps(d: Numbers, m: Numbers, p: Numbers) -> LaneyChart:
    """The same for NPS, with the pooled variance of one answer."""
    d, m, p = floats(d), floats(m), floats(p)
    pooled = (d.sum(axis=-1), m.sum(axis=-1), p.sum(axis=-1))
    return _laney(nps_value(d, m, p), nps_value(*pooled), root(nps_variance(*pooled)), d + m + p)


def _laney(y: Floats, centre: Floats, sigma: Floats, n: Floats) -> LaneyChart:
    """Each day's z against the pooled centre, its mean moving range, and the limits."""
    each = divide(sigma[..., None], root(np.where(n > 0, n, np.nan)))
    z = divide(y - centre[..., None], each)
    sigma_z = _mean_moving_range(z) / D2
    reach = 3 * each * sigma_z[..., None]
    return LaneyChart(
        centre, sigma_z, divide(z, sigma_z[..., None]), centre[..., None] - reach, centre[..., None] + reach
    )


def _mean_moving_range(values: Floats) -> Floats:
    """The mean absolute step between neighbours, over steps that exist."""
    steps = np.abs(np.diff(values, axis=-1))
    exist = ~np.isnan(steps)
    return divide(np.where(exist, steps, 0.0).sum(axis=-1), exist.sum(axis=-1))
