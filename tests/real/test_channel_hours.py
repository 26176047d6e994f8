"""The map of weekday and hour on real calls: counted from the archive's own text files, call by call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cxdash.answers import Question, answer
from cxdash.answers.volume import volume
from cxdash.edition import Edition
from cxdash.report.blocks import Headline, Heatmap, Table
from cxdash.report.pages import find_page
from cxdash.report.view import View
from cxdash.selection import Selection

OCTOBER = "1999-10"


def _calls(shared_data: Path) -> list[tuple[str, str, int, str]]:
    """Weekday, hour, seconds in the queue and outcome of every call of October."""
    lines = (shared_data / "callcentre_anonbank" / "october.txt").read_text("latin-1").splitlines()
    head = lines[0].split("\t")
    found = []
    for line in lines[1:]:
        fields = line.split("\t")
        if len(fields) < len(head):  # two rows lack one tab: priority and type share a field
            priority, kind = fields[3].split()[0], fields[3].split()[-1]
            fields = [*fields[:3], priority, kind, *fields[4:]]
        row = dict(zip(head, fields, strict=False))
        written = f"19{row['date'].strip()} {row['vru_entry'].strip()}"
        moment = datetime.strptime(written, "%Y%m%d %H:%M:%S").replace(tzinfo=ZoneInfo("Asia/Jerusalem"))
        found.append((str(moment.isoweekday()), f"{moment.hour:02d}", int(row["q_time"]), row["outcome"].strip()))
    return found


@pytest.fixture
def callcentre_edition(publish: Callable[[str], Edition], shared_data: Path) -> Edition:
    """The published call centre; skipped where its data is not there."""
    assert shared_data.is_dir()
    return publish("callcentre")


def test_the_pattern_of_the_week_is_the_archives(callcentre_edition: Edition, shared_data: Path) -> None:
    """Calls by weekday and hour, and the share of those queued who gave up, as counted from the text file."""
    october = Selection.over(OCTOBER, last_day=callcentre_edition.manifest.last_day)
    calls = _calls(shared_data)
    counted: Counter[tuple[str, ...]] = Counter((day, hour) for day, hour, _queue, _outcome in calls)
    found = volume(callcentre_edition, october, ("weekday", "hour"))
    assert set(found) == set(counted)
    assert all(n == counted[place] for place, n in found.items() if n is not None)
    assert sum(counted.values()) == 34_625
    queued = Counter((day, hour) for day, hour, seconds, _outcome in calls if seconds > 0)
    gone = Counter((day, hour) for day, hour, seconds, ending in calls if seconds > 0 and ending == "HANG")
    rows = answer(callcentre_edition, Question("abandonment", october, by=("weekday", "hour"))).rows
    shown = [row for row in rows if row.value is not None]
    assert len(shown) > 80
    for row in shown:
        place = (row.dimensions["weekday"], row.dimensions["hour"])
        assert row.n == queued[place]
        assert row.value == pytest.approx(gone[place] / queued[place])


@pytest.mark.parametrize("cut", ["", "hours-volume", "hours-wait_time"])
def test_the_page_draws_the_week(callcentre_edition: Edition, cut: str) -> None:
    """One channel is the page: the map stands on it, with every hour between the first call and the last."""
    edition = callcentre_edition
    selection = Selection.over(OCTOBER, last_day=edition.manifest.last_day)
    report = find_page("channels").build(View(edition, selection, params={"cut": cut} if cut else {}))
    chart = next(block for block in report.blocks if isinstance(block, Heatmap))
    assert chart.key == (cut or "hours-abandonment")
    assert len(chart.rows) == 7
    hours = [int(hour) for hour in chart.columns]
    assert hours == list(range(hours[0], hours[-1] + 1))
    closed = [cell for row in chart.cells for cell in row if cell.number.state == "missing"]
    assert closed  # the Sabbath: nobody calls a bank then
    assert {cell.number.note for cell in closed} == {"no contacts"}


def test_an_airport_without_contacts_says_what_would_be_needed(publish: Callable[[str], Edition]) -> None:
    """A survey alone has a page for its channel, no map of hours, and names the table that waiting would need."""
    edition = publish("sfo")
    selection = Selection.over("2018", last_day=date(2018, 12, 31))
    report = find_page("channels").build(View(edition, selection))
    assert any(isinstance(block, Headline) for block in report.blocks)
    assert not any(isinstance(block, Heatmap) for block in report.blocks)
    words = " ".join(
        block.note if isinstance(block, Table) else getattr(block, "detail", "") + getattr(block, "text", "")
        for block in report.blocks
    )
    assert "contacts" in words
