"""The form of the planted truth: a story element with its effects, and a stretch in which nothing happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from cxdash.demo.plan import Span

Where = tuple[tuple[str, tuple[str, ...]], ...]
"""Filters: dimension and its values, all of which hold."""

Against = Literal["before", "rest", "control", "own view"]


@dataclass(frozen=True)
class Effect:
    """One measurable trace of a story element.

    Attributes:
        metric: what moves: a metric of the catalogue, or a column or ratio named in `StoryElement.sentence`.
        where: the filters inside which it moves, beside those of the element.
        against: compared with what: the same place before, the rest of the company, a control, or the company's own
        view. unit: "points" (NPS, ratings), "percentage points" or "times" (a ratio).
        smallest: lowest size expected at scale 1, signed.
        largest: highest size expected at scale 1, signed.
    """

    key: str
    metric: str
    against: Against
    unit: Literal["points", "percentage points", "times"]
    smallest: float
    largest: float
    where: Where = ()

    @property
    def direction(self) -> Literal["up", "down", "none"]:
        """Where the metric goes; "none" when the point is that it does not move."""
        still = 1.0 if self.unit == "times" else 0.0
        if self.smallest > still:
            return "up"
        return "down" if self.largest < still else "none"


@dataclass(frozen=True)
class StoryElement:
    """One thing that happened in the demo company.

    Attributes:
        key: its short name.
        sentence: what happened, for a reader.
        tables: the contract tables that show it.
        where: the filters that hold for every effect.
        now: days on which it is measured, as offsets.
        before: days it is compared with, where it is compared with earlier days.
        effects: its measurable traces.
        first_day: first day of `now` as a date, once `story` has dated it.
        last_day: last day of `now` as a date, once dated.
        before_first_day: first day of `before` as a date, once dated.
        before_last_day: last day of `before` as a date, once dated.
    """

    key: str
    sentence: str
    tables: tuple[str, ...]
    where: Where
    now: Span
    effects: tuple[Effect, ...]
    before: Span | None = None
    first_day: date | None = None
    last_day: date | None = None
    before_first_day: date | None = None
    before_last_day: date | None = None


@dataclass(frozen=True)
class QuietStretch:
    """A place and time in which nothing happens, so nothing may be flagged.

    Attributes:
        key: its short name.
        sentence: what is still, for a reader.
        metrics: what does not move there.
        where: the filters that hold.
        outside: values that are *not* part of it.
        now: one half of the stretch, as offsets.
        before: the other half, with the same true values.
    """

    key: str
    sentence: str
    metrics: tuple[str, ...]
    where: Where
    outside: Where
    now: Span
    before: Span
