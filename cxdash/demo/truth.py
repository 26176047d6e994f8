"""What is planted in the demo company, as data: this must be found in the rows, and nothing in the quiet stretches.

The sizes follow from `plan`; the ranges are wide enough for the sampling error of a company of scale 1 and narrow
enough that an effect of the wrong sign or a tenth of the size falls outside. Days are offsets from the last day;
`story` puts real dates on them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from cxdash.demo import plan
from cxdash.demo.elements import Against, Effect, QuietStretch, StoryElement, Where
from cxdash.demo.market import RIVAL_AHEAD
from cxdash.demo.plan import Span

ALWAYS = Span(-(plan.DAYS - 1), 0)
_STEADY = Span(-132, -53)


def _pp(
    key: str, smallest: float, largest: float, against: Against = "before", *, metric: str = "", where: Where = ()
) -> Effect:
    return Effect(key, metric or key, against, "percentage points", smallest, largest, where)


def _points(key: str, smallest: float, largest: float, against: Against = "before", *, metric: str = "") -> Effect:
    return Effect(key, metric or key, against, "points", smallest, largest)


def _times(key: str, smallest: float, largest: float, *, where: Where = ()) -> Effect:
    return Effect(key, key, "before", "times", smallest, largest, where)


_WEB: Where = (("channel", ("web",)),)
_PHONE: Where = (("channel", ("phone",)),)

STORY: tuple[StoryElement, ...] = (
    StoryElement(
        "north_waiting",
        "Waiting on the phone in the North grew for three weeks and has stayed three times as long since; "
        "callers give up more often and satisfaction has fallen.",
        ("contacts", "responses"), (("channel", ("phone",)), ("region", ("North",))), plan.NORTH_FULL,
        (_points("nps", -75, -28), _pp("csat", -36, -13), _times("wait_seconds", 2.2, 3.3), _pp("abandonment", 4, 14)),
        before=_STEADY,
    ),
    StoryElement(
        "broken_handoffs",
        "In Lakeland, who goes from chat to the phone starts again: no context arrives and the story is told twice.",
        ("contacts",), (("region", ("Lakeland",)),), ALWAYS,
        (_pp("asked_to_repeat", 38, 62, "rest"), _pp("context_attached", -78, -52, "rest")),
    ),
    StoryElement(
        "contradictory_mailings",
        "For six weeks the campaign “Upgrade Now” advertised products to the very customers whose problem with "
        "them was open.",
        ("messages", "contacts"), (("sender", ("marketing",)), ("campaign_id", ("CMP-09",))), plan.MAILINGS,
        (_times("contradictions", 8, 60),),
        before=Span(-280, -160),
    ),
    StoryElement(
        "billing_bot",
        "The chat bot keeps almost every billing question to itself and calls it solved; nearly half come back "
        "within a week.",
        ("contacts",), (("reason", ("billing",)), ("actor", ("bot",))), ALWAYS,
        (_pp("containment", 30, 55, "rest"), _pp("durability", -42, -20, "rest")),
    ),
    StoryElement(
        "campaign",
        "The campaign “Nova Weeks” brought more visitors than site and shelf could serve: errors, slow pages, no "
        "stock, full telephone lines, and less satisfaction on the web.",
        ("visits", "stock", "contacts", "responses", "campaigns"), (), plan.CAMPAIGN,
        (
            _times("visits", 1.35, 2.3), _times("errors", 4, 11, where=_WEB), _times("load_ms", 2.0, 3.0, where=_WEB),
            _pp("stock_out", 40, 75, where=(("product", ("Handset Nova",)),)), _pp("abandonment", 2, 8, where=_PHONE),
            _pp("csat", -34, -12, where=_WEB),
        ),
        before=plan.QUIET,
    ),
    StoryElement(
        "training_worked",
        "After “Solve it in one conversation” the team Chat Beta solves more and its customers are happier than "
        "those of the other chat teams.",
        ("agents", "contacts", "responses"), (("team", ("Chat Beta",)),), plan.TRAINING_WORKED,
        (_pp("csat", 3, 20, "control"), _pp("resolved", 6, 14, "control")),
        before=plan.QUIET,
    ),
    StoryElement(
        "training_idle",
        "“Friendly phrases” changed nothing in the team Phone Midlands.",
        ("agents", "contacts", "responses"), (("team", ("Phone Midlands",)),), plan.TRAINING_IDLE,
        (_pp("csat", -6, 6, "control"),),
        before=plan.QUIET,
    ),
    StoryElement(
        "rival_ahead",
        f"{RIVAL_AHEAD} has gained some four NPS points every half-year while our relationship NPS stood still: "
        "standing still is falling back.",
        ("benchmarks", "responses"), (), plan.YEAR_NOW,
        (_points("benchmark", 16, 18, metric="nps"), _points("nps", -3.5, 3.5)),
        before=plan.YEAR_BEFORE,
    ),
    StoryElement(
        "simpson",
        "Satisfaction with onboarding rose in every segment and fell in total, because those who need help now are "
        "mostly prepaid customers, the hardest to please.",
        ("responses",), (("survey", ("csat",)), ("stage", ("Onboard",))), plan.YEAR_NOW,
        (
            _pp("csat", -9, -1.5),
            *(
                _pp(f"csat_{name.lower()}", 0.5, 22, metric="csat", where=(("segment", (name,)),))
                for name in ("Standard", "Prepaid", "Family", "Premium", "Business")
            ),
        ),
        before=plan.YEAR_BEFORE,
    ),
    StoryElement(
        "gaming_agent",
        "Agent A00004 sends the survey to happy customers only and answers many within a minute; first-contact "
        "resolution is no better than the colleagues’.",
        ("contacts", "responses"), (("agent_id", ("A00004",)),), ALWAYS,
        (
            _pp("csat", 10, 25, "rest"), _pp("instant_answers", 35, 90, "rest"),
            _pp("invited_unresolved", -75, -50, "rest"), _pp("first_contact_resolution", -8, 6, "rest"),
        ),
    ),
    StoryElement(
        "honest_agent",
        "Agent A00009 of the same team scores as high, asks everybody, and really solves more.",
        ("contacts", "responses"), (("agent_id", ("A00009",)),), ALWAYS,
        (_pp("csat", 6, 24, "rest"), _pp("first_contact_resolution", 7, 22, "rest")),
    ),
    StoryElement(
        "initiative_works",
        "“One advisor per case” (INI-1) raised satisfaction in Harbour Coast against its control regions.",
        ("initiatives", "responses"), (("region", ("Harbour Coast",)),), plan.INITIATIVE_WORKS,
        (_pp("csat", 2, 14, "control"),),
        before=Span(-364, -189),
    ),
    StoryElement(
        "initiative_idle",
        "The “Loyalty magazine” (INI-2) changed nothing in the South.",
        ("initiatives", "responses"), (("region", ("South",)),), plan.INITIATIVE_IDLE,
        (_pp("csat", -6, 6, "control"),),
        before=Span(-340, -171),
    ),
    StoryElement(
        "bad_region",
        "The East is less satisfied than everywhere else, on every channel and all the time.",
        ("responses",), (("region", ("East",)),), ALWAYS,
        (_points("nps", -35, -13, "rest"), _pp("csat", -15, -4, "rest")),
    ),
    StoryElement(
        "lost_carts",
        "A cart survives when its owner comes back on the same device, and mostly is lost on another.",
        ("visits",), (), ALWAYS,
        (_pp("cart_kept", -65, -35, "rest"),),
    ),
    StoryElement(
        "perception_gap",
        "The company rates its bill far better than its customers do, and the bill matters most after the network.",
        ("assessments", "touchpoint_ratings", "responses"), (("touchpoint", ("Bill",)),), ALWAYS,
        (_points("rating", 0.8, 1.8, "own view"),),
    ),
)  # fmt: skip
"""Every planted element, in no order of importance."""

_FEELINGS = ("nps", "csat", "ces", "first_contact_resolution", "wait_seconds")

QUIET: tuple[QuietStretch, ...] = (
    QuietStretch(
        "relationship", "The relationship NPS stands still for two years.",
        ("nps",), (("pattern", ("relationship",)),), (),
        plan.YEAR_NOW, plan.YEAR_BEFORE,
    ),
    QuietStretch(
        "before_the_storm", "From 340 to 200 days ago nothing begins, ends or drifts, anywhere.", _FEELINGS, (), (),
        Span(-269, -200), Span(-340, -270),
    ),
    QuietStretch(
        "everywhere_else",
        "In the last 60 days nothing changed outside the phone in the North; volumes follow weekday and season.",
        _FEELINGS, (), (("region", ("North",)),), Span(-59, 0), Span(-119, -60),
    ),
    QuietStretch(
        "churn", "Churn is steady for two years.", ("churn",), (), (), plan.YEAR_NOW, plan.YEAR_BEFORE,
    ),
)  # fmt: skip


def story(last_day: date) -> tuple[StoryElement, ...]:
    """The story with real dates, for a company that ends on `last_day`."""
    return tuple(
        replace(
            element,
            first_day=last_day + timedelta(days=element.now.first),
            last_day=last_day + timedelta(days=element.now.last),
            before_first_day=last_day + timedelta(days=element.before.first) if element.before else None,
            before_last_day=last_day + timedelta(days=element.before.last) if element.before else None,
        )
        for element in STORY
    )
