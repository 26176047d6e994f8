"""Each example as a project: its configuration loads as shipped, and its tables arrive through the warehouse."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from cxdash.schema import table as contract_table
from cxdash.settings import Project, load_settings
from cxdash.warehouse import open_warehouse


def test_settings_load_as_shipped(example: Any, tmp_path: Path) -> None:
    """Files as they ship are valid, explain themselves, and name the folder the shared data is in."""
    shutil.copytree(example.folder, tmp_path / "config")
    settings = load_settings(Project(tmp_path))
    assert settings.warehouse.notes
    assert settings.warehouse.unsupported
    assert Path(settings.warehouse.variables["data"]).name == example.data.name
    assert (tmp_path / "config" / "README.md").read_text("utf-8").startswith("# ")


def test_every_table_arrives_unchanged(example: Any, tmp_path: Path) -> None:
    """The warehouse yields what the SELECT yields, row by row, every column used and none missing."""
    with open_warehouse(load_settings(example.make_project(tmp_path))) as warehouse:
        assert warehouse.connected == frozenset(example.tables)
        for name in example.tables:
            assert warehouse.mappings[name].unused == ()
            offered = [column.name for column in contract_table(name).columns if column.name in warehouse.offered(name)]
            source = warehouse.source(name)
            arrived = warehouse.fetch(sa.select(*(source.c[column] for column in offered)))
            rows = example.con.sql(f"SELECT {', '.join(offered)} FROM {name}").to_arrow_table()
            key = [column.name for column in contract_table(name).primary_key]
            assert_frame_equal(arrived.sort(key), pl.DataFrame(rows).cast(arrived.schema).sort(key))
