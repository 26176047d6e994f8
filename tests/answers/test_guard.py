"""Who may not open rows cannot learn about single people by subtracting one number from another."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations, product

import pytest

from cxdash.answers import Question, answer
from cxdash.answers.answer import HIDDEN, Row
from cxdash.answers.guard import WEEKS
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.periods import Period, floor
from cxdash.selection import Policy, Selection

NUMBERS = Policy("numbers only", (), rows=False)
MINE = Policy("the East, numbers only", (("region", ("East",)),), rows=False)


def over(edition: Edition, text: str, **filters: str | tuple[str, ...]) -> Selection:
    selection = Selection.over(text, last_day=edition.manifest.last_day)
    for dim, value in filters.items():
        selection = selection.with_filter(dim, *((value,) if isinstance(value, str) else value))
    return selection


def only(edition: Edition, selection: Selection, policy: Policy = NUMBERS, metric: str = "nps") -> Row:
    return answer(edition, Question(metric, selection), policy).only


def test_a_filter_shows_what_the_breakdown_shows(demo_edition: Edition) -> None:
    """Every value of two dimensions: asked by filter or by breakdown, shown or hidden alike."""
    compared = hidden = 0
    for text in ("last-4-weeks", "last-13-weeks"):
        cells = answer(demo_edition, Question("nps", over(demo_edition, text), by=("region", "segment")), NUMBERS)
        for row in cells.rows:
            asked = only(demo_edition, over(demo_edition, text, **row.dimensions))
            if HIDDEN not in asked.flags:  # the period's edges may hide more
                assert (asked.value, asked.n) == (row.value, row.n)
                compared += 1
            hidden += HIDDEN in row.flags
            assert HIDDEN in asked.flags or HIDDEN not in row.flags
    assert compared
    assert hidden


def test_no_segment_of_a_region_follows_from_the_others(demo_edition: Edition) -> None:
    """Region by region: where the region is shown, what is hidden in it is at least two segments and five people."""
    domains = demo_edition.manifest.facts["scores"].dimensions
    exposed = 0
    for weeks, region in product(WEEKS, domains["region"]):
        text = f"last-{weeks}-weeks"
        whole = only(demo_edition, over(demo_edition, text, region=region))
        if whole.n is None:
            continue
        parts = [only(demo_edition, over(demo_edition, text, region=region, segment=s)) for s in domains["segment"]]
        lacking = [row for row in parts if HIDDEN in row.flags]
        if lacking:
            left = whole.n - sum(row.n or 0.0 for row in parts)
            assert left == 0 or (len(lacking) >= 2 and left >= 5)
            exposed += 1
    assert exposed, "nothing was hidden anywhere: the test asks too easy a question"


def test_nothing_small_lies_between_two_periods(demo_edition: Edition) -> None:
    """Any two numbers shown, their comparisons included: between their beginnings is nobody, or at least five."""
    domains = demo_edition.manifest.facts["scores"].dimensions
    compared = hidden = 0
    for region, segment in product(domains["region"], domains["segment"]):
        n: dict[int, float] = {}
        for weeks in WEEKS:
            selection = over(demo_edition, f"last-{weeks}-weeks", region=region, segment=segment)
            row = answer(demo_edition, Question("nps", selection, against="previous"), NUMBERS).only
            hidden += row.n is None
            if row.n is not None:
                n[weeks] = row.n
                if row.difference is not None and row.difference.reference_n is not None:
                    n[2 * weeks] = row.n + row.difference.reference_n
        for (_short, few), (_long, many) in combinations(sorted(n.items()), 2):
            assert many - few == 0 or many - few >= 5
            compared += 1
    assert compared
    assert hidden


def test_a_series_is_shown_where_no_week_can_be_cut_open(demo_edition: Edition) -> None:
    """By calendar week: everybody's is shown; a cell with a handful of people a week has none."""
    last = demo_edition.manifest.last_day
    start = floor(last - timedelta(days=26 * 7 - 1), "week")
    period = Period(start, last)
    whole = Selection(period, str(period))
    shown = answer(demo_edition, Question("response_rate", whole, grain="week"), NUMBERS)
    assert sum(row.n is not None for row in shown.rows) > 20
    with pytest.raises(SelectionError, match="Too few people a week"):
        answer(demo_edition, Question("nps", whole.with_filter("segment", "Business"), grain="week"), NUMBERS)


@pytest.mark.parametrize("days", [1, 7, 27, 29, 35])
def test_a_period_of_ones_own_is_refused(demo_edition: Edition, days: int) -> None:
    """A day more or less would show that day."""
    last = demo_edition.manifest.last_day
    period = Period(last - timedelta(days=days - 1), last)
    with pytest.raises(SelectionError, match="periods that are offered"):
        only(demo_edition, Selection(period, str(period)))
    moved = Period(period.start - timedelta(days=21), last - timedelta(days=1))
    with pytest.raises(SelectionError, match="periods that are offered"):
        only(demo_edition, Selection(moved, str(moved)))


def test_several_values_at_a_time_are_refused(demo_edition: Edition) -> None:
    """All but one would show that one."""
    with pytest.raises(SelectionError, match="one value"):
        only(demo_edition, over(demo_edition, "last-4-weeks", region=("North", "South")))


def test_what_asks_filtered_rows_directly_refuses(demo_edition: Edition) -> None:
    """An analysis that does not know the lattice cannot be used to walk around it."""
    with pytest.raises(SelectionError, match="without their rows"):
        NUMBERS.narrow((("region", ("North",)),))
    assert NUMBERS.narrow(()) == ()
    assert MINE.narrow(()) == (("region", ("East",)),)


def test_a_restricted_person_sees_the_restricted_number(demo_edition: Edition) -> None:
    """Without rows and with a region: the number is that region's, and no other region can be had."""
    free = Policy("the East", (("region", ("East",)),))
    selection = over(demo_edition, "last-52-weeks")
    assert only(demo_edition, selection, MINE).n == only(demo_edition, selection, free).n
    other = only(demo_edition, over(demo_edition, "last-52-weeks", region="North"), MINE)
    assert other.value is None
    assert not other.n


def test_whoever_may_open_rows_is_not_kept_from_filters(demo_edition: Edition) -> None:
    """The lattice is for those without rows; the others can count for themselves."""
    chosen = over(demo_edition, "last-4-weeks", region=("North", "South"))
    assert only(demo_edition, chosen, Policy()).n
    with pytest.raises(SelectionError, match="one value"):
        only(demo_edition, chosen, NUMBERS)
