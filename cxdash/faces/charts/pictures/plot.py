"""A drawn plot and the room its labels need around it; title and subtitle are set above it."""

from __future__ import annotations

from dataclasses import dataclass

from cxdash.faces.charts.pictures.sheet import TEXT, TITLE, Sheet
from cxdash.faces.charts.tokens import Tokens


@dataclass(frozen=True)
class Plot:
    """What a chart's drawing returns.

    Attributes:
        sheet: the marks, with the plot's top left at (0, 0).
        height: of the plot itself, in px.
        left, above, below: room for labels, in px.
    """

    sheet: Sheet
    height: float
    left: float
    above: float
    below: float

    def print(self, *, width: float, tokens: Tokens, title: str, subtitle: str, summary: str, titled: bool) -> str:
        """The picture as SVG. Title and summary are always part of it for readers that cannot see it."""
        head = self._write_heading(title, subtitle, width, tokens) if titled else 0.0
        top = head + self.above
        return self.sheet.draw(
            width=width,
            height=top + self.height + self.below,
            left=self.left,
            top=top,
            paper=tokens.paper,
            title=title,
            summary=summary,
        )

    def _write_heading(self, title: str, subtitle: str, width: float, tokens: Tokens) -> float:
        above = Sheet()
        tall = above.paragraph((0, 0), title, tokens.ink, width, size=TITLE, leading=24, bold=True)
        if subtitle:
            tall += above.paragraph((0, tall + 2), subtitle, tokens.muted, width, size=TEXT, leading=20) + 2
        tall += 12
        self.sheet.put(above, -self.left, -tall - self.above)
        return tall
