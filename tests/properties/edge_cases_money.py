"""The cases of `edge_cases` for money, what may be shown, charts, scans and ratings."""

from __future__ import annotations

from typing import Any

import numpy as np

from cxdash.statistics import (
    daily_chart,
    discoveries,
    distributions,
    durations,
    histograms,
    plausibility,
    rating_means,
    roi,
    shapley,
    suppression,
    weekdays,
)
from tests.properties.edge_cases import Column, add, wide
from tests.properties.edge_states import symmetric, weeks

NAN = float("nan")
DAYS = np.arange(70) % 7


# ---- money
MONEY = (20000.0, 50000, 0.75, 0.92, 800, 2000, 300, 360)
RETAINED, ANSWERS, VALUE = (2, 3, 4), (5, 6, 7), (8, 9, 10)
THREE = (100000.0, 1.0, 0.75, 0.85, 0.92, 800, 1200, 2000, 300, 320, 360)


def by_category(function: Any, c: tuple[Column, ...], **options: Any) -> Any:
    """A scenario of the default moves on columns (base, causal, retained x 3, n x 3, value x 3)."""
    parts = (wide(*c[2:5]), wide(*c[5:8]), wide(*c[8:]))
    return function(c[0], options["how"], *parts, causal=c[1])


add("roi.revenue_per_customer", roi.revenue_per_customer, (90, 27000, 9000000), empty=(0, 0, 0))
add(
    "roi.revenue_at_risk",
    lambda *c: roi.revenue_at_risk(*(wide(*c[i : i + 2]) for i in (0, 2, 4, 6))),
    MONEY,
    fixed=(2, 3),
    empty=(NAN,) * 8,
)
add(
    "roi.excess_loss",
    lambda *c: roi.excess_loss(*(wide(*c[i : i + 2]) for i in (0, 2, 4, 6))),
    MONEY,
    fixed=(2, 3),
    empty=(NAN,) * 8,
)
add(
    "roi.scenario",
    lambda *c: by_category(roi.scenario, c, how=roi.one_notch_moves(5)),
    THREE,
    fixed=(1, 2, 3, 4),
    empty=(NAN,) * 11,
)
add(
    "roi.scenario_range",
    lambda *c: by_category(roi.scenario_range, c, how=5.0),
    THREE,
    fixed=(1, 2, 3, 4),
    empty=(NAN,) * 11,
)
add("roi.one_notch_moves", lambda _: [move.share for move in roi.one_notch_moves(5)], (1,))
add("roi.single_moves", lambda _: [move.share for move in roi.single_moves(5)], (1,))
add("roi.nps_gain", lambda _: roi.nps_gain(roi.one_notch_moves(5)), (1,))
add(
    "roi.standardised_rate",
    lambda *c: roi.standardised_rate(wide(*c[:2]), wide(*c[2:]), [0.4, 0.6]),
    (40, 30, 100, 90),
    empty=(0, 0, 0, 0),
)
add("roi.e_value", roi.e_value, (3.9,), empty=(0,))
add("roi.e_value_of_limits", roi.e_value_of_limits, (1.2, 3.9), empty=(NAN, 3.9))
add("roi.explained_away", roi.explained_away, (0.13, 0.08), empty=(0, 0))

# ---- what may be shown
add("suppression.confidential", suppression.confidential, (4,))
add("suppression.unanimous", suppression.unanimous, (4, 4))
add("suppression.complementary", lambda n: suppression.complementary(n < 5, n, np.zeros(np.shape(n), int)), (9,))
add(
    "suppression.exposed_groups",
    lambda n: suppression.exposed_groups(np.atleast_1d(n) < 5, np.atleast_1d(n), np.arange(np.size(n))),
    (9,),
)
add("suppression.low_base", suppression.low_base, (40,))
add("suppression.reportable_nps", suppression.reportable_nps, (0.3, 0.5, 90))
add("suppression.suppressed_proportion", suppression.suppressed_proportion, (40, 90))
add("suppression.suppressed_rate", suppression.suppressed_rate, (40, 900))
add("suppression.suppressed_churn", suppression.suppressed_churn, (12, 0.1, 0.05, 0.15))
add("suppression.thin_at_risk", suppression.thin_at_risk, (19,))
add("suppression.suppressed_mean_interval", suppression.suppressed_mean_interval, (9,))
add("suppression.suppressed_drivers", lambda *c: suppression.suppressed_drivers(symmetric(*c)), (150, 140, 130))
add("suppression.suppressed_driver", suppression.suppressed_driver, (9,))
add("suppression.suppressed_consistency", lambda *c: suppression.suppressed_consistency(wide(*c)), (40, 30))

# ---- times
add(
    "durations.median_time",
    lambda *c: durations.median_time(wide(*c[:4]), wide(*c[4:]), (0, 1, 2, 5, 9)),
    (3, 9, 6, 2, 0, 1, 2, 1),
    empty=(0,) * 8,
    counted=("n_eff",),
)
add(
    "durations.time_reached",
    lambda *c: durations.time_reached(wide(*c[:3]), wide(*c[3:6]), (0, 1, 2, 5), c[6]),
    (3, 9, 6, 0, 1, 2, 0.4),
    fixed=(6,),
    empty=(0, 0, 0, 0, 0, 0, 0.4),
)

# ---- histograms, charts, scans
add("histograms.count_nps", lambda *c: histograms.count_nps(wide(*c)), tuple(range(1, 12)))
add("histograms.count_top", lambda *c: histograms.count_top(wide(*c), [1, 2, 3], at_least=2), (3, 4, 5))
add("histograms.moments", lambda *c: histograms.moments(wide(*c), [1, 2, 3]), (3, 4, 5))
add(
    "histograms.quantile",
    lambda *c: histograms.quantile(wide(*c[:3]), [1, 2, 3], c[3]),
    (3, 4, 5, 0.5),
    fixed=(3,),
    empty=(0, 0, 0, 0.5),
)
add(
    "weekdays.weekday_baseline",
    lambda *c: weekdays.weekday_baseline(*weeks(*c), DAYS),
    (40, 9),
    empty=(NAN, NAN),
    counted=("q",),
)
add(
    "weekdays.weekday_spread",
    lambda *c: weekdays.weekday_spread(weekdays.weekday_baseline(*weeks(*c), DAYS), weeks(*c)[1], DAYS),
    (40, 9),
    empty=(NAN, NAN),
)
add(
    "weekdays.weekday_z",
    lambda *c: weekdays.weekday_z(weekdays.weekday_baseline(*weeks(*c), DAYS), *weeks(*c), DAYS),
    (40, 9),
    empty=(NAN, NAN),
)
add(
    "discoveries.scan_changes",
    lambda *c: discoveries.scan_changes(*(wide(v, v) for v in c), 5.0),
    (9, 6, 12, 0.01, 90),
    fixed=(0, 1, 2, 3),
)
BEFORE = ("z", "smoothed", "smoothed_limit")
add(
    "daily_chart.chart_nps",
    lambda *c: daily_chart.chart_nps(*weeks(*c), DAYS, baseline=63),
    (15, 25, 60),
    gaps=BEFORE,
    sample=300,
)
add(
    "daily_chart.chart_proportion",
    lambda *c: daily_chart.chart_proportion(*weeks(*c), DAYS, baseline=63),
    (40, 60),
    gaps=BEFORE,
)
add("daily_chart.fold_thin_days", lambda *c: daily_chart.fold_thin_days(*weeks(*c)), (40, 60), sample=300)
add("daily_chart.count_in_a_row", lambda *c: daily_chart.count_in_a_row(*weeks(*c)), (2,))

# ---- ratings, deliveries
SCALE = [1, 2, 3]
add("rating_means.rating_mean", lambda *c: rating_means.rating_mean(wide(*c), SCALE), (3, 4, 5), empty=(0, 0, 0))
add(
    "rating_means.rating_mean_interval",
    lambda *c: rating_means.rating_mean_interval(wide(*c), SCALE),
    (3, 4, 5),
    empty=(0, 0, 0),
    sample=600,
)
add(
    "rating_means.rating_mean_difference",
    lambda *c: rating_means.rating_mean_difference(wide(*c[:3]), wide(*c[3:]), SCALE),
    (3, 4, 5, 6, 4, 2),
    empty=(0,) * 6,
    sample=200,
)
add("plausibility.usual_volume", lambda *c: plausibility.usual_volume(wide(*c)), (3, 4, 5), empty=(NAN,) * 3)
add(
    "plausibility.volume_z",
    lambda *c: plausibility.volume_z(c[0], c[1], wide(*c[2:])),
    (90, 80, 1.1, 0.9),
    fixed=(2, 3),
    empty=(NAN,) * 4,
)
add(
    "plausibility.day_score",
    lambda *c: plausibility.day_score(*c[:2], wide(*c[2:4]), wide(*c[4:6]), wide(*c[6:])),
    (9, 30, 8, 9, 25, 33, 90, 140),
    empty=(0,) * 8,
)
add("discoveries.estimated_error", discoveries.estimated_error, (0.01, 31), fixed=(0,), empty=(0.01, 0))
add(
    "discoveries.reach",
    lambda p: discoveries.reach(
        wide(p) <= 0.3, 40, lambda z, asked: asked & (wide(p) <= distributions.two_sided_normal(z))
    ),
    (0.0001,),
    fixed=(0,),
)
add("shapley.mean_increments", lambda *c: shapley.mean_increments(wide(*c)), (0, 3, 4, 9), empty=(NAN,) * 4)
