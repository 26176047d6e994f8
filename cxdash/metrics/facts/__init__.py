"""The facts: families of prepared rows that metrics are computed from, one module each."""

from __future__ import annotations

from cxdash.measures import Fact
from cxdash.metrics.facts.carts import CARTS
from cxdash.metrics.facts.contacts import CONTACTS
from cxdash.metrics.facts.customers import CUSTOMERS
from cxdash.metrics.facts.handoffs import HANDOFF_STEPS
from cxdash.metrics.facts.invitations import INVITATIONS
from cxdash.metrics.facts.issues import ISSUES
from cxdash.metrics.facts.rating_pairs import RATING_PAIRS
from cxdash.metrics.facts.ratings import RATINGS
from cxdash.metrics.facts.revenue import REVENUE
from cxdash.metrics.facts.scores import SCORES
from cxdash.metrics.facts.visits import VISITS

FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        SCORES,
        INVITATIONS,
        CONTACTS,
        CUSTOMERS,
        REVENUE,
        RATINGS,
        RATING_PAIRS,
        VISITS,
        CARTS,
        HANDOFF_STEPS,
        ISSUES,
    )
}
"""Every fact by name."""
