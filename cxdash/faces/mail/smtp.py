"""Handing a message to a mail server: encrypted, within a time, and with an answer that says whether to try again.

Temporary and permanent refusals are told apart, and so is the one case nobody can decide: the connection broke after
the message was handed over. Passwords never reach a message, an error or a log.
"""

from __future__ import annotations

import ipaddress
import os
import re
import smtplib
import ssl
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal
from urllib.parse import unquote, urlsplit

from cxdash.errors import DeliveryError, SettingsError

VARIABLE = "CXDASH_SMTP_URL"
"""Environment variable that holds the mail server's address by default."""

Security = Literal["starttls", "tls", "loopback"]

_AUTHENTICATED = 235
_FORM = "It looks like “smtp://user:password@mail.example.com:587” or “smtps://mail.example.com”."
_ENVIRONMENT = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)\Z")


class SmtpError(DeliveryError):
    """A message the mail server did not take.

    Attributes:
        temporary: whether the same message may be taken later.
        uncertain: whether it may have been taken after all: the connection broke before the server's answer.
        code: the server's reply code; None when there was no reply.
    """

    def __init__(
        self,
        problem: str,
        *,
        known: str = "",
        action: str = "",
        temporary: bool,
        uncertain: bool = False,
        code: int | None = None,
    ) -> None:
        super().__init__(problem, known=known, action=action)
        self.temporary = temporary
        self.uncertain = uncertain
        self.code = code


@dataclass(frozen=True)
class SmtpServer:
    """A mail server.

    Attributes:
        security: "starttls" (encrypted before anything is said), "tls" (encrypted from the start), or "loopback"
            (on this machine, where nobody listens in).
        timeout: seconds for each step.
    """

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    security: Security = "starttls"
    timeout: float = 30.0

    @classmethod
    def parse(cls, text: str = f"env:{VARIABLE}", environment: Mapping[str, str] | None = None) -> SmtpServer:
        """The server named by `smtp://…`, `smtps://…` or `env:NAME`.

        Raises:
            SettingsError: when it cannot be read; the text itself is never repeated, as it may hold a password.
        """
        source = "the mail server's address"
        if match := _ENVIRONMENT.match(text):
            source = f"environment variable {match[1]}"
            text = (os.environ if environment is None else environment).get(match[1], "").strip()
            if not text:
                raise SettingsError(
                    f"The {source}, which holds the mail server's address, is not set.", known=_FORM, action="Set it."
                )
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path not in ("", "/") or parts.query:
            raise SettingsError(
                f"{source[:1].upper()}{source[1:]} cannot be read.", known=_FORM, action="Correct it there."
            )
        security: Security = (
            "tls" if parts.scheme == "smtps" else "loopback" if is_loopback(parts.hostname) else "starttls"
        )
        return cls(
            host=parts.hostname,
            port=port or (465 if security == "tls" else 25 if security == "loopback" else 587),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            security=security,
        )

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Receipt:
    """What became of a message.

    Attributes:
        message_id: the message's own identifier.
        accepted: addresses the server took it for.
        refused: address → the server's reply, where it took the message for others only.
    """

    message_id: str
    accepted: tuple[str, ...]
    refused: Mapping[str, str]


def is_loopback(host: str) -> bool:
    """Whether a host name can only mean this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def send(message: EmailMessage, server: SmtpServer) -> Receipt:
    """Hand a message to the server for everybody in its To, Cc and Bcc.

    Raises:
        SmtpError: when nobody's copy was taken; it says whether trying again makes sense.
    """
    with _explain(server), _connect(server) as connection:
        handed_over = False
        try:
            _enter(connection, server)
            handed_over = True
            refused = connection.send_message(message)
        except smtplib.SMTPServerDisconnected as gone:
            raise _broken(server, "The mail server closed the connection.", uncertain=handed_over) from gone
    people = [
        address.addr_spec
        for name in ("To", "Cc", "Bcc")
        for header in message.get_all(name, [])
        for address in header.addresses
    ]
    return Receipt(
        message_id=str(message["Message-ID"]),
        accepted=tuple(person for person in people if person not in refused),
        refused={person: _reply(server, code, text) for person, (code, text) in refused.items()},
    )


def _connect(server: SmtpServer) -> smtplib.SMTP:
    if server.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=server.timeout)


def _enter(connection: smtplib.SMTP, server: SmtpServer) -> None:
    """Encrypt where required, then log in. Nothing but a greeting is said before."""
    connection.ehlo()
    if server.security == "starttls":
        if not connection.has_extn("starttls"):
            raise SmtpError(
                f"The mail server {server} offers no encryption.",
                known="It does not announce STARTTLS, so message and password would travel in the open.",
                action="Use smtps:// or another port, usually 587.",
                temporary=False,
            )
        connection.starttls(context=ssl.create_default_context())
        connection.ehlo()
    if server.user:
        _log_in(connection, server)


def _log_in(connection: smtplib.SMTP, server: SmtpServer) -> None:
    if (server.user + server.password).isascii():
        connection.login(server.user, server.password)
        return
    # smtplib encodes credentials as ASCII only; the standard (RFC 4616) says UTF-8
    credentials = f"\0{server.user}\0{server.password}".encode()
    code, reply = connection.docmd("AUTH", "PLAIN " + b64encode(credentials).decode("ascii"))
    if code != _AUTHENTICATED:
        raise smtplib.SMTPAuthenticationError(code, reply)


@contextmanager
def _explain(server: SmtpServer) -> Iterator[None]:
    """Turn what the network and the server say into sentences."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as all_refused:
        replies = {who: (code, text) for who, (code, text) in all_refused.recipients.items()}
        code = max((code for code, _text in replies.values()), default=0)
        known = "; ".join(f"{who}: {_reply(server, code, text)}" for who, (code, text) in replies.items())
        raise _refused(server, "refused every recipient", code, known) from None
    except smtplib.SMTPSenderRefused as bad:
        raise _refused(server, f"refused the sender {bad.sender}", bad.smtp_code, _say(server, bad)) from None
    except smtplib.SMTPAuthenticationError as bad:
        raise _refused(server, f"did not let {server.user} in", bad.smtp_code, _say(server, bad)) from None
    except smtplib.SMTPResponseException as bad:
        raise _refused(server, "refused the message", bad.smtp_code, _say(server, bad)) from None
    except smtplib.SMTPNotSupportedError as bad:
        raise SmtpError(
            f"The mail server {server} cannot do what is needed.",
            known=_scrub(server, str(bad)),
            action="Ask its administrator, or use another server.",
            temporary=False,
        ) from None
    except ssl.SSLCertVerificationError as bad:
        raise SmtpError(
            f"The mail server {server} could not prove who it is.",
            known=f"Its certificate was not accepted: {bad.verify_message}.",
            action="Correct the host name, or add your company's authority with SSL_CERT_FILE.",
            temporary=False,
        ) from None
    except (OSError, smtplib.SMTPException) as bad:
        raise _broken(server, f"The mail server {server} cannot be reached: {_scrub(server, str(bad))}.") from None


def _broken(server: SmtpServer, problem: str, *, uncertain: bool = False) -> SmtpError:
    return SmtpError(
        problem,
        known="The message may have been taken all the same." if uncertain else f"Tried {server}.",
        action="It can be sent again; its Message-ID stays the same."
        if uncertain
        else "It is worth trying again later.",
        temporary=True,
        uncertain=uncertain,
    )


def _refused(server: SmtpServer, what: str, code: int, known: str) -> SmtpError:
    temporary = 400 <= code < 500
    return SmtpError(
        f"The mail server {server} {what}.",
        known=known,
        action="It asks to try again later." if temporary else "Trying again will not help; correct the cause first.",
        temporary=temporary,
        code=code,
    )


def _say(server: SmtpServer, bad: smtplib.SMTPResponseException) -> str:
    return _reply(server, bad.smtp_code, bad.smtp_error)


def _reply(server: SmtpServer, code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return _scrub(server, f"{code} {' '.join(words.split())}")


def _scrub(server: SmtpServer, text: str) -> str:
    return text.replace(server.password, "***") if server.password else text
