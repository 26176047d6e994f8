"""Sections 0 to 2 of the methods, quoted: NPS, its differences and weights, shares, means, response."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from statsmodels.stats.proportion import proportions_ztest

from cxdash.statistics import buckets, differences, distributions, histograms, weighting
from cxdash.statistics import intervals as iv
from tests.statistics.printed import Example, example, rows

SIMULTANEOUS_Z = distributions.simultaneous_z()


def one_nps(counts: list[float]) -> list[Any]:
    """Value, standard error, and the four intervals of the table."""
    se = np.sqrt(iv.nps_variance(*counts) / sum(counts))
    wald, simultaneous = iv.nps_wald(*counts), iv.nps_wald(*counts, z=SIMULTANEOUS_Z)
    return [
        iv.nps_value(*counts),
        se,
        wald,
        iv.nps_adjusted_wald(*counts),
        simultaneous,
        iv.nps_score_interval(*counts),
    ]


def two_nps(counts: list[float]) -> list[Any]:
    """The difference with Wald error and p, and with MOVER limits and p."""
    first, second = counts[:3], counts[3:]
    se = [np.sqrt(iv.nps_variance(*group) / sum(group)) for group in (first, second)]
    wald = differences.normal_difference(iv.nps_value(*first), se[0], iv.nps_value(*second), se[1])
    found = differences.nps_difference(*first, *second)
    return [found.diff, np.hypot(*se), wald.p, found.low, found.high, found.p]


def jackknifed_ratio(numbers: list[float]) -> list[Any]:
    """R, its error and t limits from 8 numerators and 8 denominators."""
    above, below = np.reshape(numbers, (2, 8))
    ratio = above.sum() / below.sum()
    variance = buckets.jackknife(ratio, buckets.without_each(above) / buckets.without_each(below))
    return [ratio, np.sqrt(variance), *buckets.t_interval(ratio, variance, 8)]


def weighted(numbers: list[float]) -> list[Any]:
    """NPS of (score, weight) pairs, by way of its nine numbers, which come first."""
    score, weight = np.reshape(numbers, (-1, 2)).T
    state = [[np.sum(weight[score == s] ** power) for s in (-1, 0, 1)] for power in (0, 1, 2)]
    found = weighting.weighted_nps(*state)
    kish = [found.deff_kish, found.n_eff]
    return [state, found.nps, found.se, *kish, found.low, found.high, found.deff_linear]


def post_stratified(numbers: list[float]) -> list[Any]:
    """Strata of three counts each, then their shares."""
    *counts, shares = np.reshape(numbers, (-1, 3))
    return list(weighting.post_stratified_nps(counts, shares)[:2])


def panel(numbers: list[float]) -> list[Any]:
    """Change, error, t and p."""
    found = weighting.panel_change(np.reshape(numbers, (3, 3)))
    return [found.diff, found.se, found.t, found.p]


def two_means(numbers: list[float]) -> list[Any]:
    """Two histograms over 1 to 5: both states, means, difference, t, degrees of freedom, p, limits."""
    states = [histograms.moments(h, np.arange(1, 6)) for h in np.reshape(numbers, (2, 5))]
    found = differences.welch(*states[0], *states[1])
    _, _, t, degrees = differences.welch_statistic(*states[0], *states[1])
    means = [iv.mean_variance(*state)[0] for state in states]
    return [states, means, found.diff, t, degrees, found.p, found.low, found.high]


def effort(numbers: list[float]) -> list[Any]:
    """A histogram over 1 to 7: state, mean, variance, limits; share of 5 to 7 with limits."""
    state = histograms.moments(numbers, np.arange(1, 8))
    mean, low, high = iv.mean_interval(*state)
    easy, n = histograms.count_top(numbers, np.arange(1, 8), at_least=5)
    return [state, mean, iv.mean_variance(*state)[1], low, high, easy, n, easy / n, iv.wilson(easy, n)]


def newcombe(numbers: list[float]) -> list[Any]:
    """Limits of the difference of two shares."""
    found = differences.proportion_difference(*numbers)
    return [found.low, found.high]


def pooled_p(numbers: list[float]) -> float:
    """The textbook test the p of Newcombe's limits is compared with, by statsmodels: the package has no such test."""
    x1, n1, x2, n2 = numbers
    return float(proportions_ztest([x1, x2], [n1, n2])[1])


EXAMPLES = [
    example("0 z", lambda _: distributions.normal_quantile(0.975), "", "z = 1.959963984540054"),
    example("0.4 t of 31", lambda _: distributions.t_quantile(0.975, 31), "", "(t_31 = 2.039513)"),
    example(
        "0.4 jackknifed ratio",
        jackknifed_ratio,
        "num = 12 9 15 7 11 13 8 10, den = 30 28 33 25 31 35 22 27",
        "-> R = 0.367965367965, SE = 0.018498594115, t_7 CI = (0.324223143700, 0.411707592231)",
    ),
    example("1.1 ten points", lambda v: iv.answers_needed(v[0], 0.10), "(sigma^2 = 0.6:", "231 for"),
    example("1.1 five points", lambda _: iv.answers_needed(0.6, 0.05), "for 10 points,", "922 for"),
    example("1.2 Goodman's z", lambda _: SIMULTANEOUS_Z, "", "= 2.447747"),
    example(
        "1.3 one promoter",
        lambda _: iv.nps_adjusted_wald(0, 0, 1),
        "one promoter, n = 1,",
        "(-.485, .985)",
        rounded=True,
    ),
    example("1 one promoter", lambda _: iv.nps_score_interval(0, 0, 1), "n = 1 ->", "CI (-.587, 1)", rounded=True),
    example(
        "1 airway table",
        lambda v: iv.nps_score_interval(*v),
        "(1,13,7)",
        "interval .026-.517",
        rounded=True,
    ),
    example(
        "1 weighted",
        weighted,
        "Weighted (y,w) = (1,1)(1,1)(0,1)(-1,1)(1,2)(0,2)(-1,2)(1,.5)(1,.5)(0,.5)(-1,.5)(1,3):",
        """n = (3,3,6), W = (3.5,3.5,8), Q = (5.25,5.25,15.5) -> NPS .3, SE .286589136803, Kish deff 1.386666667,
        n_eff 8.653846154, score CI (-.270783776, .705559058); svymean deff 1.335172414""",
    ),
    example(
        "1 post-stratified",
        post_stratified,
        "strata (5,15,30),(12,10,18),(4,3,3), shares .3/.3/.4",
        "-> .155, SE .121540295510",
    ),
    example(
        "1 panel",
        panel,
        "Panel [[20,8,4],[6,40,14],[3,12,93]]",
        "-> .03, SE .041279778349, t .726748088, p .468234302",
    ),
    example(
        "2.1 difference of 412 and 380 of 500",
        lambda v: [newcombe(v), differences.proportion_difference(*v).p, pooled_p(v)],
        "| 412/500 - 380/500 |",
        ".013669733, .113997761; MOVER p .012779060; pooled z p .012660038",
    ),
    example(
        "2.2 two histograms",
        two_means,
        "(12,18,40,180,250) vs (20,35,65,190,190):",
        """states (500,2138,9574), (500,1995,8535) -> means 4.276, 3.99; diff .286, t 4.502112394, df 978.256876303,
        p 7.537822e-06, CI (.161337610, .410662390)""",
    ),
    example(
        "2.3 effort",
        effort,
        "histogram (10,12,20,38,70,90,60):",
        """state (300,1556,8776); mean 5.186666667, var 2.359687848, CI (5.012134201, 5.361199132);
        % easy 220/300 = .733333333, Wilson (.680572606, .780194008)""",
    ),
    example(
        "2.4 response",
        lambda v: [v[0] / v[1], iv.wilson(*v)],
        "Vector 1284/9870",
        "-> .130091185, CI (.123598159, .136872041)",
    ),
    example(
        "2.4 who did not answer",
        lambda v: weighting.nonresponse_bounds(v[1], v[0]),
        "r = .13, NPS = .42",
        "-> (-.8154, .9246)",
    ),
    *rows(
        "1 vectors",
        one_nps,
        """
| 15,25,60 | .45 | .073993243 | .304975909, .595024091 | .293431112, .580355296 | .268883274, .631116726 | .292569155, .581257020 |
| 8,12,10 | .066666667 | .140896600 | -.209485595, .342818928 | -.200849243, .322061364 | -.278212539, .411545872 | -.208626819, .331009299 |
| 2,3,0 | -.4 | .219089023 | -.829406594, .029406594 | -.674344650, .174344650 | -.936274462, .136274462 | -.769275719, .208275451 |
| 5,0,7 | .166666667 | .284637521 | -.391212624, .724545957 | -.341992543, .608659210 | -.530053924, .863387257 | -.360977375, .613479373 |
| 1,13,7 | .285714286 | .119387271 | .051719535, .519709036 | .019016029, .480983971 | -.006515527, .577944099 | .026003032, .517232276 |
| 0,0,10 | 1 | 0 | 1, 1 | .475035515, 1.063426023 | 1, 1 | .444934400, 1 |
| 0,10,0 | 0 | 0 | 0, 0 | -.184650449, .184650449 | 0, 0 | -.277532800, .277532800 |
| 0,0,1 | 1 | 0 | 1, 1 | -.484986494, .984986494 | 1, 1 | -.586901371, 1 |
| 120,300,580 | .46 | .022099774 | .416685239, .503314761 | .415344728, .501903527 | .405905349, .514094651 | .415468049, .502084825 |
""",  # noqa: E501
    ),
    *rows(
        "1 differences",
        two_nps,
        """
| 15,25,60 | 20,30,50 | .15 | .107587174, .163251712 | -.062946102, .357297259 | .166546575 |
| 120,300,580 | 150,310,540 | .07 | .032035917, .028885367 | .007134637, .132719287 | .029103156 |
| 0,0,10 | 2,3,5 | .70 | .246981781, .004593810 | .029976632, 1.216592197 | .042077445 |
""",
        inputs=2,
    ),
    *rows(
        "2.1 Wilson",
        lambda v: iv.wilson(*v),
        """
| 412/500 | .788185829, .854873599 | |
| 10/10 | .722467200, 1 | |
| 1/1 | .206549314, 1 | |
""",
    ),
    *rows(
        "2.1 Wilson, and as printed in 1998",
        lambda v: [iv.wilson(*v), iv.wilson(*v)],
        """
| 81/263 | .255288520, .366209577 | .2553, .3662 |
| 15/148 | .062386400, .160487242 | .0624, .1605 |
| 0/20 | 0, .161125158 | 0, .1611 |
| 1/29 | .006113214, .171755219 | .0061, .1718 |
""",
        rounded=True,
    ),
    *rows(
        "2.1 Newcombe, and as printed in 1998",
        lambda v: [newcombe(v), newcombe(v)],
        """
| 56/70 - 48/80 | .052431472, .333872654 | .0524, .3339 |
| 9/10 - 3/10 | .170522724, .809017974 | .1705, .8090 |
| 6/7 - 2/7 | .058227927, .806249638 | .0582, .8062 |
| 5/56 - 0/29 | -.038137148, .192560014 | -.0381, .1926 |
| 0/10 - 0/20 | -.161125158, .277532800 | -.1611, .2775 |
""",
        rounded=True,
    ),
]


@pytest.mark.parametrize("case", EXAMPLES)
def test_example(case: Example) -> None:
    """A worked example or table row of sections 0 to 2 gives every printed digit."""
    case.check()


@pytest.mark.parametrize("counts", [(0, 0, 10), (10, 0, 0), (3, 0, 9), (1, 0, 1)])
def test_score_interval_without_passives_is_wilson(counts: tuple[int, int, int]) -> None:
    """Section 1.2: m = 0 gives 2 Wilson(p, n) - 1."""
    doubled = 2 * np.array(iv.wilson(counts[2], sum(counts))) - 1
    assert iv.nps_score_interval(*counts) == pytest.approx(doubled, abs=1e-14)


@pytest.mark.parametrize("n", [1, 10, 1000])
def test_score_interval_of_passives_alone(n: int) -> None:
    """Section 1.2: all passives give -+ z^2/(n + z^2)."""
    limit = iv.Z95**2 / (n + iv.Z95**2)
    assert iv.nps_score_interval(0, n, 0) == pytest.approx((-limit, limit), abs=1e-14)


@pytest.mark.parametrize("counts", [(15, 25, 60), (2, 3, 0), (1, 13, 7)])
def test_score_interval_is_mirrored(counts: tuple[int, int, int]) -> None:
    """Section 1.2: swapping d and p turns the interval over."""
    low, high = iv.nps_score_interval(*counts[::-1])
    assert iv.nps_score_interval(*counts) == pytest.approx((-high, -low), abs=1e-15)
