"""The planted bad day never reaches a page or a mail: held back, every bad row named, the last good edition serving."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from cxdash.answers import Question, answer
from cxdash.cli import main
from cxdash.demo import BadDay, plant_bad_day
from cxdash.edition import Attempt, attempts, open_edition, published_id
from cxdash.faces.mail import compose_held_back, deliverable
from cxdash.refresh.run import refresh
from cxdash.report.blocks import Notice, Table
from cxdash.report.pages import find_page
from cxdash.report.view import View
from cxdash.selection import Selection
from cxdash.settings import Project, load_settings
from tests.conftest import DEMO_LAST_DAY

Spoiled = tuple[Project, BadDay, Attempt]


@pytest.fixture(scope="module")
def spoiled(demo_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Spoiled:
    """A copy of the published demo project whose warehouse then receives the bad day and is refreshed again."""
    project = Project(tmp_path_factory.mktemp("spoiled") / "project")
    shutil.copytree(demo_project.root, project.root, ignore=shutil.ignore_patterns("demo"))
    bad_day = plant_bad_day(project.embedded_warehouse, DEMO_LAST_DAY)
    attempt = refresh(load_settings(project), now=datetime(2026, 11, 21, 9, tzinfo=UTC))
    return project, bad_day, attempt


def test_the_bad_day_is_held_back_and_the_last_good_edition_serves(spoiled: Spoiled, demo_project: Project) -> None:
    """No edition is published; numbers stay those of the edition before."""
    project, _, attempt = spoiled
    assert attempt.outcome == "held_back"
    assert attempt.edition is None
    assert published_id(project.editions) == published_id(demo_project.editions)
    selection = Selection.over("last-4-weeks", last_day=DEMO_LAST_DAY)
    before, after = (answer(open_edition(p.editions), Question("nps", selection)).only for p in (demo_project, project))
    assert before == after


def test_every_kind_of_bad_row_is_named_with_its_keys(spoiled: Spoiled) -> None:
    """For each planted fault some failed check shows rows that were planted for it, and no sound row is shown."""
    _, bad_day, attempt = spoiled
    failed = attempt.failed_checks
    for bad in bad_day.rows:
        key = f"{bad.table.removesuffix('s')}_id"
        matching = [
            check
            for check in failed
            if check.table == bad.table and {str(sample.get(key)) for sample in check.samples} & set(bad.keys)
        ]
        assert matching, (bad.fault, bad.table, bad.column)
    planted = {key for bad in bad_day.rows for key in bad.keys}
    shown = {
        str(sample[f"{check.table.removesuffix('s')}_id"])
        for check in failed
        for sample in check.samples
        if f"{check.table.removesuffix('s')}_id" in sample
    }
    assert shown <= planted


def test_failing_rows_are_counted_exactly(spoiled: Spoiled) -> None:
    """Each planted fault is counted by a check with exactly as many failing rows as were planted for it."""
    _, bad_day, attempt = spoiled
    counts = {(check.table, check.failing) for check in attempt.failed_checks}
    for bad in bad_day.rows:
        exact = {(bad.table, len(bad.keys)), (bad.table, 2 * len(bad.keys))}  # duplicates: the key or both rows
        assert exact & counts, (bad.fault, bad.table, len(bad.keys), counts)


def test_pages_say_that_data_is_held_back_since_when_and_why(spoiled: Spoiled) -> None:
    """Every page opens with the notice; the Quality page lists the offending rows."""
    project, bad_day, _ = spoiled
    edition = open_edition(project.editions)
    selection = Selection.default(edition.manifest)
    view = View(edition, selection, tuple(attempts(project.editions)), date(2026, 11, 21))
    for key in ("overview", "channels", "benchmarks", "quality", "definitions"):
        notices = find_page(key).build(view).notices
        assert notices[0].level == "critical", key
        assert "held back since" in notices[0].text
        assert notices[0].detail
    quality = find_page("quality").build(view)
    printed = {cell.text for block in quality.blocks if isinstance(block, Table) for row in block.rows for cell in row}
    for bad in bad_day.rows:
        assert printed & set(bad.keys), bad.fault
    assert any(isinstance(block, Notice) and "do not meet it" in block.detail for block in quality.blocks)


def test_no_mail_goes_out_and_the_owner_gets_the_rows(spoiled: Spoiled, tmp_path: Path) -> None:
    """The gate says held back, `snapshot send` ends with 4 without connecting, and the owner's mail names rows."""
    project, bad_day, attempt = spoiled
    manifest = open_edition(project.editions).manifest
    verdict = deliverable(attempts(project.editions)[0], manifest, today=date(2026, 11, 21))
    assert verdict.reason == "held back"
    # nobody listens on this port: an attempt to send would be an error, not code 4
    options = ["snapshot", "send", "overview", "--to", "ceo@example.com", "--from", "cx@example.com"]
    done = CliRunner().invoke(main, ["--project", str(project.root), *options, "--smtp", "smtp://127.0.0.1:9"])
    assert done.exit_code == 4, done.output
    mail = compose_held_back(
        verdict, attempt, manifest, company=manifest.company, title="Overview", link_base="https://cx.example.com",
        sender="cx@example.com", recipient="owner@example.com", sent_at=datetime(2026, 11, 21, 9, tzinfo=UTC),
        for_owner=True,
    )  # fmt: skip
    text = mail.as_string()
    assert any(key in text for bad in bad_day.rows for key in bad.keys)
