"""One selection, one set of numbers: the screen, the mail's two parts and `answer --json` print the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from html import unescape
from typing import Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page

from cxdash.cli import main
from cxdash.edition import attempts, open_edition
from cxdash.faces.mail import compose
from cxdash.report.pages import find_page
from cxdash.report.view import View
from cxdash.selection import Selection
from cxdash.settings import Project

pytestmark = pytest.mark.browser

SELECTIONS = ["", "period=last-26-weeks&region=North", "period=2026-Q3&compare=year&channel=phone,chat"]


def _on_screen(page: Page) -> dict[str, str]:
    """Metric → everything its tile says."""
    tiles = page.locator(".cx-tile[data-metric]")
    return {
        str(tiles.nth(n).get_attribute("data-metric")): _plain(tiles.nth(n).inner_text()) for n in range(tiles.count())
    }


def _plain(text: str) -> str:
    """Text without layout: one space between words, no invisible direction marks."""
    return re.sub(r"\s+", " ", re.sub("[\u200e\u200f\u2066-\u2069\u00ad]", "", text)).strip()


def _mail(project: Project, query: dict[str, str | list[str]]) -> tuple[str, str]:
    """The overview's mail for this selection, sent through bytes and read back: plain part, HTML part as text."""
    edition = open_edition(project.editions)
    selection, problems = Selection.from_query(query, edition.manifest)
    assert not problems
    report = find_page("overview").build(View(edition, selection, tuple(attempts(project.editions))))
    sent = compose(
        report, link_base="https://cx.example.com", sender="cx@example.com", recipient="ceo@example.com",
        sent_at=datetime(2026, 11, 23, 7, tzinfo=UTC),
    )  # fmt: skip
    arrived = message_from_bytes(sent.as_bytes(), policy=policy.default)
    plain, markup = arrived.get_body(("plain",)), arrived.get_body(("html",))
    assert plain is not None
    assert markup is not None
    html = re.sub(r"<style.*?</style>", " ", markup.get_content(), flags=re.DOTALL)
    return _plain(plain.get_content()), _plain(unescape(re.sub(r"<[^>]+>", " ", html)))


def _answer(project: Project, metric: str, query: dict[str, Any]) -> dict[str, Any]:
    """`cxdash answer METRIC --json` for the selection: its only row."""
    options = ["--project", str(project.root), "answer", metric, "--json"]
    options += ["--period", query.get("period", "last-4-weeks"), "--compare", query.get("compare", "previous")]
    for dim in ("region", "channel"):
        options += ["--where", f"{dim}={query[dim]}"] if dim in query else []
    done = CliRunner().invoke(main, options)
    assert done.exit_code == 0, done.output
    (row,) = json.loads(done.stdout)["rows"]
    return dict(row)


@pytest.mark.parametrize("link", SELECTIONS)
def test_screen_mail_and_json_print_the_same_numbers(
    app: str, project: Project, open_page: Callable[..., Page], link: str
) -> None:
    """Value, interval, n and the word of change of every tile agree between all faces and the command."""
    query: dict[str, Any] = dict(part.split("=") for part in link.split("&") if part)
    screen = _on_screen(open_page(f"{app}/?{link}"))
    plain, html = _mail(project, query)
    shown = {key: said for key, said in screen.items() if "–" not in said.split(" ")[:8]}
    assert len(screen) == 6
    assert len(shown) >= 4
    for metric, said in shown.items():
        row = _answer(project, metric, query)
        interval = _interval(metric, row)
        for face in (said, plain, html):
            assert row["shown"] in face, (metric, face[:200])
            assert interval in face, (metric, interval)
            if metric != "health":
                assert f"{row['n']:,}" in face, metric
        word = row["comparison"]["word"]
        assert (word in said) or (word == "too few answers" and "compare with" in said), (metric, word, said)


def _interval(metric: str, row: dict[str, Any]) -> str:
    """The interval as every face must print it, made from the command's raw numbers."""
    decimals = {"nps": 0, "health": 0, "churn": 2, "revenue_churn": 2, "consistency": 0}.get(metric, 1)

    def printed(value: float) -> str:
        text = f"{abs(value):,.{decimals}f}"
        sign = "" if float(text.replace(",", "")) == 0 else "−" if value < 0 else "+" if row["unit"] == "points" else ""
        return sign + text + ("%" if row["unit"] == "percent" else "")

    return f"{printed(row['low'])} to {printed(row['high'])}"
