"""Customers of a fictional telecom: known churn and survival, found again in dates that the file does not have."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from lifelines.statistics import multivariate_logrank_test

START, STOP = "DATE '2019-02-01'", "DATE '2019-03-01'"
TENURE = f"datesub('month', joined_on, {START})"
SURVIVAL = {1: 0.945961, 12: 0.843200, 24: 0.788736, 36: 0.748545, 48: 0.708840, 60: 0.664404, 72: 0.592790}


def test_churn_of_the_reference_month_is_the_known_answer(telco: Any) -> None:
    """At risk when the month begins 7,043, lost in it 1,869: 26.5370 %."""
    at_risk, lost = telco.row(
        f"""SELECT count(*) FILTER (joined_on < {START} AND (left_on IS NULL OR left_on >= {START})),
                   count(*) FILTER (left_on >= {START} AND left_on < {STOP}) FROM customers"""
    )
    assert (at_risk, lost) == (7043, 1869)
    assert 100 * lost / at_risk == pytest.approx(26.5370, abs=5e-5)


def test_lost_revenue_is_the_known_answer(telco: Any) -> None:
    """456,116.60 a month in force when the month begins, 139,130.85 of it gone when it ends: 30.5034 %."""
    base, kept = telco.row(
        f"""SELECT sum(monthly_value) FILTER (started_on <= {START} AND (ended_on IS NULL OR ended_on > {START})),
                   sum(monthly_value) FILTER (started_on <= {STOP} AND (ended_on IS NULL OR ended_on > {STOP}))
            FROM subscriptions"""
    )
    assert (base, base - kept) == (45_611_660, 13_913_085)
    assert 100 * (base - kept) / base == pytest.approx(30.5034, abs=5e-5)


def test_dates_give_every_tenure_back(telco: Any) -> None:
    """Months completed when the reference month begins equal the recorded tenure, customer by customer."""
    with (telco.data / "Telco-Customer-Churn.csv").open(encoding="utf-8-sig", newline="") as file:
        recorded = {
            row["customerID"]: (int(row["tenure"]), row["Contract"], row["Churn"] == "Yes")
            for row in csv.DictReader(file)
        }
    found = {
        customer: (tenure, segment, lost)
        for customer, tenure, segment, lost in telco.rows(
            f"SELECT customer_id, {TENURE}, segment, left_on IS NOT NULL FROM customers"
        )
    }
    assert found == recorded
    assert sum(tenure == 0 for tenure, *_ in found.values()) == 11


def test_survival_by_recorded_tenure_is_the_known_answer(telco: Any) -> None:
    """Kaplan–Meier over tenures read back from the dates, median not reached."""
    curve = _survival(telco.rows(f"SELECT {TENURE}, left_on IS NOT NULL FROM customers"))
    assert {month: curve[month] for month in SURVIVAL} == pytest.approx(SURVIVAL, abs=5e-7)
    assert min(curve.values()) > 0.5


def test_lifetimes_run_one_month_beyond_tenure(telco: Any) -> None:
    """Seen from today, survival after k + 1 completed months is the known one at tenure k, as the notes say."""
    end = f"coalesce(left_on, {STOP})"
    months = _survival(telco.rows(f"SELECT datesub('month', joined_on, {end}), left_on IS NOT NULL FROM customers"))
    days = _survival(telco.rows(f"SELECT {end} - joined_on, left_on IS NOT NULL FROM customers"))
    assert {month: months[month + 1] for month in SURVIVAL} == pytest.approx(SURVIVAL, abs=5e-7)
    assert sorted(set(days.values())) == pytest.approx(sorted(set(months.values())))


@pytest.mark.parametrize(
    ("contract", "known"),
    [
        ("Month-to-month", (0.7031, 0.5859, 0.3973)),
        ("One year", (0.9908, 0.9783, 0.9165)),
        ("Two year", (1, 1, 0.9957)),
    ],
)
def test_survival_by_contract_is_the_known_answer(telco: Any, contract: str, known: tuple[float, ...]) -> None:
    """The segment carries the contract: survival at 12, 24 and 48 months of tenure in each."""
    curve = _survival(telco.rows(f"SELECT {TENURE}, left_on IS NOT NULL FROM customers WHERE segment = '{contract}'"))
    assert [curve[month] for month in (12, 24, 48)] == pytest.approx(known, abs=5e-5)


def test_contracts_differ_as_known(telco: Any) -> None:
    """The log-rank statistic between contracts."""
    rows = telco.rows(f"SELECT {TENURE}, segment, left_on IS NOT NULL FROM customers")
    tenure, segment, lost = zip(*rows, strict=True)
    assert multivariate_logrank_test(tenure, segment, lost).test_statistic == pytest.approx(2352.8725, abs=5e-5)


def test_contract_and_customer_have_the_same_dates(telco: Any) -> None:
    """A contract begins and ends with its customer."""
    assert telco.row(
        """SELECT count(*) FROM customers JOIN subscriptions USING (customer_id)
           WHERE joined_on = started_on AND left_on IS NOT DISTINCT FROM ended_on"""
    ) == (7043,)


def _survival(lifetimes: list[tuple[int, bool]]) -> dict[int, float]:
    """Kaplan–Meier written out: survival after each distinct lifetime."""
    curve, survival = {0: 1.0}, 1.0
    for time in sorted({time for time, _ in lifetimes}):
        at_risk = sum(t >= time for t, _ in lifetimes)
        survival *= 1 - sum(t == time and lost for t, lost in lifetimes) / at_risk
        curve[time] = survival
    return curve
