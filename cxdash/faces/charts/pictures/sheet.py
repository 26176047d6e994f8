"""The sheet a printed chart is drawn on: an SVG of fixed size, and type whose width is known before it is drawn.

The typeface comes with the rasteriser, so a server on which no font is installed draws the same picture. Its letter
widths are kept here because labels have to be fitted and kept apart without a browser to measure them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal

FONTS = "Vazirmatn, Liberation Sans, Arial, sans-serif"
"""Liberation Sans is bundled with the rasteriser; Vazirmatn is taken for Persian where it is registered."""

TITLE, TEXT, NOTE, TINY = 18, 14, 13, 12
"""Sizes of type, in px at the picture's own width."""

Place = tuple[float, float]
Anchor = Literal["start", "middle", "end"]

_WIDTHS = {
    letter: width
    for width, letters in {
        0.19: "'",
        0.22: "ijl",
        0.28: " !,./:;I[\\]ft·|",
        0.34: "()-`r“”{}",
        0.37: '*"',
        0.5: "Jcksvxyzç",
        0.58: "+<=>~−×",
        0.61: "FTZß",
        0.67: "&ABEKPSVXY",
        0.72: "CDHNRUw",
        0.78: "GOQ",
        0.84: "Mm",
        0.89: "%",
        0.94: "W",
        1.0: "—…@",
    }.items()
    for letter in letters
}
_RIGHT_TO_LEFT = re.compile("[\u0590-\u065f\u066a-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefe]")
"""Letters read from right to left; their digits are not."""
_UNPRINTABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def measure(text: str, size: float = NOTE, *, bold: bool = False) -> float:
    """Width of a text in px; letters not in the table count as a digit, which is wide for Persian."""
    return sum(_WIDTHS.get(letter, 0.56) for letter in text) * size * (1.07 if bold else 1.0)


def shorten(text: str, width: float, size: float = NOTE, *, bold: bool = False) -> str:
    """`text`, cut with an ellipsis when it is wider than `width` px."""
    if measure(text, size, bold=bold) <= width:
        return text
    kept = text
    while kept and measure(kept + "…", size, bold=bold) > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def wrap(text: str, width: float, size: float = NOTE, *, bold: bool = False, most: int = 9) -> list[str]:
    """`text` on at most `most` lines of `width` px, broken between words; what does not fit ends in an ellipsis."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most:
        line = words.pop(0)
        while words and measure(f"{line} {words[0]}", size, bold=bold) <= width:
            line = f"{line} {words.pop(0)}"
        if words and len(lines) == most - 1:
            line = " ".join([line, *words])
        lines.append(shorten(line, width, size, bold=bold))
    return lines


class Sheet:
    """Marks in the order they are drawn, later ones over earlier ones. Places are px from the top left of the plot."""

    def __init__(self) -> None:
        self._marks: list[str] = []

    def rule(self, start: Place, end: Place, colour: str, weight: float = 1, dash: str = "") -> None:
        """A straight line."""
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self._marks.append(
            f'<path d="{_path((start, end))}" stroke="{colour}" stroke-width="{weight:g}" fill="none"{dashes}/>'
        )

    def line(self, corners: Sequence[Place], colour: str, weight: float) -> None:
        """A line through all corners."""
        style = (
            f'stroke="{colour}" stroke-width="{weight:g}" fill="none" stroke-linejoin="round" stroke-linecap="round"'
        )
        self._marks.append(f'<path d="{_path(corners)}" {style}/>')

    def area(self, corners: Sequence[Place], colour: str) -> None:
        """A filled shape."""
        self._marks.append(f'<path d="{_path(corners)}Z" fill="{colour}"/>')

    def box(self, left: float, top: float, width: float, height: float, colour: str) -> None:
        """A filled rectangle."""
        place = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"'
        self._marks.append(f'<rect {place} fill="{colour}"/>')

    def dot(self, at: Place, radius: float, fill: str, stroke: str) -> None:
        """A point; a ring when it is filled with the colour of the paper."""
        place = f'cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius:g}"'
        self._marks.append(f'<circle {place} fill="{fill}" stroke="{stroke}" stroke-width="1.8"/>')

    def text(
        self, at: Place, words: str, colour: str, *, size: float = NOTE, anchor: Anchor = "start", bold: bool = False
    ) -> None:
        """One line of type; `at` is its vertical middle, at the start, middle or end of the words."""
        style = f'font-size="{size:g}" fill="{colour}"' + (' font-weight="bold"' if bold else "")
        place = f'x="{at[0]:.1f}" y="{at[1] + size * 0.35:.1f}" text-anchor="{anchor}"'
        self._marks.append(f"<text {place} {style}>{_print(_direct(words))}</text>")

    def paragraph(
        self, at: Place, words: str, colour: str, width: float, *, size: int, leading: float, bold: bool = False
    ) -> float:
        """Words on as many lines as they need; returns their height in px."""
        lines = wrap(words, width, size, bold=bold)
        for index, line in enumerate(lines):
            self.text((at[0], at[1] + leading * (index + 0.5)), line, colour, size=size, bold=bold)
        return leading * len(lines)

    def put(self, other: Sheet, left: float, top: float) -> None:
        """Everything drawn on another sheet, with its origin moved to this place."""
        self._marks.append(f'<g transform="translate({left:.1f} {top:.1f})">{"".join(other._marks)}</g>')

    def draw(
        self, *, width: float, height: float, left: float, top: float, paper: str, title: str, summary: str
    ) -> str:
        """The whole picture as SVG, with title and summary for those who cannot see it."""
        w, h = round(width), round(height)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" '
            f'font-family="{FONTS}" role="img"><title>{_print(title)}</title><desc>{_print(summary)}</desc>'
            f'<rect width="{w}" height="{h}" fill="{paper}"/>'
            f'<g transform="translate({left:.1f} {top:.1f})">{"".join(self._marks)}</g></svg>'
        )


def _path(corners: Iterable[Place]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)


def _print(words: str) -> str:
    # XML has no place for control characters and half surrogates, not even escaped
    return escape(_UNPRINTABLE.sub(" ", words), quote=False)


def _direct(words: str) -> str:
    """Words with marks for their reading direction, which the rasteriser does not work out for itself."""
    return f"\u2067{words}\u2069" if _RIGHT_TO_LEFT.search(words) else words
