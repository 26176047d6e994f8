"""From raw file to published answer: each example is refreshed once, with its checks, and asked for known figures.

What is expected is computed here from the raw files or written out from the methods' definitions, never with the
product's own statistics.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from math import exp, log, sqrt
from typing import Any

import pytest
from click.testing import CliRunner
from scipy.optimize import brentq, minimize_scalar
from statsmodels.stats.proportion import proportion_confint

from cxdash.answers import Answer, Question, answer
from cxdash.answers.answer import Against
from cxdash.cli import main
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.periods import Period
from cxdash.selection import Selection

Ask = Callable[..., Answer]

Z = 1.959963984540054


@pytest.fixture
def ask(publish: Callable[[str], Edition]) -> Ask:
    """Ask an example for a metric from one day to another."""

    def ask_example(name: str, metric: str, first: date, last: date, **further: Any) -> Answer:
        selection = Selection(Period(first, last), f"{first}..{last}")
        return answer(publish(name), Question(metric, selection, **further))

    return ask_example


@pytest.mark.parametrize("name", ["sfo", "callcentre", "telco", "cdnow"])
def test_an_example_passes_its_own_checks(publish: Callable[[str], Edition], name: str) -> None:
    """Nothing is held back, and nothing is published with a warning that a reader would have to explain away."""
    manifest = publish(name).manifest
    assert [f"{check.table}: {check.claim}" for check in manifest.warnings] == []


@pytest.mark.parametrize(
    ("year", "detractors", "passives", "promoters", "points"),
    [(2017, 342, 968, 1436, 39.8), (2018, 447, 935, 1268, 31.0)],
)
def test_nps_of_the_airport(
    sfo: Any, ask: Ask, year: int, detractors: int, passives: int, promoters: int, points: float
) -> None:
    """Known NPS and n of both years that asked, with Tango's interval from the counts in the file."""
    counted = _count_recommendations(sfo, year)
    assert counted == (detractors, passives, promoters)
    row = ask("sfo", "nps", date(year, 1, 1), date(year, 12, 31)).only
    assert row.n == row.n_eff == sum(counted)
    assert row.value == pytest.approx((promoters - detractors) / sum(counted))
    assert 100 * (row.value or 0) == pytest.approx(points, abs=0.05)
    assert (row.low, row.high) == pytest.approx(_tango(*counted), abs=1e-7)


def test_recommendation_fell_between_the_two_years(sfo: Any, ask: Ask) -> None:
    """2018 against 2017: nine points down, the square-and-add interval far from zero."""
    row = ask("sfo", "nps", date(2018, 1, 1), date(2018, 5, 31), against="year").only
    before, now = _count_recommendations(sfo, 2017), _count_recommendations(sfo, 2018)
    (low1, high1), (low2, high2) = _tango(*now), _tango(*before)
    e1, e2 = ((p - d) / (d + m + p) for d, m, p in (now, before))
    assert row.difference is not None
    assert (row.difference.value, row.difference.low, row.difference.high) == pytest.approx(
        (
            e1 - e2,
            e1 - e2 - sqrt((e1 - low1) ** 2 + (high2 - e2) ** 2),
            e1 - e2 + sqrt((high1 - e1) ** 2 + (e2 - low2) ** 2),
        ),
        abs=1e-7,
    )
    assert row.difference.word == "down"


def test_satisfaction_with_the_airport(sfo: Any, ask: Ask) -> None:
    """Top two boxes of 2016 as counted in the file: (1633 + 731) of 2,919, Wilson interval."""
    row = ask("sfo", "csat", date(2016, 1, 1), date(2016, 12, 31)).only
    assert row.n == 2919
    assert (row.value, row.low, row.high) == pytest.approx((2364 / 2919, *_wilson(2364 / 2919, 2919)))


def test_effort_at_the_airport_is_refused_with_the_reason(sfo: Any, ask: Ask) -> None:
    """What the data cannot support is refused in the words of the configuration."""
    with pytest.raises(SelectionError, match="seven-step agreement"):
        ask("sfo", "ces", date(2018, 5, 1), date(2018, 5, 31))


@pytest.mark.parametrize(("month", "abandoned", "queued"), [(1, 3080, 16905), (10, 2089, 12047)])
def test_abandonment_at_the_bank(callcentre: Any, ask: Ask, month: int, abandoned: int, queued: int) -> None:
    """The archive's numerator and denominator; Wilson's interval on fewer calls than there are, as customers repeat."""
    found = ask("callcentre", "abandonment", date(1999, month, 1), date(1999, month, 31))
    row = found.only
    assert row.n == queued
    assert row.value == pytest.approx(abandoned / queued)
    assert row.n_eff == pytest.approx(queued / found.deff)
    assert (row.low, row.high) == pytest.approx(_wilson(abandoned / queued, queued / found.deff))
    assert found.deff / _clustering(callcentre, month) == pytest.approx(1, abs=0.5)


@pytest.mark.parametrize(("month", "abandoned", "queued"), [("1999-01", 3080, 16905), ("1999-10", 2089, 12047)])
def test_abandonment_on_the_command_line(
    publish: Callable[[str], Edition], month: str, abandoned: int, queued: int
) -> None:
    """What `cxdash answer abandonment` prints for a machine is the archive's figure."""
    project = publish("callcentre").folder.parents[2]
    command = ["--project", str(project), "answer", "abandonment", "--period", month, "--json"]
    ended = CliRunner().invoke(main, command)
    assert ended.exit_code == 0, ended.output
    (row,) = json.loads(ended.stdout)["rows"]
    assert row["n"] == queued
    assert round(row["value"] / 100 * row["n"], 3) == abandoned


def test_quiet_months_of_the_bank_are_missing_not_zero(callcentre: Any, ask: Ask) -> None:
    """Between the two months nothing was recorded, so there is no value."""
    row = ask("callcentre", "abandonment", date(1999, 5, 1), date(1999, 5, 31)).only
    assert (row.value, row.low, row.high) == (None, None, None)


def test_churn_of_the_telecom(telco: Any, ask: Ask) -> None:
    """1,869 of 7,043 in the reference month: 26.537 %, with the log-log interval of a single day of losses."""
    row = ask("telco", "churn", date(2019, 2, 1), date(2019, 2, 28)).only
    n, lost = 7043, 1869
    stayed = 1 - lost / n
    width = Z * sqrt(lost / (n * (n - lost))) / abs(log(stayed))
    assert row.n == n
    assert row.extra["lost"] == lost
    assert 100 * (row.value or 0) == pytest.approx(26.5370, abs=5e-5)
    assert (row.low, row.high) == pytest.approx((1 - stayed ** exp(-width), 1 - stayed ** exp(width)))


def test_revenue_churn_of_the_telecom(telco: Any, ask: Ask) -> None:
    """30.5034 % of the monthly revenue; its interval is that of a share of as many equally large customers."""
    row = ask("telco", "revenue_churn", date(2019, 2, 1), date(2019, 2, 28)).only
    with (telco.data / "Telco-Customer-Churn.csv").open(encoding="utf-8-sig", newline="") as file:
        charges = [(round(100 * float(r["MonthlyCharges"])), r["Churn"] == "Yes") for r in csv.DictReader(file)]
    base, n = sum(cents for cents, _ in charges), len(charges)
    churn = sum(cents for cents, left in charges if left) / base
    effective = base**2 / sum(cents**2 for cents, _ in charges)
    assert row.n == n
    assert 100 * (row.value or 0) == pytest.approx(30.5034, abs=5e-5)
    limits = proportion_confint(churn * effective, effective, method="wilson")
    assert (row.value, row.low, row.high) == pytest.approx((churn, *limits))


def test_churn_of_the_telecom_by_contract(telco: Any, ask: Ask) -> None:
    """Churned customers of each type of contract, counted in the file."""
    rows = ask("telco", "churn", date(2019, 2, 1), date(2019, 2, 28), by=("segment",)).rows
    counted = dict(telco.rows("SELECT segment, count(left_on) / count(*) FROM customers GROUP BY ALL"))
    assert {row.dimensions["segment"]: row.value for row in rows} == pytest.approx(counted)
    assert len(counted) == 3


def test_churn_of_the_shop_month_by_month(cdnow: Any, ask: Ask) -> None:
    """Silence of 180 days, counted from the raw purchases: lost in the month of everybody not lost before it."""
    end = date(1998, 6, 30)
    last: dict[str, date] = {}
    for line in (cdnow.data / "CDNOW_master.txt").read_text("ascii").splitlines()[1:]:
        customer, day = line.split()[:2]
        last[customer] = max(date.fromisoformat(day), last.get(customer, date.min))
    lost = Counter((day + timedelta(days=180)).replace(day=1) for day in last.values() if day + timedelta(180) <= end)
    left, expected = len(last) - lost.pop(date(1997, 6, 1)), {}
    for month in sorted(lost):
        expected[month] = (left, lost[month] / left)
        left -= lost[month]
    found = ask("cdnow", "churn", date(1997, 7, 1), end, grain="month").rows
    assert [(row.period.start, row.n) for row in found] == [(month, n) for month, (n, _) in expected.items()]
    assert [row.value for row in found] == pytest.approx([churn for _, churn in expected.values()])
    assert len(found) == 12


@pytest.mark.parametrize(
    ("name", "metric", "first", "last"),
    [
        ("telco", "churn", date(2019, 1, 1), date(2019, 1, 31)),
        ("telco", "revenue_churn", date(2019, 1, 1), date(2019, 1, 31)),
        ("telco", "churn", date(2018, 12, 1), date(2019, 2, 28)),
        ("cdnow", "churn", date(1997, 4, 1), date(1997, 4, 30)),
    ],
)
def test_nobody_is_told_of_days_before_the_history_is_complete(
    ask: Ask, name: str, metric: str, first: date, last: date
) -> None:
    """No churn of 0 % where losses are not in the file: the days before `first_day` are refused or left out."""
    try:
        rows = ask(name, metric, first, last).rows
    except SelectionError:
        return
    shown = [(row.period.start, row.value) for row in rows if row.value is not None]
    assert all(start >= date(2019, 2, 1) if name == "telco" else start >= date(1997, 7, 1) for start, _ in shown), shown


@pytest.mark.parametrize("against", ["previous", "year"])
def test_a_first_month_has_nothing_to_be_compared_with(ask: Ask, against: Against) -> None:
    """February is not said to be worse than a January that is not known."""
    row = ask("telco", "churn", date(2019, 2, 1), date(2019, 2, 28), against=against).only
    assert row.difference is None or (row.difference.value, row.difference.reference) == (None, None)


def _count_recommendations(sfo: Any, year: int) -> tuple[int, int, int]:
    """Detractors, passives and promoters of a year's questionnaires."""
    counted = [0, 0, 0]
    with (sfo.data / f"{year}.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            given = next(value for key, value in row.items() if key.strip() == "NETPRO")
            if given.strip().isdigit() and int(given) <= 10:
                counted[(int(given) >= 7) + (int(given) >= 9)] += 1
    return counted[0], counted[1], counted[2]


def _tango(detractors: int, passives: int, promoters: int) -> tuple[float, float]:
    """Tango's score limits from their definition: the likelihood is maximised numerically, the limits are searched."""
    d, m, p = detractors, passives, promoters
    n, nps = d + m + p, (p - d) / (d + m + p)

    def score(delta: float) -> float:
        def minus_likelihood(q: float) -> float:  # q: share of detractors when NPS is delta
            return -(d * log(q) + p * log(q + delta) + m * log(1 - 2 * q - delta))

        least, most = max(0.0, -delta) + 1e-9, (1 - delta) / 2 - 1e-9
        q = minimize_scalar(minus_likelihood, bounds=(least, most), method="bounded", options={"xatol": 1e-12}).x
        return float((p - d - n * delta) / sqrt(n * (2 * q + delta * (1 - delta))))

    low = brentq(lambda delta: score(delta) - Z, nps - 0.2, nps, xtol=1e-12)
    return float(low), float(brentq(lambda delta: score(delta) + Z, nps, nps + 0.2, xtol=1e-12))


def _wilson(share: float, n: float) -> tuple[float, float]:
    """Wilson's limits: where the score statistic of a proportion reaches the quantile."""
    centre, half = share + Z**2 / (2 * n), Z * sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return (centre - half) / (1 + Z**2 / n), (centre + half) / (1 + Z**2 / n)


def _clustering(callcentre: Any, month: int) -> float:
    """Design effect of abandonment from the customers themselves: their variance over that of independent calls."""
    rows = callcentre.rows(
        f"""SELECT count(*), count(*) FILTER (outcome = 'abandoned') FROM contacts
            WHERE wait_seconds IS NOT NULL
              AND month(started_at AT TIME ZONE 'UTC' AT TIME ZONE 'Asia/Jerusalem') = {month}
            GROUP BY coalesce(customer_id, contact_id)"""
    )
    n = sum(calls for calls, _ in rows)
    share = sum(abandoned for _, abandoned in rows) / n
    clustered = sum((abandoned - share * calls) ** 2 for calls, abandoned in rows)
    return float(clustered / (n * share * (1 - share)))
