"""The cases of `edge_cases` for channels, benchmarks, drivers, money, charts and what may be shown."""

from __future__ import annotations

from typing import Any

import numpy as np

from cxdash.statistics import (
    benchmark,
    buckets,
    channel_index,
    channel_pairs,
    composite,
    consistency,
    daily_chart,
    decomposition,
    discoveries,
    driver_reading,
    drivers,
    handoff,
    histograms,
    plausibility,
    rating_means,
    roi,
    shapley,
    suppression,
    weekdays,
    weighting,
)
from tests.properties.edge_cases import Column, add, square, wide

NAN = float("nan")
DAYS = np.arange(70) % 7
FLOORS = [0.0, 60.0, 4.0], [50.0, 90.0, 1.0], [0.3, 0.25, 0.45]
CORRELATION = (0.5, 0.3, 0.2)


def symmetric(*above: Column) -> Column:
    """A 3x3 matrix with a diagonal of ones from three columns above it."""
    a, b, c = above
    one = np.ones_like(a)
    return np.stack([wide(one, a, b), wide(a, one, c), wide(b, c, one)], axis=-2)


def listwise(*columns: Column) -> tuple[Column, Column, Column]:
    """Four buckets of n customers, two sums each, and products that fit them."""
    n, sums = wide(*columns[:4]), np.stack([wide(*columns[4:8]), wide(*columns[8:])], axis=-1)
    cross = sums[..., :, None] * sums[..., None, :] / np.where(n > 0, n, 1.0)[..., None, None]
    return n, sums, cross + n[..., None, None] * np.array([[2.0, 0.5], [0.5, 2.0]])


def first_bucket(*columns: Column) -> tuple[Column, Column, Column]:
    """The first of them alone."""
    n, sums, cross = listwise(*columns)
    return n[..., 0], sums[..., 0, :], cross[..., 0, :, :]


def pairwise(*columns: Column) -> tuple[Column, ...]:
    """The same as pairwise state."""
    n, sums, cross = listwise(*columns)
    both = n[..., None, None] * np.ones((2, 2))
    ours = sums[..., :, None] * np.ones((2, 2))
    squares = np.diagonal(cross, axis1=-2, axis2=-1)[..., :, None] * np.ones((2, 2))
    return both, ours, squares, cross


def weeks(*columns: Column) -> list[Column]:
    """Each column as ten weeks of days that differ a little."""
    return [np.asarray(c)[..., None] * (1 + 0.01 * (np.arange(70) * 7 % 11)) for c in columns]


BUCKETS = (90.0, 80, 85, 95, 250, 230, 260, 240, 300, 290, 310, 280)
PAIRS = [0, 0, 1], [1, 2, 2]

# ---- channels
add(
    "consistency.level_spread",
    lambda *c: consistency.level_spread(wide(*c[:3]), wide(*c[3:]), [0.5, 0.3, 0.2], reference_spread=30.0),
    (40, 30, 10, 8, 9, 12),
    empty=(NAN,) * 6,
    sample=300,
)
add(
    "consistency.correlated_level_spread",
    lambda *c: consistency.correlated_level_spread(
        wide(*c[:3]), symmetric(*c[3:]) * 9, [0.5, 0.3, 0.2], reference_spread=30.0
    ),
    (40, 30, 10, *CORRELATION),
    fixed=(3, 4, 5),
    empty=(NAN,) * 6,
    sample=300,
)
add("consistency.smoothed_nps_variance", consistency.smoothed_nps_variance, (15, 25, 60), empty=(0, 0, 0))
add(
    "consistency.standardise_levels",
    lambda *c: consistency.standardise_levels(square(c[:4], 2), square(c[4:], 2), [0.4, 0.6]),
    (40, 30, 10, 20, 8, 9, 12, 7),
    empty=(NAN,) * 8,
)
add(
    "consistency.heterogeneity",
    lambda *c: consistency.heterogeneity(wide(*c[:3]), wide(*c[3:])),
    (40, 30, 10, 8, 9, 12),
    empty=(NAN,) * 6,
)
add(
    "consistency.raw_spread",
    lambda *c: consistency.raw_spread(wide(*c[:3]), wide(*c[3:])),
    (40, 30, 10, 8, 9, 12),
    empty=(0,) * 6,
)
add("consistency.reference_spread", consistency.reference_spread, (75,), empty=(NAN,))
add("consistency.typical_difference", consistency.typical_difference, (12,), empty=(NAN,))
add(
    "channel_pairs.paired_levels",
    lambda *c: channel_pairs.paired_levels(*PAIRS, wide(*c[:3]), wide(*c[3:6]), wide(*c[6:]), channels=3),
    (200, 150, 120, -1500, -3000, -600, 900000, 800000, 500000),
    empty=(0,) * 9,
    sample=800,
)
add(
    "channel_pairs.individual_excess",
    channel_pairs.individual_excess,
    (900, 5.4e6, 8e10, 600, 3e6, 4.2e10),
    empty=(0,) * 6,
)
add(
    "channel_pairs.excess_index",
    lambda *c: channel_pairs.excess_index(channel_pairs.individual_excess(*c[:6]), c[6]),
    (900, 5.4e6, 8e10, 600, 3e6, 4.2e10, 30),
    fixed=(6,),
    empty=(0,) * 7,
)
add("channel_pairs.headline_excess", channel_pairs.headline_excess, (900, 800))
add("channel_pairs.sum_transitions", lambda *c: channel_pairs.sum_transitions(square(c, 2), [0, 100]), (9, 2, 3, 8))
add("handoff.handoff_continuity", handoff.handoff_continuity, (70, 100), empty=(0, 0))
add("handoff.crossing_share", handoff.crossing_share, (70, 100), empty=(0, 0))
add("handoff.broken_legs", handoff.broken_legs, (100, 20, 9, 6, 40), empty=(0,) * 5)
add("channel_index.choose_level", channel_index.choose_level, (70, 400, 75, 60), fixed=(0, 2, 3), empty=(NAN,) * 4)
add(
    "channel_index.combined_index",
    lambda *c: channel_index.combined_index(c[0], wide(*c[1:3]), c[3], wide(*c[4:])),
    (70, 71, 69, 60, 62, 59),
    fixed=tuple(range(6)),
    gaps=("alone",),
    empty=(NAN,) * 6,
)

# ---- benchmarks
add(
    "benchmark.published_interval",
    lambda v, low, high, n: benchmark.published_interval(v, low=low, high=high, n=n),
    (0.4, 0.3, 0.5, 90),
    fixed=(0, 1, 2),
    empty=(0.4, NAN, NAN, 0),
)
add("benchmark.max_variance_interval", benchmark.max_variance_interval, (0.4, 90), fixed=(0,), empty=(0.4, 0))
add("benchmark.min_variance_interval", benchmark.min_variance_interval, (0.4, 90), fixed=(0,), empty=(0.4, 0))
add("benchmark.gap", benchmark.gap, (3, 2, 4, 1, 0, 2), empty=(NAN,) * 6)
add("benchmark.break_even_se", benchmark.break_even_se, (9, 1), empty=(0, 1))
add("benchmark.percentile", lambda *c: benchmark.percentile(c[0], wide(*c[1:])), (45, 38, 52, 30), empty=(NAN,) * 4)
add("benchmark.percentile_from_quartiles", benchmark.percentile_from_quartiles, (45, 30, 40, 50), empty=(NAN,) * 4)
add("benchmark.distinct_waves", lambda *c: benchmark.distinct_waves(wide(*c)), (45, 38, 52), empty=(NAN,) * 3)
add(
    "benchmark.rank_interval",
    lambda *c: benchmark.rank_interval(wide(*c[:3]), wide(*c[3:])),
    (45, 38, 52, 3, 2, 2),
    empty=(NAN,) * 6,
)
add("benchmark.velocity", benchmark.velocity, (32, 37, 30, 33, 2, 2, 1, 1), empty=(NAN,) * 8)
add(
    "benchmark.trend_known_variance",
    lambda *c: benchmark.trend_known_variance(range(4), wide(*c[:4]), wide(*c[4:])),
    (32, 33, 31, 35, 3, 3, 2, 3),
    empty=(NAN,) * 8,
)
add(
    "benchmark.relative_velocity",
    lambda *c: benchmark.relative_velocity(
        benchmark.Trend(c[0], c[1], c[1], c[1]), benchmark.Trend(c[2], c[3], c[3], c[3])
    ),
    (1, 0.4, 0.5, 0.3),
    empty=(NAN,) * 4,
)

# ---- buckets and weights
add("buckets.without_each", lambda *c: buckets.without_each(wide(*c)), (3, 4, 5))
add("buckets.jackknife", lambda *c: buckets.jackknife(c[0], wide(*c[1:])), (3, 4, 5, 6), empty=(NAN,) * 4)
add(
    "buckets.jackknife_covariance",
    lambda *c: buckets.jackknife_covariance(c[0], wide(*c[1:3]), c[3], wide(*c[4:])),
    (3, 4, 5, 6, 7, 5),
    empty=(NAN,) * 6,
)
add("buckets.t_interval", buckets.t_interval, (3, 4, 5), empty=(3, 4, 1))
add("buckets.design_effect", buckets.design_effect, (3, 2))
add(
    "buckets.pooled_design_effect",
    lambda *c: buckets.pooled_design_effect(wide(*c[:2]), wide(*c[2:]), axis=-1),
    (3, 2, 1, 2),
)
add(
    "buckets.difference_in_differences",
    lambda *c: buckets.difference_in_differences(c[:4], (wide(*c[4:6]), wide(*c[6:8]), wide(*c[8:10]), wide(*c[10:]))),
    (9, 7, 6, 5, 9, 8, 7, 6, 6, 5, 5, 4),
    empty=(NAN,) * 12,
)
add("weighting.nonresponse_bounds", weighting.nonresponse_bounds, (0.4, 0.1), empty=(NAN, 0.1))
add(
    "weighting.weighted_nps",
    lambda *c: weighting.weighted_nps(wide(*c[:3]), wide(*c[3:6]), wide(*c[6:])),
    (3, 3, 6, 3.5, 3.5, 8, 5.25, 5.25, 15.5),
    empty=(0,) * 9,
)
add(
    "weighting.post_stratified_nps",
    lambda *c: weighting.post_stratified_nps(np.stack([wide(*c[:3]), wide(*c[3:])], axis=-2), [0.4, 0.6]),
    (5, 15, 30, 12, 10, 18),
    empty=(0,) * 6,
)
add(
    "weighting.collapse_thin_strata",
    lambda *c: weighting.collapse_thin_strata(wide(*c[:3]), [0.5, 0.3, 0.2], wide(*c[3:])[..., None]),
    (9, 1, 8, 3, 1, 2),
)
add("weighting.mostly_matched", weighting.mostly_matched, (90, 100))
add(
    "weighting.panel_change",
    lambda *c: weighting.panel_change(square(c, 3)),
    (20, 8, 4, 6, 40, 14, 3, 12, 93),
    empty=(0,) * 9,
)

# ---- health score, mix and rate
add("composite.goal_attainment", composite.goal_attainment, (32, 0, 50), empty=(32, 5, 5))
add(
    "composite.composite",
    lambda *c: composite.composite(wide(*c[:3]), *FLOORS, symmetric(*c[3:])),
    (32, 82, 2.1, *CORRELATION),
    fixed=tuple(range(6)),
    empty=(NAN,) * 6,
)
add(
    "composite.attribute_change",
    lambda *c: composite.attribute_change(wide(*c[:3]), wide(*c[3:]), [1, 2, 3]),
    (64, 73, 63, 60, 75, 64),
)
add(
    "composite.geometric_score",
    lambda *c: composite.geometric_score(wide(*c), [1, 2, 3]),
    (64, 73, 63),
    empty=(NAN,) * 3,
)
add("composite.weakest_component", lambda *c: composite.weakest_component(wide(*c)), (64, 73, 63), empty=(NAN,) * 3)
add(
    "composite.bucketed_composite",
    lambda *c: composite.bucketed_composite(wide(*c[:3]), np.stack([wide(*c[3:6]), wide(*c[6:])], axis=-2), *FLOORS),
    (32, 82, 2.1, 31, 83, 2, 33, 81, 2.2),
    fixed=tuple(range(9)),
    empty=(NAN,) * 9,
)
add(
    "composite.weight_range",
    lambda *c: composite.weight_range(wide(*c), [1, 2, 3], draws=50),
    (64, 73, 63),
    empty=(NAN,) * 3,
)
add(
    "composite.sign_flips",
    lambda *c: composite.sign_flips(wide(*c[:3]), wide(*c[3:]), [1, 2, 3], draws=50),
    (64, 73, 63, 60, 75, 64),
    empty=(NAN,) * 6,
)
add(
    "decomposition.mix_rate",
    lambda *c: decomposition.mix_rate(wide(*c[:2]), wide(*c[2:4]), wide(*c[4:6]), wide(*c[6:])),
    (400, 300, 200, 120, 300, 350, 165, 133),
    empty=(0,) * 8,
)
add(
    "decomposition.simpson_flag",
    lambda *c: decomposition.simpson_flag(wide(*c[:2]), wide(*c[2:4]), wide(*c[4:6]), wide(*c[6:])),
    (400, 300, 200, 120, 300, 350, 165, 133),
)
add(
    "decomposition.bucketed_mix_rate",
    lambda *c: decomposition.bucketed_mix_rate(*(square(c[i : i + 4], 2) for i in (0, 4, 8, 12))),
    (40, 30, 20, 12, 20, 12, 9, 7, 30, 35, 16, 13, 16, 13, 8, 6),
    empty=(0,) * 16,
)
add(
    "decomposition.attribute_factors",
    lambda *c: decomposition.attribute_factors(lambda x, y: x * y, c[:2], c[2:]),
    (3, 4, 5, 6),
    empty=(NAN,) * 4,
)

# ---- drivers
add("drivers.correlations", lambda *c: drivers.correlations(*first_bucket(*c)), BUCKETS, empty=(0,) * 12)
add(
    "drivers.pairwise_correlations",
    lambda *c: drivers.pairwise_correlations(*(v[..., 0, :, :] for v in pairwise(*c))),
    BUCKETS,
    empty=(0,) * 12,
)
add("drivers.smallest_eigenvalue", lambda *c: drivers.smallest_eigenvalue(symmetric(*c)), CORRELATION, fixed=(0, 1, 2))
add("drivers.repaired", lambda *c: drivers.repaired(symmetric(*c)), CORRELATION, fixed=(0, 1, 2))
add(
    "drivers.relative_weights",
    lambda *c: drivers.relative_weights(symmetric(*c[:3]), wide(*c[3:])),
    (*CORRELATION, 0.4, 0.3, 0.2),
    fixed=tuple(range(6)),
    empty=(NAN,) * 6,
)
add(
    "drivers.lmg",
    lambda *c: drivers.lmg(symmetric(*c[:3]), wide(*c[3:])),
    (*CORRELATION, 0.4, 0.3, 0.2),
    fixed=tuple(range(6)),
    empty=(NAN,) * 6,
)
add("drivers.explained", lambda *c: drivers.explained(wide(*c)), (0.1, 0.2), empty=(NAN, NAN))
add("drivers.bucketed_weights", lambda *c: drivers.bucketed_weights(*listwise(*c)), BUCKETS, empty=(0,) * 12)
add(
    "drivers.weight_intervals",
    lambda *c: drivers.weight_intervals(wide(*c[:2]), np.stack([wide(*c[2:4]), wide(*c[4:])], axis=-2), True),
    (0.1, 0.2, 0.11, 0.19, 0.12, 0.2),
    empty=(NAN,) * 6,
)
add("drivers.without_gaps", lambda *c: drivers.without_gaps(symmetric(*c)), CORRELATION)
add(
    "driver_reading.hide_thin_pairs",
    lambda *c: driver_reading.hide_thin_pairs(symmetric(*c[:3]), symmetric(*c[3:]) + 200),
    (*CORRELATION, 150, 140, 130),
    fixed=tuple(range(6)),
)
add(
    "driver_reading.effective_size",
    lambda *c: driver_reading.effective_size(symmetric(*c)),
    (150, 140, 130),
    empty=(NAN,) * 3,
)
add("driver_reading.mostly_missing", lambda *c: driver_reading.mostly_missing(wide(*c[:2]), c[2]), (90, 70, 100))
add(
    "driver_reading.variance_inflation",
    lambda *c: driver_reading.variance_inflation(symmetric(*c)),
    CORRELATION,
    fixed=(0, 1, 2),
    empty=(NAN,) * 3,
)
add("driver_reading.nearly_copies", lambda *c: driver_reading.nearly_copies(symmetric(*c)), CORRELATION)
add(
    "driver_reading.slopes",
    lambda *c: driver_reading.slopes(symmetric(*c[:3]), wide(*c[3:6]), c[6]),
    (*CORRELATION, 0.4, 0.3, 0.2, 900),
    fixed=tuple(range(6)),
    empty=(NAN,) * 7,
)
add(
    "driver_reading.weight_differences",
    lambda *c: driver_reading.weight_differences(wide(*c[:2]), np.stack([wide(*c[2:4]), wide(*c[4:])], axis=-2), True),
    (0.1, 0.2, 0.11, 0.19, 0.12, 0.2),
    empty=(NAN,) * 6,
)
add(
    "driver_reading.bucketed_pairwise_weights",
    lambda *c: driver_reading.bucketed_pairwise_weights(*pairwise(*c)),
    BUCKETS,
    empty=(0,) * 12,
)
add("driver_reading.reach", lambda *c: driver_reading.reach(wide(*c[:2]), c[2]), (90, 70, 100), empty=(0, 0, 0))
add("driver_reading.priority", driver_reading.priority, (0.4, 0.7, 0.9), empty=(NAN,) * 3)
add("driver_reading.rankable", driver_reading.rankable, (0.4,))
add(
    "driver_reading.disagreement",
    lambda *c: driver_reading.disagreement(wide(*c[:2]), wide(*c[2:])),
    (0.1, 0.2, 0.11, 0.21),
    empty=(NAN,) * 4,
)

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
add("shapley.mean_increments", lambda *c: shapley.mean_increments(wide(*c)), (0, 3, 4, 9), empty=(NAN,) * 4)
