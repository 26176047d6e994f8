"""A mail as a file, to look at before anybody gets it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from cxdash.errors import DeliveryError
from cxdash.faces.mail.message import compose, render_html, render_text
from cxdash.report.blocks import Report

FORMS = (".html", ".txt", ".eml")


def write_preview(report: Report, path: Path, *, link_base: str, sender: str, sent_at: datetime) -> None:
    """Write the mail of a report to `path`: the HTML with its pictures, the plain text, or the whole message.

    Raises:
        DeliveryError: for a file name that ends in none of `FORMS`.
    """
    match path.suffix.lower():
        case ".html" | ".htm":
            path.write_text(render_html(report, link_base=link_base), encoding="utf-8")
        case ".txt":
            path.write_text(render_text(report, link_base=link_base), encoding="utf-8")
        case ".eml":
            message = compose(report, link_base=link_base, sender=sender, recipient=None, sent_at=sent_at)
            path.write_bytes(message.as_bytes())
        case _:
            raise DeliveryError(
                f"A preview cannot be written as “{path.name}”.",
                known=f"Known endings: {', '.join(FORMS)}.",
                action="Choose one of them.",
            )
