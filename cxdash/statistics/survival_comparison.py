"""Do groups leave at different speeds? Log-rank test and hazard ratios straight from aggregated counts.

At each age with a loss the numbers at risk and lost for each group are all that either method needs, with late entry
and adjusted for strata (tables are simply listed for each stratum). Both answer for many cells (regions, products) in
one call. For churn by NPS category the clock starts at the *response*, and only answers given before the risk window
count: counting from sign-up is immortal-time bias. Not for hazards that cross: a single ratio then describes no age.

Losses tied at one age are taken one after the other by Efron's method, whose sums over the tied losses have a closed
form (`distributions.psi_steps`): a day on which a million leave costs no more than a day on which two do, and
effective counts, which are not whole, have an answer as well.

Source: Mantel 1966; Cox 1972; Efron 1977 (ties); Breslow 1974; oracles: R survival `survdiff`, `coxph`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from cxdash.errors import unknown_name
from cxdash.statistics.arrays import Flags, Floats, Numbers, divide, floats, root, together
from cxdash.statistics.distributions import Z95, chi_squared_tail, psi_steps, two_sided_normal

_STEPS = 50
_CONVERGED = 1e-10
_LONGEST_STEP = 2.0
_LARGEST_LOG_RATIO = 15.0
_NO_INFORMATION = 1e-9
_UNBOUNDED = 500.0


class LogRank(NamedTuple):
    """Chi-squared, its degrees of freedom and p, each for every cell; expected losses, shape (cells, groups)."""

    chi2: Floats
    degrees: Floats
    p: Floats
    expected: Floats


class HazardRatios(NamedTuple):
    """Log hazard ratios of the covariates, shape (cells, covariates), errors, covariance, ratios with limits, p."""

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
        at_risk: shape (cells, ages, groups); for a stratified test the tables of all strata one after the other.
        lost: shape (cells, ages, groups).

    Returns:
        A LogRank; chi2 and p NaN, degrees 0, where no age has both a loss and two groups at risk, or where a count is
        missing or impossible.
    """
    n, d = together(at_risk, lost)
    known = _possible(n, d)
    n, d = _counted(n, d, known)
    total, losses = n.sum(axis=-1), d.sum(axis=-1)
    share = divide(n, np.where(total > 0, total, 1.0)[..., None])
    scale = losses * divide(total - losses, np.where(total > 1, total - 1, 1.0))
    weighted = scale[..., None] * share
    variance = weighted.sum(axis=-2)[..., None] * np.eye(n.shape[-1]) - np.swapaxes(weighted, -1, -2) @ share
    expected = (losses[..., None] * share).sum(axis=-2)
    chi2, degrees = _quadratic(d.sum(axis=-2) - expected, variance)
    tested = known & (degrees > 0)
    chi2 = np.where(tested, chi2, np.nan)
    degrees = np.where(tested, degrees, 0.0)
    return LogRank(chi2, degrees, chi_squared_tail(chi2, degrees), np.where(known[..., None], expected, np.nan))


def hazard_ratios(
    at_risk: Numbers, lost: Numbers, covariates: Numbers, *, ties: Literal["efron", "breslow"] = "efron"
) -> HazardRatios:
    """Cox's proportional hazards for groups, from counts.

    Args:
        at_risk: shape (cells, ages, groups); strata one after the other.
        lost: shape (cells, ages, groups).
        covariates: each group's values, shape (groups, covariates) or (cells, groups, covariates), for example
            indicators of all but one category.
        ties: how losses at one age are ordered; Efron's is the better approximation.

    Returns:
        HazardRatios. A ratio that runs off to 0 or infinity (a group without losses) is NaN, with its error, as
        is one of which no age says anything; a limit beyond any number (hardly any loss) is NaN. All are NaN where a
        count is missing or impossible.

    Raises:
        UnknownNameError: for another way of treating ties.
    """
    if ties not in ("efron", "breslow"):
        raise unknown_name("treatment of ties", str(ties), ["efron", "breslow"])
    n, d = together(at_risk, lost)
    x = floats(covariates)
    known = _possible(n, d) & ~np.isnan(x).any(axis=(-2, -1))
    n, d = _counted(n, d, known)
    x = np.where(np.isnan(x), 0.0, x)
    beta = np.zeros((*known.shape, x.shape[-1]))
    information = np.zeros((*beta.shape, x.shape[-1]))
    searching = np.array(known)
    for _ in range(_STEPS):
        gradient, now = _score(n, d, x, beta, efron=ties == "efron")
        information = np.where(searching[..., None, None], now, information)
        step = np.einsum("...ij,...j->...i", np.linalg.pinv(information, hermitian=True), gradient)
        beta = np.where(searching[..., None], beta + np.clip(step, -_LONGEST_STEP, _LONGEST_STEP), beta)
        searching = searching & np.any(np.abs(step) >= _CONVERGED, axis=-1)
        searching = searching & np.all(np.abs(beta) <= 2 * _LARGEST_LOG_RATIO, axis=-1)
        if not searching.any():
            break
    covariance = floats(np.linalg.pinv(information, hermitian=True))
    informed = np.diagonal(information, axis1=-2, axis2=-1) > 0
    found = (np.abs(beta) < _LARGEST_LOG_RATIO) & informed & known[..., None]
    covariance = np.where(found[..., :, None] & found[..., None, :], covariance, np.nan)
    beta, se = np.where(found, beta, np.nan), root(np.diagonal(covariance, axis1=-2, axis2=-1))
    reach = Z95 * se
    bounded = reach < _UNBOUNDED
    high = np.where(bounded, np.exp(beta + np.where(bounded, reach, 0.0)), np.nan)
    ratio, low = np.exp(beta), np.exp(beta - reach)
    return HazardRatios(beta, se, covariance, ratio, low, high, two_sided_normal(divide(beta, se)))


def _possible(n: Floats, d: Floats) -> Flags:
    """Cells whose every count is known, and nowhere more lost than at risk."""
    return np.asarray(((d >= 0) & (d <= n)).all(axis=(-2, -1)))


def _counted(n: Floats, d: Floats, known: Flags) -> tuple[Floats, Floats]:
    """The tables with zeros where they say nothing: ages without a loss, cells that are not usable."""
    says = (d.sum(axis=-1) > 0) & known[..., None]
    return np.where(says[..., None], n, 0.0), np.where(says[..., None], d, 0.0)


def _quadratic(difference: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """The statistic difference' variance^- difference and the rank of the variance.

    Scaled to correlations first, so that a group of three beside one of a billion is not taken for rounding.
    """
    spread = root(np.diagonal(variance, axis1=-2, axis2=-1))
    scale = np.where(spread > 0, divide(1.0, spread), 0.0)
    values, vectors = np.linalg.eigh(variance * scale[..., :, None] * scale[..., None, :])
    inside = values > _NO_INFORMATION
    along = np.einsum("...ij,...i->...j", vectors, difference * scale)
    return np.where(inside, divide(along**2, np.where(inside, values, 1.0)), 0.0).sum(axis=-1), inside.sum(axis=-1)


def _score(n: Floats, d: Floats, x: Floats, beta: Floats, *, efron: bool) -> tuple[Floats, Floats]:
    """Gradient and information of the partial likelihood at beta.

    At the k-th of D tied losses the risk weights are a - (k/D) b, with a = n exp(x beta) and b = d exp(x beta) (Efron;
    Breslow leaves b out). A group's share of the risk is then b/B + (a - b A/B) u with u = 1/(A - (k/D) B), capitals
    being sums over groups, so that only the sums of u and of u squared over k are needed.
    """
    eta = np.einsum("...gp,...p->...g", x, beta)
    risk = np.exp(eta - eta.max(axis=-1, keepdims=True))[..., None, :]
    a, b = n * risk, d * risk
    losses = d.sum(axis=-1)
    says = losses > 0
    all_risk, all_lost = np.where(says, a.sum(axis=-1), 1.0), np.where(says, b.sum(axis=-1), 1.0)
    if efron:
        times = np.where(says, losses, 1.0)
        first, second = psi_steps(np.maximum(times * (all_risk / all_lost), times), times)
        per = times / all_lost
        u1, u2 = np.where(says, first * per, 0.0), np.where(says, second * per**2, 0.0)
        fixed = b / all_lost[..., None]
        moving = a - fixed * all_risk[..., None]
    else:
        u1, u2 = losses / all_risk, losses / all_risk**2
        fixed, moving = np.zeros_like(a), a
    p, q = fixed @ x, moving @ x
    weight = losses[..., None] * fixed + u1[..., None] * moving
    gradient = np.einsum("...tg,...gp->...p", d - weight, x)
    squares = np.einsum("...tg,...gp,...gq->...pq", weight, x, x)
    crossed = np.einsum("...t,...tp,...tq->...pq", u1, p, q)
    means = np.einsum("...t,...tp,...tq->...pq", losses, p, p) + np.einsum("...t,...tp,...tq->...pq", u2, q, q)
    return gradient, floats(squares - means - crossed - np.swapaxes(crossed, -1, -2))
