"""Small drawings of a series as SVG: sparklines in tiles and small multiples.

They are pictures, not charts: no script, no axis of their own, a few hundred bytes each, so that a page may carry
dozens of them. What they show is said in words beside them. Time runs from left to right in every language.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence

from cxdash.faces.charts.tokens import Tokens
from cxdash.report.blocks import Point

Range = tuple[float, float]


def value_range(*series: Sequence[Point], also: Sequence[float | None] = ()) -> Range:
    """Lowest and highest drawn value of all series and the extra values, never empty; (0, 1) when nothing is shown.

    The interval of a low base counts only by its value while most points are not thin: one thin week must not flatten
    the whole line.
    """
    points = [p for one in series for p in one if p.value is not None]
    thin = sum(p.state == "low_base" for p in points)
    whole = thin * 3 > len(points)
    seen = [
        v
        for p in points
        for v in ((p.value, p.low, p.high) if whole or p.state == "shown" else (p.value,))
        if v is not None
    ]
    seen += [v for v in also if v is not None]
    if not seen:
        return 0.0, 1.0
    low, high = min(seen), max(seen)
    pad = (high - low) * 0.06 or max(abs(high) * 0.05, 0.5)
    return low - pad, high + pad


def runs(points: Sequence[Point]) -> Iterator[list[tuple[int, Point]]]:
    """Stretches of neighbouring points that have a value: a line is never drawn across a hidden or missing one."""
    stretch: list[tuple[int, Point]] = []
    for index, point in enumerate(points):
        if point.value is None:
            if stretch:
                yield stretch
            stretch = []
        else:
            stretch.append((index, point))
    if stretch:
        yield stretch


def _path(corners: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)


def _dot(place: tuple[float, float], colour: str, size: float) -> str:
    # a line of no length with round ends stays round however the picture is stretched
    x, y = place
    return (
        f'<path d="M{x:.1f} {y:.1f}h.01" stroke="{colour}" stroke-width="{size}" stroke-linecap="round" '
        'vector-effect="non-scaling-stroke"/>'
    )


def spark(
    points: Sequence[Point],
    tokens: Tokens,
    *,
    width: int = 160,
    height: int = 40,
    colour: str = "",
    reference: Sequence[Point] = (),
    target: float | None = None,
    bounds: Range | None = None,
    weight: float = 1.6,
) -> str:
    """One series as an SVG picture: line, interval band, last point; optionally a grey second line and a target.

    Args:
        points: the series in order of time, evenly spaced.
        tokens: of the theme it is drawn for.
        width: in px.
        height: in px; pictures may be stretched sideways without the line getting thicker.
        colour: of the line; the accent when "".
        reference: a quiet second line on the same axes.
        target: a dashed level.
        bounds: range of values from bottom to top; from the data when None.
        weight: of the line, in px.
    """
    colour = colour or tokens.accent
    low, high = bounds or value_range(points, reference, also=(target,))
    inset = 4.0

    def place(index: int, value: float, count: int) -> tuple[float, float]:
        x = inset + (width - 2 * inset) * (index / (count - 1) if count > 1 else 0.5)
        return x, inset + (height - 2 * inset) * (1 - (value - low) / (high - low))

    parts = []
    if target is not None:
        y = place(0, target, 2)[1]
        parts.append(
            f'<path d="M0 {y:.1f}H{width}" stroke="{tokens.target}" stroke-dasharray="4 3" fill="none" '
            'vector-effect="non-scaling-stroke"/>'
        )
    for stretch in runs(points):
        tops = [place(i, p.high, len(points)) for i, p in stretch if p.high is not None]
        bottoms = [place(i, p.low, len(points)) for i, p in stretch if p.low is not None]
        if len(tops) > 1:
            parts.append(f'<path d="{_path([*tops, *reversed(bottoms)])}Z" fill="{colour}" fill-opacity="0.16"/>')
    for series, stroke, thick in ((reference, tokens.context, 1.0), (points, colour, weight)):
        for stretch in runs(series):
            corners = [place(i, p.value, len(series)) for i, p in stretch if p.value is not None]
            if len(corners) > 1:
                parts.append(
                    f'<path d="{_path(corners)}" stroke="{stroke}" stroke-width="{thick}" fill="none" '
                    'stroke-linejoin="round" stroke-linecap="round" vector-effect="non-scaling-stroke"/>'
                )
            elif series is points:
                parts.append(_dot(corners[0], stroke, 3.5))
    shown = [(i, p) for i, p in enumerate(points) if p.value is not None]
    if shown:
        index, last = shown[-1]
        x, y = place(index, last.value or 0.0, len(points))
        parts.append(_dot((x, y), colour, 6))
        if last.state == "low_base":
            parts.append(_dot((x, y), tokens.paper, 3.5))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'preserveAspectRatio="none">'
        f"{''.join(parts)}</svg>"
    )


def as_data_uri(svg: str) -> str:
    """The picture as an address that needs no request."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")
