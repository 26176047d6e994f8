"""Waiting: how long it usually takes to be served, for customers who join a queue.

Those who give up are not left out. The ones who wait longest give up most, so the median of the served alone is too
short, and shortest exactly when queues are worst. Up to the moment they left they are known not to have been served,
and that is what Kaplan and Meier's curve counts them as (Brown et al. 2005 do the same for a bank's call centre).
"""

from __future__ import annotations

from cxdash.language import N_
from cxdash.measures import Measure
from cxdash.metrics.facts.contacts import TIMES
from cxdash.metrics.metric import Metric

METRIC = Metric(
    key="wait_time",
    label=N_("Waiting time"),
    description=N_(
        "Median time in the queue until somebody serves. Customers who gave up count as still waiting up to the moment "
        "they left; leaving them out would make waits look shorter than they are. There is no median where more than "
        "half give up first."
    ),
    counted=N_("queued contacts"),
    formula=(
        "time by which the Kaplan-Meier share served reaches one half, abandoned contacts censored, from counts in "
        "bins an eighth wide; 95 % Woodruff interval on effective contacts divided by the design effect"
    ),
    unit="seconds",
    decimals=0,
    higher_is_better=False,
    sources=("Kaplan & Meier 1958", "Woodruff 1952", "Brown et al. 2005"),
    computation=Measure(
        "contacts",
        TIMES.count("wait_bin", gave_up=True),
        TIMES.finish_median("wait_bin", gave_up=True),
        clustered="wait_bin_all",
    ),
    minimum_effect=10.0,
    needs=("contacts.wait_seconds",),
)
