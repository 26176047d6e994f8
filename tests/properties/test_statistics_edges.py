"""Nothing infinite, no warning and no unexplained NaN leaves the statistics, whatever small, empty or huge goes in.

Every public function of every module of the statistics is tried; one without a case fails the first test.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import cxdash.statistics
from cxdash.statistics import (
    benchmark,
    composite,
    consistency,
    driver_reading,
    drivers,
    retention,
    roi,
    survival,
    survival_comparison,
    weighting,
)
from tests.properties import edge_cases_channels, edge_cases_drivers, edge_cases_money  # noqa: F401  (add their cases)
from tests.properties.edge_cases import CASES, Case

HOSTILE = np.array([0.0, 1.0, 7.0, 0.3, -1.0, 1e12, 1e18, np.nan])
"""Nobody, one, few, an effective count, the impossible, counts whose squares leave 64 bits, and the unknown."""

NO_CELLS = {
    "distributions.simultaneous_z",
    "roi.one_notch_moves",
    "roi.single_moves",
    "roi.nps_gain",
}
"""Constants, whatever the cells."""

COPIES = (1.0, 0.37, 1e6, 1e12)
"""An ordinary state as it is, as effective counts, and taken so many times."""


def public_functions() -> set[str]:
    """Every function defined in a module of the statistics under a public name, as "module.function"."""
    found = set()
    for module in pkgutil.iter_modules(cxdash.statistics.__path__):
        loaded = importlib.import_module(f"cxdash.statistics.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            if function.__module__ == loaded.__name__ and not name.startswith("_"):
                found.add(f"{module.name}.{name}")
    return found


def fields(value: Any, name: str = "") -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """Every array in a nested answer, with the name of the field it stands in."""
    if hasattr(value, "__dataclass_fields__"):
        for inner in value.__dataclass_fields__:
            yield from fields(getattr(value, inner), inner)
    elif isinstance(value, tuple | list):
        names = getattr(value, "_fields", [name] * len(value))
        for inner, part in zip(names, value, strict=True):
            yield from fields(part, inner)
    else:
        yield name, np.asarray(value)


def ask(case: Case, *columns: np.ndarray[Any, Any]) -> list[tuple[str, np.ndarray[Any, Any]]]:
    """The numbers a case answers, with every floating-point fault and every warning an error."""
    with np.errstate(divide="raise", over="raise", invalid="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        return [(name, v.astype(float)) for name, v in fields(case.call(*columns)) if v.dtype.kind in "fciuO"]


def test_every_public_function_has_a_case() -> None:
    """A new function of the statistics is tried at its edges or fails here."""
    assert public_functions() == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_nothing_infinite(name: str) -> None:
    """Thousands of cells of hostile numbers, mixed and all equal: a value or NaN, quietly."""
    case = CASES[name]
    if len(HOSTILE) ** case.width <= case.sample:
        cells = np.stack(np.meshgrid(*[HOSTILE] * case.width), axis=-1).reshape(-1, case.width)
    else:
        cells = np.random.default_rng(3).choice(HOSTILE, (case.sample, case.width))
        cells = np.concatenate([cells, np.repeat(HOSTILE[:, None], case.width, axis=1)])
    infinite = [field for field, values in ask(case, *cells.T) if np.isinf(values).any()]
    assert infinite == []


@pytest.mark.parametrize("name", CASES)
def test_an_ordinary_state_has_every_answer(name: str) -> None:
    """Also with effective counts, and with the same state taken a million million times: NaN is not a refuge."""
    case = CASES[name]
    scale = np.ones((len(COPIES), case.width))
    for column in range(case.width):
        if column not in (case.fixed or ()):
            scale[:, column] = COPIES
    found = ask(case, *(np.array(case.ordinary) * scale).T)
    assert [field for field, values in found if np.isnan(values).any() and field not in case.gaps] == []


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.empty is not None])
def test_an_empty_state_has_no_answer(name: str) -> None:
    """Nobody, nothing, unknown: NaN in every field that is a number, never a made-up zero."""
    case = CASES[name]
    found = ask(case, *np.array([case.empty] * 2, dtype=float).T)
    assert [field for field, values in found if not np.isnan(values).all() and field not in case.counted] == []


@pytest.mark.parametrize("name", CASES)
def test_a_cell_has_the_same_answer_alone(name: str) -> None:
    """The first cell asked alone gives what it gives among others: no cell leaks into the next."""
    case = CASES[name]
    cells = np.array(case.ordinary) * np.array([[1.0], [1.01], [0.9]])
    together = ask(case, *cells.T)
    for row in range(3):
        alone = ask(case, *cells[row])
        for (field, many), (_, one) in zip(together, alone, strict=True):
            if many.ndim and many.shape[0] == 3:
                assert many[row] == pytest.approx(one, rel=1e-12, abs=1e-12, nan_ok=True), field


COUNTS_ONLY = [
    name for name, case in CASES.items() if not case.fixed and all(float(value).is_integer() for value in case.ordinary)
]


@pytest.mark.parametrize("name", COUNTS_ONLY)
def test_integers_wider_than_64_bits(name: str) -> None:
    """Python's integers, as a database returns its widest sums, give what the same numbers give as floats."""
    case = CASES[name]
    scaled = [int(value) * 10**21 for value in case.ordinary]
    exact = ask(case, *(np.array([value, value], dtype=object) for value in scaled))
    rounded = ask(case, *(np.array([value, value], dtype=float) for value in scaled))
    for (field, one), (_, other) in zip(exact, rounded, strict=True):
        assert one == pytest.approx(other, rel=1e-6, abs=1e-9, nan_ok=True), field


@pytest.mark.parametrize("name", CASES)
def test_no_cells_at_all(name: str) -> None:
    """A question about no cells (a filter that leaves none) is answered with nothing, not with an error."""
    case = CASES[name]
    for field, values in ask(case, *np.zeros((case.width, 0))):
        assert values.size == 0 or name in NO_CELLS, field


NO_AXIS: dict[str, Callable[[], Any]] = {
    "lmg": lambda: drivers.lmg(np.zeros((2, 0, 0)), np.zeros((2, 0))),
    "relative_weights": lambda: drivers.relative_weights(np.zeros((2, 0, 0)), np.zeros((2, 0))),
    "repaired": lambda: drivers.repaired(np.zeros((2, 0, 0))),
    "smallest_eigenvalue": lambda: drivers.smallest_eigenvalue(np.zeros((2, 0, 0))),
    "slopes": lambda: driver_reading.slopes(np.zeros((2, 0, 0)), np.zeros((2, 0)), 9),
    "weight_range": lambda: composite.weight_range(np.zeros((2, 0)), np.zeros(0)),
    "weakest_component": lambda: composite.weakest_component(np.zeros((2, 0))),
    "geometric_score": lambda: composite.geometric_score(np.zeros((2, 0)), np.zeros(0)),
    "level_spread": lambda: consistency.level_spread(*np.zeros((3, 2, 0)), reference_spread=30.0),
    "raw_spread": lambda: consistency.raw_spread(*np.zeros((2, 2, 0))),
    "standardise_levels": lambda: consistency.standardise_levels(*np.zeros((2, 2, 3, 0)), np.zeros(0)),
    "heterogeneity": lambda: consistency.heterogeneity(*np.zeros((2, 2, 0))),
    "product_limit": lambda: survival.product_limit(*np.zeros((2, 2, 0))),
    "median_survival": lambda: survival.median_survival(survival.kaplan_meier(*np.zeros((3, 2, 0)))),
    "restricted_mean": lambda: survival.restricted_mean(survival.kaplan_meier(*np.zeros((3, 2, 0))), 0),
    "hazard_ratios": lambda: survival_comparison.hazard_ratios(*np.zeros((2, 2, 0, 3)), [[0], [1], [0]]),
    "percentile": lambda: benchmark.percentile(np.zeros(2), np.zeros((2, 0))),
    "trend_known_variance": lambda: benchmark.trend_known_variance(*np.zeros((3, 2, 0))),
    "post_stratified_nps": lambda: weighting.post_stratified_nps(np.zeros((2, 0, 3)), np.zeros(0)),
    "standardised_rate": lambda: roi.standardised_rate(*np.zeros((2, 2, 0)), np.zeros(0)),
    "no shares": lambda: weighting.post_stratified_nps(np.full((2, 4, 3), 9.0), np.zeros(4)),
    "no shares of a rate": lambda: roi.standardised_rate(*np.full((2, 2, 4), 9.0), np.zeros(4)),
    "no shares of levels": lambda: consistency.standardise_levels(*np.full((2, 2, 3, 4), 9.0), np.zeros(4)),
    "bucketed_ratio": lambda: retention.bucketed_ratio(*np.zeros((2, 2, 0))),
}


@pytest.mark.parametrize("name", NO_AXIS)
def test_an_axis_of_nothing_has_no_answer(name: str) -> None:
    """No day, no driver, no channel, no stratum: NaN for each cell, neither an error nor a made-up zero."""
    for field, values in ask(Case(NO_AXIS[name], ())):
        assert np.isnan(values).all(), field
