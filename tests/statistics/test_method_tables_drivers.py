"""Sections 6 and 7 of the methods, quoted: importance of drivers, revenue at risk, scenarios, confounding."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cxdash.statistics import drivers as dr
from cxdash.statistics import roi
from cxdash.statistics.arrays import Floats
from tests.statistics.counts_by_age import DATA
from tests.statistics.printed import Example, agrees, cells, example, quoted, values

VECTORS = {v["id"]: v for v in json.loads((Path(__file__).parent / "method_vectors.json").read_text("utf-8"))}
AIR = json.loads((DATA / "airquality.json").read_text("utf-8"))

THREE = quoted(
    """| R(y,a,b,c) = ya .5, yb .4, yc .3, ab .6, ac .2, bc .1 | .159213741 .085172183 .064245998 (R2 .308631922) |
    .161331642 .084639723 .062660556 |"""
)
NEAR_COPIES = quoted("| R: ya .6, yb .58, ab .95 | .192312821 .168712821 (R2 .361025641) | same |")
CARS = quoted(
    """| mtcars mpg ~ cyl disp hp wt | .209690358 .188304269 .179958980 .270681186 (printed in the rwa vignette:
    .2096904 .1883043 .1799590 .2706812) | .215709386 .200698375 .170076946 .262150087 |"""
)
SWISS = quoted(
    """| swiss Fertility ~ Agriculture Examination Education Catholic Infant.Mortality (R2 .706735002; X'X in
    cx_vectors.json) | .048416896 .154708250 .271964105 .114680030 .116965721 | .057091221 .171173029 .260134679
    .105570150 .112765923 |"""
)
OZONE = quoted(
    """| airquality Ozone ~ Solar.R Wind Temp, pairwise | .075444987 .233140451 .315040401 (R2 .623625838) |
    .073157623 .230506349 .319961866 |"""
)
OZONE_STATE = quoted(
    """N_12 = 111, N_13 = N_14 = 116, N_23 = N_24 = 146, N_34 = 153; sum Ozone 4673 (with Solar), 4887; sum Solar 20513
    (with Ozone), 27146; sum Ozone*Solar 979803"""
)
OZONE_CORRELATIONS = quoted(
    """r_12 .348341693, r_13 -.601546530, r_14 .698360342, r_23 -.056791666, r_24 .275840271, r_34 -.457987879."""
)
OZONE_LISTWISE = quoted("Listwise (n = 111): weights .066892880 .229348265 .309653455.")


def correlation_matrix(upper: list[float], size: int) -> Floats:
    """A matrix from the correlations above its diagonal, row by row."""
    r = np.eye(size)
    r[np.triu_indices(size, 1)] = upper
    return np.maximum(r, r.T)


def pairwise() -> Floats:
    """Correlations of the air's four measures over the days that have both."""
    state = AIR["pairwise"]
    return dr.pairwise_correlations(*(np.array(state[key]) for key in ("n", "sums", "squares", "cross")))


def decomposed(r: Floats) -> tuple[Floats, Floats]:
    """Relative weights and LMG of a correlation matrix whose first variable is the outcome."""
    return dr.relative_weights(r[1:, 1:], r[1:, 0]), dr.lmg(r[1:, 1:], r[1:, 0])


def test_three_drivers() -> None:
    """Section 6, first row: three drivers given by correlations, with R-squared."""
    given, weights, lmg = cells(THREE)
    found = decomposed(correlation_matrix(values(given), 4))
    agrees([found[0], found[0].sum()], weights)
    agrees(found[1], lmg)


def test_two_near_copies() -> None:
    """Section 6, second row: with two drivers both decompositions are the same."""
    given, weights, _ = cells(NEAR_COPIES)
    found = decomposed(correlation_matrix(values(given), 3))
    agrees([found[0], found[0].sum()], weights)
    agrees([found[1], found[1].sum()], weights)


def test_cars() -> None:
    """Section 6, third row: four drivers of fuel use, and the weights printed in a vignette."""
    _, weights, lmg = cells(CARS)
    r = VECTORS["rw_mtcars"]["args"]
    agrees([dr.relative_weights(*r), dr.relative_weights(*r)], weights)
    agrees(dr.lmg(*r), lmg)


def test_swiss() -> None:
    """Section 6, fourth row: five drivers from sums and cross-products."""
    given, weights, lmg = cells(SWISS)
    n, sums, cross = VECTORS["swiss_corr"]["args"]
    found = decomposed(dr.correlations(n, sums, cross))
    agrees(found[0].sum(), given.partition("R2")[2].partition(";")[0])
    agrees(found[0], weights)
    agrees(found[1], lmg)


def test_ozone_pairwise() -> None:
    """Section 6, fifth row: 153 days, not all measured; each pair from the days that have both."""
    found = decomposed(pairwise())
    _, weights, lmg = cells(OZONE)
    agrees([found[0], found[0].sum()], weights)
    agrees(found[1], lmg)


def test_ozone_state_and_correlations() -> None:
    """Section 6: the kept sums are the printed ones, and give the printed correlations."""
    n, sums, cross = (np.array(AIR["pairwise"][key]) for key in ("n", "sums", "cross"))
    assert (n[0, 2], n[1, 2]) == (n[0, 3], n[1, 3])
    found = [n[0, 1], n[0, 2], n[1, 2], n[2, 3], sums[0, 1], sums[0, 2], sums[1, 0], sums[1, 2], cross[0, 1]]
    agrees(found, OZONE_STATE)
    agrees(pairwise()[np.triu_indices(4, 1)], OZONE_CORRELATIONS)


def test_ozone_listwise() -> None:
    """Section 6: the same from the 111 days with all four."""
    state = AIR["listwise"]
    r = dr.correlations(state["n"], state["sums"], np.array(state["cross"]))
    agrees([state["n"], decomposed(r)[0]], OZONE_LISTWISE)


# --- 7 --------------------------------------------------------------------------------------------------------------

COMPANY = quoted("N 100000 (20/30/50 %), r .75 .85 .92, n 800 1200 2000, a 300 320 360:")
_N, *_NUMBERS = values(COMPANY)
SHARES, RETAINED, ASKED, VALUE = np.reshape(_NUMBERS, (4, 3))
BASE = _N * SHARES / 100
TO_PASSIVE, TO_PROMOTER, ALL_THE_WAY = roi.single_moves(5)


def five_points(*moves: roi.Move) -> roi.Money:
    """What five points are worth when these move."""
    return roi.scenario(_N, list(moves), RETAINED, ASKED, VALUE)


def standardised(numbers: list[float]) -> list[Any]:
    """Crude difference, both standardised rates, their difference and its error."""
    counts, shares = np.reshape(numbers[:12], (6, 2)), numbers[12:]
    detractors, others = counts[:3].T, counts[3:].T
    crude = detractors[0].sum() / detractors[1].sum() - others[0].sum() / others[1].sum()
    first, second = roi.standardised_rate(*detractors, shares), roi.standardised_rate(*others, shares)
    return [crude, first.rate, second.rate, first.rate - second.rate, np.hypot(first.se, second.se)]


STRATA = "detractors k/n 40/100 30/100 10/50, others 30/100 50/250 60/400, W .25 .40 .35"

EXAMPLES = [
    example(
        "7.1 loss at risk",
        lambda _: roi.revenue_at_risk(BASE, RETAINED, ASKED, VALUE)[:2],
        "",
        "loss at risk 4 380 000 (SE 173 645.33)",
        thousands=True,
    ),
    example(
        "7.1 excess over promoters",
        lambda _: roi.excess_loss(BASE, RETAINED, ASKED, VALUE)[:2],
        "",
        "excess 1 692 000 (SE 164 879.19;",
        thousands=True,
    ),
    example(
        "7.2 five points, half and half",
        lambda _: five_points(*roi.one_notch_moves(5)),
        "+5 points half/half, phi 1:",
        "131 000, SE 12 476.119689, CI (106 547.25, 155 452.75)",
        thousands=True,
    ),
    example(
        "7.2 only detractors to passives",
        lambda _: five_points(TO_PASSIVE)[:2],
        "Only D->Pas",
        "150 000 (SE 27 684.04);",
        thousands=True,
    ),
    example(
        "7.2 only passives to promoters",
        lambda _: five_points(TO_PROMOTER)[:2],
        "only Pas->P",
        "112 000 (19 136.56);",
        thousands=True,
    ),
    example(
        "7.2 only detractors to promoters",
        lambda _: five_points(ALL_THE_WAY)[:2],
        "only D->P",
        "127 500 (12 350.54).",
        thousands=True,
    ),
    example(
        "7.3 standardisation",
        standardised,
        STRATA,
        "-> crude difference .133333333, standardised .29 - .2075 = .0825, SE .033921923",
    ),
    example("7.3 E-value 3.9", roi.e_value, "E-value 3.9", "-> 7.263034;"),
    example("7.3 E-value 10.73", roi.e_value, "10.73 ->", "20.94777;"),
    example("7.3 E-value 8.02", roi.e_value, "8.02 ->", "15.52336"),
]


@pytest.mark.parametrize("case", EXAMPLES)
def test_example(case: Example) -> None:
    """A worked example of section 7 gives every printed digit."""
    case.check()


EXPLAINED = quoted("Confounding explained 38 % of it.")
EXCESS_DRAWN = quoted("R Monte Carlo sd 164 968")
GAIN_DRAWN = quoted("(Beta Monte Carlo 2e6 draws: mean 131 090, sd 12 470, 106 959-155 844)")


def test_share_explained_by_strata() -> None:
    """Section 7.3: standardising takes 38 % off the crude difference."""
    crude, _, _, difference, _ = standardised(values(STRATA))
    assert 100 * roi.explained_away(crude, difference) == pytest.approx(values(EXPLAINED)[0], abs=0.5)


def test_errors_agree_with_draws_from_the_posterior() -> None:
    """Section 7: retention drawn from Beta(k + .5, n - k + .5) gives the printed mean, deviation and limits."""
    draws = 200_000
    kept = np.random.default_rng(7).beta(
        RETAINED * ASKED + 0.5, (1 - RETAINED) * ASKED + 0.5, size=(draws, len(RETAINED))
    )
    gain = _N * 0.025 * ((kept[:, 1] - kept[:, 0]) * VALUE[0] + (kept[:, 2] - kept[:, 1]) * VALUE[1])
    excess = ((kept[:, 2:] - kept[:, :2]) * (BASE * VALUE)[:2]).sum(axis=1)
    mean, sd, low, high = values(GAIN_DRAWN, thousands=True)[1:]
    noise = sd / np.sqrt(draws)
    assert gain.mean() == pytest.approx(mean, abs=5 * noise)
    assert gain.std() == pytest.approx(sd, rel=5 / np.sqrt(2 * draws))
    assert np.quantile(gain, [0.025, 0.975]) == pytest.approx([low, high], abs=15 * noise)
    # The second source is R's: it drew the binomials around the estimates, so its deviation is our standard error.
    assert excess.std() == pytest.approx(values(EXCESS_DRAWN, thousands=True)[0], rel=5 / np.sqrt(2 * draws))
