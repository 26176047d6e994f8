"""A report as an e-mail: plain text and HTML that say the same, pictures inside the message, honest headers.

The same report, reader and moment give the same bytes: identifiers and boundaries are derived from the content, so that
a message that is sent again after an interruption can be recognised as the same one.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from cxdash.errors import DeliveryError
from cxdash.faces.mail.links import Links
from cxdash.faces.mail.markup import Markup, draw
from cxdash.faces.mail.plain import write
from cxdash.faces.mail.wording import one_line
from cxdash.language import speaking
from cxdash.report.blocks import Report

POLICY = SMTP.clone(cte_type="7bit", max_line_length=78)
"""Every body is encoded as ASCII, so that no server on the way has to know more."""

_LONGEST_SUBJECT = 200


def compose(
    report: Report,
    *,
    link_base: str,
    sender: str,
    recipient: str | None,
    sent_at: datetime,
    key: str = "",
    reason: str = "",
    unsubscribe: str = "",
) -> EmailMessage:
    """The message that carries a report.

    Args:
        report: what is sent, already in the reader's language.
        link_base: address of the app; links reopen exactly this view.
        sender: address it comes from, `name@example.com` or `Name <name@example.com>`.
        recipient: address it goes to; None for a preview.
        sent_at: moment of the Date header, with a time zone.
        key: what makes this delivery unique (snapshot, period, recipient), from which its Message-ID is derived; by
            default everything in the message.
        reason: why the reader gets this, in a sentence.
        unsubscribe: https or mailto address to stop it, also put into List-Unsubscribe.

    Raises:
        DeliveryError: for an address that is none, or a report that does not fit into a mail.
        SettingsError: when `link_base` is no web address.
    """
    if sent_at.tzinfo is None:
        raise ValueError("sent_at needs a time zone")
    source = _address(sender, "sender")
    with speaking(report.language):
        links = Links(link_base, report.language)
        stop = _check_unsubscribe(unsubscribe)
        markup = draw(report, links, reason=reason, unsubscribe=stop)
        plain = write(report, links, reason=reason, unsubscribe=stop)
    message = EmailMessage(policy=POLICY)
    message["From"] = source
    if recipient is not None:
        message["To"] = _address(recipient, "recipient")
    message["Subject"] = subject_line(report.subject)
    message["Date"] = format_datetime(sent_at)
    identity = key or "\n".join((plain, markup.html, recipient or "", sent_at.isoformat()))
    digest = hashlib.sha256(identity.encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{digest}@{source.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if stop:
        message["List-Unsubscribe"] = f"<{stop}>"
    _fill(message, plain, markup)
    message["Content-Language"] = report.language
    _mark_boundaries(message, digest)
    return message


def render_html(report: Report, *, link_base: str, reason: str = "", inline_images: bool = True) -> str:
    """The mail's HTML as a file of its own; with `inline_images` its pictures are inside, else they are missing."""
    with speaking(report.language):
        markup = draw(report, Links(link_base, report.language), reason=reason)
    html = markup.html
    if inline_images:
        for picture in markup.pictures:
            html = html.replace(f'"cid:{picture.cid}"', f'"data:image/png;base64,{b64encode(picture.png).decode()}"')
    return html


def render_text(report: Report, *, link_base: str, reason: str = "") -> str:
    """The mail's plain text."""
    with speaking(report.language):
        return write(report, Links(link_base, report.language), reason=reason)


def subject_line(text: str) -> str:
    """A subject on one line and of bearable length; line breaks cannot smuggle in another header."""
    line = one_line(text)
    return line if len(line) <= _LONGEST_SUBJECT else line[: _LONGEST_SUBJECT - 1].rstrip() + "…"


def _address(text: str, role: str) -> Address:
    """The address in `text`, with or without a name."""
    name, _open, rest = text.rpartition("<") if text.endswith(">") else ("", "", f"{text}>")
    spec = rest.removesuffix(">")
    wrong = DeliveryError(
        f"“{one_line(text)}” is not an e-mail address ({role}).",
        known="It looks like “anna@example.com” or “Anna Berg <anna@example.com>”.",
        action="Correct it where the snapshot is configured.",
    )
    if any(c in text for c in "\r\n\x00") or " " in spec:
        raise wrong
    try:
        found = Address(name.strip().strip('"'), addr_spec=spec)
    except (MessageError, ValueError, IndexError):
        raise wrong from None
    if not found.domain or not found.username:
        raise wrong
    return found


def _check_unsubscribe(address: str) -> str:
    """An address that may stand in a header and behind a link."""
    if not address:
        return ""
    if urlsplit(address).scheme not in ("https", "http", "mailto") or any(c in address for c in '<>" \r\n\t'):
        raise DeliveryError(
            "The address to stop these mails cannot be used.",
            known="It must begin with https: or mailto: and contain no spaces, quotation marks or angle brackets.",
            action="Correct it where snapshots are configured.",
        )
    return address


def _fill(message: EmailMessage, plain: str, markup: Markup) -> None:
    """Both versions; the pictures belong to the HTML only, so that text readers do not show them as attachments."""
    message.set_content(plain, subtype="plain", charset="utf-8")
    message.add_alternative(markup.html, subtype="html", charset="utf-8")
    page = message.get_payload(1)
    assert isinstance(page, EmailMessage)
    for picture in markup.pictures:
        name = picture.cid.partition("@")[0] + ".png"
        page.add_related(picture.png, "image", "png", cid=f"<{picture.cid}>", disposition="inline", filename=name)


def _mark_boundaries(message: EmailMessage, digest: str) -> None:
    """Boundaries from the content instead of from chance; “=_” cannot occur in an encoded body."""
    parts = [part for part in message.walk() if part.is_multipart()]
    for number, part in enumerate(parts):
        part.set_boundary(f"=_{digest[:24]}_{number}")
