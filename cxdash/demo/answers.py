"""From a feeling to an answer: who replies, when, and with which number.

Scores are cut from a standard normal feeling at fixed points, so a shift of the feeling moves every survey in the same
direction by a known amount. Replying depends on the customer's habit and on how strong the feeling is: the silent are
not a random half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from cxdash.demo import names
from cxdash.demo.draws import MISSING, Codes, Flags, Ints, Reals, happens, lognormal

_CUMULATIVE: dict[int, tuple[float, ...]] = {
    names.NPS: (0.026, 0.038, 0.055, 0.077, 0.103, 0.170, 0.240, 0.350, 0.520, 0.720),
    names.CSAT: (0.045, 0.095, 0.215, 0.580),
    names.CES: (0.042, 0.095, 0.180, 0.325, 0.520, 0.780),
}
"""Share of answers at or below each score but the highest, in the company's ordinary state."""
_LOWEST = {names.NPS: 0, names.CSAT: 1, names.CES: 1}
_EXPIRES = 21 * 86_400


@dataclass
class Asked:
    """Questions sent, by position. `feeling` is in standard deviations around 0."""

    customer: Ints
    second: Ints
    survey: Codes
    pattern: Codes
    channel: Codes
    stage: Codes
    touchpoint: Codes
    product: Codes
    team: Codes
    contact: Ints
    reason: Codes
    feeling: Reals
    chance: Reals
    gamed: Flags
    ratings: Ints
    """Row of the touchpoint ratings that belong to the question, -1 where none."""

    @property
    def size(self) -> int:
        """Number of questions."""
        return len(self.customer)


@dataclass(frozen=True)
class Answered:
    """What came back, beside each question asked; MISSING where nothing did."""

    score: Ints
    second: Ints
    delivered: Codes
    dismissed: Flags


def merge_questions(parts: Sequence[Asked], end: int) -> Asked:
    """All questions sent by the last moment, in order of time."""
    merged = {name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])}
    order = np.argsort(merged["second"], kind="stable")
    order = order[merged["second"][order] <= end]
    return Asked(**{name: values[order] for name, values in merged.items()})


def score(survey: Codes, feeling: Reals) -> Ints:
    """The answer on the survey's own scale that goes with a feeling."""
    result = np.zeros(len(survey), dtype=np.int64)
    for kind, shares in _CUMULATIVE.items():
        chosen = survey == kind
        result[chosen] = _LOWEST[kind] + np.searchsorted(ndtri(np.asarray(shares)), feeling[chosen])
    return result


def answer(rng: np.random.Generator, asked: Asked, habit: Reals, end: int) -> Answered:
    """Which questions are answered by the last moment, with what, and when.

    Args:
        rng: the stream to draw from.
        asked: the questions.
        habit: how readily each question's customer answers, around 1.
        end: the last second anything may happen.
    """
    size = asked.size
    arrived = happens(rng, 0.965, size)
    noted = happens(rng, 0.97, size)
    strength = 0.86 + 0.16 * np.abs(asked.feeling) + 0.03 * asked.feeling
    replies = arrived & happens(rng, np.clip(asked.chance * habit * strength, 0.0, 0.95), size)
    soon = lognormal(rng, 2.2 * 3600, 1.3, size)
    late = rng.exponential(4.0 * 86_400, size) + 86_400
    delay = np.where(happens(rng, 0.22, size), late, soon)
    instant = asked.gamed & happens(rng, 0.8, size)
    replies |= asked.gamed & arrived & happens(rng, 0.55, size)
    delay = np.where(instant, rng.integers(12, 95, size), np.maximum(delay, 45)).astype(np.int64)
    second = asked.second + delay
    replies &= (delay < _EXPIRES) & (second <= end)
    feeling = np.where(instant, 1.6, asked.feeling)
    return Answered(
        score=np.where(replies, score(asked.survey, feeling), MISSING),
        second=np.where(replies, second, MISSING),
        delivered=np.where(replies, 1, np.where(noted, arrived, -1)).astype(np.int16),
        dismissed=~replies & arrived & happens(rng, 0.13, size),
    )
