"""A small company in each warehouse, and a way to refresh it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from cxdash.edition import Attempt, Edition, open_edition
from cxdash.refresh import refresh
from cxdash.settings import Project, Settings
from tests.refresh.small_company import CONFIG, TARGETS, TODAY, tables

NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 5, tzinfo=UTC)


@dataclass
class Company:
    """A loaded company: its backend, tables and settings."""

    backend: Any
    tables: dict[str, pl.DataFrame]
    settings: Settings
    now: datetime = NOW

    @property
    def editions(self) -> Path:
        return self.settings.project.editions

    def refresh(self, **options: Any) -> Attempt:
        return refresh(self.settings, now=self.now, **options)

    def edition(self) -> Edition:
        return open_edition(self.editions)


def load(backend: Any, found: dict[str, pl.DataFrame], **config: Any) -> Company:
    """The tables in that backend, configured as a project."""
    for name, rows in found.items():
        backend.load(name, rows)
    mapped = {name: {"from": name} for name in found} if backend.name == "postgresql" else {}
    options = {**CONFIG, "tables": mapped, "files": {"targets.yaml": TARGETS}, **config}
    return Company(backend, found, backend.configure(**options))


def embedded(root: Path) -> Any:
    """An embedded warehouse in a folder of its own, for fixtures that outlive one test."""
    from tests.conftest import Backend

    def make_project(warehouse: dict[str, Any] | None = None, **files: str) -> Project:
        project = Project(root)
        for folder in (project.config, project.var):
            folder.mkdir(exist_ok=True)
        (project.config / "warehouse.yaml").write_text(yaml.safe_dump({"company": "Test", **(warehouse or {})}))
        for name, text in files.items():
            (project.config / name).write_text(text)
        return project

    return Backend("duckdb", make_project(), None, make_project)


@pytest.fixture
def company(backend: Any) -> Company:
    """The small company on each warehouse in turn."""
    return load(backend, tables())


@pytest.fixture
def small(make_project: Callable[..., Any]) -> Callable[..., Company]:
    """Load tables, some of them changed, into an embedded warehouse; `only` names those that are connected at all."""
    from tests.conftest import Backend

    def make(*only: str, config: dict[str, Any] | None = None, **changes: pl.DataFrame | None) -> Company:
        found = {name: rows for name, rows in {**tables(), **changes}.items() if rows is not None}
        found = {name: rows for name, rows in found.items() if not only or name in only}
        return load(Backend("duckdb", make_project(), None, make_project), found, **(config or {}))

    return make
