"""Who the customers are: where they live, what they hold, how they are inclined, when they come and when they leave.

Those who were already there on the first day are drawn from ten years of joining and leaving and kept only if they
stayed, so the mood of the base is in balance and does not drift for two years merely because the unhappy leave.
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
    happens,
    lognormal,
    pick,
    pick_by_row,
    stream,
    time_of_day,
)
from cxdash.demo.tables import dates, flags, keys, moments, whole, words

REGION_MOOD = np.array((0.02, 0.0, 0.03, -0.02, 0.04, -0.03, 0.0, plan.EAST_MOOD, 0.03, 0.0, -0.04, 0.05))
SEGMENT_MOOD = np.array((0.0, -0.04, 0.02, 0.05, 0.0))
_SEGMENT_LEAVES = np.array((1.0, 1.55, 0.85, 0.75, 0.6))
_OPENING_SHARE = 0.62
"""Share of a block's customers who were there on the first day; the others join during the two years."""

_AGE_DAYS = np.array((0, 90, 360, 366, 405, 725, 731, 770, 1800, 6000))
_AGE_HAZARD = np.array((0.7, 1.15, 1.15, 2.3, 1.2, 1.0, 1.8, 0.95, 0.75, 0.6))
_BASE_HAZARD = 0.00052
"""Chance of leaving per day of an average customer of average age."""

_CHANNEL_BY_SEGMENT = np.array(
    (
        (0.36, 0.20, 0.11, 0.09, 0.12, 0.08, 0.04),
        (0.33, 0.24, 0.07, 0.08, 0.16, 0.07, 0.05),
        (0.38, 0.18, 0.10, 0.10, 0.12, 0.08, 0.04),
        (0.38, 0.16, 0.13, 0.10, 0.11, 0.09, 0.03),
        (0.42, 0.12, 0.24, 0.10, 0.05, 0.05, 0.02),
    )
)


@dataclass(frozen=True)
class Customers:
    """One block of customers, by position; `number` is the customer's place in the whole company.

    `left` is the day each will leave, after the last day for most: those about to leave are in a mood already, and the
    last weeks must not look better merely because nobody knows yet who goes.
    """

    number: Ints
    region: Codes
    region_shown: Codes
    segment: Codes
    language: Codes
    mood: Reals
    joined: Ints
    left: Ints
    channel: Codes
    pace: Reals
    answers: Reals
    product: Codes
    second: Codes
    account: Ints
    key_account: Flags

    @property
    def size(self) -> int:
        """Number of customers in the block."""
        return len(self.number)

    @property
    def present_from(self) -> Ints:
        """First day of data with the customer."""
        return np.maximum(self.joined, 0)

    @property
    def present_until(self) -> Ints:
        """First day of data without the customer."""
        return np.minimum(self.left, plan.DAYS)

    @property
    def lost(self) -> Flags:
        """Who has left by the last day."""
        return np.asarray(self.left < plan.DAYS)

    def leaving_soon(self, who: Ints, day: Ints, within: int) -> Flags:
        """Whether these customers will have left within so many days of these days."""
        return np.asarray((self.left[who] - day) <= within)


def settle_customers(company: Company, block: int, start: int, size: int) -> Customers:
    """Draw one block of customers."""
    rng = stream(company.seed, block, "population")
    opening = round(size * _OPENING_SHARE)
    # three candidates for each place: enough that those who left before the first day can be passed over
    pool = 4 * opening + 200
    old = _characters(rng, pool)
    old_joined = -(1 + (3650 * rng.random(pool) ** 1.25).astype(np.int64))
    old_left = _leave(rng, old_joined, old)
    stayed = np.flatnonzero(old_left > 0)[:opening]
    new_size = size - len(stayed)
    new = _characters(rng, new_size)
    # a growing company: the last month wins a third more customers than the first
    position = rng.random(new_size)
    new_joined = ((np.sqrt(1.0 + position * (1.33**2 - 1.0)) - 1.0) / 0.33 * plan.DAYS).astype(np.int64)
    new_joined = np.clip(new_joined, 0, plan.DAYS - 1)
    new_left = _leave(rng, new_joined, new)
    traits = {name: np.concatenate([old[name][stayed], new[name]]) for name in old}
    joined = np.concatenate([old_joined[stayed], new_joined])
    left = np.concatenate([old_left[stayed], new_left])
    return _describe(rng, start, traits, joined, left)


def _characters(rng: np.random.Generator, size: int) -> dict[str, Values]:
    region = pick(rng, names.REGION_SHARE, size)
    segment = pick(rng, names.SEGMENT_SHARE, size)
    mood = rng.standard_normal(size)
    return {"region": region, "segment": segment, "mood": mood}


def _leave(rng: np.random.Generator, joined: Ints, traits: dict[str, Values]) -> Ints:
    region, segment = traits["region"].astype(np.int64), traits["segment"].astype(np.int64)
    mood = traits["mood"] + REGION_MOOD[region] * 1.2
    risk = _BASE_HAZARD * _SEGMENT_LEAVES[segment] * np.exp(-0.48 * mood - 0.115)
    age = np.arange(_AGE_DAYS[-1] + 1)
    reached = np.concatenate([[0.0], np.cumsum(np.interp(age, _AGE_DAYS, _AGE_HAZARD))])
    lasts = rng.exponential(1.0, len(joined)) / risk
    return joined + 1 + np.searchsorted(reached, lasts).astype(np.int64)


def _describe(
    rng: np.random.Generator,
    start: int,
    traits: dict[str, Values],
    joined: Ints,
    left: Ints,
) -> Customers:
    size = len(joined)
    region, segment = traits["region"].astype(np.int16), traits["segment"].astype(np.int16)
    business = segment == names.BUSINESS
    companies = max(1, int(business.sum()) // 6)
    # a few companies hold many lines, most hold two or three
    account = np.where(business, (companies * rng.random(size) ** 1.6).astype(np.int64) + start, MISSING)
    product = pick(rng, names.PRODUCT_SHARE, size)
    second = pick(rng, (0.1, 0.06, 0.12, 0.06, 0.28, 0.05, 0.2, 0.13), size)
    return Customers(
        number=start + np.arange(size, dtype=np.int64),
        region=region,
        region_shown=np.where(happens(rng, 0.015, size), -1, region).astype(np.int16),
        segment=segment,
        language=pick(rng, names.LANGUAGE_SHARE, size),
        mood=traits["mood"],
        joined=joined,
        left=left,
        channel=pick_by_row(rng, _CHANNEL_BY_SEGMENT, segment),
        pace=rng.gamma(1.7, 1 / 1.7, size) * 0.0182,
        answers=lognormal(rng, 0.90, 0.45, size),
        product=product,
        second=np.where(happens(rng, 0.33, size) & (second != product), second, -1).astype(np.int16),
        account=account,
        key_account=business & (account - start < max(1, companies // 25)),
    )


def customers_table(company: Company, block: int, who: Customers) -> dict[str, pa.Array]:
    """The `customers` table of a block."""
    rng = stream(company.seed, block, "acquisition")
    cost = lognormal(rng, np.array((2800, 2200, 3500, 9000, 6000))[pick(rng, (1,) * 5, who.size)], 0.5, who.size)
    known_cost = happens(rng, 0.85, who.size)
    return {
        "customer_id": keys("C", who.number, digits=7),
        "joined_on": dates(company.first_day, who.joined),
        "left_on": dates(company.first_day, np.where(who.lost, who.left, MISSING)),
        "account": keys("Company ", who.account, digits=7),
        "key_account": flags(who.key_account),
        "region": words(names.REGIONS, who.region_shown),
        "segment": words(names.SEGMENTS, who.segment),
        "language": words(names.LANGUAGES, who.language),
        "acquisition_channel": words(names.CHANNELS, pick(rng, (0.14, 0.05, 0.06, 0.34, 0.08, 0.27, 0.06), who.size)),
        "acquisition_cost": whole(np.where(known_cost, cost.astype(np.int64), MISSING)),
    }


_SYSTEMS = ("marketing", "sales", "support", "finance", "digital")
_SYSTEM_KNOWS = (0.91, 0.72, 0.84, 0.985, 0.66)


def identities_table(company: Company, block: int, who: Customers) -> dict[str, pa.Array]:
    """The `identities` table of a block: which systems know which customer."""
    rng = stream(company.seed, block, "identities")
    known = [np.flatnonzero(happens(rng, chance, who.size)) for chance in _SYSTEM_KNOWS]
    owner = np.concatenate(known)
    system = np.repeat(np.arange(len(_SYSTEMS)), [len(k) for k in known])
    linked = (who.joined[owner] + (rng.random(len(owner)) < 0.2) * rng.integers(0, 60, len(owner))) * DAY
    linked = linked + time_of_day(rng, len(owner))
    late = linked > company.end
    linked = np.where(late, who.joined[owner] * DAY + 12 * 3600, linked)
    return {
        "customer_id": keys("C", who.number[owner], digits=7),
        "system": words(_SYSTEMS, system),
        "external_id": keys("X", who.number[owner] * 10 + system, digits=9),
        "linked_at": moments(company.first_day, linked),
    }
