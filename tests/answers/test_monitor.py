"""Since when: the watched days are the days that answers give, and what alarms is named from its first day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxdash.answers import Question, answer
from cxdash.answers.answer import HIDDEN
from cxdash.answers.effects import design_effects
from cxdash.answers.estimate import Scope
from cxdash.answers.monitor import LEARNT, WATCHED, stretches_in, veiled_points, watch, watchable
from cxdash.edition import Edition
from cxdash.measures import Measure
from cxdash.metrics.catalogue import METRICS
from cxdash.periods import Period
from cxdash.selection import EVERYTHING, Policy, canonical
from cxdash.statistics.arrays import Flags
from cxdash.statistics.daily_chart import DailyChart, Rules, chart_nps, chart_proportion
from tests.answers.test_decompose import over
from tests.conftest import DEMO_LAST_DAY


@pytest.mark.parametrize("key", ["response_rate", "abandonment"])
def test_points_are_the_days_of_the_selection(demo_edition: Edition, key: str) -> None:
    """A point of one day has the value and n of that day's own answer; together they hold every day once."""
    selection = over("last-4-weeks")
    found = watch(demo_edition, key, selection)
    last = DEMO_LAST_DAY - timedelta(days=14 if key == "response_rate" else 0)  # invitations mature
    assert found.watched == Period(last - timedelta(days=WATCHED - 1), last)
    assert found.learnt.days == LEARNT
    days = [day for point in found.points for day in _days(point.days)]
    assert days == sorted(set(days))
    asked = replace(selection, period=Period(found.learnt.start, found.watched.end), compare="none")
    rows = {row.period.start: row for row in answer(demo_edition, Question(key, asked, grain="day")).rows}
    single = [
        p for p in found.points if p.days.days == 1 and p.value is not None and rows[p.days.start].value is not None
    ]
    assert len(single) > 20
    for point in single:
        row = rows[point.days.start]
        assert point.value == pytest.approx(row.value, abs=1e-9)
        assert point.n == pytest.approx(row.n)


def _days(period: Period) -> list[date]:
    return [period.start + timedelta(days=n) for n in range(period.days)]


def test_the_promised_settings_and_the_design_effect_are_used(demo_edition: Edition) -> None:
    """The normal range is that of the default chart on counts divided by the selection's design effect."""
    selection = over("last-4-weeks")
    found = watch(demo_edition, "abandonment", selection)
    measure = METRICS["abandonment"].computation
    assert isinstance(measure, Measure)
    deff = float(design_effects(measure, Scope(demo_edition, selection.period), [()])[0])
    assert deff >= 1
    asked = replace(selection, period=Period(found.learnt.start, found.watched.end), compare="none")
    question = Question("abandonment", asked, grain="day")
    rows = answer(demo_edition, question).rows
    n = np.array([row.n or 0.0 for row in rows])
    assert not any(HIDDEN in row.flags for row in rows), "a hidden day: choose a larger cell"
    hits = np.array([(row.value or 0.0) * (row.n or 0.0) for row in rows])
    chart = chart_proportion(
        hits[None] / deff, n[None] / deff, [row.period.start.weekday() for row in rows], baseline=LEARNT, rules=Rules()
    )
    at = np.flatnonzero(~np.isnan(chart.n[0]))
    assert [p.normal for p in found.points] == pytest.approx(chart.normal[0, at].tolist())
    assert [p.alarm for p in found.points] == chart.alarm[0, at].tolist()
    assert [p.high - p.normal for p in found.points] == pytest.approx((chart.limit[0] * chart.spread[0, at]).tolist())


def test_what_cannot_be_watched_says_why(demo_edition: Edition) -> None:
    """A stock and a window have no daily share; a young history and thin weeks teach nothing."""
    assert watch(demo_edition, "churn", over("last-4-weeks")).silence == "kind"
    assert watch(demo_edition, "net_retention", over("last-13-weeks")).silence == "kind"
    early = Period(demo_edition.manifest.first_day, demo_edition.manifest.first_day + timedelta(days=WATCHED + 50))
    young = replace(over("last-4-weeks"), period=early, period_text=str(early))
    assert watch(demo_edition, "nps", young).silence == "young"
    thin = over("last-4-weeks", channel="social", region="Islands")
    assert watch(demo_edition, "ces", thin).silence == "thin"
    assert {key for key, metric in METRICS.items() if watchable(metric)} >= {"nps", "csat", "ces", "abandonment"}
    assert not any(watchable(METRICS[key]) for key in ("health", "churn", "consistency", "revenue_churn"))


def test_a_policy_narrows_the_days(demo_edition: Edition) -> None:
    """Under a policy the days are those of what may be seen."""
    policy = Policy("north", canonical({"region": ("North",)}))
    narrowed = watch(demo_edition, "abandonment", over("last-4-weeks"), policy)
    filtered = watch(demo_edition, "abandonment", over("last-4-weeks", region="North"), EVERYTHING)
    assert narrowed == filtered
    assert narrowed != watch(demo_edition, "abandonment", over("last-4-weeks"))


# ---------------------------------------------------------------- stretches


def _drawn(level: np.ndarray, n: int = 400) -> tuple[np.ndarray, list[date]]:
    """Counts of days with this NPS, (kinds, 1, days), and the days, from a Monday on."""
    d, p = np.round(n * (0.35 - level / 2)), np.round(n * (0.35 + level / 2))
    return np.stack([d, n - d - p, p])[:, None], [date(2026, 6, 1) + timedelta(days=i) for i in range(level.size)]


def _draw(counts: np.ndarray, days: list[date]) -> Callable[[Flags | None], DailyChart]:
    weekday = [day.weekday() for day in days]
    return lambda special: chart_nps(*counts, weekday, baseline=91, special=special)


def test_a_fall_is_dated_from_its_first_day() -> None:
    """A level that falls by 12 points on the tenth watched day begins there, lies below on every day, and lasts."""
    rng = np.random.default_rng(4)
    level = 0.3 + rng.normal(0, 0.02, 147)
    level[101:] -= 0.12
    counts, days = _drawn(level)
    (found,) = stretches_in(_draw(counts, days), days)
    assert found.days == Period(date(2026, 6, 1) + timedelta(days=101), date(2026, 6, 1) + timedelta(days=146))
    assert (found.side, found.lasting, found.ongoing, found.open_start) == (-1, True, True, False)
    assert (found.points, found.aside) == (46, 46)


def test_one_bad_day_is_a_day_and_not_a_drift() -> None:
    """A single accident stands alone, and is over."""
    rng = np.random.default_rng(4)
    level = 0.3 + rng.normal(0, 0.02, 147)
    level[120] -= 0.30
    counts, days = _drawn(level)
    (found,) = stretches_in(_draw(counts, days), days)
    assert found.days.start == found.days.end == date(2026, 6, 1) + timedelta(days=120)
    assert (found.side, found.lasting, found.ongoing) == (-1, False, False)


def test_what_was_there_when_watching_began_says_so() -> None:
    """A level that already differs on the first watched day has an open start."""
    rng = np.random.default_rng(4)
    level = 0.3 + rng.normal(0, 0.02, 147)
    level[91:] += 0.12
    counts, days = _drawn(level)
    (found,) = stretches_in(_draw(counts, days), days)
    assert (found.side, found.open_start, found.ongoing) == (1, True, True)


# ---------------------------------------------------------------- no day is given away


@given(st.lists(st.integers(0, 12), min_size=6, max_size=40), st.data())
def test_no_hidden_day_follows_from_points(people: list[int], data: st.DataObject) -> None:
    """Taking shown days from shown points, and all of them from the whole, leaves sums of two days and five people."""
    n = np.array(people, dtype=float)
    hidden = np.array(data.draw(st.lists(st.booleans(), min_size=n.size, max_size=n.size))) & (n > 0)
    if hidden.sum() < 2 or n[hidden].sum() < 5:
        return  # the series itself would hide more
    cuts = sorted(data.draw(st.sets(st.integers(0, n.size - 1), min_size=1, max_size=8)))
    begins = [0, *(cut + 1 for cut in cuts[:-1])]
    veiled = veiled_points(begins, cuts, hidden, n)
    assert len(veiled) == len(cuts)
    rest = hidden.copy()
    for begin, end, veil in zip(begins, cuts, veiled, strict=True):
        part = np.flatnonzero(hidden[begin : end + 1]) + begin
        if veil:
            continue
        rest[part] = False
        assert part.size == 0 or (part.size >= 2 and n[part].sum() >= 5)
    left = np.flatnonzero(rest)
    assert left.size == 0 or (left.size >= 2 and n[left].sum() >= 5)
