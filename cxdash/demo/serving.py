"""How one round of contacts is served: who answers, how long it takes, how it ends and how it felt.

`feeling` is the customer's impression in standard deviations before any survey is sent: the same number later drives
whether an answer comes, what it says and whether a complaint follows.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from cxdash.demo import names, plan
from cxdash.demo.company import GAMING_AGENT, HONEST_AGENT, Company
from cxdash.demo.draws import MISSING, Codes, Flags, Ints, Reals, happens, lognormal, pick
from cxdash.demo.issues import Open
from cxdash.demo.population import REGION_MOOD, SEGMENT_MOOD, Customers

_RESOLVES = np.array((0.77, 0.80, 0.62, 0.86, 0.91, 0.77, 0.83, 0.64, 0.80, 0.55, 0.70, 0.79))
_REASON_MOOD = np.array((-0.05, 0.02, -0.18, 0.10, 0.15, 0.0, 0.05, -0.20, 0.05, -0.45, -0.30, 0.0))
_CHANNEL_RESOLVES = np.array((0.01, 0.01, -0.05, -0.02, 0.02, 0.06, -0.06))
_CHANNEL_MOOD = np.array((0.04, -0.06, -0.12, -0.05, 0.10, 0.26, -0.30))
_BOT_KEEPS = np.array((0.92, 0.42, 0.25, 0.78, 0.82, 0.45, 0.55, 0.30, 0.50, 0.12, 0.15, 0.35))
"""Share of bot dialogues that do not reach a person, by reason: billing is held on to."""
_WAIT = np.array((62.0, 42.0, 0.0, 0.0, 0.0, 95.0, 0.0))
_HANDLE = np.array((265.0, 430.0, 520.0, 140.0, 120.0, 600.0, 300.0))
_WEEKDAY_WAIT = np.array((1.18, 1.04, 1.0, 0.98, 0.97, 1.02, 0.95))
_PATIENCE = 1750.0


@dataclass
class Served:
    """What happened in each contact of a round, beside what `Open` already says."""

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

    def items(self) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
        """The arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def serve(rng: np.random.Generator, company: Company, who: Customers, live: Open) -> Served:
    """Serve one round of contacts."""
    size = len(live.issue)
    actor = _actors(rng, live)
    human, bot = actor == names.HUMAN, actor == names.BOT
    team, agent = _staff(rng, company, who, live, human)
    wait, gave_up = _queue(rng, company, who, live, human)
    handle = lognormal(rng, np.where(bot, 95.0, _HANDLE[live.channel]), 0.55, size).astype(np.int64)
    outcome = _outcomes(rng, company, who, live, actor, agent)
    outcome = np.where(gave_up, names.ABANDONED, outcome).astype(np.int16)
    kept = happens(rng, _BOT_KEEPS[live.reason], size)
    transferred = np.where(bot, ~kept, human & ~gave_up & happens(rng, 0.085, size))
    outcome = np.where(bot & ~kept, names.UNRESOLVED, outcome).astype(np.int16)
    asked, verified, context, broken = _handover(rng, who, live, human & ~gave_up, transferred)
    requests = rng.poisson(0.35, size) + np.where(bot & transferred, 1, 0)
    trapped = bot & kept & (live.reason == names.BILLING) & happens(rng, 0.24, size)
    requests = np.where(trapped, requests + 2, requests)
    fallbacks = rng.poisson(np.where(outcome == names.UNRESOLVED, 1.6, 0.5)) + trapped
    first_reply = _first_reply(rng, live, actor, wait, gave_up)
    promise = human & (outcome == names.UNRESOLVED) & happens(rng, 0.45, size)
    served = Served(
        actor=actor,
        agent=agent,
        team=team,
        wait=wait,
        handle=np.where(gave_up, MISSING, handle),
        first_reply=np.where(first_reply > company.end, MISSING, first_reply),
        promised=np.where(promise, live.second + rng.integers(1, 4, size) * 86_400, MISSING),
        outcome=outcome,
        transferred=np.asarray(transferred, dtype=bool),
        escalated=human & ~gave_up & happens(rng, np.where(outcome == names.UNRESOLVED, 0.14, 0.015), size),
        asked_to_repeat=asked,
        verified_again=verified,
        context_attached=context,
        human_requests=np.where(bot, requests, MISSING),
        fallbacks=np.where(bot, fallbacks, MISSING),
        feeling=np.zeros(size),
    )
    served.feeling = _feel(rng, company, who, live, served) + broken * plan.HANDOFF_BROKEN_MOOD
    return served


def _actors(rng: np.random.Generator, live: Open) -> Codes:
    chance = 0.62 if live.step == 1 else 0.22
    bot = (live.channel == names.CHAT) & ~live.handed_over & happens(rng, chance, len(live.issue))
    alone = ((live.channel == names.WEB) | (live.channel == names.APP)) & happens(rng, 0.86, len(live.issue))
    return np.where(bot, names.BOT, np.where(alone, names.SELF_SERVICE, names.HUMAN)).astype(np.int16)


def _staff(rng: np.random.Generator, company: Company, who: Customers, live: Open, human: Flags) -> tuple[Codes, Ints]:
    size, agents = len(live.issue), company.agents
    team = np.full(size, -1, dtype=np.int64)
    team_channel, weight = np.asarray(names.TEAM_CHANNEL), np.asarray(names.TEAM_WEIGHT)
    for channel in range(len(names.CHANNELS)):
        desk = names.WEB if channel == names.APP else channel
        options = np.flatnonzero(team_channel == desk)
        here = np.flatnonzero(live.channel == channel)
        team[here] = options[pick(rng, weight[options], len(here))]
    phone = live.channel == names.PHONE
    at_home = phone & happens(rng, 0.72, size)
    team = np.where(at_home, np.asarray(names.HOME_TEAM)[who.region[live.customer]], team)
    hard = np.isin(live.reason, (names.COMPLAINT, names.CANCELLATION, names.OUTAGE, names.SLOW_INTERNET))
    team = np.where(phone & hard & happens(rng, 0.45, size), names.PHONE_SPECIALISTS, team)
    place = (agents.per_team * rng.random(size) ** 1.25).astype(np.int64)
    agent = team * agents.per_team + place
    too_early = agents.hired[agent] > live.day
    agent = np.where(too_early, team * agents.per_team + place % (agents.per_team // 2), agent)
    return np.where(human, team, -1).astype(np.int16), np.where(human, agent, MISSING)


def _queue(rng: np.random.Generator, company: Company, who: Customers, live: Open, human: Flags) -> tuple[Ints, Flags]:
    size, day = len(live.issue), live.day
    phone = live.channel == names.PHONE
    north = phone & (who.region[live.customer] == names.NORTH)
    factor = _WEEKDAY_WAIT[company.weekday[day]]
    factor = factor * np.where(north, 1 + (plan.NORTH_WAIT_FACTOR - 1) * plan.north_load(day), 1.0)
    factor = factor * np.where(phone & plan.CAMPAIGN.holds(day), plan.CAMPAIGN_WAIT_FACTOR, 1.0)
    wait = lognormal(rng, np.maximum(_WAIT[live.channel], 1.0) * factor, 0.85, size)
    patience = rng.exponential(_PATIENCE, size)
    queued = human & (_WAIT[live.channel] > 0) & ~live.outbound
    gave_up = queued & (patience < wait)
    return np.where(queued, np.minimum(wait, patience).astype(np.int64), MISSING), gave_up


def _outcomes(
    rng: np.random.Generator, company: Company, who: Customers, live: Open, actor: Codes, agent: Ints
) -> Codes:
    known = np.where(agent == MISSING, 0, agent)
    skill = np.where(agent == MISSING, 0.0, company.agents.skill[known])
    skill = np.where(agent == GAMING_AGENT, 0.0, skill)
    better = np.where(agent == HONEST_AGENT, 0.14, 0.12 * skill)
    trained = (actor == names.HUMAN) & (known // company.agents.per_team == names.CHAT_BETA)
    better = better + np.where(trained & plan.TRAINING_WORKED.holds(live.day), plan.TRAINING_WORKED_RESOLVES, 0.0)
    chance = _RESOLVES[live.reason] + _CHANNEL_RESOLVES[live.channel] + better - 0.03 * (live.step > 1)
    chance = chance + 0.015 * who.mood[live.customer]
    chance = np.where(actor == names.BOT, np.where(live.reason == names.BILLING, 0.93, 0.86), chance)
    # somebody who leaves soon was more often not helped
    chance = chance - 0.16 * who.leaving_soon(live.customer, live.day, 75)
    solved = happens(rng, np.clip(chance, 0.05, 0.98), len(live.issue))
    return np.where(solved, names.RESOLVED, names.UNRESOLVED).astype(np.int16)


def _handover(
    rng: np.random.Generator, who: Customers, live: Open, spoken: Flags, transferred: Flags
) -> tuple[Codes, Codes, Codes, Flags]:
    size = len(live.issue)
    later = live.step > 1
    crossed = later & (live.came_from != live.channel)
    broken = crossed & (live.came_from == names.CHAT) & (live.channel == names.PHONE)
    broken &= (who.region[live.customer] == names.LAKELAND) & spoken
    again = np.where(broken, 0.74, np.where(crossed, 0.24, np.where(later, 0.16, np.where(transferred, 0.2, 0.01))))
    verify = np.where(broken, 0.82, np.where(crossed, 0.20, 0.07))
    carried = np.where(broken, 0.07, np.where(crossed, 0.72, 0.84))
    recorded = spoken & happens(rng, 0.82, size)
    asked = np.where(recorded, happens(rng, again, size), -1).astype(np.int16)
    verified = np.where(spoken, happens(rng, verify, size), -1).astype(np.int16)
    context = np.where(spoken & later, happens(rng, carried, size), -1).astype(np.int16)
    return asked, verified, context, np.asarray(broken)


def _first_reply(rng: np.random.Generator, live: Open, actor: Codes, wait: Ints, gave_up: Flags) -> Ints:
    size = len(live.issue)
    hours = np.where(live.channel == names.EMAIL, 7.0, 2.0)
    written = live.second + (lognormal(rng, hours, 0.8, size) * 3600).astype(np.int64)
    queued = live.second + np.where(wait == MISSING, 0, wait)
    slow = (live.channel == names.EMAIL) | (live.channel == names.SOCIAL)
    reply = np.where(slow, written, queued)
    reply = np.where(actor == names.BOT, live.second + 2, reply)
    return np.where(gave_up | (actor == names.SELF_SERVICE) | live.outbound, MISSING, reply)


def _feel(rng: np.random.Generator, company: Company, who: Customers, live: Open, served: Served) -> Reals:
    size, day, customer = len(live.issue), live.day, live.customer
    known = np.where(served.agent == MISSING, 0, served.agent)
    human = served.agent != MISSING
    region = who.region[customer]
    queued = served.wait != MISSING
    usual = np.maximum(_WAIT[live.channel], 1.0)
    strain = np.where(queued, np.log(np.maximum(np.where(queued, served.wait, 1), 1) / usual), 0.0)
    feeling = 0.50 * who.mood[customer] + REGION_MOOD[region] + SEGMENT_MOOD[who.segment[customer]]
    feeling += _CHANNEL_MOOD[live.channel] + _REASON_MOOD[live.reason] + 0.72 * rng.standard_normal(size)
    feeling += np.where(served.outcome == names.RESOLVED, 0.28, -0.72) - 0.26 * np.clip(strain, -1.5, 3.0)
    feeling += -0.22 * (live.step > 1) - 0.32 * (served.asked_to_repeat == 1) - 0.12 * (served.verified_again == 1)
    feeling += np.where(human, company.agents.skill[known], np.where(served.actor == names.BOT, -0.10, 0.02))
    feeling -= 0.45 * who.leaving_soon(customer, day, 90)
    north = (region == names.NORTH) & (live.channel == names.PHONE)
    feeling += np.where(north, plan.NORTH_MOOD * plan.north_load(day), 0.0)
    feeling += np.where((live.channel == names.WEB) & plan.CAMPAIGN.holds(day), plan.CAMPAIGN_WEB_MOOD, 0.0)
    coast = (region == names.HARBOUR_COAST) & plan.INITIATIVE_WORKS.holds(day)
    feeling += np.where(coast, plan.INITIATIVE_WORKS_MOOD, 0.0)
    trained = (served.team == names.CHAT_BETA) & plan.TRAINING_WORKED.holds(day)
    feeling += np.where(trained, plan.TRAINING_WORKED_MOOD, 0.0)
    levels = np.asarray(plan.SIMPSON_LEVEL)[who.segment[customer]] + plan.SIMPSON_GAIN * plan.simpson_turn(day)
    return np.asarray(feeling + np.where(live.reason == names.ACTIVATION, levels, 0.0))
