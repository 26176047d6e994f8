"""Channels that are equally good but serve different customers are not called inconsistent; unequal ones are."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import polars as pl
import pytest

from cxdash.answers import Question, answer
from cxdash.edition import Edition, open_edition
from cxdash.refresh.run import refresh
from cxdash.report.blocks import Dots, Headline, Heatmap, Tiles
from cxdash.report.pages import find_page
from cxdash.report.view import View
from cxdash.selection import Selection
from cxdash.settings import Project, load_settings
from cxdash.statistics.channel_index import PAIRED, STANDARDISED
from tests.conftest import Backend
from tests.refresh.small_company import frame

LAST = date(2026, 6, 30)
DAYS = 120
CHANNELS = ("app", "phone", "web")
PREFERENCE = (0.6, 0.25, 0.15)
"""Where loyal customers go; the others go the other way round."""

LOYAL, OTHERS = (0.08, 0.22, 0.70), (0.40, 0.30, 0.30)
"""Detractors, passives and promoters, the same in every channel: NPS 62 and -10."""


def company(customers: int, each: int, spread: int, *, told: bool, worse: float = 0.0) -> dict[str, pl.DataFrame]:
    """Tables of a company whose channels differ in their customers only.

    Args:
        customers: how many, half of them loyal.
        each: ratings of each.
        spread: days from the first to the last of them.
        told: whether segments tell the loyal ones.
        worse: chance that the phone makes a promoter a detractor, which is a real difference.
    """
    rng = np.random.default_rng(5)
    who = np.repeat(np.arange(customers), each)
    size = who.size
    loyal = who % 2 == 0
    wanted = np.cumsum(PREFERENCE)[:-1]
    place = np.searchsorted(wanted, rng.random(size), side="right")
    place = np.where(loyal, place, len(CHANNELS) - 1 - place)
    kind = np.where(
        loyal,
        np.searchsorted(np.cumsum(LOYAL)[:-1], rng.random(size), side="right"),
        np.searchsorted(np.cumsum(OTHERS)[:-1], rng.random(size), side="right"),
    )
    kind = np.where((place == 1) & (kind == 2) & (rng.random(size) < worse), 0, kind)
    start = rng.integers(0, DAYS - spread - 1, customers)[who]
    day = start + (np.arange(size) % each) * (spread // max(each - 1, 1))
    midnight = datetime.combine(LAST - timedelta(days=DAYS - 1), time(9))
    when = [
        midnight + timedelta(days=int(d), seconds=int(s))
        for d, s in zip(day, rng.integers(0, 20_000, size), strict=True)
    ]
    ids = [f"C{number:05d}" for number in range(customers)]
    segment = np.where(loyal, "Loyal", "Other") if told else np.full(size, "All")
    channel = [CHANNELS[int(at)] for at in place]
    contacts = {
        "contact_id": [f"K{number:06d}" for number in range(size)],
        "customer_id": [ids[w] for w in who],
        "issue_id": [f"I{w}" for w in who],
        "channel": channel,
        "actor": ["human"] * size,
        "direction": ["in"] * size,
        "started_at": [moment - timedelta(hours=1) for moment in when],
        "segment": segment,
        "outcome": ["resolved"] * size,
        "transferred": [False] * size,
        "escalated": [False] * size,
        "asked_to_repeat": rng.random(size) < 0.3,
    }
    responses = {
        "response_id": [f"R{number:06d}" for number in range(size)],
        "customer_id": contacts["customer_id"],
        "survey": ["nps"] * size,
        "pattern": ["transactional"] * size,
        "scale_min": [0] * size,
        "scale_max": [10] * size,
        "score": np.array([3, 7, 10])[kind],
        "invited_at": contacts["started_at"],
        "responded_at": when,
        "dismissed": [False] * size,
        "channel": channel,
        "segment": segment,
    }
    return {"contacts": frame("contacts", contacts), "responses": frame("responses", responses)}


def published(project: Project, tables: dict[str, pl.DataFrame]) -> Edition:
    """The company loaded, refreshed and published."""
    backend = Backend("duckdb", project, None, lambda *_given, **_files: project)
    for name, rows in tables.items():
        backend.load(name, rows)
    (project.config / "warehouse.yaml").write_text(f"company: Equal\ntoday: {LAST + timedelta(days=1)}\n", "utf-8")
    attempt = refresh(load_settings(project), now=datetime(2026, 7, 1, 6, tzinfo=UTC))
    assert attempt.edition, attempt.message
    return open_edition(project.editions)


def project_at(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """An empty project."""
    project = Project(tmp_path_factory.mktemp("equal"))
    project.config.mkdir()
    project.var.mkdir()
    return project


@pytest.mark.parametrize(
    ("each", "spread", "told", "form"),
    [(1, 2, True, STANDARDISED), (2, 6, False, PAIRED)],
    ids=["segments tell", "pairs tell"],
)
def test_other_customers_are_no_other_service(
    tmp_path_factory: pytest.TempPathFactory, each: int, spread: int, told: bool, form: int
) -> None:
    """Raw levels differ by far; with case mix removed nothing is detectable, said so, and nothing is coloured."""
    edition = published(project_at(tmp_path_factory), company(6000 // each, each, spread, told=told))
    selection = Selection.over("last-17-weeks", last_day=LAST, compare="none")
    raw = answer(edition, Question("level_consistency", selection)).only
    adjusted = answer(edition, Question("consistency", selection)).only
    assert raw.value is not None
    assert raw.value < 60
    assert raw.extra["p"] < 1e-6
    assert adjusted.extra["form"] == form
    assert adjusted.extra["p"] > 0.05
    assert adjusted.extra["level"] > 85
    blocks = find_page("channels").build(View(edition, selection)).blocks
    headline = next(block for block in blocks if isinstance(block, Headline))
    assert headline.text.startswith("No detectable difference between channels")
    assert "with case mix removed" in headline.detail
    dots = [block for block in blocks if isinstance(block, Dots)]
    assert {one.tone for block in dots for one in block.dots} == {"neutral"}
    heat = next(block for block in blocks if isinstance(block, Heatmap))
    nps = heat.columns.index("NPS")
    assert not any(row[nps].clear for row in heat.cells)
    leading = next(block for block in blocks if isinstance(block, Tiles)).tiles[0]
    # one rating each leaves no second contact, so no handoffs: then the levels stand under their own name
    assert leading.key == ("consistency" if each > 1 else "level_consistency")


def test_a_worse_channel_is_found_under_the_same_case_mix(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The phone spoils a third of its promoters: found, named and coloured, and first among what would raise it."""
    edition = published(project_at(tmp_path_factory), company(3000, 2, 6, told=True, worse=0.35))
    selection = Selection.over("last-17-weeks", last_day=LAST, compare="none")
    blocks = find_page("channels").build(View(edition, selection)).blocks
    headline = next(block for block in blocks if isinstance(block, Headline))
    assert headline.text.startswith("Channels differ")
    adjusted = next(block for block in blocks if isinstance(block, Dots) and block.key == "case-mix")
    assert {dot.label: dot.tone for dot in adjusted.dots}["Phone"] == "bad"
    gains = next(block for block in blocks if getattr(block, "key", "") == "consistency-gains")
    assert gains.rows[0][0].text == "Phone"  # type: ignore[union-attr]
