"""Progress of long work: a bar on a terminal, nothing where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

Tell = Callable[[str, float], None]


@contextmanager
def show_progress(title: str, *, quiet: bool = False) -> Iterator[Tell]:
    """A function to be told each step and the share done, 0 to 1; it draws on standard error, only on a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _step, _done: None
        return
    from rich.console import Console  # noqa: PLC0415 - not needed by a scheduler
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=32),
        TimeElapsedColumn(),
        TextColumn("{task.fields[step]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=1.0, step="")
        yield lambda step, done: bar.update(task, completed=done, step=step)


class Stopwatch:
    """Seconds since it was made, as people say them."""

    def __init__(self) -> None:
        self._begun = perf_counter()

    def __str__(self) -> str:
        return f"{perf_counter() - self._begun:.1f} s"
