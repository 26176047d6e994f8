"""`cxdash contract`: the tables cxdash can read, column by column, printed from their one declaration."""

from __future__ import annotations

from typing import Any

import click
import sqlalchemy as sa

from cxdash.cli.output import Field, print_json, print_pairs, print_table
from cxdash.cli.session import json_option, on_project
from cxdash.metrics.catalogue import unlocked_by
from cxdash.schema import TABLES, table

TYPES = {
    sa.String: "text",
    sa.BigInteger: "whole number",
    sa.Double: "number",
    sa.Boolean: "true/false",
    sa.Date: "date",
    sa.DateTime: "UTC timestamp",
}


@click.command(short_help="The tables and columns cxdash can read.")
@click.argument("name", metavar="[TABLE]", required=False)
@json_option
@on_project
def contract(name: str | None, as_json: bool) -> None:
    """The data contract: every table, or the columns of TABLE with type, meaning and allowed codes."""
    chosen = TABLES if name is None else {name: table(name)}
    if as_json:
        print_json({"tables": [_describe(each) for each in chosen.values()]})
        return
    if name is None:
        unlocks = unlocked_by()
        rows = [[each.name, str(each.comment), ", ".join(unlocks.get(each.name, ()))] for each in chosen.values()]
        print_table([Field("Table"), Field("One row is"), Field("Unlocks")], rows)
        click.echo("\n“cxdash contract TABLE” lists its columns. Keys are text; unknown is NULL, never 0 or empty.")
        return
    (found,) = chosen.values()
    click.echo(f"{found.name}: {found.comment}\n")
    rows = [
        [c["column"], c["type"], "" if c["optional"] else "required", c["meaning"]] for c in _describe(found)["columns"]
    ]
    print_table([Field("Column"), Field("Type"), Field(""), Field("Meaning")], rows)
    for column in found.columns:
        if codes := column.info.get("vocabulary"):
            click.echo(f"\n{column.name} is one of")
            print_pairs([(f"  {code}", meaning) for code, meaning in codes.items()])


def _describe(one: sa.Table) -> dict[str, Any]:
    return {"table": one.name, "one_row_is": one.comment, "columns": [_column(column) for column in one.columns]}


def _column(column: sa.Column[Any]) -> dict[str, Any]:
    info = column.info
    meaning = str(column.comment)
    if info.get("references"):
        meaning += f"; exists in {info['references']}"
    if info.get("not_before"):
        meaning += f"; not before {info['not_before']}"
    if info.get("at_least") is not None:
        meaning += f"; at least {info['at_least']}"
    return {
        "column": column.name,
        "type": TYPES[type(column.type)],
        "key": bool(column.primary_key),
        "optional": bool(column.nullable),
        "meaning": meaning + ("; part of the key" if column.primary_key else ""),
        "codes": dict(info.get("vocabulary", {})),
    }
