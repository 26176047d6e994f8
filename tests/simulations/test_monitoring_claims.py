"""What monitoring promises, checked on its simulations: quiet charts, honest scans, a score that knows its error."""

from __future__ import annotations

import pytest

from tests.simulations import daily_chart
from tests.simulations.studies import result
from tests.simulations.tables import Cell

pytestmark = pytest.mark.slow

Q = 0.10


def rows(study: str) -> list[dict[str, Cell]]:
    """The lines of a study by column."""
    table = result(study)
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def number(cell: Cell) -> float:
    """A printed number."""
    return float(str(cell).replace("> 28", "inf"))


@pytest.mark.parametrize("setting", [setting.name for setting in daily_chart.PROMISED])
def test_false_alarms_of_the_daily_chart(setting: str) -> None:
    """At most five alarms begin in 1,000 quiet days, both rules together, and fewer by each alone."""
    row = next(row for row in rows("daily_chart") if row["setting"] == setting and row["chart"] == "**default**")
    assert number(row["alarms of both"]) <= 5.0
    assert number(row["one day beyond"]) <= 3.5
    assert number(row["EWMA alarms"]) <= 3.0


PRINTED = {
    "60/60, 0, 0": ("3.5", "2.3", "4.5", "2.7", "3.6"),
    "80/15, 0, 0": ("22.6", "2.7", "3.2", "2.4", "26.1"),
    "80/15, 5, 0": ("22.4", "6.9", "3.6", "3.5", "17.8"),
    "800/150, 5, 0": ("6.9", "116.4", "6.7", "3.7", "8.8"),
    "80/15, 0, -8": ("24.3", "4.9", "4.3", "2.1", "23.9"),
    "800/150, 3, -8": ("17.4", "46.7", "4.9", "3.2", "11.7"),
}
"""Methods 8.1: days beyond 3 per 1,000 quiet ones, in the order of `ORDER`; 300 runs."""

FOUND = {
    "60/60, 0, 0": ("6", "5", "5", "6", "inf"),
    "80/15, 0, 0": ("8", "4", "4", "5", "inf"),
    "80/15, 5, 0": ("10", "4", "6", "6", "inf"),
    "800/150, 5, 0": ("3", "1", "2", "2", "5"),
    "80/15, 0, -8": ("9", "5", "5", "5", "inf"),
    "800/150, 3, -8": ("3", "1", "2", "2", "3"),
}
"""The same, median day on which the EWMA finds a fall of 12 points."""

ORDER = ("XmR", "plain z", "Laney NPS′", "weekday + τ², limits 3 and 2.86", "seasonal naive")


@pytest.mark.parametrize("setting", PRINTED)
def test_the_methods_table_of_charts(setting: str) -> None:
    """Each number of the printed table comes out again, within what 300 runs and other random draws allow."""
    found = {row["chart"]: row for row in rows("daily_chart") if row["setting"] == setting}
    alarms = [number(found[chart]["one day beyond"]) for chart in ORDER]
    days = [number(found[chart]["fall found by EWMA, day"]) for chart in ORDER]
    assert alarms == pytest.approx([float(v) for v in PRINTED[setting]], rel=0.25, abs=1.3)
    assert days == pytest.approx([float(v) for v in FOUND[setting]], abs=1.0)


def test_the_default_limits_cost_little() -> None:
    """A fall of 12 points is found at most three days later than with limits that break the promise."""
    found = rows("daily_chart")
    for setting in daily_chart.METHODS_TABLE:
        by = {row["chart"]: number(row["by either"]) for row in found if row["setting"] == setting.name}
        assert by["**default**"] <= by["weekday + τ², limits 3 and 2.86"] + 3


def test_the_usual_limits_would_break_the_promise() -> None:
    """Why the default widens them: with 3 and 2.86 seven alarms begin in 1,000 days that truly vary."""
    usual = [row for row in rows("daily_chart") if row["chart"] == "weekday + τ², limits 3 and 2.86"]
    assert max(number(row["alarms of both"]) for row in usual) > 6.0


@pytest.mark.parametrize(
    ("n", "p", "rate", "power"),
    [(20, "inversion", 0.055, 0.01), (50, "inversion", 0.082, 0.07), (200, "inversion", 0.110, 0.65),
     (20, "Wald", 0.252, None), (50, "Wald", 0.142, None), (200, "Wald", 0.122, None)],
)  # fmt: skip
def test_the_methods_numbers_of_many_cells(n: int, p: str, rate: float, power: float | None) -> None:
    """False discovery rates and power of methods 8.2, within two errors of some hundred printed scans."""
    row = next(row for row in rows("many_cells") if row["n per period"] == n and str(row["p from"]).startswith(p))
    assert row["FDR of BH"] == pytest.approx(rate, abs=0.03)
    if power is not None:
        assert row["power of BH"] == pytest.approx(power, abs=0.02)


def test_corrections_keep_their_rate() -> None:
    """With p by inversion Benjamini-Hochberg stays at q, with or without changes; Benjamini-Yekutieli far below."""
    for row in rows("many_cells"):
        if str(row["p from"]).startswith("inversion"):
            assert float(row["FDR of BH"]) <= Q + 2 * 0.0047
            assert float(row["false among found"]) <= Q + 2 * 0.0047
            assert float(row["FDR of BY"]) <= float(row["FDR of BH"]) / 2


def test_the_scan_keeps_its_false_discovery_rate() -> None:
    """Independent and repeated answers, nothing changed or a tenth: at most q and two Monte Carlo errors."""
    default = [row for row in rows("scan_of_changes") if "default" in str(row["answers"])]
    assert len(default) == 8
    for row in default:
        assert float(row["FDR"]) <= Q + 2 * float(row["± MC"]), row
    assert any(row["truth"] == "a tenth changed" and float(row["power"]) > 0.4 for row in default)


def test_without_heavier_tails_the_scan_would_not() -> None:
    """Why the design effect's own error counts: with a normal p repeated answers raise the rate by two MC errors."""
    repeated = [row for row in rows("scan_of_changes") if "likeness" in str(row["customers"])]
    plain = [row for row in repeated if "normal p" in str(row["answers"])]
    assert any(float(row["FDR"]) > Q + 2 * float(row["± MC"]) for row in plain)


def test_the_health_score_knows_its_error() -> None:
    """From 100 answers on the interval covers 93 to 97 % on average; without correlation it does not."""
    found = [row for row in rows("health_score") if int(row["n"]) >= 100]
    for n in (100, 300, 1000):
        of_n = [row for row in found if row["n"] == n]
        default = [float(row["**covariance from buckets (default)**"]) for row in of_n]
        ignoring = [float(row["ignoring correlation"]) for row in of_n]
        assert 0.93 <= sum(default) / len(default) <= 0.97
        assert sum(ignoring) / len(ignoring) < 0.92
