"""What changed: every channel × region cell of several metrics against its own reference period, scanned honestly.

A scan of many cells finds "significant" changes in pure noise. Here p-values of one pre-declared level are corrected
together (Benjamini–Hochberg, q = .10), a minimum effect is required, and findings are ranked by what they contribute
to the total, not by p (methods: section 8.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cxdash.answers.answer import Question, Row
from cxdash.answers.ask import answer
from cxdash.edition import UNKNOWN, Edition
from cxdash.errors import CxdashError
from cxdash.measures import Measure
from cxdash.metrics.catalogue import METRICS, find_metric
from cxdash.metrics.facts import FACTS
from cxdash.metrics.metric import Metric
from cxdash.selection import EVERYTHING, Policy, Selection
from cxdash.statistics.monitoring import benjamini_hochberg

Q = 0.10
"""Accepted share of false findings among the findings."""

MINIMUM_N = 30
LEVEL = ("channel", "region")
MINIMUM_EFFECT = {"points": 5.0, "percent": 3.0, "index": 5.0, "scale": 0.2}
"""Smallest change worth a sentence, on the display scale, where the targets file sets none."""


@dataclass(frozen=True)
class Finding:
    """A change that survived the correction. `contribution`: its effect on the total, in the metric's unit."""

    metric: Metric
    row: Row
    p_adjusted: float
    contribution: float

    @property
    def good(self) -> bool:
        """Whether it is a change for the better."""
        assert self.row.difference is not None
        assert self.row.difference.value is not None
        return (self.row.difference.value > 0) == self.metric.higher_is_better


@dataclass(frozen=True)
class Scan:
    """Findings, heaviest first, and how many cells were tested."""

    findings: tuple[Finding, ...]
    tested: int


def scannable(edition: Edition) -> tuple[str, ...]:
    """Metrics that can be scanned at the declared level in this edition: shares and scores, no stocks or windows."""
    keys = []
    for key in edition.manifest.metrics:
        measure = METRICS[key].computation if key in METRICS else None
        if not isinstance(measure, Measure) or measure.inner or FACTS[measure.fact].clock != "flow":
            continue
        # how many answer is about the measurement, not about the service: it is no finding of this scan
        if measure.fact != "invitations":
            offered = edition.manifest.facts[measure.fact].dimensions
            if any(dim in offered for dim in LEVEL):
                keys.append(key)
    return tuple(keys)


def what_changed(
    edition: Edition, selection: Selection, policy: Policy = EVERYTHING, *, metrics: Sequence[str] | None = None
) -> Scan:
    """Scan the declared level for changes against the selection's reference period."""
    if selection.compare == "none":
        return Scan((), 0)
    tested: list[tuple[Metric, Row, float]] = []
    for key in metrics or scannable(edition):
        tested += _cells(edition, key, selection, policy)
    if not tested:
        return Scan((), 0)
    adjusted = benjamini_hochberg(np.array([row.difference.p for _, row, _ in tested if row.difference], dtype=float))
    findings = [
        Finding(metric, row, float(p), contribution)
        for (metric, row, contribution), p in zip(tested, adjusted, strict=True)
        if p <= Q and row.difference and row.difference.word in ("up", "down") and _large_enough(edition, metric, row)
    ]
    findings.sort(key=lambda f: -abs(f.contribution) / _minimum(edition, f.metric))
    return Scan(tuple(findings), len(tested))


def _cells(edition: Edition, key: str, selection: Selection, policy: Policy) -> list[tuple[Metric, Row, float]]:
    metric = find_metric(key)
    assert isinstance(metric.computation, Measure)
    offered = edition.manifest.facts[metric.computation.fact].dimensions
    level = tuple(dim for dim in LEVEL if dim in offered)
    against = "year" if selection.compare == "year" else "previous"
    question = Question(key, selection, by=level, against=against, with_p=True)  # type: ignore[arg-type]
    try:
        rows = answer(edition, question, policy).rows
        total = answer(edition, replace(question, by=(), against=None, with_p=False), policy).only.n or 0.0
    except CxdashError:
        return []  # the period or filter does not exist for this metric: nothing to scan
    return [
        (metric, row, row.difference.value * (row.n or 0.0) / total)
        for row in rows
        if row.difference is not None
        and row.difference.p is not None
        and row.difference.value is not None
        and row.difference.word != "too few answers"
        and (row.n or 0) >= MINIMUM_N
        and UNKNOWN not in row.dimensions.values()  # "somewhere" is not a place anybody could act on
        and total > 0
    ]


def _minimum(edition: Edition, metric: Metric) -> float:
    policy = edition.manifest.targets.get("metrics", {}).get(metric.key) or {}
    return float(policy.get("minimum_effect") or MINIMUM_EFFECT[metric.unit])


def _large_enough(edition: Edition, metric: Metric, row: Row) -> bool:
    assert row.difference is not None
    assert row.difference.value is not None
    return abs(row.difference.value) * metric.factor >= _minimum(edition, metric)
