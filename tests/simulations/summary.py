"""The promise at a glance: mean coverage of every default interval, taken from the studies' own tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan

from tests.simulations.tables import Cell, Table

SIZES = (10, 30, 100, 1000)


@dataclass(frozen=True)
class Line:
    """One line of the summary.

    Attributes:
        name: of the number.
        study: whose table is read.
        column: the heading over the coverage.
        belongs: whether a row (its cells as text, for a number of answers) counts; several are averaged.
        sizes: numbers of answers for which the number is given an interval.
    """

    name: str
    study: str
    column: str
    belongs: Callable[[list[str], str], bool]
    sizes: tuple[int, ...] = SIZES

    def coverage(self, table: Table, n: int) -> float:
        """The mean over the rows that belong, NaN where no interval is given at this size."""
        if n not in self.sizes:
            return float("nan")
        place = table.columns.index(self.column)
        found = [row[place] for row in table.rows if self.belongs([_plain(cell) for cell in row], str(n))]
        assert found, (self.name, n)
        return sum(float(cell) for cell in found) / len(found)


def _plain(cell: Cell) -> str:
    return str(cell).replace(",", "").replace("*", "")


LINES = (
    Line("NPS", "nps_intervals", "mean coverage", lambda row, n: row[:2] == [n, "score (default)"]),
    Line(
        "CSAT and other shares of answers",
        "proportions",
        "mean coverage",
        lambda row, n: row[:2] == [n, "Wilson (default)"],
    ),
    Line(
        "mean ratings",
        "means",
        "mean coverage",
        lambda row, n: row[0] == n and row[1].endswith("score interval (default)"),
    ),
    Line(
        "churn over four weeks",
        "churn",
        "mean coverage (log-log, default)",
        lambda row, n: row[:2] == [n, "28"],
    ),
    Line(
        "net revenue retention",
        "revenue",
        "NRR, joined (default)",
        lambda row, n: row[2] == n,
        (30, 100, 1000),
    ),
    Line("gross revenue retention", "revenue", "GRR, Wilson (default)", lambda row, n: row[2] == n, (30, 100, 1000)),
    Line(
        "difference of two NPS",
        "nps_differences",
        "mean coverage",
        lambda row, n: row[0] == f"{n} {n}" and "default" in row[1],
    ),
    Line(
        "difference of two shares",
        "proportions",
        "mean coverage",
        lambda row, n: row[0] == f"{n} {n}" and "default" in row[1],
    ),
    Line(
        "gap to a benchmark that tells its counts (400)",
        "benchmark_gap",
        "mean coverage",
        lambda row, n: row[:3] == [n, "400", "gap counts"],
    ),
    Line(
        "gap to a benchmark that tells value and n (400)",
        "benchmark_gap",
        "mean coverage",
        lambda row, n: row[:2] == [n, "400"] and "default" in row[2],
    ),
    Line(
        "channel consistency L, answers per channel, channels that differ",
        "channel_levels",
        "coverage (default)",
        lambda row, n: row[0] != "0" and row[1] == f"{n} each",
    ),
    Line("weighted NPS", "weighted_nps", "mean coverage", lambda row, n: row[0] == n and row[1].endswith("(default)")),
    Line(
        "repeated answers of the same customers",
        "clustered_answers",
        "score with n/deff (default)",
        lambda row, n: row[:3] == ["repeated", "some customers", n],
    ),
    Line(
        "driver weights",
        "driver_weights",
        "weight, Fisher's z (default)",
        lambda row, n: row[2] == n and row[3] == "32",
        (100, 1000),
    ),
    Line(
        "drivers' shares of R²",
        "driver_weights",
        "share, logit (default)",
        lambda row, n: row[2] == n and row[3] == "32",
        (100, 1000),
    ),
    Line(
        "CX health score",
        "health_score",
        "**covariance from buckets (default)**",
        lambda row, n: row[1] == n,
        (100, 1000),
    ),
)


def summary(result: Callable[[str], Table]) -> Table:
    """Mean coverage at 10, 30, 100 and 1,000 answers; a dash where no interval is given or none was studied."""
    rows = [(line.name, *(line.coverage(result(line.study), n) for n in SIZES)) for line in LINES]
    outside = [
        f"{row[0]} at {n:,} ({value:.3f})"
        for row in rows
        for n, value in zip(SIZES, row[1:], strict=True)
        if isinstance(value, float) and not isnan(value) and not 0.93 <= value <= 0.97
    ]
    about = (
        "Mean coverage of the default interval over the populations of each study below (which say what those are, how "
        "large the Monte Carlo error is, and how the worst population fares). Outside 93–97 %: "
        + ("; ".join(outside) if outside else "none")
        + ". A dash: no interval is given at that size, or none was studied."
    )
    return Table("summary", "At a glance", about, ("number", *(f"n = {n:,}" for n in SIZES)), tuple(rows))
