"""Rules about the shape of modules: size, names, and a first paragraph that says why the module exists."""

from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath
from typing import Any

MOST_LINES = 300
EMPTY_WORDS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "managers", "stuff"}
EMPTY_CLASS = re.compile(r"^(Base[A-Z_]\w*|\w*(Manager|Helper|Utils?|Base))$")


def test_modules_are_short(sources: list[Any]) -> None:
    """No module is longer than 300 lines."""
    long = {source.path: n for source in sources if (n := len(source.text.splitlines())) > MOST_LINES}
    assert not long


def test_modules_say_why_they_exist(sources: list[Any]) -> None:
    """Every module of cxdash, and the launcher, opens with a docstring."""
    silent = [
        source.path for source in sources if not source.path.startswith("pages/") and not ast.get_docstring(source.tree)
    ]
    assert not silent


def test_no_module_is_named_after_nothing(tracked: list[str]) -> None:
    """No file or folder of code is called utils, helpers, common or the like."""
    code = [PurePosixPath(name) for name in tracked if name.endswith(".py")]
    assert not [str(path) for path in code if EMPTY_WORDS & {path.stem.strip("_"), *path.parent.parts}]


def test_no_class_is_named_after_nothing(sources: list[Any]) -> None:
    """No class is a Manager, Helper, Util or Base."""
    classes = [(s.path, node.name) for s in sources for node in ast.walk(s.tree) if isinstance(node, ast.ClassDef)]
    assert not [found for found in classes if EMPTY_CLASS.match(found[1])]


def test_functions_are_verbs_other_than_get(sources: list[Any]) -> None:
    """No function of a module is called get_something; methods may be, where a library asks for the name."""
    functions = [(s.path, node.name) for s in sources for node in s.tree.body if isinstance(node, ast.FunctionDef)]
    assert not [found for found in functions if found[1].startswith(("get_", "_get_"))]


def test_empty_names_are_recognised() -> None:
    """The pattern for empty class names catches them and leaves words like Database and Baseline alone."""
    assert all(EMPTY_CLASS.match(name) for name in ("PageManager", "BaseMetric", "ChartHelper", "DateUtils", "Base"))
    assert not any(EMPTY_CLASS.match(name) for name in ("Database", "Baseline", "Metric", "ManagerialAnswer"))
