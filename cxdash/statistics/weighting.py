"""Whose answers count how much? NPS with survey weights, with known strata shares, and of the same customers twice.

Weight when response is selective (unweighted intervals then cover next to nothing); the default interval is the score
interval on Kish's effective counts, which is defined even when all agree. Post-stratify when the strata's shares in the
customer base are known. Use `panel_change` instead of a difference of independent groups whenever most respondents
answered in both periods. Do not stop there where customers answer repeatedly: multiply by the bucket design effect too.

Source: Kish 1965; linearised variance as `svymean` of the R package survey; Cochran 1977, 5A.9 (post-strata).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cxdash.statistics.arrays import Flags, Floats, Numbers, divide, floats, root, together
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


def weighted_nps(n: Numbers, w: Numbers, q: Numbers, *, deff: Numbers = 1.0) -> WeightedNps:
    """NPS of weighted answers.

    Args:
        n: answers in each category (detractor, passive, promoter), shape (cells, 3).
        w: sum of their weights.
        q: sum of their squared weights.
        deff: bucket design effect of repeated answers, shape (cells,); multiplies Kish's in n_eff and the limits, not
            in the linearised error.

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
    n_eff = divide(answers, kish * floats(deff))
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
        A StratifiedNps; NaN where no stratum has a share or one that has has no answer, error NaN where it has fewer
        than two (`collapse_thin_strata` first).
    """
    d, m, p = np.moveaxis(floats(counts), -1, 0)
    w = np.broadcast_to(floats(shares), d.shape)
    counted = w > 0
    w = divide(w, w.sum(axis=-1, keepdims=True))
    n = d + m + p
    spread = divide(nps_variance(d, m, p), np.where(n > 1, n - 1, np.nan))
    some = counted.any(axis=-1)
    nps = np.where(some, np.where(counted, w * nps_value(d, m, p), 0.0).sum(axis=-1), np.nan)
    se = np.where(some, root(np.where(counted, w**2 * spread, 0.0).sum(axis=-1)), np.nan)
    return StratifiedNps(nps, se, np.maximum(nps - Z95 * se, -1.0), np.minimum(nps + Z95 * se, 1.0))


def collapse_thin_strata(n: Numbers, shares: Numbers, state: Numbers, *, minimum: float = 2) -> tuple[Floats, Floats]:
    """Put strata with too few answers together with the next, so that every stratum with a share has an answer.

    Strata next to each other should be alike (tenure bands in their order). A thin last one joins those before it.

    Args:
        n: answers of each stratum, shape (cells, strata).
        shares: the strata's shares of the base, shape (strata,) or (cells, strata).
        state: what adds up, shape (cells, strata, values), for example (detractors, passives, promoters) or (k, n).
        minimum: answers a stratum needs (2 for a variance, 1 for a rate).

    Returns:
        (state, shares) of the same shapes, shares per cell; strata that went into another hold 0 and a share of 0,
        which every function here and `roi.standardised_rate` passes over.
    """
    counts, w = together(n, shares)
    counts = np.where(np.isnan(counts), 0.0, counts)
    moved, w = np.array(floats(state)), np.array(w)
    held = np.array(np.broadcast_to(counts, w.shape))
    moved = np.array(np.broadcast_to(moved, (*w.shape, moved.shape[-1])))
    last = w.shape[-1] - 1
    for origin, target in [*((i, i + 1) for i in range(last)), *((i, i - 1) for i in range(last, 0, -1))]:
        thin = (held[..., origin] < minimum) & ((held[..., origin] > 0) | (w[..., origin] > 0))
        for amounts in (held, w):
            amounts[..., target] += np.where(thin, amounts[..., origin], 0.0)
            amounts[..., origin] = np.where(thin, 0.0, amounts[..., origin])
        moved[..., target, :] += np.where(thin[..., None], moved[..., origin, :], 0.0)
        moved[..., origin, :] = np.where(thin[..., None], 0.0, moved[..., origin, :])
    return moved, w


def mostly_matched(matched: Numbers, respondents: Numbers, *, share: float = 0.8) -> Flags:
    """Whether enough respondents answered in both periods for `panel_change` to replace a difference of groups."""
    return np.asarray((floats(matched) >= share * floats(respondents)) & (floats(respondents) > 0), dtype=np.bool_)


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
