"""Every block in every state, in a browser: both themes, both widths, both writing directions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

WIDER = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  return Math.max(main.scrollWidth - main.clientWidth, document.documentElement.scrollWidth - innerWidth);
}"""

# WCAG 2.2: contrast of every text of ours against what lies behind it
CONTRAST = """() => {
  const channel = v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 };
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = e => { for (; e; e = e.parentElement) {
    const c = parse(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0.99) return c; } };
  const low = [];
  for (const e of document.querySelectorAll('.cx *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || e.closest('.cx-sr') || !e.getClientRects().length) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) low.push(`${ratio.toFixed(2)} ${e.className} ${e.textContent.slice(0, 40)}`);
  }
  return low;
}"""


@pytest.mark.parametrize(
    ("language", "phone", "dark"),
    [("en", False, False), ("en", True, True), ("fa", False, True), ("fa", True, False)],
    ids=["ltr-wide-light", "ltr-phone-dark", "rtl-wide-dark", "rtl-phone-light"],
)
def test_everything_fits_and_can_be_read(
    specimen_app: str, open_page: Open, language: str, phone: bool, dark: bool
) -> None:
    """Nothing overflows, in either direction of writing, and every text has the contrast of WCAG AA."""
    page = open_page(f"{specimen_app}/?lang={language}", phone=phone, dark=dark)
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    assert page.evaluate(WIDER) == 0
    assert page.evaluate(CONTRAST) == []
    assert page.locator(".cx-end").get_attribute("data-theme") == ("dark" if dark else "light")
    assert page.locator(".cx").first.get_attribute("dir") == ("rtl" if language == "fa" else "ltr")


def test_hostile_values_stay_text(specimen_app: str, open_page: Open) -> None:
    """A value that looks like markup is shown letter by letter, in our HTML and in the figures."""
    page = open_page(specimen_app)
    page.on("dialog", lambda _dialog: pytest.fail("a value was executed"))
    expect(page.locator('[data-table="changes"] tbody th').nth(3)).to_have_text(
        '<script>alert("x")</script> & <b onmouseover=alert(1)>North</b>'
    )
    page.locator(".js-plotly-plot .ytick text").first.wait_for()
    labels = page.locator(".js-plotly-plot .ytick text").all_text_contents()
    assert any('<script>alert("x")' in label for label in labels), labels
    assert page.locator(".stMain b[onmouseover], .stMain .cx script").count() == 0


def test_states_are_told_apart_without_colour(specimen_app: str, open_page: Open) -> None:
    """Hidden, missing, low base and every kind of change say so in words or signs."""
    page = open_page(specimen_app)
    for metric, state, said in (
        ("nps", "shown", "▼ down 6 points"),
        ("csat", "shown", "▲ up 2.1 points"),
        ("ces", "shown", "≈ no clear change"),
        ("churn", "low_base", "low base"),
        ("first_contact_resolution", "hidden", "hidden: fewer than 5 answers"),
        ("net_retention", "missing", "no answers in this period"),
    ):
        tile = page.locator(f'.cx-tile[data-metric="{metric}"]')
        expect(tile).to_have_attribute("data-state", state)
        expect(tile).to_contain_text(said)
    for level in ("critical", "warning", "info"):
        expect(page.locator(f".cx-notice.{level}").first).to_be_visible()


def test_charts_speak_to_screen_readers(specimen_app: str, open_page: Open) -> None:
    """Each figure carries its summary as its text alternative."""
    page = open_page(specimen_app)
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    for said in ("NPS by week: from 31", "NPS by channel from +44 (web)", "Promoters 42 %"):
        assert page.locator(f'[aria-label*="{said}"]').count() == 1, said


def test_the_keyboard_reaches_every_link(specimen_app: str, open_page: Open) -> None:
    """Links are links: they take the focus, and Enter follows them."""
    page = open_page(specimen_app)
    link = page.locator('[data-table="changes"] a').first
    link.focus()
    assert page.evaluate("document.activeElement.textContent") == "Phone"
    page.keyboard.press("Enter")
    page.wait_for_url("**/channels?focus=phone")
