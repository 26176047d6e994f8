"""Handling: how long a served contact usually takes."""

from __future__ import annotations

from cxdash.language import N_
from cxdash.measures import Measure
from cxdash.metrics.facts.contacts import TIMES
from cxdash.metrics.metric import Metric

METRIC = Metric(
    key="handle_time",
    label=N_("Handling time"),
    description=N_(
        "Median time of service in inbound contacts that were served. Shorter is easier for the customer only where "
        "the matter is settled: read it beside first-contact resolution."
    ),
    counted=N_("served contacts"),
    formula=(
        "median of the seconds of service, from counts in bins an eighth wide; 95 % Woodruff interval on contacts "
        "divided by the design effect"
    ),
    unit="seconds",
    decimals=0,
    higher_is_better=False,
    sources=("Woodruff 1952",),
    computation=Measure(
        "contacts",
        TIMES.count("handle_bin"),
        TIMES.finish_median("handle_bin"),
        clustered="handle_bin_all",
    ),
    minimum_effect=20.0,
    needs=("contacts.handle_seconds",),
)
