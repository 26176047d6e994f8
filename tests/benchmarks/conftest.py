"""What the benchmarks measure on: the demo company at the scale of CXDASH_BENCH_SCALE, built once and kept in var/."""

from __future__ import annotations

import hashlib
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

import cxdash
from cxdash.demo import build_company, load_into_duckdb
from cxdash.edition import Edition, open_edition, published_id
from cxdash.refresh import refresh
from cxdash.settings import Project, load_settings
from tests.benchmarks.contest import RESULTS
from tests.conftest import DEMO_LAST_DAY, ROOT

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)


@pytest.fixture(scope="session")
def scale() -> float:
    """How large the company is: 1 is 40,000 customers; 80 is the reference."""
    return float(os.environ.get("CXDASH_BENCH_SCALE", "1"))


@pytest.fixture(scope="session")
def bench_project(scale: float) -> Project:
    """The company's project, with an edition that this code published."""
    home = Path(os.environ.get("CXDASH_BENCH_HOME", RESULTS))
    project = Project(home / f"company-{scale:g}")
    built, published = project.var / "built", project.var / "published"
    if _text(built) != (mark := _mark("demo", "schema")):
        shutil.rmtree(project.root, ignore_errors=True)
        project.var.mkdir(parents=True)
        print(f"\nbuilding the demo company at scale {scale:g} in {project.root}")
        build_company(project.var / "demo", scale=scale, last_day=DEMO_LAST_DAY)
        load_into_duckdb(project.var / "demo", project.embedded_warehouse)
        shutil.rmtree(project.var / "demo")
        built.write_text(mark)
    shutil.copytree(ROOT / "config", project.config, ignore=shutil.ignore_patterns("examples"), dirs_exist_ok=True)
    writing = _mark("refresh", "checks", "warehouse", "metrics", "measures.py", "edition.py")
    if published_id(project.editions) is None or _text(published) != writing:
        attempt = refresh(load_settings(project), now=NOW)
        assert attempt.edition, attempt.message
        published.write_text(writing)
    return project


@pytest.fixture(scope="session")
def bench_edition(bench_project: Project) -> Edition:
    """The published edition of that company."""
    return open_edition(bench_project.editions)


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _mark(*parts: str) -> str:
    """Changes with the code of these parts of cxdash."""
    home = Path(cxdash.__file__).parent
    digest = hashlib.sha256()
    for part in parts:
        place = home / part
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
