"""The app in a browser, as people use it: links, filters, drill, back, reload, phone, dark."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import serving
from tests.conftest import ROOT

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlparse(page.url).query)


def settled(window: Page, **expected: str) -> None:
    """Wait until the view with this query (and page) is drawn to its end."""
    parts = "".join(f'[data-query*="{key}={value}"]' for key, value in expected.items() if key != "page")
    where = f'[data-page="{expected["page"]}"]' if "page" in expected else ""
    window.wait_for_selector(f".cx-end{where}{parts}", state="attached")


def answers(page: Page) -> int:
    """What the NPS tile rests on."""
    text = page.locator('[data-metric="nps"]').first.inner_text()
    found = re.search(r"([\d,]+) answers", text)
    assert found, text
    return int(found[1].replace(",", ""))


def choose(page: Page, bar: str, value: str) -> None:
    """Choose a value in a popover of the filter bar."""
    page.get_by_role("button", name=bar).first.click()
    page.get_by_role("button", name=value, exact=True).click()


def test_a_deep_link_has_its_frame_at_first_visit(app: str, open_page: Open) -> None:
    """Whoever opens a link from a mail sees menu, filters and the view, not the bare page."""
    page = open_page(f"{app}/channels?region=North&period=last-26-weeks")
    settled(page, page="channels", region="North", period="last-26-weeks")
    expect(page.locator(".stSidebar").get_by_role("link", name="Benchmarks")).to_be_visible()
    expect(page.get_by_role("link", name="Remove the filter Region: North")).to_be_visible()
    expect(page.get_by_role("button", name="Last 26 weeks")).to_be_visible()


def test_a_chosen_filter_is_in_the_url_and_in_the_numbers(app: str, open_page: Open) -> None:
    """Choosing a region changes n and the address, and removing its chip brings both back."""
    page = open_page(app)
    before = answers(page)
    choose(page, "Region", "North")
    settled(page, region="North")
    assert query(page)["region"] == ["North"]
    assert 0 < answers(page) < before
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Remove the filter Region: North").click()
    page.wait_for_selector('.cx-end[data-query=""]', state="attached")
    assert "region" not in query(page)
    assert answers(page) == before


def test_filters_go_along_to_other_pages_and_survive_reload(app: str, open_page: Open) -> None:
    """A selection is kept across pages, through pages that do not filter, and by the browser's reload."""
    page = open_page(f"{app}/?region=North")
    for name, key in (("Channels", "channels"), ("Definitions", "definitions"), ("Benchmarks", "benchmarks")):
        page.locator(".stSidebar").get_by_role("link", name=name).click()
        settled(page, page=key)
        assert query(page)["region"] == ["North"]
    page.reload()
    settled(page, page="benchmarks", region="North")


def test_back_leads_to_the_view_one_came_from(app: str, open_page: Open) -> None:
    """The back button undoes a filter, then a change of page."""
    page = open_page(f"{app}/?period=last-26-weeks")
    page.locator(".stSidebar").get_by_role("link", name="Channels").click()
    settled(page, page="channels", period="last-26-weeks")
    choose(page, "Region", "North")
    settled(page, page="channels", region="North")
    page.go_back()
    page.wait_for_selector('.cx-end[data-page="channels"][data-query="period=last-26-weeks"]', state="attached")
    page.go_back()
    settled(page, page="overview", period="last-26-weeks")
    assert urlparse(page.url).path == "/"


def test_a_click_on_a_dot_looks_into_that_channel(app: str, open_page: Open) -> None:
    """A row of the channel chart leads to the channel, with the filters one had; back returns."""
    page = open_page(f"{app}/channels?region=North&period=last-52-weeks")
    chart = page.locator(".js-plotly-plot").first
    chart.locator(".scatterlayer .point").first.wait_for()
    chart.locator(".scatterlayer .point").nth(1).click(force=True)
    page.wait_for_url("**focus=*")
    settled(page, page="channels", focus=query(page)["focus"][0])
    assert query(page)["region"] == ["North"]
    page.go_back()
    page.wait_for_selector('.cx-end[data-page="channels"]:not([data-query*="focus"])', state="attached")
    assert "focus" not in query(page)


def test_links_in_tables_are_followed_without_loading_the_app_anew(app: str, open_page: Open) -> None:
    """A link of a table keeps the session; opened in another tab it is a whole address of its own."""
    page = open_page(f"{app}/channels")
    page.evaluate("window.sameDocument = true")
    link = page.locator('[data-table="channels"] a').first
    address = link.evaluate("a => a.href")
    link.click()
    page.wait_for_url("**focus=*")
    settled(page, page="channels", focus=query(page)["focus"][0])
    assert page.evaluate("window.sameDocument")
    other = open_page(address)
    settled(other, page="channels", focus=query(page)["focus"][0])


def test_a_tile_opens_its_definition(app: str, open_page: Open) -> None:
    """From a number to how it is defined is one click."""
    page = open_page(f"{app}/?region=North")
    page.locator('[data-metric="csat"] h2 a').click()
    settled(page, page="definitions")
    assert query(page) == {"metric": ["csat"], "region": ["North"]}
    expect(page.locator(".cx-definition").first).to_have_attribute("data-metric", "csat")


def test_period_and_comparison_are_chosen_in_one_place(app: str, open_page: Open) -> None:
    """Presets and comparison are written in readable words."""
    page = open_page(app)
    page.get_by_role("button", name=re.compile("against")).click()
    page.get_by_text("Last 52 weeks").click()
    settled(page, period="last-52-weeks")
    page.get_by_text("a year earlier", exact=True).click()
    settled(page, period="last-52-weeks", compare="year")
    assert query(page) == {"period": ["last-52-weeks"], "compare": ["year"]}


def test_nonsense_in_a_link_is_named_and_left_out(app: str, open_page: Open) -> None:
    """What a link says wrongly is said, with the nearest right value, and the rest of it works."""
    page = open_page(f"{app}/channels?region=Nroth&segment=Premium&flavour=mint&period=yesterdayish&lang=xx&focus=fax")
    settled(page, page="channels", segment="Premium")
    text = page.locator(".stMain").inner_text()
    for said in ("Nroth", "Did you mean “North”?", "flavour", "yesterdayish", "xx", "fax"):
        assert said in text
    assert "region" not in (page.locator(".cx-end").get_attribute("data-query") or "")


@pytest.mark.parametrize("key", ["overview", "channels"])
def test_every_page_keeps_its_view_through_link_reload_and_back(app: str, open_page: Open, key: str) -> None:
    """First visit by a deep link, reload, a step to another page and back: the same page, filtered the same way."""
    path = "" if key == "overview" else key
    view = {"region": "North", "period": "last-26-weeks"}
    page = open_page(f"{app}/{path}?region=North&period=last-26-weeks")
    settled(page, page=key, **view)
    expect(page.locator(".stSidebar").get_by_role("link", name="Channels")).to_be_visible()
    if key not in ("quality", "definitions"):
        expect(page.get_by_role("link", name="Remove the filter Region: North")).to_be_visible()
    page.reload()
    settled(page, page=key, **view)
    other, name = ("channels", "Channels") if key != "channels" else ("benchmarks", "Benchmarks")
    page.locator(".stSidebar").get_by_role("link", name=name).click()
    settled(page, page=other, **view)
    page.go_back()
    settled(page, page=key, **view)
    assert {name: values[0] for name, values in query(page).items()} == view


def test_every_page_opens_dark_and_on_a_phone(app: str, open_page: Open) -> None:
    """No page is wider than the phone, and charts take the dark colours with the rest."""
    page = open_page(app, phone=True, dark=True)
    for path in ("/", "/benchmarks", "/channels", "/channels?focus=phone", "/quality", "/definitions"):
        page.goto(app + path)
        settled(page, page=path.split("?")[0].strip("/") or "overview")
        assert page.locator(".cx-end").get_attribute("data-theme") == "dark"
        wider = "e => e.scrollWidth - e.clientWidth"
        assert page.locator("[data-testid=stMain]").evaluate(wider) == 0, path
    assert page.evaluate("getComputedStyle(document.querySelector('.cx')).color") == "rgb(232, 230, 225)"


def test_a_phone_folds_the_filters_and_lays_rows_out_as_cards(app: str, open_page: Open) -> None:
    """The bar is behind one word, and a table row stands under its first cell with labels of its own."""
    page = open_page(f"{app}/channels", phone=True)
    expect(page.get_by_role("button", name="Region")).to_be_hidden()
    page.get_by_text("Period and filters").click()
    expect(page.get_by_role("button", name="Region")).to_be_visible()
    row = page.locator('[data-table="channels"] tbody tr').first
    assert row.locator("td").first.evaluate("e => getComputedStyle(e, '::before').content") == '"NPS"'
    boxes = [cell.bounding_box() for cell in row.locator("td").all()]
    assert all(box and above and box["y"] > above["y"] for above, box in pairwise(boxes))


def test_the_data_of_a_chart_can_be_read_and_taken_along(app: str, open_page: Open, tmp_path: Path) -> None:
    """Under a chart: its summary in words, its table, and the same as CSV."""
    page = open_page(app)
    page.get_by_text("Summary and data").first.click()
    rows = page.locator("details[open] table tbody tr")
    expect(rows.first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").first.click()
    file = tmp_path / "data.csv"
    download.value.save_as(file)
    assert len(file.read_text("utf-8-sig").splitlines()) == rows.count() + 1


def test_health_and_headers(app: str) -> None:
    """The health address names the edition; every answer carries the guard's headers; pages allow no other host."""
    with urllib.request.urlopen(f"{app}/healthz") as reply:
        assert json.load(reply)["edition"]
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
    with urllib.request.urlopen(f"{app}/channels?x=1") as reply:
        policy = reply.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe-eval" not in policy
        assert "script-src 'self' 'sha256-" in policy
        assert "http" not in policy


def test_before_the_first_edition_the_page_says_what_to_do(open_page: Open, tmp_path: Path) -> None:
    """A fresh project: a friendly page with the command, and a health answer a load balancer understands."""
    with serving(ROOT / "app.py", tmp_path, tmp_path / "log") as address:
        page = open_page(f"{address}/channels", done=".cx-message")
        expect(page.get_by_role("heading", name="Nothing has been published yet")).to_be_visible()
        expect(page.get_by_text("cxdash refresh").first).to_be_visible()
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{address}/healthz")
        assert refused.value.code == 503
        refused.value.close()


def test_pages_lie_where_streamlit_does_not_find_them_by_itself() -> None:
    """A script directly below pages/ would be served without frame and guard."""
    assert not list((ROOT / "pages").glob("*.py"))
