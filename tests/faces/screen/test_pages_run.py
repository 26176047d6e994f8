"""Every page run by Streamlit's own test runner on the demo company: fast, without a browser."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from cxdash.edition import Edition
from cxdash.faces.screen.server import PROJECT_VARIABLE
from cxdash.report.pages import PAGES, Page
from cxdash.settings import Project
from tests.conftest import ROOT

MAIN = ROOT / "cxdash" / "faces" / "screen" / "main.py"


@pytest.fixture
def app(demo_project: Project, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The app on the demo company, before its first run."""
    monkeypatch.setenv(PROJECT_VARIABLE, str(demo_project.root))
    return AppTest.from_file(str(MAIN), default_timeout=60)


def html(app: AppTest) -> str:
    """All our own markup on the page."""
    return "\n".join(element.value for element in app.get("html"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.key)
def test_every_page_is_drawn_to_its_end(app: AppTest, demo_edition: Edition, page: Page) -> None:
    """No page raises, and each ends with the mark of its view."""
    app.run()
    if page is not PAGES[0]:
        app.switch_page(str(ROOT / "pages" / page.script)).run()
    assert not app.exception
    found = html(app)
    assert f'class="cx-sr cx-end" data-page="{page.key}"' in found
    assert f'data-edition="{demo_edition.id}"' in found


def test_widgets_show_what_the_url_says(app: AppTest) -> None:
    """The bar's widgets take their state from the URL, and a choice is written back in readable words."""
    app.query_params["region"] = "North"
    app.query_params["compare"] = "year"
    app.run()
    assert app.session_state["filter_region"] == ["North"]
    assert app.session_state["compare"] == "year"
    app.radio(key="compare").set_value("none").run()
    assert app.query_params == {"region": "North", "compare": "none"}
    assert not app.exception


def test_a_report_is_built_once_per_view(app: AppTest) -> None:
    """The same view drawn again gives the same markup, from the same report."""
    app.run()
    first = html(app)
    app.run()
    assert html(app) == first


def test_a_mistake_of_ours_shows_a_reference_and_logs_the_rest(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Readers get a reference, never a traceback or a message that may hold a secret; the log has both."""

    def fail(*_arguments: object) -> None:
        raise RuntimeError("postgresql://user:secret@host/db")

    monkeypatch.setattr("cxdash.faces.screen.page.theme_name", fail)
    app.run()
    found = html(app)
    reference = re.search(r"reference ([0-9a-f]{8})", found)
    assert reference
    assert "secret" not in found
    assert not app.exception
    assert reference[1] in caplog.text
    assert "RuntimeError" in caplog.text
