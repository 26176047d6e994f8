"""Purchases at CDNOW: every line arrives, and losses follow the stated rule."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

END, SILENCE = date(1998, 6, 30), timedelta(days=180)


@pytest.fixture(scope="module")
def purchases(cdnow: Any) -> list[tuple[str, date, int]]:
    """Customer, day and cents of every line, read without the mapping."""
    lines = (cdnow.data / "CDNOW_master.txt").read_text("ascii").splitlines()[1:]
    fields = [line.split() for line in lines]
    return [(customer, date.fromisoformat(day), int(amount.replace(".", ""))) for customer, day, _, amount in fields]


def test_purchases_and_customers_are_the_known_numbers(cdnow: Any) -> None:
    """69,659 purchases of 23,570 customers."""
    assert cdnow.row("SELECT count(*), count(DISTINCT customer_id) FROM orders") == (69_659, 23_570)
    assert cdnow.row("SELECT count(*) FROM customers") == (23_570,)


def test_amounts_are_exact_to_the_cent(cdnow: Any, purchases: list[tuple[str, date, int]]) -> None:
    """No amount lost a cent on its way through decimals."""
    cents = [amount for *_, amount in purchases]
    assert cdnow.row("SELECT sum(amount), max(amount), count(*) FILTER (amount = 0) FROM orders") == (
        sum(cents),
        max(cents),
        sum(c == 0 for c in cents),
    )


def test_business_days_are_those_of_the_file(cdnow: Any, purchases: list[tuple[str, date, int]]) -> None:
    """UTC noon turns back into the recorded day, in summer and in winter."""
    found = cdnow.rows(
        """SELECT customer_id, CAST(ordered_at AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York' AS DATE), amount
           FROM orders ORDER BY ALL"""
    )
    assert found == sorted(purchases)


def test_losses_follow_the_rule_of_silence(cdnow: Any, purchases: list[tuple[str, date, int]]) -> None:
    """Lost 180 days after the last purchase when the file reaches that far, a customer otherwise."""
    first: dict[str, date] = {}
    last: dict[str, date] = {}
    for customer, day, _ in purchases:
        first[customer] = min(day, first.get(customer, day))
        last[customer] = max(day, last.get(customer, day))
    expected = {
        customer: (first[customer], last[customer] + SILENCE if last[customer] + SILENCE <= END else None)
        for customer in first
    }
    rows = cdnow.rows("SELECT customer_id, joined_on, left_on FROM customers")
    found = {customer: (joined, left) for customer, joined, left in rows}
    assert found == expected
    assert {joined.strftime("%Y-%m") for joined, _ in found.values()} == {"1997-01", "1997-02", "1997-03"}
    assert min(left for _, left in found.values() if left) == date(1997, 6, 30)
    assert max(left for _, left in found.values() if left) == END
