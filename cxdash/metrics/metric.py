"""What a metric is: a measure and the way it is presented, declared together in one module per metric.

Everything that pages, mails, definitions, scans and tests need to know about a metric is in its `Metric` value; a new
metric therefore appears everywhere by being listed once in `cxdash.metrics.catalogue`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from cxdash.measures import Estimates, Floats, Measure

Unit = Literal["points", "percent", "index", "scale", "seconds"]
"""points: NPS-like, ×100 with sign; percent: share, ×100; index: 0 … 100; scale: mean on its question's scale.

seconds: a length of time, printed in the unit a person would say ("48 s", "2 min 10 s", "1.4 h", "2.3 days")."""

DISPLAY_FACTOR: Mapping[Unit, float] = {"points": 100.0, "percent": 100.0, "index": 1.0, "scale": 1.0, "seconds": 1.0}


@dataclass(frozen=True)
class Composite:
    """A metric computed from other metrics' estimates: goal attainment weighted by policy.

    Attributes:
        combine: (values, errors, correlation, floors, targets, weights, minimum coverage, critical) → Estimates;
            arrays of components have shape (cells, components) on the display scale.
    """

    combine: Callable[..., Estimates]


@dataclass(frozen=True)
class Figure:
    """A score with its 95 % limits on the unit scale, arrays (cells,); limits NaN where none are known."""

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class BenchmarkGap:
    """A metric computed from another metric's estimate and published figures of others.

    Attributes:
        of: keys of the metrics that published figures may be compared with.
        compare: (our figure, the published one, n of ours) → Estimates of the gap, unit scale.
    """

    of: tuple[str, ...]
    compare: Callable[[Figure, Figure, Floats], Estimates]


@dataclass(frozen=True)
class ConsistencyIndex:
    """A metric computed from the channels' levels, in the best form the data allow, and from another metric.

    Attributes:
        levels: the levels as they are.
        pairs: fact of pairs of ratings by one customer, for levels without case mix.
        handoffs: key of the metric that says how well issues move between channels.
    """

    levels: Measure
    pairs: str
    handoffs: str


@dataclass(frozen=True)
class Metric:
    """A measure and its presentation.

    Attributes:
        key: name in commands, URLs and configuration.
        label: short name shown to people (translated where shown).
        description: one or two plain sentences: what it says.
        counted: what n counts, in the plural ("answers").
        formula: the definition as a formula, and how its interval is made.
        unit, decimals: how a value is printed; rounding happens once, in the report.
        higher_is_better: direction that is good for the customer.
        sources: literature the formula comes from.
        computation: how it is computed.
        minimum_n: effective n below which it is shown as "low base".
        minimum_of: what that n counts, in the plural; "" where it is what `counted` says.
        version: grows when the definition changes.
        target_basis: name of the `Estimates.extra` a target applies to, its limits under the same name with `_low` and
            `_high`; "" for the value itself.
        windows: grains it exists for; () means any period.
        minimum_effect: smallest change worth a sentence, on the display scale, where the targets file sets none; None =
            what its unit has.
        needs: dotted "table.column"s without which it cannot be computed, though the contract does not require them.
    """

    key: str
    label: str
    description: str
    counted: str
    formula: str
    unit: Unit
    decimals: int
    higher_is_better: bool
    sources: tuple[str, ...]
    computation: Measure | Composite | BenchmarkGap | ConsistencyIndex
    minimum_n: int = 30
    minimum_of: str = ""
    version: int = 1
    target_basis: str = ""
    windows: tuple[str, ...] = ()
    minimum_effect: float | None = None
    needs: tuple[str, ...] = ()

    @property
    def factor(self) -> float:
        """Multiply a value by this for display."""
        return DISPLAY_FACTOR[self.unit]
