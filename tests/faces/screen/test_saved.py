"""Saved views in the sidebar, run by Streamlit's own test runner."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cxdash.faces.screen import server
from cxdash.faces.screen.saved import shelf
from cxdash.report.blocks import Link
from cxdash.settings import Project
from cxdash.views import SavedView, list_views, save_view
from tests.conftest import ROOT
from tests.faces.conformance import Page
from tests.faces.samples import HOSTILE

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def view(name: str, owner: str = "Ada") -> SavedView:
    return SavedView(name, owner, "channels", (("region", "North"),), NOON)


@pytest.fixture
def project(demo_project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The demo company's editions under a project of its own, so that saved views are gone after the test."""
    own = Project(tmp_path / "own")
    own.var.mkdir(parents=True)
    own.editions.symlink_to(demo_project.editions)
    monkeypatch.setenv(server.PROJECT_VARIABLE, str(own.root))
    return own


@pytest.fixture
def clock() -> Iterator[None]:
    """The server's clock at a known moment."""

    def noon(zone: tzinfo) -> datetime:
        return NOON.astimezone(zone)

    server.set_clock(noon)
    yield
    server._clock.clear()


def app() -> AppTest:
    return AppTest.from_file(str(ROOT / "cxdash" / "faces" / "screen" / "main.py"), default_timeout=60)


def html(app: AppTest) -> str:
    return "\n".join(element.value for element in app.get("html"))


def test_a_view_is_saved_shown_renamed_and_deleted(project: Project, clock: None) -> None:
    """The name is asked once, the address is the present view's, the time the server's; buttons work on one's own."""
    running = app()
    running.query_params["region"] = "North"
    running.run()
    running.text_input(key="view_name").set_value("Monday")
    running.text_input(key="view_owner").set_value("Ada")
    running.button(key="view_save").click().run()
    assert not running.exception
    (kept,) = list_views(project.views)[0]
    assert (kept.name, kept.owner, kept.page, kept.query) == ("Monday", "Ada", "overview", (("region", "North"),))
    assert kept.created == NOON
    assert 'href="./?region=North"' in html(running)
    assert "Saved as “Monday”." in html(running)
    assert [box.key for box in running.text_input if box.key == "view_owner"] == []
    running.text_input(key="view_rename").set_value("Tuesday")
    running.button(key="view_renamed").click().run()
    assert [kept.name for kept in list_views(project.views)[0]] == ["Tuesday"]
    running.button(key="view_deleted").click().run()
    assert list_views(project.views) == ((), ())
    assert not running.exception


def test_what_cannot_be_saved_is_said(project: Project, clock: None) -> None:
    """No name, no owner, a name that is taken: a sentence each, and nothing is lost."""
    save_view(project.views, view("Monday"))
    running = app()
    running.run()
    for name, owner, said in (("", "Ada", "A name is missing."), ("Monday", "", "A name is missing."),
                              ("Monday", "Ada", "You already have a view of this name.")):  # fmt: skip
        running.text_input(key="view_name").set_value(name)
        running.text_input(key="view_owner").set_value(owner)
        running.button(key="view_save").click().run()
        assert said in html(running)
        assert running.text_input(key="view_name").value == name
    assert list_views(project.views)[0] == (view("Monday"),)


def test_without_a_clock_nothing_is_saved(project: Project) -> None:
    """A server that knows no time says so instead of inventing one."""
    running = app()
    running.run()
    running.text_input(key="view_name").set_value("Monday")
    running.text_input(key="view_owner").set_value("Ada")
    running.button(key="view_save").click().run()
    assert "This server keeps no views." in html(running)
    assert list_views(project.views) == ((), ())


def test_a_damaged_file_is_named(project: Project) -> None:
    """The others are shown all the same."""
    save_view(project.views, view("Monday"))
    (project.views / "broken.json").write_text("{")
    running = app()
    running.run()
    assert "1 saved view cannot be read: broken.json" in html(running)
    assert ">Monday</a>" in html(running)


def test_ones_own_views_come_first_and_others_are_named() -> None:
    """A long shelf is folded; hostile names are text."""

    def address(link: Link) -> str:
        return link.page

    views = [view(f"View {n}", "Grace") for n in range(9)] + [view("Zebra"), view(HOSTILE[:60], "Eve")]
    drawn = shelf(views, "Ada", address)
    words = re.sub(r"<[^>]*>", "|", drawn)
    assert words.index("Zebra") < words.index("View 0")
    assert "Zebra| · " not in words
    assert "View 0| · Grace" in re.sub(r"\|+", "|", words)
    assert "3 more" in words
    assert HOSTILE[:60] in "".join(Page.parse(drawn).text)
    assert "None yet." in shelf([], "", address)
