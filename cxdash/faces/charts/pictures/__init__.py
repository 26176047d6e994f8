"""Charts as pictures, for mail and documents, from the same blocks and tokens as the screen's figures.

No browser and no script engine takes part. Drawing SVG ourselves keeps every position ours: labels never collide, the
picture's size is known, the same block gives the same bytes, and a chart takes some tens of milliseconds. vl-convert
only turns the SVG into pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import assert_never

import vl_convert

from cxdash.faces.charts.pictures.bars import draw_bars
from cxdash.faces.charts.pictures.contributions import draw_contributions
from cxdash.faces.charts.pictures.dots import draw_dots
from cxdash.faces.charts.pictures.flow import draw_flow
from cxdash.faces.charts.pictures.heatmap import draw_heatmap
from cxdash.faces.charts.pictures.panels import draw_panels
from cxdash.faces.charts.pictures.trend import draw_trend
from cxdash.faces.charts.sparks import spark
from cxdash.faces.charts.tokens import ThemeName, mix, tokens
from cxdash.report.blocks import Bars, Chart, Contributions, Dots, Flow, Heatmap, Panels, Point, Trend

__all__ = ["WIDTH", "Chart", "chart_png", "chart_svg", "register_fonts", "spark_png"]

WIDTH = 552
"""Width of a picture in a mail of 600 px, in px."""


def chart_svg(block: Chart, *, width: float = WIDTH, theme: ThemeName = "light", titled: bool = True) -> str:
    """The chart as SVG; texts stay texts.

    Args:
        block: what to draw.
        width: of the whole picture, in px.
        theme: whose tokens are used; the background is the theme's paper, never transparent.
        titled: whether title and subtitle are drawn; a mail writes them as text above the picture.
    """
    colours = tokens(theme)
    match block:
        case Trend():
            plot = draw_trend(block, colours, width)
        case Dots():
            plot = draw_dots(block, colours, width)
        case Bars():
            plot = draw_bars(block, colours, width)
        case Panels():
            plot = draw_panels(block, colours, width)
        case Heatmap():
            plot = draw_heatmap(block, colours, width)
        case Flow():
            plot = draw_flow(block, colours, width)
        case Contributions():
            plot = draw_contributions(block, colours, width)
        case _:
            assert_never(block)
    words = {"title": block.title, "subtitle": block.subtitle, "summary": block.summary}
    return plot.print(width=width, tokens=colours, titled=titled, **words)


def chart_png(
    block: Chart, *, width: float = WIDTH, theme: ThemeName = "light", titled: bool = True, scale: float = 2.0
) -> bytes:
    """The chart as PNG, `scale` × `width` pixels across."""
    return _rasterise(chart_svg(block, width=width, theme=theme, titled=titled), scale)


def spark_png(points: Sequence[Point], *, width: int = 152, height: int = 36) -> bytes:
    """A tile's sparkline as PNG at twice its size, on transparent ground: its blue can be seen on light and on dark."""
    between = mix(tokens("light").accent, tokens("dark").accent, 0.5)
    return _rasterise(spark(points, tokens("light"), width=width, height=height, colour=between), 2.0)


def register_fonts(folder: Path) -> None:
    """Make the TrueType fonts of a folder known to all pictures of this process."""
    vl_convert.register_font_directory(str(folder))


def _rasterise(svg: str, scale: float) -> bytes:
    png: bytes = vl_convert.svg_to_png(svg, scale=scale)
    return png
