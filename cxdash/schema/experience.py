"""Contract tables that say what customers, the company and others think: surveys, ratings, benchmarks."""

from __future__ import annotations

import sqlalchemy as sa

from cxdash.schema.columns import code, day, flag, integer, key, moment, real, text
from cxdash.schema.vocabularies import BENCHMARK_SCOPE, CHANNEL, PATTERN, SURVEY

METADATA = sa.MetaData()

RESPONSES = sa.Table(
    "responses",
    METADATA,
    key("response_id", "One survey question asked of one customer"),
    text("customer_id", "Who was asked; NULL when anonymous", optional=True, references="customers.customer_id"),
    code("survey", SURVEY, "Which question was asked"),
    code("pattern", PATTERN, "Why it was asked"),
    integer("scale_min", "Lowest possible answer"),
    integer("scale_max", "Highest possible answer"),
    integer("score", "The answer on its own scale; NULL when not answered", optional=True),
    moment("invited_at", "When the question was sent"),
    flag("delivered", "Whether the invitation arrived; NULL when not known", optional=True),
    moment("responded_at", "When it was answered; NULL when not answered", optional=True, not_before="invited_at"),
    flag("dismissed", "Whether the customer closed the question unanswered"),
    code("channel", CHANNEL, "The channel the question is about"),
    text("stage", "Journey stage the question is about", optional=True),
    text("touchpoint", "Touchpoint the question is about", optional=True),
    text("region", "Region of the customer when asked", optional=True),
    text("segment", "Segment of the customer when asked", optional=True),
    text("product", "Product the question is about", optional=True),
    text("team", "Team that served the customer", optional=True),
    text("contact_id", "The contact that triggered the question", optional=True, references="contacts.contact_id"),
    text("language", "Language of the answer (BCP 47)", optional=True),
    text("comment", "What the customer wrote; untrusted text", optional=True),
    real("weight", "Survey weight; NULL counts as 1", optional=True),
    comment="one survey question asked of one customer, answered or not",
    info={"watermark": "invited_at"},
)

TOUCHPOINT_RATINGS = sa.Table(
    "touchpoint_ratings",
    METADATA,
    sa.Column(
        "response_id",
        sa.String(),
        primary_key=True,
        comment="The response it belongs to",
        info={"references": "responses.response_id"},
    ),
    key("touchpoint", "The touchpoint rated"),
    integer("rating", "The rating on its own scale; NULL when not experienced", optional=True),
    integer("scale_min", "Lowest possible rating"),
    integer("scale_max", "Highest possible rating"),
    comment="a rating of one touchpoint inside a response",
)

BENCHMARKS = sa.Table(
    "benchmarks",
    METADATA,
    key("source", "Who published it"),
    key("name", "Whom the figure is about: competitor, industry, leader"),
    code("scope", BENCHMARK_SCOPE, "What kind of comparison it is"),
    key("metric", "Metric it corresponds to: nps, csat, ces …"),
    text("method", "How it was measured (panel, customers, mode)"),
    text("scale", "Scale of the question, for example 0-10"),
    text("market", "Market or country", optional=True),
    sa.Column("period_start", sa.Date(), primary_key=True, nullable=False, comment="First day the figure describes"),
    day("period_end", "Last day the figure describes", not_before="period_start"),
    real("value", "The figure: NPS in points (−100 to 100), shares in percent, means on their scale"),
    real("low", "Lower 95 % limit as published", optional=True),
    real("high", "Upper 95 % limit as published", optional=True),
    integer("sample_size", "Number of answers behind it", optional=True, at_least=1),
    day("published_on", "Day of publication"),
    comment="a published figure of somebody else",
)

ASSESSMENTS = sa.Table(
    "assessments",
    METADATA,
    sa.Column("assessed_on", sa.Date(), primary_key=True, comment="Day of the self-assessment"),
    key("touchpoint", "Touchpoint assessed"),
    text("team", "Team that assessed itself", optional=True),
    integer("rating", "The rating on its own scale"),
    integer("scale_min", "Lowest possible rating"),
    integer("scale_max", "Highest possible rating"),
    comment="what the company thinks of itself",
)
