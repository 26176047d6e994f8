"""Text that customers wrote, made safe to read: no sign that cannot be seen may change what is seen.

A comment may hold characters that turn the direction of the text around it, so that a reader sees something else than
what is there (“Trojan Source”), or that a terminal or a spreadsheet obeys. They are written out by their code instead.
Joiners stay: Persian and emoji cannot be written without them.
"""

from __future__ import annotations

import re

UNSEEN = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls, other than tab and the ends of lines
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks that turn the direction
    "\u2028\u2029\u2060-\u2064\ufeff\ufff9-\ufffb"  # separators and signs without a shape
    "]"
)


def visible(text: str) -> str:
    """The text with every character that has no shape of its own, but an effect, written as “⟨U+202E⟩”."""
    return UNSEEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", text) if not text.isalnum() else text


def one_line(text: str) -> str:
    """The same on one line: ends of lines and tabs become spaces."""
    return " ".join(visible(text).split())
