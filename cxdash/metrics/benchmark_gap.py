"""Benchmark gap: our score minus a published one, with an interval that knows how sure the published figure is."""

from __future__ import annotations

import numpy as np

from cxdash.language import N_
from cxdash.measures import Estimates, Floats
from cxdash.metrics.metric import BenchmarkGap, Metric
from cxdash.statistics.benchmark import break_even_se, gap


def compare(own: Estimates, value: Floats, low: Floats, high: Floats, _sample: Floats) -> Estimates:
    """Gap own − published on the unit scale; arrays are (cells,).

    Where the published figure has no interval (`low`, `high` NaN), the gap carries our uncertainty only and
    `extra["break_even"]` says how precise the figure would have to be for the gap to be significant.
    """
    known = np.isfinite(low) & np.isfinite(high)
    difference, gap_low, gap_high = gap(
        own.value, own.low, own.high, value, np.where(known, low, value), np.where(known, high, value)
    )
    own_se = np.sqrt(own.variance * np.where(own.n_eff > 0, own.n / np.maximum(own.n_eff, 1e-12), 1.0))
    extra = {
        "benchmark": value,
        "benchmark_low": low,
        "benchmark_high": high,
        "own": own.value,
        "break_even": np.where(known, np.nan, break_even_se(difference, own_se)),
        "interval_known": known.astype(float),
    }
    return Estimates(difference, gap_low, gap_high, own.n, own.n_eff, own.variance, extra)


METRIC = Metric(
    key="benchmark_gap",
    label=N_("Gap to competitors"),
    description=N_(
        "Our score minus the latest published score of each competitor, with the uncertainty of both where the "
        "publisher tells it. Differences of method usually weigh more than sampling error."
    ),
    counted=N_("answers"),
    formula="own − published; 95 % MOVER interval of own score interval and published interval",
    unit="points",
    decimals=0,
    higher_is_better=True,
    sources=("Newcombe 1998", "Donner & Zou 2012"),
    computation=BenchmarkGap(of=("nps", "csat", "ces"), compare=compare),
)
