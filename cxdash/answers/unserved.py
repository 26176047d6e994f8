"""What a campaign could not serve, in units and in money: arithmetic on "as usual", never a forecast.

Three figures, which overlap and must not be added: units that were asked for and were not on the shelf; orders that
would have been placed had as many visits ended in one as usual; callers who gave up beyond the usual share. Money is
units times the usual value of a cart, as a range.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import sqlalchemy as sa

from cxdash.answers.campaigns import USUAL_DAYS, Campaign
from cxdash.answers.cells import fold
from cxdash.answers.folded import Request
from cxdash.answers.promise import Delivery, Met
from cxdash.edition import Edition
from cxdash.errors import CxdashError
from cxdash.measures import State, count_if, total
from cxdash.periods import Period
from cxdash.selection import EVERYTHING, Filters, Policy
from cxdash.statistics.intervals import mean_interval
from cxdash.statistics.suppression import confidential

CARTS = State("carts_valued", lambda r: count_if(r.cart_value.is_not(None)))
VALUE = State("cart_value", lambda r: total(r.cart_value), wide=True)
SQUARES = State(
    "cart_value_squared",
    lambda r: total(sa.cast(r.cart_value, sa.Numeric(38, 0)) * sa.cast(r.cart_value, sa.Numeric(38, 0))),
    wide=True,
)


@dataclass(frozen=True)
class Range:
    """A number between two limits."""

    value: float
    low: float
    high: float

    def times(self, other: Range) -> Range:
        """The product, as wide as the limits of both allow (more than 95 % sure where each is)."""
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Range(self.value * other.value, min(ends), max(ends))


@dataclass(frozen=True)
class Unserved:
    """Something that was asked for and not given.

    Attributes:
        kind: "units" (not on the shelf), "orders" (fewer visits than usual ended in one), "callers" (gave up).
        amount: how many; its limits are equal where they were counted.
        money: in minor units; None where no value is known for one.
    """

    kind: str
    amount: Range
    money: Range | None = None


def unserved(edition: Edition, delivery: Delivery, filters: Filters, policy: Policy = EVERYTHING) -> list[Unserved]:
    """What a campaign's delivery left unserved; only what was clearly worse than usual, or counted."""
    found = []
    shortage, campaign = delivery.shortage, delivery.campaign
    allowed = policy.narrow(filters)
    if shortage is not None and shortage.lacking:
        units = Range(*[float(shortage.lacking)] * 3)
        value = cart_value(edition, campaign, allowed, campaign.product)
        found.append(Unserved("units", units, units.times(value) if value else None))
    by_key = {one.metric.key: one for one in delivery.worse}
    if lost := _beyond(by_key.get("conversion"), sign=-1.0):
        value = cart_value(edition, campaign, allowed, None)
        found.append(Unserved("orders", lost, lost.times(value) if value else None))
    if gone := _beyond(by_key.get("abandonment"), sign=1.0):
        found.append(Unserved("callers", gone))
    return found


def _beyond(met: Met | None, *, sign: float) -> Range | None:
    """How many more than usual it happened to: the difference of shares times all it could have happened to."""
    if met is None or met.value is None or met.low is None or met.high is None or not met.now.n:
        return None
    low, high = sorted((sign * met.low, sign * met.high))
    return Range(sign * met.value * met.now.n, low * met.now.n, high * met.now.n)


def cart_value(edition: Edition, campaign: Campaign, filters: Filters, product: str | None) -> Range | None:
    """The usual value of a cart (of a product) in the weeks before a campaign, minor units; None where not known."""
    if "visits" not in edition.manifest.facts:
        return None
    before = Period(campaign.period.start - timedelta(days=USUAL_DAYS), campaign.period.start - timedelta(days=1))
    wanted = tuple(pair for pair in filters if pair[0] != "product") if product else filters
    wanted = (*wanted, ("product", (product,))) if product else wanted
    try:
        frame = fold(edition, Request("visits", (CARTS, VALUE, SQUARES), before, wanted), source="rows").frame
    except CxdashError:
        return None  # filtered by something carts do not know
    n, s1, s2 = (np.array([float(frame[state.name][0] or 0)]) for state in (CARTS, VALUE, SQUARES))
    if bool(confidential(n)[0]):
        return None
    mean, low, high = (float(one[0]) for one in mean_interval(n, s1, s2))
    return Range(mean, max(low, 0.0), high) if np.isfinite(high) else None
