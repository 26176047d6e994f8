"""What readers see while editions come, go and fail."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cxdash.edition import POINTER, published_id
from cxdash.settings import Project
from tests.browser.conftest import serving
from tests.conftest import ROOT

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def test_a_new_edition_is_picked_up_and_a_damaged_one_explained(
    project: Project, open_page: Open, tmp_path: Path
) -> None:
    """The next run of a page shows the new edition; of a damaged one it says what is wrong and what to do."""
    copied = Project(tmp_path / "project")
    shutil.copytree(project.editions, copied.editions)
    first = published_id(copied.editions) or ""
    newer, broken = "20990101-060000-0000", "20990102-060000-0000"
    with serving(ROOT / "app.py", copied.root, tmp_path / "log") as address:
        page = open_page(address)
        expect(page.locator(".cx-end")).to_have_attribute("data-edition", first)

        shutil.copytree(copied.editions / first, copied.editions / newer)
        manifest = copied.editions / newer / "manifest.json"
        content = json.loads(manifest.read_text())
        manifest.write_text(json.dumps({**content, "edition": newer, "company": "Meridian, renamed"}))
        (copied.editions / POINTER).write_text(newer)
        page.locator(".stSidebar").get_by_role("link", name="Quality").click()
        page.wait_for_selector(f'.cx-end[data-edition="{newer}"]', state="attached")
        expect(page.locator(".cx-masthead")).to_contain_text("Meridian, renamed")

        shutil.copytree(copied.editions / first, copied.editions / broken)
        (copied.editions / broken / "manifest.json").write_text("{}")
        (copied.editions / POINTER).write_text(broken)
        page.locator(".stSidebar").get_by_role("link", name="Channels").click()
        expect(page.locator(".cx-message")).to_contain_text("is damaged")
        expect(page.locator(".cx-message")).to_contain_text("cxdash refresh")

        (copied.editions / POINTER).write_text(first)
        with urllib.request.urlopen(f"{address}/healthz") as reply:
            assert json.load(reply) == {"status": "ok", "edition": first}
