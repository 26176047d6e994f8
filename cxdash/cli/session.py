"""What every command knows: the project it works on, the present moment, and how it was asked to speak."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from cxdash.settings import Project

PROJECT_VARIABLE = "CXDASH_PROJECT"

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass
class Session:
    """One run of the program.

    Attributes:
        root: project directory; None when nobody named one, which means the current directory.
        debug: show tracebacks.
    """

    root: Path | None = None
    debug: bool = False

    @property
    def project(self) -> Project:
        """The project to work on."""
        from cxdash.settings import Project  # noqa: PLC0415 - costs half a second, which “--help” must not pay

        return Project(self.root or Path())


def session() -> Session:
    """The session of the running command."""
    return click.get_current_context().ensure_object(Session)


def this_moment() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def _name_project(ctx: click.Context, _option: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.ensure_object(Session).root = value


def _show_tracebacks(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(Session).debug = True


project_option = click.option(
    "--project",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    envvar=PROJECT_VARIABLE,
    expose_value=False,
    callback=_name_project,
    help="Project directory (holds config/ and var/). Default: the current directory.",
)
debug_option = click.option(
    "--debug", is_flag=True, expose_value=False, callback=_show_tracebacks, help="Show the traceback of an error."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a machine; errors are JSON too.")


def on_project(function: Function) -> Function:
    """Give a command the shared options, so that they may stand before or after its name."""
    return project_option(debug_option(function))
