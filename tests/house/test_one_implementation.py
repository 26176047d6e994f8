"""Every statistic is computed once, in cxdash/statistics; and what is there is used, or says what will use it.

A second implementation starts small: a 1.96 here, a square root there. So outside the package (and the demo, which
invents data) there is no quantile, no square root, no mean or spread, and no library that has them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import pytest

HOME = "cxdash/statistics/"
EXEMPT = (HOME, "cxdash/demo/")

LIBRARIES = ("scipy", "statistics", "statsmodels", "lifelines", "numpy.linalg", "numpy.random", "numpy.polynomial")
FUNCTIONS = {
    *(f"numpy.{name}" for name in (
        "average", "corrcoef", "cov", "cumprod", "exp", "expm1", "hypot", "log", "log1p", "log2", "mean", "median",
        "nanmean", "nanmedian", "nanpercentile", "nanprod", "nanquantile", "nanstd", "nanvar", "percentile", "power",
        "prod", "ptp", "quantile", "sqrt", "square", "std", "var", "histogram", "interp", "polyfit",
    )),
    *(f"math.{name}" for name in (
        "cbrt", "comb", "dist", "erf", "erfc", "exp", "exp2", "expm1", "gamma", "hypot", "lgamma", "log", "log1p",
        "log2", "perm", "pow", "prod", "sqrt",
    )),
    *(f"polars.{name}" for name in ("corr", "cov", "mean", "median", "quantile", "std", "var", "rolling_corr")),
}  # fmt: skip
METHODS = {"corr", "cov", "ewm_mean", "kurtosis", "mean", "median", "quantile", "skew", "std", "var"}
"""On frames, series, expressions and arrays: nothing of ours is called so."""

CONSTANTS = {
    "z of 80, 90, 95, 98 and 99 %": (1.2816, 1.6449, 1.95996, 2.3263, 2.5758),
    "median absolute deviation": (1.4826, 0.6745),
    "mean moving range": (1.128, 3.267, 2.66),
    "limits of an EWMA": (2.86,),
    "Goodman's multiplier": (2.447747,),
    "Student's t of 31 degrees": (2.039513,),
    "days of a month": (30.4375,),
}

WAITING = {
    "Benchmarks: rank among competitors, percentile, pace, the narrowest a published interval can be": (
        "benchmark.min_variance_interval",
        "benchmark.percentile",
        "benchmark.percentile_from_quartiles",
        "benchmark.distinct_waves",
        "benchmark.rank_interval",
        "benchmark.relative_velocity",
        "benchmark.trend_known_variance",
        "benchmark.velocity",
    ),
    "Channels: spreads that people know from elsewhere, to show beside ours": (
        "handoff.*",
        "consistency.heterogeneity",
        "consistency.raw_spread",
        "consistency.typical_difference",
    ),
    "Overview: alarms of the day, how firm the health score is and what moved it": (
        "monitoring.xmr",
        "monitoring.laney_nps",
        "monitoring.laney_proportions",
        "weekdays.*",
        "composite.bucketed_composite",
        "composite.geometric_score",
        "composite.sign_flips",
        "composite.weakest_component",
        "composite.weight_range",
        "decomposition.attribute_factors",
    ),
    "Drivers: weights of several cells at once; matrices that cannot be": (
        "drivers.repaired",
        "driver_reading.bucketed_pairwise_weights",
    ),
    "Retention: survival, cohorts, churn by score, revenue with customer buckets": (
        "survival.*",
        "survival_comparison.*",
        "survival_states.*",
        "logo_churn.*",
        "rates.*",
        "retention.bucketed_ratio",
        "retention.bucketed_ratio_change",
        "retention.concentrated",
        "retention.largest_share",
        "retention.merge_largest",
    ),
    "Value: revenue at risk, scenarios, the ledger of initiatives": ("roi.*", "buckets.difference_in_differences"),
    "Voice: selective response, weights, the same customers twice": ("weighting.*",),
    "Teams: means of scores, and differences of groups that are no periods": (
        "differences.nps_difference",
        "differences.proportion_difference",
        "differences.normal_difference",
        "histograms.*",
        "rating_means.*",
    ),
    "Definitions: the score as other tools compute it, and how many answers an interval would need": (
        "intervals.answers_needed",
        "intervals.nps_adjusted_wald",
        "distributions.simultaneous_z",
    ),
    "Reliability by kind of number, with the first metric of each kind that is shown": ("suppression.*",),
    "Dependent scans: the correction that holds whatever the dependence": ("discoveries.benjamini_yekutieli",),
}
"""What will use the functions that no product code calls yet: pages by name. "module.*" is all that it does not use."""


def second_implementations(source: Any) -> list[str]:
    """Where a file computes a statistic of its own, as "path:line what"."""
    found = {(line, name) for name, line in source.names() if _is_statistic(name)}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            found |= {(node.lineno, alias.name) for alias in node.names if _is_statistic(alias.name)}
        elif isinstance(node, ast.Constant) and type(node.value) is float and (name := _constant(node.value)):
            found.add((node.lineno, f"{node.value} ({name})"))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            found.add((node.lineno, f".{node.func.attr}()"))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and _half(node.right):
            found.add((node.lineno, "** 0.5"))
    return [f"{source.path}:{line} {what}" for line, what in sorted(found)]


def _is_statistic(name: str) -> bool:
    return name in FUNCTIONS or any(name == library or name.startswith(f"{library}.") for library in LIBRARIES)


def _constant(value: float) -> str:
    """What a number is, when it is one of the constants cut or rounded to at least three digits."""
    digits = repr(value).partition(".")[2]
    for name, known in CONSTANTS.items():
        for constant in known:
            places = min(len(digits), len(repr(constant).partition(".")[2]))
            if len(digits) >= 2 and abs(value - constant) <= 0.51 * 10.0**-places and abs(value - constant) < 0.004:
                return name
    return ""


def _half(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 0.5


def public_functions(sources: list[Any]) -> dict[str, Any]:
    """Qualified name → syntax tree of every public function of the package."""
    return {
        f"{_module(source.path)}.{node.name}": node
        for source in sources if source.path.startswith(HOME)
        for node in source.tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }  # fmt: skip


def _module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def used_outside(sources: list[Any]) -> set[str]:
    """Names of the package that product code imports or reaches through an imported module."""
    others = [source for source in sources if not source.path.startswith(HOME)]
    return {name for source in others for name, _line in source.names() if name.startswith("cxdash.statistics.")}


def reached(sources: list[Any], start: set[str]) -> set[str]:
    """What those functions use in their turn, inside the package."""
    uses: dict[str, set[str]] = {}
    for source in sources:
        if not source.path.startswith(HOME):
            continue
        module = _module(source.path)
        own = {node.name for node in source.tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        for node in source.tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                uses[f"{module}.{node.name}"] = {
                    f"{module}.{part.id}" if part.id in own else source.qualified(part)
                    for part in ast.walk(node) if isinstance(part, ast.Name)
                }  # fmt: skip
    found, new = set(start), set(start)
    while new:
        new = {name for one in new for name in uses.get(one, ())} - found
        found |= new
    return found


def test_no_statistic_is_computed_outside_the_package(sources: list[Any]) -> None:
    """No quantile, root, mean, spread or library of statistics in any other module."""
    others = [source for source in sources if not source.path.startswith(EXEMPT)]
    assert not [place for source in others for place in second_implementations(source)]


def test_every_public_statistic_is_used_or_says_what_will_use_it(sources: list[Any]) -> None:
    """Dead code is visible: what nobody calls is listed with its reason, and leaves the list when it is called."""
    functions = {name.removeprefix("cxdash.statistics.") for name in public_functions(sources)}
    live = {name.removeprefix("cxdash.statistics.") for name in reached(sources, used_outside(sources))}
    listed = [name for names in WAITING.values() for name in names]
    assert len(listed) == len(set(listed))
    waiting: set[str] = set()
    for name in listed:
        module = name.removesuffix(".*")
        meant = {one for one in functions if one == name or (name != module and one.startswith(f"{module}."))} - live
        assert meant, f"{name} is used by now, or gone: take it off the list"
        waiting |= meant
    later = {
        name.removeprefix("cxdash.statistics.")
        for name in reached(sources, {f"cxdash.statistics.{name}" for name in waiting})
    }
    assert sorted(functions - live - later) == []


def test_every_name_taken_from_the_package_exists(sources: list[Any]) -> None:
    """The rule above would be blind to a function that is imported under a name of another module."""
    modules = {_module(source.path) for source in sources if source.path.startswith(HOME)}
    taken = {name.rpartition(".")[0] for name in used_outside(sources)}
    assert {name for name in taken if name.count(".") == 2} <= modules


@pytest.mark.parametrize(
    "snippet",
    [
        "z = 1.96",
        "z = 1.959963984540054",
        "spread = 1.4826 * mad",
        "month = 30.4375",
        "import numpy as np\nnp.sqrt(2)",
        "from numpy import var as v\nv(x)",
        "import math\nmath.sqrt(2)",
        "from math import erf",
        "from statistics import median",
        "import statistics",
        "import scipy.stats as st",
        "from scipy import special",
        "import numpy as np\nnp.linalg.solve(a, b)",
        "frame['a'].std()",
        "import polars as pl\npl.col('a').quantile(0.5)",
        "def f(x): return x ** 0.5",
    ],
)
def test_a_second_implementation_is_seen(parse: Callable[[str], Any], snippet: str) -> None:
    """The rule sees constants, functions, methods and libraries, under any name."""
    assert second_implementations(parse(snippet))


@pytest.mark.parametrize(
    "snippet",
    [
        "x = 0.05",
        "x = 1.2\ny = 2.0\nw = 2.6",
        "import numpy as np\nnp.where(a, b, c).sum()",
        "import math\nmath.isfinite(1.0)",
        "x = 12 ** 2",
        "from cxdash.statistics.intervals import wilson\nwilson(1, 2)",
    ],
)
def test_ordinary_arithmetic_is_none(parse: Callable[[str], Any], snippet: str) -> None:
    """Sums, choices and round numbers are allowed."""
    assert not second_implementations(parse(snippet))
