"""What the company is before any customer arrives: its calendar, its agents and who among them is special.

Everything here is made once from the seed and shared by all customer blocks, so that agent 17 is the same person in
every block.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from cxdash.demo import names, plan
from cxdash.demo.draws import MISSING, Ints, Reals, happens, pick, stream
from cxdash.demo.tables import dates, keys, whole, words

_WEEKDAY = (1.24, 1.12, 1.06, 1.02, 1.00, 0.58, 0.36)
_MONTH = (1.06, 1.00, 1.00, 0.99, 0.98, 0.96, 0.88, 0.87, 1.00, 1.03, 1.14, 1.20)
_DIGITAL_WEEKDAY = (1.02, 0.98, 0.97, 0.97, 0.95, 1.02, 1.09)
AGENTS_PER_TEAM = 15
GAMING_AGENT = 4
HONEST_AGENT = 9
"""Positions of the two planted agents, both in the first team."""


@dataclass(frozen=True)
class Agents:
    """Everybody who serves, by position: an agent's team is `position // per_team`."""

    per_team: int
    team: Ints
    skill: Reals
    hired: Ints
    trained: Ints
    training: Ints
    allowance: Ints


@dataclass(frozen=True)
class Company:
    """The fixed frame of one build."""

    seed: int
    scale: float
    first_day: date
    last_day: date
    weekday: Ints
    contact_weight: Reals
    digital_weight: Reals
    agents: Agents

    @property
    def end(self) -> int:
        """The last second anything may happen, since the first day's midnight."""
        return (plan.DAYS - 1) * 86_400 + 20 * 3600 + 900


def found_company(*, seed: int, scale: float, last_day: date) -> Company:
    """The company for these arguments."""
    first_day = last_day - timedelta(days=plan.DAYS - 1)
    day = np.arange(plan.DAYS)
    weekday = (day + first_day.weekday()) % 7
    month = np.array([(first_day + timedelta(days=int(d))).month - 1 for d in day])
    season = np.asarray(_MONTH)[month]
    crowd = np.where(plan.CAMPAIGN.holds(day), plan.CAMPAIGN_CONTACTS, 1.0)
    rush = np.where(plan.CAMPAIGN.holds(day), plan.CAMPAIGN_VISITS, 1.0)
    return Company(
        seed=seed,
        scale=scale,
        first_day=first_day,
        last_day=last_day,
        weekday=weekday,
        contact_weight=np.asarray(_WEEKDAY)[weekday] * season * crowd,
        digital_weight=np.asarray(_DIGITAL_WEEKDAY)[weekday] * season * rush,
        agents=_hire(stream(seed, -1, "agents"), scale),
    )


def _hire(rng: np.random.Generator, scale: float) -> Agents:
    per_team = max(AGENTS_PER_TEAM, round(AGENTS_PER_TEAM * min(scale, 8.0)))
    size = per_team * len(names.TEAMS)
    team = np.arange(size) // per_team
    place = np.arange(size) % per_team
    hired = -rng.integers(30, 2600, size)
    # newcomers fill the last places of a team, so that earlier contacts can be given to a veteran of the same team
    newcomer = place >= per_team - max(2, per_team // 7)
    hired = np.where(newcomer, rng.integers(10, plan.DAYS - 60, size), hired)
    skill = 0.11 * rng.standard_normal(size) + 0.05 * rng.standard_normal(len(names.TEAMS))[team]
    skill[GAMING_AGENT], skill[HONEST_AGENT] = -0.10, 0.75
    trained = np.full(size, MISSING)
    training = np.full(size, -1)
    yearly = happens(rng, 0.35, size)
    trained[yearly] = hired[yearly] + rng.integers(5, 30, int(yearly.sum()))
    training[yearly] = 0
    for chosen, span, course in (
        (names.CHAT_BETA, plan.TRAINING_WORKED, 1),
        (names.PHONE_MIDLANDS, plan.TRAINING_IDLE, 2),
    ):
        start = plan.DAYS - 1 + span.first
        member = (team == chosen) & (hired < start - 14)
        trained[member] = start - rng.integers(1, 6, int(member.sum()))
        training[member] = course
    late = trained >= plan.DAYS
    trained[late], training[late] = MISSING, -1
    allowance = np.array((0, 2000, 5000, 10000))[pick(rng, (0.3, 0.35, 0.25, 0.1), size)]
    return Agents(per_team, team, skill, hired, trained, training, allowance.astype(np.int64))


TRAININGS = ("Induction", "Solve it in one conversation", "Friendly phrases")
"""The second worked, the third did not."""


def agents_table(company: Company) -> dict[str, pa.Array]:
    """The `agents` table."""
    agents = company.agents
    return {
        "agent_id": keys("A", np.arange(len(agents.team)), digits=5),
        "team": words(names.TEAMS, agents.team),
        "channel": words(names.CHANNELS, np.asarray(names.TEAM_CHANNEL)[agents.team]),
        "hired_on": dates(company.first_day, agents.hired),
        "trained_on": dates(company.first_day, agents.trained),
        "training": words(TRAININGS, agents.training),
        "may_decide_up_to": whole(agents.allowance),
    }
