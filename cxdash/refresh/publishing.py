"""Publish: from a staged directory to the edition everybody reads, in one atomic step.

Everything is written and flushed to disk before the directory gets its final name, and the final name exists before
the pointer says so. A process killed between any two of these steps leaves the last good edition serving; what it
left behind is cleared by `clear_remains` at the start of the next refresh.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from cxdash.edition import POINTER, Attempt, edition_ids, open_edition, published_id
from cxdash.errors import EditionError, RefreshError

STAGING = ".staging-"
ATTEMPT = "attempt.json"
"""The attempt as it is kept inside its own edition until the record beside the editions is written."""

_STAMP = "%Y%m%d-%H%M%S"
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4,}\Z")


@contextmanager
def hold_lock(editions: Path) -> Iterator[None]:
    """Let nobody else refresh or roll back meanwhile; the lock dies with its process, however that dies.

    Raises:
        RefreshError: somebody else holds it.
    """
    editions.mkdir(parents=True, exist_ok=True)
    handle = os.open(editions / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 100, 0).decode("ascii", "replace").strip()
            raise RefreshError(
                "Another refresh of this project is running.",
                known=f"It is {holder}." if holder else "",
                action="Wait until it has ended; nothing was changed.",
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"process {os.getpid()} on {os.uname().nodename}".encode("ascii", "replace"), 0)
        yield
    finally:
        os.close(handle)


def choose_id(editions: Path, now: datetime) -> str:
    """A new attempt's id: its second in UTC, and a number that puts attempts of one second in order."""
    stamp = now.astimezone(UTC).strftime(_STAMP)
    names = {p.stem for p in (editions / "attempts").glob(f"{stamp}-*.json")}
    names |= {p.name.removeprefix(STAGING) for p in editions.iterdir()}
    used = [int(name.rsplit("-", 1)[1], 16) for name in names if name.startswith(f"{stamp}-")]
    return f"{stamp}-{max(used, default=-1) + 1:04x}"


def started_at(attempt_id: str) -> datetime:
    """The moment in an attempt's id."""
    return datetime.strptime(attempt_id.rsplit("-", 1)[0], _STAMP).replace(tzinfo=UTC)


def publish(editions: Path, staging: Path, attempt: Attempt, progress: Callable[[str, float], None]) -> None:
    """Make a complete staging directory the published edition."""
    write_durably(staging / ATTEMPT, attempt.model_dump_json(indent=1))
    progress("publish: write", 0.0)
    _flush_tree(staging)
    progress("publish: flushed", 0.4)
    final = editions / attempt.attempt_id
    staging.rename(final)
    _flush(editions)
    progress("publish: named", 0.6)
    _point(editions, attempt.attempt_id)
    progress("publish: pointed", 0.8)
    _record_published(editions, attempt.attempt_id)
    progress("publish: recorded", 1.0)


def _record_published(editions: Path, attempt_id: str) -> None:
    """Keep the attempt of the edition just published: as a link, which needs no room on a disk that is full.

    The edition is published whatever happens here; where it cannot be done, the next refresh makes up for it.
    """
    kept, folder = editions / attempt_id / ATTEMPT, editions / "attempts"
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
        try:
            os.link(kept, folder / f"{attempt_id}.json")
            _flush(folder)
        except OSError:  # a file system without links
            write_durably(folder / f"{attempt_id}.json", kept.read_text(encoding="utf-8"))


def record(editions: Path, attempt: Attempt) -> None:
    """Keep an attempt for the Quality page, whatever came of it."""
    folder = editions / "attempts"
    folder.mkdir(exist_ok=True)
    write_durably(folder / f"{attempt.attempt_id}.json", attempt.model_dump_json(indent=1))


def write_durably(path: Path, text: str) -> None:
    """Write a file so that after a crash it is either as before or complete."""
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    _flush(path.parent)


def clear_remains(editions: Path) -> None:
    """Tidy what refreshes left that did not end: staged files, editions nobody pointed to or only half removed."""
    recorded = {path.stem for path in (editions / "attempts").glob("*.json")}
    current = published_id(editions)
    if current and current not in recorded and (editions / current / ATTEMPT).exists():
        record(editions, Attempt.model_validate_json((editions / current / ATTEMPT).read_bytes()))
    for folder in sorted(editions.glob(f"{STAGING}*")):
        _record_interruption(editions, folder.name.removeprefix(STAGING), recorded)
        shutil.rmtree(folder)
    for edition in edition_ids(editions):
        if edition not in recorded and edition > (current or ""):
            _record_interruption(editions, edition, recorded)
            shutil.rmtree(editions / edition)
    for folder in editions.iterdir():
        if _ID.match(folder.name) and not (folder / "manifest.json").exists():
            shutil.rmtree(folder)


def _record_interruption(editions: Path, attempt_id: str, recorded: set[str]) -> None:
    if attempt_id in recorded:
        return
    start = started_at(attempt_id)
    sentence = "The refresh was interrupted before it ended; nothing was published."
    record(
        editions,
        Attempt(
            attempt_id=attempt_id, started_at=start, finished_at=start, outcome="failed", edition=None, message=sentence
        ),
    )


def remove_old(editions: Path, keep: int) -> None:
    """Remove editions beyond the newest `keep`; the published one stays, however old."""
    current = published_id(editions)
    for edition in edition_ids(editions)[keep:]:
        if edition != current:
            # The manifest goes first: an edition half removed is then no longer listed.
            (editions / edition / "manifest.json").unlink()
            shutil.rmtree(editions / edition)


def roll_back(editions: Path, edition_id: str) -> None:
    """Serve an earlier edition again. The next successful refresh publishes its own.

    Raises:
        EditionError: the edition is not kept, or is damaged. RefreshError: a refresh is running.
    """
    with hold_lock(editions):
        manifest = open_edition(editions, edition_id).manifest
        if manifest.edition != edition_id:
            raise EditionError(
                f"The manifest of edition {edition_id} names another edition ({manifest.edition}).",
                action="Choose another edition, or run “cxdash refresh”.",
            )
        _point(editions, edition_id)


def _point(editions: Path, edition_id: str) -> None:
    write_durably(editions / POINTER, f"{edition_id}\n")


def _flush_tree(folder: Path) -> None:
    for parent, _, files in os.walk(folder):
        for name in files:
            _flush(Path(parent) / name)
        _flush(Path(parent))


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
