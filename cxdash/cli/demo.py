"""`cxdash demo`: from nothing to the open app, with the demo company or with an example on public data.

Building and refreshing are skipped when the same thing was already built by the same code. When all is published this
process becomes `cxdash serve`, so that the server does not carry the memory of the refresh.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NoReturn

import click

import cxdash
from cxdash.cli.asking import Day
from cxdash.cli.progress import Stopwatch, show_progress
from cxdash.cli.refresh import EXIT_CODES, print_attempt
from cxdash.cli.serve import HOST, PORT, check_port, find_app
from cxdash.cli.session import on_project, session, this_moment
from cxdash.edition import published_id
from cxdash.errors import SettingsError
from cxdash.refresh import refresh
from cxdash.refresh.windows import find_today
from cxdash.settings import WAREHOUSE_FILE, Project, Settings, load_settings
from cxdash.settings.starting import init_project

SEED = 20260101
RECORD = "demo.json"
"""What was built into var/: the same need not be built again, and somebody's own warehouse is never replaced."""


@click.command(short_help="The demo company, from nothing to the open app.")
@click.option(
    "--scale",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="1 is 40,000 customers over two years.",
)
@click.option(
    "--to", "last_day", type=Day(), help="Last day of the data. Default: yesterday in the business time zone."
)
@click.option("--example", metavar="NAME", help="An example on public data instead: sfo, callcentre, telco or cdnow.")
@click.option("--data", metavar="PATH", type=click.Path(path_type=Path), help="Where the example's data lies.")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True, help="Port of the app.")
@click.option("--host", default=HOST, show_default=True, help="Address the app listens on.")
@click.option("--headless", is_flag=True, help="Open no browser window.")
@click.option("--no-serve", is_flag=True, help="Build and publish only.")
@on_project
@click.pass_context
def demo(
    ctx: click.Context,
    scale: float,
    last_day: date | None,
    example: str | None,
    data: Path | None,
    port: int,
    host: str,
    headless: bool,
    no_serve: bool,
) -> None:
    """Build the demo company (or take an example), refresh it, and open the app."""
    if not no_serve:
        check_port(host, port)
        find_app()
    project = _example_project(example, data) if example else _company_project()
    settings = load_settings(project)
    whole = Stopwatch()
    if not example:
        if data is not None:
            raise click.UsageError("--data belongs to --example.")
        yesterday = _yesterday(settings)
        if last_day is not None and last_day > yesterday:
            sentence = f"{last_day} is not over yet; the last possible day is {yesterday}."
            raise click.BadParameter(sentence, param_hint="--to")
        _build(settings, scale, last_day or yesterday)
    outcome = _publish(settings)
    if outcome not in {"published", "published_with_warnings"}:
        ctx.exit(EXIT_CODES[outcome])
    click.echo(f"Ready after {whole}. Project: {project.root}")
    if not no_serve:
        _serve(project, host=host, port=port, headless=headless)


def _company_project() -> Project:
    """The named project, or the current directory if it is one, or a new one beside it."""
    named = session().root
    project = Project(named or Path())
    if named is None and not (project.config / WAREHOUSE_FILE).is_file():
        project = Project(Path("cxdash-demo"))
    if not (project.config / WAREHOUSE_FILE).is_file():
        init_project(project.root)
        click.echo(f"Made the project {project.root}.")
    return project


def _example_project(example: str, data: Path | None) -> Project:
    """The example's project: made on first use; made again when its data moved."""
    root = session().root or Path("var") / "demo" / example
    project = Project(root)
    record = project.var / RECORD
    asked = {"example": example, "data": str(data.expanduser().resolve()) if data else None, "code": _code_mark()}
    if (project.config / WAREHOUSE_FILE).is_file():
        if session().root is not None or _read(record) == asked:
            return project
        shutil.rmtree(project.config)  # ours: below var/demo, and made for other data or by other code
    init_project(root, example=example, data=data)
    record.write_text(json.dumps(asked), encoding="utf-8")
    click.echo(f"Made the project {project.root}.")
    return project


def _yesterday(settings: Settings) -> date:
    """The last business day that is over."""
    return find_today(this_moment(), settings.warehouse.timezone, settings.warehouse.today) - timedelta(days=1)


def _build(settings: Settings, scale: float, last_day: date) -> None:
    project = settings.project
    if settings.warehouse_url().database != str(project.embedded_warehouse):
        place = settings.locate(WAREHOUSE_FILE, ("url",))
        raise SettingsError(
            f"{place}: this project reads a warehouse of its own; the demo company goes into the embedded one only.",
            action="Unset the variable named there, or give the demo a directory of its own with --project.",
        )
    record = project.var / RECORD
    asked = {"scale": scale, "last_day": last_day.isoformat(), "seed": SEED, "code": _code_mark("demo", "schema")}
    known = _read(record)
    if project.embedded_warehouse.exists():
        if known is None:
            raise SettingsError(
                f"{project.shorten(project.embedded_warehouse)} holds data that “cxdash demo” did not put there.",
                known=f"The demo company would replace it in {project.root}.",
                action="Give the demo a directory of its own: cxdash demo --project DIR.",
            )
        if known == asked:
            click.echo(f"The demo company up to {last_day} (scale {scale:g}) is already there.")
            return
    from cxdash.demo import build_company, load_into_duckdb  # noqa: PLC0415 - not needed when it is there

    clock = Stopwatch()
    project.var.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".demo-", dir=project.var) as folder:
        with show_progress("Building the demo company") as progress:
            build_company(Path(folder), scale=scale, last_day=last_day, seed=SEED, progress=progress)
        click.echo(f"Built the demo company up to {last_day} (scale {scale:g}) in {clock}.")
        clock = Stopwatch()
        record.write_text(json.dumps({}), encoding="utf-8")  # from here on the warehouse is ours to replace
        rows = load_into_duckdb(Path(folder), project.embedded_warehouse)
    record.write_text(json.dumps(asked), encoding="utf-8")
    click.echo(f"Loaded {sum(rows.values()):,} rows in {len(rows)} tables in {clock}.")


def _publish(settings: Settings) -> str:
    """Refresh, unless what is published came from the same warehouse, configuration and code."""
    project = settings.project
    mark = project.var / "published.json"
    inputs = {"code": _code_mark(), "config": _mark(project.config.rglob("*")), "built": _read(project.var / RECORD)}
    current = published_id(project.editions)
    if current and _read(mark) == {**inputs, "edition": current}:
        click.echo(f"Edition {current} is already published.")
        return "published"
    with show_progress("Refreshing") as progress:
        attempt = refresh(settings, now=this_moment(), progress=progress)
    print_attempt(attempt)
    if attempt.edition:
        mark.write_text(json.dumps({**inputs, "edition": attempt.edition}), encoding="utf-8")
    return attempt.outcome


def _serve(project: Project, *, host: str, port: int, headless: bool) -> NoReturn:
    arguments = ["--project", str(project.root), "serve", "--host", host, "--port", str(port)]
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-m", "cxdash", *arguments, *(["--headless"] if headless else [])])


def _read(path: Path) -> Any:
    """A record, or None when there is none that can be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _code_mark(*packages: str) -> str:
    """A mark that changes with the code of these packages (all of cxdash when none is named)."""
    home = Path(cxdash.__file__).parent
    return _mark(path for folder in (packages or (".",)) for path in (home / folder).rglob("*.py"))


def _mark(paths: Any) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file():
            digest.update(str(path.name).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
