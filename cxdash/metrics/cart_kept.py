"""Carts found again: whether what somebody put aside is still there when they come back, on any device."""

from __future__ import annotations

from cxdash.language import N_
from cxdash.measures import Measure, State, count_if
from cxdash.metrics.facts.carts import RETURN_DAYS
from cxdash.metrics.metric import Metric
from cxdash.metrics.shares import share

LEFT = State("carts_left", lambda r: count_if(r.cart_id.is_not(None)))
FOUND = State("carts_found_again", lambda r: count_if(r.found_again))

METRIC = Metric(
    key="cart_kept",
    label=N_("Carts found again"),
    description=N_(
        "Share of carts left behind that were still there when their owner came back within three days, signed in, "
        "on the same device or on another."
    ),
    counted=N_("returns to a cart"),
    formula="next visits within 3 days that hold the same cart / carts left in the cart or at the till whose owner "
    "came back within 3 days; 95 % Wilson interval",
    unit="percent",
    decimals=1,
    higher_is_better=True,
    sources=("Wilson 1927",),
    computation=Measure(
        "carts", (LEFT, FOUND), share((FOUND.name,), (LEFT.name,)), clustered=LEFT.name, maturity=RETURN_DAYS
    ),
)
