"""What the company sends, department by department, each without asking the others.

Campaigns go out to shares of the base, so now and then one meets an open problem by accident. For six weeks it is the
rule: the suppression list is not connected, and open problems about a product are answered with an advertisement for
it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cxdash.demo import names, plan
from cxdash.demo.company import Company
from cxdash.demo.contacts import Contacts
from cxdash.demo.contracts import Invoices
from cxdash.demo.draws import DAY, MISSING, Flags, Ints, Values, happens, into_opening_hours, pick, stream, time_of_day
from cxdash.demo.population import Customers
from cxdash.demo.surveys import Responses
from cxdash.demo.tables import dates, flags, keys, moments, whole, words


@dataclass(frozen=True)
class Campaign:
    """A campaign; days are offsets from the last day, cost and demand are at scale 1."""

    name: str
    product: int
    first: int
    last: int
    cost: int
    demand: int
    reach: float


CAMPAIGNS = (
    Campaign("Back to School", names.MOBILE_BASIC, -715, -695, 4_200_000, 300, 0.16),
    Campaign("Fibre for the Town", names.HOME_FIBRE, -655, -628, 6_500_000, 260, 0.14),
    Campaign("Film Nights", names.TV_STREAM, -580, -560, 2_900_000, 240, 0.15),
    Campaign("More Data", names.MOBILE_PLUS, -500, -478, 3_800_000, 380, 0.17),
    Campaign("Clever Home", names.SMART_HOME_KIT, -425, -404, 2_400_000, 160, 0.12),
    Campaign("Summer Abroad", names.MOBILE_MAX, -330, -306, 3_100_000, 190, 0.14),
    Campaign("Fibre Pro Launch", names.HOME_FIBRE_PRO, -262, -240, 5_200_000, 150, 0.13),
    Campaign("Nova Weeks", names.HANDSET_NOVA, plan.CAMPAIGN.first, plan.CAMPAIGN.last, 9_800_000, 210, 0.42),
    Campaign("Upgrade Now", -1, plan.MAILINGS.first, plan.MAILINGS.last, 3_600_000, 420, 0.10),
    Campaign("Plus for Two", names.MOBILE_PLUS, -58, -36, 3_300_000, 320, 0.13),
)
_UPGRADE_NOW = 8


def send_messages(
    company: Company, block: int, who: Customers, contacts: Contacts, invoices: Invoices, found: Responses
) -> dict[str, Values]:
    """The messages of a block in order of time, by position."""
    rng = stream(company.seed, block, "messages")
    batches = [_campaign(rng, who, number) for number in range(len(CAMPAIGNS))]
    batches += [_into_open_problems(rng, who, contacts), _newsletter(rng, who), _reminders(rng, company, invoices)]
    batches += [_confirmations(rng, contacts), _welcome(rng, who), _invitations(found), *_outage_notes(rng, who)]
    batches.append(_win_back(rng, who))
    columns = {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}
    fine = (columns["second"] <= company.end) & (columns["second"] >= 0)
    here = columns["second"] // DAY < who.left[columns["customer"]]
    fine &= here | (columns["kind"] == names.WINBACK) | (columns["kind"] == names.DUNNING)
    order = np.flatnonzero(fine)
    order = order[np.argsort(columns["second"][order], kind="stable")]
    columns = {name: values[order] for name, values in columns.items()}
    columns["channel"] = pick(rng, (0.62, 0.24, 0.14), len(order))
    return columns


def _batch(
    customer: Values,
    second: Values,
    sender: int,
    kind: int,
    *,
    campaign: int = -1,
    product: Values | int = -1,
    personal: Values | int = 0,
) -> dict[str, Values]:
    size = len(customer)
    return {
        "customer": np.asarray(customer, dtype=np.int64),
        "second": np.asarray(second, dtype=np.int64),
        "sender": np.full(size, sender, dtype=np.int16),
        "kind": np.full(size, kind, dtype=np.int16),
        "campaign": np.full(size, campaign, dtype=np.int16),
        "product": np.broadcast_to(np.asarray(product, dtype=np.int16), size),
        "personalised": np.broadcast_to(np.asarray(personal, dtype=np.int16), size),
    }


def _present(who: Customers, day: Ints) -> Flags:
    return np.asarray((who.present_from <= day) & (day < who.present_until))


def _campaign(rng: np.random.Generator, who: Customers, number: int) -> dict[str, Values]:
    campaign = CAMPAIGNS[number]
    day = plan.DAYS - 1 + rng.integers(campaign.first, campaign.last + 1, who.size)
    # one product is not advertised to those who hold it: the suppression list that works
    fresh = (who.product != campaign.product) | happens(rng, 0.06, who.size)
    chosen = np.flatnonzero(_present(who, day) & fresh & happens(rng, campaign.reach, who.size))
    product = who.product[chosen] if campaign.product < 0 else campaign.product
    second = day[chosen] * DAY + time_of_day(rng, len(chosen))
    personal = happens(rng, 0.42, len(chosen))
    return _batch(
        chosen, second, names.MARKETING, names.PROMOTIONAL, campaign=number, product=product, personal=personal
    )


def _into_open_problems(rng: np.random.Generator, who: Customers, contacts: Contacts) -> dict[str, Values]:
    open_problem = (
        (contacts.outcome == names.UNRESOLVED) & ~contacts.transferred & contacts.known & (contacts.product >= 0)
    )
    unlinked = plan.MAILINGS.holds(contacts.day)
    # those who are about to leave are among the angriest, and got the advertisement as well
    soon = who.leaving_soon(contacts.customer, contacts.day, 120)
    chance = np.where(unlinked, np.where(soon, 0.9, plan.MAILINGS_SHARE), plan.MAILINGS_ACCIDENTS)
    chosen = np.flatnonzero(open_problem & happens(rng, chance, contacts.size))
    second = into_opening_hours(contacts.second[chosen] + rng.integers(3600, 30 * 3600, len(chosen)), rng)
    batch = _batch(
        contacts.customer[chosen], second, names.MARKETING, names.PROMOTIONAL,
        product=contacts.product[chosen], personal=happens(rng, 0.2, len(chosen)),
    )  # fmt: skip
    batch["campaign"] = np.where(unlinked[chosen], _UPGRADE_NOW, -1).astype(np.int16)
    return batch


def _newsletter(rng: np.random.Generator, who: Customers) -> dict[str, Values]:
    customer = np.repeat(np.arange(who.size), rng.poisson(1.9, who.size))
    day = rng.integers(0, plan.DAYS, len(customer))
    inside = (who.present_from[customer] <= day) & (day < who.present_until[customer])
    customer, day = customer[inside], day[inside]
    product = pick(rng, names.PRODUCT_SHARE, len(customer))
    second = day * DAY + time_of_day(rng, len(customer))
    personal = happens(rng, 0.3, len(customer))
    return _batch(customer, second, names.SALES, names.PROMOTIONAL, product=product, personal=personal)


def _reminders(rng: np.random.Generator, company: Company, invoices: Invoices) -> dict[str, Values]:
    day = invoices.due + rng.integers(3, 8, len(invoices.due))
    unpaid = (invoices.paid == MISSING) | (invoices.paid > day)
    second = day * DAY + 8 * 3600 + rng.integers(0, 3600, len(day))
    closed = np.where(invoices.closed == MISSING, company.end + DAY, invoices.closed)
    disputed = (invoices.disputed != MISSING) & (invoices.disputed < second) & (second < closed)
    # finance mostly, not always, stops reminders while a dispute is open; a few go out after the money came in
    stray = happens(rng, 0.002, len(day)) & ~disputed
    sends = np.flatnonzero((unpaid & (~disputed | happens(rng, 0.35, len(day)))) | stray)
    return _batch(invoices.customer[sends], second[sends], names.FINANCE, names.DUNNING)


def _confirmations(rng: np.random.Generator, contacts: Contacts) -> dict[str, Values]:
    spoken = (contacts.actor == names.HUMAN) & contacts.known & (contacts.outcome != names.ABANDONED)
    chosen = np.flatnonzero(spoken & happens(rng, 0.28, contacts.size))
    second = contacts.second[chosen] + rng.integers(900, 5400, len(chosen))
    product = contacts.product[chosen]
    personal = happens(rng, 0.6, len(chosen))
    return _batch(
        contacts.customer[chosen],
        second,
        names.SUPPORT_DESK,
        names.TRANSACTIONAL_MESSAGE,
        product=product,
        personal=personal,
    )


def _welcome(rng: np.random.Generator, who: Customers) -> dict[str, Values]:
    parts = []
    for after in (1, 14, 60):
        chosen = np.flatnonzero((who.joined + after >= 0) & happens(rng, 0.7, who.size))
        parts.append((chosen, (who.joined[chosen] + after) * DAY + 9 * 3600))
    customer = np.concatenate([p[0] for p in parts])
    second = np.concatenate([p[1] for p in parts])
    personal = happens(rng, 0.7, len(customer))
    return _batch(customer, second, names.SUCCESS, names.PROACTIVE, product=who.product[customer], personal=personal)


def _invitations(found: Responses) -> dict[str, Values]:
    asked = found.asked
    chosen = np.flatnonzero(asked.pattern != names.TRANSACTIONAL)
    return _batch(asked.customer[chosen], asked.second[chosen], names.MARKETING, names.SURVEY_INVITATION)


def _outage_notes(rng: np.random.Generator, who: Customers) -> list[dict[str, Values]]:
    notes = []
    for (offset, region), warned in zip(plan.OUTAGES, plan.OUTAGES_WARNED, strict=True):
        day = plan.DAYS - 1 + offset
        reached = _present(who, np.full(who.size, day)) & (who.region == region)
        chosen = np.flatnonzero(reached & happens(rng, 0.75 if warned else 0.0, who.size))
        second = np.full(len(chosen), day * DAY + 3 * 3600 + 1800) + rng.integers(0, 1800, len(chosen))
        notes.append(_batch(chosen, second, names.SUPPORT_DESK, names.PROACTIVE, product=who.product[chosen]))
    return notes


def _win_back(rng: np.random.Generator, who: Customers) -> dict[str, Values]:
    left = who.lost & happens(rng, 0.5, who.size)
    mistaken = ~left & ~who.lost & happens(rng, 0.004, who.size)
    chosen = np.flatnonzero(left | mistaken)
    day = np.where(
        mistaken[chosen], rng.integers(0, plan.DAYS, len(chosen)), who.left[chosen] + rng.integers(7, 70, len(chosen))
    )
    day = np.maximum(day, who.present_from[chosen])
    return _batch(
        chosen, day * DAY + time_of_day(rng, len(chosen)), names.SALES, names.WINBACK, product=who.product[chosen]
    )


def messages_table(company: Company, block: int, who: Customers, sent: dict[str, Values]) -> dict[str, pa.Array]:
    """The `messages` table of a block."""
    rng = stream(company.seed, block, "message gaps")
    size = len(sent["second"])
    return {
        "message_id": keys("M", block * 10_000_000 + np.arange(size), digits=10),
        "customer_id": keys("C", who.number[sent["customer"]], digits=7),
        "sender": words(names.SENDERS, sent["sender"]),
        "kind": words(names.KINDS, sent["kind"]),
        "campaign_id": words([f"CMP-{number + 1:02d}" for number in range(len(CAMPAIGNS))], sent["campaign"]),
        "product": words(names.PRODUCTS, sent["product"]),
        "channel": words(names.MESSAGE_CHANNELS, sent["channel"]),
        "sent_at": moments(company.first_day, sent["second"]),
        "personalised": flags(sent["personalised"] == 1, known=happens(rng, 0.9, size)),
    }


def campaigns_table(company: Company) -> dict[str, pa.Array]:
    """The `campaigns` table."""
    day = plan.DAYS - 1
    return {
        "campaign_id": words([f"CMP-{n + 1:02d}" for n in range(len(CAMPAIGNS))], np.arange(len(CAMPAIGNS))),
        "name": words([c.name for c in CAMPAIGNS], np.arange(len(CAMPAIGNS))),
        "product": words(names.PRODUCTS, np.array([c.product for c in CAMPAIGNS])),
        "started_on": dates(company.first_day, np.array([day + c.first for c in CAMPAIGNS])),
        "ended_on": dates(company.first_day, np.array([day + c.last for c in CAMPAIGNS])),
        "cost": whole(np.array([c.cost for c in CAMPAIGNS])),
        "expected_demand": whole(np.array([round(c.demand * max(company.scale, 0.05)) for c in CAMPAIGNS])),
    }
