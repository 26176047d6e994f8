"""The words of the demo company: its regions, segments, products, channels, reasons, touchpoints and teams.

Every list is in order of size, with its share beside it, so that nothing in the demo is equally big. The generator
works with positions in these tuples; the words themselves are written once, when a table is stored.
"""

from __future__ import annotations

COMPANY = "Meridian"
"""A fictional telecom and retail company in one country."""

REGIONS = (
    "Capital", "North", "Midlands", "Harbour Coast", "South", "Riverside",
    "Lakeland", "East", "Westshore", "Highlands", "Southern Plains", "Islands",
)  # fmt: skip
REGION_SHARE = (0.190, 0.165, 0.125, 0.105, 0.090, 0.078, 0.074, 0.062, 0.046, 0.034, 0.020, 0.011)
CAPITAL, NORTH, MIDLANDS, HARBOUR_COAST, SOUTH, RIVERSIDE, LAKELAND, EAST = range(8)

SEGMENTS = ("Standard", "Prepaid", "Family", "Premium", "Business")
SEGMENT_SHARE = (0.34, 0.27, 0.17, 0.12, 0.10)
STANDARD, PREPAID, FAMILY, PREMIUM, BUSINESS = range(5)

PRODUCTS = (
    "Mobile Plus", "Mobile Basic", "Home Fibre", "Mobile Max",
    "TV Stream", "Home Fibre Pro", "Handset Nova", "Smart Home Kit",
)  # fmt: skip
PRODUCT_SHARE = (0.27, 0.21, 0.18, 0.11, 0.09, 0.07, 0.04, 0.03)
PRODUCT_PRICE = (2400, 1200, 3500, 4500, 1500, 5500, 2900, 900)
"""Median monthly value of a contract, in cents."""
MOBILE_PLUS, MOBILE_BASIC, HOME_FIBRE, MOBILE_MAX, TV_STREAM, HOME_FIBRE_PRO, HANDSET_NOVA, SMART_HOME_KIT = range(8)

STAGES = ("Discover", "Buy", "Onboard", "Use", "Support", "Renew")
DISCOVER, BUY, ONBOARD, USE, SUPPORT, RENEW = range(6)

CHANNELS = ("phone", "chat", "email", "web", "app", "store", "social")
CHANNEL_SHARE = (0.36, 0.20, 0.11, 0.09, 0.12, 0.08, 0.04)
PHONE, CHAT, EMAIL, WEB, APP, STORE, SOCIAL = range(7)

ACTORS = ("human", "bot", "self_service")
HUMAN, BOT, SELF_SERVICE = range(3)

OUTCOMES = ("resolved", "unresolved", "abandoned")
RESOLVED, UNRESOLVED, ABANDONED = range(3)

SURVEYS = ("nps", "csat", "ces")
NPS, CSAT, CES = range(3)

PATTERNS = ("transactional", "relationship", "pulse")
TRANSACTIONAL, RELATIONSHIP, PULSE = range(3)

LANGUAGES = ("en", "fa", "de")
LANGUAGE_SHARE = (0.87, 0.07, 0.06)
PERSIAN = 1

REASONS = (
    "billing", "contract_change", "slow_internet", "order_status", "password_reset", "delivery",
    "payment", "outage", "roaming", "complaint", "cancellation", "activation",
)  # fmt: skip
REASON_SHARE = (0.18, 0.12, 0.115, 0.115, 0.10, 0.095, 0.085, 0.065, 0.06, 0.045, 0.02, 0.0)
BILLING, CONTRACT_CHANGE, SLOW_INTERNET, ORDER_STATUS, PASSWORD_RESET, DELIVERY = range(6)
PAYMENT, OUTAGE, ROAMING, COMPLAINT, CANCELLATION, ACTIVATION = range(6, 12)
REASON_STAGE = (USE, RENEW, USE, BUY, USE, BUY, USE, SUPPORT, USE, SUPPORT, RENEW, ONBOARD)

TOUCHPOINTS = (
    "Network", "Bill", "Call centre", "App", "Delivery", "Web shop", "Store", "Chat", "Installation", "Renewal offer",
)  # fmt: skip
TP_NETWORK, TP_BILL, TP_CALL, TP_APP, TP_DELIVERY, TP_WEB, TP_STORE, TP_CHAT, TP_INSTALLATION, TP_RENEWAL = range(10)

TEAMS = (
    "Phone Capital", "Phone North", "Phone Midlands", "Phone Coast", "Phone South", "Phone East", "Phone Evening",
    "Phone Specialists", "Chat Alpha", "Chat Beta", "Chat Gamma", "Mail Orion", "Mail Vega", "Mail Lyra",
    "Store Capital", "Store North", "Store Coast", "Store Inland", "Social Desk", "Digital Care",
)  # fmt: skip
TEAM_CHANNEL = (
    PHONE, PHONE, PHONE, PHONE, PHONE, PHONE, PHONE, PHONE, CHAT, CHAT, CHAT, EMAIL, EMAIL, EMAIL,
    STORE, STORE, STORE, STORE, SOCIAL, WEB,
)  # fmt: skip
TEAM_WEIGHT = (1.0, 1.0, 1.0, 0.9, 0.9, 0.6, 0.8, 1.0, 1.2, 1.0, 0.8, 1.2, 1.0, 0.7, 1.2, 1.0, 0.9, 0.8, 1.0, 1.0)
PHONE_CAPITAL, PHONE_NORTH, PHONE_MIDLANDS, PHONE_COAST, PHONE_SOUTH, PHONE_EAST, PHONE_EVENING, PHONE_SPECIALISTS = (
    range(8)
)
CHAT_BETA = 9
HOME_TEAM = (
    PHONE_CAPITAL, PHONE_NORTH, PHONE_MIDLANDS, PHONE_COAST, PHONE_SOUTH, PHONE_SOUTH,
    PHONE_MIDLANDS, PHONE_EAST, PHONE_COAST, PHONE_NORTH, PHONE_SOUTH, PHONE_COAST,
)  # fmt: skip
"""The phone team that answers first for each region."""

SENDERS = ("marketing", "sales", "support", "finance", "success")
MARKETING, SALES, SUPPORT_DESK, FINANCE, SUCCESS = range(5)
KINDS = ("promotional", "transactional", "proactive", "dunning", "winback", "survey")
PROMOTIONAL, TRANSACTIONAL_MESSAGE, PROACTIVE, DUNNING, WINBACK, SURVEY_INVITATION = range(6)

MESSAGE_CHANNELS = ("email", "messaging", "app")

CURRENCY = "EUR"
