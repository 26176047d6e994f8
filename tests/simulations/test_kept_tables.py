"""The tables in the documentation are what the studies find today."""

from __future__ import annotations

import re

import pytest

from tests.simulations.studies import STUDIES, result
from tests.simulations.summary import summary
from tests.simulations.tables import KEPT, kept, read

_NUMBER = re.compile(r"-?\d+\.\d+")
_SHAKE = 0.0021
"""What another version of NumPy or another processor may change: two of a thousand borderline replicates."""


def test_the_documentation_holds_every_study_and_no_other() -> None:
    """No table is missing, left over or out of order."""
    assert tuple(re.findall(r"<!-- study (\w+) -->", KEPT.read_text("utf-8"))) == (
        "summary",
        *STUDIES,
    )


@pytest.mark.parametrize("name", STUDIES)
def test_a_kept_table_can_be_read_back(name: str) -> None:
    """What the summary is made of is what stands in the documentation."""
    table = read(name)
    assert table.key == name
    assert table.rows
    assert {len(row) for row in table.rows} == {len(table.columns)}


def test_the_summary_says_what_the_kept_tables_say() -> None:
    """Each mean at a glance follows from the tables below it, and what is outside 93-97 % is named."""
    assert _differences(kept("summary"), summary(read).markdown) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", STUDIES)
def test_a_kept_table_is_what_the_study_finds(name: str) -> None:
    """Words and settings are the same to the letter, numbers to two in a thousand."""
    table = result(name)
    assert table.key == name
    assert _differences(kept(name), table.markdown) == []


def _differences(old: str, new: str) -> list[tuple[str, str]]:
    """Numbers that differ by more than chance between versions; words must be the same to the letter."""
    assert _NUMBER.sub("#", old) == _NUMBER.sub("#", new)
    pairs = zip(_NUMBER.findall(old), _NUMBER.findall(new), strict=True)
    return [pair for pair in pairs if abs(float(pair[0]) - float(pair[1])) > _SHAKE]
