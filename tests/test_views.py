"""Saved views: kept whole, by owner and name, whatever else happens in the folder."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxdash.errors import SavedViewError
from cxdash.views import LONGEST, MOST, SavedView, clean_name, delete_view, list_views, rename_view, save_view, views_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NORTH = SavedView("Phone in the North", "Ada", "channels", (("region", "North"), ("focus", "phone")), NOON)


def names(folder: Path) -> list[str]:
    return [view.name for view in list_views(folder)[0]]


def test_a_view_is_kept_as_it_was_saved(tmp_path: Path) -> None:
    """Name, owner, page, parameters in order and time come back; nothing else lies in the folder."""
    folder = tmp_path / "views"
    assert list_views(folder) == ((), ())
    kept = save_view(folder, NORTH)
    assert list_views(folder) == ((kept,), ())
    assert kept == NORTH
    assert [path.name for path in folder.iterdir()] == [f"{kept.id}.json"]


def test_two_people_may_use_the_same_name(tmp_path: Path) -> None:
    """Neither overwrites the other; one person cannot use a name twice, whatever its capitals."""
    save_view(tmp_path, NORTH)
    other = save_view(tmp_path, replace(NORTH, owner="Grace", page="overview"))
    found = list_views(tmp_path)[0]
    assert {(view.owner, view.page) for view in found} == {("Ada", "channels"), ("Grace", "overview")}
    assert views_of(found, "grace") == (other,)
    for name in (NORTH.name, "  phone in  the NORTH "):
        with pytest.raises(SavedViewError, match="already have a view"):
            save_view(tmp_path, replace(NORTH, name=name, page="quality"))
    assert views_of(list_views(tmp_path)[0], "Ada") == (NORTH,)


def test_writers_at_the_same_moment(tmp_path: Path) -> None:
    """Of many who save one name at once exactly one succeeds; different names all do, and every file is whole."""

    def attempt(view: SavedView) -> bool:
        try:
            save_view(tmp_path, view)
        except SavedViewError:
            return False
        return True

    same = [replace(NORTH, page="quality" if n % 2 else "overview") for n in range(24)]
    different = [replace(NORTH, name=f"View {n}") for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, same)) == 1
        assert all(pool.map(attempt, different))
    found, damaged = list_views(tmp_path)
    assert len(found) == 25
    assert not damaged
    assert not list(tmp_path.glob(".draft*"))


def test_a_view_is_renamed_and_deleted_by_its_owner_only(tmp_path: Path) -> None:
    """The address stays, the old name is gone; somebody else is told whose it is."""
    kept = save_view(tmp_path, NORTH)
    for change in (lambda: delete_view(tmp_path, kept.id, "Grace"), lambda: rename_view(tmp_path, kept.id, "", "Mine")):
        with pytest.raises(SavedViewError, match="belongs to Ada"):
            change()
    new = rename_view(tmp_path, kept.id, "ada", "North")
    assert replace(new, name=NORTH.name) == NORTH
    assert names(tmp_path) == ["North"]
    assert names(tmp_path) == [rename_view(tmp_path, new.id, "Ada", "North").name]
    louder = rename_view(tmp_path, new.id, "Ada", "NORTH")
    assert names(tmp_path) == ["NORTH"]
    second = save_view(tmp_path, replace(NORTH, name="South"))
    with pytest.raises(SavedViewError, match="already have a view"):
        rename_view(tmp_path, second.id, "Ada", "north")
    assert names(tmp_path) == ["NORTH", "South"]
    delete_view(tmp_path, louder.id, "Ada")
    assert names(tmp_path) == ["South"]
    with pytest.raises(SavedViewError, match="no longer there"):
        delete_view(tmp_path, louder.id, "Ada")


@pytest.mark.parametrize("view_id", ["../secret", "..%2fsecret", "/etc/passwd", "", "A" * 32, "0" * 32 + "\n"])
def test_an_id_is_no_path(tmp_path: Path, view_id: str) -> None:
    """Nothing outside the folder can be named, read or deleted."""
    outside = tmp_path / "secret.json"
    outside.write_text("{}")
    with pytest.raises(SavedViewError, match="no such view"):
        delete_view(tmp_path / "views", view_id, "Ada")
    assert outside.exists()


@pytest.mark.parametrize("name", ["../../x", "a/b", "CON", ".hidden", "%2e%2e", "a\\b", "'; rm -rf"])
def test_a_name_is_no_path_either(tmp_path: Path, name: str) -> None:
    """Whatever a view is called, its file lies in the folder under its id."""
    kept = save_view(tmp_path / "views", replace(NORTH, name=name))
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.json")] == [f"views/{kept.id}.json"]
    assert names(tmp_path / "views") == [name]


@pytest.mark.parametrize(
    "name", ["", "  \n ", "x" * (LONGEST + 1), "a\x00b", "a\u202eb", "a\x1b[31mb", "\ud800", "a\u200bb"]
)
def test_names_nobody_could_read_are_refused(tmp_path: Path, name: str) -> None:
    """Empty, too long, control characters and marks that turn the line around: refused for views and owners."""
    for view in (replace(NORTH, name=name), replace(NORTH, owner=name)):
        with pytest.raises(SavedViewError):
            save_view(tmp_path, view)
    assert not list(tmp_path.iterdir())


def test_persian_joiners_are_letters() -> None:
    """A zero-width non-joiner belongs to the spelling; composed and decomposed letters are one name."""
    assert clean_name("نمای‌ هفتگی") == "نمای‌ هفتگی"
    assert clean_name("e\u0301te\u0301") == "été"


@pytest.mark.parametrize(
    "view",
    [
        replace(NORTH, page="../overview"),
        replace(NORTH, page=""),
        replace(NORTH, query=(("region", "x" * 501),)),
        replace(NORTH, query=(("region", "\udc80"),)),
        replace(NORTH, query=tuple((f"p{n}", "1") for n in range(41))),
    ],
)
def test_an_address_has_bounds(tmp_path: Path, view: SavedView) -> None:
    """No page that is none, no endless parameters."""
    with pytest.raises(SavedViewError, match="address"):
        save_view(tmp_path, view)


def test_a_damaged_file_hides_no_other(tmp_path: Path) -> None:
    """Cut off, not JSON, wrong types, a copy under another name, a folder, too large: named, and the rest is shown."""
    kept = save_view(tmp_path, NORTH)
    whole = (tmp_path / f"{kept.id}.json").read_text("utf-8")
    broken = {
        "cut": whole[:40],
        "binary": "\x00\x01",
        "list": "[]",
        "types": json.dumps({**json.loads(whole), "query": [1, 2]}),
        "number": json.dumps({**json.loads(whole), "name": 3}),
        "time": json.dumps({**json.loads(whole), "created": "yesterday"}),
        "hostile": json.dumps({**json.loads(whole), "page": "../../etc"}),
        "copy": whole,
        "large": json.dumps({**json.loads(whole), "more": "x" * 70_000}),
    }
    for name, text in broken.items():
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    (tmp_path / "latin.json").write_bytes(b"\xff\xfe\xfa")
    (tmp_path / "folder.json").mkdir()
    found, damaged = list_views(tmp_path)
    assert found == (kept,)
    assert damaged == tuple(sorted(f"{name}.json" for name in (*broken, "latin", "folder")))


def test_one_owner_cannot_fill_the_disk(tmp_path: Path) -> None:
    """A list has an end; others can still save."""
    for n in range(MOST):
        save_view(tmp_path, replace(NORTH, name=f"View {n}"))
    with pytest.raises(SavedViewError, match=f"{MOST} saved views"):
        save_view(tmp_path, NORTH)
    save_view(tmp_path, replace(NORTH, owner="Grace"))


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A file where the folder should be: the reader gets a sentence, not a traceback."""
    (tmp_path / "views").write_text("")
    with pytest.raises(SavedViewError, match="could not be saved"):
        save_view(tmp_path / "views", NORTH)


@given(st.text(max_size=80))
def test_a_clean_name_stays_as_it_is(text: str) -> None:
    """Cleaning twice is cleaning once, and what comes out can be read in one line."""
    try:
        name = clean_name(text)
    except SavedViewError:
        return
    assert clean_name(name) == name
    assert 0 < len(name) <= LONGEST
    assert "\n" not in name
