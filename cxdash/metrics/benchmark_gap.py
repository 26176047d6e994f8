"""Benchmark gap: our score minus a published one, with an interval that knows how sure the published figure is."""

from __future__ import annotations

import numpy as np

from cxdash.language import N_
from cxdash.measures import Estimates, Floats
from cxdash.metrics.metric import BenchmarkGap, Figure, Metric
from cxdash.statistics.benchmark import break_even_se, gap
from cxdash.statistics.intervals import recovered_error


def compare(own: Figure, published: Figure, n: Floats) -> Estimates:
    """Gap own − published on the unit scale; `n` is our number of answers, (cells,).

    Where the published figure has no interval, the gap carries our uncertainty only and
    `extra["break_even"]` says how precise the figure would have to be for the gap to be significant: its standard
    error at which the interval of the gap would just reach zero, from the side of our interval that faces the figure.
    """
    known = np.isfinite(published.low) & np.isfinite(published.high)
    difference, gap_low, gap_high = gap(own.value, own.low, own.high, published.value, published.low, published.high)
    facing = np.where(difference > 0, own.value - own.low, own.high - own.value)
    own_error = recovered_error(-facing, facing)
    extra = {
        "benchmark": published.value,
        "benchmark_low": published.low,
        "benchmark_high": published.high,
        "own": own.value,
        "break_even": np.where(known, np.nan, break_even_se(difference, own_error)),
        "interval_known": known.astype(float),
    }
    return Estimates(
        value=difference,
        low=gap_low,
        high=gap_high,
        n=n,
        n_eff=n,
        variance=own_error**2,
        largest=np.zeros(n.shape),
        extra=extra,
    )


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
