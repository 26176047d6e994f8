"""Importance the slow and textbook way: questionnaires as a matrix, regressions on orthogonal counterparts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import polars as pl

from cxdash.selection import Selection
from tests.answers import brute_force


def matrix(scores: Iterable[tuple[str, int]], ratings: Iterable[tuple[str, str, int]]) -> tuple[list[str], np.ndarray]:
    """Names of the touchpoints, and a row per scored questionnaire with ratings: score, then ratings or NaN."""
    by_form: dict[str, dict[str, int]] = {}
    for form, touchpoint, rating in ratings:
        by_form.setdefault(form, {})[touchpoint] = rating
    names = sorted({name for given in by_form.values() for name in given})
    rows = [[score, *(by_form[f].get(name, np.nan) for name in names)] for f, score in scores if f in by_form]
    return names, np.array(rows, dtype=float)


def demo_matrix(folder: Path, selection: Selection) -> tuple[list[str], np.ndarray]:
    """The same of the demo company's raw tables within a selection."""
    responses = brute_force.scores(folder).filter(pl.col("survey") == "nps")
    chosen = brute_force.selected(responses, selection.period.start, selection.period.end, dict(selection.filters))
    ratings = brute_force.read(folder, "touchpoint_ratings").filter(pl.col("rating").is_not_null())
    return matrix(
        chosen.select("response_id", "score").iter_rows(),
        ratings.select("response_id", "touchpoint", "rating").iter_rows(),
    )


def weights(data: np.ndarray) -> np.ndarray:
    """Johnson's relative weights from pairwise correlations; column 0 is the outcome."""
    size = data.shape[1]
    r = np.eye(size)
    for i in range(size):
        for j in range(size):
            both = ~np.isnan(data[:, i]) & ~np.isnan(data[:, j])
            r[i, j] = np.corrcoef(data[both, i], data[both, j])[0, 1]
    values, vectors = np.linalg.eigh(r[1:, 1:])
    root = vectors @ np.diag(np.sqrt(values)) @ vectors.T
    return (root**2) @ (np.linalg.inv(root) @ r[1:, 0]) ** 2
