"""What a question is answered with: rows of values that carry n, interval, period, flags and where they came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from cxdash.metrics.metric import Metric
from cxdash.periods import Period
from cxdash.selection import Policy, Selection

Against = Literal["previous", "year", "target"]
ChangeWord = Literal["up", "down", "no clear change", "too few answers"]

HIDDEN = "hidden"
"""Flag: suppressed, because fewer than 5 people stand behind it or because it would give such a number away."""
LOW_BASE = "low base"
"""Flag: too few effective answers for colour, rank or test."""
NO_DATA = "no data"
"""Flag: nothing in the data meets the selection."""
CLAMPED = "period cut"
"""Flag: the period was cut to days that are complete and mature."""


@dataclass(frozen=True)
class Question:
    """What is asked of an edition.

    Attributes:
        metric: key in the catalogue.
        selection: days, filters.
        by: up to two dimensions. grain: "" or a grain for a series.
        against: what to compare each row with, or None.
        with_p: also compute p-values (costly; only for cells shown or scanned).
    """

    metric: str
    selection: Selection
    by: tuple[str, ...] = ()
    grain: str = ""
    against: Against | None = None
    with_p: bool = False


@dataclass(frozen=True)
class Difference:
    """A value minus what it is compared with, in the metric's own unit.

    `p` is None where it was not asked for or where the reference has no uncertainty (a target); above .3 it is that of
    a normal difference with this interval.
    """

    against: Against
    reference: float | None
    reference_n: float | None
    reference_period: Period | None
    value: float | None
    low: float | None
    high: float | None
    p: float | None
    word: ChangeWord


@dataclass(frozen=True)
class Row:
    """One value. Numbers are in the metric's own unit; None where hidden or not defined."""

    dimensions: dict[str, str]
    period: Period
    value: float | None
    low: float | None
    high: float | None
    n: float | None
    n_eff: float | None
    flags: tuple[str, ...] = ()
    difference: Difference | None = None
    extra: dict[str, float] = field(default_factory=dict)

    @property
    def reliable(self) -> bool:
        """Whether it may be coloured, ranked and tested."""
        return self.value is not None and LOW_BASE not in self.flags

    def on_basis(self, basis: str) -> tuple[float | None, float | None, float | None]:
        """Value and limits in the form that targets apply to (`Metric.target_basis`); "" = as they are.

        A row without that form (a cell that is hidden or has no value) has None.
        """
        if not basis:
            return self.value, self.low, self.high
        return self.extra.get(basis), self.extra.get(f"{basis}_low"), self.extra.get(f"{basis}_high")


@dataclass(frozen=True)
class Answer:
    """Rows and what is needed to trust them.

    Attributes:
        period: the days actually used, which maturity or the end of the data may have cut short.
        grain: of a series, or "" for one value per group.
        source: the grid used, or "rows" where no grid covers the question.
        deff: largest design effect applied (1 = answers counted as independent).
    """

    metric: Metric
    selection: Selection
    policy: Policy
    period: Period
    by: tuple[str, ...]
    grain: str
    rows: tuple[Row, ...]
    edition: str
    data_as_of: str
    source: str
    deff: float
    notes: tuple[str, ...] = ()

    @property
    def only(self) -> Row:
        """The single row of an answer without breakdown or grain."""
        if len(self.rows) != 1:
            raise ValueError(f"{len(self.rows)} rows where one was expected")
        return self.rows[0]


def row_as_dict(answer: Answer, row: Row, shown: str) -> dict[str, Any]:
    """A row for machines, numbers on the display scale (points, percent); `shown` is the text every face prints."""
    factor = answer.metric.factor

    def scaled(value: float | None) -> float | None:
        return None if value is None else round(value * factor, 6)

    change = row.difference
    return {
        "metric": answer.metric.key,
        "dimensions": row.dimensions,
        "from": row.period.start.isoformat(),
        "to": row.period.end.isoformat(),
        "value": scaled(row.value),
        "low": scaled(row.low),
        "high": scaled(row.high),
        "shown": shown,
        "unit": answer.metric.unit,
        "n": _count(row.n),
        "n_eff": None if row.n_eff is None else round(row.n_eff, 3),
        "counted": answer.metric.counted,
        "flags": list(row.flags),
        "extra": {name: round(value, 6) for name, value in row.extra.items()},
        "comparison": None
        if change is None
        else {
            "against": change.against,
            "from": change.reference_period.start.isoformat() if change.reference_period else None,
            "to": change.reference_period.end.isoformat() if change.reference_period else None,
            "reference": scaled(change.reference),
            "reference_n": _count(change.reference_n),
            "difference": scaled(change.value),
            "low": scaled(change.low),
            "high": scaled(change.high),
            "p": change.p,
            "word": change.word,
        },
        "edition": answer.edition,
        "data_as_of": answer.data_as_of,
        "grid": answer.source,
    }


def _count(n: float | None) -> int | float | None:
    return None if n is None else (int(n) if float(n).is_integer() else round(n, 3))
