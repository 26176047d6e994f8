"""`cxdash import`: a file into the embedded warehouse, with everything that happened to it said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import click

from cxdash import schema
from cxdash.cli.output import print_json
from cxdash.cli.session import json_option, on_project, session
from cxdash.settings import load_settings
from cxdash.warehouse.import_report import Mode
from cxdash.warehouse.importing import import_file

EPILOG = """\b
cxdash import survey.csv --as responses --map response_id=ResponseId --map score=Q1
cxdash import crm.xlsx --as customers --sheet Export --replace"""


@click.command("import", short_help="A file into the embedded warehouse.", epilog=EPILOG)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as", "table", required=True, metavar="TABLE", help="Contract table, for example responses.")
@click.option("--sheet", metavar="NAME", help="Sheet of a workbook. Default: the first.")
@click.option("--append", "mode", flag_value="append", help="Add to the rows the table has.")
@click.option("--replace", "mode", flag_value="replace", help="Put these rows in place of those the table has.")
@click.option(
    "--map",
    "renamed",
    multiple=True,
    metavar="CONTRACT=SOURCE",
    help="Contract column and the file's column that provides it, where names differ. Repeat it.",
)
@click.option("--skip-bad", is_flag=True, help="Set unreadable rows aside in var/rejected/, keep the others.")
@click.option("--timezone", default="UTC", metavar="ZONE", help="Zone of times without an offset. Default: UTC.")
@json_option
@on_project
def import_(
    file: Path,
    table: str,
    sheet: str | None,
    mode: str | None,
    renamed: tuple[str, ...],
    skip_bad: bool,
    timezone: str,
    as_json: bool,
) -> None:
    """Put FILE (CSV, Parquet or XLSX) into the embedded warehouse, whole or not at all."""
    contract = schema.table(table)
    report = import_file(
        load_settings(session().project),
        file,
        table,
        sheet=sheet,
        mode=cast("Mode", mode or "create"),
        mapping=read_mapping(renamed, contract.columns.keys()),
        skip_bad=skip_bad,
        timezone=timezone,
    )
    if as_json:
        print_json(report.as_dict())
        return
    for line in report.lines():
        click.echo(line)


def read_mapping(renamed: Sequence[str], contract: Sequence[str]) -> dict[str, str]:
    """Contract column → column of the file, from “--map” options; the two may be given in either order."""
    mapping: dict[str, str] = {}
    for text in renamed:
        left, sign, right = (part.strip() for part in text.partition("="))
        if not (left and sign and right):
            raise click.BadParameter(f"“{text}” is not CONTRACT=SOURCE, for example score=Q1.", param_hint="--map")
        if left not in contract and right in contract:
            left, right = right, left
        if left in mapping:
            raise click.BadParameter(f"“{left}” is given twice: {mapping[left]} and {right}.", param_hint="--map")
        mapping[left] = right
    return mapping
