"""What customers write: plausible sentences by topic and mood, put together from parts.

A pool is composed once, in a fixed order, and rows point into it. A few texts are deliberately awkward (markup, a
leading equals sign, emoji, another script), because real ones are.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np

from cxdash.demo import names
from cxdash.demo.draws import Codes, Flags, Ints, happens

_GOOD = {
    "billing": ("the bill was explained to me line by line", "my invoice was corrected on the spot"),
    "contract_change": ("changing my plan took two minutes", "the new contract is exactly what I asked for"),
    "slow_internet": ("the connection is fast again", "they found the fault with my line at once"),
    "order_status": ("I always knew where my parcel was", "tracking the order was easy"),
    "password_reset": ("resetting my password just worked", "I was back in my account in no time"),
    "delivery": ("the delivery came when promised", "the courier was friendly and on time"),
    "payment": ("moving my payment date was no problem", "the payment was booked the same day"),
    "outage": ("I was warned before the outage", "the network was back sooner than announced"),
    "roaming": ("roaming worked from the first minute abroad", "the roaming costs were clear"),
    "complaint": ("my complaint was taken seriously", "somebody really listened this time"),
    "cancellation": ("they let me go without a fight", "cancelling was fair and quick"),
    "activation": ("the set-up took ten minutes", "everything worked out of the box"),
    "general": ("I have been happy here for years", "good value and friendly people", "I would choose Meridian again"),
}
_BAD = {
    "billing": (
        "the bill is wrong again",
        "nobody can tell me what this charge is for",
        "the bot said solved but the bill did not change",
    ),
    "contract_change": ("my new plan costs more than promised", "I had to sign twice for one change"),
    "slow_internet": ("the internet crawls every evening", "the line has been slow for weeks"),
    "order_status": ("nobody knows where my order is", "the tracking page only shows errors"),
    "password_reset": ("the reset mail never arrived", "I was locked out for two days"),
    "delivery": ("the parcel came a week late", "the courier never rang the bell"),
    "payment": ("I was charged twice", "a reminder came although I had paid"),
    "outage": ("no network all day and not a word from you", "I had to find out about the outage myself"),
    "roaming": ("roaming did not work for three days", "a shock of a roaming bill"),
    "complaint": ("my complaint has been open for weeks", "I told the same story four times"),
    "cancellation": ("I was passed on five times just to cancel", "cancelling is made hard on purpose"),
    "activation": ("the set-up failed and nobody could help", "I waited three weeks to be connected"),
    "general": ("prices go up and service goes down", "other companies do this better", "I am a number to you"),
}
_WAITING = (
    "I waited on the phone for ages",
    "forty minutes of music and then cut off",
    "nobody picks up the phone any more",
)
_OPENERS_GOOD = ("Great: ", "Thank you, ", "All in all ", "", "Very satisfied, ", "This time ")
_OPENERS_BAD = ("Disappointed: ", "Honestly, ", "Once more ", "", "Sorry, but ", "For the second time ")
_CLOSERS_GOOD = (".", ". Keep it up!", ". The agent was kind.", " and I did not have to wait.", ". Thanks!")
_CLOSERS_BAD = (
    ".",
    ". I expect a call back.",
    ". This must get better.",
    " and nobody called back.",
    "!!",
    ". I am thinking of leaving.",
)
_NEUTRAL = (
    "It was okay.", "Fine, but it could be faster.", "Average. Nothing special.",
    "Solved in the end, but it took two attempts.",
    "Good advice, long wait.", "The price is fair, the app is not.", "ok", "No comment", "Works most of the time.",
)  # fmt: skip
_PERSIAN_GOOD = (
    "خیلی سریع مشکلم حل شد، ممنون.",
    "پشتیبانی مودب و دقیق بود.",
    "از خدمات شما راضی هستم.",
    "اینترنت دوباره پرسرعت شد.",
)
_PERSIAN_BAD = (
    "سه بار همان داستان را تعریف کردم.",
    "زمان انتظار تلفن خیلی طولانی است.",
    "صورت‌حساب من اشتباه است.",
    "هیچ‌کس جواب نمی‌دهد.",
)
_AWKWARD = (
    "<b>terrible</b> <script>alert('hi')</script> your site broke my basket",
    '=HYPERLINK("http://example.invalid","click me")',
    "+49 is not my country code, -1 for that",
    "@support finally answered 🎉🎉",
    "😡😡😡 phone phone phone",
    "Line one\nline two\n\nline four",
    "He said “we’ll call you back” — nobody did; 100% of the time…",
    "    ",
    "Robert'); DROP TABLE responses;--",
    "very " * 180 + "slow",
)
_TOPICS = (*names.REASONS, "general")
_WAIT_TOPIC = len(_TOPICS)


def _join(opener: str, middle: str, closer: str) -> str:
    text = f"{opener}{middle}{closer}"
    return text[0].upper() + text[1:]


@cache
def pool() -> tuple[str, ...]:
    """Every comment a customer may write, in a fixed order."""
    return tuple(text for _, _, texts in _shelves() for text in texts)


@cache
def _shelves() -> tuple[tuple[int, int, tuple[str, ...]], ...]:
    """(topic, mood, texts): mood 1 good, 0 neutral, -1 bad."""
    shelves: list[tuple[int, int, tuple[str, ...]]] = []
    for topic, name in enumerate(_TOPICS):
        shelves.append((topic, 1, tuple(_join(*p) for p in product(_OPENERS_GOOD, _GOOD[name], _CLOSERS_GOOD))))
        shelves.append((topic, -1, tuple(_join(*p) for p in product(_OPENERS_BAD, _BAD[name], _CLOSERS_BAD))))
    shelves.append((_WAIT_TOPIC, -1, tuple(_join(*p) for p in product(_OPENERS_BAD, _WAITING, _CLOSERS_BAD))))
    shelves.append((-1, 0, _NEUTRAL))
    shelves.append((-2, 1, _PERSIAN_GOOD))
    shelves.append((-2, -1, _PERSIAN_BAD))
    shelves.append((-3, 0, _AWKWARD))
    return tuple(shelves)


def write_comments(
    rng: np.random.Generator,
    reason: Codes,
    feeling: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    language: Codes,
    waited: Flags,
) -> Ints:
    """Which text of the pool each of these answers carries.

    Args:
        rng: the stream to draw from.
        reason: position of the topic in `names.REASONS`, -1 for the relationship as a whole.
        feeling: the customer's feeling in standard deviations.
        language: position in `names.LANGUAGES`.
        waited: whether the customer waited so long that it is worth a word.
    """
    size = len(reason)
    topic = np.where(reason < 0, len(names.REASONS), reason).astype(np.int64)
    mood = np.where(feeling > 0.15, 1, np.where(feeling < -0.55, -1, 0))
    topic = np.where(waited & (mood < 0) & happens(rng, 0.6, size), _WAIT_TOPIC, topic)
    topic = np.where((language == names.PERSIAN) & (mood != 0) & happens(rng, 0.8, size), -2, topic)
    topic = np.where(mood == 0, -1, topic)
    odd = happens(rng, 0.004, size)
    topic, mood = np.where(odd, -3, topic), np.where(odd, 0, mood)
    first = 0
    chosen = np.zeros(size, dtype=np.int64)
    draw = rng.random(size)
    for shelf_topic, shelf_mood, texts in _shelves():
        here = (topic == shelf_topic) & (mood == shelf_mood)
        chosen[here] = first + (draw[here] * len(texts)).astype(np.int64)
        first += len(texts)
    return chosen
