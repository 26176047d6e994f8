"""What changed: every channel × region cell of several metrics against its own reference period, scanned honestly.

A scan of many cells finds "significant" changes in pure noise. Here p-values of one pre-declared level are corrected
together (Benjamini–Hochberg, q = .10), a minimum effect is required (the rule is `statistics.discoveries`), and
findings are ranked by what they contribute to the total, not by p (methods: section 8.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cxdash.answers.answer import Question, Row
from cxdash.answers.ask import answer, compared_answer
from cxdash.answers.effects import windows
from cxdash.answers.kept import kept
from cxdash.answers.tails import Tail, where_it_matters
from cxdash.edition import UNKNOWN, Edition
from cxdash.errors import CxdashError
from cxdash.measures import BUCKETS, Measure
from cxdash.metrics.catalogue import METRICS, find_metric
from cxdash.metrics.facts import FACTS
from cxdash.metrics.metric import Metric
from cxdash.selection import EVERYTHING, Policy, Selection
from cxdash.statistics.differences import fixed_interval_p
from cxdash.statistics.discoveries import scan_changes

Q = 0.10
"""Accepted share of false findings among the findings."""

MINIMUM_N = 30
"""Answers a cell needs in each of the two periods to be tested."""

LEVEL = ("channel", "region")
MINIMUM_EFFECT = {"points": 5.0, "percent": 3.0, "index": 5.0, "scale": 0.2, "seconds": 10.0}
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


@dataclass(frozen=True)
class _Cell:
    """A cell that can be tested.

    Attributes:
        degrees: of freedom of its design effect, infinite where answers are independent.
        tail: what its p is found from, and its place there.
    """

    metric: Metric
    row: Row
    contribution: float
    degrees: float
    tail: Tail


def scannable(edition: Edition) -> tuple[str, ...]:
    """Metrics that can be scanned at the declared level in this edition: shares and scores, no stocks or windows."""
    keys = []
    for key in edition.manifest.metrics:
        measure = METRICS[key].computation if key in METRICS else None
        if not isinstance(measure, Measure) or measure.inner or FACTS[measure.fact].clock != "flow":
            continue
        # how many answer is about the measurement, not about the service; touchpoints have a scan of their own
        if measure.fact not in ("invitations", "ratings"):
            offered = edition.manifest.facts[measure.fact].dimensions
            if any(dim in offered for dim in LEVEL):
                keys.append(key)
    return tuple(keys)


@kept(256)
def what_changed(
    edition: Edition,
    selection: Selection,
    policy: Policy = EVERYTHING,
    *,
    metrics: tuple[str, ...] | None = None,
    level: tuple[str, ...] = LEVEL,
) -> Scan:
    """Scan one declared level for changes against the selection's reference period."""
    if selection.compare == "none":
        return Scan((), 0)
    cells = [cell for key in metrics or scannable(edition) for cell in _cells(edition, key, selection, policy, level)]
    if not cells:
        return Scan((), 0)
    change, low, high, p, n, smallest, degrees = np.array([_tested(edition, cell) for cell in cells], dtype=float).T
    p = np.where(np.isnan(p), fixed_interval_p(change, low, high), p)
    p = where_it_matters([cell.tail for cell in cells], p, tested=n >= MINIMUM_N, degrees=degrees, q=Q)
    scan = scan_changes(change, low, high, p, n, smallest, degrees=degrees, q=Q, minimum_n=MINIMUM_N)
    findings = [
        Finding(cell.metric, cell.row, float(adjusted), cell.contribution)
        for cell, adjusted, is_found in zip(cells, scan.p_adjusted, scan.found, strict=True)
        if is_found
    ]
    findings.sort(key=lambda f: -abs(f.contribution) / minimum_effect(edition, f.metric))
    return Scan(tuple(findings), int(scan.tested.sum()))


def _cells(edition: Edition, key: str, selection: Selection, policy: Policy, level: Sequence[str]) -> list[_Cell]:
    metric = find_metric(key)
    measure = metric.computation
    assert isinstance(measure, Measure)
    offered = edition.manifest.facts[measure.fact].dimensions
    by = tuple(dim for dim in level if dim in offered)
    against = "year" if selection.compare == "year" else "previous"
    question = Question(key, selection, by=by, against=against)  # type: ignore[arg-type]
    tails = None
    try:
        if policy.rows and not measure.fixed_z:
            found, sides = compared_answer(edition, question, policy)
            tails = sides.tails()
        else:
            found = answer(edition, replace(question, with_p=True), policy)
        total = answer(edition, replace(question, by=(), against=None), policy).only.n or 0.0
    except CxdashError:
        return []  # the period or filter does not exist for this metric: nothing to scan
    counted = windows(edition, measure.fact, found.period)
    degrees = (BUCKETS - 1.0) * len(counted) if found.deff > 1 else np.inf
    return [
        _Cell(metric, row, row.difference.value * (row.n or 0.0) / total, degrees, (tails, place))
        for place, row in enumerate(found.rows)
        if row.difference is not None
        and row.difference.low is not None
        and row.difference.value is not None
        and row.difference.word != "too few answers"
        and UNKNOWN not in row.dimensions.values()  # "somewhere" is not a place anybody could act on
        and total > 0
    ]


def minimum_effect(edition: Edition, metric: Metric) -> float:
    """The smallest difference of a metric worth a sentence, on the display scale: the targets file's, else ours."""
    policy = edition.manifest.targets.get("metrics", {}).get(metric.key) or {}
    return float(policy.get("minimum_effect") or metric.minimum_effect or MINIMUM_EFFECT[metric.unit])


def _tested(edition: Edition, cell: _Cell) -> tuple[float | None, ...]:
    """What the rule looks at, in the order of its arguments."""
    found = cell.row.difference
    assert found is not None
    n = min(cell.row.n_eff or 0.0, found.reference_n or 0.0)
    smallest = minimum_effect(edition, cell.metric) / cell.metric.factor
    return found.value, found.low, found.high, found.p, n, smallest, cell.degrees
