"""Words, numbers and dates: every sentence a viewer can meet passes through here.

English is the source text; other languages are gettext catalogues under `language/locales/<code>/LC_MESSAGES/`.
The language of the reader is a context variable, so that two mails rendered at the same time cannot mix languages.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

LOCALES = Path(__file__).parent / "locales"
SOURCE_LANGUAGE = "en"

_current: ContextVar[str] = ContextVar("language", default=SOURCE_LANGUAGE)

_RIGHT_TO_LEFT = frozenset({"fa", "ar", "he", "ur"})


@lru_cache(maxsize=16)
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("cxdash", LOCALES, languages=[language], fallback=True)


def N_(message: str) -> str:  # noqa: N802 - the conventional name that extraction tools know
    """Mark a sentence for translation where it is declared; it is translated where it is shown."""
    return message


def _(message: str) -> str:
    """The sentence in the reader's language."""
    return _catalogue(_current.get()).gettext(message) if message else ""


def plural(one: str, many: str, count: int) -> str:
    """The sentence in the plural form the reader's language has for `count`; `{n}` is left to the caller."""
    return _catalogue(_current.get()).ngettext(one, many, count)


def language() -> str:
    """Code of the reader's language."""
    return _current.get()


def direction(code: str | None = None) -> str:
    """Writing direction of a language (default: the reader's): "rtl" or "ltr"."""
    return "rtl" if (code or _current.get()).split("-")[0] in _RIGHT_TO_LEFT else "ltr"


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Everything inside is said in that language."""
    token = _current.set(code)
    try:
        yield
    finally:
        _current.reset(token)


def available() -> tuple[str, ...]:
    """Languages that can be offered: the source language and every catalogue on disk."""
    found = {p.parent.parent.name for p in LOCALES.glob("*/LC_MESSAGES/cxdash.mo")}
    return tuple(sorted(found | {SOURCE_LANGUAGE}))
