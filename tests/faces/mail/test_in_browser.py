"""The mail as a browser draws it: nothing overflows, everything can be read in both themes, nothing is requested."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from cxdash.faces.mail import render_html
from tests.faces.specimen import specimen

pytestmark = pytest.mark.browser

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

FAINT_TEXTS = """() => {
  const channel = v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 };
  const light = c => .2126 * channel(c[0]) + .7152 * channel(c[1]) + .0722 * channel(c[2]);
  const rgb = s => s.match(/[\\d.]+/g).map(Number);
  const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c } return [255, 255, 255] };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), faint = [];
  while (walker.nextNode()) { const e = walker.currentNode.parentElement, words = walker.currentNode.data.trim();
    if (!words || words === '\\u00a0' || !e.offsetParent || getComputedStyle(e).opacity === '0') continue;
    const a = light(rgb(getComputedStyle(e).color)), b = light(ground(e));
    const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (contrast < 4.5) faint.push([words.slice(0, 40), contrast.toFixed(2)]) }
  return faint }"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "Chromium is missing: apt-get install chromium"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("mails")
    made = {}
    for language in ("en", "fa"):
        for images in (True, False):
            name = f"{language} {'with' if images else 'without'} pictures"
            html = render_html(
                replace(specimen(), language=language), link_base="https://h.example", inline_images=images
            )
            made[name] = folder / f"{name.replace(' ', '_')}.html"
            made[name].write_text(html, encoding="utf-8")
    return made


@pytest.mark.parametrize("width", [640, 375])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["en with pictures", "en without pictures", "fa with pictures"])
def test_it_can_be_read_everywhere(
    chromium: Browser, pages: dict[str, Path], name: str, scheme: Any, width: int
) -> None:
    """No sideways scrolling, contrast of at least 4.5 for every word, no request to anybody."""
    context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    try:
        page = context.new_page()
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(pages[name].as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(FAINT_TEXTS) == []
        assert [url for url in requests if not url.startswith(("file:", "data:", "cid:"))] == []
        if "without" not in name:
            sizes = page.evaluate("[...document.images].map(i => i.naturalWidth)")
            assert len(sizes) == 11
            assert min(sizes) > 0
    finally:
        context.close()


def test_tiles_stand_side_by_side_and_stack_on_a_phone(chromium: Browser, pages: dict[str, Path]) -> None:
    """Three tiles in a row at 600 px, one at 375 px; in Persian the first is the rightmost."""
    places = "[...document.querySelectorAll('.tile')].slice(0, 3).map(t => t.getBoundingClientRect().x)"
    for name, width, check in (
        ("en with pictures", 640, lambda x: x[0] < x[1] < x[2]),
        ("fa with pictures", 640, lambda x: x[0] > x[1] > x[2]),
        ("en with pictures", 375, lambda x: x[0] == x[1] == x[2]),
    ):
        context = chromium.new_context(viewport={"width": width, "height": 800})
        page = context.new_page()
        page.goto(pages[name].as_uri())
        assert check(page.evaluate(places))
        context.close()
