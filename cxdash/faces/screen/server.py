"""The server around the app: warm start, health, security headers, and the two lines the app's frame lacks.

`app.py` composes these into the ASGI application. The Content Security Policy names every inline script of the frame by
its hash and allows no other host; the script that makes our own links behave like the app's is one of them.
"""

from __future__ import annotations

import asyncio
import base64
import gc
import hashlib
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime, tzinfo
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cxdash.edition import open_edition
from cxdash.errors import CxdashError
from cxdash.settings import Project

PROJECT_VARIABLE = "CXDASH_PROJECT"

_WARM = ("plotly.graph_objects", "polars", "cxdash.faces.screen.page", "babel.dates")

# Where the server is: beside the page, for all pages lie on one level. Untold, the app tries every level of a deep link
# and leaves two errors in the console.
_PLACE = """
(function () {
  var here = new URL("./", location.href).href;
  window.__streamlit = { BACKEND_BASE_URL: here, MAIN_PAGE_BASE_URL: here };
})();
"""

# Links inside our own HTML: change the address and tell the app, as the browser's back button does; every click with a
# modifier, and every browser without script, follows the link as usual.
_LINKS = """
document.addEventListener("click", function (event) {
  var link = event.target.closest && event.target.closest("a[data-cx-link]");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (link.href !== location.href) history.pushState({}, "", link.href);
  window.dispatchEvent(new PopStateEvent("popstate"));
  window.scrollTo(0, 0);
  var main = document.querySelector("[data-testid=stMain]");
  if (main) main.scrollTop = 0;
});
"""

# “Copy link” puts the address of the view on the clipboard and says so; where the browser gives none (plain http)
# it stays what it is, a link to the view.
_COPY = """
document.addEventListener("click", function (event) {
  var link = event.target.closest && event.target.closest("a[data-cx-copy]");
  if (!link || !navigator.clipboard || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  navigator.clipboard.writeText(link.href).then(function () {
    var words = link.textContent, status = link.parentNode.querySelector("[role=status]");
    if (words === link.dataset.cxCopy) return;
    link.textContent = link.dataset.cxCopy;
    if (status) status.textContent = link.dataset.cxCopy;
    setTimeout(function () { link.textContent = words; if (status) status.textContent = ""; }, 2500);
  });
});
"""

_POLICY = (
    "default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
)

_OWN_PATHS = ("/_stcore", "/static/", "/media/", "/component/", "/healthz")


Clock = Callable[[tzinfo], datetime]
"""The moment now in a time zone. `app.py` hands it in; without one no page says how old its data is."""

_clock: list[Clock] = []


def set_clock(clock: Clock) -> None:
    """Hand in the clock pages may ask what day it is."""
    _clock[:] = [clock]


def today(timezone: str) -> date | None:
    """The day of reading in the company's time zone, or None without a clock."""
    return _clock[0](ZoneInfo(timezone)).date() if _clock else None


def now(timezone: str) -> Callable[[], datetime] | None:
    """The clock in the company's time zone, for what readers save, or None without one."""
    return (lambda: _clock[0](ZoneInfo(timezone))) if _clock else None


def project() -> Project:
    """The project directory the server was started for: `CXDASH_PROJECT`, or the working directory."""
    return Project(Path(os.environ.get(PROJECT_VARIABLE) or "."))


def health(_request: Request) -> JSONResponse:
    """200 and the edition's id when the published edition can be read; 503 and the reason otherwise."""
    try:
        edition = open_edition(project().editions)
        return JSONResponse({"status": "ok", "edition": edition.id})
    except CxdashError as bad:
        return JSONResponse({"status": "unavailable", **bad.as_dict()}, status_code=503)


@asynccontextmanager
async def warm(_app: object) -> AsyncIterator[dict[str, Any]]:
    """Import what pages need before the first visitor comes, and take it out of the garbage collector's rounds.

    Streamlit collects garbage after every run; with everything imported that takes 70 ms a run unless it is frozen.
    """
    for name in _WARM:
        await asyncio.to_thread(import_module, name)
    from plotly.graph_objects import Figure  # noqa: PLC0415 - part of what is warmed

    Figure({"data": [{"type": "scatter"}, {"type": "bar"}]})  # the first figure reads Plotly's schema, 0.2 s
    gc.collect()
    gc.freeze()
    yield {}


def script_error(error: Exception) -> bool:
    """Last resort for what no page caught: log it, show a reference and no detail."""
    from cxdash.faces.screen.failures import show_unexpected  # noqa: PLC0415 - needs a running script

    show_unexpected(error)
    return True


def with_scripts(page: str) -> str:
    """The frame's HTML with our scripts."""
    ours = "".join(f"<script>{script}</script>" for script in (_PLACE, _LINKS, _COPY))
    return page.replace("</head>", f"{ours}</head>", 1)


def content_policy(page: str) -> str:
    """The Content Security Policy that allows exactly the inline scripts of this page."""
    found = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in found)
    return _POLICY.format(hashes=" ".join(f"'sha256-{digest}'" for digest in digests))


class Guard:
    """ASGI middleware: security headers on every answer, and the frame's HTML rewritten by `with_scripts`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        framed = not scope["path"].startswith(_OWN_PATHS)
        if framed:
            # The frame is rewritten, so it must not arrive compressed or as “not modified”.
            dropped = {b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"}
            scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] not in dropped]}
        start: Message = {}
        body = b""

        async def answer(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = dict(message)
                kept = [pair for pair in start.get("headers", []) if pair[0].lower() not in dict(_HEADERS)]
                start["headers"] = [*kept, *_HEADERS]
                if not _is_page(start):
                    await send(start)
            elif not _is_page(start):
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body"):
                    page = with_scripts(body.decode("utf-8"))
                    content = page.encode("utf-8")
                    replaced = {b"content-length", b"content-security-policy", b"etag", b"last-modified"}
                    start["headers"] = [
                        *(pair for pair in start["headers"] if pair[0].lower() not in replaced),
                        (b"content-length", str(len(content)).encode()),
                        (b"content-security-policy", content_policy(page).encode()),
                    ]
                    await send(start)
                    await send({"type": "http.response.body", "body": content})

        await self.app(scope, receive, answer)


def _is_page(start: Message) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in start.get("headers", [])
    )
