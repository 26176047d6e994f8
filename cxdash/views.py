"""Saved views: a page with its filters under a name, so that what somebody looks at each Monday is one click away.

A view is one JSON file below the project's `var/`: backed up, copied and read like everything else there. What it holds
is an address and nothing more; the numbers come from the edition that is published when it is opened. Its file is named
by owner and name, and made in one step that fails where the file is already there: two people may use the same name,
one person twice may not, and writers at the same moment cannot overwrite each other.

An owner is a name, not a proof: who may open the app may read every view. It keeps people from changing each other's
views by mistake.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cxdash.errors import SavedViewError
from cxdash.language import _

LONGEST = 60
"""Most letters of a view's or an owner's name."""

MOST = 100
"""Most views of one owner: a list that is longer is no help."""

_LONGEST_VALUE, _MOST_PARAMETERS, _MOST_BYTES = 500, 40, 65_536
_PAGE = re.compile(r"[a-z][a-z_]{0,39}")
_ID = re.compile(r"[0-9a-f]{32}")
_JOINERS = "\u200c\u200d"
"""Invisible, and part of Persian spelling."""


@dataclass(frozen=True)
class SavedView:
    """An address under a name.

    Attributes:
        name: as its owner wrote it. owner: whose it is.
        page: key of the page. query: its parameters, as in the URL.
        created: when it was saved.
    """

    name: str
    owner: str
    page: str
    query: tuple[tuple[str, str], ...]
    created: datetime

    @property
    def id(self) -> str:
        """What its file is called: the same for the same owner and name, whatever their capitals."""
        both = "\0".join(_folded(text) for text in (self.owner, self.name))
        return hashlib.sha256(both.encode()).hexdigest()[:32]


def clean_name(text: str) -> str:
    """A name as it is kept: composed letters, single spaces.

    Raises:
        SavedViewError: when it is empty, too long, or holds characters nobody sees.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise SavedViewError(_("A name is missing."), action=_("Write a few words that say what the view shows."))
    if len(name) > LONGEST:
        raise SavedViewError(
            _("The name is too long."),
            known=_("It has {n} letters; {most} are allowed.").format(n=len(name), most=LONGEST),
            action=_("Shorten it."),
        )
    if any(unicodedata.category(letter).startswith("C") and letter not in _JOINERS for letter in name):
        raise SavedViewError(
            _("The name holds characters that cannot be seen."), action=_("Write it anew instead of pasting it.")
        )
    return name


def save_view(folder: Path, view: SavedView) -> SavedView:
    """Keep a view.

    Args:
        folder: where views are kept; made when it is not there.
        view: what to keep; its names are cleaned, its time comes from the caller.

    Returns:
        The view as it was kept.

    Raises:
        SavedViewError: for names or parameters that cannot be kept, when the owner already has a view of that name or
            too many views, or when the folder cannot be written.
    """
    kept = replace(view, name=clean_name(view.name), owner=clean_name(view.owner))
    _check_address(kept)
    if len(views_of(list_views(folder)[0], kept.owner)) >= MOST:
        raise SavedViewError(
            _("You have {n} saved views already.").format(n=MOST), action=_("Delete one that you no longer use.")
        )
    _write(folder, kept)
    return kept


def list_views(folder: Path) -> tuple[tuple[SavedView, ...], tuple[str, ...]]:
    """All views, by name, and the names of files that could not be read: one damaged file hides no other."""
    found, damaged = [], []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(_read(path))
        except FileNotFoundError:
            continue  # deleted while the folder was read
        except (OSError, ValueError, TypeError, KeyError, SavedViewError):
            damaged.append(path.name)
    return tuple(sorted(found, key=lambda view: (_folded(view.name), _folded(view.owner)))), tuple(damaged)


def views_of(views: Iterable[SavedView], owner: str) -> tuple[SavedView, ...]:
    """Those of one owner, whatever the capitals of the name."""
    return tuple(view for view in views if _folded(view.owner) == _folded(owner))


def rename_view(folder: Path, view_id: str, owner: str, name: str) -> SavedView:
    """Give one's own view another name; raises `SavedViewError` like `save_view` and `delete_view`."""
    old = _own(folder, view_id, owner)
    new = replace(old, name=clean_name(name))
    if new.name == old.name:
        return old
    if new.id == old.id:  # only its capitals differ
        _delete(folder, old)
        _write(folder, new)
    else:
        _write(folder, new)
        _delete(folder, old)
    return new


def delete_view(folder: Path, view_id: str, owner: str) -> None:
    """Delete one's own view; raises `SavedViewError` when there is none, or when it is somebody else's."""
    _delete(folder, _own(folder, view_id, owner))


def _own(folder: Path, view_id: str, owner: str) -> SavedView:
    if not _ID.fullmatch(view_id):
        raise SavedViewError(_("There is no such view."), action=_("Reload the page."))
    try:
        view = _read(folder / f"{view_id}.json")
    except (OSError, ValueError, TypeError, KeyError, SavedViewError) as bad:
        raise SavedViewError(_("The view is no longer there."), action=_("Reload the page.")) from bad
    if not views_of([view], owner):
        raise SavedViewError(
            _("This view belongs to {owner}.").format(owner=view.owner),
            action=_("Open it and save it under a name of your own."),
        )
    return view


def _read(path: Path) -> SavedView:
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(path.name)
    found = json.loads(path.read_text(encoding="utf-8"))
    query = tuple((str(name), str(value)) for name, value in found["query"])
    view = SavedView(
        clean_name(found["name"]),
        clean_name(found["owner"]),
        str(found["page"]),
        query,
        datetime.fromisoformat(found["created"]),
    )
    _check_address(view)
    if path.stem != view.id:
        raise ValueError(path.name)  # a copy under another name would be shown twice and could not be deleted
    return view


def _check_address(view: SavedView) -> None:
    longest = max((len(text) for pair in view.query for text in pair), default=0)
    if any("\ud800" <= letter <= "\udfff" for pair in view.query for text in pair for letter in text):
        raise SavedViewError(
            _("This view cannot be saved: its address is damaged."), action=_("Choose the filters anew.")
        )
    if not _PAGE.fullmatch(view.page) or len(view.query) > _MOST_PARAMETERS or longest > _LONGEST_VALUE:
        raise SavedViewError(
            _("This view cannot be saved: its address is too long."), action=_("Choose fewer filters.")
        )


def _write(folder: Path, view: SavedView) -> None:
    """Write the whole file beside its place, then put it there in one step, which fails where there is one."""
    content = {
        "name": view.name,
        "owner": view.owner,
        "page": view.page,
        "query": view.query,
        "created": view.created.isoformat(),
    }
    try:
        _publish(folder, view.id, json.dumps(content, ensure_ascii=False, indent=1))
    except OSError as bad:
        raise SavedViewError(
            _("The view could not be saved on the server."),
            known=bad.strerror or "",
            action=_("Tell the person who runs this server."),
        ) from bad


def _publish(folder: Path, view_id: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=".draft-", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, folder / f"{view_id}.json")
        except FileExistsError as taken:
            raise SavedViewError(
                _("You already have a view of this name."),
                action=_("Choose another name, or delete the old view first."),
            ) from taken
    finally:
        Path(draft).unlink()


def _delete(folder: Path, view: SavedView) -> None:
    with suppress(FileNotFoundError):
        (folder / f"{view.id}.json").unlink()


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
