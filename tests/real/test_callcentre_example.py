"""An anonymous bank's call centre, January and October 1999: known answers, from the files and from the mapping."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import pytest

from cxdash.answers import Answer, Question, answer
from cxdash.answers.answer import HIDDEN
from cxdash.edition import Edition
from cxdash.metrics.facts.contacts import TIMES
from cxdash.periods import Period
from cxdash.selection import Selection

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


MONTHS = {1: (date(1999, 1, 1), date(1999, 1, 31)), 10: (date(1999, 10, 1), date(1999, 10, 31))}


def _ask(edition: Edition, metric: str, month: int, *by: str) -> Answer:
    period = Period(*MONTHS[month])
    return answer(edition, Question(metric, Selection(period, str(period)), by=by))


def _frame(calls: list[Call]) -> pl.DataFrame:
    return pl.DataFrame(calls).with_columns(
        ("19" + pl.col("day")).str.to_date("%Y%m%d").dt.weekday().cast(pl.String).alias("weekday"),
        pl.col("hour").cast(pl.String).str.zfill(2),
    )


def _in_one_bin(seconds: float, found: float | None) -> bool:
    """Whether the median found lies in the bin that holds these seconds."""
    place = bisect_right(TIMES.edges, seconds) - 1
    return found is not None and TIMES.boundaries[place] <= found <= TIMES.boundaries[place + 1]


@pytest.mark.parametrize(("month", "waited", "served"), [(1, 56, 48), (10, 54, 44)])
def test_the_usual_wait_is_that_of_the_files(
    publish: Callable[[str], Edition], calls: dict[int, list[Call]], month: int, waited: int, served: int
) -> None:
    """The median of Kaplan and Meier's curve over single seconds; that of the served alone is a seventh less."""
    queued = _frame(calls[month]).filter(pl.col("queue") > 0)
    at_risk, left, median = queued.height, 1.0, 0
    ends = queued.group_by("queue").agg((pl.col("outcome") != "HANG").sum().alias("served"), pl.len().alias("gone"))
    for second, taken, gone in ends.sort("queue").iter_rows():
        left *= 1 - taken / at_risk
        if left <= 0.5:
            median = second
            break
        at_risk -= gone
    alone = queued.filter(pl.col("outcome") != "HANG")["queue"].median()
    assert (median, alone) == (waited, served)
    row = _ask(publish("callcentre"), "wait_time", month).only
    assert row.n == queued.height
    assert _in_one_bin(waited, row.value)
    assert _in_one_bin(served, row.extra["served"])
    assert row.low is not None
    assert row.high is not None
    assert 0 < row.high - row.low < 6


@pytest.mark.parametrize(("month", "talked"), [(1, 114), (10, 106)])
def test_the_usual_talk_is_that_of_the_files(
    publish: Callable[[str], Edition], calls: dict[int, list[Call]], month: int, talked: int
) -> None:
    """Polars' median of the seconds an agent spoke, to within its bin."""
    seconds = pl.Series([c.service for c in calls[month] if c.outcome == "AGENT" and c.service])
    assert seconds.median() == talked
    row = _ask(publish("callcentre"), "handle_time", month).only
    assert row.n == seconds.len()
    assert _in_one_bin(talked, row.value)


@pytest.mark.parametrize(("month", "abandoned", "queued"), [(1, 3080, 16905), (10, 2089, 12047)])
def test_weekdays_and_hours_add_up_to_the_known_queue(
    publish: Callable[[str], Edition], calls: dict[int, list[Call]], month: int, abandoned: int, queued: int
) -> None:
    """Every weekday and hour of the week has the calls that queued then, in Israel, and those who gave up."""
    answered = _ask(publish("callcentre"), "abandonment", month, "weekday", "hour")
    waiting = _frame(calls[month]).filter(pl.col("queue") > 0)
    expected = {
        (weekday, hour): (n, lost)
        for weekday, hour, n, lost in waiting.group_by("weekday", "hour")
        .agg(pl.len(), (pl.col("outcome") == "HANG").sum().alias("lost"))
        .iter_rows()
    }
    assert (sum(n for n, _ in expected.values()), sum(lost for _, lost in expected.values())) == (queued, abandoned)
    asked = {(row.dimensions["weekday"], row.dimensions["hour"]): row for row in answered.rows}
    shown = {key: row for key, row in asked.items() if row.n}
    for key, row in shown.items():
        assert row.n == expected[key][0]
        assert row.value == pytest.approx(expected[key][1] / expected[key][0])
    # what is not shown are the handfuls of the night, and what covers them
    rest = [n for key, (n, _) in expected.items() if key not in shown]
    assert sum(rest) < 0.05 * queued
    assert all(HIDDEN in asked[key].flags for key in expected if key not in shown)


@pytest.mark.parametrize(("month", "peak"), [(1, "16"), (10, "10")])
def test_the_week_of_the_bank(
    publish: Callable[[str], Edition], calls: dict[int, list[Call]], month: int, peak: str
) -> None:
    """Sunday is the busiest day, Friday and the Sabbath are quiet, the queue is full from eight to six."""
    edition = publish("callcentre")
    by_day = {row.dimensions["weekday"]: row.n or 0 for row in _ask(edition, "abandonment", month, "weekday").rows}
    by_hour = {row.dimensions["hour"]: row.n or 0 for row in _ask(edition, "abandonment", month, "hour").rows}
    waiting = _frame(calls[month]).filter(pl.col("queue") > 0)
    assert by_day == dict(waiting.group_by("weekday").len().iter_rows())
    assert max(by_day, key=by_day.__getitem__) == "7"
    assert by_day["6"] + by_day["5"] < 0.1 * sum(by_day.values())
    assert max(by_hour, key=by_hour.__getitem__) == peak
    assert sum(n for hour, n in by_hour.items() if "08" <= hour <= "17") > 0.75 * sum(by_hour.values())


def test_what_the_archive_does_not_record_is_not_zero(publish: Callable[[str], Edition]) -> None:
    """Transfers and escalations are refused with a sentence, not answered with 0 %."""
    unsupported = publish("callcentre").manifest.unsupported
    assert "passed on" in unsupported["transfers"]
    assert "escalated" in unsupported["escalations"]
    assert {"wait_time", "handle_time", "abandonment", "repeat_rate"} <= set(publish("callcentre").manifest.metrics)
