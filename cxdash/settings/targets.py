"""What `config/targets.yaml` may say: what the company calls good, and how its health score is put together.

Targets are policy, not measurement: they carry a version and a date, and history is judged by the version in force.
Metric names are checked where the catalogue is known; here only their shape and their agreement with each other.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from cxdash.settings.models import Sentence, Strict

Positive = Annotated[float, Field(gt=0)]


class MetricTarget(Strict):
    """Goals of one metric in display units (NPS points, shares in percent, means on their scale).

    Attributes:
        target: value that counts as fully reached.
        floor: value that counts as not reached at all; above the target for metrics where less is better.
        minimum_effect: smallest change anybody should act on.
    """

    target: float | None = None
    floor: float | None = None
    minimum_effect: Positive | None = None

    @model_validator(mode="after")
    def _separate_floor(self) -> Self:
        if self.target is not None and self.target == self.floor:
            raise ValueError("has the same target and floor; goal attainment would be undefined")
        return self


class HealthSettings(Strict):
    """The composite health score.

    Attributes:
        weights: metric → weight; only their ratio counts.
        minimum_coverage: share of the weight that must be measurable, else there is no score.
        critical: metrics without which there is no score.
    """

    weights: dict[str, Positive] = Field(default_factory=dict)
    minimum_coverage: Annotated[float, Field(gt=0, le=1)] = 0.7
    critical: tuple[str, ...] = Field(default=(), strict=False)


class TargetSettings(Strict):
    """`config/targets.yaml`. A project without this file has no targets and no health score."""

    version: Sentence = "none"
    valid_from: date | None = None
    metrics: dict[str, MetricTarget] = Field(default_factory=dict)
    health: HealthSettings = HealthSettings()


def find_disagreements(targets: TargetSettings) -> list[tuple[tuple[str, ...], str]]:
    """Parts of the file that contradict each other: (key path, sentence) for each."""
    found: list[tuple[tuple[str, ...], str]] = []
    for metric in targets.health.weights:
        goal = targets.metrics.get(metric)
        if goal is None or goal.target is None or goal.floor is None:
            sentence = f"has a weight but no target and floor; give both under metrics.{metric}"
            found.append((("health", "weights", metric), sentence))
    strangers = [metric for metric in targets.health.critical if metric not in targets.health.weights]
    missing = "which has no weight under health.weights"
    return found + [(("health", "critical"), f"names “{metric}”, {missing}") for metric in strangers]
