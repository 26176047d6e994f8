"""Complaints and follow-ups that somebody owns, from contacts that went wrong and from low scores."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cxdash.demo import names
from cxdash.demo.company import Company
from cxdash.demo.contacts import Contacts
from cxdash.demo.draws import DAY, MISSING, Ints, Values, happens, lognormal, pick, stream
from cxdash.demo.population import Customers
from cxdash.demo.surveys import Responses
from cxdash.demo.tables import keys, moments, whole, words

_SOURCES = ("complaint", "detractor", "alert")
_OWNERS = ("Phone Specialists", "Mail Vega", "Store Capital", "Digital Care")
_DAYS_TO_SOLVE = np.array((4.0, 5.5, 4.5, 6.5))
_DUE_DAYS = np.array((10, 7, 4, 2))


def open_cases(company: Company, block: int, who: Customers, contacts: Contacts, found: Responses) -> dict[str, Values]:
    """The cases of a block in order of opening, by position."""
    rng = stream(company.seed, block, "cases")
    angry = contacts.escalated | ((contacts.reason == names.COMPLAINT) & (contacts.step == 1))
    complaint = np.flatnonzero(angry & contacts.known & happens(rng, 0.72, contacts.size))
    asked, answered = found.asked, found.answered
    low = (asked.survey == names.NPS) & (answered.score != MISSING) & (answered.score <= 6)
    tied = np.where(
        asked.contact == MISSING, True, contacts.known[np.where(asked.contact == MISSING, 0, asked.contact)]
    )
    detractor = np.flatnonzero(low & tied & happens(rng, 0.42, asked.size))
    silent = (contacts.outcome == names.ABANDONED) & contacts.known & happens(rng, 0.05, contacts.size)
    alert = np.flatnonzero(silent)
    none = [np.full(len(part), MISSING) for part in (complaint, detractor, alert)]
    columns: dict[str, Values] = {
        "customer": np.concatenate([contacts.customer[complaint], asked.customer[detractor], contacts.customer[alert]]),
        "source": np.repeat(np.arange(3), [len(complaint), len(detractor), len(alert)]),
        "response": np.concatenate([none[0], detractor, none[2]]),
        "contact": np.concatenate([complaint, none[1], alert]),
        "topic": np.concatenate([contacts.reason[complaint], asked.reason[detractor], contacts.reason[alert]]),
        "opened": np.concatenate([
            contacts.second[complaint] + 300, answered.second[detractor] + 60, contacts.second[alert] + 900,
        ]),
    }  # fmt: skip
    order = np.argsort(columns["opened"], kind="stable")
    order = order[columns["opened"][order] <= company.end]
    columns = {name: values[order] for name, values in columns.items()}
    return _work_on(rng, company, who, columns)


def _work_on(
    rng: np.random.Generator, company: Company, who: Customers, columns: dict[str, Values]
) -> dict[str, Values]:
    size, opened = len(columns["opened"]), columns["opened"]

    def censored(moment: Ints) -> Ints:
        return np.where(moment > company.end, MISSING, moment)

    severity = 1 + pick(rng, (0.38, 0.36, 0.19, 0.07), size).astype(np.int64)
    severity = np.where(who.key_account[columns["customer"]], np.minimum(severity + 1, 4), severity)
    owner = pick(rng, (0.42, 0.26, 0.14, 0.18), size)
    acted = opened + (lognormal(rng, 20.0 / severity, 1.0, size) * 3600).astype(np.int64)
    solved = acted + (lognormal(rng, _DAYS_TO_SOLVE[owner], 0.85, size) * DAY).astype(np.int64)
    never = happens(rng, 0.02, size)
    again = solved + (lognormal(rng, 4.0, 0.7, size) * DAY).astype(np.int64)
    resolved = np.where(never, MISSING, censored(solved))
    columns["severity"] = severity
    columns["owner"] = owner
    columns["acted"] = censored(acted)
    columns["due"] = opened + _DUE_DAYS[severity - 1] * DAY
    columns["resolved"] = resolved
    columns["reopened"] = np.where((resolved != MISSING) & happens(rng, 0.085, size), censored(again), MISSING)
    return columns


def cases_table(company: Company, block: int, who: Customers, cases: dict[str, Values]) -> dict[str, pa.Array]:
    """The `cases` table of a block."""
    first = block * 10_000_000

    def linked(number: Ints) -> Ints:
        return np.where(number == MISSING, MISSING, first + number)

    return {
        "case_id": keys("Q", first + np.arange(len(cases["opened"])), digits=10),
        "customer_id": keys("C", who.number[cases["customer"]], digits=7),
        "source": words(_SOURCES, cases["source"]),
        "response_id": keys("R", linked(cases["response"]), digits=10),
        "contact_id": keys("K", linked(cases["contact"]), digits=10),
        "topic": words(names.REASONS, cases["topic"]),
        "severity": whole(cases["severity"]),
        "owner_team": words(_OWNERS, cases["owner"]),
        "opened_at": moments(company.first_day, cases["opened"]),
        "first_action_at": moments(company.first_day, cases["acted"]),
        "due_at": moments(company.first_day, cases["due"]),
        "resolved_at": moments(company.first_day, cases["resolved"]),
        "reopened_at": moments(company.first_day, cases["reopened"]),
    }
