"""Every page by axe-core, in both themes and on both kinds of device; and the way through the app by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from cxdash.report.pages import PAGES
from tests.browser.accessibility import violations

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

VIEWS = {page.key: "" if page is PAGES[0] else page.key for page in PAGES} | {
    "one channel": "channels?focus=phone&region=North",
    "one number": "number?metric=nps&channel=phone",
    "nonsense": "channels?region=Nroth",
}


PAIRS = [
    # every page in one of the two each time, in the other with the long tests; blocks are looked at in all forms below
    pytest.param(view, dark_phone, marks=[pytest.mark.slow] if (place + dark_phone) % 2 else [], id=f"{view}-{form}")
    for place, view in enumerate(VIEWS)
    for dark_phone, form in ((False, "light-wide"), (True, "dark-phone"))
]


@pytest.mark.parametrize(("view", "dark_phone"), PAIRS)
def test_no_page_shuts_anybody_out(app: str, open_page: Open, view: str, dark_phone: bool) -> None:
    """No violation of WCAG 2.2 AA, nor a moderate one, on any page, in either theme and on either size of screen."""
    page = open_page(f"{app}/{VIEWS[view]}", phone=dark_phone, dark=dark_phone)
    theme = "dark" if dark_phone else "light"
    page.wait_for_selector(f'.cx-end[data-theme="{theme}"]', state="attached")
    settle(page)
    assert violations(page, impacts=("moderate", "serious", "critical")) == []


@pytest.mark.parametrize(
    ("language", "phone", "dark"),
    [("en", False, True), ("en", True, False), ("fa", False, False), ("fa", True, True)],
    ids=["ltr-wide-dark", "ltr-phone-light", "rtl-wide-light", "rtl-phone-dark"],
)
def test_no_block_shuts_anybody_out(specimen_app: str, open_page: Open, language: str, phone: bool, dark: bool) -> None:
    """Every block in every state, with the data of its charts unfolded; each pair of properties occurs."""
    page = open_page(f"{specimen_app}/?lang={language}", phone=phone, dark=dark)
    settle(page)
    for fold in page.locator("[data-testid=stExpander] summary").all():
        fold.click()
    expect(page.locator("[data-testid=stExpander] details[open]")).to_have_count(
        page.locator("[data-testid=stExpander]").count()
    )
    assert violations(page, impacts=("moderate", "serious", "critical")) == []


def test_axe_finds_what_is_wrong(specimen_app: str, open_page: Open) -> None:
    """The yardstick measures: a grey word on grey and a picture without words are found."""
    page = open_page(specimen_app)
    page.evaluate("""() => document.querySelector('.cx').insertAdjacentHTML('beforeend',
        '<p style="color:#aaa;background:#bbb">grey</p><img src="data:,">')""")
    found = " ".join(violations(page))
    assert "color-contrast" in found
    assert "image-alt" in found


def settle(page: Page) -> None:
    """Wait until figures are drawn: what is faded while it is drawn has no contrast yet."""
    for _figure in page.locator(".stPlotlyChart").all():
        _figure.locator(".main-svg").first.wait_for()
    page.wait_for_function("!document.querySelector('[data-stale=true], .stSkeleton')")


FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const box = e.getBoundingClientRect();
  const inner = e.closest('summary, button, a, input') || e;
  const ring = s => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none'
    || s.filter !== 'none';
  const shown = [e, inner, e.parentElement, e.parentElement?.parentElement].some(x => x && ring(getComputedStyle(x)));
  return {tag: e.tagName, name: (e.getAttribute('aria-label') || e.textContent || e.title || '').trim().slice(0, 60),
    ring: shown, size: box.width * box.height, place: [box.x, box.y]};
}"""


def walk(page: Page, until: Callable[[dict[str, object]], bool], most: int = 120) -> list[dict[str, object]]:
    """Press Tab until the focus is where it should be; returns every stop on the way, the last one included."""
    stops: list[dict[str, object]] = []
    for _step in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None:
            continue
        stops.append(stop)
        if until(stop):
            return stops
    raise AssertionError([stop["name"] for stop in stops])


def test_the_way_from_a_number_to_its_rows_by_keyboard(app: str, open_page: Open) -> None:
    """Tab, Enter and letters alone: a filter, a chart's data, a number's passport, its rows searched and turned."""
    page = open_page(f"{app}/channels?focus=phone")
    settle(page)
    stops = walk(page, lambda stop: str(stop["name"]).startswith("Region"))
    page.keyboard.press("Enter")
    stops += walk(page, lambda stop: stop["name"] == "North")
    page.keyboard.press("Enter")
    page.wait_for_selector('.cx-end[data-query*="region=North"]', state="attached")
    page.keyboard.press("Escape")
    settle(page)
    stops += walk(page, lambda stop: str(stop["name"]).endswith("Summary and data"))
    page.keyboard.press("Enter")
    expect(page.locator("details[open] table").first).to_be_visible()
    page.goto(f"{app}/")
    page.wait_for_selector('.cx-end[data-page="overview"]', state="attached")
    settle(page)
    stops += walk(page, lambda stop: "where this number comes from" in str(stop["name"]))
    page.keyboard.press("Enter")
    page.wait_for_selector('.cx-end[data-page="number"]', state="attached")
    settle(page)
    where = page.locator(".cx-rows-where")
    stops += walk(page, lambda stop: stop["name"] == "Search in these rows")
    page.keyboard.type("phone")
    page.keyboard.press("Enter")
    expect(where).to_contain_text("found among")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(where).not_to_contain_text("found among")
    stops += walk(page, lambda stop: str(stop["name"]).endswith("Next"))
    page.keyboard.press("Enter")
    expect(where).to_contain_text("Rows 51–")
    unseen = [stop["name"] for stop in stops if not stop["ring"] or not stop["size"]]
    assert unseen == []
