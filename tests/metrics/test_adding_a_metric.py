"""Adding a metric touches one module and one catalogue line: proved by adding one in a copy of the project."""

from __future__ import annotations

import difflib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cxdash.settings import Project
from tests.conftest import ROOT

MODULE = '''"""Long waits: queued contacts that waited more than two minutes."""

from __future__ import annotations

from cxdash.language import N_
from cxdash.measures import Measure, State, count_if
from cxdash.metrics.metric import Metric
from cxdash.metrics.shares import share

QUEUED = State("waits", lambda r: count_if(r.wait_seconds.is_not(None)))
LONG = State("long_waits", lambda r: count_if(r.wait_seconds > 120))

METRIC = Metric(
    key="long_waits",
    label=N_("Long waits"),
    description=N_("Share of queued contacts that waited more than two minutes."),
    counted=N_("queued contacts"),
    formula="contacts that waited over 120 s / contacts that joined a queue; 95 % Wilson interval",
    unit="percent",
    decimals=1,
    higher_is_better=False,
    sources=("Wilson 1927",),
    computation=Measure("contacts", (QUEUED, LONG), share(("long_waits",), ("waits",)), clustered="waits"),
)
'''

SCRIPT = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from cxdash.settings import Project, load_settings
from cxdash.refresh.run import refresh
from cxdash.edition import open_edition
from cxdash.answers import Question, answer
from cxdash.selection import Selection
from cxdash.report.pages import find_page
from cxdash.report.view import View

project = Project(Path(sys.argv[1]))
attempt = refresh(load_settings(project), now=datetime(2026, 11, 21, 6, tzinfo=UTC))
edition = open_edition(project.editions)
selection = Selection.over("last-4-weeks", last_day=edition.manifest.last_day)
row = answer(edition, Question("long_waits", selection)).only
pages = [find_page(key).build(View(edition, selection)) for key in ("overview", "channels", "definitions")]
print(json.dumps({
    "outcome": attempt.outcome, "value": row.value, "low": row.low, "high": row.high, "n": row.n,
    "offered": "long_waits" in edition.manifest.metrics, "defined": "Long waits" in repr(pages[2]),
    "scanned": __import__("cxdash.answers.changes", fromlist=["x"]).scannable(edition),
}))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with one more metric: one new module, one new line in the catalogue."""
    home = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "cxdash", home / "cxdash", ignore=shutil.ignore_patterns("__pycache__"))
    (home / "cxdash" / "metrics" / "long_waits.py").write_text(MODULE, "utf-8")
    catalogue = home / "cxdash" / "metrics" / "catalogue.py"
    lines = catalogue.read_text("utf-8")
    catalogue.write_text(lines.replace('    "abandonment",\n', '    "abandonment",\n    "long_waits",\n', 1), "utf-8")
    return home


def test_one_module_and_one_line_make_a_metric(copy: Path, demo_project: Project, tmp_path: Path) -> None:
    """The new metric is refreshed, checked, answered with interval and n, scanned, and defined on its page."""
    project = Project(tmp_path / "project")
    shutil.copytree(demo_project.config, project.config)
    project.var.mkdir()
    shutil.copy(demo_project.embedded_warehouse, project.embedded_warehouse)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(project.root)], cwd=copy, env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["outcome"].startswith("published")
    assert found["offered"]
    assert found["defined"]
    assert "long_waits" in found["scanned"]
    assert 0 < found["low"] < found["value"] < found["high"] < 1
    assert found["n"] > 100


def test_the_catalogue_line_is_the_only_line(copy: Path) -> None:
    """Beside the new module, the copy's catalogue differs from the project's by one line."""
    before, after = ((base / "cxdash/metrics/catalogue.py").read_text("utf-8").splitlines() for base in (ROOT, copy))
    changed = [
        line
        for line in difflib.unified_diff(before, after, lineterm="", n=0)
        if not line.startswith(("---", "+++", "@@"))
    ]
    assert changed == ['+    "long_waits",']
