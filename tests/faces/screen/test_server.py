"""The guard and the health answer, called as an ASGI server calls them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from cxdash.faces.screen import server
from cxdash.settings import Project

PAGE = b"<html><head><script>let a = 1</script></head><body>caf\xc3\xa9</body></html>"


def answering(kind: str, body: bytes) -> Any:
    """An inner app that answers in two pieces, and tells what it was asked."""

    async def inner(scope: Scope, _receive: Receive, send: Send) -> None:
        inner.seen = dict(scope["headers"])  # type: ignore[attr-defined]
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()), (b"etag", b"1")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body[:10], "more_body": True})
        await send({"type": "http.response.body", "body": body[10:]})

    return inner


def call(inner: Any, path: str) -> tuple[dict[bytes, bytes], bytes]:
    """Headers and body of the guarded answer."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope = {"type": "http", "path": path, "headers": [(b"accept-encoding", b"gzip"), (b"cookie", b"a=b")]}
    asyncio.run(server.Guard(inner)(scope, receive, send))
    return dict(sent[0]["headers"]), b"".join(message["body"] for message in sent[1:])


def test_the_policy_allows_exactly_the_scripts_of_the_page() -> None:
    """Each inline script is named by its hash; no other inline script and no other host may run."""
    headers, body = call(answering("text/html; charset=utf-8", PAGE), "/channels")
    scripts = re.findall(rb"<script>(.*?)</script>", body, re.DOTALL)
    assert len(scripts) == 4
    policy = headers[b"content-security-policy"].decode()
    allowed = re.search(r"script-src ([^;]*);", policy)
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode()}'" for text in scripts]
    assert allowed
    assert allowed[1].split() == ["'self'", *hashes]
    assert headers[b"content-length"] == str(len(body)).encode()
    assert b"etag" not in headers
    assert "café".encode() in body


def test_other_answers_pass_unchanged_but_for_the_headers() -> None:
    """Assets keep their bytes, tag and compression."""
    inner = answering("text/javascript", b"let b = 2; // and more")
    headers, body = call(inner, "/static/js/x.js")
    assert body == b"let b = 2; // and more"
    assert headers[b"etag"] == b"1"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"referrer-policy"] == b"same-origin"
    assert inner.seen[b"accept-encoding"] == b"gzip"


def test_a_page_is_asked_for_uncompressed() -> None:
    """What is rewritten must arrive as text; the reader's cookies go through."""
    inner = answering("text/html", PAGE)
    call(inner, "/")
    assert b"accept-encoding" not in inner.seen
    assert inner.seen[b"cookie"] == b"a=b"


def test_health_names_the_edition(demo_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """200 with the id of the published edition."""
    monkeypatch.setenv(server.PROJECT_VARIABLE, str(demo_project.root))
    answer = server.health(None)  # type: ignore[arg-type]
    assert answer.status_code == 200
    assert b'"edition":"2026' in bytes(answer.body)


def test_health_is_bad_without_an_edition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 with the three sentences, when there is none and when it is damaged."""
    monkeypatch.setenv(server.PROJECT_VARIABLE, str(tmp_path))
    answer = server.health(None)  # type: ignore[arg-type]
    assert answer.status_code == 503
    assert b"Nothing has been published yet" in bytes(answer.body)
    broken = tmp_path / "var" / "editions" / "1"
    broken.mkdir(parents=True)
    (broken / "manifest.json").write_text("{}")
    (broken.parent / "current").write_text("1")
    assert server.health(None).status_code == 503  # type: ignore[arg-type]


def test_the_day_is_the_companys(monkeypatch: pytest.MonkeyPatch) -> None:
    """What day it is depends on the time zone; without a clock nobody says."""
    monkeypatch.setattr(server, "_clock", [])
    assert server.today("Asia/Tehran") is None
    server.set_clock(datetime(2026, 11, 20, 22, tzinfo=UTC).astimezone)
    assert str(server.today("Asia/Tehran")) == "2026-11-21"
    assert str(server.today("UTC")) == "2026-11-20"
