"""CX health score: how much of each goal is attained, weighted by declared policy.

Goal attainment rather than z-scores: a z-score depends on the comparison set and drifts with past volatility. Floors,
targets and weights are policy, versioned in `config/targets.yaml` and kept in the edition (methods: composite 9).
"""

from __future__ import annotations

import numpy as np

from cxdash.language import N_
from cxdash.measures import Estimates, Floats
from cxdash.metrics.metric import Composite, Metric
from cxdash.statistics.composite import composite


def combine(
    values: Floats,
    errors: Floats,
    correlation: Floats,
    *,
    floors: Floats,
    targets: Floats,
    weights: Floats,
    minimum_coverage: float,
    critical: Floats,
) -> Estimates:
    """Health 0 … 100 per cell.

    Args:
        values: component values on the display scale, (cells, components), NaN = missing.
        errors: their standard errors.
        correlation: (components, components), from customer buckets, because components share customers.
        floors: values that count 0, (components,).
        targets: values that count 100.
        weights: policy weights.
        critical: 1 where a missing component leaves no score.
        minimum_coverage: share of the weight that must be available.

    `extra`: `coverage` and one `goal_<position>` per component (0 … 100).
    """
    safe = np.nan_to_num(errors)
    cov = safe[:, :, None] * correlation[None, :, :] * safe[:, None, :]
    result = composite(
        values, floors, targets, weights, cov, minimum_coverage=minimum_coverage, critical=critical.astype(bool)
    )
    count = np.isfinite(values).sum(axis=-1).astype(float)
    extra = {"coverage": result.coverage}
    extra |= {f"goal_{position}": result.goals[:, position] for position in range(values.shape[1])}
    return Estimates(
        value=result.score,
        low=result.low,
        high=result.high,
        n=count,
        n_eff=count,
        variance=result.se**2,
        largest=np.zeros(count.shape),
        extra=extra,
    )


METRIC = Metric(
    key="health",
    label=N_("CX health"),
    description=N_(
        "0 to 100: how much of the way from floor to target each component has gone, weighted by policy. Weights, "
        "floors and targets are decisions of the company and are listed under Definitions."
    ),
    counted=N_("components"),
    formula="Σ wᵢ·clip((xᵢ − floorᵢ)/(targetᵢ − floorᵢ), 0, 1)·100 / Σ wᵢ over available components; "
    "delta-method interval",
    unit="index",
    decimals=0,
    higher_is_better=True,
    sources=("OECD/JRC Handbook 2008",),
    computation=Composite(combine),
    # with fewer a component is often cut at floor or target by chance and then counts as known (COVERAGE.md)
    minimum_n=100,
    minimum_of=N_("answers or customers of any component"),
)
