"""Numbers made of other numbers: monthly churn against its target, break-even of a gap, errors that move together."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxdash.answers import Question, answer
from cxdash.answers.ask import target_of
from cxdash.answers.correlation import correlation_of
from cxdash.answers.estimate import Scope, group
from cxdash.edition import Edition
from cxdash.measures import BUCKETS, Measure
from cxdash.metrics import benchmark_gap
from cxdash.metrics.catalogue import METRICS
from cxdash.metrics.metric import Figure
from cxdash.selection import EVERYTHING, Selection
from cxdash.statistics.benchmark import gap
from cxdash.statistics.distributions import Z95
from cxdash.statistics.survival import DAYS_A_MONTH


def test_a_monthly_target_is_compared_with_monthly_limits(demo_edition: Edition) -> None:
    """A week in which nobody left is no proof of a month below the target: its limits are a month's too."""
    target = target_of(demo_edition, "churn")
    assert target is not None
    selection = Selection.over("last-13-weeks", last_day=demo_edition.manifest.last_day)
    rows = answer(demo_edition, Question("churn", selection, by=("region",), grain="week", against="target")).rows
    quiet = [row for row in rows if row.value == 0]
    assert quiet
    for row in (*quiet, *(row for row in rows if row.value)):
        assert row.difference is not None
        for limit, share in (
            (row.difference.low, row.low),
            (row.difference.value, row.value),
            (row.difference.high, row.high),
        ):
            assert share is not None
            monthly = 1 - (1 - share) ** (DAYS_A_MONTH / row.period.days)
            assert limit == pytest.approx(monthly - target / 100, abs=1e-12)
    assert not all(row.difference.word == "down" for row in quiet if row.difference)


@settings(deadline=None)
@given(
    value=st.floats(-0.9, 0.9),
    reach=st.tuples(st.floats(0.001, 0.2), st.floats(0.001, 0.2)),
    other=st.floats(-0.9, 0.9),
)
def test_a_gap_is_significant_exactly_below_its_break_even(
    value: float, reach: tuple[float, float], other: float
) -> None:
    """With an error just below break-even the published figure makes a gap without zero, just above one with."""
    own = Figure(*(np.array([x]) for x in (value, value - reach[0], value + reach[1])))
    unknown = Figure(np.array([other]), np.array([np.nan]), np.array([np.nan]))
    found = benchmark_gap.compare(own, unknown, np.array([400.0]))
    error = found.extra["break_even"][0]
    if np.isnan(error):
        assert found.low[0] <= 1e-9
        assert found.high[0] >= -1e-9
        return
    for factor, significant in ((0.999, True), (1.001, False)):
        margin = Z95 * error * factor
        if margin < 1e-6:
            continue
        _, low, high = gap(own.value, own.low, own.high, other, other - margin, other + margin)
        assert bool((low > 0) | (high < 0)) is significant


def test_errors_that_move_together_are_the_jackknife_s(demo_edition: Edition) -> None:
    """Correlations of the health score's components are those of their values without each bucket, counted by hand."""
    keys = ("nps", "csat", "first_contact_resolution", "revenue_churn")
    selection = Selection.over("last-13-weeks", last_day=demo_edition.manifest.last_day)
    matrix = correlation_of(demo_edition, keys, selection, EVERYTHING)
    assert np.array_equal(matrix, matrix.T)
    assert np.array_equal(np.diag(matrix), np.ones(len(keys)))
    moves = {}
    for key in keys[:3]:
        measure = METRICS[key].computation
        assert isinstance(measure, Measure)
        period = selection.period
        parts = group(measure, Scope(demo_edition, period, (), ("bucket",)))
        assert len(parts.keys) == BUCKETS
        whole = group(measure, Scope(demo_edition, period))
        full = measure.finalise(whole.states, z=Z95, deff=1.0).value[0]
        without = {}
        for place, (bucket,) in enumerate(parts.keys):
            rest = {name: whole.states[name] - array[place] for name, array in parts.states.items()}
            without[int(bucket)] = float(measure.finalise(rest, z=Z95, deff=1.0).value[0]) - full
        moves[key] = np.array([without[bucket] for bucket in sorted(without)])
    for a, b in combinations(keys[:3], 2):
        x, y = moves[a], moves[b]
        expected = (x @ y) / np.sqrt((x @ x) * (y @ y))
        assert matrix[keys.index(a), keys.index(b)] == pytest.approx(expected, abs=1e-9)
    assert np.abs(matrix).max() <= 1.0
