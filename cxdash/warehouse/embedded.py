"""Writing the embedded warehouse without ever showing a half-written one.

DuckDB lets nobody read a file that another process writes. So a change is made in a copy, which takes the place of
the file in one step when it is complete: a refresh that is reading keeps the old file to its end, a crash leaves the
old file as it was, and two writers cannot undo each other's work because only one holds the lock.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from cxdash.errors import WarehouseError
from cxdash.settings import Project


@contextmanager
def rewrite_embedded(project: Project, *, keep: bool = True) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a copy of the embedded warehouse; when the block ends well, the copy replaces the original.

    Args:
        project: whose embedded warehouse.
        keep: start from what is there; False starts from nothing.

    Raises:
        WarehouseError: somebody else is writing, the file is damaged, or the disk is full. The original is untouched.
    """
    project.var.mkdir(parents=True, exist_ok=True)
    target = project.embedded_warehouse
    draft = target.with_name(f".{target.name}.draft")
    with _lock(project):
        try:
            _discard(draft)
            if keep and target.exists():
                shutil.copyfile(target, draft)
                if _log(target).exists():  # what a crashed writer committed but did not fold in
                    shutil.copyfile(_log(target), _log(draft))
            with duckdb.connect(str(draft)) as connection:
                connection.execute("SET TimeZone = 'UTC'")
                yield connection
                connection.execute("CHECKPOINT")
            _publish(draft, target)
        except duckdb.Error as error:
            raise WarehouseError(
                f"The embedded warehouse {project.shorten(target)} could not be written: {str(error).splitlines()[0]}.",
                action="It is unchanged. Check free space in that folder; if the file is damaged, move it away.",
            ) from error
        except OSError as error:
            raise WarehouseError(
                f"The embedded warehouse {project.shorten(target)} could not be written: {error.strerror or error}.",
                action="It is unchanged. Check free space and permissions of that folder.",
            ) from error
        finally:
            _discard(draft)


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")


def _discard(draft: Path) -> None:
    draft.unlink(missing_ok=True)
    _log(draft).unlink(missing_ok=True)


def _publish(draft: Path, target: Path) -> None:
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    draft.replace(target)
    _log(target).unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _lock(project: Project) -> Iterator[None]:
    with (project.var / ".warehouse.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WarehouseError(
                "Another “cxdash import” or “cxdash demo” is writing the embedded warehouse.",
                action="Wait until it has finished and try again.",
            ) from None
        yield
