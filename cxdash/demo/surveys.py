"""Every question the company asks: after contacts, after visits, twice a year about the relationship, and ahead.

The relationship answers come with ratings of touchpoints whose true importance is known (`TOUCHPOINT_WEIGHT`), so that
the search for drivers can be judged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cxdash.demo import names, plan
from cxdash.demo.answers import Answered, Asked, answer, merge_questions
from cxdash.demo.comments import pool, write_comments
from cxdash.demo.company import GAMING_AGENT, Company
from cxdash.demo.contacts import Contacts
from cxdash.demo.draws import DAY, MISSING, Ints, Reals, happens, pick, pick_by_row, stream, time_of_day
from cxdash.demo.population import REGION_MOOD, SEGMENT_MOOD, Customers
from cxdash.demo.tables import flags, keys, moments, whole, words
from cxdash.demo.visits import Visits
from cxdash.schema import SURVEY_SCALE

TOUCHPOINT_WEIGHT = np.array((0.34, 0.27, 0.18, 0.11, 0.07, 0.05, 0.04, 0.04, 0.03, 0.02))
"""True importance of each touchpoint for the relationship, in order of `names.TOUCHPOINTS`."""
_TOUCHPOINT_LEVEL = np.array((0.25, -0.75, -0.10, 0.35, 0.20, 0.05, 0.45, -0.30, 0.10, -0.40))
_TOUCHPOINT_REACH = np.array((0.97, 0.95, 0.46, 0.58, 0.44, 0.40, 0.36, 0.30, 0.22, 0.26))
_RATING_CUTS = np.array((-1.75, -1.15, -0.35, 0.75))

_INVITED = np.array((0.68, 0.42, 0.40, 0.10, 0.10, 0.36, 0.30))
_REPLY = np.array((0.41, 0.37, 0.31, 0.26, 0.29, 0.42, 0.28))
_ASKS = np.array(
    (
        (0.40, 0.40, 0.20), (0.24, 0.46, 0.30), (0.20, 0.52, 0.28), (0.14, 0.50, 0.36),
        (0.20, 0.40, 0.40), (0.40, 0.50, 0.10), (0.20, 0.62, 0.18),
    )
)  # fmt: skip
_CONTACT_TOUCHPOINT = np.array((names.TP_CALL, names.TP_CHAT, -1, names.TP_WEB, names.TP_APP, names.TP_STORE, -1))
_FEELING_MEAN, _FEELING_SPREAD = -0.085, 1.085
"""Mean and standard deviation of the feeling over contacts that are asked about, in the company's ordinary state."""


@dataclass(frozen=True)
class Responses:
    """The questions of a block with what came back, and the touchpoint ratings beside them."""

    asked: Asked
    answered: Answered
    latent: Reals
    """Touchpoint impressions, a row per relationship question (`Asked.ratings`) and a column per touchpoint; NaN where
    none."""


def ask(company: Company, block: int, who: Customers, contacts: Contacts, visits: Visits) -> Responses:
    """All questions of a block and their answers."""
    rng = stream(company.seed, block, "surveys")
    relationship, latent = _about_relationship(rng, who)
    parts = [_after_contacts(rng, contacts), relationship, _after_visits(rng, visits), _ahead(rng, who)]
    asked = merge_questions(parts, company.end)
    return Responses(asked, answer(rng, asked, who.answers[asked.customer], company.end), latent)


def _after_contacts(rng: np.random.Generator, contacts: Contacts) -> Asked:
    fit = (contacts.outcome != names.ABANDONED) & ~contacts.outbound
    fit &= ~((contacts.actor == names.BOT) & contacts.transferred)
    chance = _INVITED[contacts.channel] * np.where(contacts.actor == names.BOT, 0.55, 1.0)
    onboarding = contacts.reason == names.ACTIVATION
    chance = np.where(onboarding, np.maximum(chance, 0.92), chance)
    feeling = (contacts.feeling - _FEELING_MEAN) / _FEELING_SPREAD
    gaming = contacts.agent == GAMING_AGENT
    # this agent sends the survey only to those who sound happy
    chance = np.where(gaming, np.where((contacts.outcome == names.RESOLVED) & (feeling > 0.1), 0.95, 0.015), chance)
    chosen = np.flatnonzero(fit & happens(rng, chance, contacts.size))
    channel = contacts.channel[chosen]
    survey = pick_by_row(rng, _ASKS, channel)
    survey = np.where(onboarding[chosen] & happens(rng, 0.92, len(chosen)), names.CSAT, survey).astype(np.int16)
    reason = contacts.reason[chosen]
    touchpoint = _CONTACT_TOUCHPOINT[channel]
    touchpoint = np.where((reason == names.DELIVERY) & (channel != names.STORE), names.TP_DELIVERY, touchpoint)
    touchpoint = np.where(reason == names.ACTIVATION, names.TP_INSTALLATION, touchpoint)
    done = contacts.second[chosen] + np.where(contacts.handle[chosen] == MISSING, 0, contacts.handle[chosen])
    size = len(chosen)
    return Asked(
        customer=contacts.customer[chosen],
        second=done + rng.integers(60, 2400, size),
        survey=survey,
        pattern=np.full(size, names.TRANSACTIONAL, dtype=np.int16),
        channel=channel,
        stage=np.asarray(names.REASON_STAGE, dtype=np.int16)[reason],
        touchpoint=touchpoint.astype(np.int16),
        product=contacts.product[chosen],
        team=contacts.team[chosen],
        contact=chosen,
        reason=reason,
        feeling=feeling[chosen],
        chance=np.where(onboarding[chosen], 0.44, _REPLY[channel]),
        gamed=gaming[chosen],
        ratings=np.full(size, -1),
    )


def _plain(size: int, customer: Ints, second: Ints, survey: int, pattern: int) -> Asked:
    none = np.full(size, -1, dtype=np.int16)
    return Asked(
        customer=customer, second=second, survey=np.full(size, survey, dtype=np.int16),
        pattern=np.full(size, pattern, dtype=np.int16), channel=none, stage=none, touchpoint=none, product=none,
        team=none, contact=np.full(size, MISSING), reason=none, feeling=np.zeros(size), chance=np.zeros(size),
        gamed=np.zeros(size, dtype=bool), ratings=np.full(size, -1),
    )  # fmt: skip


def _about_relationship(rng: np.random.Generator, who: Customers) -> tuple[Asked, Reals]:
    # each customer has an own day in the half-year; most waves reach a customer, none comes within 180 days of another
    phase = rng.integers(0, 183, who.size)
    customer = np.tile(np.arange(who.size), 4)
    day = np.concatenate([phase + 183 * wave for wave in range(4)])
    key = np.where(who.key_account, 0.72, 0.46)[customer]
    fit = (day < who.present_until[customer]) & (day >= who.joined[customer] + 75) & (day < plan.DAYS)
    chosen = np.flatnonzero(fit & happens(rng, key, len(day)))
    customer, day = customer[chosen], day[chosen]
    size = len(chosen)
    asked = _plain(size, customer, day * DAY + time_of_day(rng, size), names.NPS, names.RELATIONSHIP)
    mood = who.mood[customer]
    own = 0.55 * mood[:, None] + 0.835 * rng.standard_normal((size, len(names.TOUCHPOINTS)))
    asked.channel = who.channel[customer]
    asked.stage = np.full(size, names.USE, dtype=np.int16)
    asked.product = who.product[customer]
    asked.chance = np.where(who.key_account[customer], 0.44, 0.39)
    asked.ratings = np.arange(size)
    total = own @ TOUCHPOINT_WEIGHT + 0.42 * rng.standard_normal(size)
    spread = np.sqrt((0.55 * TOUCHPOINT_WEIGHT.sum()) ** 2 + 0.835**2 * (TOUCHPOINT_WEIGHT**2).sum() + 0.42**2)
    shift = REGION_MOOD[who.region[customer]] + SEGMENT_MOOD[who.segment[customer]]
    asked.feeling = total / spread + shift - 0.35 * who.leaving_soon(customer, day, 120) - 0.13
    ratings = own + _TOUCHPOINT_LEVEL + 0.5 * shift[:, None]
    met = rng.random(ratings.shape) < _TOUCHPOINT_REACH
    return asked, np.where(met, ratings, np.nan)


def _after_visits(rng: np.random.Generator, visits: Visits) -> Asked:
    chosen = np.flatnonzero(visits.known & (visits.stage < 5) & happens(rng, 0.055, visits.size))
    size = len(chosen)
    asked = _plain(size, visits.customer[chosen], visits.second[chosen] + 240, names.CSAT, names.TRANSACTIONAL)
    asked.survey = pick(rng, (0.0, 0.75, 0.25), size)
    asked.channel = visits.channel[chosen]
    asked.stage = np.where(visits.stage[chosen] >= 2, names.BUY, names.DISCOVER).astype(np.int16)
    web = asked.channel == names.WEB
    asked.touchpoint = np.where(web, names.TP_WEB, names.TP_APP).astype(np.int16)
    asked.product = visits.product[chosen]
    asked.feeling = visits.feeling[chosen]
    asked.chance = np.full(size, 0.21)
    return asked


def _ahead(rng: np.random.Generator, who: Customers) -> Asked:
    day = rng.integers(0, plan.DAYS, who.size)
    fit = (day < who.present_until) & (day >= who.joined + 30) & happens(rng, 0.16, who.size)
    customer = np.flatnonzero(fit)
    size = len(customer)
    asked = _plain(size, customer, day[fit] * DAY + time_of_day(rng, size), names.NPS, names.PULSE)
    asked.channel = who.channel[customer]
    asked.stage = np.full(size, names.RENEW, dtype=np.int16)
    asked.touchpoint = np.full(size, names.TP_RENEWAL, dtype=np.int16)
    asked.product = who.product[customer]
    asked.feeling = 0.6 * who.mood[customer] + 0.78 * rng.standard_normal(size) - 0.15
    asked.chance = np.full(size, 0.28)
    return asked


def responses_table(
    company: Company, block: int, who: Customers, contacts: Contacts, found: Responses
) -> dict[str, pa.Array]:
    """The `responses` table of a block."""
    rng = stream(company.seed, block, "response texts")
    asked, answered = found.asked, found.answered
    size, first = asked.size, block * 10_000_000
    replied = answered.score != MISSING
    relationship = asked.pattern == names.RELATIONSHIP
    wait = np.where(asked.contact == MISSING, 0, contacts.wait[np.where(asked.contact == MISSING, 0, asked.contact)])
    loud = np.clip(0.14 + 0.10 * np.abs(asked.feeling), 0, 0.6) + 0.12 * relationship
    speaks = np.flatnonzero(replied & ~(asked.gamed) & happens(rng, loud, size))
    comment = np.full(size, -1, dtype=np.int64)
    comment[speaks] = write_comments(
        rng, asked.reason[speaks], asked.feeling[speaks], who.language[asked.customer[speaks]], wait[speaks] > 240
    )
    # one in twenty cannot be tied to a customer; questions after a visit or about the relationship can
    tied = np.where(
        asked.contact == MISSING, True, contacts.known[np.where(asked.contact == MISSING, 0, asked.contact)]
    )
    tied = np.where(relationship, True, tied & happens(rng, 0.985, size))
    scales = np.array([SURVEY_SCALE[name] for name in names.SURVEYS])[asked.survey]
    weight = np.where(relationship, np.array((1.0, 1.1, 1.0, 0.9, 0.6))[who.segment[asked.customer]], np.nan)
    return {
        "response_id": keys("R", first + np.arange(size), digits=10),
        "customer_id": keys("C", np.where(tied, who.number[asked.customer], MISSING), digits=7),
        "survey": words(names.SURVEYS, asked.survey),
        "pattern": words(names.PATTERNS, asked.pattern),
        "scale_min": whole(scales[:, 0]),
        "scale_max": whole(scales[:, 1]),
        "score": whole(answered.score),
        "invited_at": moments(company.first_day, asked.second),
        "delivered": flags(answered.delivered == 1, known=answered.delivered >= 0),
        "responded_at": moments(company.first_day, answered.second),
        "dismissed": flags(answered.dismissed),
        "channel": words(names.CHANNELS, asked.channel),
        "stage": words(names.STAGES, asked.stage),
        "touchpoint": words(names.TOUCHPOINTS, asked.touchpoint),
        "region": words(names.REGIONS, who.region_shown[asked.customer]),
        "segment": words(names.SEGMENTS, who.segment[asked.customer]),
        "product": words(names.PRODUCTS, asked.product),
        "team": words(names.TEAMS, asked.team),
        "contact_id": keys("K", np.where(asked.contact == MISSING, MISSING, first + asked.contact), digits=10),
        "language": words(names.LANGUAGES, np.where(replied, who.language[asked.customer], -1)),
        "comment": words(pool(), comment),
        "weight": pa.array(weight, mask=~relationship),
    }


def touchpoint_ratings_table(block: int, found: Responses) -> dict[str, pa.Array]:
    """The `touchpoint_ratings` table of a block: one row per touchpoint met, inside answered relationship surveys."""
    carrying = np.flatnonzero((found.asked.ratings >= 0) & (found.answered.score != MISSING))
    latent = found.latent[found.asked.ratings[carrying]]
    row, touchpoint = np.nonzero(~np.isnan(latent))
    response = carrying[row]
    rating = 1 + np.searchsorted(_RATING_CUTS, latent[row, touchpoint]).astype(np.int64)
    return {
        "response_id": keys("R", block * 10_000_000 + response.astype(np.int64), digits=10),
        "touchpoint": words(names.TOUCHPOINTS, touchpoint),
        "rating": whole(rating),
        "scale_min": whole(np.ones(len(response), dtype=np.int64)),
        "scale_max": whole(np.full(len(response), 5, dtype=np.int64)),
    }
