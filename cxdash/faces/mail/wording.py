"""Text that is safe to print: what a customer's system holds may carry control characters and invisible reordering.

Used for the mail's every part, so that its HTML, its plain text and its headers show the same characters.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")

ISOLATE, END_ISOLATE = "\u2068", "\u2069"


def clean(text: str) -> str:
    """`text` without control characters and without marks that reorder what follows them; line breaks are kept."""
    return _REORDERING.sub("", _CONTROL.sub(" ", text.replace("\r\n", "\n")))


def one_line(text: str) -> str:
    """`text` on one line, as headers and table cells need it."""
    return " ".join(clean(text).split())


def say(text: str) -> str:
    """`text` as HTML text."""
    return escape(clean(text), quote=True)


def isolate(text: str, rtl: bool) -> str:
    """`text` as HTML that keeps its own direction: “−6” stays “−6” in a Persian sentence."""
    if not text or not (rtl or _RIGHT_TO_LEFT.search(text)):
        return say(text)
    return f'<span dir="auto">{say(text)}</span>'


def isolate_plain(text: str, rtl: bool) -> str:
    """The same for plain text, with the marks Unicode has for it."""
    return f"{ISOLATE}{clean(text)}{END_ISOLATE}" if rtl and text else clean(text)


def columns_of(text: str) -> int:
    """How many columns of a terminal a text takes; marks and joiners take none, wide letters two."""
    return sum(
        0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
