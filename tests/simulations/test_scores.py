"""What is promised of the intervals of scores: NPS, shares, means, their differences and gaps, weighted or not."""

from __future__ import annotations

import numpy as np
import pytest

from cxdash.statistics.differences import nps_difference
from tests.simulations import benchmark_gap, means, nps_differences, nps_intervals, proportions, weighted_nps
from tests.simulations.nps_samples import chances, populations, samples
from tests.simulations.studies import result
from tests.simulations.tables import Table

PRINTED = {
    (5, "Wald"): (0.807, 0.319, 1e-3),
    (5, "adjusted Wald"): (0.939, 0.837, 1e-3),
    (5, nps_intervals.DEFAULT): (0.966, 0.919, 1e-3),
    (10, "Wald"): (0.8735, 0.5393, 1e-4),
    (10, "Goodman"): (0.9242, 0.5413, 1e-4),
    (10, "Agresti-Min"): (0.9473, 0.9156, 1e-4),
    (10, "adjusted Wald"): (0.9482, 0.8791, 1e-4),
    (10, "Bonett-Price"): (0.9570, 0.9168, 1e-4),
    (10, nps_intervals.DEFAULT): (0.9588, 0.9298, 1e-4),
    (30, "Wald"): (0.9280, 0.7439, 1e-4),
    (30, "Goodman"): (0.9681, 0.9034, 1e-4),
    (30, "Agresti-Min"): (0.9465, 0.9354, 1e-4),
    (30, "adjusted Wald"): (0.9478, 0.9268, 1e-4),
    (30, "Bonett-Price"): (0.9522, 0.9400, 1e-4),
    (30, nps_intervals.DEFAULT): (0.9527, 0.9456, 1e-4),
    (100, "Wald"): (0.9436, 0.9214, 1e-4),
    (100, "Goodman"): (0.9805, 0.9436, 1e-4),
    (100, "adjusted Wald"): (0.9492, 0.9381, 1e-4),
    (100, nps_intervals.DEFAULT): (0.9501, 0.9372, 1e-4),
}
"""Mean and worst coverage as the methods print them (1.3), and half a unit of their last digit, rounded up."""

WIDTHS = {
    10: {"Wald": 83.3, "Goodman": 101.3, "Agresti-Min": 81.8, "adjusted Wald": 79.9, nps_intervals.DEFAULT: 83.5},
    30: {"Wald": 51.9, "Goodman": 64.7, "Agresti-Min": 51.1, "adjusted Wald": 50.6, nps_intervals.DEFAULT: 51.1},
    100: {"Wald": 29.0, "Goodman": 36.2, "adjusted Wald": 28.7, nps_intervals.DEFAULT: 28.8},
}
"""Mean widths in points, likewise."""


def lines(table: Table, *names: str) -> list[dict[str, object]]:
    """The rows that hold one of the names in any cell, by heading."""
    return [
        dict(zip(table.columns, row, strict=True))
        for row in table.rows
        if any(isinstance(cell, str) and name in cell for cell in row for name in names)
    ]


def outside(rows: list[dict[str, object]], low: float = 0.93, high: float = 0.97) -> list[dict[str, object]]:
    """The rows whose mean coverage is not as promised."""
    assert rows
    return [row for row in rows if not low <= float(str(row["mean coverage"])) <= high]


@pytest.mark.parametrize("n", [5, 10, 30, 100])
def test_the_enumeration_finds_the_printed_table(n: int) -> None:
    """Coverage and width of six methods over 85 populations are those the methods print, to the last digit."""
    found = nps_intervals.exact_coverage(n)
    for (size, name), (mean, worst, close) in PRINTED.items():
        if size == n:
            assert (found[name][0].mean(), found[name][0].min()) == pytest.approx((mean, worst), abs=close), name
    for name, width in WIDTHS.get(n, {}).items():
        assert found[name][1].mean() == pytest.approx(width, abs=0.051), name


def test_samples_are_all_there_are() -> None:
    """The chances of all samples add up to one in each population, also where nobody is a detractor."""
    shares = populations()
    assert shares.shape == (85, 3)
    assert (shares == 0).any(axis=1).sum() == 7
    assert [chances(samples(20), row).sum() for row in shares] == pytest.approx(np.ones(85), abs=1e-12)


@pytest.mark.parametrize(("n1", "n2"), [(10, 10), (10, 40)])
def test_a_difference_is_significant_as_often_as_its_interval_excludes_zero(n1: int, n2: int) -> None:
    """Over every pair of samples p < .05 exactly where the interval is clear of zero: one size, not two."""
    first, second = samples(n1)[:, None, :], samples(n2)[None, :, :]
    found = nps_difference(*np.moveaxis(first, -1, 0), *np.moveaxis(second, -1, 0))
    apart = (found.low > 0) | (found.high < 0)
    assert (apart == (found.p < 0.05)).all()
    assert 0 < apart.mean() < 1


def test_the_default_difference_keeps_its_size_where_the_others_do_not() -> None:
    """10 against 40 answers: nominal .05 is .05 for MOVER, three times that for Wald and Welch (exact)."""
    null = np.array([i == j for i, j in nps_differences.PAIRS])
    size = {
        name: nps_differences.enumerate_pairs(10, 40, method)[1][null].max()
        for name, method in nps_differences.METHODS.items()
    }
    assert size[nps_differences.DEFAULT] < 0.052
    assert min(size["Wald"], size["Welch t"]) > 0.14


@pytest.mark.slow
def test_nps_holds_what_it_promises() -> None:
    """From ten answers on the mean over the populations is 93-97 %, and no population falls below .929."""
    rows = [row for row in lines(result("nps_intervals"), nps_intervals.DEFAULT) if int(str(row["n"])) >= 10]
    assert outside(rows) == []
    assert min(float(str(row["worst"])) for row in rows) > 0.929


@pytest.mark.slow
def test_a_difference_of_nps_holds_what_it_promises() -> None:
    """Mean coverage 93-97 % at all sizes, worst pair above .944, size at most .05 and three Monte Carlo errors."""
    rows = lines(result("nps_differences"), nps_differences.DEFAULT)
    assert outside(rows) == []
    assert min(float(str(row["worst"])) for row in rows) > 0.944
    assert max(float(str(row["size"])) for row in rows) < 0.0545


@pytest.mark.slow
def test_weighted_nps_holds_what_it_promises() -> None:
    """93-97 % from thirty answers; with ten, a few effective answers, a little more than promised, never less."""
    rows = lines(result("weighted_nps"), weighted_nps.DEFAULT)
    few, enough = ([row for row in rows if (row["n"] == 10) == small] for small in (True, False))
    assert outside(enough) == []
    assert outside(few, high=0.98) == []
    assert min(float(str(row["worst"])) for row in rows) > 0.94
    unweighted = lines(result("weighted_nps"), weighted_nps.UNWEIGHTED)
    assert float(str(unweighted[-1]["first base"])) < 0.01


@pytest.mark.slow
def test_shares_and_their_differences_hold_what_they_promise() -> None:
    """Wilson and Newcombe: mean coverage 93-97 % at all sizes, rare shares included; size near .05."""
    table = result("proportions")
    assert outside(lines(table, proportions.DEFAULT, proportions.DIFFERENCE_DEFAULT)) == []
    differences = lines(table, proportions.DIFFERENCE_DEFAULT)
    assert max(float(str(row["size"])) for row in differences) < 0.056


@pytest.mark.slow
def test_means_hold_what_they_promise() -> None:
    """93-97 % at all sizes; the difference of two groups of ten holds a little more, and no size exceeds .06."""
    table = result("means")
    assert outside(lines(table, means.DEFAULT)) == []
    differences = lines(table, means.DIFFERENCE_DEFAULT)
    few, enough = ([row for row in differences if (row["n"] == "10, 10") == small] for small in (True, False))
    assert outside(enough) == []
    assert outside(few, high=0.985) == []
    assert max(float(str(row["size"])) for row in differences) < 0.06


@pytest.mark.slow
def test_a_gap_holds_what_it_promises() -> None:
    """93-97 % where the publisher tells counts or interval, never less where value and n are told."""
    table = result("benchmark_gap")
    assert outside(lines(table, f"gap, {benchmark_gap.COUNTS}", f"gap, {benchmark_gap.MARGIN}")) == []
    widest = lines(table, benchmark_gap.WIDEST)
    assert outside(widest, low=0.95, high=0.98) == []
    assert min(float(str(row["worst"])) for row in widest) > 0.944
    assert max(float(str(row["size"])) for row in lines(table, benchmark_gap.BREAK_EVEN)) < 0.06


@pytest.mark.slow
def test_a_rank_holds_what_it_promises() -> None:
    """The true rank lies inside at least 95 times in a hundred, in any field of competitors."""
    rows = lines(result("benchmark_gap"), "rank among")
    assert outside(rows, low=0.95, high=1.0) == []
