"""The program as a person runs it: a command line in, an exit code and two streams out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cxdash.cli import main
from cxdash.settings import Project


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON document and nothing else."""
        return json.loads(self.out)


Run = Callable[..., Ended]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line in this process: `run("answer", "nps", project=…)`."""
    for name in ("CXDASH_PROJECT", "CXDASH_WAREHOUSE_URL", "CXDASH_SMTP_URL"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str, project: Project | None = None) -> Ended:
        at = ["--project", str(project.root)] if project else []
        result: Result = CliRunner().invoke(main, [*arguments, *at])
        return Ended(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture
def ask(run: Run, demo_project: Project) -> Run:
    """`cxdash answer …` on the demo company."""
    return lambda *arguments: run("answer", *arguments, project=demo_project)


@pytest.fixture
def own_copy(demo_project: Project, tmp_path: Path) -> Project:
    """The demo company's project, to be changed by one test."""
    root = tmp_path / "copy"
    shutil.copytree(demo_project.config, root / "config")
    shutil.copytree(demo_project.editions, root / "var" / "editions")
    return Project(root)


@pytest.fixture
def edit_manifest() -> Callable[..., None]:
    """Change fields of the published edition's manifest."""

    def edit(project: Project, **fields: Any) -> None:
        edition = (project.editions / "current").read_text("ascii").strip()
        path = project.editions / edition / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | fields), "utf-8")

    return edit
