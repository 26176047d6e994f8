"""`cxdash snapshot`: what is written and sent is the page's report; nothing goes out that nobody can vouch for."""

from __future__ import annotations

import email
import json
import socket
from collections.abc import Iterator
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from cxdash.edition import attempts
from cxdash.settings import Project
from tests.cli.conftest import Run


class Mailbox:
    """Keeps what arrives; refuses one address."""

    def __init__(self) -> None:
        self.arrived: list[Any] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: Any) -> str:  # noqa: N802
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.arrived.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 taken"


@pytest.fixture
def server() -> Iterator[tuple[str, Mailbox]]:
    """A mail server on this machine: its address and what it got."""
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}", box
    controller.stop()


@pytest.fixture
def fresh(own_copy: Project) -> Project:
    """The demo company read on the day after its data ends."""
    config = own_copy.config / "warehouse.yaml"
    config.write_text(config.read_text("utf-8") + "\ntoday: 2026-11-21\n", "utf-8")
    return own_copy


def _hold_back(project: Project) -> None:
    """Record a later refresh that was held back."""
    latest = json.loads(attempts(project.editions)[0].model_dump_json())
    check = {"check_id": "x", "claim": "Scores lie on their scale.", "theme": "rows", "table": "responses",
             "severity": "critical", "owner": "CX", "passed": False, "failing": 2, "examined": 10,
             "samples": [{"response_id": "R-planted"}]}  # fmt: skip
    later = latest | {"attempt_id": "20991231-000000-0000", "outcome": "held_back", "edition": None, "checks": [check]}
    (project.editions / "attempts" / "20991231-000000-0000.json").write_text(json.dumps(later), "utf-8")


@pytest.mark.parametrize("page", ["overview", "channels", "benchmarks"])
def test_preview_writes_the_mail(run: Run, fresh: Project, tmp_path: Path, page: str) -> None:
    """HTML with its pictures inside, plain text and the whole message; no link leads outside."""
    for ending in ("html", "txt", "eml"):
        file = tmp_path / f"mail.{ending}"
        ended = run("snapshot", "preview", page, "--to", str(file), project=fresh)
        assert ended.code == 0, ended.err
        assert file.stat().st_size > 500
    html = (tmp_path / "mail.html").read_text("utf-8")
    assert "Meridian" in html
    assert "cid:" not in html
    sent = email.message_from_bytes((tmp_path / "mail.eml").read_bytes(), policy=default)
    assert sent["Subject"]


def test_preview_is_filtered(run: Run, fresh: Project, tmp_path: Path) -> None:
    """Filters and period of the command are those of the mail and of its link."""
    file = tmp_path / "mail.txt"
    options = ["--where", "channel=phone", "--period", "2026-Q2", "--link-base", "https://cx.example.com"]
    assert run("snapshot", "preview", "overview", "--to", str(file), *options, project=fresh).code == 0
    text = file.read_text("utf-8")
    assert "channel=phone" in text
    assert "period=2026-Q2" in text
    assert "https://cx.example.com" in text


def test_everybody_gets_a_message_of_their_own(run: Run, fresh: Project, server: tuple[str, Mailbox]) -> None:
    """No recipient sees another; the same snapshot sent again carries the same Message-ID."""
    url, box = server
    command = ["snapshot", "send", "overview", "--smtp", url, "--from", "cx@example.com", "--to", "a@example.com",
               "--to", "b@example.com", "--json"]  # fmt: skip
    first = run(*command, project=fresh)
    assert first.code == 0, first.err
    assert [m["sent"] for m in first.json["messages"]] == [True, True]
    assert [str(m["To"]) for m in box.arrived] == ["a@example.com", "b@example.com"]
    again = run(*command, project=fresh).json
    assert [m["message_id"] for m in again["messages"]] == [m["message_id"] for m in first.json["messages"]]


def test_one_refusal_does_not_keep_the_others(run: Run, fresh: Project, server: tuple[str, Mailbox]) -> None:
    """A recipient the server does not know is reported with code 1; the others have their mail."""
    url, box = server
    recipients = ["--to", "nobody@example.com", "--to", "a@example.com"]
    ended = run("snapshot", "send", "overview", "--smtp", url, "--from", "cx@example.com", *recipients, project=fresh)
    assert ended.code == 1
    assert "nobody@example.com" in ended.err
    assert "Sent to a@example.com." in ended.out
    assert len(box.arrived) == 1


def test_held_back_data_reaches_no_recipient(run: Run, fresh: Project, server: tuple[str, Mailbox]) -> None:
    """After a held-back refresh nothing goes to recipients; the owner alone is told, with the rows; code 4."""
    url, box = server
    _hold_back(fresh)
    command = ["snapshot", "send", "overview", "--smtp", url, "--from", "cx@example.com", "--to", "a@example.com"]
    silent = run(*command, project=fresh)
    assert (silent.code, silent.out) == (4, "")
    assert "Held back" in silent.err
    assert box.arrived == []
    told = run(*command, "--owner", "owner@example.com", "--json", project=fresh)
    assert told.code == 4
    assert told.json["held_back"]["reason"] == "held back"
    (message,) = box.arrived
    assert str(message["To"]) == "owner@example.com"
    assert "R-planted" in message.get_body(("plain",)).get_content()


def test_stale_data_is_held_back(run: Run, own_copy: Project, server: tuple[str, Mailbox]) -> None:
    """Data that ended long before the day of sending is not sent; a preview says it would not be."""
    url, box = server
    config = own_copy.config / "warehouse.yaml"
    config.write_text(config.read_text("utf-8") + "\ntoday: 2027-03-01\n", "utf-8")
    ended = run("snapshot", "send", "overview", "--smtp", url, "--to", "a@example.com", project=own_copy)
    assert ended.code == 4
    assert box.arrived == []
    file = own_copy.root / "mail.txt"
    preview = run("snapshot", "preview", "overview", "--to", str(file), project=own_copy)
    assert preview.code == 0
    assert "held back" in preview.err


def test_the_password_of_the_mail_server_is_never_told(run: Run, fresh: Project) -> None:
    """Neither a refusal nor a traceback repeats the address given on the command line."""
    secret = "smtp://ann:hunter2secret@127.0.0.1:9"
    ended = run("snapshot", "send", "overview", "--smtp", secret, "--to", "a@example.com", "--debug", project=fresh)
    assert ended.code == 1
    assert "hunter2secret" not in ended.out + ended.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["preview", "overvew", "--to", "x.html"], 1, "Did you mean “overview”?"),
        (["preview", "overview", "--to", "x.pdf"], 1, ".html"),
        (["preview", "overview", "--to", "x.html", "--where", "chanel=phone"], 1, "Did you mean “channel”?"),
        (["preview", "overview"], 2, "--to"),
        (["send", "overview", "--smtp", "smtp://127.0.0.1:9"], 2, "--to"),
        (["send", "overview", "--to", "a@example.com"], 1, "CXDASH_SMTP_URL"),
        (["send", "overview", "--to", "nonsense", "--smtp", "smtp://127.0.0.1:9"], 1, "nonsense"),
        (["post"], 2, "post"),
    ],
)
def test_nonsense_is_refused(run: Run, fresh: Project, arguments: list[str], code: int, said: str) -> None:
    """Mistyped pages, addresses and options stop before anything is written or sent."""
    ended = run("snapshot", *arguments, project=fresh)
    assert ended.code == code
    assert said in ended.err
