"""Page scripts only draw: Streamlit runs `pages/x.py` without the main script, so without its policy check."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import pytest

MOST_STATEMENTS = 3


def complaint(source: Any) -> str:
    """What is wrong with a page script, or ""."""
    body = source.tree.body[1:] if ast.get_docstring(source.tree) else source.tree.body
    body = [node for node in body if not (isinstance(node, ast.ImportFrom) and node.module == "__future__")]
    if len(body) > MOST_STATEMENTS:
        return f"has {len(body)} statements"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "."]
        else:
            continue
        foreign = [name for name in names if name != "__future__" and not f"{name}.".startswith("cxdash.faces.screen.")]
        if foreign:
            return f"imports {', '.join(foreign)}"
    return ""


def test_no_page_lies_at_the_top_of_pages(tracked: list[str]) -> None:
    """`pages/*.py` is empty: a script there would be served without the app's frame and policy."""
    assert not [name for name in tracked if name.startswith("pages/") and name.endswith(".py") and name.count("/") != 2]


def test_pages_only_draw(sources: list[Any]) -> None:
    """A page script has at most three statements and imports nothing but the screen."""
    pages = {source.path: complaint(source) for source in sources if source.path.startswith("pages/")}
    assert not {path: said for path, said in pages.items() if said}


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("from cxdash.faces.screen.page import draw\n\ndraw('overview')\n", ""),
        ('"""Overview."""\nfrom cxdash.faces.screen import page\npage.draw("overview")\n', ""),
        ("import streamlit as st\nst.title('x')\n", "imports streamlit"),
        ("from cxdash.faces.screening import x\nx()\n", "imports cxdash.faces.screening"),
        ("a = 1\nb = 2\nc = 3\nd = 4\n", "has 4 statements"),
    ],
)
def test_the_rule_catches_what_it_is_for(parse: Callable[[str], Any], script: str, said: str) -> None:
    """The page rule passes drawing scripts and names what others do."""
    assert complaint(parse(script)) == said
