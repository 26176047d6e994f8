"""Survival from the states that are actually kept: calendar windows, monthly exposure, and cohort tables.

`period_survival` is the curve of a calendar window from its Lexis cells (day x tenure): a customer passes each tenure
once, so summing the window's days gives the curve with late entry and censoring at its ends exactly. Where that table
is too large, `piecewise_survival` takes losses and customer-days in bands of tenure. `count_cohorts` turns the familiar
table of cohorts by age into the counts of `survival.kaplan_meier`. Never average the percentages of cohorts.

Source: Kaplan & Meier 1958; Keiding 1990 (Lexis diagram); Breslow & Day 1987 (piecewise exponential hazards).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root, together
from cxdash.statistics.distributions import Z95
from cxdash.statistics.survival import SurvivalCurve, log_log_limits, survival_from_risk


class PiecewiseSurvival(NamedTuple):
    """Losses per unit of exposure in each band, and survival to the band's end with error and limits."""

    rate: Floats
    survival: Floats
    se: Floats
    low: Floats
    high: Floats


def period_survival(at_risk: Numbers, lost: Numbers, *, start_at_risk: float = 1) -> SurvivalCurve:
    """Survival over tenure from what happened in a calendar window only.

    Args:
        at_risk: customers at risk on each day at each tenure, shape (cells, days, ages).
        lost: those of them lost.
        start_at_risk: the curve starts at the first tenure with this many at risk over the window.

    Returns:
        A SurvivalCurve, shape (cells, ages): survival as it would be if the hazards of the window stayed.
    """
    return survival_from_risk(floats(at_risk).sum(axis=-2), floats(lost).sum(axis=-2), start_at_risk=start_at_risk)


def piecewise_survival(lost: Numbers, exposure: Numbers, widths: Numbers) -> PiecewiseSurvival:
    """Survival exp(-sum of rate x width) from losses and exposure in bands of tenure.

    Args:
        lost: losses in each band, shape (cells, bands).
        exposure: customer-days in each band.
        widths: length of each band in the unit of the exposure (days), shape (bands,).

    Returns:
        A PiecewiseSurvival, shape (cells, bands), log-log limits; NaN from the first band without exposure on; limits
        NaN while nobody was lost.
    """
    d, t, w = together(lost, exposure, widths)
    rate = divide(np.where(d >= 0, d, np.nan), np.where(t > 0, t, np.nan))
    hazard = np.cumsum(rate * w, axis=-1)
    variance = np.cumsum(divide(rate, np.where(t > 0, t, np.nan)) * w**2, axis=-1)
    survival = np.exp(-hazard)
    low, high = log_log_limits(survival, variance, Z95)
    return PiecewiseSurvival(rate, survival, survival * root(variance), low, high)


def count_cohorts(sizes: Numbers, lost: Numbers) -> tuple[Floats, Floats, Floats]:
    """Entries, losses and censorings at each age from cohorts, for `survival.kaplan_meier`.

    Args:
        sizes: customers in each cohort at age 0, shape (cells, cohorts).
        lost: customers of each cohort lost at age 1, 2 .., shape (cells, cohorts, ages); NaN at ages the cohort has not
            reached, from the first such age on.

    Returns:
        (entries, lost, censored), each (cells, 1 + ages). Those left of a cohort at its last age known are censored
        there; a cohort with no age known yet is left out.
    """
    start, losses = floats(sizes), floats(lost)
    known = np.logical_and.accumulate(~np.isnan(losses), axis=-1)
    counted = np.where(known, losses, 0.0)
    seen = known.any(axis=-1) & ~np.isnan(start)
    entered = np.where(seen, start, 0.0)
    last = known & ~np.concatenate([known[..., 1:], np.zeros_like(known[..., :1])], axis=-1)
    left = entered[..., None] - np.cumsum(counted, axis=-1)
    parts = np.where(seen[..., None], counted, 0.0), np.where(last & seen[..., None], left, 0.0)
    first = np.zeros((*entered.shape[:-1], 1))
    d, c = (np.concatenate([first, part.sum(axis=-2)], axis=-1) for part in parts)
    entries = np.zeros_like(d)
    entries[..., 0] = entered.sum(axis=-1)
    return entries, d, c
