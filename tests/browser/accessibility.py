"""axe-core over a page as it stands in the browser, from the copy beside this file: no internet, no Node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ENGINE = Path(__file__).parent / "axe" / "axe-4.14.1.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

KNOWN: tuple[tuple[str, str, str], ...] = ()
"""What Streamlit draws and we cannot change: rule, selector that must match the node, and why it is left out."""

_RUN = """([tags]) => axe.run(document, {
  runOnly: {type: 'tag', values: tags},
  resultTypes: ['violations'],
})"""


def violations(page: Page, *, impacts: tuple[str, ...] = ("serious", "critical")) -> list[str]:
    """Every violation of these impacts, one line per element, without what is `KNOWN`."""
    # evaluated, not added as a script: the page's security policy rightly refuses foreign scripts
    page.evaluate(ENGINE.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate(_RUN, [TAGS])
    lines = []
    for violation in found["violations"]:
        if violation["impact"] not in impacts:
            continue
        for node in violation["nodes"]:
            selector = node["target"][-1]
            if any(rule == violation["id"] and _matches(page, selector, known) for rule, known, _why in KNOWN):
                continue
            lines.append(f"{violation['id']} ({violation['impact']}): {selector} {node['html'][:160]}")
    return lines


def _matches(page: Page, selector: str, known: str) -> bool:
    return bool(page.evaluate("([one, other]) => !!document.querySelector(one)?.matches(other)", [selector, known]))
