"""The planted effects measured on the raw rows with plain SQL, apart from every metric of cxdash.

Each entry answers one `Effect` of the story by its key: given the story element's dates, it yields the size in the
effect's own unit. Two day ranges are bound: `now` and, where the effect is against an earlier time, `before`.
"""

from __future__ import annotations

NPS = "100 * avg(CASE WHEN score >= 9 THEN 1 WHEN score <= 6 THEN -1 ELSE 0 END)"
TOP = "100 * avg(CASE WHEN score >= 4 THEN 1.0 ELSE 0 END)"
NOW, BEFORE = "BETWEEN $first AND $last", "BETWEEN $before_first AND $before_last"


def change(value: str, rows: str, day: str) -> str:
    """Now minus before."""
    return f"SELECT (SELECT {value} FROM {rows} AND {day} {NOW}) - (SELECT {value} FROM {rows} AND {day} {BEFORE})"


def times(value: str, rows: str, day: str) -> str:
    """Now divided by before."""
    return f"SELECT (SELECT {value} FROM {rows} AND {day} {NOW}) / (SELECT {value} FROM {rows} AND {day} {BEFORE})"


def against(value: str, rows: str, part: str, rest: str) -> str:
    """A part minus the rest, over the whole time."""
    return f"SELECT (SELECT {value} FROM {rows} AND {part}) - (SELECT {value} FROM {rows} AND {rest})"


def twice(value: str, rows: str, day: str, part: str, rest: str) -> str:
    """Change of a part minus the change of its control (difference in differences)."""
    inside, outside = change(value, f"{rows} AND {part}", day), change(value, f"{rows} AND {rest}", day)
    return f"SELECT ({inside}) - ({outside})"


ANSWER = "CAST(invited_at AS DATE)"
CONTACT = "CAST(started_at AS DATE)"
NPS_ROWS = "responses WHERE score IS NOT NULL AND survey = 'nps' AND pattern = 'transactional'"
CSAT_ROWS = "responses WHERE score IS NOT NULL AND survey = 'csat'"
QUEUE = "contacts WHERE channel = 'phone' AND direction = 'in'"
ABANDONED = "100 * avg(CAST(outcome = 'abandoned' AS INT))"
NORTH = "channel = 'phone' AND region = 'North'"

# each contact with the one after it on the same issue
CHAINS = """(SELECT *, lead(started_at) OVER issue AS next_at, lead(channel) OVER issue AS next_channel,
  lead(asked_to_repeat) OVER issue AS next_asked, lead(context_attached) OVER issue AS next_context,
  lead(actor) OVER issue AS next_actor
  FROM contacts WHERE issue_id IS NOT NULL AND direction = 'in'
  WINDOW issue AS (PARTITION BY issue_id ORDER BY started_at, contact_id))"""
HANDOFFS = f"{CHAINS} WHERE channel = 'chat' AND next_channel = 'phone' AND next_actor = 'human'"
BOTS = f"{CHAINS} WHERE actor = 'bot'"
LASTS = "100 * avg(CAST(next_at IS NULL OR next_at > started_at + INTERVAL 7 DAY AS INT))"
SOLVED_AT_ONCE = (
    """100 * avg(CAST(outcome = 'resolved' AND (next_at IS NULL OR next_at > started_at + INTERVAL 7 DAY) AS INT))"""
)

# advertisements for the very product about which a contact ended unsolved less than two days before
PROMOTIONS = """(SELECT m.*, EXISTS (SELECT 1 FROM contacts c
    WHERE c.customer_id = m.customer_id AND c.product = m.product AND c.outcome = 'unresolved'
      AND c.started_at BETWEEN m.sent_at - INTERVAL 2 DAY AND m.sent_at) AS contradicts
  FROM messages m WHERE kind = 'promotional')"""

# a signed-in visit that left a cart behind, with the next visit of the same customer within three days
CARTS = """(SELECT device, cart_id, lead(device) OVER own AS next_device, lead(cart_id) OVER own AS next_cart,
  furthest_stage, started_at, lead(started_at) OVER own AS next_at
  FROM visits WHERE customer_id IS NOT NULL WINDOW own AS (PARTITION BY customer_id ORDER BY started_at, visit_id))
  WHERE furthest_stage IN ('cart', 'checkout') AND next_at < started_at + INTERVAL 3 DAY"""

# the survey invitations of each agent's contacts
INVITED = """(SELECT c.*, r.response_id, r.score, r.survey, r.invited_at, r.responded_at
  FROM contacts c LEFT JOIN responses r USING (contact_id))"""
GAMER, STAR, COLLEAGUES = (
    "agent_id = 'A00004'",
    "agent_id = 'A00009'",
    "team = 'Phone Capital' AND agent_id NOT IN ('A00004', 'A00009')",
)
ONBOARDING = f"{CSAT_ROWS} AND stage = 'Onboard'"
COAST, COAST_CONTROL = "region = 'Harbour Coast'", "region IN ('Midlands', 'Riverside', 'Westshore')"
SOUTH, SOUTH_CONTROL = "region = 'South'", "region IN ('Riverside', 'Lakeland', 'Midlands')"
BETA, OTHER_CHAT = "team = 'Chat Beta'", "team IN ('Chat Alpha', 'Chat Gamma')"
MIDLANDS, OTHER_PHONE = (
    "team = 'Phone Midlands'",
    "team IN ('Phone Capital', 'Phone Coast', 'Phone South', 'Phone East', 'Phone Evening')",
)

SQL: dict[str, str] = {
    "north_waiting.nps": change(NPS, f"{NPS_ROWS} AND {NORTH}", ANSWER),
    "north_waiting.csat": change(TOP, f"{CSAT_ROWS} AND {NORTH}", ANSWER),
    "north_waiting.wait_seconds": times("avg(wait_seconds)", f"{QUEUE} AND region = 'North'", CONTACT),
    "north_waiting.abandonment": change(ABANDONED, f"{QUEUE} AND region = 'North'", CONTACT),
    "broken_handoffs.asked_to_repeat": against(
        "100 * avg(CAST(next_asked AS INT))", HANDOFFS, "region = 'Lakeland'", "region <> 'Lakeland'"
    ),
    "broken_handoffs.context_attached": against(
        "100 * avg(CAST(next_context AS INT))", HANDOFFS, "region = 'Lakeland'", "region <> 'Lakeland'"
    ),
    "contradictory_mailings.contradictions": times(
        "avg(CAST(contradicts AS INT))", f"{PROMOTIONS} WHERE TRUE", "CAST(sent_at AS DATE)"
    ),
    "billing_bot.containment": against(
        "100 * avg(CAST(NOT transferred AS INT))", BOTS, "reason = 'billing'", "reason <> 'billing'"
    ),
    "billing_bot.durability": against(
        LASTS, f"{BOTS} AND NOT transferred", "reason = 'billing'", "reason <> 'billing'"
    ),
    "campaign.visits": f"""SELECT (SELECT count(*) / 21.0 FROM visits WHERE CAST(started_at AS DATE) {NOW})
        / (SELECT count(*) / count(DISTINCT CAST(started_at AS DATE)) FROM visits
           WHERE CAST(started_at AS DATE) {BEFORE})""",
    "campaign.errors": times("avg(errors)", "visits WHERE channel = 'web'", "CAST(started_at AS DATE)"),
    "campaign.load_ms": times("median(load_ms)", "visits WHERE channel = 'web'", "CAST(started_at AS DATE)"),
    "campaign.stock_out": change(
        "100.0 * sum(greatest(demanded - available, 0)) / sum(demanded)", "stock WHERE product = 'Handset Nova'", "day"
    ),
    "campaign.abandonment": change(ABANDONED, QUEUE, CONTACT),
    "campaign.csat": change(TOP, f"{CSAT_ROWS} AND channel = 'web'", ANSWER),
    "training_worked.csat": twice(TOP, CSAT_ROWS, ANSWER, BETA, OTHER_CHAT),
    "training_worked.resolved": twice(
        "100 * avg(CAST(outcome = 'resolved' AS INT))", "contacts WHERE actor = 'human'", CONTACT, BETA, OTHER_CHAT
    ),
    "training_idle.csat": twice(TOP, CSAT_ROWS, ANSWER, MIDLANDS, OTHER_PHONE),
    "rival_ahead.benchmark": """SELECT max_by(value, period_end) - min_by(value, period_end) FROM benchmarks
        WHERE name = 'Voxa' AND metric = 'nps'""",
    "rival_ahead.nps": change(NPS, "responses WHERE score IS NOT NULL AND pattern = 'relationship'", ANSWER),
    "simpson.csat": change(TOP, ONBOARDING, ANSWER),
    **{
        f"simpson.csat_{segment.lower()}": change(TOP, f"{ONBOARDING} AND segment = '{segment}'", ANSWER)
        for segment in ("Standard", "Prepaid", "Family", "Premium", "Business")
    },
    "gaming_agent.csat": against(TOP, f"{INVITED} WHERE survey = 'csat' AND score IS NOT NULL", GAMER, COLLEAGUES),
    "gaming_agent.instant_answers": against(
        "100 * avg(CAST(responded_at < invited_at + INTERVAL 2 MINUTE AS INT))",
        f"{INVITED} WHERE score IS NOT NULL",
        GAMER,
        COLLEAGUES,
    ),
    "gaming_agent.invited_unresolved": against(
        "100 * avg(CAST(response_id IS NOT NULL AS INT))", f"{INVITED} WHERE outcome = 'unresolved'", GAMER, COLLEAGUES
    ),
    "gaming_agent.first_contact_resolution": against(
        SOLVED_AT_ONCE, f"{CHAINS} WHERE actor = 'human'", GAMER, COLLEAGUES
    ),
    "honest_agent.csat": against(TOP, f"{INVITED} WHERE survey = 'csat' AND score IS NOT NULL", STAR, COLLEAGUES),
    "honest_agent.first_contact_resolution": against(
        SOLVED_AT_ONCE, f"{CHAINS} WHERE actor = 'human'", STAR, COLLEAGUES
    ),
    "initiative_works.csat": twice(TOP, CSAT_ROWS, ANSWER, COAST, COAST_CONTROL),
    "initiative_idle.csat": twice(TOP, CSAT_ROWS, ANSWER, SOUTH, SOUTH_CONTROL),
    "bad_region.nps": against(
        NPS, "responses WHERE score IS NOT NULL AND survey = 'nps'", "region = 'East'", "region <> 'East'"
    ),
    "bad_region.csat": against(TOP, CSAT_ROWS, "region = 'East'", "region <> 'East'"),
    "lost_carts.cart_kept": against(
        "100 * avg(CAST(next_cart IS NOT DISTINCT FROM cart_id AS INT))",
        CARTS,
        "next_device <> device",
        "next_device = device",
    ),
    "perception_gap.rating": """SELECT (SELECT avg(rating) FROM assessments WHERE touchpoint = 'Bill')
        - (SELECT avg(rating) FROM touchpoint_ratings WHERE touchpoint = 'Bill')""",
}
