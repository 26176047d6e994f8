"""Where visits end: the shares counted by hand from the raw visits, with self-service apart."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from cxdash.answers.furthest import WAY, drop_off
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.selection import Policy, Selection
from cxdash.settings import Project
from tests.answers import brute_force

LAST = date(2026, 11, 20)


@pytest.mark.parametrize("filters", [{}, {"channel": ["app"]}, {"product": ["Home Fibre"], "channel": ["web"]}])
def test_steps_are_counted_as_by_hand(
    demo_project: Project, demo_edition: Edition, filters: dict[str, list[str]]
) -> None:
    """Reached is all who got at least so far, ended is all who got exactly so far; shares lie in their intervals."""
    selection = Selection.over("last-12-months", last_day=LAST, filters=filters)
    visits = brute_force.read(demo_project.var / "demo", "visits").with_columns(brute_force.local_day("started_at"))
    chosen = brute_force.selected(visits, selection.period.start, selection.period.end, dict(selection.filters))
    furthest = dict(chosen.group_by("furthest_stage").len().iter_rows())
    found = drop_off(demo_edition, selection)
    assert found is not None
    assert found.beside == furthest["service"]
    assert [step.step for step in found.steps] == ["landing", "browse", "cart", "checkout"]
    for place, step in enumerate(found.steps):
        assert step.ended == furthest[step.step]
        assert step.reached == sum(furthest[name] for name in WAY[place:])
        assert step.share == pytest.approx(step.ended / step.reached)
        assert step.low is not None
        assert step.high is not None
        assert step.low < step.share < step.high  # type: ignore[operator]  # told above
        assert step.reliable


def test_a_handful_of_visits_is_not_shown(demo_project: Project, demo_edition: Edition) -> None:
    """Where fewer than five visits ended somewhere no step is shown: each follows from its neighbours."""
    visits = brute_force.read(demo_project.var / "demo", "visits").with_columns(brute_force.local_day("started_at"))
    orders = visits.filter(pl.col("furthest_stage") == "order").group_by("day", "channel").len()
    day, channel, _n = orders.filter(pl.col("len").is_between(1, 4)).sort("day", "channel").row(0)
    found = drop_off(demo_edition, Selection.over(f"{day}..{day}", last_day=LAST, filters={"channel": [channel]}))
    assert found is not None
    assert found.hidden
    assert found.steps == ()


def test_what_visits_do_not_know_is_refused(demo_edition: Edition) -> None:
    """A filter by stage cannot be applied to visits and is refused, for a person's policy as well."""
    year = Selection.over("last-12-months", last_day=LAST)
    with pytest.raises(SelectionError, match="cannot be cut by stage"):
        drop_off(demo_edition, year.with_filter("stage", "Buy"))
    with pytest.raises(SelectionError, match="cannot be cut by stage"):
        drop_off(demo_edition, year, Policy("buying", (("stage", ("Buy",)),)))


def test_no_visits_at_all(demo_edition: Edition) -> None:
    """A channel without digital visits reaches nothing, and no share is made of it."""
    found = drop_off(demo_edition, Selection.over("last-12-months", last_day=LAST, filters={"channel": ["phone"]}))
    assert found is not None
    assert [(step.reached, step.share) for step in found.steps] == [(0, None)] * 4
