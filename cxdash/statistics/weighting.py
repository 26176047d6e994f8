"""Whose answers count how much? NPS with survey weights, with known strata shares, and of the same customers twice.

Weight when response is selective (unweighted intervals then cover next to nothing); the default interval is the score
interval on Kish's effective counts, which is defined even when all agree. Post-stratify when the strata's shares in the
customer base are known. Use `panel_change` instead of a difference of independent groups whenever most respondents
answered in both periods. Where customers answer repeatedly, multiply by the bucket design effect as well.

Source: Kish 1965; linearised variance as `svymean` of the R package survey; Cochran 1977, 5A.9 (post-strata).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root
from cxdash.statistics.distributions import Z95, t_quantile, two_sided_t
from cxdash.statistics.intervals import nps_score_interval, nps_value, nps_variance

_CODES = np.array([-1.0, 0.0, 1.0])
_STEPS = _CODES[None, :] - _CODES[:, None]


class WeightedNps(NamedTuple):
    """NPS (unit scale), linearised standard error, score limits on effective counts, both design effects, n_eff."""

    nps: Floats
    se: Floats
    low: Floats
    high: Floats
    deff_kish: Floats
    deff_linear: Floats
    n_eff: Floats


class StratifiedNps(NamedTuple):
    """NPS (unit scale) for known strata shares, its standard error and normal 95 % limits cut to -1..1."""

    nps: Floats
    se: Floats
    low: Floats
    high: Floats


class PanelChange(NamedTuple):
    """Change of NPS (unit scale) of the same customers: estimate, error, t limits, t and two-sided p."""

    diff: Floats
    se: Floats
    low: Floats
    high: Floats
    t: Floats
    p: Floats


def nonresponse_bounds(nps: Numbers, response_rate: Numbers) -> tuple[Floats, Floats]:
    """What the NPS of all customers could be, whatever those think who did not answer (Manski's worst case).

    Args:
        nps: of those who answered, unit scale.
        response_rate: their share of those asked, 0..1.

    Returns:
        (low, high), unit scale. No interval of sampling error covers this.
    """
    rate = floats(response_rate)
    answered = rate * floats(nps)
    return answered - (1 - rate), answered + (1 - rate)


def weighted_nps(n: Numbers, w: Numbers, q: Numbers) -> WeightedNps:
    """NPS of weighted answers.

    Args:
        n: answers in each category (detractor, passive, promoter), shape (cells, 3).
        w: sum of their weights.
        q: sum of their squared weights.

    Returns:
        A WeightedNps; NaN where all weights are 0.
    """
    n, w, q = floats(n), floats(w), floats(q)
    answers, weight = n.sum(axis=-1), w.sum(axis=-1)
    weight = np.where(weight > 0, weight, np.nan)
    nps = divide((w * _CODES).sum(axis=-1), weight)
    residual = (q * (_CODES - nps[..., None]) ** 2).sum(axis=-1)
    variance = divide(answers, np.where(answers > 1, answers - 1, np.nan)) * divide(residual, weight**2)
    kish = divide(answers * q.sum(axis=-1), weight**2)
    n_eff = divide(answers, kish)
    effective = divide(w, weight[..., None]) * n_eff[..., None]
    low, high = nps_score_interval(effective[..., 0], effective[..., 1], effective[..., 2])
    population = divide((w * (_CODES - nps[..., None]) ** 2).sum(axis=-1), weight)
    independent = divide(population, np.where(answers > 1, answers - 1, np.nan))
    return WeightedNps(nps, root(variance), low, high, kish, divide(variance, independent), n_eff)


def post_stratified_nps(counts: Numbers, shares: Numbers) -> StratifiedNps:
    """NPS of the customer base from strata whose shares are known.

    Args:
        counts: (detractors, passives, promoters) of each stratum, shape (cells, strata, 3).
        shares: the strata's shares of the base, shape (strata,) or (cells, strata), any positive scale.

    Returns:
        A StratifiedNps; NaN where a stratum with a share has no answer, error NaN where it has fewer than two
        (collapse such strata first).
    """
    d, m, p = np.moveaxis(floats(counts), -1, 0)
    w = np.broadcast_to(floats(shares), d.shape)
    counted = w > 0
    w = divide(w, w.sum(axis=-1, keepdims=True))
    n = d + m + p
    spread = divide(nps_variance(d, m, p), np.where(n > 1, n - 1, np.nan))
    nps = np.where(counted, w * nps_value(d, m, p), 0.0).sum(axis=-1)
    se = root(np.where(counted, w**2 * spread, 0.0).sum(axis=-1))
    return StratifiedNps(nps, se, np.maximum(nps - Z95 * se, -1.0), np.minimum(nps + Z95 * se, 1.0))


def panel_change(transitions: Numbers) -> PanelChange:
    """The change of NPS among customers who answered in both periods.

    Args:
        transitions: counts from category i (first period) to j (second), shape (cells, 3, 3), detractor first.

    Returns:
        A PanelChange (second minus first); NaN where nobody is matched, error NaN below two, t NaN without spread.
    """
    moves = floats(transitions)
    n = moves.sum(axis=(-2, -1))
    known = np.where(n > 0, n, np.nan)
    diff = divide((moves * _STEPS).sum(axis=(-2, -1)), known)
    squares = (moves * _STEPS**2).sum(axis=(-2, -1))
    variance = divide(np.maximum(squares - n * np.where(n > 0, diff, 0.0) ** 2, 0.0), np.where(n > 1, n - 1, np.nan))
    se = root(divide(variance, known))
    half = t_quantile(0.975, known - 1) * se
    t = divide(diff, se)
    return PanelChange(diff, se, diff - half, diff + half, t, two_sided_t(t, known - 1))
