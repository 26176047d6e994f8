"""Digital sessions, and the carts that do or do not survive a change of device.

A customer who fills a cart and comes back on the same device finds it again; one who comes back on another device
mostly does not. During the planted campaign the site is crowded, slow and full of errors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cxdash.demo import names, plan
from cxdash.demo.company import Company
from cxdash.demo.draws import (
    DAY,
    MISSING,
    Codes,
    Flags,
    Ints,
    Reals,
    Values,
    days_between,
    happens,
    into_opening_hours,
    lognormal,
    pick,
    stream,
    time_of_day,
)
from cxdash.demo.population import REGION_MOOD, Customers
from cxdash.demo.tables import flags, keys, moments, whole, words

STAGES = ("landing", "browse", "cart", "checkout", "order", "service")
LANDING, BROWSE, CART, CHECKOUT, ORDER, SERVICE = range(6)
DEVICES = ("phone", "desktop", "tablet")
CART_SURVIVES_SAME, CART_SURVIVES_OTHER = 0.92, 0.36
_PRICE = np.array((3000, 2000, 5900, 4500, 1900, 7900, 69_900, 14_900))
"""Median amount of an order by product, in cents."""


@dataclass(frozen=True)
class Visits:
    """The sessions of a block in order of time, by position."""

    customer: Ints
    known: Flags
    second: Ints
    channel: Codes
    device: Codes
    stage: Codes
    errors: Ints
    load: Ints
    cart: Ints
    value: Ints
    product: Codes
    feeling: Reals

    @property
    def size(self) -> int:
        """Number of sessions."""
        return len(self.customer)


def take_visits(company: Company, block: int, who: Customers) -> Visits:
    """All sessions of a block."""
    rng = stream(company.seed, block, "visits")
    pace = who.pace / who.pace.mean() * 0.5 + rng.gamma(0.7, 1 / 0.7, who.size) * 0.5
    reached = np.concatenate([[0.0], np.cumsum(company.digital_weight)]) / company.digital_weight.mean()
    exposure = np.maximum(reached[who.present_until] - reached[who.present_from], 0.0)
    customer = np.repeat(np.arange(who.size), rng.poisson(0.0155 * pace * exposure))
    day = days_between(rng, company.digital_weight, who.present_from[customer], who.present_until[customer])
    size = len(customer)
    second = day * DAY + time_of_day(rng, size, evening=True)
    known = happens(rng, 0.7, size)
    app = known & happens(rng, 0.38, size)
    device = np.where(app, 0, pick(rng, (0.46, 0.44, 0.10), size)).astype(np.int16)
    campaign = plan.CAMPAIGN.holds(day)
    product = np.where(happens(rng, 0.5, size), who.product[customer], pick(rng, names.PRODUCT_SHARE, size))
    product = np.where(campaign & happens(rng, 0.5, size), names.HANDSET_NOVA, product).astype(np.int16)
    stage = pick(rng, (0.24, 0.33, 0.135, 0.045, 0.07, 0.18), size)
    # only those signed in can finish an order; the crowd of the campaign often cannot either
    stuck = (stage == ORDER) & (~known | (campaign & ~app & happens(rng, 0.5, size)))
    stage = np.where(stuck, CHECKOUT, stage).astype(np.int16)
    cart = np.where((stage >= CART) & (stage <= ORDER), np.arange(size), MISSING)
    value = np.where(cart == MISSING, MISSING, lognormal(rng, _PRICE[product], 0.35, size).astype(np.int64))
    first = {"customer": customer, "known": known, "second": second, "device": device, "stage": stage, "cart": cart,
             "value": value, "product": product, "app": app}  # fmt: skip
    again = _return_to_cart(rng, company, who, first)
    merged: dict[str, Values] = {name: np.concatenate([first[name], again[name]]) for name in first}
    order = np.argsort(merged["second"], kind="stable")
    return _live_through(rng, who, {name: values[order] for name, values in merged.items()})


def _return_to_cart(
    rng: np.random.Generator, company: Company, who: Customers, first: dict[str, Values]
) -> dict[str, Values]:
    left_behind = first["known"] & ((first["stage"] == CART) | (first["stage"] == CHECKOUT))
    chosen = np.flatnonzero(left_behind & happens(rng, 0.55, len(left_behind)))
    size = len(chosen)
    gap = 1200 + (rng.exponential(1.0, size) * 14 * 3600).astype(np.int64)
    second = into_opening_hours(first["second"][chosen] + np.minimum(gap, 60 * 3600), rng)
    switches = happens(rng, 0.5, size)
    before = first["device"][chosen]
    device = np.where(switches, (before + pick(rng, (0.0, 0.85, 0.15), size)) % 3, before).astype(np.int16)
    survives = happens(rng, np.where(switches, CART_SURVIVES_OTHER, CART_SURVIVES_SAME), size)
    shares = rng.random(size)
    kept = np.where(shares < 0.44, ORDER, np.where(shares < 0.62, CHECKOUT, CART))
    lost = np.where(shares < 0.10, ORDER, np.where(shares < 0.32, CART, BROWSE))
    stage = np.where(survives, kept, lost).astype(np.int16)
    fresh = np.where(stage >= CART, len(first["cart"]) + np.arange(size), MISSING)
    fine = (second <= company.end) & (second // DAY < who.left[first["customer"][chosen]])
    again = {
        "customer": first["customer"][chosen],
        "known": np.ones(size, dtype=bool),
        "second": second,
        "device": device,
        "stage": stage,
        "cart": np.where(survives, first["cart"][chosen], fresh),
        "value": np.where(stage >= CART, first["value"][chosen], MISSING),
        "product": first["product"][chosen],
        "app": (device == 0) & happens(rng, 0.5, size),
    }
    return {name: values[fine] for name, values in again.items()}


def _live_through(rng: np.random.Generator, who: Customers, sessions: dict[str, Values]) -> Visits:
    size = len(sessions["customer"])
    web = ~sessions.pop("app")
    crowded = plan.CAMPAIGN.holds(sessions["second"] // DAY) & web
    errors = rng.poisson(np.where(crowded, 0.75, 0.09))
    load = lognormal(rng, np.where(crowded, 2900.0, np.where(web, 1150.0, 620.0)), 0.4, size)
    mood = 0.5 * who.mood[sessions["customer"]] + REGION_MOOD[who.region[sessions["customer"]]]
    feeling = mood + 0.82 * rng.standard_normal(size) - 0.28 * np.minimum(errors, 3) + np.where(web, -0.02, 0.06)
    feeling = feeling + np.where(crowded, plan.CAMPAIGN_WEB_MOOD * 0.6, 0.0)
    return Visits(
        channel=np.where(web, names.WEB, names.APP).astype(np.int16),
        errors=errors.astype(np.int64),
        load=np.where(happens(rng, 0.97, size), load.astype(np.int64), MISSING),
        feeling=np.asarray(feeling),
        **sessions,
    )


def visits_table(company: Company, block: int, who: Customers, visits: Visits) -> dict[str, pa.Array]:
    """The `visits` table of a block."""
    first = block * 10_000_000
    return {
        "visit_id": keys("V", first + np.arange(visits.size), digits=10),
        "customer_id": keys("C", np.where(visits.known, who.number[visits.customer], MISSING), digits=7),
        "channel": words(names.CHANNELS, visits.channel),
        "device": words(DEVICES, visits.device),
        "started_at": moments(company.first_day, visits.second),
        "furthest_stage": words(STAGES, visits.stage),
        "errors": whole(visits.errors),
        "load_ms": whole(visits.load),
        "cart_id": keys("T", np.where(visits.cart == MISSING, MISSING, first + visits.cart), digits=10),
        "cart_value": whole(visits.value),
        "converted": flags(visits.stage == ORDER),
        "product": words(names.PRODUCTS, visits.product),
    }
