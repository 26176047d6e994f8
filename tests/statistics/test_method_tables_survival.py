"""Sections 3.5 and 3.6 of the methods, quoted: survival curves with late entry, log-rank, hazard ratios."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

from cxdash.statistics import survival as sv
from cxdash.statistics import survival_comparison as sc
from cxdash.statistics.survival_states import count_cohorts
from tests.statistics.counts_by_age import CONTROL, DATA, SIX_MP, curve, from_rows, real_groups, side_by_side
from tests.statistics.printed import Example, agrees, example, quoted, rows, values

TREATED, UNTREATED = curve(SIX_MP), curve(CONTROL)
CHANNING = real_groups("channing", 1208)
VETERAN = real_groups("veteran", 1000)
AT_RISK, LOST = side_by_side([UNTREATED, TREATED])
SEX = side_by_side([CHANNING["women"], CHANNING["men"]])


def six_mp_at(numbers: list[float]) -> list[Any]:
    """At risk, survival, error and limits at an age."""
    t = int(numbers[0])
    return [TREATED.at_risk[t], TREATED.survival[t], TREATED.se[t], TREATED.low[t], TREATED.high[t]]


def six_mp_against_control(numbers: list[float]) -> list[Any]:
    """Both survivals at an age, the control's error, z and p."""
    t = int(numbers[-1])
    s, e = (TREATED.survival[t], UNTREATED.survival[t]), (TREATED.se[t], UNTREATED.se[t])
    return [*s, e[1], *sv.survival_difference(s[0], e[0], s[1], e[1])]


def cohorts(numbers: list[float]) -> list[Any]:
    """Three monthly cohorts of different age, pooled: state, survival and errors at 1 to 3 months, limits at 3."""
    sizes, losses = numbers[:3], [numbers[3:6], [*numbers[6:8], np.nan], [numbers[8], np.nan, np.nan]]
    entries, lost, censored = count_cohorts(sizes, losses)
    found = sv.kaplan_meier(entries, lost, censored)
    state = [[0, entries[0]], *([[t, each[t]] for t in (1, 2, 3)] for each in (lost, censored))]
    return [state, found.survival[1:], found.se[1:], 3, found.low[3], found.high[3]]


def nps_groups(numbers: list[float]) -> list[Any]:
    """Log-rank and hazard ratios against promoters from four tables of (detractors, passives, promoters)."""
    at_risk, lost = np.reshape(numbers, (2, 4, 3))
    test, ratios = sc.log_rank(at_risk, lost), sc.hazard_ratios(at_risk, lost, [[0, 1], [1, 0], [0, 0]])
    each = [[ratios.ratio[i], ratios.low[i], ratios.high[i]] for i in (0, 1)]
    return [test.chi2, test.degrees, each]


EXAMPLES = [
    example("3.5 median of 6-MP", lambda _: sv.median_survival(TREATED), "", "Median 23;"),
    example(
        "3.5 restricted mean of 6-MP",
        lambda v: sv.restricted_mean(TREATED, int(v[0])),
        "(35)",
        "= 23.287394958, SE 2.827467623",
    ),
    example(
        "3.5 6-MP against control at ten weeks",
        six_mp_against_control,
        "vs control at t = 10:",
        "S .752941176 vs .380952381 (SE .105971170): z = -2.287112879, p .022189235",
    ),
    example(
        "3.5 cohorts",
        cohorts,
        "1000/800/600 with losses 50,40,30 / 48,30 / 30:",
        """e {0:2400}, d {1:128,2:70,3:30}, c {1:570,2:722,3:880} -> S .946666667 .907732080 .877806847;
        SE .004586615 .006333031 .008146963; CI(3) (.860837218, .892837578)""",
    ),
    *rows(
        "3.5 6-MP",
        six_mp_at,
        """
| 6 | 21 | .857142857 | .076360355 | .619717955, .951551748 |
| 7 | 17 | .806722689 | .086935285 | .563146565, .922809019 |
| 10 | 15 | .752941176 | .096349653 | .503199511, .889361835 |
| 13 | 12 | .690196078 | .106814708 | .431610222, .849065963 |
| 16 | 11 | .627450980 | .114053865 | .367510856, .804912189 |
| 22 | 7 | .537815126 | .128233752 | .267778937, .746790718 |
| 23 | 6 | .448179272 | .134591457 | .188052006, .680142628 |
""",
    ),
]


@pytest.mark.parametrize("case", EXAMPLES)
def test_example(case: Example) -> None:
    """A worked example or table row gives every printed digit."""
    case.check()


TOY = quoted("(0,3,1)(0,5,1)(0,5,0)(2,6,1)(3,7,0)(0,8,1)(1,4,1)(4,9,0)(0,2,1)(5,9,1)")
TOY_STATE = quoted("e = {0:5,1:1,2:1,3:1,4:1,5:1}, d = {2..6:1,8:1,9:1}, c = {5:1,7:1,9:1}:")
TOY_CURVE = quoted(
    """t 2,3,4,5,6,8,9: n 6,6,6,6,5,3,2; S .833333333 .694444444 .578703704 .482253086 .385802469 .257201646 .128600823;
    CI at 5 (.142879084, .760831988), at 9 (.007084294, .427468496)"""
)
SIX_MP_STATE = quoted(
    "e = {0:21}; d = {6:3,7:1,10:1,13:1,16:1,22:1,23:1}; c = {6:1,9:1,10:1,11:1,17:1,19:1,20:1,25:1,32:2,34:1,35:1})"
)
WOMEN = quoted("S(900) .823274774, S(960) .709631477, S(1020) .479360426, S(1080) .281622153; SE(960) .053726109")


def test_state_of_6mp() -> None:
    """Section 3.5: the counts behind the curve are the printed ones."""
    parts = SIX_MP_STATE.split(";")
    assert [dict(np.reshape([int(v) for v in re.findall(r"\d+", p)], (-1, 2)).tolist()) for p in parts] == list(SIX_MP)


def test_late_entry_toy() -> None:
    """Section 3.5: ten rows with late entry become the printed counts, and those the printed curve."""
    counts = from_rows(np.reshape(values(TOY), (10, 3)), 10)
    entries, lost, censored = ({t: int(c) for t, c in enumerate(each) if c} for each in counts)
    assert (entries, lost, censored) == (
        {0: 5, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1},
        dict.fromkeys((2, 3, 4, 5, 6, 8, 9), 1),
        dict.fromkeys((5, 7, 9), 1),
    )
    found = sv.kaplan_meier(*counts)
    at = sorted(lost)
    limits = [[t, found.low[t], found.high[t]] for t in (5, 9)]
    agrees([at, found.at_risk[at], found.survival[at], limits], TOY_CURVE)


def test_channing_women() -> None:
    """Section 3.5, real data with late entry: conditional survival at four ages, and its error."""
    women = CHANNING["women"]
    each = [[t, women.survival[t]] for t in (900, 960, 1020, 1080)]
    agrees([each, 960, women.se[960]], WOMEN)


def test_channing_men() -> None:
    """Section 3.5: the first entrants are alone at risk and die, so survival is 0 before 840 months; hence the rule."""
    men = CHANNING["men"]
    assert men.survival[840] == 0.0
    assert np.isnan(men.se[840])


GEHAN = quoted(
    """log-rank 16.792940989, p 4.168809e-05, E(6-MP) 19.250500948; Cox control/6-MP: Efron b 1.572125149
    (SE .412396718), Breslow 1.509191413 (.409564406) |"""
)
CELLTYPE = quoted(
    """| veteran ~ celltype (4 groups) | log-rank 25.403700346, df 3, p 1.271246e-05,
    E = 47.654677673 30.102079327 15.693764614 34.549478386 (R survdiff); Cox Efron b 1.001253183
    1.147713037 .230145517 |"""
)
SEXES = quoted("| log-rank 3.492051087; Cox men Efron b .321903562 (SE .173315567) |")
HALVES = quoted("| left-truncation toy above, groups rows 1-5 / 6-10 | log-rank .008645533 |")
CATEGORIES = quoted(
    """(det,pas,pro) = (200,300,500)(180,288,492)(165,277,486)(153,268,481), d_t =
    (20,12,8)(15,11,6)(12,9,5)(9,7,4) |"""
)
CATEGORY_RATIOS = quoted(
    """log-rank 78.824392773, df 2; HR passive 2.949750124 (1.761933839, 4.938338545), detractor 6.965123986
    (4.285729204, 11.319649430) vs promoter"""
)


def test_log_rank_and_cox_of_gehan() -> None:
    """Section 3.6, first row: log-rank, and Cox by both treatments of ties."""
    test = sc.log_rank(AT_RISK, LOST)
    efron, breslow = (sc.hazard_ratios(AT_RISK, LOST, [[1], [0]], ties=ties) for ties in ("efron", "breslow"))
    found = [test.chi2, test.p, test.expected[1], efron.beta, efron.se, breslow.beta, breslow.se]
    agrees(found, re.sub(r"6-MP", "", GEHAN))


def test_log_rank_and_cox_of_veteran() -> None:
    """Section 3.6, second row: four cell types of the lung cancer trial, the first as reference."""
    at_risk, lost = side_by_side(list(VETERAN.values()))
    test = sc.log_rank(at_risk, lost)
    beta = sc.hazard_ratios(at_risk, lost, np.eye(4)[:, 1:]).beta
    # In exact fractions the first expected number is 47.65467767247...: printed one unit too high.
    agrees([4, test.chi2, test.degrees, test.p, test.expected, beta], CELLTYPE, units=1.1)


def test_log_rank_and_cox_of_channing() -> None:
    """Section 3.6, third row: women and men with late entry, which R's own log-rank refuses."""
    cox = sc.hazard_ratios(*SEX, [[0], [1]])
    # R stops when the log likelihood changes by less than 1e-9 of itself; our gradient is 0 (test_oracles_survival).
    agrees([sc.log_rank(*SEX).chi2, cox.beta, cox.se], SEXES, units=20)


def test_log_rank_of_the_late_entry_toy() -> None:
    """Section 3.6, fourth row: the ten rows in two halves."""
    table = np.reshape(values(TOY), (10, 3))
    halves = side_by_side([sv.kaplan_meier(*from_rows(half, 10)) for half in (table[:5], table[5:])])
    agrees(sc.log_rank(*halves).chi2, HALVES.rpartition("log-rank")[2])


def test_log_rank_and_cox_of_nps_groups() -> None:
    """Section 3.6, last row: hazard ratios of churn by NPS category, with limits."""
    agrees(nps_groups(values(CATEGORIES)), CATEGORY_RATIOS, units=5)


@pytest.mark.parametrize(("name", "people", "losses"), [("channing", 457, 175), ("veteran", 137, 128)])
def test_kept_counts_are_a_complete_account(name: str, people: int, losses: int) -> None:
    """Everybody who came under observation in the kept state was lost or censored; the totals are those of R."""
    groups = json.loads((DATA / f"{name}.json").read_text("utf-8"))["groups"].values()
    entries, lost, censored = (sum(sum(g[key].values()) for g in groups) for key in ("entries", "lost", "censored"))
    assert (entries, lost, censored) == (people, losses, people - losses)
