"""Runs refreshes that die: a subprocess of the crash tests, never imported.

It loads the libraries once, then forks a child for every step of a refresh; the child kills itself with SIGKILL as it
is told of that step. After each death it notes what a reader finds, and lets a healthy child refresh again. One JSON
line per step goes to standard output.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cxdash.checks.engine  # noqa: F401  (so that children need not load it)
from cxdash.edition import attempts, edition_ids, published_id
from cxdash.refresh import refresh
from cxdash.settings import Project, load_settings

START = datetime(2026, 7, 1, 5, tzinfo=UTC)


def in_child(work: Any) -> int:
    """Run in a forked child; its exit status, negative for the signal that ended it."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException as error:  # noqa: BLE001
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(root: Path) -> None:
    settings = load_settings(Project(root))
    editions = settings.project.editions

    def run(minute: int, die_at: int = -1, steps: Path | None = None) -> None:
        seen: list[str] = []

        def progress(step: str, _done: float) -> None:
            seen.append(step)
            if len(seen) - 1 == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

        refresh(settings, now=START + timedelta(minutes=minute), progress=progress)
        if steps:
            steps.write_text("\n".join(seen))

    names = root / "steps.txt"
    assert in_child(lambda: run(0, steps=names)) == 0
    for position, step in enumerate(names.read_text().splitlines()):
        before = published_id(editions)
        status = in_child(lambda position=position: run(2 * position + 1, die_at=position))
        after = published_id(editions)
        listed = after in edition_ids(editions)
        healthy = in_child(lambda position=position: run(2 * position + 2))
        history = attempts(editions)
        print(
            json.dumps(
                {
                    "step": step,
                    "status": status,
                    "before": before,
                    "after": after,
                    "listed": listed,
                    "healthy": healthy,
                    "now": published_id(editions),
                    "outcomes": [attempt.outcome for attempt in history[:2]],
                    "remains": sorted(
                        p.name for p in editions.iterdir() if p.name.startswith(".") and p.name != ".lock"
                    ),
                    "unrecorded": sorted(set(edition_ids(editions)) - {a.attempt_id for a in history}),
                }
            ),
            flush=True,
        )


main(Path(sys.argv[1]))
