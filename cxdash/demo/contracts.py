"""Contracts in force and the invoices they bring: what a customer is worth, month after month.

A change of plan is a new contract that replaces the old one on the same day, so revenue can be followed through
upgrades and downgrades; everything ends on the day the customer is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cxdash.demo import names, plan
from cxdash.demo.company import Company
from cxdash.demo.draws import DAY, MISSING, Flags, Ints, happens, lognormal, pick, stream, time_of_day
from cxdash.demo.population import Customers
from cxdash.demo.tables import dates, keys, moments, same, whole, words

_SEGMENT_VALUE = np.array((1.0, 0.6, 1.25, 1.6, 2.2))
_REASONS = ("upgrade", "downgrade", "price", "service", "competitor", "moved away", "not needed")
_UPGRADE = np.array((3, 0, 5, 3, 4, 5, 6, 7))
_DOWNGRADE = np.array((1, 1, 2, 0, 4, 2, 6, 7))


@dataclass(frozen=True)
class Contracts:
    """The contracts of a block by position; `ended` is MISSING while in force."""

    customer: Ints
    product: Ints
    started: Ints
    ended: Ints
    reason: Ints
    value: Ints


def sign_contracts(company: Company, block: int, who: Customers) -> Contracts:
    """All contracts of a block, in order of their start."""
    rng = stream(company.seed, block, "contracts")
    everyone = np.arange(who.size)
    gone = np.where(who.lost, who.left, MISSING)
    why = np.where(~who.lost, -1, 2 + pick(rng, (0.26, 0.30, 0.22, 0.10, 0.12), who.size))
    price = np.asarray(names.PRODUCT_PRICE, dtype=np.float64)
    value = lognormal(rng, price[who.product] * _SEGMENT_VALUE[who.segment], 0.28, who.size)
    last = np.minimum(who.left, plan.DAYS)
    years = np.maximum(last - who.joined - 300, 0) / 365.25
    changes = happens(rng, 1 - np.exp(-0.17 * years), who.size)
    turn = who.joined + 300 + (rng.random(who.size) * np.maximum(last - who.joined - 301, 0)).astype(np.int64)
    up = happens(rng, 0.74, who.size)
    successor = np.where(up, _UPGRADE[who.product], _DOWNGRADE[who.product])
    factor = np.where(up, lognormal(rng, 1.28, 0.12, who.size), lognormal(rng, 0.78, 0.08, who.size))
    main = (
        everyone,
        who.product,
        who.joined,
        np.where(changes, turn, gone),
        np.where(changes, np.where(up, 0, 1), why),
        value,
    )
    after = tuple(np.asarray(c)[changes] for c in (everyone, successor, turn, gone, why, value * factor))
    has = who.second >= 0
    begun = who.joined + (rng.random(who.size) ** 2 * np.maximum(last - who.joined - 1, 0)).astype(np.int64)
    dropped = begun + 180 + rng.integers(0, 900, who.size)
    drops = happens(rng, 0.2, who.size) & (dropped < last)
    extra = lognormal(rng, price[who.second] * 0.8, 0.25, who.size)
    side = tuple(
        np.asarray(c)[has]
        for c in (everyone, who.second, begun, np.where(drops, dropped, gone), np.where(drops, 6, why), extra)
    )
    columns = [
        np.concatenate([np.asarray(a), np.asarray(b), np.asarray(c)]) for a, b, c in zip(main, after, side, strict=True)
    ]
    order = np.argsort(columns[2], kind="stable")
    customer, product, started, ended, reason, worth = (c[order].astype(np.int64) for c in columns)
    return Contracts(customer, product, started, ended, reason, worth // 10 * 10 + 9)


def subscriptions_table(company: Company, block: int, who: Customers, contracts: Contracts) -> dict[str, pa.Array]:
    """The `subscriptions` table of a block."""
    size = len(contracts.customer)
    return {
        "subscription_id": keys("S", block * 10_000_000 + np.arange(size), digits=10),
        "customer_id": keys("C", who.number[contracts.customer], digits=7),
        "product": words(names.PRODUCTS, contracts.product),
        "started_on": dates(company.first_day, contracts.started),
        "ended_on": dates(company.first_day, contracts.ended),
        "end_reason": words(_REASONS, contracts.reason),
        "monthly_value": whole(contracts.value),
        "currency": same(names.CURRENCY, size),
    }


@dataclass(frozen=True)
class Invoices:
    """The invoices of a block by position; times in seconds, days as day indices."""

    customer: Ints
    issued: Ints
    due: Ints
    paid: Ints
    amount: Ints
    disputed: Ints
    closed: Ints

    @property
    def overdue(self) -> Flags:
        """Which were not paid when due."""
        return np.asarray((self.paid == MISSING) | (self.paid > self.due))


def bill(company: Company, block: int, who: Customers, contracts: Contracts) -> Invoices:
    """One invoice per customer and month of the two years, for all contracts in force."""
    rng = stream(company.seed, block, "invoices")
    months = 24
    billing_day = rng.integers(0, 30, who.size)
    issue = billing_day[:, None] + np.rint(30.4375 * np.arange(months)).astype(np.int64)
    amount = np.zeros(issue.shape, dtype=np.int64)
    until = np.where(contracts.ended == MISSING, plan.DAYS, contracts.ended)
    for month in range(months):
        day = issue[contracts.customer, month]
        inside = (contracts.started <= day) & (day < until)
        amount[:, month] = np.bincount(
            contracts.customer[inside], weights=contracts.value[inside], minlength=who.size
        ).astype(np.int64)
    customer, month_of = np.nonzero((amount > 0) & (issue < plan.DAYS))
    issued = issue[customer, month_of]
    order = np.argsort(issued, kind="stable")
    customer, month_of, issued = customer[order], month_of[order], issued[order]
    size = len(customer)
    due = issued + 14
    prompt = happens(rng, np.array((0.90, 0.82, 0.90, 0.94, 0.80))[who.segment[customer]], size)
    late = due + 1 + (rng.exponential(11.0, size)).astype(np.int64)
    paid = np.where(prompt, issued + rng.integers(1, 15, size), late)
    disputes = happens(rng, 0.011, size)
    opened = (issued + rng.integers(1, 21, size)) * DAY + time_of_day(rng, size)
    closed = opened + (lognormal(rng, 11.0, 0.6, size) * DAY).astype(np.int64)
    paid = np.where(disputes, closed // DAY + rng.integers(1, 9, size), paid)
    paid = np.where((paid >= plan.DAYS) | happens(rng, 0.004, size), MISSING, paid)
    disputed = np.where(disputes & (opened <= company.end), opened, MISSING)
    closed = np.where((disputed != MISSING) & (closed <= company.end), closed, MISSING)
    return Invoices(customer.astype(np.int64), issued, due, paid, amount[customer, month_of], disputed, closed)


def invoices_table(company: Company, block: int, who: Customers, invoices: Invoices) -> dict[str, pa.Array]:
    """The `invoices` table of a block."""
    size = len(invoices.customer)
    return {
        "invoice_id": keys("N", block * 10_000_000 + np.arange(size), digits=10),
        "customer_id": keys("C", who.number[invoices.customer], digits=7),
        "issued_on": dates(company.first_day, invoices.issued),
        "due_on": dates(company.first_day, invoices.due),
        "paid_on": dates(company.first_day, invoices.paid),
        "amount": whole(invoices.amount),
        "currency": same(names.CURRENCY, size),
        "disputed_at": moments(company.first_day, invoices.disputed),
        "dispute_closed_at": moments(company.first_day, invoices.closed),
    }
