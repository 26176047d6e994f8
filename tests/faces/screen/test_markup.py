"""Blocks as HTML: everything a block says is there, escaped, in every state."""

from __future__ import annotations

import html
import re
from dataclasses import fields, is_dataclass
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxdash.faces.charts.tokens import tokens
from cxdash.faces.screen import markup
from cxdash.faces.screen.elements import Html, joined, tag
from cxdash.language import speaking
from cxdash.report.blocks import Block, Brief, Definition, Footer, Headline, Link, Notice, Panels, Section, Table, Tiles
from tests.faces.specimen import HOSTILE, specimen

LIGHT = tokens("light")


def address(link: Link) -> str:
    return link.page + "?" + "&".join(f"{k}={v}" for k, v in link.query)


def drawn(block: Block) -> str:
    """The block's markup; "" for blocks that are figures."""
    match block:
        case Headline():
            return markup.headline(block)
        case Brief():
            return markup.brief(block)
        case Section():
            return markup.section(block)
        case Notice():
            return markup.notice(block)
        case Tiles():
            return markup.tiles(block, LIGHT, address)
        case Table():
            return markup.table(block, address, 3)
        case Definition():
            return markup.definition(block)
        case Footer():
            return markup.footer(block)
        case Panels():
            return markup.chart_head(block.title, block.subtitle, 3) + markup.panels(block, LIGHT)
        case _:
            return ""


def said(value: Any) -> list[str]:
    """Every text a person should meet in a block."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, tuple):
        return [text for item in value for text in said(item)]
    if is_dataclass(value) and not isinstance(value, Link):
        quiet = {"key", "word", "tone", "level", "state", "colour", "spark", "points", "reference", "data", "numeric"}
        quiet |= (
            {"events", "unit", "subtitle", "target_label", "reference_label"} if isinstance(value, Panels) else set()
        )
        return [text for f in fields(value) if f.name not in quiet for text in said(getattr(value, f.name))]
    return []


WORDED = [
    pytest.param(block, id=f"{place}-{type(block).__name__}")
    for place, block in enumerate(specimen().blocks)
    if drawn(block) and not isinstance(block, Panels)
]


@pytest.mark.parametrize("block", WORDED)
def test_every_word_of_a_block_is_on_the_screen(block: Block) -> None:
    """Nothing a builder said is dropped, whatever its state."""
    text = html.unescape(re.sub(r"<[^>]*>", " ", drawn(block)))
    missing = [part for part in said(block) if part not in text]
    if isinstance(block, Table) and not block.rows:
        missing = [part for part in missing if part not in {column.label for column in block.columns}]
    assert not missing


@pytest.mark.parametrize("block", WORDED)
def test_nothing_a_block_says_becomes_markup(block: Block) -> None:
    """No hostile value survives as a tag or attribute."""
    assert HOSTILE not in drawn(block)
    assert "<script" not in drawn(block)
    assert not re.search(r"<b[ >]", drawn(block))


def test_the_specimen_has_every_block() -> None:
    """A new block in the contract must appear in the specimen, and so in every face."""
    assert {type(block) for block in specimen().blocks} == set(get_args(Block))


def test_a_block_carries_language_and_direction() -> None:
    """Persian is written from right to left; the mark is on our own blocks."""
    with speaking("fa"):
        assert markup.wrapped("x") == '<div class="cx" dir="rtl" lang="fa">x</div>'
    assert 'dir="ltr" lang="en"' in markup.wrapped("x")


@given(st.text())
def test_text_is_always_escaped(text: str) -> None:
    """Whatever a value holds, unescaping what stands between the tags gives it back."""
    found = tag("p", text, title=text)
    inner = found.split(">", 1)[1].rsplit("</p>", 1)[0]
    assert html.unescape(inner) == text
    assert "<" not in inner
    assert found.count('"') == 2


def test_markup_is_nested_and_not_escaped_twice() -> None:
    """`tag` and `joined` give markup, which other tags take as it is."""
    assert tag("p", tag("b", "a & b"), " < c") == "<p><b>a &amp; b</b> &lt; c</p>"
    assert isinstance(joined("<", tag("br")), Html)
    assert joined("<", tag("br")) == "&lt;<br>"
