"""The page of handoffs: what it says where it cannot speak, what it hides, and where its links lead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cxdash.edition import Edition
from cxdash.report.blocks import Flow, Headline, Heatmap, Notice, Report, Section, Table, Tiles
from cxdash.report.pages import find_page
from cxdash.report.view import View
from cxdash.selection import Selection
from tests.refresh.conftest import embedded, load
from tests.refresh.small_company import tables


def page(edition: Edition, **params: str) -> Report:
    """The page as a link opens it."""
    selection, _ = Selection.from_query(params, edition.manifest, ignore=("origin", "target"))
    return find_page("handoffs").build(View(edition, selection, params=params))


def only(report: Report, kind: type[Any]) -> Any:
    """The one block of a kind."""
    [found] = [block for block in report.blocks if isinstance(block, kind)]
    return found


def published(root: Path, contacts: pl.DataFrame) -> Edition:
    """A company that has contacts and nothing else."""
    company = load(embedded(root), {"contacts": contacts})
    assert company.refresh().edition is not None
    return company.edition()


@pytest.mark.parametrize(
    ("left_out", "told"),
    [(["customer_id"], "issue_id"), (["reason"], "customer_id together with reason")],
    ids=["nobody is known", "no reason"],
)
def test_without_what_links_contacts_the_page_names_the_columns(tmp_path: Path, left_out: list[str], told: str) -> None:
    """No customer, or no issue and no reason: it says so and what would unlock it, and draws nothing empty."""
    report = page(published(tmp_path, tables(per_day=4)["contacts"].drop(left_out)))
    headline = only(report, Headline)
    assert "cannot be" in headline.text or "No two contacts" in headline.text
    assert told in headline.detail
    assert not [block for block in report.blocks if isinstance(block, Flow | Heatmap | Tiles)]


def test_one_channel_has_no_handoffs_and_still_has_issues(tmp_path: Path) -> None:
    """Where everything is on the telephone the page says that, and how long issues take."""
    contacts = tables(per_day=6)["contacts"].with_columns(channel=pl.lit("phone"))
    report = page(published(tmp_path, contacts))
    assert "one channel (Phone)" in only(report, Headline).text
    issues = next(block for block in report.blocks if isinstance(block, Table) and block.key == "issues")
    assert [row[0].text for row in issues.rows] == ["Phone"]


def test_streams_map_and_table_tell_the_same_numbers(demo_edition: Edition) -> None:
    """Rounded once: a pair's share is the same text in the flow, on the map and in the table."""
    report = page(demo_edition, period="last-12-months")
    flow, heatmap = only(report, Flow), only(report, Heatmap)
    table = next(block for block in report.blocks if isinstance(block, Table) and block.key == "handoff-pairs")
    listed = {row[0].text: (row[1].text, row[2].text) for row in table.rows}
    for stream in flow.streams:
        n, share = listed[f"{stream.origin} → {stream.target}"]
        assert stream.text.startswith(f"{n} handoffs")
        cell = heatmap.cells[heatmap.rows.index(stream.origin)][heatmap.columns.index(stream.target)]
        assert cell.number.text == share
        assert cell.link == stream.link
        assert cell.number.passport is not None
        assert {("origin", stream.colour)} <= set(cell.number.passport.query)
    assert len(flow.streams) > 5


def test_few_people_are_hidden_wherever_they_appear(demo_edition: Edition) -> None:
    """Fewer than five, and what would give them away: no number, no count, no stream, no reason."""
    report = page(demo_edition, period="last-13-weeks")
    table = next(block for block in report.blocks if isinstance(block, Table) and block.key == "handoff-pairs")
    hidden = [row for row in table.rows if row[1].raw is None]
    assert len(hidden) >= 2
    for row in hidden:
        assert all(cell.text == "–" and cell.raw is None for cell in row[1:])
        assert row[0].link is None
    shown = {row[0].text for row in table.rows} - {row[0].text for row in hidden}
    assert {f"{s.origin} → {s.target}" for s in only(report, Flow).streams} <= shown


def test_a_low_base_has_no_colour_and_no_share_in_the_flow(demo_edition: Edition) -> None:
    """Below thirty the stream has its width and nothing is said about what broke."""
    report = page(demo_edition, period="last-13-weeks")
    small = [s for s in only(report, Flow).streams if s.count < 30]
    assert small
    assert all(s.part is None and s.tone == "neutral" and "too few" in s.text for s in small)
    cells = [cell for row in only(report, Heatmap).cells for cell in row if cell.number.state == "low_base"]
    assert all(cell.level is None and not cell.clear for cell in cells)


def test_pairs_are_read_over_half_a_year_and_say_so(demo_edition: Edition) -> None:
    """A period of four weeks widens for pairs only; a longer one is taken as it is."""
    short, long = page(demo_edition), page(demo_edition, period="last-12-months")
    assert only(short, Flow).subtitle.startswith("18 May 2026 to 6 Nov 2026")
    assert "2025" in only(long, Flow).subtitle
    tile = only(short, Tiles).tiles[0]
    assert tile.key == "handoff_continuity"
    assert tile.period == "24 Oct 2026 to 6 Nov 2026"


@pytest.mark.parametrize(
    ("origin", "target", "told"),
    [("fax", "phone", "no channel “fax”"), ("phone", "phone", "no handoff"), ("chat", "phone", "Chat → Phone")],
)
def test_a_link_to_a_pair_opens_it_or_says_why_not(demo_edition: Edition, origin: str, target: str, told: str) -> None:
    """A channel nobody knows, one channel twice, and a pair that exists."""
    report = page(demo_edition, origin=origin, target=target, period="last-12-months")
    assert told in only(report, Headline).text
    assert ("origin", origin) in report.query
    back = next(block for block in report.blocks if isinstance(block, Table) and block.key == "back")
    assert back.rows[0][0].link is not None
    assert back.rows[0][0].link.page == "handoffs"


def test_a_filter_handoffs_do_not_have_is_answered_with_a_sentence(demo_edition: Edition) -> None:
    """A journey stage is no property of contacts: the page says so and draws nothing."""
    stage = demo_edition.manifest.facts["scores"].dimensions["stage"][0]
    report = page(demo_edition, stage=stage)
    assert "cannot be shown" in only(report, Headline).text
    assert "stage" in only(report, Headline).detail
    assert not [block for block in report.blocks if isinstance(block, Flow | Heatmap)]


def test_the_definition_and_the_issues_are_explained_on_the_page(demo_edition: Edition) -> None:
    """What broken means, what is evidence only, and that an issue counts once."""
    told = " ".join(block.text for block in page(demo_edition).blocks if isinstance(block, Section))
    assert "evidence beside" in told
    assert "counts once here, and as two handoffs" in told
    assert not [b for b in page(demo_edition).blocks if isinstance(b, Notice) and "cannot be said" in b.text]
