"""Nothing infinite and no warning leaves the statistics, whatever small or empty state goes in."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest

from cxdash.statistics import (
    benchmark,
    channel_pairs,
    composite,
    consistency,
    decomposition,
    differences,
    drivers,
    intervals,
    monitoring,
    rates,
    retention,
    roi,
    suppression,
    survival,
    weighting,
)

SMALL = np.array(list(product([0.0, 1.0, 7.0, 0.3, np.nan], repeat=6)))
"""Every combination of six small, fractional, missing and zero counts: 15,625 cells."""

a, b, c, d, e, f = SMALL.T
INNER = SMALL.reshape(-1, 6)
HALVES = SMALL[:, :3], SMALL[:, 3:]

CALLS: dict[str, Callable[[], Any]] = {
    "wilson": lambda: intervals.wilson(a, b),
    "clopper_pearson": lambda: intervals.clopper_pearson(a, b),
    "nps": lambda: (intervals.nps_value(a, b, c), intervals.nps_variance(a, b, c)),
    "nps_score_interval": lambda: intervals.nps_score_interval(a, b, c),
    "nps_wald": lambda: intervals.nps_wald(a, b, c),
    "mean_interval": lambda: intervals.mean_interval(a, b, c, deff=d),
    "garwood": lambda: intervals.garwood(a, b),
    "answers_needed": lambda: intervals.answers_needed(a, b),
    "nps_difference": lambda: differences.nps_difference(*SMALL[::5].T),
    "proportion_difference": lambda: differences.proportion_difference(a, b, c, d),
    "welch": lambda: differences.welch(a, b, c, d, e, f),
    "normal_difference": lambda: differences.normal_difference(a, b, c, d),
    "product_limit": lambda: survival.product_limit(*HALVES),
    "person_time": lambda: survival.person_time(a, b),
    "kaplan_meier": lambda: survival.kaplan_meier(SMALL[:, :2], SMALL[:, 2:4], SMALL[:, 4:]),
    "survival_difference": lambda: survival.survival_difference(a, b, c, d),
    "ratio_state": lambda: retention.ratio_state(a, b, c, d, e, f),
    "level_spread": lambda: list(
        spread_fields(consistency.level_spread(*HALVES, [0.5, 0.3, 0.2], reference_spread=30.0))
    ),
    "heterogeneity": lambda: consistency.heterogeneity(*HALVES),
    "smoothed_nps_variance": lambda: consistency.smoothed_nps_variance(a, b, c),
    "individual_excess": lambda: channel_pairs.individual_excess(a, b, c, d, e, f),
    "paired_levels": lambda: channel_pairs.paired_levels(
        [0, 0, 1], [1, 2, 2], HALVES[0][::7], HALVES[1][::7], 50.0, channels=3
    ),
    "gap": lambda: benchmark.gap(a, b, c, d, e, f),
    "published_interval": lambda: benchmark.published_interval(a / 7, low=b, high=c, n=d),
    "break_even_se": lambda: benchmark.break_even_se(a, b),
    "rank_interval": lambda: benchmark.rank_interval(*HALVES),
    "trend_known_variance": lambda: benchmark.trend_known_variance([0, 1, 2], *HALVES),
    "mix_rate": lambda: decomposition.mix_rate(SMALL[:, :2], SMALL[:, 2:4], SMALL[:, 4:], SMALL[:, 1:3]),
    "benjamini_hochberg": lambda: monitoring.benjamini_hochberg(SMALL / 7),
    "xmr": lambda: monitoring.xmr(SMALL),
    "laney": lambda: monitoring.laney_proportions(*HALVES),
    "composite": lambda: composite.composite(
        HALVES[0], [0, 1, 2], [2, 1, 0], HALVES[1], np.eye(3), minimum_coverage=0.5
    ),
    "suppression": lambda: (suppression.suppressed_proportion(a, b), suppression.suppressed_rate(a, b)),
    "rate_ratio": lambda: (rates.rate_ratio(a, b, c, d), rates.rate_ratio_log(a, b, c, d)),
    "risk_ratio": lambda: (rates.risk_ratio(a, b, c, d), rates.risk_ratio_score(a, b, c, d)),
    "mantel_haenszel": lambda: rates.mantel_haenszel(SMALL[:, :2], SMALL[:, 2:4], SMALL[:, 4:], SMALL[:, 1:3]),
    "weighted_nps": lambda: weighting.weighted_nps(HALVES[0], HALVES[1], HALVES[1]),
    "post_stratified_nps": lambda: weighting.post_stratified_nps(SMALL.reshape(-1, 2, 3), [0.4, 0.6]),
    "e_value": lambda: roi.e_value(SMALL),
    "revenue_at_risk": lambda: roi.revenue_at_risk(HALVES[0], HALVES[1] / 7, HALVES[0], 3.0),
    "relative_weights": lambda: drivers.relative_weights(
        drivers.correlations(a, SMALL[:, 1:3], SMALL[:, 2:6].reshape(-1, 2, 2)), [0.3, 0.2]
    ),
    "correlations": lambda: drivers.correlations(a, SMALL[:, 1:3], SMALL[:, 2:6].reshape(-1, 2, 2)),
}


def spread_fields(spread: consistency.Spread) -> list[Any]:
    return [getattr(spread, name) for name in spread.__dataclass_fields__]


def arrays_in(value: Any) -> list[np.ndarray]:
    """Every array in a nested answer."""
    return [x for part in value for x in arrays_in(part)] if isinstance(value, tuple | list) else [np.asarray(value)]


@pytest.mark.parametrize("name", CALLS)
def test_nothing_infinite(name: str) -> None:
    """A value or NaN, quietly (a warning fails the run)."""
    assert not any(np.isinf(found.astype(float)).any() for found in arrays_in(CALLS[name]()))


@pytest.mark.parametrize(
    "name", ["wilson", "nps_score_interval", "product_limit", "nps_difference", "proportion_difference"]
)
def test_limits_are_in_order(name: str) -> None:
    """Where there is an interval, low is not above high."""
    found = CALLS[name]()
    low, high = found if len(found) == 2 else (found.low, found.high)
    assert (low <= high)[~np.isnan(low)].all()
    assert np.array_equal(np.isnan(low), np.isnan(high))
