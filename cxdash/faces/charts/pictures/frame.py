"""The rectangle a series is drawn in, and the marks a series is made of.

A trend has one frame, small multiples have one each on the same value axis. A line is broken where a value is hidden or
missing; a value on a low base is an open ring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cxdash.faces.charts.pictures.scale import Scale
from cxdash.faces.charts.pictures.sheet import Place, Sheet
from cxdash.faces.charts.sparks import runs
from cxdash.faces.charts.tokens import Tokens
from cxdash.report.blocks import Point


@dataclass(frozen=True)
class Frame:
    """Where a series of `count` equally wide buckets is drawn.

    Attributes:
        left, top, across, tall: the rectangle, in px from the top left of the plot.
    """

    sheet: Sheet
    tokens: Tokens
    scale: Scale
    count: int
    across: float
    tall: float
    left: float = 0
    top: float = 0

    @property
    def right(self) -> float:
        """Where the rectangle ends, in px."""
        return self.left + self.across

    @property
    def bottom(self) -> float:
        """Where the rectangle ends, in px from the top."""
        return self.top + self.tall

    def at(self, index: float) -> float:
        """Horizontal place of the middle of a bucket."""
        return self.left + self.across * (index + 0.5) / max(self.count, 1)

    def level(self, value: float) -> float:
        """Vertical place of a value."""
        return self.bottom - self.tall * self.scale.share(value)

    def draw_grid(self, *, labelled: bool = True, size: int = 13) -> None:
        """Hairlines at the ticks, their numbers to the left."""
        for tick in self.scale.ticks:
            y = self.level(tick)
            self.sheet.rule((self.left, y), (self.right, y), self.tokens.hairline)
            if labelled:
                self.sheet.text((self.left - 8, y), self.scale.words(tick), self.tokens.muted, size=size, anchor="end")

    def draw_level(self, value: float, colour: str) -> None:
        """A quiet dashed level: a target."""
        y = self.level(value)
        self.sheet.rule((self.left, y), (self.right, y), colour, 1.4, "5 4")

    def draw_band(self, points: Sequence[Point], colour: str) -> None:
        """The intervals; a value without neighbours gets a whisker, since a band needs two."""
        for stretch in runs(points):
            tops = [(self.at(i), self.level(p.high)) for i, p in stretch if p.high is not None]
            bottoms = [(self.at(i), self.level(p.low)) for i, p in stretch if p.low is not None]
            if len(tops) > 1:
                self.sheet.area([*tops, *reversed(bottoms)], colour)
            elif tops and bottoms:
                self.sheet.rule(tops[0], bottoms[0], colour, 6)

    def draw_line(self, points: Sequence[Point], colour: str, weight: float) -> None:
        """The values as a line."""
        for stretch in runs(points):
            if len(stretch) > 1:
                self.sheet.line(self._places(stretch), colour, weight)

    def draw_dots(self, points: Sequence[Point], colour: str, radius: float = 4) -> None:
        """What a line cannot say: the last value, values without neighbours, and low bases."""
        stretches = list(runs(points))
        for stretch in stretches:
            for at, (_index, point) in zip(self._places(stretch), stretch, strict=True):
                thin = point.state == "low_base"
                last = stretch is stretches[-1] and point is stretch[-1][1]
                if thin or last or len(stretch) == 1:
                    self.sheet.dot(at, radius, self.tokens.paper if thin else colour, colour)

    def _places(self, stretch: Sequence[tuple[int, Point]]) -> list[Place]:
        return [(self.at(i), self.level(p.value)) for i, p in stretch if p.value is not None]
