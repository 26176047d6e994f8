"""What commands print on standard output: JSON for machines, aligned columns and short paragraphs for people.

Columns are as wide as their widest cell and are never cut: output that is piped into a file or `grep` says the same as
on a terminal.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import click
from rich.cells import cell_len

GAP = "  "


@dataclass(frozen=True)
class Field:
    """A column of a table; numbers end at the same place, text begins there."""

    title: str
    numeric: bool = False


def print_json(content: Any) -> None:
    """Print one JSON document: dates in ISO form, numbers that are none as null, text as it is."""
    click.echo(json.dumps(_plain(content), ensure_ascii=False, indent=2, allow_nan=False))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if isinstance(value, date):  # and datetime, which is one
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def format_table(fields: Sequence[Field], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of an aligned table; columns in which every cell is empty are left out."""
    kept = [i for i, _ in enumerate(fields) if not rows or any(row[i] for row in rows)]
    widths = {i: max(cell_len(text) for text in (fields[i].title, *(row[i] for row in rows))) for i in kept}

    def line(cells: Sequence[str]) -> str:
        return GAP.join(_pad(cells[i], widths[i], right=fields[i].numeric) for i in kept).rstrip()

    return [line([field.title for field in fields]), *(line(row) for row in rows)]


def print_table(fields: Sequence[Field], rows: Sequence[Sequence[str]]) -> None:
    """Print an aligned table under a bold head."""
    head, *body = format_table(fields, rows)
    click.echo(click.style(head, bold=True))
    for line in body:
        click.echo(line)


def _pad(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - cell_len(text))
    return space + text if right else text + space


def print_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """Print labels and values, one a line, values under each other; empty values are left out."""
    shown = [(label, value) for label, value in pairs if value]
    width = max((cell_len(label) for label, _ in shown), default=0)
    for label, value in shown:
        first, *rest = value.splitlines()
        click.echo(f"{click.style(_pad(label, width, right=False), dim=True)}{GAP}{first}")
        for line in rest:
            click.echo(" " * width + GAP + line)
