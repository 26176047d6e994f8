"""The page "Why it moved": what it says first, what its parts add up to, and where its links lead."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from cxdash.answers import decompose
from cxdash.answers.weights import obstacle
from cxdash.edition import Edition
from cxdash.metrics.catalogue import METRICS
from cxdash.report.blocks import Block, Contributions, Headline, Link, Notice, Report, Table, Trend
from cxdash.report.findings import findings_table, scan, why
from cxdash.report.pages import find_page
from cxdash.report.view import View
from cxdash.report.why_others import askable
from cxdash.selection import Policy, Selection, canonical
from tests.answers.test_decompose import over


def page(edition: Edition, selection: Selection, policy: Policy | None = None, **params: str) -> Report:
    view = View(edition, selection, params=params)
    return find_page("why").build(replace(view, policy=policy) if policy else view)


def of(report: Report, kind: type[Block], key: str = "") -> Block:
    return next(b for b in report.blocks if isinstance(b, kind) and (not key or b.key == key))  # type: ignore[arg-type, union-attr]


def links(report: Report) -> list[Link]:
    tables = [block for block in report.blocks if isinstance(block, Table)]
    tables += [block.data for block in report.blocks if isinstance(block, Trend | Contributions)]
    found = [cell.link for table in tables for row in table.rows for cell in row if cell.link]
    return found + [
        part.link for block in report.blocks if isinstance(block, Contributions) for part in block.parts if part.link
    ]


@pytest.mark.parametrize("compare", ["previous", "year"])
@pytest.mark.parametrize("key", sorted(METRICS))
def test_every_metric_has_a_page(demo_edition: Edition, key: str, compare: str) -> None:
    """Whatever moved: a headline, and parts with their data, or a sentence why there are none; no half sentence."""
    report = page(demo_edition, over("last-13-weeks", compare), metric=key)
    headline = of(report, Headline)
    assert isinstance(headline, Headline)
    assert headline.text
    assert "{" not in headline.text + headline.detail
    offered = {metric.key for metric in askable(View(demo_edition, over("last-13-weeks")))}
    if key not in offered:
        assert any(isinstance(block, Notice) and "Known:" in block.detail for block in report.blocks)
    elif obstacle(METRICS[key]) in (None, "composite") and "→" in headline.detail:
        assert of(report, Contributions)


@pytest.mark.parametrize("key", ["nps", "csat", "abandonment", "net_retention", "health"])
def test_the_bars_add_up_to_the_printed_change(demo_edition: Edition, key: str) -> None:
    """All amounts of all bars sum to the change, the bar of the smallest parts included."""
    report = page(demo_edition, over("last-13-weeks"), metric=key, by="" if key == "health" else "region")
    block = of(report, Contributions)
    assert isinstance(block, Contributions)
    total = sum(sum(part.amounts) for part in block.parts)
    printed = float(block.total.replace("−", "-").replace(" pp", "").replace(",", ""))
    assert total == pytest.approx(printed, abs=0.06)
    if key != "health":
        found = decompose(demo_edition, key, over("last-13-weeks"), "region")
        assert found is not None
        assert total == pytest.approx(found.change * METRICS[key].factor, abs=1e-9)


def test_the_table_shows_what_the_decomposition_found(demo_edition: Edition) -> None:
    """Each row: share, score, effects and n as found; the last row is the whole with the change's own interval."""
    selection = over("last-13-weeks")
    found = decompose(demo_edition, "csat", selection, "channel")
    assert found is not None
    table = of(page(demo_edition, selection, metric="csat", by="channel"), Table, "why-parts-data")
    assert isinstance(table, Table)
    assert len(table.rows) == len(found.effects) + 1
    for effect, row in zip(found.effects, table.rows, strict=False):
        assert row[3].raw == pytest.approx(effect.rate * 100)
        assert row[4].raw == pytest.approx(effect.mix * 100)
        assert row[5].raw == pytest.approx(effect.total * 100)
        assert row[7].text == f"{effect.n_before:,.0f} → {effect.n_now:,.0f}"
        assert (row[0].detail == "low base") == (not effect.reliable)
    assert table.rows[-1][5].raw == pytest.approx(found.change * 100)


def test_parts_lead_deeper_and_to_their_rows(demo_edition: Edition) -> None:
    """The name of a part adds it as a filter; its n leads to the passport of exactly that cell; both keep the view."""
    selection = over("last-8-weeks", "year", segment="Standard")
    report = page(demo_edition, selection, metric="nps", by="channel")
    block = of(report, Contributions)
    assert isinstance(block, Contributions)
    row = next(row for row in block.data.rows if row[0].link and dict(row[0].link.query).get("channel") == "phone")
    deeper, rows = row[0].link, row[7].link
    assert deeper is not None
    assert rows is not None
    expected = {"period": "last-8-weeks", "compare": "year", "segment": "Standard", "channel": "phone", "metric": "nps"}
    assert (deeper.page, dict(deeper.query)) == ("why", expected)
    assert (rows.page, dict(rows.query)) == ("number", expected)
    inside = page(demo_edition, selection.with_filter("channel", "phone"), metric="nps")
    assert dict(inside.query)["metric"] == "nps"


def test_every_link_opens(demo_edition: Edition) -> None:
    """A link of this page to itself is a view that can be built, and asks for nothing unknown."""
    report = page(demo_edition, over("last-8-weeks"), metric="nps")
    own_links = sorted({link for link in links(report) if link.page == "why"}, key=str)
    assert len(own_links) > 20
    for link in own_links[::5]:
        own = {key: value for key, value in link.query if key in ("metric", "by")}
        selection, problems = Selection.from_query(dict(link.query), demo_edition.manifest, ignore=("metric", "by"))
        assert not problems
        assert of(page(demo_edition, selection, **own), Headline)


def test_other_dimensions_are_offered_as_views_of_the_same_change(demo_edition: Edition) -> None:
    """The ranked table names each dimension once, marks the one shown, and each row's effects are the same change."""
    report = page(demo_edition, over("last-13-weeks"), metric="csat", by="product")
    table = of(report, Table, "why-dimensions")
    assert isinstance(table, Table)
    marked = [row for row in table.rows if row[0].detail]
    assert [row[0].text for row in marked] == ["Product"]
    change = decompose(demo_edition, "csat", over("last-13-weeks"), "product")
    assert change is not None
    for row in table.rows:
        if row[4].raw is not None and row[5].raw is not None:
            assert row[4].raw + row[5].raw == pytest.approx(change.change * 100, abs=1e-9)
    assert "never over dimensions" in table.note


def test_without_a_comparison_the_page_asks_for_one(demo_edition: Edition) -> None:
    """Two links set it and keep everything else; nothing is explained."""
    report = page(demo_edition, over("last-4-weeks", "none", channel="phone"), metric="csat")
    headline, table = of(report, Headline), of(report, Table, "why-compare")
    assert isinstance(headline, Headline)
    assert isinstance(table, Table)
    assert headline.text.startswith("Compared with what?")
    queries = [dict(row[0].link.query) for row in table.rows if row[0].link]
    assert queries == [
        {"channel": "phone", "metric": "csat"},
        {"compare": "year", "channel": "phone", "metric": "csat"},
    ]
    assert not any(isinstance(block, Contributions) for block in report.blocks)


def test_a_dimension_that_does_not_exist_is_named(demo_edition: Edition) -> None:
    """A mistyped or useless cut says what there is, and the page shows the best one instead."""
    report = page(demo_edition, over("last-13-weeks"), metric="nps", by="colour")
    notice = next(b for b in report.blocks if isinstance(b, Notice) and "colour" in b.text)
    assert "Region" in notice.detail
    assert of(report, Contributions)
    unknown = page(demo_edition, over("last-13-weeks"), metric="happiness")
    assert any(isinstance(b, Notice) and "happiness" in b.text for b in unknown.blocks)


def test_what_is_no_sum_of_parts_compares_parts_with_themselves(demo_edition: Edition) -> None:
    """Churn says why it has no mix and rate, and each region's own change is the one its answer gives."""
    selection = over("last-52-weeks", "year")
    report = page(demo_edition, selection, metric="churn", by="region")
    headline, table = of(report, Headline), of(report, Table, "why-parts-data")
    assert isinstance(headline, Headline)
    assert isinstance(table, Table)
    assert "no sum of what its parts did" in headline.detail
    assert "do not add up" in table.note
    rows = View(demo_edition, selection).ask("churn", by=("region",), against="year").rows
    assert len(table.rows) == len(rows)


def test_an_unclear_change_is_described_and_not_explained(demo_edition: Edition) -> None:
    """No part of it is said to stand apart, anywhere on the page."""
    for key in ("nps", "csat", "ces", "first_contact_resolution"):
        for compare in ("previous", "year"):
            report = page(demo_edition, over("last-2-weeks", compare), metric=key)
            headline = of(report, Headline)
            assert isinstance(headline, Headline)
            if not headline.text.startswith("No clear change"):
                continue
            assert "stands apart" not in headline.detail
            table = next((b for b in report.blocks if isinstance(b, Table) and b.key == "why-dimensions"), None)
            assert table is None or {row[6].text for row in table.rows} <= {
                "description only: the change is not clear",
                "not ranked: its rows are read only when asked for",
            }
            assert not any(isinstance(b, Notice) and b.level == "warning" for b in report.blocks)


def test_too_few_answers_explain_nothing(demo_edition: Edition) -> None:
    """Where the whole is hidden or too small, no part is shown."""
    report = page(demo_edition, over("last-1-week", channel="social", region="Islands"), metric="ces")
    assert not any(isinstance(block, Contributions) for block in report.blocks)
    assert of(report, Headline)


def test_a_policy_holds_on_the_whole_page(demo_edition: Edition) -> None:
    """For a reader of the North no other region is named, in no block."""
    policy = Policy("north", canonical({"region": ("North",)}))
    regions = set(demo_edition.manifest.facts["scores"].dimensions["region"]) - {"North", "(unknown)"}
    for key in ("nps", "churn", "health"):
        text = str(page(demo_edition, over("last-13-weeks"), policy, metric=key).blocks)
        # teams are called after regions: names in full only
        assert not {region for region in regions if re.search(rf"text='{region}'|label='{region}'", text)}


def test_the_watched_days_are_drawn_with_what_is_normal(demo_edition: Edition) -> None:
    """Points and reference share their days; the chart says how often it is wrong."""
    chart = of(page(demo_edition, over("last-8-weeks"), metric="abandonment"), Trend, "why-since")
    assert isinstance(chart, Trend)
    assert [point.start for point in chart.points] == [point.start for point in chart.reference]
    assert "5 of 1,000 quiet days" in chart.subtitle
    assert all(point.low <= point.value <= point.high for point in chart.reference if point.low is not None)  # type: ignore[operator]
    for first, last, label in chart.spans:
        assert first <= last
        assert label


def test_findings_lead_to_why(demo_edition: Edition) -> None:
    """The change of a finding leads to its cell on this page, its number to the passport."""
    view = View(demo_edition, over("last-8-weeks", "year"))
    found = scan(view)
    table = findings_table(view, found)
    assert table.rows, "no finding: the test says nothing"
    for finding, row in zip(found.findings, table.rows, strict=False):
        change, now = row[4].link, row[3].link
        assert change is not None
        assert now is not None
        assert (change.page, now.page) == ("why", "number")
        assert dict(change.query)["metric"] == finding.metric.key
        assert finding.row.dimensions.items() <= dict(change.query).items()


def test_the_brief_explains_clear_changes_only(demo_edition: Edition) -> None:
    """A change that is not clear has no sentence; nor has a metric that is no average."""
    for compare in ("previous", "year"):
        for key in ("nps", "csat", "abandonment", "response_rate", "repeat_rate"):
            view = View(demo_edition, over("last-4-weeks", compare))
            moved = view.ask(key, against=view.against).only.difference
            assert moved is not None
            said = why(view, key)
            assert len(said) <= (moved.word in ("up", "down"))
    assert why(View(demo_edition, over("last-13-weeks")), "churn") == ()
