"""Where nothing was planted the scan finds nothing more often than it says: whole companies, read as the pages do.

A demo company has a story, so a quiet one is cut out of it: windows between the chapters, in which nothing begins,
ends or drifts (`plan`), in several companies of different seeds. What lasts the whole time (a bad region, a bot, a
skilled agent) is the same on both sides of a comparison and must not be found either.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from math import sqrt

import pytest

from cxdash.answers import what_changed
from cxdash.answers.changes import Q, Scan
from cxdash.demo import build_company, load_into_duckdb, plan
from cxdash.edition import Edition, open_edition
from cxdash.periods import Period
from cxdash.refresh.run import refresh
from cxdash.selection import Selection
from cxdash.settings import Project, load_settings
from tests.conftest import DEMO_LAST_DAY, ROOT

SEEDS = (7, 11, 13)
SCALE = 0.3
AFTERMATH = 2
"""Days after an outage on which its calls still come in."""

CHAPTERS = (
    *((day, day + AFTERMATH) for day, _region in plan.OUTAGES),
    (plan.SIMPSON_TURN.first, plan.SIMPSON_TURN.last),
    *((span.first, span.first) for span in (plan.INITIATIVE_WORKS, plan.TRAINING_WORKED)),
    (plan.CAMPAIGN.first, plan.CAMPAIGN.last),
    (plan.NORTH_WAITING.first, plan.NORTH_WAITING.last),
)
"""Offsets from the last day between which something begins, ends or drifts."""


def quiet_pairs(days: int) -> list[Period]:
    """Periods of so many days that are quiet together with the equally long one before; none shares a day."""
    busy = {offset for first, last in CHAPTERS for offset in range(first, last + 1)}
    found, start = [], 1 - plan.DAYS
    while start + 2 * days - 1 <= 0:
        blocked = [offset for offset in range(start, start + 2 * days) if offset in busy]
        if blocked:
            start = blocked[-1] + 1
            continue
        later = DEMO_LAST_DAY + timedelta(days=start + days)
        found.append(Period(later, later + timedelta(days=days - 1)))
        start += 2 * days
    return found


@pytest.fixture(scope="module")
def quiet_editions(tmp_path_factory: pytest.TempPathFactory) -> list[Edition]:
    """The published editions of some companies."""
    editions = []
    for seed in SEEDS:
        project = Project(tmp_path_factory.mktemp(f"seed-{seed}"))
        shutil.copytree(ROOT / "config", project.config, ignore=shutil.ignore_patterns("examples"))
        project.var.mkdir()
        build_company(project.var / "demo", scale=SCALE, last_day=DEMO_LAST_DAY, seed=seed)
        load_into_duckdb(project.var / "demo", project.embedded_warehouse)
        attempt = refresh(load_settings(project), now=datetime(2026, 11, 21, 6, tzinfo=UTC))
        assert attempt.edition, attempt.message
        editions.append(open_edition(project.editions))
    return editions


def _scan(edition: Edition, period: Period) -> Scan:
    scan = what_changed(edition, Selection(period, str(period), "previous"))
    before = period.previous()
    assert (period.start - before.start).days == period.days  # the days before are the quiet ones, no others
    return scan


@pytest.mark.slow
@pytest.mark.parametrize("days", [28, 14])
def test_scans_of_quiet_times_keep_their_promise(
    quiet_editions: list[Edition], company_edition: Edition, days: int
) -> None:
    """The share of scans that find anything is at most the promised rate and two Monte Carlo errors."""
    scans = [_scan(edition, period) for edition in (*quiet_editions, company_edition) for period in quiet_pairs(days)]
    assert len(scans) >= 20
    assert all(scan.tested >= 20 for scan in scans)
    alarmed = sum(1 for scan in scans if scan.findings)
    print(f"{days} days: {alarmed} of {len(scans)} quiet scans found something")
    assert alarmed <= len(scans) * (Q + 2 * sqrt(Q * (1 - Q) / len(scans)))
