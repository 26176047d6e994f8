"""Which component moved the health score? The score is a weighted mean of goals, so its change splits by component.

Exactly so where the same components are known on both dates; what the coming or going of a component does (weights are
shared among those that are there) is one part of its own (methods: section 9).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cxdash.answers.answer import Against, Difference, Question, Row
from cxdash.answers.ask import answer
from cxdash.answers.derived import component_keys
from cxdash.answers.kept import kept
from cxdash.edition import Edition
from cxdash.metrics.catalogue import find_metric
from cxdash.metrics.metric import Metric
from cxdash.periods import Period
from cxdash.selection import EVERYTHING, Policy, Selection
from cxdash.statistics.composite import attribute_change


@dataclass(frozen=True)
class Component:
    """A component's part of the change of the score, in points of the score; goals 0 … 100, None where not known."""

    metric: Metric
    weight: float
    goal_before: float | None
    goal_now: float | None
    part: float


@dataclass(frozen=True)
class Attribution:
    """The change of the score and its parts, largest first; `coverage`: the part of components that come and go."""

    metric: Metric
    period: Period
    reference: Period
    before: float
    now: float
    difference: Difference
    components: tuple[Component, ...]
    coverage: float

    @property
    def change(self) -> float:
        """The change of the score."""
        return self.now - self.before


@kept(256)
def attribute(edition: Edition, key: str, selection: Selection, policy: Policy = EVERYTHING) -> Attribution | None:
    """Attribute the change of a composite score to its components; None where either period has no score."""
    against: Against = "year" if selection.compare == "year" else "previous"
    row = answer(edition, Question(key, selection, against=against), policy).only
    if row.difference is None or row.value is None or row.difference.reference is None:
        return None
    reference = row.difference.reference_period
    assert reference is not None
    earlier = replace(selection, period=reference, period_text=str(reference))
    before = answer(edition, Question(key, earlier), policy).only
    keys = component_keys(edition)
    weights = edition.manifest.targets.get("health", {}).get("weights", {})
    w = np.array([float(weights[name]) for name in keys])
    goals = [np.array([_goal(one, place) for place in range(len(keys))], dtype=float) for one in (before, row)]
    parts = np.nan_to_num(attribute_change(goals[0][None], goals[1][None], w)[0])
    known = [[float(goal) if np.isfinite(goal) else None for goal in side] for side in goals]
    components = [
        Component(find_metric(name), float(w[i] / w.sum()), known[0][i], known[1][i], float(parts[i]))
        for i, name in enumerate(keys)
    ]
    return Attribution(
        metric=find_metric(key),
        period=row.period,
        reference=reference,
        before=row.difference.reference,
        now=row.value,
        difference=row.difference,
        components=tuple(sorted(components, key=lambda c: (-abs(c.part), -c.weight))),
        coverage=row.value - row.difference.reference - float(parts.sum()),
    )


def _goal(row: Row, place: int) -> float:
    return row.extra.get(f"goal_{place}", float("nan"))
