"""Editions come and go in one step: order, retention, roll-back, and the record of every attempt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import polars as pl
import pytest

from cxdash.edition import attempts, edition_ids, published_id
from cxdash.errors import EditionError
from cxdash.refresh import roll_back
from tests.refresh.conftest import NOW, Company
from tests.refresh.small_company import tables

Small = Callable[..., Company]


@pytest.fixture
def lean(small: Small) -> Company:
    """Only a few responses: what is in the editions does not matter here. Three editions are kept."""
    return small("responses", responses=tables(per_day=3)["responses"])


def test_ids_sort_by_time_and_then_by_order(lean: Company) -> None:
    """Two refreshes of one second still have an order."""
    first, second = lean.refresh(), lean.refresh()
    lean.now = NOW + timedelta(seconds=1)
    third = lean.refresh()
    assert [first.attempt_id, second.attempt_id, third.attempt_id] == [
        "20260701-050000-0000",
        "20260701-050000-0001",
        "20260701-050001-0000",
    ]
    assert published_id(lean.editions) == third.edition


def test_old_editions_go_the_published_one_stays(lean: Company) -> None:
    """Three are kept; after a roll-back the one served stays however old it is, attempts are kept all."""
    made = [lean.refresh().edition for _ in range(3)]
    roll_back(lean.editions, str(made[0]))
    assert published_id(lean.editions) == made[0]
    made += [lean.refresh().edition for _ in range(2)]
    assert edition_ids(lean.editions) == made[:1:-1]
    assert len(attempts(lean.editions)) == 5


def test_rolling_back_to_nothing_is_refused(lean: Company) -> None:
    """The pointer only ever names an edition that is there and sound."""
    edition = lean.refresh().edition
    with pytest.raises(EditionError, match="no edition"):
        roll_back(lean.editions, "20200101-000000-0000")
    with pytest.raises(EditionError, match="no edition"):
        roll_back(lean.editions, "../attempts")
    assert published_id(lean.editions) == edition


def test_a_held_back_refresh_keeps_the_last_good_edition(lean: Company) -> None:
    """The attempt says why; the edition of before keeps serving; the staged files go with the next refresh."""
    good = lean.refresh().edition
    lean.backend.run("UPDATE responses SET channel = 'fax' WHERE response_id = 'R00001'")
    held = lean.refresh()
    assert (held.outcome, held.edition) == ("held_back", None)
    assert "channel in responses" in held.message
    assert published_id(lean.editions) == good
    assert len(list(lean.editions.glob(".staging-*"))) == 1
    lean.backend.run("UPDATE responses SET channel = 'web' WHERE response_id = 'R00001'")
    assert lean.refresh().outcome == "published"
    assert list(lean.editions.glob(".staging-*")) == []
    assert [attempt.outcome for attempt in attempts(lean.editions)] == ["published", "held_back", "published"]


def test_a_damaged_edition_does_not_stop_the_next_one(lean: Company) -> None:
    """A manifest somebody broke is no reason not to publish a better one."""
    edition = lean.refresh().edition
    (lean.editions / str(edition) / "manifest.json").write_text("{")
    assert lean.refresh().outcome == "published"


def test_an_edition_half_removed_is_removed(lean: Company) -> None:
    """A process that died while it removed an old edition leaves no folder for ever."""
    first = str(lean.refresh().edition)
    lean.refresh()
    (lean.editions / first / "manifest.json").unlink()
    lean.refresh()
    assert not (lean.editions / first).exists()


def test_a_source_that_lost_its_past_is_told(lean: Company) -> None:
    """The edition before had more rows for the same days."""
    lean.refresh()
    lean.backend.run("DELETE FROM responses WHERE invited_at < '2026-05-01'")
    attempt = lean.refresh()
    lost = [check for check in attempt.failed_checks if check.check_id.endswith(".kept")]
    assert {check.check_id for check in lost} == {"scores.kept", "invitations.kept"}
    assert attempt.outcome == "published_with_warnings"


def test_an_attempt_tells_its_times_and_is_what_was_returned(lean: Company) -> None:
    """What the caller gets is what the Quality page reads."""
    attempt = lean.refresh()
    assert attempts(lean.editions) == [attempt]
    assert {"connect", "audit contract", "stage", "stage scores", "audit data", "total"} <= set(attempt.seconds)
    assert attempt.started_at == NOW
    assert attempt.finished_at > NOW


def test_progress_goes_from_nothing_to_all(lean: Company) -> None:
    """Shares of the work never go back."""
    told: list[float] = []
    lean.refresh(progress=lambda _step, done: told.append(done))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


def test_what_is_published_can_be_read(lean: Company) -> None:
    """Every grid and every row the manifest speaks of is there, with as many cells and rows as it says."""
    lean.refresh()
    edition = lean.edition()
    for name, fact in edition.manifest.facts.items():
        assert pl.scan_parquet(edition.rows_path(name)).select(pl.len()).collect().item() == fact.rows
        for grid in fact.grids:
            assert edition.grid(name, grid.key).height == grid.cells
