"""`cxdash init`: a new project to edit, or one of the examples on public data."""

from __future__ import annotations

from pathlib import Path

import click

from cxdash.cli.output import print_json
from cxdash.cli.session import json_option, on_project
from cxdash.settings.starting import init_project


@click.command(short_help="A new project.")
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--example", metavar="NAME", help="One of: sfo, callcentre, telco, cdnow.")
@click.option("--data", metavar="PATH", type=click.Path(path_type=Path), help="Where the example's data lies.")
@json_option
@on_project
def init(directory: Path, example: str | None, data: Path | None, as_json: bool) -> None:
    """Make a project in DIR: config/ to edit, var/ for what cxdash writes. Nothing that exists is overwritten."""
    made = init_project(directory, example=example, data=data)
    if as_json:
        print_json(
            {
                "project": made.project.root,
                "files": list(made.files),
                "data": made.data,
                "next_steps": list(made.next_steps),
            }
        )
        return
    for line in made.lines():
        click.echo(line)
