"""The cases of `edge_cases` for the health score, mix and rate, and drivers."""

from __future__ import annotations

import numpy as np

from cxdash.statistics import (
    composite,
    decomposition,
    driver_reading,
    drivers,
)
from tests.properties.edge_cases import add, square, wide
from tests.properties.edge_states import first_bucket, listwise, pairwise, symmetric

NAN = float("nan")
FLOORS = [0.0, 60.0, 4.0], [50.0, 90.0, 1.0], [0.3, 0.25, 0.45]
CORRELATION = (0.5, 0.3, 0.2)


BUCKETS = (90.0, 80, 85, 95, 250, 230, 260, 240, 300, 290, 310, 280)

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
    "decomposition.pull",
    lambda *c: decomposition.pull(wide(*c[:2]), wide(*c[2:4]), wide(*c[4:6]), wide(*c[6:])),
    (400, 300, 200, 120, 300, 350, 165, 133),
    empty=(0,) * 8,
)
add(
    "decomposition.independent_mix_rate",
    lambda *c: decomposition.independent_mix_rate(*(wide(*c[i : i + 2]) for i in range(0, 12, 2)), deff=1.5),
    (400, 300, 200, 120, 0.25, 0.24, 300, 350, 165, 133, 0.25, 0.23),
    empty=(0,) * 12,
)
add("decomposition.effect_limits", decomposition.effect_limits, (-0.02, 0.01, 31), empty=(NAN,) * 3)
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
add("driver_reading.rated_together", lambda *c: driver_reading.rated_together(symmetric(*c)), (150, 140, 130))
add(
    "driver_reading.above_average",
    lambda *c: driver_reading.above_average(wide(*c[:2]), np.stack([wide(*c[2:4]), wide(*c[4:])], axis=-2), True),
    (0.1, 0.2, 0.11, 0.19, 0.12, 0.2),
    empty=(NAN,) * 6,
)
add(
    "driver_reading.pairwise_weights",
    lambda *c: driver_reading.pairwise_weights(*pairwise(*c)),
    BUCKETS,
    empty=(0,) * 12,
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
