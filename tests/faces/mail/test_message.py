"""The message itself: headers, parts, pictures, and that nothing can be smuggled into it."""

from __future__ import annotations

import email
import struct
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from cxdash.errors import DeliveryError
from cxdash.faces.mail import compose, write_preview
from cxdash.report.blocks import Report
from tests.faces.conformance import Page
from tests.faces.specimen import specimen

SENT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def message(report: Report | None = None, **more: str) -> EmailMessage:
    given = {"sender": "CX health <cx@example.com>", "recipient": "anna@example.org", **more}
    return compose(report or specimen(), link_base="https://cx.example.com", sent_at=SENT, **given)  # type: ignore[arg-type]


def parsed(made: EmailMessage) -> EmailMessage:
    found = email.message_from_bytes(made.as_bytes(), policy=default)
    assert isinstance(found, EmailMessage)
    return found


def test_parts_are_nested_so_that_every_reader_finds_its_own() -> None:
    """Alternative of plain text and HTML; the pictures belong to the HTML."""
    found = parsed(message())
    assert found.get_content_type() == "multipart/alternative"
    plain, related = found.iter_parts()
    assert plain.get_content_type() == "text/plain"
    assert related.get_content_type() == "multipart/related"
    page, *pictures = related.iter_parts()
    assert page.get_content_type() == "text/html"
    assert {picture.get_content_type() for picture in pictures} == {"image/png"}
    assert {picture.get_content_disposition() for picture in pictures} == {"inline"}


def test_every_picture_is_in_the_message_and_opens() -> None:
    """Each Content-ID of the HTML leads to a PNG of twice the size it is shown at, and each picture is used."""
    found = parsed(message())
    page = found.get_body(("html",))
    assert page is not None
    related = list(found.iter_parts())[1]
    pictures = {
        part["Content-ID"].strip("<>"): part.get_content() for part in related.iter_parts() if part["Content-ID"]
    }
    shown = {
        found["src"].removeprefix("cid:"): int(found["width"])
        for tag, found in Page.parse(page.get_content()).tags
        if tag == "img"
    }
    assert set(shown) == set(pictures)
    assert len(shown) == 11
    for cid, png in pictures.items():
        assert png[:8] == b"\x89PNG\r\n\x1a\n"
        width, height = struct.unpack(">II", png[16:24])
        assert width == 2 * shown[cid]
        assert height > 40


def test_headers_say_what_it_is() -> None:
    """Subject with the finding, date, sender, language, and that no person wrote it."""
    found = parsed(message(unsubscribe="https://cx.example.com/stop?u=7"))
    assert found["Subject"] == specimen().subject
    assert found["From"] == "CX health <cx@example.com>"
    assert found["To"] == "anna@example.org"
    assert found["Date"].datetime == SENT
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["Content-Language"] == "en"
    assert found["List-Unsubscribe"] == "<https://cx.example.com/stop?u=7>"
    assert found["Message-ID"].endswith("@example.com>")
    assert "List-Unsubscribe" not in parsed(message())


def test_the_wire_is_ascii_with_short_lines() -> None:
    """Any server can carry it: no byte above 127, no line longer than the standard allows."""
    wire = message(replace(specimen(), subject="نظرسنجی: رضایت مشتری ۶ واحد پایین آمد")).as_bytes()
    assert max(wire) < 128
    assert max(map(len, wire.split(b"\r\n"))) <= 998
    found = email.message_from_bytes(wire, policy=default)
    assert found["Subject"] == "نظرسنجی: رضایت مشتری ۶ واحد پایین آمد"


def test_the_same_message_is_the_same_bytes() -> None:
    """Nothing in a message comes from chance; another reader gets another identifier."""
    assert message().as_bytes() == message().as_bytes()
    assert message()["Message-ID"] != message(recipient="ben@example.org")["Message-ID"]
    keyed = [message(replace(specimen(), subject=s), key="weekly/2026-W44/anna")["Message-ID"] for s in ("one", "two")]
    assert keyed[0] == keyed[1]


@pytest.mark.parametrize(
    "evil",
    ["Hi\r\nBcc: eve@example.net", "Hi\nX: y", "Hi\r\n\r\n<script>", "Hi\u2028Bcc: eve@example.net", "Hi\x00\x0b"],
)
def test_a_subject_cannot_add_headers(evil: str) -> None:
    """Line breaks in a finding become spaces."""
    found = parsed(message(replace(specimen(), subject=evil)))
    assert found["Bcc"] is None
    assert found["X"] is None
    assert "\n" not in found["Subject"]
    assert found["Subject"].startswith("Hi")
    assert found.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "anna@",
        "@example.org",
        "anna@example.org\r\nBcc: eve@example.net",
        "a@b.org, c@d.org",
        "a b@c.org",
        "Anna <anna@example.org> x",
    ],
)
def test_only_one_address_is_an_address(address: str) -> None:
    """Anything else is refused before a message exists."""
    with pytest.raises(DeliveryError):
        message(recipient=address)
    with pytest.raises(DeliveryError):
        message(sender=address)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "https://x.org/>\r\nBcc: e@x.org", 'https://x.org/"onclick', "ftp://x.org"]
)
def test_only_an_address_can_stop_mails(address: str) -> None:
    """What stands in List-Unsubscribe and behind a link is https or mailto."""
    with pytest.raises(DeliveryError):
        message(unsubscribe=address)


def test_a_moment_without_time_zone_is_refused() -> None:
    """A Date header that means another moment elsewhere would be a lie."""
    with pytest.raises(ValueError, match="time zone"):
        compose(specimen(), link_base="https://h", sender="a@b.org", recipient=None, sent_at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_previews_hold_everything_they_show(tmp_path: Path) -> None:
    """HTML with its pictures inside, plain text, the whole message; other endings are refused."""
    for name in ("a.html", "a.txt", "a.eml"):
        write_preview(specimen(), tmp_path / name, link_base="https://h.example", sender="a@b.org", sent_at=SENT)
    page = Page.parse((tmp_path / "a.html").read_text(encoding="utf-8"))
    assert page.attributes("src")
    assert all(source.startswith("data:image/png;base64,iVBOR") for source in page.attributes("src"))
    assert specimen().blocks[0].text in (tmp_path / "a.html").read_text(encoding="utf-8")  # type: ignore[union-attr]
    assert "+31  (28 to 34)  2,746 answers" in (tmp_path / "a.txt").read_text(encoding="utf-8")
    assert email.message_from_bytes((tmp_path / "a.eml").read_bytes(), policy=default)["Subject"] == specimen().subject
    with pytest.raises(DeliveryError, match="cannot be written"):
        write_preview(specimen(), tmp_path / "a.pdf", link_base="https://h.example", sender="a@b.org", sent_at=SENT)
