"""From the overview to what was planted, in a browser, by clicks alone: at most five, each on something that says why.

Whoever walks here knows nothing. Every click is on a menu entry, a link or a control that is in sight; addresses are
only read. Each path ends with the words that name what was planted, the back button leads to the view before, and the
address of the last view says the same words to somebody who opens it for the first time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from cxdash.settings import Project
from tests.browser.conftest import PATIENCE, WIDE, Watch, browser, contexts, open_page, serving
from tests.conftest import ROOT

pytestmark = pytest.mark.browser

__all__ = ["browser", "contexts", "open_page"]  # fixtures of the browser tests, used here by their names

MOST_CLICKS: Final = 5

Open = Callable[..., Page]
Words = Callable[[Page], None]
"""Asserts what a view must say."""


@pytest.fixture(scope="module")
def app(company: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on the full-scale demo company."""
    with serving(ROOT / "app.py", company.root, tmp_path_factory.mktemp("paths") / "log") as address:
        yield address


class Walk:
    """A way through the app that counts its clicks and remembers the views it came by: address, and mark of its end."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0
        self.views = [(page.url, end_mark(page))]

    def click(self, target: Locator, *, page: str = "", **query: str) -> None:
        """One click; with `page` or parts of a query it leads to a view, which is waited for."""
        self.clicks += 1
        target.click()
        if page or query:
            parts = "".join(f'[data-query*="{name}={value}"]' for name, value in query.items())
            self.page.wait_for_selector(f'.cx-end[data-page="{page}"]{parts}', state="attached")
            self.views.append((self.page.url, end_mark(self.page)))

    def menu(self, name: str, *, page: str, **query: str) -> None:
        """One click on an entry of the menu."""
        self.click(self.page.locator(".stSidebar").get_by_role("link", name=name, exact=True), page=page, **query)

    def ends(self, says: Words, browser: Browser) -> None:
        """The words are there, within five clicks; back is the view before; the link says the same to a stranger."""
        says(self.page)
        assert 0 < self.clicks <= MOST_CLICKS
        address, end = self.views[-1]
        before, end_before = self.views[-2]
        self.page.go_back()
        self.page.wait_for_selector(end_before, state="attached")
        assert self.page.url == before
        fresh = browser.new_context(viewport={"width": WIDE["width"], "height": WIDE["height"]})
        try:
            stranger = fresh.new_page()
            watch = Watch()
            watch.over(stranger)
            stranger.set_default_timeout(PATIENCE)
            stranger.goto(address)
            stranger.wait_for_selector(end, state="attached")
            says(stranger)
            assert stranger.url == address
            assert not watch.found
        finally:
            fresh.close()


def end_mark(page: Page) -> str:
    """What marks the end of the view now drawn: its page and its whole query."""
    end = page.locator(".cx-end")
    return f'.cx-end[data-page="{end.get_attribute("data-page")}"][data-query="{end.get_attribute("data-query")}"]'


def headline(page: Page) -> Locator:
    """The sentence a page begins with, and what stands below it."""
    return page.locator(".cx-headline")


def seen(page: Page, words: str | re.Pattern[str]) -> Locator:
    """The first place in sight where these words stand."""
    return page.locator(".stMain").get_by_text(words).filter(visible=True).first


def test_the_broken_handoff(app: str, open_page: Open, browser: Browser) -> None:
    """Menu → the pair it names: chat to phone in Lakeland, and what goes wrong there."""
    walk = Walk(open_page(app))
    walk.menu("Handoffs", page="handoffs")
    expect(headline(walk.page)).to_contain_text("Chat → Phone in Lakeland")
    place = walk.page.locator('[data-table="handoff-findings"] tbody a').first
    expect(place).to_have_text("Chat → Phone · Lakeland")
    walk.click(place, page="handoffs", region="Lakeland")

    def says(page: Page) -> None:
        expect(headline(page)).to_contain_text(re.compile("Chat → Phone.*break", re.DOTALL))
        expect(page.get_by_role("link", name="Remove the filter Region: Lakeland")).to_be_visible()
        for reason in ("Told again", "Identified again", "No context"):
            expect(seen(page, reason)).to_be_visible()

    walk.ends(says, browser)


def test_the_overloaded_campaign(app: str, open_page: Open, browser: Browser) -> None:
    """Menu → the campaign its brief names: what it promised, what was there, and what was not served."""
    walk = Walk(open_page(app))
    walk.menu("Journey", page="journey")
    expect(seen(walk.page, re.compile("While “Nova Weeks” ran: .*out of stock"))).to_be_visible()
    name = walk.page.locator('[data-table="campaigns"] tbody').get_by_role("link", name="Nova Weeks", exact=True)
    walk.click(name, page="journey", campaign="CMP-08")

    def says(page: Page) -> None:
        expect(seen(page, re.compile("While “Nova Weeks” ran: .*out of stock"))).to_be_visible()
        lost = page.locator('[data-table="not-served"]')
        expect(lost).to_contain_text("Units asked for and not on the shelf")
        expect(lost).to_contain_text(re.compile(r"€\d+K"))
        expect(lost).to_contain_text("Callers who gave up beyond the usual share")

    walk.ends(says, browser)


def test_the_reversal_of_onboarding(app: str, open_page: Open, browser: Browser) -> None:
    """A year against the year before → Journey → why: it rose in every segment and fell in total."""
    walk = Walk(open_page(app))
    walk.click(walk.page.get_by_role("button", name=re.compile("against")))
    walk.click(walk.page.get_by_text("Last 52 weeks"), page="overview", period="last-52-weeks")
    walk.click(walk.page.get_by_text("a year earlier", exact=True), page="overview", compare="year")
    walk.menu("Journey", page="journey", period="last-52-weeks", compare="year")
    told = walk.page.locator('[data-table="reversals"] a').first
    expect(told).to_have_text("CSAT in Onboard rose in every segment and fell in total: the mix shifted.")
    walk.click(told, page="why", stage="Onboard")

    def says(page: Page) -> None:
        expect(headline(page)).to_contain_text("The whole misleads")
        expect(seen(page, "although it rose in every segment")).to_be_visible()
        expect(seen(page, "those of Prepaid")).to_be_visible()

    walk.ends(says, browser)


def test_the_lost_carts(app: str, open_page: Open, browser: Browser) -> None:
    """Menu: carts come back on the same device, and mostly are lost on another."""
    walk = Walk(open_page(app))
    walk.menu("Handoffs", page="handoffs")

    def says(page: Page) -> None:
        expect(seen(page, "Carts get lost between devices")).to_be_visible()
        shares = page.locator('[data-table="carts"] tbody tr')
        found = {}
        for row in shares.all():
            percent = re.search(r"([\d.]+)%", row.inner_text())
            assert percent
            found[row.get_by_role("rowheader").inner_text()] = float(percent[1])
        assert found["Another device"] < 45 < 70 < found["The same device"]

    walk.ends(says, browser)


def test_the_bad_region(app: str, open_page: Open, browser: Browser) -> None:
    """The overview names the East itself; a click looks into it, with the number one saw."""
    walk = Walk(open_page(app))
    title = walk.page.get_by_role("heading", name=re.compile("^NPS by region: clearly worse in .*East"))
    expect(title).to_be_visible()
    named = walk.page.get_by_role("navigation", name=re.compile("^NPS by region"), include_hidden=True)
    fold = walk.page.locator("[data-testid=stExpander]").filter(has=named)
    walk.click(fold.locator("summary"))
    line = named.locator("li").filter(has_text=re.compile("^East: "))
    value = line.inner_text().removeprefix("East: ")
    walk.click(line.get_by_role("link", name="East", exact=True), page="overview", region="East")

    def says(page: Page) -> None:
        expect(page.get_by_role("link", name="Remove the filter Region: East")).to_be_visible()
        expect(page.locator('[data-metric="nps"] .value')).to_have_text(value)

    walk.ends(says, browser)


def test_noise_is_not_flagged(app: str, open_page: Open) -> None:
    """Where nothing was planted the pages say so: in the last four weeks only the phone in the North moved."""
    page = open_page(app)
    expect(headline(page)).to_contain_text("Phone · North")
    changed = page.locator('[data-table="what-changed"] tbody tr').filter(has=page.locator(".bad"))
    assert {row.locator("td").first.inner_text() for row in changed.all()} == {"Phone · North"}
    walk = Walk(page)
    walk.menu("Channels", page="channels")
    expect(headline(page)).to_contain_text("No detectable difference between channels")
    walk.menu("Journey", page="journey")
    expect(seen(page, "No stage moved beyond noise.")).to_be_visible()
    walk.menu("Handoffs", page="handoffs")
    places = page.locator('[data-table="handoff-findings"] tbody').get_by_role("rowheader")
    expect(places).to_have_text(["Chat → Phone · Lakeland"])


def test_an_issue_that_crosses_channels_is_said_to_count_once(app: str, open_page: Open) -> None:
    """The page that counts issues says how, next to the numbers."""
    walk = Walk(open_page(app))
    walk.menu("Handoffs", page="handoffs")
    expect(seen(walk.page, "One that crosses three channels counts once here")).to_be_visible()
