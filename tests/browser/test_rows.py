"""From a number to its rows in the browser: search, sort, turn over, take along, without loading the page again."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Error, Page, expect
from python_calamine import CalamineWorkbook

from cxdash.answers import Question, answer
from cxdash.answers.answer import HIDDEN
from cxdash.edition import Edition, open_edition
from cxdash.measures import Measure
from cxdash.metrics.catalogue import METRICS
from cxdash.selection import Selection
from cxdash.settings import Project
from tests.answers.recomputed import recompute

pytestmark = pytest.mark.browser

WHERE = ".cx-rows-where"
FIRST_SCORE = ".cx-rows tbody tr:first-child td[data-label='Score']"
HERE = "window.__cx_same_page"


@pytest.fixture(scope="module")
def edition(project: Project) -> Edition:
    """What the app serves."""
    return open_edition(project.editions)


def _total(page: Page) -> int:
    """How many rows the page says there are."""
    page.wait_for_selector(WHERE)
    return int(re.sub(r"\D", "", page.locator(WHERE).inner_text().split(" of ")[-1]))


def _column(page: Page, label: str) -> list[str]:
    return [cell.strip() for cell in page.locator(f".cx-rows td[data-label='{label}']").all_inner_texts()]


def _choose(page: Page, part: str, option: str) -> None:
    """Choose from a list of the rows' bar; a list that was drawn again while it opened is opened again."""
    box = page.locator(f".st-key-rows_rows_{part}").locator("[role=combobox], [data-baseweb=select], button").first
    wanted = page.get_by_role("option", name=option, exact=True)
    for _attempt in range(5):
        box.click()
        try:
            wanted.wait_for(timeout=4000)
        except Error:
            continue
        wanted.click()
        return
    pytest.fail(f"the list never offered {option}")


def test_a_number_opens_its_rows_and_they_recompute_it(
    app: str, open_page: Callable[..., Page], edition: Edition, tmp_path: Path
) -> None:
    """From a tile to the passport, from there to searched, sorted, turned rows and files that give the number again."""
    page = open_page(f"{app}/?period=last-13-weeks")
    tile = page.locator(".cx-tile[data-metric=nps]")
    printed = tile.locator(".value").inner_text().strip()
    tile.locator("a.cx-passport").click()
    page.wait_for_selector(".cx-end[data-page=number]", state="attached")
    assert page.locator(".cx-tile[data-metric=nps] .value").inner_text().strip() == printed
    row = answer(edition, Question("nps", Selection.from_query({"period": "last-13-weeks"}, edition.manifest)[0])).only
    total = _total(page)
    assert total == row.n
    page.evaluate(f"{HERE} = true")

    search = page.get_by_label("Search in these rows")
    search.fill("North")
    search.press("Enter")
    expect(page.locator(WHERE)).to_contain_text("found among")
    found = _column(page, "Region")
    assert found
    assert all("North" in line for line in page.locator(".cx-rows tbody tr").all_inner_texts())
    search.fill("no such text anywhere")
    search.press("Enter")
    expect(page.locator(WHERE)).to_contain_text("contains this")
    search.fill("")
    search.press("Enter")
    expect(page.locator(WHERE)).not_to_contain_text("contains this")
    assert _total(page) == total

    _choose(page, "sort", "Score")
    expect(page.locator(FIRST_SCORE)).to_have_text("10")
    _choose(page, "order", "smallest first")
    expect(page.locator(FIRST_SCORE)).to_have_text("0")
    scores = [int(score) for score in _column(page, "Score")]
    assert scores == sorted(scores)

    before = page.locator(".cx-rows tbody th").all_inner_texts()
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.locator(WHERE)).to_contain_text("51–")
    after = page.locator(".cx-rows tbody th").all_inner_texts()
    assert not set(before) & set(after)
    assert page.evaluate(HERE) is True, "the page was loaded again"

    measure = METRICS["nps"].computation
    assert isinstance(measure, Measure)
    deff = answer(edition, Question("nps", Selection.from_query({"period": "last-13-weeks"}, edition.manifest)[0])).deff
    for kind in ("CSV", "XLSX"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=re.compile(f"rows as {kind}")).click()
        file = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(file)
        if kind == "CSV":
            rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"), newline="")))
        else:
            names, *lines = CalamineWorkbook.from_path(file).get_sheet_by_name("Rows").to_python()
            rows = [dict(zip(map(str, names), line, strict=True)) for line in lines]
        again = recompute(measure, rows, row.period, deff)
        assert (again.value[0], again.low[0], again.high[0], again.n[0]) == (row.value, row.low, row.high, row.n)
    assert page.evaluate(HERE) is True


def test_rows_are_reached_and_turned_by_keyboard(app: str, open_page: Callable[..., Page]) -> None:
    """The table's region takes the focus and scrolls; the next page is a button that a keyboard presses."""
    page = open_page(f"{app}/number?metric=repeat_rate")
    _total(page)
    region = page.locator(".cx-rows")
    region.focus()
    assert page.evaluate("document.activeElement.classList.contains('cx-rows')")
    assert region.get_attribute("aria-label")
    page.get_by_role("button", name="Next", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator(WHERE)).to_contain_text("51–")


def test_on_a_phone_rows_are_cards(app: str, open_page: Callable[..., Page]) -> None:
    """Nothing is wider than the phone, and empty values take no room."""
    page = open_page(f"{app}/number?metric=nps", phone=True)
    _total(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
    assert page.locator(".cx-rows td.cx-nothing:visible").count() == 0


def test_a_hidden_number_shows_no_rows(app: str, open_page: Callable[..., Page], edition: Edition) -> None:
    """The passport of a number that is not shown says why there are no rows, and offers no file."""
    days = Selection.over("last-3-days", last_day=edition.manifest.last_day)
    cells = answer(edition, Question("ces", days, by=("channel", "region"))).rows
    small = next(row.dimensions for row in cells if HIDDEN in row.flags)
    query = urlencode({"metric": "ces", "period": "last-3-days", **small})
    page = open_page(f"{app}/number?{query}")
    assert page.locator(".cx-rows-refused").inner_text().strip()
    assert page.locator(".cx-rows").count() == 0
    assert page.get_by_role("button", name=re.compile("rows as")).count() == 0
