"""The demo company at full scale, published once: the size at which its story was planted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cxdash.edition import Edition, open_edition
from cxdash.settings import Project
from tests.conftest import once_per_run, publish_company


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project of the full-scale demo company; CXDASH_TEST_COMPANY names one that was made before."""
    if given := os.environ.get("CXDASH_TEST_COMPANY"):
        return Project(Path(given))
    return Project(once_per_run(tmp_path_factory, "whole-company", publish_company(1.0)))


@pytest.fixture(scope="session")
def company_edition(company: Project) -> Edition:
    """Its published edition."""
    return open_edition(company.editions)
