"""Why and when customers turn to the company: the first contact of every issue.

Ordinary issues follow the calendar and each customer's own pace; new customers need help at onboarding, outages bring a
wave in one region, and those about to leave call to cancel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxdash.demo import names, plan
from cxdash.demo.company import Company
from cxdash.demo.draws import DAY, Codes, Flags, Ints, Values, days_between, happens, pick, time_of_day
from cxdash.demo.population import Customers


@dataclass
class Open:
    """Contacts about to happen, by position."""

    issue: Ints
    customer: Ints
    second: Ints
    channel: Codes
    reason: Codes
    product: Codes
    step: int
    outbound: Flags
    came_from: Codes
    handed_over: Flags

    @property
    def day(self) -> Ints:
        """Day index of each contact."""
        return self.second // DAY

    def only(self, chosen: Flags) -> Open:
        """The contacts chosen."""
        parts = {k: v[chosen] for k, v in vars(self).items() if k != "step"}
        return Open(**parts, step=self.step)


def first_contacts(rng: np.random.Generator, company: Company, who: Customers) -> Open:
    """The first contact of each issue of a block, in no particular order."""
    ordinary = _ordinary(rng, company, who)
    special = [_onboarding(rng, who), *_outages(rng, who), _cancelling(rng, who)]
    customer = np.concatenate([ordinary[0], *(s[0] for s in special)])
    day = np.concatenate([ordinary[1], *(s[1] for s in special)])
    fixed = np.concatenate([np.full(len(ordinary[0]), -1), *(np.full(len(s[0]), s[2]) for s in special)])
    size = len(customer)
    campaign = plan.CAMPAIGN.holds(day)
    reason = np.where(fixed >= 0, fixed, pick(rng, names.REASON_SHARE, size))
    # the crowd of the campaign asks where its order is
    asks = campaign & (fixed < 0) & happens(rng, 0.16, size)
    reason = np.where(asks, names.ORDER_STATUS, reason).astype(np.int16)
    channel = np.where(happens(rng, 0.5, size), who.channel[customer], pick(rng, names.CHANNEL_SHARE, size))
    closed = (channel == names.STORE) & (company.weekday[day] == 6)
    channel = np.where(closed, names.APP, channel).astype(np.int16)
    second = who.second[customer]
    product = np.where((second >= 0) & happens(rng, 0.4, size), second, who.product[customer])
    product = np.where(asks, names.HANDSET_NOVA, product).astype(np.int16)
    product = np.where(happens(rng, 0.03, size), -1, product).astype(np.int16)
    digital = (channel == names.WEB) | (channel == names.APP) | (channel == names.SOCIAL)
    within = np.where(digital, time_of_day(rng, size, evening=True), time_of_day(rng, size))
    return Open(
        issue=np.arange(size, dtype=np.int64),
        customer=customer,
        second=day * DAY + within,
        channel=channel,
        reason=reason,
        product=product,
        step=1,
        outbound=np.zeros(size, dtype=bool),
        came_from=np.full(size, -1, dtype=np.int16),
        handed_over=np.zeros(size, dtype=bool),
    )


def _ordinary(rng: np.random.Generator, company: Company, who: Customers) -> tuple[Ints, Ints]:
    weight = company.contact_weight
    reached = np.concatenate([[0.0], np.cumsum(weight)]) / weight.mean()
    exposure = reached[who.present_until] - reached[who.present_from]
    customer = np.repeat(np.arange(who.size), rng.poisson(who.pace * np.maximum(exposure, 0.0)))
    return customer, days_between(rng, weight, who.present_from[customer], who.present_until[customer])


def _onboarding(rng: np.random.Generator, who: Customers) -> tuple[Values, Ints, int]:
    turned = plan.simpson_turn(who.joined)
    before, after = np.asarray(plan.SIMPSON_HELP_BEFORE), np.asarray(plan.SIMPSON_HELP_AFTER)
    chance = before[who.segment] * (1 - turned) + after[who.segment] * turned
    day = who.joined + rng.integers(1, 22, who.size)
    needs = happens(rng, chance, who.size) & (who.joined >= 0) & (day < who.present_until)
    return np.flatnonzero(needs), day[needs], names.ACTIVATION


def _outages(rng: np.random.Generator, who: Customers) -> list[tuple[Values, Ints, int]]:
    waves = []
    for offset, region in plan.OUTAGES:
        day = plan.DAYS - 1 + offset + happens(rng, 0.3, who.size).astype(np.int64)
        hit = (who.region == region) & happens(rng, 0.06, who.size)
        hit &= (who.present_from <= day) & (day < who.present_until)
        waves.append((np.flatnonzero(hit), day[hit], names.OUTAGE))
    return waves


def _cancelling(rng: np.random.Generator, who: Customers) -> tuple[Values, Ints, int]:
    day = who.left - 1 - (rng.random(who.size) ** 2 * 40).astype(np.int64)
    calls = (day < plan.DAYS) & (day >= who.present_from) & happens(rng, 0.45, who.size)
    return np.flatnonzero(calls), day[calls], names.CANCELLATION
