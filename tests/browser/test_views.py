"""A view is an address: clicks that write it, links that carry it, names it is kept under."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect

from cxdash.settings import Project
from cxdash.views import list_views

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlparse(page.url).query)


def drawn(page: Page, key: str, **parts: str) -> None:
    """Wait until this page with these filters is drawn to its end."""
    wanted = "".join(f'[data-query*="{name}={value}"]' for name, value in parts.items())
    page.wait_for_selector(f'.cx-end[data-page="{key}"]{wanted}', state="attached")


def test_what_a_click_does_is_also_a_word_and_back_undoes_it(app: str, open_page: Open) -> None:
    """A chart's links as words filter like its marks; the filter is in the address, and gone after back."""
    page = open_page(f"{app}/channels?period=last-52-weeks")
    before = page.url
    page.get_by_text("Summary and data").first.click()
    page.locator(".cx-doors a:not(.cx-passport)").first.click()
    page.wait_for_url(lambda url: url != before)
    drawn(page, "channels", period="last-52-weeks")
    assert query(page).items() > parse_qs(urlparse(before).query).items()
    page.go_back()
    page.wait_for_url(before)
    drawn(page, "channels", period="last-52-weeks")


def test_a_cell_of_a_map_is_a_link_and_back_returns(app: str, open_page: Open) -> None:
    """A click into a heatmap leads to that cell's view; the address says which; back is where one was."""
    page = open_page(f"{app}/handoffs?period=last-52-weeks")
    cell = page.locator(".cx-heat td a").first
    expect(cell).to_be_visible()
    target = parse_qs(urlparse(str(cell.evaluate("a => a.href"))).query)
    before = page.url
    cell.click()
    page.wait_for_url(lambda url: url != before)
    assert query(page) == target
    page.go_back()
    drawn(page, "handoffs", period="last-52-weeks")
    assert page.url == before


def test_a_stream_takes_a_click_where_it_is_drawn(specimen_app: str, open_page: Open) -> None:
    """The shape itself is the link: a click on the thickest stream's middle follows it, one beside it does not."""
    page = open_page(specimen_app)
    area = page.locator(".cx-flow .area")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box
    hit = "([x, y]) => document.elementFromPoint(x, y)?.closest('a.stream')?.getAttribute('aria-label') || ''"
    assert str(page.evaluate(hit, [box["x"] + 3, box["y"] + 20])).startswith("Web to Phone")
    assert page.evaluate(hit, [box["x"] + box["width"] / 2, box["y"] + box["height"] - 2]) == ""
    page.mouse.click(box["x"] + 3, box["y"] + 20)
    page.wait_for_url("**origin=web&target=phone")


@pytest.mark.parametrize(
    "link",
    [
        "channels?focus=phone&beside=chat&region=North&period=last-26-weeks",
        "channels?focus=phone&cut=region",
        "handoffs?region=North",
        "why?metric=csat&by=region&region=North",
        "number?metric=nps&channel=phone&region=North&period=last-13-weeks",
        "definitions?metric=csat",
    ],
)
def test_a_link_opens_the_same_view_in_a_fresh_browser(app: str, open_page: Open, link: str) -> None:
    """Every parameter is kept, readable, and “Copy link” gives the same address again."""
    page = open_page(f"{app}/{link}")
    asked = parse_qs(urlparse(link).query)
    copied = parse_qs(urlparse(str(page.locator("a[data-cx-copy]").evaluate("a => a.href"))).query)
    assert copied == asked
    assert "%7B" not in page.url
    first = page.locator(".stMain h1").first.inner_text()
    again = open_page(str(page.locator("a[data-cx-copy]").evaluate("a => a.href")))
    assert again.locator(".stMain h1").first.inner_text() == first


def test_the_link_is_copied_and_says_so(app: str, open_page: Open) -> None:
    """What lies on the clipboard is the whole address of the view."""
    page = open_page(f"{app}/channels?region=North")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("link", name="Copy link").click()
    expect(page.get_by_role("link", name="Link copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{app}/channels?region=North"
    assert query(page) == {"region": ["North"]}


def test_the_trail_leads_back_to_the_whole(app: str, open_page: Open) -> None:
    """Who arrives by a link sees where they are and steps up, filters kept."""
    page = open_page(f"{app}/channels?focus=phone&region=North")
    trail = page.get_by_role("navigation", name="Where you are")
    expect(trail).to_contain_text("Phone")
    trail.get_by_role("link", name="Channels").click()
    drawn(page, "channels", region="North")
    assert query(page) == {"region": ["North"]}
    trail.get_by_role("link", name="Overview").click()
    drawn(page, "overview", region="North")


def test_a_saved_view_is_opened_again(app: str, project: Project, open_page: Open) -> None:
    """Saved in one browser, opened in another; deleted by its owner."""
    page = open_page(f"{app}/channels?focus=phone&region=North")
    page.get_by_role("button", name="Save this view").click()
    page.get_by_role("textbox", name="Name of the view").fill("Phone, North")
    page.get_by_role("textbox", name="Your name").fill("Ada Browser")
    page.get_by_role("textbox", name="Your name").press("Tab")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as “Phone, North”.")).to_be_visible()
    try:
        other = open_page(f"{app}/quality")
        other.get_by_role("link", name="Phone, North").click()
        drawn(other, "channels", region="North")
        assert query(other) == {"focus": ["phone"], "region": ["North"]}
        expect(other.get_by_role("button", name="Rename or delete")).to_have_count(0)
    finally:
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Rename or delete").click()
        page.get_by_role("button", name="Delete this view").click()
        expect(page.get_by_text("Deleted.")).to_be_visible()
    assert [view for view in list_views(project.views)[0] if view.owner == "Ada Browser"] == []
