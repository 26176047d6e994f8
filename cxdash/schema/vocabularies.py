"""The closed vocabularies of the data contract: every allowed code and what it means.

An unknown code is a failed check that names it and counts it, never a crash and never a silent "other".
"""

from __future__ import annotations

from cxdash.schema.columns import Vocabulary

CHANNEL: Vocabulary = {
    "phone": "A call, answered by a person or a voice menu",
    "chat": "Live chat or a chat bot on a site or in an app",
    "email": "E-mail",
    "web": "The company's web site",
    "app": "The company's mobile application",
    "store": "In person: a shop, branch or desk",
    "social": "Social networks",
    "messaging": "Text messages and messenger services",
    "field": "At the customer's place: technician, courier",
}

SURVEY: Vocabulary = {
    "nps": "How likely are you to recommend us? (0 to 10)",
    "csat": "How satisfied are you? (top two boxes count)",
    "ces": "The company made it easy for me (1 to 7 agreement)",
}

SURVEY_SCALE: dict[str, tuple[int, int]] = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
"""The one scale each survey is computed on; another scale fails a check and is never rescaled in silence."""

PATTERN: Vocabulary = {
    "transactional": "Asked after something happened: looks at the past",
    "relationship": "Asked about the relationship as a whole: looks at the present",
    "pulse": "Asked about needs and intentions: looks at what could be",
}

ACTOR: Vocabulary = {
    "human": "A person served the customer",
    "bot": "An automated dialogue served the customer",
    "self_service": "The customer served themselves",
}

DIRECTION: Vocabulary = {"in": "The customer contacted the company", "out": "The company contacted the customer"}

OUTCOME: Vocabulary = {
    "resolved": "Closed as solved in this contact",
    "unresolved": "Ended without a solution",
    "abandoned": "The customer gave up before being served",
}

SENDER: Vocabulary = {
    "marketing": "Marketing",
    "sales": "Sales",
    "support": "Customer support",
    "finance": "Finance and billing",
    "success": "Customer success",
}

MESSAGE_KIND: Vocabulary = {
    "promotional": "Advertises something",
    "transactional": "Confirms or accompanies something the customer did",
    "proactive": "Warns or informs before the customer asks",
    "dunning": "Asks for an overdue payment",
    "winback": "Tries to win a lost customer back",
    "survey": "Invites to a survey",
}

SYSTEM: Vocabulary = {
    "marketing": "Marketing automation",
    "sales": "CRM of sales",
    "support": "Help desk",
    "finance": "Billing",
    "digital": "Site and app accounts",
}

CASE_SOURCE: Vocabulary = {
    "complaint": "The customer complained",
    "detractor": "Opened because of a low score",
    "alert": "Opened by an automatic alert",
}

BENCHMARK_SCOPE: Vocabulary = {
    "competitor": "One named competitor",
    "industry": "The industry's average",
    "best_in_class": "The best of the industry",
    "cross_industry": "A leader of another industry",
}

FURTHEST_STAGE: Vocabulary = {
    "landing": "Arrived",
    "browse": "Looked at products",
    "cart": "Put something into the cart",
    "checkout": "Began to pay",
    "order": "Ordered",
    "service": "Used self-service or the account",
}
