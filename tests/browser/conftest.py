"""A real server and a real browser: `streamlit run` on a free port as a subprocess, Chromium by Playwright.

Every page opened here is watched: an error in the console, an exception in a script, or a request to another machine
fails the test that caused it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from cxdash.settings import Project
from tests.conftest import ROOT

SWITCHES = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PHONE_AGENT = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Mobile Safari/537.36"
)
PATIENCE = int(os.environ.get("CXDASH_TEST_PATIENCE", "20000"))
"""Milliseconds anything may take; a machine that does much else needs more."""

expect.set_options(timeout=PATIENCE)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError as reply:
        reply.close()
        return True
    except OSError:
        return False


@contextmanager
def serving(script: Path, project: Path, log: Path) -> Iterator[str]:
    """The server's address while it runs; ended by its own process."""
    port = _free_port()
    environment = {**os.environ, "CXDASH_PROJECT": str(project), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
        try:
            for _attempt in range(240):
                if _answers(f"http://127.0.0.1:{port}/healthz"):
                    break
                if server.poll() is not None:
                    pytest.fail(f"the server ended: {log.read_text()}", pytrace=False)
                time.sleep(0.25)
            else:
                pytest.fail(f"the server did not answer: {log.read_text()}", pytrace=False)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


@pytest.fixture(scope="session")
def project(request: pytest.FixtureRequest) -> Project:
    """The demo company's project; CXDASH_TEST_PROJECT names one that was made before, to spare a minute."""
    if given := os.environ.get("CXDASH_TEST_PROJECT"):
        return Project(Path(given))
    made: Project = request.getfixturevalue("demo_project")
    return made


@pytest.fixture(scope="session")
def app(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on the demo company."""
    with serving(ROOT / "app.py", project.root, tmp_path_factory.mktemp("app") / "log") as address:
        yield address


@pytest.fixture(scope="session")
def specimen_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that draws the specimen; its project is empty."""
    folder = tmp_path_factory.mktemp("specimen")
    with serving(ROOT / "tests" / "browser" / "specimen_app.py", folder, folder / "log") as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; one per module, because Playwright keeps an event loop while it runs."""
    path = os.environ.get("CXDASH_TEST_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    if not Path(path).exists():
        pytest.fail("Chromium is missing. Install it with “apt-get install -y chromium”.", pytrace=False)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=list(SWITCHES))
        yield opened
        opened.close()


class Watch:
    """What went wrong in the pages of one test."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def over(self, page: Page) -> None:
        """Listen to a page."""
        page.on("console", lambda said: self.found.append(f"console: {said.text}") if said.type == "error" else None)
        page.on("pageerror", lambda error: self.found.append(f"script: {error}"))
        page.on("request", lambda sent: self._outside(sent.url))

    def _outside(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
            self.found.append(f"request to another machine: {url}")


@pytest.fixture(scope="module")
def contexts(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """One profile for each kind of device, so that the app's own files are loaded once; every page is a new session."""
    opened: dict[tuple[bool, bool], BrowserContext] = {}

    def context(*, phone: bool, dark: bool) -> BrowserContext:
        if (phone, dark) not in opened:
            options: dict[str, Any] = {"viewport": WIDE}
            if phone:
                options = {"viewport": PHONE, "is_mobile": True, "has_touch": True, "user_agent": PHONE_AGENT}
            opened[phone, dark] = browser.new_context(color_scheme="dark" if dark else "light", **options)
        return opened[phone, dark]

    yield context
    for profile in opened.values():
        profile.close()


@pytest.fixture
def open_page(contexts: Callable[..., BrowserContext]) -> Iterator[Callable[..., Page]]:
    """Open an address as a first visit, watched, and wait until it is drawn: `open_page(url, phone=…, dark=…)`."""
    watch = Watch()
    pages: list[Page] = []

    def visit(url: str, *, phone: bool = False, dark: bool = False, done: str = ".cx-end") -> Page:
        page = contexts(phone=phone, dark=dark).new_page()
        pages.append(page)
        page.set_default_timeout(PATIENCE)
        watch.over(page)
        page.goto(url)
        page.wait_for_selector(done, state="attached")
        return page

    yield visit
    for page in pages:
        page.close()
    assert not watch.found
