"""Delivery to a real mail server: what arrives, what is encrypted, and what each kind of refusal is called."""

from __future__ import annotations

import datetime as dt
import email
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cxdash.errors import SettingsError
from cxdash.faces.mail import SmtpError, SmtpServer, compose, send
from tests.faces.conformance import Page, squeeze
from tests.faces.specimen import specimen

SENT = dt.datetime(2026, 11, 2, 8, 0, tzinfo=dt.UTC)
SECRET = "p@ss/wörd"


class Mailbox:
    """Keeps what arrives; refuses what a test wants refused."""

    def __init__(self) -> None:
        self.arrived: list[bytes] = []
        self.recipients: list[list[str]] = []
        self.encrypted: list[bool] = []
        self.rcpt_replies: dict[str, str] = {}
        self.data_reply = "250 taken"
        self.drop_after_data = False

    async def handle_RCPT(  # noqa: N802 - aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        reply = self.rcpt_replies.get(address)
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - likewise
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.arrived.append(envelope.content)
        self.recipients.append(list(envelope.rcpt_tos))
        self.encrypted.append(session.ssl is not None)
        if self.drop_after_data:
            assert server.transport is not None
            server.transport.close()
        return self.data_reply


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-made certificate for this machine, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    crt, pem = folder / "server.crt", folder / "server.key"
    crt.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return crt, pem


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Start = Callable[..., int]


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def start(mailbox: Mailbox) -> Iterator[Start]:
    """Starts a mail server in front of the mailbox; returns its port."""
    running: list[Controller] = []

    def _start(**options: Any) -> int:
        controller = Controller(mailbox, hostname="127.0.0.1", port=free_port(), **options)
        controller.start()
        running.append(controller)
        return int(controller.port)

    yield _start
    for controller in running:
        controller.stop(no_assert=True)


def context_of(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def check_login(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and data == LoginPassword(b"cx", SECRET.encode())
    return AuthResult(success=right, handled=right)


def message(recipient: str = "anna@example.org") -> EmailMessage:
    return compose(
        specimen(), link_base="https://cx.example.com", sender="cx@example.com", recipient=recipient, sent_at=SENT
    )


def loopback(port: int) -> SmtpServer:
    return SmtpServer.parse(f"smtp://127.0.0.1:{port}")


def test_what_arrives_is_what_was_composed(start: Start, mailbox: Mailbox) -> None:
    """Subject, both texts and every picture arrive; HTML and plain text carry the same numbers."""
    receipt = send(message(), loopback(start()))
    assert receipt.accepted == ("anna@example.org",)
    assert not receipt.refused
    assert mailbox.recipients == [["anna@example.org"]]
    found = email.message_from_bytes(mailbox.arrived[0], policy=default)
    assert isinstance(found, EmailMessage)
    assert found["Subject"] == specimen().subject
    assert found["Message-ID"] == receipt.message_id
    plain, page = found.get_body(("plain",)), found.get_body(("html",))
    assert plain is not None
    assert page is not None
    html = Page.parse(page.get_content())
    cids = [source.removeprefix("cid:") for source in html.attributes("src")]
    pictures = {part["Content-ID"].strip("<>"): part.get_content() for part in found.walk() if part["Content-ID"]}
    assert sorted(pictures) == sorted(cids)
    assert all(png.startswith(b"\x89PNG") and png.endswith(b"IEND\xaeB`\x82") for png in pictures.values())
    both = squeeze(plain.get_content()), squeeze("".join(html.text))
    tiles = [tile for block in specimen().blocks for tile in getattr(block, "tiles", ())]
    assert len(tiles) == 6
    for tile in tiles:
        for text in (tile.number.text, tile.number.interval, tile.number.n):
            assert all(squeeze(text) in words for words in both)
    assert len(page.get_content().encode()) < 100_000


def test_encryption_comes_before_the_password(
    start: Start, mailbox: Mailbox, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With STARTTLS the login and the message travel encrypted, to a server whose certificate was checked."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    port = start(
        tls_context=context_of(certificate), require_starttls=True, authenticator=check_login, auth_required=True
    )
    server = SmtpServer("localhost", port, "cx", SECRET, "starttls")
    assert send(message(), server).accepted == ("anna@example.org",)
    assert mailbox.encrypted == [True]


def test_tls_from_the_start(
    start: Start, mailbox: Mailbox, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Servers of smtps:// are spoken to encrypted from the first byte."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    port = start(ssl_context=context_of(certificate))
    server = SmtpServer.parse(f"smtps://localhost:{port}")
    assert server.security == "tls"
    assert send(message(), server).accepted


def test_an_unknown_certificate_is_refused(start: Start, mailbox: Mailbox, certificate: tuple[Path, Path]) -> None:
    """A server that cannot prove who it is gets neither password nor message."""
    port = start(tls_context=context_of(certificate))
    with pytest.raises(SmtpError, match="could not prove who it is") as refused:
        send(message(), SmtpServer("localhost", port, "cx", SECRET, "starttls"))
    assert not refused.value.temporary
    assert not mailbox.arrived


def test_a_server_without_encryption_is_refused(start: Start, mailbox: Mailbox) -> None:
    """STARTTLS is required unless the server is this machine."""
    with pytest.raises(SmtpError, match="no encryption") as refused:
        send(message(), SmtpServer("localhost", start(), "cx", SECRET, "starttls"))
    assert not refused.value.temporary
    assert not mailbox.arrived
    assert SmtpServer.parse("smtp://mail.example.com").security == "starttls"
    assert SmtpServer.parse("smtp://localhost").security == "loopback"
    assert SmtpServer.parse("smtp://[::1]:2525").security == "loopback"
    assert SmtpServer.parse("smtp://localhost.example.com").security == "starttls"


def test_a_wrong_password_is_permanent_and_stays_secret(
    start: Start, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused login says who was refused, and never the password."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    port = start(tls_context=context_of(certificate), require_starttls=True, authenticator=check_login)
    server = SmtpServer("localhost", port, "cx", "wrong-Secret-77", "starttls")
    with pytest.raises(SmtpError, match="did not let cx in") as refused:
        send(message(), server)
    assert (refused.value.temporary, refused.value.code) == (False, 535)
    assert "wrong-Secret-77" not in str(refused.value.as_dict()) + repr(server) + str(server)


@pytest.mark.parametrize(
    ("reply", "temporary", "code"),
    [
        ("421 4.3.2 shutting down", True, 421),
        ("450 4.2.0 greylisted, try later", True, 450),
        ("550 5.1.1 no such mailbox", False, 550),
        ("554 5.7.1 rejected as spam", False, 554),
    ],
)
def test_refusals_of_a_recipient(start: Start, mailbox: Mailbox, reply: str, temporary: bool, code: int) -> None:
    """4xx can be tried again, 5xx cannot; the server's own words are kept."""
    mailbox.rcpt_replies["anna@example.org"] = reply
    with pytest.raises(SmtpError) as refused:
        send(message(), loopback(start()))
    assert (refused.value.temporary, refused.value.uncertain, refused.value.code) == (temporary, False, code)
    assert reply in refused.value.known
    assert refused.value.action


@pytest.mark.parametrize(
    ("reply", "temporary", "code"), [("452 4.3.1 disk full", True, 452), ("552 5.3.4 message too big", False, 552)]
)
def test_refusals_of_the_message(start: Start, mailbox: Mailbox, reply: str, temporary: bool, code: int) -> None:
    """The same after the message itself was sent."""
    mailbox.data_reply = reply
    with pytest.raises(SmtpError, match="refused the message") as refused:
        send(message(), loopback(start()))
    assert (refused.value.temporary, refused.value.uncertain, refused.value.code) == (temporary, False, code)


def test_a_broken_connection_after_the_message_is_uncertain(start: Start, mailbox: Mailbox) -> None:
    """Nobody knows whether it was taken; the error says so, and a second try carries the same Message-ID."""
    mailbox.drop_after_data = True
    sent = message()
    server = loopback(start())
    with pytest.raises(SmtpError) as broken:
        send(sent, server)
    assert broken.value.temporary
    assert broken.value.uncertain
    mailbox.drop_after_data = False
    send(sent, server)
    first, second = (email.message_from_bytes(raw, policy=default)["Message-ID"] for raw in mailbox.arrived)
    assert first == second


def test_some_recipients_are_refused(start: Start, mailbox: Mailbox) -> None:
    """The others get their copy, and the receipt says who did not and why."""
    mailbox.rcpt_replies["gone@example.org"] = "550 5.1.1 no such mailbox"
    sent = message()
    sent["Cc"] = "gone@example.org, ben@example.org"
    receipt = send(sent, loopback(start()))
    assert receipt.accepted == ("anna@example.org", "ben@example.org")
    assert receipt.refused == {"gone@example.org": "550 5.1.1 no such mailbox"}
    assert mailbox.recipients == [["anna@example.org", "ben@example.org"]]


def test_a_server_that_is_not_there_is_temporary() -> None:
    """Nothing listens: worth trying again, and certainly not delivered."""
    with pytest.raises(SmtpError, match="cannot be reached") as refused:
        send(message(), loopback(free_port()))
    assert (refused.value.temporary, refused.value.uncertain) == (True, False)


def test_a_silent_server_is_not_waited_for() -> None:
    """A server that accepts the connection and says nothing is given up after the timeout."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = SmtpServer("127.0.0.1", silent.getsockname()[1], security="loopback", timeout=0.3)
        with pytest.raises(SmtpError) as refused:
            send(message(), server)
    assert (refused.value.temporary, refused.value.uncertain) == (True, False)


def test_addresses_of_servers() -> None:
    """Forms, default ports, escaped passwords, and the environment variable."""
    server = SmtpServer.parse("smtp://cx%40example.com:p%40ss%2Fw%C3%B6rd@mail.example.com")
    assert (server.user, server.password, server.port, server.security) == ("cx@example.com", SECRET, 587, "starttls")
    assert SmtpServer.parse("smtps://mail.example.com").port == 465
    assert SmtpServer.parse(environment={"CXDASH_SMTP_URL": "smtp://127.0.0.1:2525"}).port == 2525
    assert SmtpServer.parse("env:OTHER", {"OTHER": "smtps://h"}).host == "h"
    assert SECRET not in repr(server)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mail.example.com",
        "http://h",
        "smtp://",
        "smtp://u:hunter2@h:port",
        "smtp://u:hunter2@h/path",
        "env:NOT_SET",
    ],
)
def test_addresses_that_cannot_be_read_are_not_repeated(text: str) -> None:
    """The error says what one looks like, and never the text, which may hold a password."""
    with pytest.raises(SettingsError) as refused:
        SmtpServer.parse(text, {})
    assert "hunter2" not in str(refused.value)
    assert refused.value.known
