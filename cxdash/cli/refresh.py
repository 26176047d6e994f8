"""`cxdash refresh`: stage, audit, publish; for people with what was found, for a scheduler with exit codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from cxdash.cli.output import print_json
from cxdash.cli.progress import show_progress
from cxdash.cli.session import json_option, on_project, session, this_moment
from cxdash.edition import Attempt, CheckOutcome
from cxdash.refresh import refresh as run_refresh
from cxdash.settings import load_settings

EXIT_CODES = {"published": 0, "published_with_warnings": 3, "held_back": 4, "failed": 1}
SAMPLES = 5
"""Offending rows shown of one check; the Quality page has more."""


@click.command(
    short_help="Read, check, publish.",
    epilog="Exit codes: 0 published · 3 published with warnings · 4 held back by a check, the last good edition keeps "
    "serving · 1 could not run (the warehouse, the disk, another refresh) · 2 wrong usage · 70 a bug.",
)
@click.option("--quiet", is_flag=True, help="Say nothing when everything passed; problems are still told.")
@json_option
@on_project
@click.pass_context
def refresh(ctx: click.Context, quiet: bool, as_json: bool) -> None:
    """Read the warehouse, check what was read, and publish a new edition, or hold it back and say why."""
    settings = load_settings(session().project)
    with show_progress("Refreshing", quiet=quiet or as_json) as progress:
        attempt = run_refresh(settings, now=this_moment(), progress=progress)
    if as_json:
        print_json(attempt.model_dump(mode="json") | {"exit_code": EXIT_CODES[attempt.outcome]})
    elif not (quiet and attempt.outcome == "published"):
        print_attempt(attempt)
    ctx.exit(EXIT_CODES[attempt.outcome])


def print_attempt(attempt: Attempt) -> None:
    """What came of a refresh: one sentence, then every check that did not pass, the gravest first."""
    sign = {"published": ("✓", "green"), "published_with_warnings": ("!", "yellow")}.get(attempt.outcome, ("✗", "red"))
    click.echo(f"{click.style(sign[0], fg=sign[1])} {attempt.message}")
    for check in attempt.failed_checks:
        for line in describe_check(check):
            click.echo(line)
    where = f"Edition {attempt.edition}" if attempt.edition else f"Attempt {attempt.attempt_id}"
    seconds = attempt.seconds.get("total")
    click.echo(click.style(f"{where}{f', {seconds:.1f} s' if seconds is not None else ''}", dim=True))
    if attempt.outcome == "held_back":
        click.echo("The last good edition keeps serving. Correct the rows at their source and refresh again.")


def describe_check(check: CheckOutcome) -> list[str]:
    """A check that did not pass, in lines: its claim, how many rows break it, and some of them."""
    word = "could not run" if check.passed is None else check.severity
    lines = [f"  {click.style(word, fg='red' if check.holds_back else 'yellow')}  {check.table}: {check.claim}"]
    if check.error:
        lines.append(f"      {check.error}")
    if check.failing:
        lines.append(f"      {check.failing:,} of {check.examined:,} rows break it; owner: {check.owner}")
    lines += [f"      {_row(sample)}" for sample in check.samples[:SAMPLES]]
    if len(check.samples) > SAMPLES:
        lines.append(f"      … {len(check.samples) - SAMPLES} more on the page Quality")
    return lines


def _row(sample: dict[str, Any]) -> str:
    return ", ".join(f"{name} {_cell(value)}" for name, value in sample.items())


def _cell(value: Any) -> str:
    if value is None:
        return "is empty"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(item) for item in value)
    return f"“{value}”" if isinstance(value, str) else str(value)
