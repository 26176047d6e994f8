"""Does an issue go on when it moves to another channel, or does it start again? Handoff continuity H.

A cross-channel journey is two consecutive contacts of one customer on one issue in different channels within some
hours, kept under the first contact's day. It is seamless when nothing further comes on that issue within the days of
maturation, the customer was not identified again, and did not say that information had to be repeated (no answer is not
held against it, but reported). It needs no survey, so apart from that last leg it has no non-response bias. A low share
of journeys that cross may be containment, or customers giving up: show it beside H. Compare two periods with
`differences.proportion_difference`. Not for days that have not matured: there every journey is still seamless.

Source: Wilson 1927 (interval); the rule itself is ours, present it as such.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cxdash.statistics.arrays import Floats, Numbers, divide, floats
from cxdash.statistics.distributions import Z95
from cxdash.statistics.intervals import wilson


class Continuity(NamedTuple):
    """H, 0..100, and its Wilson limits."""

    continuity: Floats
    low: Floats
    high: Floats


class BrokenLegs(NamedTuple):
    """Why journeys were not seamless, each 0..1: came back, identified again, said so of those asked; share asked."""

    repeated: Floats
    identified_again: Floats
    said_repeated: Floats
    asked: Floats


def handoff_continuity(seamless: Numbers, journeys: Numbers, *, z: Numbers = Z95) -> Continuity:
    """H = 100 x seamless / cross-channel journeys.

    Args:
        seamless: journeys that went on without a break; journeys / design effect go with seamless / design effect.
        journeys: cross-channel journeys, matured.
        z: normal quantile of the level.

    Returns:
        A Continuity; NaN where there was no journey, or more were seamless than there were.
    """
    low, high = wilson(seamless, journeys, z=z)
    share = np.where(np.isnan(low), np.nan, divide(seamless, journeys))
    return Continuity(100 * share, 100 * low, 100 * high)


def crossing_share(crossing: Numbers, consecutive: Numbers) -> Floats:
    """The share of consecutive contacts on one issue that change channel, 0..1; NaN where there are none."""
    return divide(crossing, np.where(floats(consecutive) > 0, consecutive, np.nan))


def broken_legs(
    journeys: Numbers, repeats: Numbers, identified_again: Numbers, said_repeated: Numbers, asked: Numbers
) -> BrokenLegs:
    """How often each leg of the rule failed; one journey may fail several.

    Args:
        journeys: cross-channel journeys.
        repeats: those with a further contact on the issue.
        identified_again: those with a second identification.
        said_repeated: those whose customer said information had to be repeated.
        asked: those whose customer answered that question.
    """
    all_ = np.where(floats(journeys) > 0, journeys, np.nan)
    return BrokenLegs(
        divide(repeats, all_), divide(identified_again, all_), divide(said_repeated, asked), divide(asked, all_)
    )
