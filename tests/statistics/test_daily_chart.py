"""The default daily chart: its parts composed as the methods say, its rules, its edges, and many series at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxdash.statistics.daily_chart import (
    DailyChart,
    Rules,
    chart_nps,
    chart_proportion,
    count_in_a_row,
    fold_thin_days,
)
from cxdash.statistics.distributions import t_multiplier
from cxdash.statistics.intervals import nps_value
from cxdash.statistics.monitoring import ewma
from cxdash.statistics.weekdays import weekday_baseline, weekday_z

BASELINE = 84
WEEKDAY = np.arange(BASELINE + 28) % 7


def quiet(series: int = 6, *, volume: float = 80, seed: int = 2) -> tuple[Any, Any, Any]:
    """Detractors, passives, promoters of quiet series with thin weekends."""
    n = np.random.default_rng(seed).poisson(np.where(WEEKDAY < 5, volume, volume / 5), (series, WEEKDAY.size))
    counts = np.random.default_rng(seed + 1).multinomial(n, [0.2, 0.3, 0.5])
    return tuple(counts[..., kind].astype(float) for kind in range(3))


def chart(counts: tuple[Any, Any, Any], **how: Any) -> DailyChart:
    return chart_nps(*counts, WEEKDAY, baseline=BASELINE, **how)


def test_the_chart_is_its_parts_put_together() -> None:
    """Fold, pooled variance, weekday baseline, z, EWMA and limits, written out for one series."""
    d, m, p = quiet()
    found = chart((d, m, p))
    counts = np.stack([d[0], m[0], p[0]])
    folded = fold_thin_days(counts, counts.sum(axis=0))
    y, n = nps_value(*folded), folded.sum(axis=0)
    total = counts[:, :BASELINE].sum(axis=1)
    sigma2 = (total[0] + total[2] + 1.5) / (total.sum() + 3) - ((total[2] - total[0]) / (total.sum() + 3)) ** 2
    learnt = weekday_baseline(y[:BASELINE], sigma2 / n[:BASELINE], WEEKDAY[:BASELINE])
    z = weekday_z(learnt, y[BASELINE:], sigma2 / n[BASELINE:], WEEKDAY[BASELINE:])
    smoothed, unit = ewma(z, limit=1.0)
    spare = np.count_nonzero(~np.isnan(y[:BASELINE])) - 7
    assert found.value[0] == pytest.approx(y, nan_ok=True)
    assert found.n[0] == pytest.approx(n, nan_ok=True)
    assert found.z[0, BASELINE:] == pytest.approx(z, nan_ok=True)
    assert found.smoothed[0, BASELINE:] == pytest.approx(smoothed)
    assert found.limit[0] == pytest.approx(t_multiplier(3.0, spare))
    assert found.smoothed_limit[0, BASELINE:] == pytest.approx(t_multiplier(3.0, spare) * unit)
    assert found.normal[0, :7] == pytest.approx(learnt.mean[WEEKDAY[:7]])
    assert np.isnan(found.z[0, :BASELINE]).all()
    assert np.isnan(found.smoothed[0, :BASELINE]).all()


def test_limits_widen_with_a_short_baseline() -> None:
    """Three standard deviations of a known spread; of one learnt in 8 weeks more than of one learnt in 12."""
    counts = quiet()
    eight = chart_nps(*counts, WEEKDAY, baseline=56).limit
    assert (chart(counts).limit > 3).all()
    assert (chart(counts).limit < eight).all()
    assert (eight < 3.3).all()


def test_a_bad_day_is_a_spike_on_that_day() -> None:
    """One day of complaints alarms at once, and is its own beginning."""
    d, m, p = quiet()
    day = BASELINE + 9
    p[2, day], d[2, day] = 0, d[2, day] + p[2, day]
    found = chart((d, m, p))
    assert found.spike[2, day]
    assert found.alarm[2, day]
    assert found.z[2, day] < -4
    assert not found.drift[2, day] or found.since[2, day] <= day
    assert found.spike.sum() == 1
    clean = chart(quiet())
    assert found.z[[0, 1, 3, 4, 5]] == pytest.approx(clean.z[[0, 1, 3, 4, 5]], nan_ok=True)
    only = chart((d, m, p), rules=Rules(drift=50.0))
    assert only.since[2, day] == day
    assert (only.since[~only.alarm] == -1).all()


def test_a_drift_is_found_and_dated() -> None:
    """Twelve points less from one day on: the EWMA alarms within weeks and dates the fall to within days."""
    rng = np.random.default_rng(5)
    start = BASELINE + 7
    level = np.where(np.arange(WEEKDAY.size) >= start, 0.18, 0.30)
    shares = np.stack([(0.7 - level) / 2, np.full(level.size, 0.3), (0.7 + level) / 2], axis=-1)
    counts = rng.multinomial(np.full((400, level.size), 150), shares)
    found = chart(tuple(counts[..., kind] for kind in range(3)))
    first = np.where(found.drift.any(axis=1), found.drift.argmax(axis=1), -1)
    assert np.mean(first > 0) > 0.95
    after = first >= start
    dated = np.array([found.since[i, day] for i, day in enumerate(first)])[after]
    assert np.median(dated - start) == pytest.approx(0, abs=1)
    assert np.mean(np.abs(dated - start) <= 3) > 0.7
    assert (dated <= first[after]).all()
    assert (found.smoothed[np.arange(400), first][after] < 0).all()


def test_the_rule_of_eight_is_off_unless_asked_for() -> None:
    """Eight points on one side alarm with the rule on; a ninth continues it; without the rule they do not."""
    d, m, p = (np.tile(count, (1, WEEKDAY.size)) for count in (20.0, 30.0, 50.0))
    d[0, BASELINE:] += 1.0
    off = chart((d, m, p))
    assert not off.alarm.any()
    on = chart((d, m, p), rules=Rules(in_a_row=8))
    assert on.run[0].tolist() == [False] * (BASELINE + 7) + [True] * 21
    assert (on.since[0, BASELINE + 7 :] == BASELINE).all()
    assert not on.spike.any()
    assert not on.drift.any()


def test_points_in_a_row() -> None:
    """Days without a point keep the count, a change of side starts anew, a point on the line is on no side."""
    nan = np.nan
    assert count_in_a_row([1, 2, nan, 1, -1, -3, nan, 0, 2]).tolist() == [1, 2, 2, 3, -1, -2, -2, 0, 1]
    assert count_in_a_row([[nan, 1], [-1, -1]]).tolist() == [[0, 1], [-1, -2]]


def test_thin_days_are_carried_into_the_next() -> None:
    """Days of fewer than ten answers have no point; their answers count in the next; a thin end has none."""
    found = fold_thin_days([[1, 2, 5, 0, 1], [3, 4, 5, 12, 1]], [4, 6, 10, 12, 2])
    assert np.isnan(found[:, [0, 4]]).all()
    assert found[:, 1:4].tolist() == [[3, 5, 0], [7, 5, 12]]
    assert fold_thin_days([np.nan, 12], [np.nan, 12])[1] == 12
    each = fold_thin_days([[6, 6], [6, 6]], [[6, 6], [6, 6]], minimum=[6, 12])
    assert each[0].tolist() == [6, 6]
    assert each[1].tolist() == pytest.approx([np.nan, 12], nan_ok=True)
    assert np.isnan(fold_thin_days([0.0, 0.0], [0, 0], minimum=0)).all()


@given(st.lists(st.integers(0, 25), min_size=1, max_size=40))
def test_folding_loses_no_answer_but_a_thin_end(n: list[int]) -> None:
    """Points and what is left at the end add up to all answers; no point is thin."""
    found = fold_thin_days(np.array(n, dtype=float), n)
    points = found[~np.isnan(found)]
    assert (points >= 10).all()
    assert 0 <= sum(n) - points.sum() < 10


def test_special_days_teach_nothing() -> None:
    """A confirmed breakdown in the baseline, left out, changes nothing; left in, it blinds the chart."""
    d, m, p = quiet()
    special = np.zeros(WEEKDAY.size, dtype=bool)
    special[30:33] = True
    d[:, 30:33], p[:, 30:33] = d[:, 30:33] + p[:, 30:33], 0
    aware, blind = chart((d, m, p), special=special), chart((d, m, p))
    empty = tuple(np.where(special, 0.0, count) for count in (d, m, p))
    without = chart(empty)
    assert aware.z == pytest.approx(without.z, nan_ok=True)
    assert (np.nanmedian(blind.spread, axis=1) > 1.5 * np.nanmedian(aware.spread, axis=1)).all()


def test_a_special_day_that_is_monitored_is_a_spike_and_no_drift() -> None:
    """Confirmed after its alarm, it no longer makes the days after it alarm."""
    d, m, p = quiet(1)
    day = BASELINE + 1
    p[:, day], d[:, day] = 0, d[:, day] + p[:, day]
    special = np.arange(WEEKDAY.size) == day
    plain, confirmed = chart((d, m, p)), chart((d, m, p), special=special)
    assert plain.drift[0, day + 1]
    assert confirmed.spike[0, day]
    assert not confirmed.drift.any()


def test_fewer_than_eight_weeks_never_alarm() -> None:
    """A series that is new, or has points in only seven weeks of the baseline, is drawn but not judged."""
    d, m, p = quiet(3)
    for count in (d, m, p):
        count[0, : BASELINE - 49] = 0
        count[1, : BASELINE - 56] = 0
    d[:, -1], p[:, -1] = 500, 0
    found = chart((d, m, p))
    assert np.isnan(found.z[0]).all()
    assert not found.alarm[0].any()
    assert (found.since[0] == -1).all()
    assert np.isfinite(found.value[0, BASELINE:]).any()
    assert found.spike[1:, -1].all()
    assert not chart_nps(*(count[:, :40] for count in (d, m, p)), WEEKDAY[:40], baseline=40).alarm.any()


def test_weekdays_never_seen_are_not_judged() -> None:
    """A shop that opens on Sundays for the first time: the Sundays have no normal, the other days are unchanged."""
    d, m, p = quiet(1)
    for count in (d, m, p):
        count[:, WEEKDAY == 6] = 0
    closed = chart((d, m, p))
    sundays = (WEEKDAY == 6) & (np.arange(WEEKDAY.size) >= BASELINE)
    d[:, sundays] = 60
    opened = chart((d, m, p))
    assert np.isnan(opened.z[:, sundays]).all()
    assert not opened.spike[:, sundays].any()
    assert opened.z[:, ~sundays] == pytest.approx(closed.z[:, ~sundays], nan_ok=True)


def test_nobody_everybody_and_no_series_at_all() -> None:
    """No answers ever, the same answer always, and an empty stack: quiet, defined, and still alert to the first no."""
    nothing = chart(tuple(np.zeros((2, WEEKDAY.size)) for _ in range(3)))
    assert np.isnan(nothing.value).all()
    assert not nothing.alarm.any()
    d, m, p = np.zeros((1, WEEKDAY.size)), np.zeros((1, WEEKDAY.size)), np.full((1, WEEKDAY.size), 40.0)
    same = chart((d, m, p))
    assert not same.alarm.any()
    assert same.z[0, BASELINE + 6 :: 7].tolist() == [0.0] * 4  # one point a week: a single no must not alarm
    d[0, -1], p[0, -1] = 20, 20
    assert chart((d, m, p)).spike[0, -1]
    assert chart(tuple(np.zeros((0, WEEKDAY.size)) for _ in range(3))).alarm.shape == (0, WEEKDAY.size)


def test_one_series_without_a_leading_axis() -> None:
    """A plain sequence of days gives what the same series gives in a stack."""
    counts = quiet(1)
    stacked, plain = chart(counts), chart(tuple(count[0] for count in counts))
    for name in DailyChart._fields:
        one, other = np.asarray(getattr(stacked, name))[0], np.asarray(getattr(plain, name))
        assert np.allclose(one, other, equal_nan=True), name


def test_a_share_is_charted_like_a_score() -> None:
    """NPS without passives is twice a share minus one: the same z but for the smoothing of the variance."""
    n = np.random.default_rng(4).poisson(90.0, (3, WEEKDAY.size)).astype(float)
    x = np.random.default_rng(5).binomial(n.astype(int), 0.8).astype(float)
    share = chart_proportion(x, n, WEEKDAY, baseline=BASELINE)
    score = chart_nps(n - x, np.zeros(n.shape), x, WEEKDAY, baseline=BASELINE)
    assert share.value == pytest.approx((score.value + 1) / 2)
    assert share.z[:, BASELINE:] == pytest.approx(score.z[:, BASELINE:], rel=2e-3, abs=2e-3)


def test_rare_shares_wait_for_enough_answers() -> None:
    """A share of 2 % needs a hundred answers for a point, but never more than a week's, however rare."""
    n = np.full((2, WEEKDAY.size), 40.0)
    x = np.zeros(n.shape)
    x[0, ::2] = 1.6
    found = chart_proportion(x, n, WEEKDAY, baseline=BASELINE)
    assert np.nanmin(found.n[0]) == 120
    assert np.nanmin(found.n[1]) == 280
    usual = chart_proportion(0.8 * n, n, WEEKDAY, baseline=BASELINE)
    assert (usual.n == 40).all()


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e12])
def test_effective_and_huge_counts(scale: float) -> None:
    """Counts need not be whole: nothing infinite, no warning, and enough answers always make points."""
    found = chart(tuple(count * scale for count in quiet()))
    for name in DailyChart._fields:
        assert not np.isinf(getattr(found, name)).any(), name
    assert np.isnan(found.value).all() == (scale < 1)


@pytest.mark.parametrize("draw", [chart_nps, chart_proportion])
def test_unknown_and_impossible_counts_are_no_answers(draw: Callable[..., DailyChart]) -> None:
    """A day whose counts are not known or negative is a day on which nobody answered."""
    counts = quiet(2)[: 3 if draw is chart_nps else 2]
    counts = counts if draw is chart_nps else (counts[0], counts[0] + counts[1])
    gaps = np.arange(WEEKDAY.size) % 11 == 3
    nobody, *others = (
        draw(*(np.where(gaps, wrong, count) for count in counts), WEEKDAY, baseline=BASELINE) for wrong in (0, np.nan)
    )
    others.append(draw(np.where(gaps, -1.0, counts[0]), *counts[1:], WEEKDAY, baseline=BASELINE))
    for other in others:
        for name in DailyChart._fields:
            assert np.allclose(getattr(nobody, name), getattr(other, name), equal_nan=True), name


def test_false_alarms_are_few() -> None:
    """Small weekends and days that truly vary: at most five alarms begin in 1,000 quiet days, both rules together."""
    rng = np.random.default_rng(4)
    weekday = np.arange(140) % 7
    level = 0.30 + rng.normal(0, 0.05, (1500, 140))
    shares = np.stack([(0.7 - level) / 2, np.full(level.shape, 0.3), (0.7 + level) / 2], axis=-1)
    counts = rng.multinomial(np.broadcast_to(np.where(weekday < 5, 80, 15), level.shape), shares)
    found = chart_nps(*np.moveaxis(counts, -1, 0), weekday, baseline=84)
    before = np.concatenate([np.zeros((1500, 1), dtype=bool), found.alarm[:, :-1]], axis=1)
    began = (found.alarm & ~before)[:, 84:]
    assert 1000 * began.mean() == pytest.approx(4.0, abs=1.0)
