"""Touchpoint satisfaction is what one counts by hand on the raw ratings, whatever their scale and the path taken."""

from __future__ import annotations

from datetime import date

import duckdb
import polars as pl
import pytest
import sqlalchemy as sa

from cxdash.answers import Question, answer
from cxdash.answers.cells import ROWS
from cxdash.edition import Edition
from cxdash.metrics.facts.ratings import RATED, SATISFIED
from cxdash.selection import Selection
from cxdash.settings import Project
from tests.answers import brute_force

LAST = date(2026, 11, 20)


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"touchpoint": ["Bill"]},
        {"touchpoint": ["Network", "Store"], "region": ["North", "(unknown)"]},
        {"segment": ["Prepaid"], "product": ["Mobile Basic"]},
        {"channel": ["phone"], "segment": ["Family", "Premium"], "touchpoint": ["App"]},
    ],
)
def test_ratings_are_counted_as_by_hand(
    demo_project: Project, demo_edition: Edition, filters: dict[str, list[str]]
) -> None:
    """Share and n agree with the raw tables, from a grid as well as from rows."""
    folder = demo_project.var / "demo"
    selection = Selection.over("last-52-weeks", last_day=LAST, filters=filters)
    responses = brute_force.scores(folder).drop("touchpoint")
    ratings = brute_force.read(folder, "touchpoint_ratings").join(responses, on="response_id", suffix="_of_score")
    chosen = brute_force.selected(ratings, selection.period.start, selection.period.end, dict(selection.filters))
    given = chosen.filter(pl.col("rating").is_not_null())
    for source in ("", ROWS):
        found = answer(demo_edition, Question("touchpoint_satisfaction", selection), source=source).only
        assert found.n == given.height
        assert found.value == pytest.approx((given["rating"] >= 4).sum() / given.height, abs=1e-15)
        assert found.low is not None
        assert found.high is not None
        assert found.low < (found.value or 0) < found.high


@pytest.mark.parametrize(
    ("low", "high", "satisfied"),
    [
        (1, 5, {4, 5}),
        (1, 7, {6, 7}),
        (0, 10, {8, 9, 10}),
        (1, 10, {8, 9, 10}),
        (1, 3, {3}),
        (0, 1, {1}),
        (-2, 2, {1, 2}),
    ],
)
def test_three_quarters_of_the_way_up_is_satisfied(low: int, high: int, satisfied: set[int]) -> None:
    """The boxes that count on scales of different length; a touchpoint not experienced is neither."""
    for rating in [*range(low, high + 1), None]:
        found = _counted(rating, low, high)
        assert found == (int(rating is not None), int(rating in satisfied)), rating


def test_a_scale_without_length_rates_nothing() -> None:
    """A question with one possible answer says nothing."""
    assert _counted(1, 1, 1) == (0, 0)


def _counted(rating: int | None, low: int, high: int) -> tuple[int, int]:
    """Rated and satisfied of a table with one row, by the states' own SQL in DuckDB."""
    rows = sa.table("prepared", *(sa.column(name, sa.BigInteger()) for name in ("rating", "scale_min", "scale_max")))
    select = sa.select(RATED.aggregate(rows.c), SATISFIED.aggregate(rows.c))
    text = str(select.compile(compile_kwargs={"literal_binds": True}))
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE prepared (rating BIGINT, scale_min BIGINT, scale_max BIGINT)")
        connection.execute("INSERT INTO prepared VALUES (?, ?, ?)", [rating, low, high])
        ((rated, satisfied),) = connection.execute(text).fetchall()
    return int(rated), int(satisfied)
