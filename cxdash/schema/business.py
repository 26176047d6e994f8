"""Contract tables about the business with a customer: contracts, orders, messages, visits, invoices."""

from __future__ import annotations

import sqlalchemy as sa

from cxdash.schema.columns import code, day, flag, integer, key, moment, money, text
from cxdash.schema.experience import METADATA
from cxdash.schema.vocabularies import CHANNEL, FURTHEST_STAGE, MESSAGE_KIND, SENDER, SYSTEM

CUSTOMERS = sa.Table(
    "customers",
    METADATA,
    key("customer_id", "One customer"),
    day("joined_on", "First day as a customer"),
    day("left_on", "Day the customer was lost; NULL while active", optional=True, not_before="joined_on"),
    text("account", "The company the customer belongs to", optional=True),
    flag("key_account", "Whether it is a key account", optional=True),
    text("region", "Region", optional=True),
    text("segment", "Segment", optional=True),
    text("language", "Preferred language (BCP 47)", optional=True),
    code("acquisition_channel", CHANNEL, "Channel that won the customer", optional=True),
    money("acquisition_cost", "What winning the customer cost", optional=True),
    comment="a customer",
    info={"watermark": "joined_on"},
)

SUBSCRIPTIONS = sa.Table(
    "subscriptions",
    METADATA,
    key("subscription_id", "One contract"),
    text("customer_id", "Whose contract it is", references="customers.customer_id"),
    text("product", "Product"),
    day("started_on", "First day in force"),
    day("ended_on", "First day no longer in force; NULL while in force", optional=True, not_before="started_on"),
    text("end_reason", "Why it ended", optional=True),
    money("monthly_value", "Monthly revenue"),
    text("currency", "Currency (ISO 4217)"),
    comment="a contract in force",
    info={"watermark": "started_on"},
)

ORDERS = sa.Table(
    "orders",
    METADATA,
    key("order_id", "One purchase"),
    text("customer_id", "Who bought", references="customers.customer_id"),
    moment("ordered_at", "When it was ordered"),
    text("product", "Product", optional=True),
    code("channel", CHANNEL, "Where it was ordered", optional=True),
    money("amount", "Amount"),
    text("currency", "Currency (ISO 4217)"),
    day("promised_on", "Promised delivery day", optional=True),
    day("delivered_on", "Day of delivery", optional=True),
    flag("returned", "Whether it came back"),
    comment="a purchase",
    info={"watermark": "ordered_at"},
)

MESSAGES = sa.Table(
    "messages",
    METADATA,
    key("message_id", "One message the company sent"),
    text("customer_id", "To whom", references="customers.customer_id"),
    code("sender", SENDER, "Which department sent it"),
    code("kind", MESSAGE_KIND, "What it was for"),
    text("campaign_id", "Campaign", optional=True, references="campaigns.campaign_id"),
    text("product", "Product it was about", optional=True),
    code("channel", CHANNEL, "Channel it went through"),
    moment("sent_at", "When it was sent"),
    flag("personalised", "Whether it was personalised", optional=True),
    comment="one message the company sent",
    info={"watermark": "sent_at"},
)

CAMPAIGNS = sa.Table(
    "campaigns",
    METADATA,
    key("campaign_id", "One campaign"),
    text("name", "Its name"),
    text("product", "Product advertised", optional=True),
    day("started_on", "First day"),
    day("ended_on", "Last day", not_before="started_on"),
    money("cost", "Cost"),
    integer("expected_demand", "Orders expected", optional=True, at_least=0),
    comment="a campaign",
)

VISITS = sa.Table(
    "visits",
    METADATA,
    key("visit_id", "One digital session"),
    text("customer_id", "Who came; NULL when not signed in", optional=True, references="customers.customer_id"),
    code("channel", CHANNEL, "web or app"),
    text("device", "Kind of device", optional=True),
    moment("started_at", "When it began"),
    code("furthest_stage", FURTHEST_STAGE, "How far it got"),
    integer("errors", "Errors shown", at_least=0),
    integer("load_ms", "Median page load in milliseconds", optional=True, at_least=0),
    text("cart_id", "Cart, the same across devices", optional=True),
    money("cart_value", "Value of the cart", optional=True),
    flag("converted", "Whether it ended in an order"),
    text("product", "Product looked at most", optional=True),
    comment="one digital session",
    info={"watermark": "started_at"},
)

STOCK = sa.Table(
    "stock",
    METADATA,
    sa.Column("day", sa.Date(), primary_key=True, comment="The day"),
    key("product", "The product"),
    integer("demanded", "Units asked for", at_least=0),
    integer("available", "Units available", at_least=0),
    comment="demand and availability of a product on a day",
)

INVOICES = sa.Table(
    "invoices",
    METADATA,
    key("invoice_id", "One invoice"),
    text("customer_id", "To whom", references="customers.customer_id"),
    day("issued_on", "Day of issue"),
    day("due_on", "Day it is due", not_before="issued_on"),
    day("paid_on", "Day it was paid", optional=True, not_before="issued_on"),
    money("amount", "Amount"),
    text("currency", "Currency (ISO 4217)"),
    moment("disputed_at", "When the customer disputed it", optional=True),
    moment("dispute_closed_at", "When the dispute was closed", optional=True, not_before="disputed_at"),
    comment="an invoice",
    info={"watermark": "issued_on"},
)

IDENTITIES = sa.Table(
    "identities",
    METADATA,
    sa.Column(
        "customer_id",
        sa.String(),
        primary_key=True,
        comment="The customer",
        info={"references": "customers.customer_id"},
    ),
    sa.Column(
        "system",
        sa.String(),
        primary_key=True,
        comment="The system that knows the customer",
        info={"vocabulary": SYSTEM},
    ),
    key("external_id", "The customer's number there"),
    moment("linked_at", "When the two were linked"),
    comment="a customer known to a system",
)
