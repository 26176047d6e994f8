"""The reader's language: the URL's, where it names one we know, else the edition's."""

from __future__ import annotations

from cxdash.errors import unknown_name
from cxdash.language import available

# May be asked for before its catalogue is complete: the layout follows, words without a translation stay English.
_LAYOUT_ONLY = ("fa",)


def chosen_language(asked: str | list[str], usual: str) -> tuple[str, tuple[str, ...]]:
    """The language to speak, and what was wrong with the wish, in words."""
    wish = asked if isinstance(asked, str) else asked[-1]
    if not wish:
        return usual, ()
    known = sorted({usual, *available(), *_LAYOUT_ONLY})
    if wish in known:
        return wish, ()
    return usual, (str(unknown_name("language", wish, known)),)
