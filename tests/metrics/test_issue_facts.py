"""Issues and handoffs as the warehouse builds them, case by case and against brute force, on every backend."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest

from cxdash.measures import WindowCalendar
from cxdash.metrics.facts import FACTS
from cxdash.metrics.facts.issues import TIMES
from tests.refresh.small_company import frame

START = datetime.fromisoformat("2026-03-02T09:00")
WEEK = timedelta(days=7)
DEFAULTS: dict[str, Any] = {
    "customer_id": "C1", "issue_id": "I1", "channel": "phone", "actor": "human", "direction": "in",
    "wait_seconds": None, "handle_seconds": None, "first_reply_at": None, "promised_at": None, "reason": None,
    "product": None, "region": None, "segment": None, "outcome": "unresolved", "transferred": False,
    "escalated": False, "asked_to_repeat": None, "verified_again": None, "context_attached": None,
}  # fmt: skip


def contacts(*given: Mapping[str, Any]) -> pl.DataFrame:
    """Contacts K0, K1 … with an `at` each, and defaults for what a case does not name."""
    rows = [
        {"contact_id": f"K{n}", **DEFAULTS, **{k: v for k, v in one.items() if k != "at"}, "started_at": one["at"]}
        for n, one in enumerate(given)
    ]
    return frame("contacts", {name: [row[name] for row in rows] for name in rows[0]})


def prepared(backend: Any, fact: str, table: pl.DataFrame, answers: pl.DataFrame | None = None) -> list[dict[str, Any]]:
    """The rows of a fact, by the key of their first contact."""
    backend.load("contacts", table)
    connected = ["contacts"]
    if answers is not None:
        backend.load("responses", answers)
        connected.append("responses")
    with backend.open(*connected) as warehouse:
        return warehouse.fetch(FACTS[fact].rows(warehouse, WindowCalendar())).sort("contact_id").to_dicts()


def after(**passed: float) -> datetime:
    """A moment after the start."""
    return START + timedelta(**passed)


def test_an_issue_through_three_channels_is_one_issue_and_two_handoffs(backend: Any) -> None:
    """Chat, then twice the telephone, then mail: four contacts, one issue, two of its three steps change channel."""
    table = contacts(
        {"channel": "chat", "at": after(), "region": "North"},
        {"channel": "phone", "at": after(hours=5)},
        {"channel": "phone", "at": after(hours=9)},
        {"channel": "email", "at": after(days=2), "outcome": "resolved"},
        {"channel": "email", "customer_id": "C2", "at": after(hours=1)},  # an issue of somebody else
    )
    steps = prepared(backend, "handoffs", table)
    assert [(s["origin"], s["channel"], s["crossing"], s["next_contact_id"]) for s in steps] == [
        ("chat", "phone", True, "K1"), ("phone", "phone", False, "K2"), ("phone", "email", True, "K3"),
    ]  # fmt: skip
    assert [s["gap_seconds"] for s in steps] == [5 * 3600, 4 * 3600, 39 * 3600]
    assert steps[0]["region"] == "North"


def test_the_same_contacts_are_counted_once_as_an_issue(backend: Any) -> None:
    """The issue has four contacts and is resolved; its groups and day are those of its first contact."""
    table = contacts(
        {"channel": "chat", "at": after(), "region": "North"},
        {"channel": "phone", "at": after(hours=5), "region": "South"},
        {"channel": "email", "at": after(days=2), "outcome": "resolved", "wait_seconds": 30, "handle_seconds": 90},
        {"channel": "email", "customer_id": "C2", "at": after(hours=1)},
    )
    first, second = prepared(backend, "issues", table)
    assert (first["contact_id"], first["channel"], first["region"], first["last_channel"]) == (
        "K0", "chat", "North", "email",
    )  # fmt: skip
    assert (first["contacts"], first["handoffs"], first["resolved"]) == (3, 2, True)
    assert first["resolution_seconds"] == 2 * 86_400 + 120
    assert (second["contacts"], second["handoffs"], second["resolved"], second["resolution_seconds"]) == (
        1, 0, False, None,
    )  # fmt: skip


@pytest.mark.parametrize(("beyond", "issues"), [(-1, 1), (0, 1), (1, 2)])
def test_seven_days_and_a_second_begin_a_new_issue(backend: Any, beyond: int, issues: int) -> None:
    """Under the same number too: exactly seven days belong, one second more does not."""
    table = contacts({"channel": "chat", "at": after()}, {"at": after(days=7, seconds=beyond), "outcome": "resolved"})
    assert len(prepared(backend, "issues", table)) == issues


def test_without_a_number_the_reason_tells_and_without_both_nothing(backend: Any) -> None:
    """Same customer and reason are one issue; no reason, or no customer to go with it, is none."""
    table = contacts(
        {"issue_id": None, "reason": "bill", "at": after()},
        {"issue_id": None, "reason": "bill", "channel": "chat", "at": after(days=1)},
        {"issue_id": None, "reason": "line", "channel": "chat", "at": after(days=1)},
        {"issue_id": None, "at": after(days=2)},
        {"issue_id": None, "customer_id": None, "reason": "bill", "at": after(days=1)},
        {"customer_id": None, "issue_id": "I9", "at": after(days=1)},  # the number alone tells
        {"customer_id": None, "issue_id": "I9", "channel": "email", "at": after(days=2)},
    )
    found = prepared(backend, "issues", table)
    assert [(one["contact_id"], one["contacts"]) for one in found] == [("K0", 2), ("K2", 1), ("K5", 2)]
    assert all(one["bucket"] is not None for one in found)


def test_contacts_of_one_moment_follow_their_keys(backend: Any) -> None:
    """Two contacts in the same second are a step of no time, whichever way the rows were stored."""
    table = contacts({"channel": "chat", "at": after()}, {"channel": "phone", "at": after()})
    [step] = prepared(backend, "handoffs", table.reverse())
    assert (step["contact_id"], step["next_contact_id"], step["gap_seconds"]) == ("K0", "K1", 0)


def test_what_the_company_sent_first_begins_no_issue_and_its_call_back_is_a_step(backend: Any) -> None:
    """An outbound call before the customer ever asked is no part of the issue; the one afterwards is."""
    table = contacts(
        {"direction": "out", "at": after()},
        {"channel": "chat", "at": after(days=1), "promised_at": after(days=2)},
        {"direction": "out", "at": after(days=1, hours=3)},
    )
    [step] = prepared(backend, "handoffs", table)
    assert (step["contact_id"], step["origin"], step["channel"], step["next_direction"]) == (
        "K1", "chat", "phone", "out",
    )  # fmt: skip
    assert step["came_back_first"] is False  # the company kept its word
    assert step["seamless"] is True


def test_only_the_customer_coming_again_breaks_a_handoff(backend: Any) -> None:
    """A call-back after the handoff is no coming again; a contact of the customer within seven days is."""
    first = ({"channel": "chat", "at": after()}, {"at": after(hours=1)})
    called = contacts(*first, {"direction": "out", "at": after(days=1)})
    assert [s["came_again"] for s in prepared(backend, "handoffs", called)] == [False, False]


@pytest.mark.parametrize(
    ("second", "seamless"),
    [
        ({}, True),
        ({"asked_to_repeat": False, "verified_again": False, "context_attached": False}, True),
        ({"asked_to_repeat": True}, False),
        ({"verified_again": True}, False),
    ],
)
def test_what_is_not_known_is_not_held_against_a_handoff(
    backend: Any, second: Mapping[str, Any], seamless: bool
) -> None:
    """Told again and identified again break it, not knowing does not, and a lack of context alone does not either."""
    table = contacts({"channel": "chat", "at": after()}, {"at": after(hours=1), **second})
    [step] = prepared(backend, "handoffs", table)
    assert step["seamless"] is seamless
    for flag in ("asked_to_repeat", "verified_again", "context_attached"):
        assert step[flag] is second.get(flag)


def test_a_wait_is_long_against_the_channels_own_month(backend: Any) -> None:
    """Twice the month's median is long, a second less is not; of an even number of waits the smaller middle one."""
    others = [
        {"issue_id": None, "customer_id": None, "at": after(hours=n), "wait_seconds": w}
        for n, w in enumerate((10, 50, 60, 900))
    ]
    april = {"issue_id": None, "customer_id": None, "at": datetime.fromisoformat("2026-04-02"), "wait_seconds": 9999}
    pairs = [
        {"customer_id": f"P{n}", "channel": channel, "at": after(hours=n + m), "wait_seconds": wait}
        for n, waited in enumerate((100, 99))
        for m, (channel, wait) in enumerate((("chat", None), ("phone", waited)))
    ]
    steps = prepared(backend, "handoffs", contacts(*others, april, *pairs))
    # of 10, 50, 60, 99, 100, 900 the third is the median
    assert {s["usual_wait_seconds"] for s in steps} == {60}
    assert [s["waited_long"] for s in steps] == [False, False]
    more = contacts(
        *others, april, *[{**p, "wait_seconds": p["wait_seconds"] and p["wait_seconds"] + 20} for p in pairs]
    )
    backend.run("DROP TABLE contacts")
    assert [s["waited_long"] for s in prepared(backend, "handoffs", more)] == [True, False]


def test_sent_back_and_come_before_the_answer(backend: Any) -> None:
    """The third contact in the first channel is a bounce; a promise still open when the customer comes is told."""
    table = contacts(
        {"channel": "chat", "at": after(), "promised_at": after(days=3)},
        {"channel": "phone", "at": after(days=1)},
        {"channel": "chat", "at": after(days=2)},
    )
    first, second = prepared(backend, "handoffs", table)
    assert (first["bounced"], first["came_again"], first["came_back_first"]) == (True, True, True)
    assert (second["bounced"], second["came_back_first"]) == (False, None)


def test_scores_are_those_given_about_the_second_contact(backend: Any) -> None:
    """Answered questions that name it, all of them; none where nobody answered."""
    table = contacts({"channel": "chat", "at": after()}, {"at": after(hours=1)})
    asked = [
        ("csat", 5, "K1"),
        ("csat", 3, "K1"),
        ("nps", 9, "K1"),
        ("nps", 2, "K1"),
        ("csat", 1, "K0"),
        ("ces", 7, "K1"),
    ]
    answers = frame(
        "responses",
        {
            "response_id": [f"R{n}" for n in range(len(asked))],
            "survey": [survey for survey, _, _ in asked],
            "pattern": ["transactional"] * len(asked),
            "scale_min": [0 if survey == "nps" else 1 for survey, _, _ in asked],
            "scale_max": [{"nps": 10, "csat": 5, "ces": 7}[survey] for survey, _, _ in asked],
            "score": [score for _, score, _ in asked],
            "invited_at": [after(hours=2)] * len(asked),
            "responded_at": [after(hours=3)] * len(asked),
            "dismissed": [False] * len(asked),
            "channel": ["phone"] * len(asked),
            "contact_id": [contact for _, _, contact in asked],
        },
    )
    [step] = prepared(backend, "handoffs", table, answers)
    names = ("csat_answers", "csat_satisfied", "nps_answers", "nps_promoters", "nps_detractors")
    assert [step[name] for name in names] == [2, 1, 2, 1, 1]


@pytest.mark.parametrize(
    ("last", "seconds"),
    [
        ({"wait_seconds": 60, "handle_seconds": 300}, 3600 + 360),
        ({"first_reply_at": after(hours=9)}, 9 * 3600),
        ({"wait_seconds": 60, "handle_seconds": 36_000, "first_reply_at": after(hours=2)}, 3600 + 36_060),
    ],
)
def test_a_resolution_ends_with_the_service_or_the_answer(backend: Any, last: Mapping[str, Any], seconds: int) -> None:
    """Waiting and service count, or a written answer that came later."""
    table = contacts({"channel": "chat", "at": after()}, {"at": after(hours=1), "outcome": "resolved", **last})
    [issue] = prepared(backend, "issues", table)
    assert issue["resolution_seconds"] == seconds
    low = TIMES.edges[issue["resolution_bin"]]
    assert low <= seconds < TIMES.edges[issue["resolution_bin"] + 1]


def test_what_is_not_resolved_in_time_takes_longer_than_any_time(backend: Any) -> None:
    """Unresolved, and resolved after more than seven days, stand in the last bin."""
    table = contacts(
        {"customer_id": "A", "at": after()},
        {"customer_id": "B", "at": after()},
        {"customer_id": "B", "at": after(days=5)},
        {"customer_id": "B", "at": after(days=10), "outcome": "resolved"},
        {"customer_id": "C", "at": after()},
        {"customer_id": "C", "at": after(days=1), "outcome": "resolved"},
    )
    bins = [one["resolution_bin"] for one in prepared(backend, "issues", table)]
    assert bins[:2] == [len(TIMES.edges) - 1] * 2
    assert bins[2] < len(TIMES.edges) - 1


def random_contacts(seed: int, size: int = 700) -> pl.DataFrame:
    """Few customers, reasons and moments, so that every kind of chain, tie and gap occurs."""
    rng = np.random.default_rng(seed)
    maybe = np.array([True, False, None], dtype=object)

    def some(values: Sequence[Any], missing: float = 0.0) -> list[Any]:
        picked = [values[n] for n in rng.integers(0, len(values), size)]
        return [None if absent else value for absent, value in zip(rng.random(size) < missing, picked, strict=True)]

    at = [after(hours=12 * int(h)) for h in rng.integers(0, 120, size)]
    promised = [t + timedelta(days=int(d)) if d else None for t, d in zip(at, rng.integers(0, 4, size), strict=True)]
    order = rng.permutation(size)
    return frame(
        "contacts",
        {
            "contact_id": [f"K{n:04d}" for n in order],
            "customer_id": some([f"C{n}" for n in range(30)], 0.1),
            "issue_id": some(["I1", "I2"], 0.5),
            "channel": some(["phone", "chat", "email"]),
            "actor": ["human"] * size,
            "direction": some(["in", "in", "in", "out"]),
            "started_at": at,
            "wait_seconds": some([0, 10, 20, 30, 60, 90], 0.3),
            "handle_seconds": some([60, 600], 0.3),
            "promised_at": promised,
            "reason": some(["bill", "line"], 0.2),
            "outcome": some(["resolved", "unresolved", "abandoned"]),
            "transferred": [False] * size,
            "escalated": [False] * size,
            "asked_to_repeat": list(maybe[rng.integers(0, 3, size)]),
            "verified_again": list(maybe[rng.integers(0, 3, size)]),
            "context_attached": list(maybe[rng.integers(0, 3, size)]),
        },
    )


def by_hand(table: pl.DataFrame) -> list[list[dict[str, Any]]]:
    """Issues as lists of contacts, read off the sentences of the definition."""
    chains: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for one in sorted(table.to_dicts(), key=lambda c: (c["started_at"], c["contact_id"])):
        if one["issue_id"] is not None:
            chains["issue", one["customer_id"], one["issue_id"]].append(one)
        elif one["customer_id"] is not None and one["reason"] is not None:
            chains["reason", one["customer_id"], one["reason"]].append(one)
    issues: list[list[dict[str, Any]]] = []
    for chain in chains.values():
        parts: list[list[dict[str, Any]]] = []
        for n, one in enumerate(chain):
            if n == 0 or one["started_at"] - chain[n - 1]["started_at"] > WEEK:
                parts.append([])
            parts[-1].append(one)
        for part in parts:
            asked = [n for n, one in enumerate(part) if one["direction"] == "in"]
            if asked:
                issues.append(part[asked[0] :])
    return issues


@pytest.mark.parametrize("seed", [1, 2])
def test_handoffs_are_what_brute_force_makes_of_them(backend: Any, seed: int) -> None:
    """Every step of random contacts, with everything that is told about it."""
    table = random_contacts(seed)
    waits: dict[Any, list[int]] = defaultdict(list)
    for one in table.to_dicts():
        if one["wait_seconds"] is not None and one["direction"] == "in":
            waits[one["channel"], one["started_at"].month].append(one["wait_seconds"])
    usual = {key: sorted(found)[(len(found) - 1) // 2] for key, found in waits.items()}
    expected = {}
    for issue in by_hand(table):
        for n, (first, second) in enumerate(pairwise(issue)):
            later = [c["started_at"] for c in issue[n + 2 :] if c["direction"] == "in"]
            again = bool(later) and later[0] - second["started_at"] <= WEEK
            crossing = first["channel"] != second["channel"]
            normal = usual.get((second["channel"], second["started_at"].month))
            wait, promise = second["wait_seconds"], first["promised_at"]
            expected[first["contact_id"]] = {
                "origin": first["channel"], "channel": second["channel"], "crossing": crossing,
                "next_contact_id": second["contact_id"], "came_again": again,
                "seamless": crossing and not again and not second["asked_to_repeat"] and not second["verified_again"],
                "bounced": crossing and len(issue) > n + 2 and issue[n + 2]["channel"] == first["channel"],
                "waited_long": None if wait is None or normal is None else wait > 0 and wait >= 2 * normal,
                "came_back_first": None
                if promise is None
                else second["direction"] == "in" and promise > second["started_at"],
                "gap_seconds": int((second["started_at"] - first["started_at"]).total_seconds()),
            }  # fmt: skip
    found = prepared(backend, "handoffs", table)
    assert len(found) == len(expected) > 150
    for step in found:
        wanted = expected[step["contact_id"]]
        assert {name: step[name] for name in wanted} == wanted


@pytest.mark.parametrize("seed", [3, 4])
def test_issues_are_what_brute_force_makes_of_them(backend: Any, seed: int) -> None:
    """Every issue of random contacts: how many contacts, how many handoffs, how it ended and how long it took."""
    table = random_contacts(seed)
    expected = {}
    for issue in by_hand(table):
        first, last = issue[0], issue[-1]
        resolved = last["outcome"] == "resolved"
        took = (last["started_at"] - first["started_at"]).total_seconds()
        took += (last["wait_seconds"] or 0) + (last["handle_seconds"] or 0)
        expected[first["contact_id"]] = {
            "channel": first["channel"], "last_contact_id": last["contact_id"], "resolved": resolved,
            "contacts": sum(c["started_at"] - first["started_at"] <= 2 * WEEK for c in issue),
            "handoffs": sum(a["channel"] != b["channel"] for a, b in pairwise(issue)),
            "resolution_seconds": int(took) if resolved else None,
        }  # fmt: skip
    found = prepared(backend, "issues", table)
    assert len(found) == len(expected) > 100
    for issue_row in found:
        wanted = expected[issue_row["contact_id"]]
        assert {name: issue_row[name] for name in wanted} == wanted
