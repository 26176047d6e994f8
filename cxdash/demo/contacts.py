"""All contacts of a block: each issue is served round after round until it is settled or the customer gives up.

Who comes back, when and through which door is decided by how the last contact ended; repeats, handoffs between
channels, bots that only seemed to solve something and call-backs all come out of this one loop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from cxdash.demo import names
from cxdash.demo.company import Company
from cxdash.demo.draws import (
    DAY,
    MISSING,
    Codes,
    Flags,
    Ints,
    Reals,
    Values,
    happens,
    into_opening_hours,
    pick_by_row,
    stream,
)
from cxdash.demo.issues import Open, first_contacts
from cxdash.demo.population import Customers
from cxdash.demo.serving import Served, serve
from cxdash.demo.tables import flags, keys, moments, whole, words

_ROUNDS = 6
_NEXT_CHANNEL = np.array(
    (
        (0.74, 0.06, 0.09, 0.0, 0.0, 0.09, 0.02),
        (0.46, 0.40, 0.07, 0.0, 0.0, 0.05, 0.02),
        (0.36, 0.06, 0.52, 0.0, 0.0, 0.04, 0.02),
        (0.40, 0.34, 0.14, 0.06, 0.0, 0.05, 0.01),
        (0.38, 0.36, 0.10, 0.0, 0.10, 0.05, 0.01),
        (0.42, 0.08, 0.08, 0.0, 0.0, 0.42, 0.0),
        (0.38, 0.14, 0.12, 0.0, 0.0, 0.04, 0.32),
    )
)


@dataclass(frozen=True)
class Contacts:
    """The contacts of a block in order of time, by position."""

    issue: Ints
    customer: Ints
    known: Flags
    second: Ints
    channel: Codes
    reason: Codes
    product: Codes
    outbound: Flags
    step: Ints
    came_from: Codes
    actor: Codes
    agent: Ints
    team: Codes
    wait: Ints
    handle: Ints
    first_reply: Ints
    promised: Ints
    outcome: Codes
    transferred: Flags
    escalated: Flags
    asked_to_repeat: Codes
    verified_again: Codes
    context_attached: Codes
    human_requests: Ints
    fallbacks: Ints
    feeling: Reals

    @property
    def size(self) -> int:
        """Number of contacts in the block."""
        return len(self.issue)

    @property
    def day(self) -> Ints:
        """Day index of each contact."""
        return self.second // DAY


def take_contacts(company: Company, block: int, who: Customers) -> Contacts:
    """Serve every issue of a block to its end."""
    rng = stream(company.seed, block, "contacts")
    live = first_contacts(rng, company, who)
    rounds: list[dict[str, Values]] = []
    for step in range(1, _ROUNDS + 1):
        live.step = step
        served = serve(rng, company, who, live)
        rounds.append(_record(live, served))
        live = _come_back(rng, company, who, live, served)
        if not len(live.issue):
            break
    merged = {name: np.concatenate([r[name] for r in rounds]) for name in rounds[0]}
    order = np.argsort(merged["second"], kind="stable")
    merged = {name: values[order] for name, values in merged.items()}
    return Contacts(known=happens(rng, 0.95, len(order)), **merged)


def _record(live: Open, served: Served) -> dict[str, Any]:
    return {
        "issue": live.issue,
        "customer": live.customer,
        "second": live.second,
        "channel": live.channel,
        "reason": live.reason,
        "product": live.product,
        "outbound": live.outbound,
        "step": np.full(len(live.issue), live.step),
        "came_from": live.came_from,
        **served.items(),
    }


def _come_back(rng: np.random.Generator, company: Company, who: Customers, live: Open, served: Served) -> Open:
    size = len(live.issue)
    bot = served.actor == names.BOT
    handed = bot & served.transferred
    chance = np.where(served.outcome == names.RESOLVED, 0.065, 0.64)
    chance = np.where(served.outcome == names.ABANDONED, 0.66, chance)
    false_hold = bot & ~handed & (live.reason == names.BILLING)
    chance = np.where(false_hold, 0.46, np.where(bot & ~handed & (served.outcome == names.RESOLVED), 0.09, chance))
    chance = np.where(
        served.actor == names.SELF_SERVICE, np.where(served.outcome == names.RESOLVED, 0.09, 0.48), chance
    )
    broken = (served.context_attached == 0) & (served.asked_to_repeat == 1) & (live.came_from == names.CHAT)
    chance = np.where(broken & (who.region[live.customer] == names.LAKELAND), chance + 0.16, chance)
    # waiting on the line is a reason to call again only once
    chance = np.where(live.step > 2, chance * 0.7, chance)
    returns = happens(rng, chance, size) | handed
    at_once = live.second + np.where(served.handle == MISSING, 0, served.handle) + rng.integers(40, 500, size)
    hours = np.where(served.outcome == names.ABANDONED, 5.0, 44.0)
    later = live.second + 1500 + (rng.exponential(1.0, size) * hours * 3600).astype(np.int64)
    called_back = returns & ~handed & (served.outcome == names.UNRESOLVED) & happens(rng, 0.10, size)
    channel = np.where(
        handed,
        np.where(happens(rng, 0.30, size), names.PHONE, names.CHAT),
        pick_by_row(rng, _NEXT_CHANNEL, live.channel),
    )
    channel = np.where(called_back, names.PHONE, channel).astype(np.int16)
    second = into_opening_hours(np.where(handed, at_once, later), rng)
    sunday = company.weekday[np.minimum(second // DAY, len(company.weekday) - 1)] == 6
    channel = np.where(sunday & (channel == names.STORE), names.PHONE, channel).astype(np.int16)
    still_here = (second <= company.end) & (second // DAY < who.left[live.customer])
    following = Open(
        issue=live.issue,
        customer=live.customer,
        second=second,
        channel=channel,
        reason=live.reason,
        product=live.product,
        step=live.step,
        outbound=called_back,
        came_from=live.channel,
        handed_over=handed,
    )
    return following.only(returns & still_here)


def contacts_table(company: Company, block: int, who: Customers, contacts: Contacts) -> dict[str, pa.Array]:
    """The `contacts` table of a block."""
    rng = stream(company.seed, block, "contact gaps")
    first = block * 10_000_000
    linked = contacts.known & happens(rng, 0.985, contacts.size)
    human = contacts.actor == names.HUMAN
    return {
        "contact_id": keys("K", first + np.arange(contacts.size), digits=10),
        "customer_id": keys("C", np.where(contacts.known, who.number[contacts.customer], MISSING), digits=7),
        "issue_id": keys("I", np.where(linked, first + contacts.issue, MISSING), digits=10),
        "channel": words(names.CHANNELS, contacts.channel),
        "actor": words(names.ACTORS, contacts.actor),
        "direction": words(("in", "out"), contacts.outbound.astype(np.int16)),
        "started_at": moments(company.first_day, contacts.second),
        "wait_seconds": whole(contacts.wait),
        "handle_seconds": whole(contacts.handle),
        "first_reply_at": moments(company.first_day, contacts.first_reply),
        "promised_at": moments(company.first_day, contacts.promised),
        "reason": words(names.REASONS, np.where(happens(rng, 0.02, contacts.size), -1, contacts.reason)),
        "product": words(names.PRODUCTS, contacts.product),
        "region": words(names.REGIONS, who.region_shown[contacts.customer]),
        "segment": words(names.SEGMENTS, who.segment[contacts.customer]),
        "team": words(names.TEAMS, contacts.team),
        "agent_id": keys("A", contacts.agent, digits=5),
        "outcome": words(names.OUTCOMES, contacts.outcome),
        "transferred": flags(contacts.transferred),
        "escalated": flags(contacts.escalated),
        "asked_to_repeat": flags(contacts.asked_to_repeat == 1, known=contacts.asked_to_repeat >= 0),
        "verified_again": flags(contacts.verified_again == 1, known=(contacts.verified_again >= 0) & human),
        "context_attached": flags(contacts.context_attached == 1, known=contacts.context_attached >= 0),
        "human_requests": whole(contacts.human_requests),
        "fallbacks": whole(contacts.fallbacks),
    }
