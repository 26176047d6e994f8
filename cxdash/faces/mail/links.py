"""Addresses in a mail: every link leads into the app, to exactly the view the reader sees, in their language."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from cxdash.errors import SettingsError
from cxdash.report.blocks import Link
from cxdash.report.pages import PAGES

LANGUAGE = "lang"
"""The parameter that chooses the reader's language on any page."""


@dataclass(frozen=True)
class Links:
    """Where the app is, and in which language it shall open.

    Attributes:
        base: address of the app's start page, `https://cx.example.com` or below a path of it.
        language: of the report.

    Raises:
        SettingsError: when `base` is not an http or https address without query.
    """

    base: str
    language: str

    def __post_init__(self) -> None:
        parts = urlsplit(self.base)
        extra = parts.query or parts.fragment or parts.username
        if parts.scheme not in ("http", "https") or not parts.hostname or extra:
            raise SettingsError(
                "The app's address, which links in mails begin with, is not a web address.",
                known="It looks like “https://cx.example.com”, without “?”, “#” or a password.",
                action="Correct it where snapshots are configured.",
            )

    def to(self, link: Link) -> str:
        """The absolute address of a place in the app; a page that is not offered leads to the start page."""
        paths = {page.key: page.key for page in PAGES} | {PAGES[0].key: ""}
        query = {LANGUAGE: self.language} | dict(link.query)
        return f"{self.base.rstrip('/')}/{quote(paths.get(link.page, ''))}?{urlencode(query, safe=',.')}"
