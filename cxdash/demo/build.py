"""Builds the demo company: block after block of customers, each with everything that ever happened to them.

A block holds a bounded number of customers and needs nothing from the others, so memory does not grow with the scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cxdash.demo.cases import cases_table, open_cases
from cxdash.demo.company import Company, agents_table, found_company
from cxdash.demo.contacts import contacts_table, take_contacts
from cxdash.demo.contracts import bill, invoices_table, sign_contracts, subscriptions_table
from cxdash.demo.market import assessments_table, benchmarks_table, events_table, initiatives_table
from cxdash.demo.messages import campaigns_table, messages_table, send_messages
from cxdash.demo.names import COMPANY
from cxdash.demo.orders import orders_table, place_orders, stock_table
from cxdash.demo.population import customers_table, identities_table, settle_customers
from cxdash.demo.surveys import ask, responses_table, touchpoint_ratings_table
from cxdash.demo.tables import TableParts
from cxdash.demo.visits import take_visits, visits_table
from cxdash.errors import CxdashError

CUSTOMERS_AT_SCALE_1 = 40_000
BLOCK = 40_000
"""Customers made at a time: about 450 MB of memory, whatever the scale."""
_FEWEST = 500

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class DemoManifest:
    """What was built: the arguments it follows from, and how many rows each table has."""

    company: str
    folder: Path
    seed: int
    scale: float
    first_day: date
    last_day: date
    rows: dict[str, int]


def build_company(
    folder: Path,
    *,
    scale: float = 1.0,
    last_day: date,
    seed: int = 20260101,
    progress: Progress | None = None,
    block: int = BLOCK,
) -> DemoManifest:
    """Write the demo company as Parquet: `folder/<table>/part-NNN.parquet` for every contract table.

    The same arguments give the same bytes. Parts of an earlier build in `folder` are removed.

    Args:
        folder: where to write; created if absent.
        scale: 1.0 is about 40,000 customers, 500,000 contacts and 260,000 questions over two years.
        last_day: the last day with data; nothing that happened lies after it (plans and due dates may).
        seed: another seed is another company with the same story.
        progress: told what is being made and the share done, 0 to 1.
        block: customers made at a time; bounds the memory, and is part of what the bytes follow from.

    Raises:
        CxdashError: the scale is too small to hold a company.
    """
    customers = round(CUSTOMERS_AT_SCALE_1 * scale)
    if customers < _FEWEST:
        raise CxdashError(
            f"A demo company of scale {scale:g} would have {customers} customers.",
            known=f"It needs at least {_FEWEST} to have regions, teams and surveys.",
            action=f"Use a scale of at least {_FEWEST / CUSTOMERS_AT_SCALE_1:g}.",
        )
    tell = progress or (lambda _label, _share: None)
    company = found_company(seed=seed, scale=scale, last_day=last_day)
    parts = TableParts(folder)
    tell("company", 0.0)
    _write_company(company, parts)
    starts = range(0, customers, block)
    for number, start in enumerate(starts):
        size = min(block, customers - start)
        _write_block(company, parts, number, start, size)
        tell(f"customers {start + size:,} of {customers:,}", (number + 1) / len(starts))
    return DemoManifest(COMPANY, folder, seed, scale, company.first_day, last_day, dict(parts.rows))


def _write_company(company: Company, parts: TableParts) -> None:
    parts.write("agents", agents_table(company))
    parts.write("stock", stock_table(company))
    parts.write("campaigns", campaigns_table(company))
    parts.write("benchmarks", benchmarks_table(company))
    parts.write("assessments", assessments_table(company))
    parts.write("initiatives", initiatives_table(company))
    parts.write("events", events_table(company))


def _write_block(company: Company, parts: TableParts, block: int, start: int, size: int) -> None:
    who = settle_customers(company, block, start, size)
    parts.write("customers", customers_table(company, block, who))
    parts.write("identities", identities_table(company, block, who))
    contracts = sign_contracts(company, block, who)
    parts.write("subscriptions", subscriptions_table(company, block, who, contracts))
    invoices = bill(company, block, who, contracts)
    parts.write("invoices", invoices_table(company, block, who, invoices))
    contacts = take_contacts(company, block, who)
    parts.write("contacts", contacts_table(company, block, who, contacts))
    visits = take_visits(company, block, who)
    parts.write("visits", visits_table(company, block, who, visits))
    parts.write("orders", orders_table(company, block, who, place_orders(company, block, who, visits)))
    found = ask(company, block, who, contacts, visits)
    parts.write("responses", responses_table(company, block, who, contacts, found))
    parts.write("touchpoint_ratings", touchpoint_ratings_table(block, found))
    parts.write("cases", cases_table(company, block, who, open_cases(company, block, who, contacts, found)))
    sent = send_messages(company, block, who, contacts, invoices, found)
    parts.write("messages", messages_table(company, block, who, sent))
