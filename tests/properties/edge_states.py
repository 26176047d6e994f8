"""State with inner axes made of plain columns: matrices, buckets of customers, weeks of days."""

from __future__ import annotations

import numpy as np

from tests.properties.edge_cases import Column, wide


def symmetric(*above: Column) -> Column:
    """A 3x3 matrix with a diagonal of ones from three columns above it."""
    a, b, c = above
    one = np.ones_like(a)
    return np.stack([wide(one, a, b), wide(a, one, c), wide(b, c, one)], axis=-2)


def listwise(*columns: Column) -> tuple[Column, Column, Column]:
    """Four buckets of n customers, two sums each, and products that fit them."""
    n, sums = wide(*columns[:4]), np.stack([wide(*columns[4:8]), wide(*columns[8:])], axis=-1)
    cross = sums[..., :, None] * sums[..., None, :] / np.where(n > 0, n, 1.0)[..., None, None]
    return n, sums, cross + n[..., None, None] * np.array([[2.0, 0.5], [0.5, 2.0]])


def first_bucket(*columns: Column) -> tuple[Column, Column, Column]:
    """The first of them alone."""
    n, sums, cross = listwise(*columns)
    return n[..., 0], sums[..., 0, :], cross[..., 0, :, :]


def pairwise(*columns: Column) -> tuple[Column, ...]:
    """The same as pairwise state."""
    n, sums, cross = listwise(*columns)
    both = n[..., None, None] * np.ones((2, 2))
    ours = sums[..., :, None] * np.ones((2, 2))
    squares = np.diagonal(cross, axis1=-2, axis2=-1)[..., :, None] * np.ones((2, 2))
    return both, ours, squares, cross


def weeks(*columns: Column) -> list[Column]:
    """Each column as ten weeks of days that differ a little."""
    return [np.asarray(c)[..., None] * (1 + 0.01 * (np.arange(70) * 7 % 11)) for c in columns]
