"""`cxdash contract` tells a data engineer every column there is, from the declaration the checks use."""

from __future__ import annotations

import json

from click.testing import CliRunner

from cxdash.cli import main
from cxdash.schema import TABLES, required_columns


def test_every_table_and_column_is_listed() -> None:
    """The JSON holds each table, column, optionality and code of the contract."""
    done = CliRunner().invoke(main, ["contract", "--json"])
    assert done.exit_code == 0
    told = {entry["table"]: entry["columns"] for entry in json.loads(done.stdout)["tables"]}
    assert {name: [c["column"] for c in columns] for name, columns in told.items()} == {
        name: [c.name for c in table.columns] for name, table in TABLES.items()
    }
    for name, columns in told.items():
        assert tuple(c["column"] for c in columns if not c["optional"]) == required_columns(name)
    (channel,) = [c for c in told["contacts"] if c["column"] == "channel"]
    assert "phone" in channel["codes"]


def test_a_table_is_shown_with_meaning_and_codes() -> None:
    """For people: type, what is required, what a code means."""
    done = CliRunner().invoke(main, ["contract", "responses"])
    assert "scale_min" in done.stdout
    assert "required" in done.stdout
    assert "How likely are you to recommend us?" in done.stdout


def test_a_mistyped_table_is_met_with_the_nearest() -> None:
    """“respones” is answered with “responses”."""
    done = CliRunner().invoke(main, ["contract", "respones"])
    assert done.exit_code == 1
    assert "responses" in done.stderr
