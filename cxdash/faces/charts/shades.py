"""The shades of a heatmap: which of the theme's diverging colours a cell has, and which ink can be read on it.

What is apart beyond noise takes the colour at full strength, everything else a pale wash of it, so that a map of chance
stays pale however far its cells lie apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cxdash.faces.charts.tokens import Tokens, mix
from cxdash.report.blocks import HeatCell

STEPS: Final = 5
"""Shades on each side of the middle."""

WASH: Final = 2
"""So many of them are the pale wash of cells that are not clear."""


def shade_step(cell: HeatCell) -> int | None:
    """The shade of a cell, −`STEPS` (worst) … `STEPS` (best), 0 as the reference; None for no shade at all."""
    if cell.level is None or cell.number.state != "shown":
        return None
    level = max(-1.0, min(1.0, cell.level))
    sign = -1 if level < 0 else 1
    if not cell.clear:
        return sign * round(abs(level) * WASH)
    return sign * (WASH + max(1, round(abs(level) * (STEPS - WASH))))


def ground(step: int, tokens: Tokens) -> str:
    """The colour behind a cell of this shade."""
    if step == 0:
        return mix(tokens.hairline, tokens.paper, 0.5)
    half = len(tokens.diverging) // 2
    side = tokens.diverging[half:] if step > 0 else tokens.diverging[half - 1 :: -1]
    size = abs(step)
    if size <= WASH:
        return mix(side[size - 1], tokens.paper, 0.55)
    return side[min(size - 1, len(side) - 1)]


def ink_on(colour: str, tokens: Tokens) -> str:
    """The theme's ink or its paper, whichever can be read better on a colour."""
    return max((tokens.ink, tokens.paper), key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours `#rrggbb`, 1 … 21. Source: WCAG 2.2, definition of contrast ratio."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance of a colour. Source: WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def shades(tokens: Tokens) -> Iterator[tuple[int, str, str]]:
    """Every step with its ground and the ink on it."""
    for step in range(-STEPS, STEPS + 1):
        colour = ground(step, tokens)
        yield step, colour, ink_on(colour, tokens)
