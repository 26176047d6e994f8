"""The overview of the demo company as a mail: the printed numbers of a real report reach the reader unchanged."""

from __future__ import annotations

from datetime import UTC, date, datetime
from email.message import EmailMessage

import pytest

from cxdash.edition import Edition
from cxdash.faces.mail import compose
from cxdash.report.blocks import Tiles
from cxdash.report.pages import PAGES, find_page
from cxdash.report.view import View
from cxdash.selection import Selection
from tests.faces.conformance import Page, squeeze


@pytest.mark.parametrize("key", [page.key for page in PAGES])
def test_every_page_can_be_mailed(demo_edition: Edition, key: str) -> None:
    """Each page becomes a message within the size limit whose two texts carry every tile's number."""
    selection, _problems = Selection.from_query({}, demo_edition.manifest)
    report = find_page(key).build(View(demo_edition, selection, today=date(2026, 11, 21)))
    made = compose(
        report,
        link_base="https://cx.example.com",
        sender="cx@example.com",
        recipient="anna@example.org",
        sent_at=datetime(2026, 11, 21, 8, tzinfo=UTC),
    )
    plain, page = made.get_body(("plain",)), made.get_body(("html",))
    assert isinstance(plain, EmailMessage)
    assert isinstance(page, EmailMessage)
    assert len(page.get_content().encode()) <= 100_000
    both = squeeze(plain.get_content()), squeeze("".join(Page.parse(page.get_content()).text))
    for tile in (tile for block in report.blocks if isinstance(block, Tiles) for tile in block.tiles):
        for text in (tile.label, tile.number.text, tile.number.interval, tile.number.n):
            assert all(squeeze(text) in words for words in both), text
    for notice in report.notices:
        assert all(words.count(squeeze(notice.text)) == 1 for words in both)
