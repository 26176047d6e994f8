"""The planted story is in the raw rows, each effect with the size it was given."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest

from cxdash import schema
from cxdash.demo import STORY, Effect, StoryElement, story
from cxdash.demo.plan import DAYS
from tests.demo.conftest import LAST_DAY
from tests.demo.measures import SQL

EFFECTS = [(element, effect) for element in story(LAST_DAY) for effect in element.effects]


def measure(rows: duckdb.DuckDBPyConnection, element: StoryElement, effect: Effect) -> float:
    query = SQL[f"{element.key}.{effect.key}"]
    dates = {
        "first": element.first_day,
        "last": element.last_day,
        "before_first": element.before_first_day,
        "before_last": element.before_last_day,
    }
    used = {name: day for name, day in dates.items() if f"${name} " in query or f"${name})" in query}
    found = rows.execute(query, used).fetchone()
    assert found is not None
    return float(found[0])


@pytest.mark.parametrize(
    ("element", "effect"), EFFECTS, ids=[f"{element.key}.{effect.key}" for element, effect in EFFECTS]
)
def test_effect_is_there(rows: duckdb.DuckDBPyConnection, element: StoryElement, effect: Effect) -> None:
    """Plain SQL over the rows finds the effect within its stated range."""
    assert effect.smallest <= measure(rows, element, effect) <= effect.largest


def test_every_effect_is_measured() -> None:
    """Effects and measurements are the same set, so neither can be added without the other."""
    assert {f"{element.key}.{effect.key}" for element, effect in EFFECTS} == set(SQL)


def test_story_names_real_tables_and_days() -> None:
    """Tables exist in the contract, and all days lie within the two years."""
    for element in STORY:
        assert set(element.tables) <= set(schema.TABLES)
        for span in (element.now, element.before):
            assert span is None or -(DAYS - 1) <= span.first <= span.last <= 0
        for effect in element.effects:
            assert effect.smallest < effect.largest
            assert effect.against != "before" or element.before is not None


def test_story_has_real_dates() -> None:
    """Offsets become dates relative to the last day."""
    element = next(element for element in story(date(2025, 3, 20)) if element.key == "north_waiting")
    assert element.last_day == date(2025, 3, 20)
    assert element.first_day == date(2025, 3, 20) + timedelta(days=element.now.first)
    assert next(element for element in STORY if element.key == "north_waiting").first_day is None


def test_waiting_tells_on_those_who_waited(rows: duckdb.DuckDBPyConnection) -> None:
    """The fall is the phone's in the North alone: its other channels and other regions' phones stand still."""
    changes = dict(
        rows.execute("""
            SELECT CASE WHEN region = 'North' AND channel = 'phone' THEN 'both' WHEN region = 'North' THEN 'region'
                ELSE 'channel' END,
              100 * (avg(CAST(score >= 4 AS INT)) FILTER (CAST(invited_at AS DATE) > DATE '2026-06-05')
                   - avg(CAST(score >= 4 AS INT)) FILTER (CAST(invited_at AS DATE) < DATE '2026-05-09'))
            FROM responses WHERE survey = 'csat' AND score IS NOT NULL AND invited_at >= TIMESTAMP '2026-02-18'
              AND (region = 'North' OR channel = 'phone') GROUP BY 1
        """).fetchall()
    )
    assert changes["both"] < -8
    assert abs(changes["region"]) < 7
    assert abs(changes["channel"]) < 4


def test_drivers_have_their_planted_order(rows: duckdb.DuckDBPyConnection) -> None:
    """Network, bill and call centre move the relationship most, in this order, as their weights say."""
    ranked = rows.execute("""
        SELECT t.touchpoint, corr(rating, CASE WHEN score >= 9 THEN 1 WHEN score <= 6 THEN -1 ELSE 0 END) AS r
        FROM touchpoint_ratings t JOIN responses USING (response_id) GROUP BY 1 ORDER BY r DESC
    """).fetchall()
    assert [name for name, _ in ranked[:3]] == ["Network", "Bill", "Call centre"]
