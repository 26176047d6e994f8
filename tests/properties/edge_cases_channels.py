"""The cases of `edge_cases` for channels, benchmarks, buckets and weights."""

from __future__ import annotations

import numpy as np

from cxdash.statistics import (
    benchmark,
    buckets,
    channel_gains,
    channel_index,
    channel_pairs,
    consistency,
    handoff,
    weighting,
    word_contrast,
)
from tests.properties.edge_cases import add, square, wide
from tests.properties.edge_states import symmetric

NAN = float("nan")
CORRELATION = (0.5, 0.3, 0.2)


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
add("channel_index.limits_of_halves", channel_index.limits_of_halves, (70, 60, 80, 55, 50, 60), empty=(NAN,) * 6)
add(
    "channel_gains.level_gaps",
    lambda *c: channel_gains.level_gaps(wide(*c[:3]), symmetric(*c[3:]) * 9, [0.5, 0.3, 0.2], reference_spread=30.0),
    (40, 30, 10, *CORRELATION),
    fixed=(3, 4, 5),
    empty=(NAN,) * 6,
    sample=300,
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

# ---- words
add("word_contrast.word_contrast", word_contrast.word_contrast, (30, 200, 20, 900), empty=(0, 0, 0, 0))

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
