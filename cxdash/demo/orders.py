"""Purchases and the stock behind them.

Every order on the web or in the app belongs to a session that converted. During the planted campaign the advertised
handset is asked for far more often than it is on the shelf, and what is ordered arrives late.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cxdash.demo import names, plan
from cxdash.demo.company import Company
from cxdash.demo.draws import DAY, MISSING, Ints, Values, days_between, happens, lognormal, pick, stream, time_of_day
from cxdash.demo.population import Customers
from cxdash.demo.tables import dates, flags, keys, moments, same, whole, words
from cxdash.demo.visits import ORDER, Visits

_PRICE = np.array((3000, 2000, 5900, 4500, 1900, 7900, 69_900, 14_900))
_OVER_THE_COUNTER = (0.16, 0.13, 0.12, 0.08, 0.08, 0.05, 0.24, 0.14)
_DEMAND = np.array((9.0, 7.5, 6.0, 4.0, 4.5, 2.5, 9.0, 5.0))
"""Units asked for on an average day at scale 1, by product."""


def place_orders(company: Company, block: int, who: Customers, visits: Visits) -> dict[str, Values]:
    """The orders of a block in order of time, by position."""
    rng = stream(company.seed, block, "orders")
    online = np.flatnonzero(visits.stage == ORDER)
    exposure = np.maximum(who.present_until - who.present_from, 0)
    buyer = np.repeat(np.arange(who.size), rng.poisson(0.0022 * exposure))
    day = days_between(rng, company.contact_weight, who.present_from[buyer], who.present_until[buyer])
    size = len(buyer)
    channel = np.where((company.weekday[day] == 6) | happens(rng, 0.25, size), names.PHONE, names.STORE)
    product = pick(rng, _OVER_THE_COUNTER, size)
    columns: dict[str, Values] = {
        "customer": np.concatenate([visits.customer[online], buyer]),
        "second": np.concatenate([visits.second[online], day * DAY + time_of_day(rng, size)]),
        "channel": np.concatenate([visits.channel[online], channel]),
        "product": np.concatenate([visits.product[online], product]),
        "amount": np.concatenate([visits.value[online], lognormal(rng, _PRICE[product], 0.35, size).astype(np.int64)]),
    }
    order = np.argsort(columns["second"], kind="stable")
    columns = {name: values[order] for name, values in columns.items()}
    size = len(order)
    day = columns["second"] // DAY
    promised = day + rng.integers(2, 6, size)
    on_time = happens(rng, 0.89, size)
    delivered = np.where(on_time, promised - rng.integers(0, 2, size), promised + rng.integers(1, 7, size))
    short = plan.CAMPAIGN.holds(day) & (columns["product"] == names.HANDSET_NOVA)
    delivered = np.where(short & happens(rng, 0.75, size), promised + rng.integers(4, 17, size), delivered)
    counter = columns["channel"] == names.STORE
    columns["promised"] = np.where(counter, MISSING, promised)
    columns["delivered"] = np.where(counter, day, np.where(delivered >= plan.DAYS, MISSING, delivered))
    columns["returned"] = happens(rng, np.where(short, 0.16, 0.06), size) & (columns["delivered"] != MISSING)
    return columns


def orders_table(company: Company, block: int, who: Customers, orders: dict[str, Values]) -> dict[str, pa.Array]:
    """The `orders` table of a block."""
    size = len(orders["customer"])
    return {
        "order_id": keys("O", block * 10_000_000 + np.arange(size), digits=10),
        "customer_id": keys("C", who.number[orders["customer"]], digits=7),
        "ordered_at": moments(company.first_day, orders["second"]),
        "product": words(names.PRODUCTS, orders["product"]),
        "channel": words(names.CHANNELS, orders["channel"]),
        "amount": whole(orders["amount"]),
        "currency": same(names.CURRENCY, size),
        "promised_on": dates(company.first_day, orders["promised"]),
        "delivered_on": dates(company.first_day, orders["delivered"]),
        "returned": flags(orders["returned"]),
    }


def stock_table(company: Company) -> dict[str, pa.Array]:
    """The `stock` table: every product on every day."""
    rng = stream(company.seed, -1, "stock")
    day = np.repeat(np.arange(plan.DAYS), len(names.PRODUCTS))
    product = np.tile(np.arange(len(names.PRODUCTS)), plan.DAYS)
    season = company.digital_weight / company.digital_weight.mean()
    season = season / np.where(plan.CAMPAIGN.holds(np.arange(plan.DAYS)), plan.CAMPAIGN_VISITS, 1.0)
    short = plan.CAMPAIGN.holds(day) & (product == names.HANDSET_NOVA)
    mean = _DEMAND[product] * max(company.scale, 0.05) * season[day] * np.where(short, 4.2, 1.0)
    demanded: Ints = rng.poisson(mean).astype(np.int64)
    slack = 1.5 + 0.6 * rng.random(len(day))
    available = np.ceil(mean * slack + 3 * np.sqrt(mean) + 2).astype(np.int64)
    available = np.where(short, (mean * (0.35 + 0.25 * rng.random(len(day)))).astype(np.int64), available)
    return {
        "day": dates(company.first_day, day),
        "product": words(names.PRODUCTS, product),
        "demanded": whole(demanded),
        "available": whole(available),
    }
