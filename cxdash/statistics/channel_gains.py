"""What would raise consistency most? What the level index would be if one channel were like the others.

Arithmetic on the unbiased form the index is made of: a level moved to the mean of the others takes its own noise with
it, so the noise that is subtracted changes as well. Not causal: nothing here says that a channel can be moved, or what
else would move with it. Not for channels of few customers; name those that are apart from the others beyond noise
(`discoveries`).

Source: ours, from the quadratic form of `consistency` (DerSimonian & Laird 1986); present it as such.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cxdash.statistics.arrays import Floats, Numbers, divide, floats, root, together
from cxdash.statistics.distributions import two_sided_normal


class LevelGaps(NamedTuple):
    """Each channel minus the mean of the others with its error and p, and L if it stood there; (cells, channels)."""

    gap: Floats
    se: Floats
    p: Floats
    moved: Floats


def level_gaps(y: Numbers, covariance: Numbers, weights: Numbers, *, reference_spread: Numbers) -> LevelGaps:
    """Each channel's level against the traffic-weighted mean of the others.

    Args:
        y: channel levels in points, shape (cells, channels); NaN leaves a channel out.
        covariance: their covariance, shape (cells, channels, channels); diagonal for independent scores.
        weights: traffic shares, any positive scale.
        reference_spread: the spread at which the index is 0, in the unit of y.

    Returns:
        LevelGaps; NaN for channels left out, and everywhere with fewer than two. The index with one channel moved may
        be below the present one: moving a channel can open gaps to others.
    """
    y, w = together(y, weights)
    v, reference = floats(covariance), floats(reference_spread)
    variances = np.diagonal(v, axis1=-2, axis2=-1)
    present = ~np.isnan(y) & (w > 0) & (variances >= 0)
    present = present & (present.sum(axis=-1, keepdims=True) >= 2)
    y, w = np.where(present, y, 0.0), np.where(present, w, 0.0)
    w = w / np.where(present.any(axis=-1, keepdims=True), w.sum(axis=-1, keepdims=True), 1.0)
    v = np.where(present[..., :, None] & present[..., None, :], v, 0.0)
    spread = w[..., :, None] * np.eye(w.shape[-1]) - w[..., :, None] * w[..., None, :]
    found = [_moved(y, v, w, spread, channel) for channel in range(y.shape[-1])]
    gap, variance, beyond = (np.where(present, np.stack(part, axis=-1), np.nan) for part in zip(*found, strict=True))
    moved = 100 * np.maximum(1 - divide(root(np.maximum(beyond, 0.0)), reference[..., None]), 0.0)
    se = root(variance)
    # a gap known without error is either there or not
    p = np.where(se == 0, np.where(gap == 0, 1.0, 0.0), two_sided_normal(divide(gap, se)))
    return LevelGaps(gap, se, np.where(np.isnan(gap), np.nan, p), np.where(np.isnan(gap), np.nan, moved))


def _moved(y: Floats, v: Floats, w: Floats, spread: Floats, channel: int) -> tuple[Floats, Floats, Floats]:
    """Gap of one channel, its variance, and the squared spread beyond noise with the channel at the others' mean."""
    others = w.copy()
    others[..., channel] = 0.0
    total = others.sum(axis=-1, keepdims=True)
    others = others / np.where(total > 0, total, 1.0)
    contrast = -others
    contrast[..., channel] = 1.0
    gap = np.sum(contrast * y, axis=-1)
    variance = np.einsum("...i,...ij,...j->...", contrast, v, contrast)
    move = np.broadcast_to(np.eye(y.shape[-1]), v.shape).copy()
    move[..., channel, :] = others
    level = np.einsum("...ij,...j->...i", move, y)
    between = np.einsum("...i,...ij,...j->...", level, spread, level)
    noise = np.trace(spread @ move @ v @ np.swapaxes(move, -1, -2), axis1=-2, axis2=-1)
    return gap, variance, between - noise
