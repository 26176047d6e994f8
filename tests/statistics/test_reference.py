"""The index of the statistics is complete and says what the docstrings say."""

from __future__ import annotations

import re

import pytest

from tests.statistics.reference import GROUPS, KEPT, index, modules, public_functions


def test_every_module_is_in_one_group() -> None:
    """A new module needs a place in the index before it lands."""
    placed = [name for names in GROUPS.values() for name in names]
    assert sorted(placed) == sorted(modules())


@pytest.mark.parametrize("name", sorted(modules()))
def test_a_module_says_what_it_answers_and_when_not_to_use_it(name: str) -> None:
    """Its docstring has a first sentence, a limit of use and a source; what the others stand on needs no source."""
    text = " ".join((modules()[name].__doc__ or "").split())
    assert len(text) > 150
    assert re.search(r"\b([Nn]ot for|[Dd]o not|[Nn]ever|[Nn]ot a)\b", text)
    assert "Source:" in text or name in GROUPS["What the others stand on"]
    assert all(len(sentence) > 9 for sentence in public_functions(modules()[name]).values())


def test_the_index_is_what_the_docstrings_say() -> None:
    """`make reference` would change nothing."""
    assert KEPT.read_text("utf-8") == index()
