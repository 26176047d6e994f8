"""What the house tests look at: the files of this repository, and names as the compiler sees them.

`Source.names` resolves `dt.now` after `from datetime import datetime as dt` to `datetime.datetime.now`, so that a rule
about a function holds under whatever name a module imported it.
"""

from __future__ import annotations

import ast
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Source:
    """One Python file, parsed once."""

    path: str
    text: str = field(repr=False)

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text, self.path)

    @cached_property
    def _imported(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    names[alias.asname or top] = alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
        return names

    def qualified(self, node: ast.AST) -> str:
        """The dotted name an expression stands for, through the imports of this file; "" if it is no such name."""
        if isinstance(node, ast.Name):
            return self._imported.get(node.id, "")
        if isinstance(node, ast.Attribute):
            head = self.qualified(node.value)
            return f"{head}.{node.attr}" if head else ""
        return ""

    def names(self) -> Iterator[tuple[str, int]]:
        """Every imported name or attribute of one that is used or imported, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
            elif isinstance(node, ast.Name | ast.Attribute) and (name := self.qualified(node)):
                yield name, node.lineno


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def project() -> dict[str, Any]:
    """pyproject.toml, read."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="session")
def tracked() -> list[str]:
    """Every file Git keeps or would keep, relative to the root; in an unpacked archive, every file."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode == 0 and listed.stdout:
        return sorted(name for name in set(listed.stdout.split("\0")) if name and (ROOT / name).is_file())
    produced = {".venv", "var", "build", "dist", "__pycache__"}
    every = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in every if not produced & set(path.parts))


@pytest.fixture(scope="session")
def sources(tracked: list[str]) -> list[Source]:
    """The product's own Python: `cxdash`, `pages` and `app.py`."""
    ours = [
        name
        for name in tracked
        if name.endswith(".py") and (name == "app.py" or name.startswith(("cxdash/", "pages/")))
    ]
    assert len(ours) > 10, "the product's files were not found"
    return [Source(name, (ROOT / name).read_text("utf-8")) for name in ours]


@pytest.fixture(scope="session")
def parse() -> Callable[[str], Source]:
    """Make a `Source` of a snippet, to show that a rule catches what it is there for."""
    return lambda text: Source("snippet.py", text)
