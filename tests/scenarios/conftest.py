"""The demo company at full scale, published once: the size at which its story was planted."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cxdash.demo import build_company, load_into_duckdb
from cxdash.edition import Edition, open_edition
from cxdash.refresh.run import refresh
from cxdash.settings import Project, load_settings
from tests.conftest import DEMO_LAST_DAY, ROOT


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project of the full-scale demo company; CXDASH_TEST_COMPANY names one that was made before."""
    if given := os.environ.get("CXDASH_TEST_COMPANY"):
        return Project(Path(given))
    project = Project(tmp_path_factory.mktemp("company"))
    shutil.copytree(ROOT / "config", project.config, ignore=shutil.ignore_patterns("examples"))
    project.var.mkdir()
    build_company(project.var / "demo", last_day=DEMO_LAST_DAY)
    load_into_duckdb(project.var / "demo", project.embedded_warehouse)
    attempt = refresh(load_settings(project), now=datetime(2026, 11, 21, 6, tzinfo=UTC))
    assert attempt.outcome == "published", attempt.message
    return project


@pytest.fixture(scope="session")
def company_edition(company: Project) -> Edition:
    """Its published edition."""
    return open_edition(company.editions)
