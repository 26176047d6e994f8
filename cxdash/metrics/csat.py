"""Customer satisfaction: the share of answers in the top two boxes of a 1–5 question."""

from __future__ import annotations

from cxdash.language import N_
from cxdash.measures import Measure
from cxdash.metrics.facts.scores import histogram, transactional
from cxdash.metrics.metric import Metric
from cxdash.metrics.shares import share

HISTOGRAM = histogram("csat", 1, 5)
TRANSACTIONAL = transactional("csat")

METRIC = Metric(
    key="csat",
    label=N_("CSAT"),
    description=N_("Share of answers 4 or 5 to “How satisfied are you?” on a scale from 1 to 5."),
    counted=N_("answers"),
    formula="answers 4–5 / answers 1–5; 95 % Wilson interval on answers divided by the design effect",
    unit="percent",
    decimals=1,
    higher_is_better=True,
    sources=("Wilson 1927", "Newcombe 1998"),
    computation=Measure(
        "scores",
        (*HISTOGRAM, TRANSACTIONAL),
        share(("csat_4", "csat_5"), tuple(state.name for state in HISTOGRAM)),
        clustered=TRANSACTIONAL.name,
    ),
)
