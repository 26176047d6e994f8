"""Contract tables about serving customers: contacts, complaints, agents, what was improved and what happened."""

from __future__ import annotations

import sqlalchemy as sa

from cxdash.schema.columns import code, day, flag, integer, key, moment, money, real, text
from cxdash.schema.experience import METADATA
from cxdash.schema.vocabularies import ACTOR, CASE_SOURCE, CHANNEL, DIRECTION, OUTCOME

CONTACTS = sa.Table(
    "contacts",
    METADATA,
    key("contact_id", "One interaction"),
    text("customer_id", "Who it was with; NULL when not identified", optional=True, references="customers.customer_id"),
    text("issue_id", "The issue it belongs to, across channels", optional=True),
    code("channel", CHANNEL, "Where it happened"),
    code("actor", ACTOR, "Who served"),
    code("direction", DIRECTION, "Who contacted whom"),
    moment("started_at", "When it began"),
    integer("wait_seconds", "Seconds waited in a queue; NULL when it never queued", optional=True, at_least=0),
    integer("handle_seconds", "Seconds of service; NULL when never served", optional=True, at_least=0),
    moment("first_reply_at", "When the company first replied", optional=True, not_before="started_at"),
    moment("promised_at", "Until when an answer was promised", optional=True),
    text("reason", "Why the customer came: topic code", optional=True),
    text("product", "Product it was about", optional=True),
    text("region", "Region of the customer", optional=True),
    text("segment", "Segment of the customer", optional=True),
    text("team", "Team that served", optional=True),
    text("agent_id", "Agent that served", optional=True, references="agents.agent_id"),
    code("outcome", OUTCOME, "How it ended"),
    flag("transferred", "Whether it was passed on"),
    flag("escalated", "Whether it was escalated"),
    flag("asked_to_repeat", "Whether the customer had to repeat the story", optional=True),
    flag("verified_again", "Whether the customer was identified again", optional=True),
    flag("context_attached", "Whether earlier context was attached", optional=True),
    integer("human_requests", "How often a bot was asked for a person", optional=True, at_least=0),
    integer("fallbacks", "How often a bot did not understand", optional=True, at_least=0),
    comment="one interaction, in or out, by a person, a bot or self-service",
    info={"watermark": "started_at"},
)

CASES = sa.Table(
    "cases",
    METADATA,
    key("case_id", "One case"),
    text("customer_id", "Whose case it is", references="customers.customer_id"),
    code("source", CASE_SOURCE, "Why it was opened"),
    text("response_id", "The response that led to it", optional=True, references="responses.response_id"),
    text("contact_id", "The contact that led to it", optional=True, references="contacts.contact_id"),
    text("topic", "Topic code", optional=True),
    integer("severity", "1 (low) to 4 (critical)", at_least=1),
    text("owner_team", "Team that owns it"),
    moment("opened_at", "When it was opened"),
    moment("first_action_at", "When somebody first acted", optional=True, not_before="opened_at"),
    moment("due_at", "When it is due", optional=True),
    moment("resolved_at", "When it was resolved", optional=True, not_before="opened_at"),
    moment("reopened_at", "When it was reopened", optional=True, not_before="resolved_at"),
    comment="a complaint or follow-up that somebody owns",
    info={"watermark": "opened_at"},
)

AGENTS = sa.Table(
    "agents",
    METADATA,
    key("agent_id", "One agent"),
    text("team", "Team"),
    code("channel", CHANNEL, "Main channel", optional=True),
    day("hired_on", "First day of work"),
    day("trained_on", "Last training", optional=True, not_before="hired_on"),
    text("training", "Name of that training", optional=True),
    money("may_decide_up_to", "Amount the agent may grant alone", optional=True),
    comment="a person who serves",
)

INITIATIVES = sa.Table(
    "initiatives",
    METADATA,
    key("initiative_id", "One initiative"),
    text("name", "Its name"),
    text("owner", "Who answers for it"),
    text("metric", "The metric it should move"),
    text("scope", "Whom it touches, as filters (dimension=value, …)"),
    day("registered_on", "When it was registered"),
    day("started_on", "When it started", not_before="registered_on"),
    day("ended_on", "When it ended", optional=True, not_before="started_on"),
    money("cost", "What it cost"),
    real("expected_effect", "Expected effect in units of the metric"),
    text("control", "Whom to compare with, as filters"),
    comment="something done to improve CX, registered before it starts",
)

EVENTS = sa.Table(
    "events",
    METADATA,
    sa.Column("day", sa.Date(), primary_key=True, comment="The day"),
    key("label", "What happened, in a few words"),
    text("kind", "Kind: outage, release, campaign, holiday, price …"),
    text("scope", "Whom it touches, as filters", optional=True),
    comment="something that explains a bend in a curve",
)
