"""An anonymous bank's call centre, January and October 1999: known answers, from the files and from the mapping."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

MONTH = "month(started_at AT TIME ZONE 'UTC' AT TIME ZONE 'Asia/Jerusalem')"


@dataclass(frozen=True)
class Call:
    """One record, read without the mapping: plain splitting at tabs."""

    customer: str
    hour: int
    day: str
    queue: int
    outcome: str
    service: int
    shifted: bool


@pytest.fixture(scope="module")
def calls(callcentre: Any) -> dict[int, list[Call]]:
    """The records of each month."""
    return {month: _read(callcentre.data / f"{name}.txt") for month, name in ((1, "january"), (10, "october"))}


def _read(path: Any) -> list[Call]:
    found = []
    for line in path.read_text("ascii").splitlines()[1:]:
        field = line.split("\t")
        if shifted := len(field) == 16:
            field[3:4] = field[3].split()
        found.append(
            Call(
                field[2].strip(),
                int(field[6].split(":")[0]),
                field[5],
                int(field[11]),
                field[12].strip(),
                int(field[15]),
                shifted,
            )
        )
    return found


@pytest.mark.parametrize(
    ("month", "hung_up", "abandoned", "queued", "seconds", "within", "talk", "customers", "repeat"),
    [
        (1, 13.60, 3080, 16905, 35.03, 60.61, 185.35, 3974, 2046),
        (10, 10.44, 2089, 12047, 23.19, 76.30, 180.49, 3150, 1333),
    ],
)
def test_reading_of_the_files_gives_the_known_answers(
    calls: dict[int, list[Call]],
    month: int,
    hung_up: float,
    abandoned: int,
    queued: int,
    seconds: float,
    within: float,
    talk: float,
    customers: int,
    repeat: int,
) -> None:
    """The known figures count PHANTOM records in and shifted ones out; so counted, this reading repeats them."""
    rows = calls[month]
    assert 100 * sum(c.outcome == "HANG" and not c.shifted for c in rows) / len(rows) == pytest.approx(
        hung_up, abs=0.006
    )
    waited = [c for c in rows if c.queue > 0]
    assert (sum(c.outcome == "HANG" for c in waited), len(waited)) == (abandoned, queued)
    served = [c for c in rows if c.outcome == "AGENT"]
    assert sum(c.queue for c in served) / len(served) == pytest.approx(seconds, abs=0.005)
    assert 100 * sum(c.queue <= 20 for c in served) / len(served) == pytest.approx(within, abs=0.005)
    talked = [c.service for c in served if c.service]
    assert sum(talked) / len(talked) == pytest.approx(talk, abs=0.005)
    times = Counter(c.customer for c in rows if c.customer != "0" and "E" not in c.customer)
    assert (len(times), sum(n > 1 for n in times.values())) == (customers, repeat)


@pytest.mark.parametrize(("month", "records", "phantom"), [(1, 31599, 240), (10, 34625, 147)])
def test_every_record_is_a_contact(
    callcentre: Any, calls: dict[int, list[Call]], month: int, records: int, phantom: int
) -> None:
    """Nothing is dropped: PHANTOM records and the two shifted ones of October are there."""
    assert (len(calls[month]), sum(c.outcome == "PHANTOM" for c in calls[month])) == (records, phantom)
    assert callcentre.row(
        f"SELECT count(*), count(*) FILTER (outcome = 'unresolved') FROM contacts WHERE {MONTH} = {month}"
    ) == (records, phantom)


@pytest.mark.parametrize(("month", "abandoned", "queued", "phantom"), [(1, 3080, 16905, 240), (10, 2089, 12047, 147)])
def test_abandonment_is_the_known_answer_phantoms_counted_as_nobody_lost(
    callcentre: Any, month: int, abandoned: int, queued: int, phantom: int
) -> None:
    """Abandoned of those who waited; PHANTOM records all waited, and are all that two ways of counting differ by."""
    found = callcentre.row(
        f"""SELECT count(*) FILTER (outcome = 'abandoned'), count(*), count(*) FILTER (outcome <> 'unresolved')
            FROM contacts WHERE wait_seconds IS NOT NULL AND {MONTH} = {month}"""
    )
    assert found == (abandoned, queued, queued - phantom)


@pytest.mark.parametrize(
    ("month", "seconds", "within", "talk"), [(1, 35.03, 60.61, 185.35), (10, 23.19, 76.30, 180.49)]
)
def test_served_calls_wait_and_talk_as_known(
    callcentre: Any, month: int, seconds: float, within: float, talk: float
) -> None:
    """Among calls an agent took, those that never queued waited 0 seconds."""
    found = callcentre.row(
        f"""SELECT avg(coalesce(wait_seconds, 0)), 100 * avg(CAST(coalesce(wait_seconds, 0) <= 20 AS INTEGER)),
                   avg(handle_seconds)
            FROM contacts WHERE outcome = 'resolved' AND {MONTH} = {month}"""
    )
    assert found == pytest.approx((seconds, within, talk), abs=0.005)


@pytest.mark.parametrize("month", [1, 10])
def test_hanging_up_and_customers_are_those_of_the_files(
    callcentre: Any, calls: dict[int, list[Call]], month: int
) -> None:
    """Abandoned contacts, identified customers and repeat customers equal a count made without the mapping."""
    times = Counter(c.customer for c in calls[month] if c.customer != "0" and "E" not in c.customer)
    found = callcentre.row(
        f"""WITH per_customer AS (
                SELECT customer_id, count(*) AS n FROM contacts
                WHERE customer_id IS NOT NULL AND {MONTH} = {month} GROUP BY ALL)
            SELECT (SELECT count(*) FROM contacts WHERE outcome = 'abandoned' AND {MONTH} = {month}),
                   count(*), count(*) FILTER (n > 1) FROM per_customer"""
    )
    assert found == (sum(c.outcome == "HANG" for c in calls[month]), len(times), sum(n > 1 for n in times.values()))


def test_local_days_and_hours_are_those_of_the_files(callcentre: Any, calls: dict[int, list[Call]]) -> None:
    """UTC times turn back into the recorded Israeli day and hour for every call."""
    expected = Counter((c.day, c.hour) for rows in calls.values() for c in rows)
    local = "(started_at AT TIME ZONE 'UTC' AT TIME ZONE 'Asia/Jerusalem')"
    found = {
        (day, hour): n
        for day, hour, n in callcentre.rows(
            f"SELECT strftime({local}, '%y%m%d'), hour({local}), count(*) FROM contacts GROUP BY ALL"
        )
    }
    assert found == dict(expected)


def test_shifted_records_are_put_right(callcentre: Any) -> None:
    """Both records with a lost separator carry their own service, day and end."""
    assert callcentre.rows(
        """SELECT contact_id, reason, segment, outcome, actor, wait_seconds, strftime(started_at, '%Y-%m-%d %H:%M:%S')
           FROM contacts WHERE contact_id IN ('991026-AA0108-3892', '991026-AA0116-10486') ORDER BY contact_id"""
    ) == [
        (
            "991026-AA0108-3892",
            "Prospective customer",
            "Not identified",
            "abandoned",
            "self_service",
            None,
            "1999-10-26 12:07:50",
        ),
        (
            "991026-AA0116-10486",
            "Internet support",
            "Not identified",
            "abandoned",
            "self_service",
            None,
            "1999-10-26 14:00:06",
        ),
    ]


def test_what_nobody_served_has_no_agent_and_no_length(callcentre: Any) -> None:
    """An abandoned call names no agent and no seconds of service, whatever the record carries."""
    assert callcentre.row(
        "SELECT count(agent_id), count(handle_seconds) FROM contacts WHERE outcome = 'abandoned'"
    ) == (0, 0)


def test_notes_quote_the_true_counts(callcentre: Any, calls: dict[int, list[Call]]) -> None:
    """Counts in the notes are those of the files."""
    notes = " ".join(callcentre.settings["notes"])
    rows = [c for month in calls.values() for c in month]
    damaged = sum("E+" in c.customer for c in rows)
    (nameless, timeless), (nameless_october, timeless_october) = callcentre.rows(
        f"""SELECT count(*) - count(agent_id), count(*) - count(handle_seconds) FROM contacts
            WHERE outcome = 'resolved' GROUP BY {MONTH} ORDER BY {MONTH}"""
    )
    assert f"{sum(c.outcome == 'PHANTOM' for c in rows)} PHANTOM records" in notes
    assert f"{damaged} records" in notes
    assert f"({nameless} in January, {nameless_october} in October)" in notes
    assert f"({timeless} and {timeless_october})" in notes
