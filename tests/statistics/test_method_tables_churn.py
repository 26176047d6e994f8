"""Sections 3.1 to 3.4 and 3.7 of the methods, quoted: churn, rates, ratios of both, revenue retention."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cxdash.statistics import intervals, logo_churn, rates, retention
from cxdash.statistics import survival as sv
from tests.statistics.printed import Example, example, quoted, rows, values


def opening_cohort(numbers: list[float]) -> list[Any]:
    """Churn in percent with the right denominator, and the two wrong ones the methods warn of."""
    opening, lost, new, lost_of_new = numbers
    return [100 * share for share in logo_churn.contrast_denominators(opening, lost, new, lost_of_new)]


def two_rates(numbers: list[float]) -> list[Any]:
    """Exact ratio with limits and p; limits by logarithm."""
    d1, t1, d2, t2 = numbers
    log = rates.rate_ratio_log(d1, t1, d2, t2)
    return [*rates.rate_ratio(d1, t1, d2, t2), rates.rate_ratio_p(int(d1), t1, int(d2), t2), log.low, log.high]


def two_risks(numbers: list[float]) -> list[Any]:
    """Katz and Koopman."""
    katz, koopman = rates.risk_ratio(*numbers), rates.risk_ratio_score(*numbers)
    return [katz.ratio, katz.low, katz.high, koopman.low, koopman.high]


def kept_revenue(numbers: list[float]) -> list[Any]:
    """The nine numbers of ten customers, then NRR and GRR with errors."""
    x, y = np.reshape(numbers, (2, 10)).astype(int)
    g = np.minimum(x, y)
    sums = [x.sum(), y.sum(), g.sum(), x @ x, x @ y, y @ y, x @ g, g @ g]
    net = retention.net_retention(10, *sums)
    gross = retention.gross_retention(10, sums[0], sums[2], sums[3], *sums[6:])
    return [10, sums, net.ratio, net.se, gross.ratio, gross.se]


EXAMPLES = [
    example(
        "3.1 denominators, right and wrong",
        opening_cohort,
        "O = 1000, C_O = 50, N = 300, C_N = 24:",
        "correct 5.00 %; all losses/opening 7.40 %; losses/(O+N) 5.69 %",
        rounded=True,
    ),
    example(
        "3.2 five days",
        lambda v: sv.product_limit(v[:5], v[5:]),
        "n = 1000 1010 1005 1020 1015; d = 3 5 2 4 6",
        "-> churn .019622404656, SE .004344456179, CI (.012703894, .030250567)",
        units=4,  # with forty digits the upper limit is .03025056553: the methods print two units more
    ),
    example(
        "3.4 ratio of two risks",
        two_risks,
        "60/400 vs 45/600:",
        "RR 2, Katz (1.388091046, 2.881655357), Koopman (1.390661077, 2.875940348)",
        units=400,  # two R packages find Koopman's limits by bisection to about 1e-7
    ),
    example(
        "3.7 ten customers",
        kept_revenue,
        "x = 100 250 80 400 60 120 90 300 50 150; y = 110 250 0 420 60 90 0 330 50 180:",
        """state n 10, Sx 1600, Sy 1490, Sg 1400, Sxx 380000, Sxy 384400, Syy 406500, Sxg 361900, Sgg 359200 ->
        NRR .93125 (SE .093404673605), GRR .875 (SE .085423018057)""",
    ),
    *rows(
        "3.3",
        lambda v: [sv.person_time(*v), sv.share_lost(sv.person_time(*v))],
        "| d 37, T 12450.5 | rate .002971768202, CI (.002092399066, .004096191008); monthly .086482910, CI (.061701731, .117218723) |",  # noqa: E501
    ),
    *rows(
        "3.3",
        lambda v: sv.person_time(*v),
        """
| d 0, T 812 | 0, CI (0, .004542954993) |
| d 1, T 30 | .033333333, CI (.000843926933, .185721446365) |
""",
    ),
    *rows(
        "3.3",
        two_rates,
        "| 41/1890.25 vs 22/2410.75 | RR 2.376808022, exact CI (1.383114655, 4.189597497), p .000861037571; log CI (1.415914920, 3.989799311) |",  # noqa: E501
    ),
    *rows(
        "3.3",
        lambda v: rates.mantel_haenszel(*np.reshape(v, (3, 4)).T),
        "| MH strata (12,400,9,700)(20,900,15,1500)(9,1100,14,2500) | RR 2.002683277, CI (1.283022725, 3.126008785) (epiR) |",  # noqa: E501
    ),
]


@pytest.mark.parametrize("case", EXAMPLES)
def test_example(case: Example) -> None:
    """A worked example or table row gives every printed digit."""
    case.check()


def test_logo_churn_is_the_cohort_it_opened_with() -> None:
    """Section 3.1: what a window opens and closes with adds up; its churn is 5 % with Wilson's limits."""
    assert logo_churn.closing_customers(1000, 300, 12, 50, 24) == 1238
    found = logo_churn.logo_churn(1000, 50)
    expected = (0.05, *map(float, intervals.wilson(50, 1000)))
    assert (found.churn, found.low, found.high) == pytest.approx(expected, abs=1e-15)


MONTH = quoted("equivalent 1 - exp(-30.4375 lambda)")


def test_days_of_a_month() -> None:
    """Section 3.2: a month is 30.4375 days."""
    assert values(MONTH)[-1] == -sv.DAYS_A_MONTH
