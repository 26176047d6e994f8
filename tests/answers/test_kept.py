"""What is remembered of an edition goes when the edition goes, and is never mixed up with another's."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

from cxdash.answers.kept import kept
from cxdash.edition import Edition

CALLS: list[tuple[str, int]] = []


@kept(2)
def _measured(edition: Edition, number: int) -> str:
    CALLS.append((edition.folder.name, number))
    return f"{edition.folder.name}:{number}"


def test_each_edition_is_asked_once_until_it_forgets(tmp_path: Path) -> None:
    """Repeated questions are not computed again; beyond the limit the oldest is; editions do not share answers."""
    CALLS.clear()
    first, second = Edition(tmp_path / "a"), Edition(tmp_path / "b")
    assert [_measured(first, n) for n in (1, 2, 1, 3, 1)] == ["a:1", "a:2", "a:1", "a:3", "a:1"]
    assert _measured(second, 1) == "b:1"
    assert CALLS == [("a", 1), ("a", 2), ("a", 3), ("b", 1)]
    _measured(first, 2)
    assert CALLS[-1] == ("a", 2)


def test_a_remembered_edition_is_let_go_with_its_memory(tmp_path: Path) -> None:
    """A process that serves for months does not keep every edition it ever showed."""
    edition = Edition(tmp_path / "old")
    _measured(edition, 1)
    gone = weakref.ref(edition)
    del edition
    gc.collect()
    assert gone() is None
