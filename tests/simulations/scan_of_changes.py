"""The scan for changes as the product runs it: several metrics, skewed cells, design effects, minimum effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxdash.statistics.arrays import divide
from cxdash.statistics.buckets import jackknife, pooled_design_effect
from cxdash.statistics.differences import nps_difference, proportion_difference
from cxdash.statistics.discoveries import Scan, scan_changes
from cxdash.statistics.distributions import lower_normal, normal_quantile
from cxdash.statistics.intervals import nps_value, nps_variance
from tests.simulations.tables import Cell, Table

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SCANS = 300
TREATMENTS = ("counted as independent", "design effects, normal p", "**design effects (default)**")
CHANNEL_SHARES = np.array([0.30, 0.22, 0.16, 0.12, 0.10, 0.06, 0.04])
REGION_SHARES = np.array([0.22, 0.18, 0.15, 0.13, 0.11, 0.09, 0.07, 0.05])
_CHANNEL, _REGION = (
    np.repeat(np.arange(v.size), np.round(100 * v).astype(int)) for v in (CHANNEL_SHARES, REGION_SHARES)
)
CELLS = CHANNEL_SHARES.size * REGION_SHARES.size
BUCKETS = 32
CHANGED, SHIFT = 0.10, -0.50
"""Share of cells that change in the mixed truth, and how far their latent feeling moves (standard deviations)."""


@dataclass(frozen=True)
class Asked:
    """A metric: its shares of (detractors, passives, promoters) or (misses, hits), and the smallest change worth it."""

    name: str
    shares: tuple[float, ...]
    smallest: float

    @property
    def cuts(self) -> Floats:
        """Where a standard normal feeling turns from one answer into the next."""
        return normal_quantile(np.cumsum(self.shares)[:-1])


METRICS = (
    Asked("nps", (0.22, 0.28, 0.50), 0.05),
    Asked("csat", (0.20, 0.80), 0.03),
    Asked("ces", (0.28, 0.72), 0.03),
    Asked("first_contact_resolution", (0.35, 0.65), 0.03),
    Asked("repeat_rate", (0.80, 0.20), 0.03),
    Asked("abandonment", (0.94, 0.06), 0.03),
)
"""What the demo company scans, at its usual levels, with the minimum effects of config/targets.yaml."""


@dataclass(frozen=True)
class Setting:
    """How many customers answer, how often, and how alike their answers are.

    Attributes:
        customers: of each metric in each period.
        repeats: mean answers of one customer; 1 is exactly one.
        likeness: correlation of the latent feelings behind two answers of one customer.
        own_channel: chance that an answer comes through the customer's own channel.
        mixed: whether a tenth of the cells changes.
    """

    customers: int
    repeats: float = 1.0
    likeness: float = 0.0
    own_channel: float = 0.6
    mixed: bool = False

    @property
    def name(self) -> str:
        """What the table calls it."""
        return f"{self.customers:,}, " + ("one each" if self.repeats == 1 else f"{self.repeats:g} each, likeness .67")


SETTINGS = tuple(
    Setting(customers, repeats, likeness, mixed=mixed)
    for mixed in (False, True)
    for customers, repeats, likeness in ((2_000, 1.0, 0.0), (10_000, 1.0, 0.0), (2_000, 3.0, 0.67), (6_000, 3.0, 0.67))
)


def answers_of_a_period(metric: Asked, setting: Setting, rng: np.random.Generator, shift: Floats) -> Floats:
    """Counts by (channel, region, bucket of customers, answer); `shift` moves the feeling of each (channel, region)."""
    size = setting.customers
    if setting.repeats == 1:
        return _independent_answers(metric, size, rng, shift)
    times = 1 + rng.poisson(setting.repeats - 1, size)
    who = np.repeat(np.arange(size), times)
    region = _REGION[rng.integers(0, 100, size)][who]
    own, anywhere = _CHANNEL[rng.integers(0, 100, size)][who], _CHANNEL[rng.integers(0, 100, who.size)]
    channel = np.where(rng.random(who.size) < setting.own_channel, own, anywhere)
    mood = rng.standard_normal(size)[who]
    feeling = np.sqrt(setting.likeness) * mood + np.sqrt(1 - setting.likeness) * rng.standard_normal(who.size)
    feeling += shift[channel, region]
    kind = sum((feeling > cut).astype(np.intp) for cut in metric.cuts)
    shape = (*shift.shape, BUCKETS, len(metric.shares))
    place = ((channel * shape[1] + region) * BUCKETS + who % BUCKETS) * shape[3] + kind
    return np.bincount(place, minlength=int(np.prod(shape))).reshape(shape).astype(float)


def _independent_answers(metric: Asked, size: int, rng: np.random.Generator, shift: Floats) -> Floats:
    """The same where everybody answers once, without drawing each customer."""
    cells = np.outer(CHANNEL_SHARES, REGION_SHARES)
    n = rng.multinomial(size, np.repeat(cells.ravel(), BUCKETS) / BUCKETS / cells.sum()).reshape(*shift.shape, BUCKETS)
    below = np.concatenate([lower_normal(metric.cuts - shift[..., None]), np.ones((*shift.shape, 1))], axis=-1)
    shares = np.diff(below, axis=-1, prepend=0.0)
    return rng.multinomial(n, shares[:, :, None, :]).astype(float)


def value_of(counts: Floats) -> Floats:
    """NPS or share of hits; answers on the last axis."""
    return (
        nps_value(*np.moveaxis(counts, -1, 0)) if counts.shape[-1] == 3 else divide(counts[..., 1], counts.sum(axis=-1))
    )


def design_effects(*periods: Floats) -> Floats:
    """One for each channel, from its buckets in each of the periods: what `cxdash.answers.effects` does."""
    both = [np.stack(pair) for pair in zip(*(_variances(counts) for counts in periods), strict=True)]
    return pooled_design_effect(*both, axis=0)


def _variances(counts: Floats) -> tuple[Floats, Floats]:
    """Of each channel, as its customers answered and as if answers were independent."""
    buckets = counts.sum(axis=1)
    total = buckets.sum(axis=1)
    n = total.sum(axis=-1)
    share = divide(total[:, -1], n)
    variance = nps_variance(*total.T) if total.shape[-1] == 3 else share * (1 - share)
    clustered = jackknife(value_of(total), value_of(total[:, None] - buckets), occupied=buckets.sum(axis=-1) > 0)
    return clustered, divide(variance, n)


def simulate(setting: Setting, rng: np.random.Generator) -> tuple[list[Scan], Flags]:
    """All scans under each treatment, (scans, cells of all metrics), and which cells really changed."""
    place = (CHANNEL_SHARES.size, REGION_SHARES.size)
    columns: list[list[list[Floats]]] = [[] for _ in TREATMENTS]
    truth = []
    for metric in METRICS:
        level = rng.normal(0, 0.15, (SCANS, *place))  # regions and channels differ, always
        shift = SHIFT * (rng.random((SCANS, *place)) < CHANGED) * setting.mixed
        before = np.stack([answers_of_a_period(metric, setting, rng, one) for one in level])
        now = np.stack([answers_of_a_period(metric, setting, rng, one) for one in level + shift])
        estimated = np.stack([design_effects(*pair) for pair in zip(now, before, strict=True)])[:, :, None]
        degrees = np.where(estimated.max(axis=1, keepdims=True) > 1, 2 * (BUCKETS - 1.0), np.inf)
        first, second = now.sum(axis=3), before.sum(axis=3)
        for number, (deff, freedom) in enumerate(((1.0, np.inf), (estimated, np.inf), (estimated, degrees))):
            columns[number].append(_compared(metric, first, second, np.broadcast_to(deff, first.shape[:3]), freedom))
        truth.append((shift != 0).reshape(SCANS, CELLS))
    scans = []
    for parts in columns:
        *arrays, freedom = (np.concatenate(values, axis=1) for values in zip(*parts, strict=True))
        scans.append(scan_changes(*arrays, degrees=freedom))
    return scans, np.concatenate(truth, axis=1)


def _compared(metric: Asked, first: Floats, second: Floats, deff: Floats, degrees: float | Floats) -> list[Floats]:
    """Change, limits, p, n, smallest change and degrees of freedom of each cell, (scans, cells)."""
    now, before = (np.moveaxis(counts / deff[..., None], -1, 0) for counts in (first, second))
    if len(metric.shares) == 3:
        found = nps_difference(*now, *before)
    else:
        found = proportion_difference(now[1], now.sum(axis=0), before[1], before.sum(axis=0))
    n = np.minimum(now.sum(axis=0), before.sum(axis=0))
    values = (found.diff, found.low, found.high, found.p, n, metric.smallest, degrees)
    return [np.broadcast_to(v, n.shape).reshape(SCANS, CELLS) for v in values]


def _row(setting: Setting, treatment: str, scan: Scan, changed: Flags) -> tuple[Cell, ...]:
    found, false = scan.found.sum(axis=1), (scan.found & ~changed).sum(axis=1)
    rate = false / np.maximum(found, 1)
    return (
        "a tenth changed" if setting.mixed else "nothing changed",
        setting.name,
        treatment,
        f"{scan.tested.sum(axis=1).mean():.0f}",
        f"{found.mean():.2f}",
        float(rate.mean()),
        float(rate.std(ddof=1) / np.sqrt(SCANS)),
        float((found - false).sum() / (scan.tested & changed).sum()) if setting.mixed else float("nan"),
    )


def study() -> Table:
    """False discovery rate and power of whole scans."""
    rows = []
    for number, setting in enumerate(SETTINGS):
        scans, changed = simulate(setting, np.random.default_rng(820 + number))
        rows += [_row(setting, treatment, scan, changed) for treatment, scan in zip(TREATMENTS, scans, strict=True)]
    about = (
        f"{SCANS} scans for each line, decided by the function the product uses (`discoveries.scan_changes`): "
        f"{len(METRICS)} metrics on {CELLS} cells of channel × region of very different size, corrected together "
        "at q = .10; cells with fewer than 30 effective answers in either period are not tested; a finding must "
        "also exclude zero by its own 95 % interval and be as large as the smallest change worth telling. "
        "Customers are counted for each metric and period. Where they answer repeatedly, answers of one customer "
        f"are alike and mostly come through one channel; design effects are estimated from {BUCKETS} buckets of "
        "customers in each channel and both periods, as in the product; moods are new in the second period, "
        "which is the harder case. In the mixed truth a tenth of the cells of every metric moves by half a "
        "standard deviation of the feeling.\n\nThe false discovery rate (FDR) is the mean share of false ones "
        "among a scan's findings, 0 for a scan without any; where nothing changed it is the share of scans that "
        "find anything. Counting repeated answers as independent makes most scans cry wolf. Design effects alone "
        "do not cure it: they are known to a fifth of themselves, and a correction for hundreds of tests lives "
        "in the tails. Reading the statistic as Student's t with 62 degrees of freedom "
        "(`discoveries.estimated_error`) does; the price is in the last column."
    )
    columns = ("truth", "customers", "answers", "cells tested", "findings", "FDR", "± MC", "power")
    return Table("scan_of_changes", "What changed: false findings of a whole scan", about, columns, tuple(rows))
