"""The mail face: a report as a message that can be read anywhere, and its way to the mail server.

`compose` makes the message, `deliverable` decides whether it may go out, `compose_held_back` says honestly that it did
not, `send` hands it over, `render_html` and `render_text` show it to its author first.
"""

from __future__ import annotations

from cxdash.faces.mail.gate import Verdict, deliverable
from cxdash.faces.mail.held_back import compose_held_back, held_back_report
from cxdash.faces.mail.message import compose, render_html, render_text
from cxdash.faces.mail.preview import write_preview
from cxdash.faces.mail.smtp import Receipt, SmtpError, SmtpServer, send

__all__ = [
    "Receipt",
    "SmtpError",
    "SmtpServer",
    "Verdict",
    "compose",
    "compose_held_back",
    "deliverable",
    "held_back_report",
    "render_html",
    "render_text",
    "send",
    "write_preview",
]
