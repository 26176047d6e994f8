"""The planted story as parameters: when each chapter runs and how hard it presses.

One place for every date and size, read both by the generator (which makes them happen) and by `truth` (which says what
must be found). Days are offsets from the last day (0 = last day, -1 the day before), so the story moves with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxdash.demo.draws import Ints, Reals

DAYS = 730
"""Days of data, the last day included."""


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both included, as offsets from the last day."""

    first: int
    last: int

    def holds(self, day: Ints) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Which of these day indices (0 = first day of data) lie inside."""
        return (day >= DAYS - 1 + self.first) & (day <= DAYS - 1 + self.last)


YEAR_NOW = Span(-364, 0)
YEAR_BEFORE = Span(-729, -365)

NORTH_WAITING = Span(-52, 0)
NORTH_FULL = Span(-28, 0)
NORTH_WAIT_FACTOR = 3.0
NORTH_MOOD = -0.50
"""What waiting does not explain: people who call again in anger, tired agents."""

CAMPAIGN = Span(-155, -135)
CAMPAIGN_VISITS = 1.7
CAMPAIGN_WAIT_FACTOR = 2.0
CAMPAIGN_WEB_MOOD = -0.75
CAMPAIGN_CONTACTS = 1.22

MAILINGS = Span(-118, -77)
MAILINGS_SHARE = 0.45
"""Share of open problems that were answered with an advertisement for the very product."""
MAILINGS_ACCIDENTS = 0.012
"""The same share at all other times."""

TRAINING_WORKED = Span(-175, 0)
TRAINING_WORKED_MOOD = 0.45
TRAINING_WORKED_RESOLVES = 0.10
TRAINING_IDLE = Span(-160, 0)

INITIATIVE_WORKS = Span(-188, 0)
INITIATIVE_WORKS_MOOD = 0.30
INITIATIVE_IDLE = Span(-170, 0)

SIMPSON_TURN = Span(-380, -350)
SIMPSON_GAIN = 0.32
"""Onboarding improves this much (standard deviations) in every segment …"""
SIMPSON_LEVEL = (-0.12, -0.95, 0.22, 0.28, 0.12)
"""… from these levels, standard deviations from the company's mean, in order of `names.SEGMENTS`."""
SIMPSON_HELP_BEFORE = (0.50, 0.14, 0.88, 0.92, 0.90)
SIMPSON_HELP_AFTER = (0.48, 0.95, 0.36, 0.38, 0.48)
"""Share of new customers who need help at onboarding: the crowd moves to the segment that is hardest to please."""

EAST_MOOD = -0.36

HANDOFF_BROKEN_MOOD = -0.30
OUTAGES = ((-690, 0), (-610, 2), (-520, 3), (-440, 0), (-166, 4), (-128, 2))
"""Day and region of network outages; the company warned its customers in the first, second, third and fifth."""
OUTAGES_WARNED = (True, True, True, False, True, False)

QUIET = Span(-340, -200)
"""Nothing begins, ends or drifts here, anywhere."""


def ramp(day: Ints, start: int, full: int) -> Reals:
    """0 before offset `start`, rising evenly to 1 at offset `full`, 1 from then on."""
    offset = day - (DAYS - 1)
    return np.clip((offset - start) / (full - start), 0.0, 1.0)


def north_load(day: Ints) -> Reals:
    """How much of the trouble in the North is there on a day: 0 to 1."""
    return ramp(day, NORTH_WAITING.first, NORTH_FULL.first)


def simpson_turn(day: Ints) -> Reals:
    """How far onboarding has moved from the old to the new mix on a day: 0 to 1."""
    return ramp(day, SIMPSON_TURN.first, SIMPSON_TURN.last)
