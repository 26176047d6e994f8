"""Best and worst cells: what is listed is clear in one family of tests, named once, and nothing where nothing is."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from cxdash.answers import Question, answer
from cxdash.answers.apart import against_rest
from cxdash.answers.cells_apart import SCANNED_METRICS, Standout, cuts, stand_out
from cxdash.answers.changes import Q, minimum_effect
from cxdash.edition import UNKNOWN, Edition
from cxdash.selection import Policy, Selection

LAST = date(2026, 11, 20)
YEAR = Selection.over("last-12-months", last_day=LAST)
TWO_YEARS = Selection.over("last-24-months", last_day=LAST)


def _all(edition: Edition, selection: Selection, policy: Policy | None = None) -> list[Standout]:
    found = stand_out(edition, selection, policy or Policy())
    return [*found.worst, *found.best]


@pytest.mark.parametrize("channel", ["phone", "chat", ""])
def test_what_is_listed_is_clear_heaviest_first(demo_edition: Edition, channel: str) -> None:
    """Worse on the one list, better on the other, each beyond noise, ordered by what it does to the whole."""
    selection = TWO_YEARS.with_filter("channel", *([channel] if channel else []))
    found = stand_out(demo_edition, selection)
    assert found.worst
    assert found.tested > 100
    assert not any(one.apart.good for one in found.worst)
    assert all(one.apart.good for one in found.best)
    for some in (found.worst, found.best):
        weights = [
            abs(one.contribution) * one.apart.metric.factor / minimum_effect(demo_edition, one.apart.metric)
            for one in some
        ]
        assert all(first >= second for first, second in pairwise(weights))
        for one in some:
            assert one.apart.clear
            assert one.apart.adjusted is not None
            assert one.apart.adjusted <= Q
            assert UNKNOWN not in one.dimensions.values()


def test_the_contribution_is_whole_minus_rest(demo_edition: Edition) -> None:
    """What a cell does to the whole is how far the whole would be off without it."""
    for one in _all(demo_edition, TWO_YEARS):
        whole = answer(demo_edition, Question(one.apart.metric.key, TWO_YEARS)).only.value
        assert whole is not None
        assert one.apart.rest.value is not None
        assert one.contribution == pytest.approx(whole - one.apart.rest.value, abs=1e-9)


def test_a_part_is_named_beside_its_whole_only_where_it_differs(demo_edition: Edition) -> None:
    """Beside a bad region stand only those of its segments that are clearly apart from the rest of the region."""
    listed = _all(demo_edition, TWO_YEARS)
    single = {(one.apart.metric.key, *one.dimensions.items()): one for one in listed if len(one.dimensions) == 1}
    for one in listed:
        if len(one.dimensions) == 1:
            continue
        for dim, value in one.dimensions.items():
            larger = single.get((one.apart.metric.key, (dim, value)))
            if larger is None or larger.apart.good != one.apart.good:
                continue
            question = Question(one.apart.metric.key, TWO_YEARS, by=tuple(one.dimensions))
            inside = next(
                cell
                for cell in against_rest(demo_edition, question, within=dim)
                if cell.row.dimensions == one.dimensions
            )
            assert inside.low is not None
            assert inside.high is not None
            assert inside.low > 0 or inside.high < 0
            assert inside.good == one.apart.good


def test_only_grids_are_asked(demo_edition: Edition) -> None:
    """A scan of a page never reads rows: each of its questions is answered from a grid."""
    for key in SCANNED_METRICS:
        for selection in (YEAR, YEAR.with_filter("channel", "phone"), YEAR.with_filter("team", "Phone Midlands")):
            for by in cuts(demo_edition, key, selection):
                assert answer(demo_edition, Question(key, selection, by=by)).source != "rows"


def test_a_dimension_chosen_is_not_cut_again(demo_edition: Edition) -> None:
    """Inside one region there are no regions to compare, and no cell names it."""
    selection = TWO_YEARS.with_filter("region", "East")
    assert not any("region" in by for by in cuts(demo_edition, "nps", selection))
    assert not any("region" in one.dimensions for one in _all(demo_edition, selection))


def test_the_policy_limits_cells_and_rest(demo_edition: Edition) -> None:
    """Who sees two regions reads what a filter for the two gives, and no third region's name."""
    two = ("East", "North")
    mine = _all(demo_edition, TWO_YEARS, Policy("two", (("region", two),)))
    filtered = _all(demo_edition, TWO_YEARS.with_filter("region", *two))
    assert [(one.dimensions, one.contribution) for one in mine] == [
        (one.dimensions, one.contribution) for one in filtered
    ]
    assert {one.dimensions.get("region", "East") for one in mine} <= set(two)


def test_nothing_stands_out_of_three_days(demo_edition: Edition) -> None:
    """Too few answers for any test: no cell is named, and the scan says how few it tested."""
    found = stand_out(demo_edition, Selection.over("last-3-days", last_day=LAST), metrics=("nps", "csat", "ces"))
    assert not found.worst
    assert not found.best
    assert found.tested < 20
