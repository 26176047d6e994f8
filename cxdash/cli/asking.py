"""From words on a command line to a selection: the period, the filters, and where each goes wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

import click

from cxdash.edition import Edition
from cxdash.selection import DEFAULT_PERIOD, Comparison, Selection, check_filters

_PART = re.compile(r"(?:\\.|[^,\\])+", re.DOTALL)


class Day(click.ParamType[date]):
    """A calendar date written YYYY-MM-DD."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date; fails with the form it should have."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}” is not a date. Write it as YYYY-MM-DD, for example 2026-03-31.", param, ctx)


class Condition(click.ParamType[tuple[str, tuple[str, ...]]]):
    """A filter written DIM=VALUE, or DIM=VALUE,VALUE; a backslash keeps a comma inside a value."""

    name = "DIM=VALUE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[str, ...]]:
        """The dimension and its values."""
        if isinstance(value, tuple):
            return value
        dimension, sign, listed = str(value).partition("=")
        values = split_list(listed)
        if not (sign and dimension.strip() and values):
            self.fail(f"“{value}” is not DIM=VALUE, for example channel=phone or region=North,South.", param, ctx)
        return dimension.strip(), values


def split_list(text: str) -> tuple[str, ...]:
    """The parts of a list with commas, trimmed, empty ones left out."""
    parts = (re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL).strip() for part in _PART.findall(text))
    return tuple(part for part in parts if part)


def gather(conditions: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, list[str]]:
    """Conditions by dimension: several on the same one widen it, as several values do."""
    filters: dict[str, list[str]] = {}
    for dimension, values in conditions:
        filters.setdefault(dimension, []).extend(values)
    return filters


def select(
    edition: Edition,
    *,
    period: str | None,
    start: date | None,
    end: date | None,
    where: Iterable[tuple[str, tuple[str, ...]]],
    compare: Comparison | None = "none",
) -> Selection:
    """The selection a command line asks for.

    Args:
        edition: the data asked.
        period: a period in words, or None.
        start: its first day instead; alone, it reaches to the end of the data.
        end: its last day; alone, it reaches back to the beginning of the data.
        where: conditions.
        compare: what changes are measured against; None = what pages of this project compare with.

    Raises:
        click.UsageError: both ways of giving a period at once.
        UnknownNameError, SelectionError: a dimension, value or period that does not exist.
    """
    if period is not None and (start or end):
        raise click.UsageError("Give either --period, or --from and --to.")
    manifest = edition.manifest
    if start or end:
        first = start or min(manifest.first_day, end or manifest.first_day)
        period = f"{first}..{end or max(manifest.last_day, first)}"
    usual = Selection.default(manifest)
    text = usual.period_text if period is None else period
    against = usual.compare if compare is None else compare
    chosen = Selection.over(text, last_day=manifest.last_day, compare=against, filters=gather(where))
    check_filters(chosen.filters, manifest)
    return chosen


def period_options(function: Any) -> Any:
    """The options that say which days and which rows."""
    options = (
        click.option(
            "--where", multiple=True, type=Condition(), help="Only these rows. Repeat it, or list values with commas."
        ),
        click.option("--from", "start", type=Day(), help="First day. Default: the first day of the data."),
        click.option("--to", "end", type=Day(), help="Last day. Default: the last complete day of the data."),
        click.option(
            "--period",
            metavar="TEXT",
            help="Or the period in words: last-13-weeks, last-12-months, 2026, 2026-Q3, 2026-05, 2026-W12. "
            f"Default: what pages open with ({DEFAULT_PERIOD} unless the project says otherwise).",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function
