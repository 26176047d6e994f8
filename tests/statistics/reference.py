"""The index of the statistics package, made from its docstrings: `make reference` writes it, a test compares it."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import cxdash.statistics

KEPT = Path(cxdash.statistics.__file__).with_name("README.md")

GROUPS = {
    "How sure are we of a score?": ("intervals", "rating_means", "durations", "weighting", "buckets"),
    "Did it change, and is it different?": ("differences", "rates", "discoveries", "decomposition"),
    "Is today unusual?": ("daily_chart", "weekdays", "monitoring", "plausibility"),
    "Who leaves, and what is it worth?": (
        "survival", "survival_states", "survival_comparison", "logo_churn", "retention", "roi",
    ),
    "Are the channels alike, and do they hand over?": (
        "consistency", "channel_pairs", "handoff", "channel_index", "channel_gains",
    ),
    "What drives the score, and how do we stand?": (
        "drivers", "shapley", "driver_reading", "word_contrast", "benchmark", "composite",
    ),
    "May it be shown?": ("suppression",),
    "What the others stand on": ("arrays", "histograms", "distributions", "roots", "score_equation"),
}  # fmt: skip
"""Modules by the question a reader comes with."""

HEAD = """# The statistics of cxdash

Pure functions from arrays of counts and sums to estimates and their uncertainty. Each module opens with what it
answers, where the method comes from, and when not to use it; this index is made from those docstrings (`make
reference`). How often the intervals hold the truth is in [COVERAGE.md](COVERAGE.md).
"""


def modules() -> dict[str, ModuleType]:
    """Every module of the package by name."""
    names = sorted(found.name for found in iter_modules(cxdash.statistics.__path__))
    return {name: import_module(f"cxdash.statistics.{name}") for name in names}


def public_functions(module: ModuleType) -> dict[str, str]:
    """Functions others may call, in the order they are written, with the first sentence of their docstring."""
    found = [
        (inspect.getsourcelines(member)[1], name, member)
        for name, member in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and member.__module__ == module.__name__
    ]
    return {name: _first_sentence(member) for _, name, member in sorted(found)}


def _first_sentence(member: object) -> str:
    text = " ".join((inspect.getdoc(member) or "").split("\n\n")[0].split())
    return re.split(r"(?<=[.?]) (?=[A-Z])", text)[0]


def _sources(module: ModuleType) -> str:
    found = re.search(r"^Source: (.*?)(?:\n\n|\Z)", module.__doc__ or "", re.DOTALL | re.MULTILINE)
    return " ".join(found.group(1).split()) if found else ""


def index() -> str:
    """The whole index as Markdown."""
    parts = [HEAD]
    for question, names in GROUPS.items():
        parts.append(f"\n## {question}\n")
        for name in names:
            module = modules()[name]
            parts.append(f"\n### `{name}`\n\n{_first_sentence(module)}\n")
            parts += [f"\n- `{function}`: {sentence}" for function, sentence in public_functions(module).items()]
            parts.append(f"\n\n*Source:* {_sources(module)}\n" if _sources(module) else "\n")
    return "".join(parts)


if __name__ == "__main__":
    KEPT.write_text(index(), "utf-8")
