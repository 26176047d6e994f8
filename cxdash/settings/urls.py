"""The warehouse address: where it comes from, and how it is shown without its secrets.

An address with a password may come from the environment or from a secrets file, never from a configuration file that
gets committed; and whatever is printed (messages, logs, the manifest) passes through `redact` first.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from cxdash.errors import SettingsError
from cxdash.settings.project import Project

DEFAULT_URL = "duckdb:///var/warehouse.duckdb"
"""The embedded warehouse, relative to the project."""

_ENVIRONMENT = re.compile(r"env:(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?:\|(?P<default>.*))?\Z", re.DOTALL)
_SECRET_KEY = re.compile(r"pass|secret|token|key|credential|pwd", re.IGNORECASE)
_HIDDEN = "***"


def carries_secret(text: str) -> bool:
    """Whether an address written out holds a password, in its usual place or as a parameter."""
    try:
        url = sa.make_url(text)
    except ArgumentError:
        return False
    return bool(url.password) or any(_SECRET_KEY.search(key) for key in url.query)


def describe_source(text: str, environment: Mapping[str, str] | None = None) -> str:
    """Where an address comes from, without revealing it: the variable, the file, or config/warehouse.yaml."""
    if match := _ENVIRONMENT.match(text):
        if (os.environ if environment is None else environment).get(match["name"]) or not match["default"]:
            return f"environment variable {match['name']}"
        return f"config/warehouse.yaml, as {match['name']} is not set"
    return f"secrets file {text.removeprefix('file:')}" if text.startswith("file:") else "config/warehouse.yaml"


def resolve_url(text: str, project: Project, environment: Mapping[str, str] | None = None) -> URL:
    """The address to connect to.

    Args:
        text: `env:NAME`, `env:NAME|default`, `file:PATH` (a secrets file holding the address), or an address.
        project: relative paths (of a secrets file or a DuckDB file) count from its root.
        environment: variables to look in; the process's own by default.

    Raises:
        SettingsError: a variable that is not set, a file that cannot be read, or text that is no address.
    """
    literal = _look_up(text, project, os.environ if environment is None else environment)
    try:
        url = sa.make_url(literal)
    except ArgumentError:
        raise SettingsError(
            f"The warehouse address from {describe_source(text, environment)} is not a database URL.",
            known="It looks like “postgresql://user@host:5432/database” or “duckdb:///var/warehouse.duckdb”.",
            action="Correct it there; it is not shown here because it may hold a password.",
        ) from None
    if url.get_backend_name() in {"postgresql", "postgres"}:  # whichever driver an address was written for
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "duckdb" and url.database and not url.database.startswith(":"):
        url = url.set(database=str((project.root / Path(url.database).expanduser()).resolve()))
    return url


def _look_up(text: str, project: Project, environment: Mapping[str, str]) -> str:
    if match := _ENVIRONMENT.match(text):
        value = environment.get(match["name"]) or match["default"]
        if not value:
            raise SettingsError(
                f"The environment variable {match['name']}, which holds the warehouse address, is not set.",
                action=f"Set it, for example: export {match['name']}=postgresql://user@host/database",
            )
        return value
    if text.startswith("file:"):
        path = project.root / Path(text.removeprefix("file:")).expanduser()
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not a text file"
            raise SettingsError(
                f"The secrets file {path}, which holds the warehouse address, cannot be read: {reason}.",
                action="Write the address into it, on one line.",
            ) from None
    return text


def redact(url: str | URL) -> str:
    """The address without password and without parameters that look secret. Text that is no address becomes “***”."""
    try:
        parsed = sa.make_url(url)
    except ArgumentError:
        return _HIDDEN
    query = {key: (_HIDDEN if _SECRET_KEY.search(key) else value) for key, value in parsed.query.items()}
    return parsed.set(query=query).render_as_string(hide_password=True)


def scrub(message: str, url: URL) -> str:
    """`message` with every secret of `url` taken out: drivers quote addresses and parameters in their errors."""
    secrets = [value for key, value in url.query.items() if _SECRET_KEY.search(key) and isinstance(value, str)]
    secrets.append(url.render_as_string(hide_password=False))
    if url.password:
        password = str(url.password)
        secrets += [password, quote(password, safe=""), quote_plus(password)]
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        message = message.replace(secret, _HIDDEN)
    return message
