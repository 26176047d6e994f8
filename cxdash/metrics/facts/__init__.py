"""The facts: families of prepared rows that metrics are computed from, one module each."""

from __future__ import annotations

from cxdash.measures import Fact
from cxdash.metrics.facts.contacts import CONTACTS
from cxdash.metrics.facts.customers import CUSTOMERS
from cxdash.metrics.facts.invitations import INVITATIONS
from cxdash.metrics.facts.revenue import REVENUE
from cxdash.metrics.facts.scores import SCORES

FACTS: dict[str, Fact] = {fact.name: fact for fact in (SCORES, INVITATIONS, CONTACTS, CUSTOMERS, REVENUE)}
"""Every fact by name."""
