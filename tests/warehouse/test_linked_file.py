"""The embedded warehouse may be a link to a file on another disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from cxdash.settings import Project, load_settings
from cxdash.warehouse import open_warehouse


def test_a_linked_warehouse_is_still_the_projects_own(make_project: Callable[..., Project], tmp_path: Path) -> None:
    """Its contract tables are connected without a word in the configuration, as in a plain file."""
    project = make_project()
    elsewhere = tmp_path / "disk" / "big.duckdb"
    elsewhere.parent.mkdir()
    with duckdb.connect(str(elsewhere)) as connection:
        connection.execute(
            "CREATE TABLE events AS SELECT DATE '2026-01-01' AS day, 'Outage' AS label, 'outage' AS kind, "
            "NULL::VARCHAR AS scope"
        )
    project.embedded_warehouse.symlink_to(elsewhere)
    with open_warehouse(load_settings(project)) as warehouse:
        assert warehouse.connected == {"events"}
