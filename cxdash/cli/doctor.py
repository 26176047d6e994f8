"""`cxdash doctor`: the warehouse against the contract, what more would unlock, and what is published now."""

from __future__ import annotations

from typing import Any

import click

from cxdash.cli.output import Field, print_json, print_table
from cxdash.cli.session import json_option, on_project, session
from cxdash.edition import Attempt, Manifest, attempts, open_edition
from cxdash.errors import EditionError
from cxdash.metrics.catalogue import METRICS, unlocked_by
from cxdash.settings import load_settings
from cxdash.warehouse.doctor import examine


@click.command(short_help="What is connected and what fits.")
@json_option
@on_project
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Examine the project: configuration, connection, every contract table, freshness, the published edition.

    Ends with 0 when a refresh could run, with 1 when it could not.
    """
    settings = load_settings(session().project)
    unlocks = {table: [METRICS[key].label for key in keys] for table, keys in unlocked_by().items()}
    found = examine(settings, unlocks=unlocks)
    manifest, latest = _published(settings.project.editions)
    if as_json:
        print_json({**found.as_dict(), "published": _describe(manifest), "last_attempt": _summarise(latest)})
    else:
        for line in found.lines():
            click.echo(line)
        _print_published(manifest, latest)
    ctx.exit(0 if found.fits else 1)


def _published(editions: Any) -> tuple[Manifest | None, Attempt | None]:
    recorded = attempts(editions, 1)
    try:
        return open_edition(editions).manifest, recorded[0] if recorded else None
    except EditionError:
        return None, recorded[0] if recorded else None


def _describe(manifest: Manifest | None) -> dict[str, Any] | None:
    if manifest is None:
        return None
    return {
        "edition": manifest.edition,
        "published_at": manifest.published_at,
        "first_day": manifest.first_day,
        "last_day": manifest.last_day,
        "metrics": list(manifest.metrics),
        "unsupported": manifest.unsupported,
        "facts": {
            name: {
                "rows": fact.rows,
                "rows_bytes": fact.rows_bytes,
                "data_as_of": fact.data_as_of,
                "grids": {grid.key: {"cells": grid.cells, "bytes": grid.bytes} for grid in fact.grids},
            }
            for name, fact in manifest.facts.items()
        },
    }


def _summarise(attempt: Attempt | None) -> dict[str, Any] | None:
    if attempt is None:
        return None
    return attempt.model_dump(mode="json", include={"attempt_id", "started_at", "outcome", "message", "edition"})


def _print_published(manifest: Manifest | None, latest: Attempt | None) -> None:
    click.echo("\nPublished")
    if manifest is None:
        click.echo("  · nothing yet; “cxdash refresh” publishes")
    else:
        span = f"{manifest.first_day} to {manifest.last_day}"
        click.echo(f"  ✓ edition {manifest.edition}: {len(manifest.metrics)} of {len(METRICS)} metrics, {span}")
    if latest is not None and latest.outcome not in {"published", "published_with_warnings"}:
        click.echo(f"  ✗ last refresh ({latest.started_at:%Y-%m-%d %H:%M} UTC): {latest.message}")
    if manifest is not None:
        rows = [
            [f"    {name}", grid.key, f"{grid.cells:,}", f"{grid.bytes / 1024:,.0f} kB"]
            for name, fact in manifest.facts.items()
            for grid in fact.grids
        ]
        rows += [
            [f"    {n}", "rows", f"{f.rows:,}", f"{f.rows_bytes / 1024:,.0f} kB"] for n, f in manifest.facts.items()
        ]
        print_table([Field("    Fact"), Field("Grid"), Field("Cells", True), Field("Size", True)], rows)
