"""What a split change is made of: effects of segments with their limits, and what may be said of them together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cxdash.answers.answer import ChangeWord
from cxdash.answers.segments import OTHER
from cxdash.metrics.metric import Metric
from cxdash.periods import Period

Errors = Literal["customers", "answers"]
Reversal = Literal["", "every", "rates"]


@dataclass(frozen=True)
class Limits:
    """The 95 % limits of an effect and its p-value; NaN where they are not known."""

    low: float
    high: float
    p: float

    @property
    def side(self) -> int:
        """1 or -1 where the whole interval lies above or below zero, else 0."""
        return int(self.low > 0) - int(self.high < 0)


@dataclass(frozen=True)
class Effect:
    """One segment's part of the change, in the metric's own unit.

    Attributes:
        pull: what it did beyond its share of the change, had all segments moved alike.
        share_before, share_now: of what the metric is weighted by. score_before, score_now: None where it has none.
        n_before, n_now: of what the metric counts.
        reliable: whether each period in which it is there has enough effective answers.
    """

    value: str
    mix: float
    rate: float
    pull: float
    share_before: float
    share_now: float
    score_before: float | None
    score_now: float | None
    n_before: float
    n_now: float
    reliable: bool
    mix_limits: Limits
    rate_limits: Limits
    total_limits: Limits
    pull_limits: Limits

    @property
    def total(self) -> float:
        """Mix and rate together."""
        return self.mix + self.rate

    @property
    def named(self) -> bool:
        """Whether it is one segment, and not the pool of those too small to be shown."""
        return self.value != OTHER


@dataclass(frozen=True)
class Decomposition:
    """A change and its effects, largest first.

    Attributes:
        period, reference: the days compared. before, now: the value of the whole in each.
        moved, low, high: what the comparison says of the change, in a word and as an interval.
        weight: see `weight_of`. errors: how the limits were found. mix_limits, rate_limits: of the sums.
        flipped: whether change and sum of rate effects have opposite signs, be it by chance.
    """

    metric: Metric
    dimension: str
    period: Period
    reference: Period
    before: float
    now: float
    change: float
    moved: ChangeWord
    low: float | None
    high: float | None
    effects: tuple[Effect, ...]
    weight: str
    errors: Errors
    mix_limits: Limits
    rate_limits: Limits
    flipped: bool

    @property
    def mix(self) -> float:
        """Part of the change that comes from shifted shares."""
        return sum(effect.mix for effect in self.effects)

    @property
    def rate(self) -> float:
        """Part of the change that comes from the segments themselves."""
        return sum(effect.rate for effect in self.effects)

    @property
    def judged(self) -> tuple[Effect, ...]:
        """Segments there were enough answers for in both periods."""
        return tuple(e for e in self.effects if e.named and e.reliable and e.n_before > 0 and e.n_now > 0)

    @property
    def reversal(self) -> Reversal:
        """Simpson's paradox, beyond noise: the whole clearly moved one way, its segments at fixed shares the other.

        "every": and each judged segment moved that other way, of which there are at least two. "rates": not each of
        them, but all together.
        """
        direction = {"up": 1, "down": -1}.get(self.moved, 0)
        if not self.flipped or not direction or self.rate_limits.side != -direction:
            return ""
        against = [direction * ((e.score_now or 0.0) - (e.score_before or 0.0)) < 0 for e in self.judged]
        return "every" if len(against) >= 2 and all(against) else "rates"

    @property
    def simpson(self) -> bool:
        """Whether there is a reversal of either kind."""
        return bool(self.reversal)
