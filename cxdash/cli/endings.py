"""How a run ends when it does not end well: the exit code, the sentences, and never a secret in either.

0 done · 1 cxdash refused (`CxdashError`) · 2 wrong usage · 70 a bug · 130 interrupted. Whatever a driver or a library
put into a message passes through `hide_secrets` before it is printed.
"""

from __future__ import annotations

import errno
import json
import os
import re
import sys
import traceback
from collections.abc import Sequence
from urllib.parse import unquote

import click

from cxdash.errors import CxdashError

REFUSED = 1
USAGE = 2
BUG = 70
INTERRUPTED = 130
PIPE_CLOSED = 141

THE_SYSTEM = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE}
"""What the disk or its permissions refuse is no bug of ours."""

_CREDENTIALS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?P<user>[^\s:/@]*):[^\s/]*@")
_PARAMETER = re.compile(
    r"(?P<key>(?:pass(?:word|wd)?|pwd|secret|token|api_?key)\s*[=:]\s*)('[^']*'|\"[^\"]*\"|[^\s&;,'\"]+)", re.IGNORECASE
)
_IN_ADDRESS = re.compile(r"://[^\s:/@]*:([^\s/]+)@")


class ReaderLeft(Exception):  # noqa: N818 - no error: `head` has seen enough
    """Whoever read our output stopped reading."""


def hide_secrets(text: str) -> str:
    """`text` without passwords: inside addresses, given as parameters, or known from addresses in the environment."""
    for value in os.environ.values():
        for written in _IN_ADDRESS.findall(value):
            for secret in {written, unquote(written)}:
                text = text.replace(secret, "***") if len(secret) > 3 else text
    text = _CREDENTIALS.sub(lambda m: f"{m['scheme']}{m['user']}:***@", text)
    return _PARAMETER.sub(lambda m: f"{m['key']}***", text)


def end_with(error: BaseException, arguments: Sequence[str]) -> int:
    """Say why a run ended early and return its exit code.

    Args:
        error: what stopped it.
        arguments: the command line; “--json” and “--debug” in it decide how the error is told.
    """
    options = arguments[: list(arguments).index("--")] if "--" in arguments else arguments
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else REFUSED
    if isinstance(error, (ReaderLeft, BrokenPipeError)):
        return _end_quietly()
    if "--debug" in options and not isinstance(error, (click.ClickException, click.Abort, click.exceptions.Exit)):
        lines = "".join(traceback.format_exception(error))
        click.echo(hide_secrets(lines), err=True)
    match error:
        case click.exceptions.Exit():
            return int(error.exit_code)
        case click.ClickException() if "--json" in options:
            _say({"error": "Usage", "problem": error.format_message(), "known": "", "action": ""}, as_json=True)
            return int(error.exit_code)
        case click.ClickException():
            error.show()
            return int(error.exit_code)
        case click.Abort() | KeyboardInterrupt():
            click.echo("Stopped.", err=True)
            return INTERRUPTED
        case CxdashError():
            _say(error.as_dict(), as_json="--json" in options)
            return REFUSED
        case OSError(errno=number) if number in THE_SYSTEM:
            place = f" ({error.filename})" if error.filename else ""
            refused = CxdashError(f"The system refused: {error.strerror}{place}.", action="Correct that and try again.")
            _say(refused.as_dict(), as_json="--json" in options)
            return REFUSED
        case _:
            first = (str(error).strip().splitlines() or [""])[0]
            problem = f"cxdash failed unexpectedly: {type(error).__name__}{': ' if first else ''}{first}"
            told = {"error": "Unexpected", "problem": problem, "known": "This is a bug in cxdash.", "action": ""}
            told["action"] = "" if "--debug" in options else "Run the command again with --debug to see where."
            _say(told, as_json="--json" in options)
            return BUG


def _say(told: dict[str, str], *, as_json: bool) -> None:
    clean = {part: hide_secrets(text) for part, text in told.items()}
    if as_json:
        click.echo(json.dumps(clean, ensure_ascii=False), err=True)
        return
    lines = [clean[part] for part in ("problem", "known", "action") if clean[part]]
    head = click.style("✗", fg="red")
    click.echo("\n  ".join((f"{head} {lines[0]}", *lines[1:])), err=True)


def _end_quietly() -> int:
    """Whoever read our output stopped reading: leave without a word, and keep Python from flushing into the void."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED
