"""Pages for somebody who may see numbers and no rows: built on the lattice, or refused in words; nothing else."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from cxdash.edition import Edition
from cxdash.errors import CxdashError, SelectionError
from cxdash.report.blocks import Report, Rows
from cxdash.report.pages import PAGES, Page
from cxdash.report.view import View
from cxdash.selection import Policy, Selection

NUMBERS = Policy("numbers only", (), rows=False)
PARAMS: tuple[dict[str, str], ...] = ({}, {"focus": "phone", "metric": "csat", "origin": "chat", "target": "phone"})


def built(edition: Edition, page: Page, params: dict[str, str], **filters: str) -> Report | None:
    selection = Selection.default(edition.manifest)
    for dim, value in filters.items():
        selection = selection.with_filter(dim, value)
    try:
        return page.build(View(edition, selection, params=params, policy=NUMBERS))
    except SelectionError:
        return None


def texts(part: Any) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, tuple | list):
        return " ".join(texts(one) for one in part)
    if is_dataclass(part):
        return " ".join(texts(getattr(part, field.name)) for field in fields(part))
    return ""


@pytest.mark.parametrize("params", PARAMS, ids=lambda params: "-".join(params) or "plain")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.key)
def test_a_page_is_built_or_refused_in_words(demo_edition: Edition, page: Page, params: dict[str, str]) -> None:
    """With and without a filter no page shows a row, and none ends in another error than the refusal."""
    for filters in ({}, {"region": "North"}, {"stage": "Onboard"}):
        report = built(demo_edition, page, params, **filters)
        if report is not None:
            assert not any(isinstance(block, Rows) and block.rows for block in report.blocks)


@pytest.mark.parametrize("page", ["overview", "benchmarks", "quality", "definitions", "number", "why"])
def test_what_needs_no_rows_is_shown(demo_edition: Edition, page: str) -> None:
    """Whoever sees no rows still has the overview and where its numbers come from."""
    chosen = next(one for one in PAGES if one.key == page)
    assert built(demo_edition, chosen, {"metric": "csat"}) is not None


def test_a_restricted_overview_names_no_other_region(demo_edition: Edition) -> None:
    """A person of the East reads about the East."""
    policy = Policy("the East", (("region", ("East",)),))
    selection = Selection.over("last-52-weeks", last_day=demo_edition.manifest.last_day)
    others = [r for r in demo_edition.manifest.facts["scores"].dimensions["region"] if r not in ("East", "(unknown)")]
    for key in ("overview", "channels", "why", "handoffs", "journey"):
        page = next(one for one in PAGES if one.key == key)
        try:
            report = page.build(View(demo_edition, selection, params={"metric": "nps"}, policy=policy))
        except CxdashError:
            continue
        said = texts(report.blocks)
        # events are the company's own calendar, and teams are called after places
        known = [region for region in others if f"· {region}" in said or f"{region} (" in said]
        assert not known, (key, known)
