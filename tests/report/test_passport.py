"""The passport of a number: what it prints is what the page printed, its reasons add up, and rights are kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cxdash.answers import Question, answer
from cxdash.edition import Attempt, Edition, attempts
from cxdash.metrics.catalogue import METRICS
from cxdash.periods import Period
from cxdash.report import passport as page
from cxdash.report.blocks import Definition, Link, Notice, Report, Rows, Table, Tiles
from cxdash.report.doors import passport_door
from cxdash.report.tiles import tile
from cxdash.report.view import View
from cxdash.report.wording import number
from cxdash.selection import EVERYTHING, Policy, Selection, canonical
from cxdash.settings import Project


@pytest.fixture(scope="module")
def found(demo_project: Project) -> tuple[Attempt, ...]:
    """The attempts of the demo company."""
    return tuple(attempts(demo_project.editions))


def _open(edition: Edition, link: Link, found: tuple[Attempt, ...] = (), policy: Policy = EVERYTHING) -> Report:
    """The page a link to a passport leads to."""
    query = {name: [value] if name not in ("metric", "only") else value for name, value in link.query}
    selection, problems = Selection.from_query(query, edition.manifest, ignore=("metric", "only"))
    assert not problems
    params = {name: value for name, value in link.query if name in ("metric", "only")}
    return page.build(View(edition, selection, found, params=params, policy=policy))


def _block(report: Report, kind: type, key: str = "") -> object:
    return next(block for block in report.blocks if isinstance(block, kind) and key in ("", getattr(block, "key", "")))


@pytest.mark.parametrize("key", sorted(METRICS))
def test_a_passport_prints_the_number_of_the_page_that_led_to_it(demo_edition: Edition, key: str) -> None:
    """For every metric the door of a tile leads to the same text, interval and n, and to rows that are as many."""
    view = View(demo_edition, Selection.default(demo_edition.manifest).with_filter("region", "North", "Capital"))
    if key == "benchmark_gap":
        asked = view.ask(key).rows[0]
        expected = number(METRICS[key], asked)
    else:
        shown = tile(view, key)
        if shown.number.passport is None:
            pytest.skip(f"{key} cannot be computed here: {shown.number.note}")
        expected = shown.number
    report = _open(demo_edition, passport_door(view, key))
    tiles = _block(report, Tiles)
    assert isinstance(tiles, Tiles)
    printed = tiles.tiles[0].number
    assert (printed.text, printed.interval, printed.n) == (expected.text, expected.interval, expected.n)
    lines = dict(getattr(_block(report, Definition), "lines", ()))
    assert lines["Number"].startswith(expected.text)
    assert lines["Edition"] == demo_edition.id
    rows = _block(report, Rows)
    assert isinstance(rows, Rows)
    assert rows.refused or rows.total >= len(rows.rows)


def test_a_passport_says_everything_there_is_to_know(demo_edition: Edition, found: tuple[Attempt, ...]) -> None:
    """Definition, formula, both periods, filters, freshness, checks, grid, edition, code and all three statements."""
    view = View(demo_edition, Selection.default(demo_edition.manifest).with_filter("channel", "phone"))
    report = _open(demo_edition, passport_door(view, "first_contact_resolution"), found)
    block = _block(report, Definition)
    assert isinstance(block, Definition)
    lines = dict(block.lines)
    assert block.formula == METRICS["first_contact_resolution"].formula
    assert lines["Period asked for"] != lines["Period used"]
    assert "7 more days" in lines["Period used"]
    assert lines["Filters"] == "Channel: Phone"
    assert "Latest in contacts" in lines
    assert "checks touch it" in lines["Checks"]
    assert lines["Read from"].startswith("grid ")
    assert lines["Computed by"].startswith("cxdash ")
    assert "GROUPING SETS" in block.sql
    assert block.sql.count("read_parquet('rows/contacts.parquet')") == 2
    assert "'phone'" in block.sql
    assert str(demo_edition.folder) not in block.sql
    counted = _block(report, Table, "counted")
    assert isinstance(counted, Table)
    amounts = [row[1].raw for row in counted.rows]
    assert counted.note.startswith(f"{int(sum(amount or 0 for amount in amounts)):,} rows in the period")


def test_without_the_right_to_rows_a_passport_has_everything_else(demo_edition: Edition) -> None:
    """No row, a sentence why, no file; and no count of a handful of rows either."""
    policy = Policy("numbers only", rows=False)
    door = passport_door(View(demo_edition, Selection.default(demo_edition.manifest)), "nps")
    report = _open(demo_edition, door, policy=policy)
    rows = _block(report, Rows)
    assert isinstance(rows, Rows)
    assert rows.rows == ()
    assert "access" in rows.refused
    assert dict(getattr(_block(report, Definition), "lines", ()))["Computed for"] == "numbers only"
    for share in (b for b in report.blocks if isinstance(b, Table) and b.key == "counted"):
        assert all((row[1].raw or 0) >= 5 for row in share.rows)


def test_a_restricted_passport_names_nobody_elses_values(demo_edition: Edition, found: tuple[Attempt, ...]) -> None:
    """Neither rows, nor reasons, nor statements, nor checks of a restricted person speak of another region."""
    policy = Policy("North only", canonical({"region": ("North",)}))
    door = passport_door(View(demo_edition, Selection.default(demo_edition.manifest)), "nps")
    report = _open(demo_edition, door, found, policy)
    others = [v for v in demo_edition.manifest.facts["scores"].dimensions["region"] if v not in ("North", "(unknown)")]
    # teams that serve North are called after other regions; what must not appear is their rows and what is said of them
    said = [block for block in report.blocks if not isinstance(block, Notice | Rows)]
    assert not [name for name in others if name in repr(said)]
    everybody = answer(demo_edition, Question("nps", Selection.default(demo_edition.manifest))).only.n
    rows = _block(report, Rows)
    assert isinstance(rows, Rows)
    assert 0 < rows.total < (everybody or 0)
    regions = [column.label for column in rows.columns].index("Region")
    assert {row[regions].text for row in rows.rows} == {"North"}
    checks = [block for block in report.blocks if isinstance(block, Table) and block.key == "checks"]
    assert all(row[2].raw is None for table in checks for row in table.rows)


def test_a_hidden_number_tells_nothing_of_its_rows(demo_edition: Edition) -> None:
    """Fewer than 5: no rows, no counts, no n; the passport still says how such a number is made."""
    base = Selection.default(demo_edition.manifest)
    day = replace(base, period=Period(base.period.end, base.period.end), period_text=str(base.period.end))
    view = View(demo_edition, day)
    small = next(
        row.dimensions
        for row in view.ask("nps", by=("channel", "region")).rows
        if row.n is None and "hidden" in row.flags
        and "hidden" in view.ask("nps", selection=day.with_filter("channel", row.dimensions["channel"])
                                 .with_filter("region", row.dimensions["region"])).only.flags
    )  # fmt: skip
    report = _open(demo_edition, passport_door(view, "nps", small))
    rows = _block(report, Rows)
    assert isinstance(rows, Rows)
    assert (rows.rows, rows.total) == ((), 0)
    assert rows.refused
    assert not [block for block in report.blocks if isinstance(block, Table) and block.key == "counted"]
    assert dict(getattr(_block(report, Definition), "lines", ()))["n"] == "not shown"


def test_health_is_the_sum_of_parts_whose_rows_can_be_chosen(demo_edition: Edition) -> None:
    """The passport of a number made of numbers lists them, and `only` chooses whose rows are shown."""
    view = View(demo_edition, Selection.default(demo_edition.manifest))
    door = passport_door(view, "health")
    report = _open(demo_edition, replace(door, query=(*door.query, ("only", "churn"))))
    parts = _block(report, Table, "parts")
    assert isinstance(parts, Table)
    assert {row[0].text for row in parts.rows} >= {"NPS", "CSAT", "Customer churn"}
    rows = _block(report, Rows)
    assert isinstance(rows, Rows)
    assert rows.metric == "churn"


def test_a_number_that_cannot_be_computed_says_why(demo_edition: Edition) -> None:
    """A period outside the data, or a part that does not exist, is a sentence and no error page."""
    view = View(demo_edition, Selection.default(demo_edition.manifest), params={"metric": "health", "only": "chrun"})
    report = page.build(view)
    assert any(isinstance(block, Notice) and "churn" in block.text for block in report.blocks)
