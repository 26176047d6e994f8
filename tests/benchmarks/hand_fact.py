"""What a fact is to somebody who writes a refresh by hand, and the few expressions its statements share."""

from __future__ import annotations

from dataclasses import dataclass

SECONDS_OF_A_DAY, SECONDS_OF_A_WEEK = 86_400, 604_800
DAY_BINS, WEEK_BINS = 89, 106
"""Bins of times up to a day and up to a week."""


@dataclass(frozen=True)
class HandTally:
    """Counts of each value of a column, and the dimensions of each of their grids.

    Attributes:
        values: how many values there are, from 0.
    """

    column: str
    values: int
    grids: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class HandFact:
    """One fact: SELECT of its rows, order they are written in, states, and the dimensions of each grid."""

    rows: str
    order: str
    states: tuple[str, ...]
    grids: tuple[tuple[str, ...], ...]
    tallies: tuple[HandTally, ...] = ()


def day_of(moment: str) -> str:
    """SQL: the business day of a moment in UTC."""
    return f"{time_of(moment)}::DATE"


def time_of(moment: str) -> str:
    """SQL: wall time in the business time zone of a moment in UTC."""
    return f"timezone('Europe/Berlin', timezone('UTC', {moment}))"


def bucket_of(identifier: str) -> str:
    """SQL: the customer's bucket."""
    digits = (f"(strpos('0123456789abcdef', md5({identifier})[{place}]) - 1)" for place in (1, 2))
    return f"({' * 16 + '.join(digits)}) % 32"


def seconds_from(earlier: str, later: str) -> str:
    """SQL: whole seconds between two moments."""
    return f"((epoch_us({later}) - epoch_us({earlier})) // 1000000)"


def bin_of(seconds: str, bins: int) -> str:
    """SQL: the bin of a time: single seconds up to 8, then six bins for each doubling.

    Bin 8 + k begins at the whole number nearest to 8·2^(k/6), so a whole number s is in the last one with
    8·2^(k/6) < s + ½.
    """
    beyond = f"least(8 + floor(6 * log2(({seconds} + 0.5) / 8))::BIGINT, {bins - 1})"
    return f"CASE WHEN {seconds} < 8 THEN greatest({seconds}, 0) WHEN {seconds} >= 8 THEN {beyond} END"
