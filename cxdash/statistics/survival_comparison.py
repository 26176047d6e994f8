"""Do groups leave at different speeds? Log-rank test and hazard ratios straight from aggregated counts.

At each age with a loss the numbers at risk and lost for each group are all that either method needs, with late entry
and adjusted for strata (tables are simply listed for each stratum). For churn by NPS category the clock starts at the
*response*, and only answers given before the risk window count: counting from sign-up is immortal-time bias. Not for
hazards that cross: a single ratio then describes no age.

Source: Mantel 1966; Cox 1972; Efron 1977 (ties); Breslow 1974; oracles: R survival `survdiff`, `coxph`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from cxdash.errors import unknown_name
from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root
from cxdash.statistics.distributions import Z95, chi_squared_tail, two_sided_normal

_STEPS = 50
_CONVERGED = 1e-10
_LARGEST_LOG_RATIO = 15.0


class LogRank(NamedTuple):
    """Chi-squared, its degrees of freedom, p, and expected losses of each group."""

    chi2: float
    degrees: int
    p: float
    expected: Floats


class HazardRatios(NamedTuple):
    """Log hazard ratios of the covariates, their errors and covariance, hazard ratios with 95 % limits, p."""

    beta: Floats
    se: Floats
    covariance: Floats
    ratio: Floats
    low: Floats
    high: Floats
    p: Floats


def log_rank(at_risk: Numbers, lost: Numbers) -> LogRank:
    """Are all groups' hazards equal?

    Args:
        at_risk: shape (ages, groups); for a stratified test the tables of all strata one after the other.
        lost: shape (ages, groups).

    Returns:
        A LogRank; chi2 NaN where no age has both a loss and two groups at risk.
    """
    n, d = floats(at_risk), floats(lost)
    total, losses = n.sum(axis=1), d.sum(axis=1)
    counted = (total > 0) & (losses > 0)
    n, d, total, losses = n[counted], d[counted], total[counted], losses[counted]
    share = n / total[:, None]
    expected = (losses[:, None] * share).sum(axis=0)
    scale = losses * (total - losses) / np.where(total > 1, total - 1, 1.0)
    spread = share[:, :, None] * np.eye(n.shape[1]) - share[:, :, None] * share[:, None, :]
    variance = np.einsum("t,tij->ij", scale, spread)
    difference = d.sum(axis=0) - expected
    degrees = int(np.linalg.matrix_rank(variance, hermitian=True)) if counted.any() else 0
    if degrees == 0:
        return LogRank(float("nan"), 0, float("nan"), expected)
    chi2 = float(difference @ np.linalg.pinv(variance, hermitian=True) @ difference)
    return LogRank(chi2, degrees, float(chi_squared_tail(chi2, degrees)), expected)


def hazard_ratios(
    at_risk: Numbers, lost: Numbers, covariates: Numbers, *, ties: Literal["efron", "breslow"] = "efron"
) -> HazardRatios:
    """Cox's proportional hazards for groups, from counts.

    Args:
        at_risk: shape (ages, groups); strata one after the other.
        lost: shape (ages, groups).
        covariates: each group's values, shape (groups, covariates), for example indicators of all but one category.
        ties: how losses at one age are ordered; Efron's is the better approximation.

    Returns:
        HazardRatios. A ratio that runs off to 0 or infinity (a group without losses) is NaN, with its error.

    Raises:
        UnknownNameError: for another way of treating ties.
    """
    if ties not in ("efron", "breslow"):
        raise unknown_name("treatment of ties", str(ties), ["efron", "breslow"])
    n, d, x = floats(at_risk), floats(lost), floats(covariates)
    counted = (d.sum(axis=1) > 0) & (n.sum(axis=1) > 0)
    n, d = n[counted], d[counted]
    beta = np.zeros(x.shape[1])
    information = np.eye(x.shape[1])
    for _ in range(_STEPS):
        gradient, information = _score(n, d, x, beta, efron=ties == "efron")
        step = np.linalg.pinv(information, hermitian=True) @ gradient
        beta = beta + np.clip(step, -2.0, 2.0)
        if np.all(np.abs(step) < _CONVERGED) or np.any(np.abs(beta) > 2 * _LARGEST_LOG_RATIO):
            break
    covariance = floats(np.linalg.pinv(information, hermitian=True))
    found = np.abs(beta) < _LARGEST_LOG_RATIO
    beta, se = np.where(found, beta, np.nan), np.where(found, root(np.diagonal(covariance)), np.nan)
    reach = Z95 * se
    ratio, low, high = np.exp(beta), np.exp(beta - reach), np.exp(beta + reach)
    return HazardRatios(beta, se, covariance, ratio, low, high, two_sided_normal(divide(beta, se)))


def _score(n: Floats, d: Floats, x: Floats, beta: Floats, *, efron: bool) -> tuple[Floats, Floats]:
    """Gradient and information of the partial likelihood at beta."""
    risk = np.exp(x @ beta)
    gradient, information = d.sum(axis=0) @ x, np.zeros((x.shape[1], x.shape[1]))
    for at_risk, lost in zip(n, d, strict=True):
        losses = round(float(lost.sum()))
        taken = (np.arange(losses) / losses if efron else np.zeros(losses))[:, None]
        weight = (at_risk - taken * lost) * risk
        share = weight / weight.sum(axis=1, keepdims=True)
        mean = share @ x
        gradient = gradient - mean.sum(axis=0)
        information = information + np.einsum("ki,ip,iq->pq", share, x, x) - mean.T @ mean
    return gradient, information
