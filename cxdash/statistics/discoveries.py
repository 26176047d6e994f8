"""Which of many cells changed? Corrections for looking at many, and the rule by which a scan calls a change a finding.

Of sixty cells in which nothing happened three have p < .05 in every scan. The false discovery rate is the share of
false ones among the findings, on average over scans; when nothing changed anywhere it is the share of scans that find
anything at all. `benjamini_hochberg` keeps it at q for independent or positively dependent tests (channel, region and
channel x region together are the latter); `benjamini_yekutieli` under any dependence, for much less power. Both are for
one level of cells that was declared before looking: not for the levels tried one after another, nor for one series
looked at every day (`daily_chart`).

Source: Benjamini & Hochberg 1995; Benjamini & Yekutieli 2001.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cxdash.statistics.arrays import Flags, Floats, Numbers, floats, together
from cxdash.statistics.distributions import normal_quantile, t_quantile, two_sided_t


class Scan(NamedTuple):
    """What a scan did to each cell: whether it was tested, its adjusted p (NaN where not), and whether it is found."""

    tested: Flags
    p_adjusted: Floats
    found: Flags


def benjamini_hochberg(p: Numbers) -> Floats:
    """Adjusted p-values over the last axis: reject those at or below q to keep the false discovery rate at q.

    NaN are no tests: they are not counted and stay NaN.
    """
    return _step_up(floats(p), lambda tests: np.ones(tests.shape))


def benjamini_yekutieli(p: Numbers) -> Floats:
    """The same whatever the dependence: Benjamini-Hochberg times 1 + 1/2 + ... + 1/tests, cut at 1."""
    return _step_up(floats(p), _harmonic)


def scan_changes(
    change: Numbers,
    low: Numbers,
    high: Numbers,
    p: Numbers,
    n: Numbers,
    smallest: Numbers,
    *,
    degrees: Numbers = np.inf,
    q: float = 0.10,
    minimum_n: float = 30,
) -> Scan:
    """The rule of "what changed": tested together, clear by itself, and large enough to be worth a sentence.

    Args:
        change: now minus before of each cell, shape (scans, cells) or (cells,); one scan is one family of tests, so
            several metrics go into one row, each in its own unit.
        low: lower limit of its 95 % interval.
        high: upper limit.
        p: p-value by inversion of that interval; NaN is no test.
        n: the smaller of the two periods' effective answers.
        smallest: the smallest change worth a finding, in the unit of the change.
        degrees: of freedom with which the design effect behind p was estimated (buckets of customers minus one);
            infinite where answers are independent. See `estimated_error`.
        q: accepted false discovery rate.
        minimum_n: answers a cell needs in both periods to be tested.

    Returns:
        A Scan, with shape of the arguments. Found are tested cells with adjusted p at or below q whose own interval
        excludes zero and whose change is not smaller than the smallest worth it. The last two drop findings after the
        correction, so what q promises holds for findings that pass all three only as simulation shows (COVERAGE.md).
    """
    change, low, high, p, n, smallest, degrees = together(change, low, high, p, n, smallest, degrees)
    tested = ~np.isnan(p) & ~np.isnan(change) & (n >= minimum_n)
    adjusted = benjamini_hochberg(np.where(tested, estimated_error(p, degrees), np.nan))
    clear, worth = (low > 0) | (high < 0), np.abs(change) >= smallest
    return Scan(tested, adjusted, tested & (adjusted <= q) & clear & worth)


def reach(
    alive: Flags, tests: int, below: Callable[[Floats, Flags], Flags], *, q: float = 0.10, degrees: Numbers = np.inf
) -> Flags:
    """The cells Benjamini-Hochberg finds at q, without the p-values of the others.

    Whatever is found has p at or below q times (how many are found) / tests, and so at or below q times (how many may
    still be found) / tests. Asking again and again which cells are below that level leaves those of the step-up
    procedure, after three or four rounds in which nearly all cells drop out.

    Args:
        alive: cells that may be found, shape (cells,): all whose p is at most q, or more.
        tests: how many cells were tested, those not alive included.
        below: which of the flagged cells have a p-value at or below the two-sided level of a given normal quantile,
            one for each cell; it is not asked about the others.
        q: accepted false discovery rate.
        degrees: of freedom with which the error behind p was estimated, see `estimated_error`.

    Returns:
        Flags of the found, shape (cells,).
    """
    degrees = together(degrees, np.zeros(alive.shape))[0]
    while alive.any():
        level = q * int(alive.sum()) / tests
        t = -t_quantile(level / 2, np.where(np.isinf(degrees), 1.0, degrees))
        kept = alive & below(np.where(np.isinf(degrees), -normal_quantile(level / 2), t), alive)
        if np.array_equal(kept, alive):
            break
        alive = kept
    return alive


def estimated_error(p: Numbers, degrees: Numbers) -> Floats:
    """A p-value that took the standard error for known, corrected for its having been estimated.

    The normal statistic behind p is read as Student's t. With design effects from 32 buckets the limits of one interval
    hardly move, but a correction for hundreds of tests asks how often chance reaches 3.6 standard errors, and an error
    known to a tenth of itself lets it do so three times as often.

    Args:
        p: two-sided p-values of a normal statistic, or by inversion of a score interval; 0 is read as the smallest
            that a float can hold.
        degrees: of freedom of the variance; infinite leaves p as it is.
    """
    p, degrees = together(p, degrees)
    known = np.isinf(degrees)
    z = -normal_quantile(np.maximum(p / 2, np.finfo(np.float64).tiny))
    return np.where(known, p, two_sided_t(z, np.where(known, 1.0, degrees)))


def _step_up(p: Floats, factor: Callable[[Floats], Floats]) -> Floats:
    """Running minimum, from the largest p down, of p times tests over rank times the factor of the tests."""
    tests = floats(np.sum(~np.isnan(p), axis=-1, keepdims=True))
    order = np.argsort(p, axis=-1)  # NaN sort last, so ranks of real tests are 1..tests
    ranked = np.take_along_axis(p, order, axis=-1)
    ranks = np.arange(1, p.shape[-1] + 1)
    scaled = np.where(np.isnan(ranked), np.inf, ranked * (tests / ranks) * factor(tests))
    least = np.minimum(np.minimum.accumulate(scaled[..., ::-1], axis=-1)[..., ::-1], 1.0)
    adjusted = np.empty_like(p)
    np.put_along_axis(adjusted, order, np.where(np.isnan(ranked), np.nan, least), axis=-1)
    return adjusted


def _harmonic(tests: Floats) -> Floats:
    """1 + 1/2 + ... + 1/tests for each."""
    sums = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, int(tests.max(initial=0)) + 1))])
    return floats(sums[tests.astype(np.intp)])
