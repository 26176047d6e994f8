"""A simulation's result as a table that is kept in the documentation and compared with every later run.

Each study is seeded, so a run either prints the kept table again or something in the statistics changed. The kept
tables are `cxdash/statistics/COVERAGE.md`; `make simulate` writes them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isnan
from pathlib import Path

KEPT = Path(__file__).parents[2] / "cxdash" / "statistics" / "COVERAGE.md"

Cell = str | int | float


@dataclass(frozen=True)
class Table:
    """What one study found.

    Attributes:
        key: short name, unique among the studies.
        title: heading.
        about: what was simulated, what the columns are, how large the Monte Carlo error is, how to read it: one or
            more paragraphs of Markdown.
        columns: headings; the first ones name the setting.
        rows: one line for each setting. Floats are shares printed with three decimals (NaN as a dash); anything else
            is printed as it is, so format other numbers as text.
    """

    key: str
    title: str
    about: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def column(self, name: str) -> list[Cell]:
        """The cells under one heading."""
        place = self.columns.index(name)
        return [row[place] for row in self.rows]

    @property
    def markdown(self) -> str:
        """The table under its heading, between two marks that name it."""
        lines = ["| " + " | ".join(self.columns) + " |", "|" + "---|" * len(self.columns)]
        lines += ["| " + " | ".join(_text(cell) for cell in row) + " |" for row in self.rows]
        head = f"<!-- study {self.key} -->\n## {self.title}\n\n{self.about.strip()}\n\n"
        return head + "\n".join(lines) + f"\n<!-- end {self.key} -->\n"


def kept(key: str) -> str:
    """The study's section as it stands in the documentation, "" when it is not there."""
    found = re.search(rf"<!-- study {key} -->.*?<!-- end {key} -->\n", KEPT.read_text("utf-8"), re.DOTALL)
    return found.group(0) if found else ""


def read(key: str) -> Table:
    """The study's table as it stands in the documentation; its cells are text."""
    found = re.search(r"## (?P<title>.*?)\n\n(?P<about>.*?)\n\n(?P<lines>\|.*)\n<!--", kept(key), re.DOTALL)
    assert found, f"{key} is not in {KEPT.name}: run `make simulate`"
    head, _rule, *rows = (tuple(c.strip() for c in line[2:-1].split(" |")) for line in found["lines"].splitlines())
    return Table(key, found["title"], found["about"], head, tuple(rows))


def _text(cell: Cell) -> str:
    if not isinstance(cell, float):
        return str(cell)
    return "–" if isnan(cell) else f"{cell:.3f}"
