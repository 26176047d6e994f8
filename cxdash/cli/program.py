"""The program: its list of commands, the options all of them share, and how each run ends.

The list below is all that `cxdash --help` reads; a command's module is imported when somebody asks for that command.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

import click

import cxdash
from cxdash.cli.endings import BUG, ReaderLeft, end_with
from cxdash.cli.session import debug_option, project_option
from cxdash.errors import nearest

COMMANDS: dict[str, tuple[str, str]] = {
    "answer": ("cxdash.cli.answer:answer", "One number, series or breakdown, with interval and n."),
    "rows": ("cxdash.cli.rows:rows", "The rows behind a number, as a file."),
    "metrics": ("cxdash.cli.metrics:metrics", "Every metric, and whether this data can answer it."),
    "explain": ("cxdash.cli.explain:explain", "A metric in words, formula, states, SQL and sources."),
    "contract": ("cxdash.cli.contract:contract", "The tables and columns cxdash can read."),
    "refresh": ("cxdash.cli.refresh:refresh", "Read the warehouse, check it, publish or hold back."),
    "doctor": ("cxdash.cli.doctor:doctor", "What is connected, what fits, what more would unlock."),
    "import": ("cxdash.cli.importing:import_", "A CSV, Parquet or XLSX file into the embedded warehouse."),
    "init": ("cxdash.cli.init:init", "Make a new project, empty or from an example."),
    "demo": ("cxdash.cli.demo:demo", "Build the demo company, refresh it, open the app."),
    "serve": ("cxdash.cli.serve:serve", "Serve the app on this project's published edition."),
    "snapshot": ("cxdash.cli.snapshot:snapshot", "A page as mail: look at it, or send it."),
    "editions": ("cxdash.cli.editions:editions", "List the kept editions, or go back to one."),
}
"""Command → where it is, and one line about it."""


class Program(click.Group):
    """The group of all commands. Commands are imported on use; every ending has an exit code of its own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        found: click.Command = getattr(import_module(module), attribute)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command named first; a mistyped one is answered with the nearest."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            guess = nearest(name, COMMANDS)
            known = f"Known: {', '.join(COMMANDS)}."
            ctx.fail(f"There is no command “{name}”. {known}" + (f" Did you mean “{guess}”?" if guess else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Run as the installed script.

        Python's own warnings are for developers, who ask for them with -W. The process ends without taking the
        interpreter down: DuckDB's bindings would list every object that Great Expectations still holds.
        """
        if not sys.warnoptions:
            warnings.simplefilter("ignore")
        code: object = BUG
        try:
            self.main(*args, **kwargs)
        except SystemExit as ended:
            code = ended.code
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; tell a reader who went away apart before click takes it for a failure."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise ReaderLeft from None

    def main(  # type: ignore[override]  # it never returns
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run a command line and end the process with the exit code that says what came of it."""
        given = list(sys.argv[1:] if args is None else args)
        extra.pop("standalone_mode", None)
        code = 0
        try:
            result = super().main(given, prog_name or "cxdash", standalone_mode=False, **extra)
            code = result if isinstance(result, int) else 0
            sys.stdout.flush()
        except BaseException as error:  # noqa: BLE001 - every ending is told apart there
            code = end_with(error, given)
        sys.exit(code)


@click.command(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 done · 1 refused, the reason is on stderr · 2 wrong usage · 70 a bug in cxdash. "
    "“refresh” also ends with 3 (published with warnings) and 4 (held back), “snapshot” with 4 (held back). "
    "Errors are three sentences: what was wrong, what is known, what to do; with --json they are an object.",
)
@project_option
@debug_option
@click.version_option(cxdash.__version__, message="cxdash %(version)s")
def main() -> None:
    """A CX health dashboard: numbers with their uncertainty, from data that passed its checks."""
