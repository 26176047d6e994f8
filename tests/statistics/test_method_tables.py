"""Every number of the methods is quoted by a test: completeness, judged by the document itself.

The tests of `test_method_tables_<subject>` quote the methods word for word. Here the document is read where it lies
beside the repository, and whatever a quotation does not cover is reported: numbers of five digits or more anywhere,
every number of a table, and every number after the word "Vector". What cannot be recomputed is named with its reason.
"""

from __future__ import annotations

import importlib
import re
from itertools import accumulate
from pathlib import Path

import pytest

from tests.statistics.printed import NUMBER, QUOTED, single_spaced

METHODS = Path(__file__).resolve().parents[3] / "shared" / "design" / "methods.md"
SUBJECTS = ("channels", "churn", "coverage", "drivers", "monitoring", "scores", "survival")

NOT_RECOMPUTED = {
    "| customers | naive score CI |": "simulated; repeated with our own draws in simulations.clustered_answers",
    "| n1,n2 | method |": "over 28 pairs that are not stated; enumerated for our own in simulations.nps_differences",
    "| truth | n per channel |": "simulated; repeated with our own draws in simulations.channel_levels",
    "| scenario (3000 customers": "simulated; repeated for effects of our own in simulations.channel_case_mix",
    "| n | jk G=20 |": "simulated; repeated for coefficients of our own in simulations.driver_weights",
    "| volume (weekday/weekend)": "simulated; repeated with our own draws in simulations.daily_chart",
    "| metric | per cell |": "sizes of state, not statistics",
    "| quantity | why |": "words",
    "| candidate | formula |": "formulas",
    "| given | benchmark interval |": "formulas",
}
"""Tables by the beginning of their header."""

NO_STATISTIC = re.compile(
    r"^Source:.*|arXiv \S+|Hochberg 1995|agree to 1e-7|brentq 1e-14|histograms 1\.\.5|t = 0\.\.5|\(t-1,t\]|6-MP"
    r"|clamp to \[0,100\]|self_submitted, \.5",
    re.MULTILINE,
)
"""Numbers that are names, ranges, settings of other software, or literature."""

_SIGNIFICANT = 5


def document() -> str:
    """The methods, or the reason why they are not here."""
    if not METHODS.is_file():
        pytest.skip(f"the methods are not at {METHODS}; they are never part of the project")
    return METHODS.read_text("utf-8")


def is_computed(token: str) -> bool:
    """Whether a number has a decimal point and five digits or more that matter."""
    digits = token.partition("e")[0].lstrip("+-0.").replace(".", "")
    return "." in token and len(digits) >= _SIGNIFICANT


def collect_quotations() -> list[str]:
    """Everything the tests of all subjects quote, longest first."""
    for subject in SUBJECTS:
        importlib.import_module(f"tests.statistics.test_method_tables_{subject}")
    return sorted(set(QUOTED), key=len, reverse=True)


@pytest.fixture(scope="module")
def lines() -> list[tuple[str, str]]:
    """Pairs of a line of the document and what no quotation covers of it, each as long as the other."""
    text = document()
    given = [line for line in map(single_spaced, text[: text.index("## 14")].split("\n")) if line]
    rest = " ".join(given)
    for quotation in collect_quotations():
        if NUMBER.search(quotation):
            rest = rest.replace(quotation, "#" * len(quotation))
    starts = [0, *accumulate(len(line) + 1 for line in given)]
    return [(line, rest[start : start + len(line)]) for line, start in zip(given, starts, strict=False)]


def test_every_quotation_is_in_the_methods() -> None:
    """What tests quote is what the document says, to the letter."""
    plain = single_spaced(document())
    assert [quotation for quotation in collect_quotations() if quotation not in plain] == []


def test_every_table_is_quoted(lines: list[tuple[str, str]]) -> None:
    """No row of a table is left out, except of tables named with a reason; and no such name is out of date."""
    missing, named, header = [], set(), None
    for line, rest in lines:
        if not line.startswith("|"):
            header = None
        elif header is None:
            header = line
            named |= {name for name in NOT_RECOMPUTED if line.startswith(name)}
        elif NUMBER.search(rest) and not any(header.startswith(name) for name in NOT_RECOMPUTED):
            missing.append(rest)
    assert missing == []
    assert named == set(NOT_RECOMPUTED)


def test_every_computed_number_is_quoted(lines: list[tuple[str, str]]) -> None:
    """A number of five digits or more is a computed one: each stands in a quotation."""
    rest = NO_STATISTIC.sub("", "\n".join(rest for _, rest in lines))
    assert [token for token in NUMBER.findall(rest) if is_computed(token)] == []


def test_every_vector_is_quoted(lines: list[tuple[str, str]]) -> None:
    """From the word "Vector" to the end of its line every number, inputs included, stands in a quotation."""
    missing = []
    for line, rest in lines:
        if "Vector" in line and not line.startswith("#"):
            after = rest[line.index("Vector") :]
            if found := NUMBER.findall(NO_STATISTIC.sub("", after)):
                missing.append((found, after))
    assert missing == []
