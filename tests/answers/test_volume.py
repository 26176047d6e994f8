"""How many came, hour by hour: counted on the raw contacts, small cells hidden with cover."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from cxdash.answers.volume import volume
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.selection import Policy, Selection
from cxdash.settings import Project
from tests.answers.brute_force import ZONE, read

LAST = date(2026, 11, 20)


def _counted(project: Project, selection: Selection, channel: str) -> Counter[tuple[str, ...]]:
    contacts = read(project.var / "demo", "contacts").filter(
        (pl.col("direction") == "in") & (pl.col("channel") == channel)
    )
    zone = ZoneInfo(ZONE)
    local = [moment.replace(tzinfo=UTC).astimezone(zone) for moment in contacts["started_at"].to_list()]
    inside = [one for one in local if selection.period.start <= one.date() <= selection.period.end]
    return Counter((str(one.isoweekday()), f"{one.hour:02d}") for one in inside)


@pytest.mark.parametrize("channel", ["phone", "chat"])
def test_weekday_and_hour_are_the_customers_clock(demo_project: Project, demo_edition: Edition, channel: str) -> None:
    """Every cell is what counting the raw contacts in the business time zone gives, or hidden."""
    selection = Selection.over("last-12-months", last_day=LAST).with_filter("channel", channel)
    found = volume(demo_edition, selection, ("weekday", "hour"))
    counted = _counted(demo_project, selection, channel)
    assert set(found) == set(counted)
    shown = {place: n for place, n in found.items() if n is not None}
    assert shown == {place: counted[place] for place in shown}
    hidden = [counted[place] for place, n in found.items() if n is None]
    assert all(counted[place] >= 5 for place in shown)
    assert not hidden or (len(hidden) >= 2 and sum(hidden) >= 5)


def test_the_policy_counts_only_what_may_be_seen(demo_edition: Edition) -> None:
    """Two halves of the company add up to the whole, and each sees its own."""
    selection = Selection.over("last-12-months", last_day=LAST)
    regions = demo_edition.manifest.facts["contacts"].dimensions["region"]
    halves = [Policy("one", (("region", regions[:3]),)), Policy("other", (("region", regions[3:]),))]
    one, other = (volume(demo_edition, selection, ("channel",), half) for half in halves)
    whole = volume(demo_edition, selection, ("channel",))
    assert {place: (one.get(place) or 0) + (other.get(place) or 0) for place in whole} == whole


def test_what_contacts_do_not_know_is_refused(demo_edition: Edition) -> None:
    """A dimension of answers is none of contacts; days after the data are none at all."""
    selection = Selection.over("last-12-months", last_day=LAST)
    with pytest.raises(SelectionError):
        volume(demo_edition, selection, ("stage",))
    with pytest.raises(SelectionError):
        volume(demo_edition, Selection.over("last-4-weeks", last_day=date(2031, 1, 1)), ("channel",))
