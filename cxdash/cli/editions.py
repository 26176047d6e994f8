"""`cxdash editions`: which published editions are kept, which one serves, and going back to an earlier one."""

from __future__ import annotations

from typing import Any

import click

from cxdash.cli.output import Field, print_json, print_table
from cxdash.cli.session import json_option, on_project, session
from cxdash.edition import edition_ids, open_edition, published_id
from cxdash.errors import EditionError
from cxdash.refresh.publishing import roll_back


@click.group(invoke_without_command=True, short_help="Kept editions.")
@json_option
@on_project
@click.pass_context
def editions(ctx: click.Context, as_json: bool) -> None:
    """List the kept editions, newest first, or serve an earlier one again."""
    if ctx.invoked_subcommand is None:
        _show(as_json)


@editions.command("list")
@json_option
@on_project
def list_(as_json: bool) -> None:
    """List the kept editions, newest first."""
    _show(as_json)


@editions.command()
@click.argument("edition", metavar="ID")
@json_option
@on_project
def rollback(edition: str, as_json: bool) -> None:
    """Serve the edition ID again; the next successful refresh publishes its own."""
    folder = session().project.editions
    before = published_id(folder)
    roll_back(folder, edition)
    if as_json:
        print_json({"edition": edition, "before": before})
    else:
        click.echo(
            f"Edition {edition} serves now (before: {before or 'none'}). The next refresh that passes replaces it."
        )


def _show(as_json: bool) -> None:
    folder = session().project.editions
    current = published_id(folder)
    found: list[dict[str, Any]] = []
    for edition in edition_ids(folder):
        try:
            manifest = open_edition(folder, edition).manifest
        except EditionError as damaged:
            found.append({"edition": edition, "serves": edition == current, "problem": damaged.problem})
            continue
        found.append(
            {
                "edition": edition,
                "serves": edition == current,
                "published_at": manifest.published_at,
                "first_day": manifest.first_day,
                "last_day": manifest.last_day,
                "metrics": len(manifest.metrics),
                "warnings": len(manifest.warnings),
                "backend": manifest.backend,
                "code_version": manifest.code_version,
            }
        )
    if as_json:
        print_json({"published": current, "editions": found})
        return
    if not found:
        click.echo(f"No edition is kept in {folder}. “cxdash refresh” publishes one.")
        return
    fields = [
        Field(""),
        Field("Edition"),
        Field("Published (UTC)"),
        Field("Data"),
        Field("Metrics", True),
        Field("Warnings", True),
        Field("Problem"),
    ]
    print_table(fields, [_cells(edition) for edition in found])


def _cells(edition: dict[str, Any]) -> list[str]:
    mark = "→" if edition["serves"] else " "
    if "problem" in edition:
        return [mark, edition["edition"], "", "", "", "", edition["problem"]]
    return [
        mark,
        edition["edition"],
        f"{edition['published_at']:%Y-%m-%d %H:%M}",
        f"{edition['first_day']} to {edition['last_day']}",
        str(edition["metrics"]),
        str(edition["warnings"]),
        "",
    ]
