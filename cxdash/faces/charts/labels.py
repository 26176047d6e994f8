"""Words on axes: few, short, in the reader's language, and never wider than a phone can show.

Plotly and Vega ship English month names only; ticks are therefore chosen and worded here, once for every face.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from datetime import date
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import get_decimal_symbol, get_group_symbol

from cxdash.language import language
from cxdash.report.blocks import Point
from cxdash.report.numerals import exact_duration

_LENGTHS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
"""Seconds that are a round length of time."""


def locale_of(code: str = "") -> Locale:
    """CLDR locale of a language code (default: the reader's); English where CLDR does not know it."""
    try:
        return Locale.parse((code or language()).replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def separators(code: str = "") -> str:
    """Decimal and thousands separators in the form Plotly takes them."""
    locale = locale_of(code)
    return get_decimal_symbol(locale) + get_group_symbol(locale)


def day_label(day: date, *, year: bool = False) -> str:
    """A day as short as it can be said: “3 Aug”, with the year when asked."""
    return format_skeleton("yMMMd" if year else "MMMd", day, locale=locale_of())


def _tick(point: Point, year: bool) -> str:
    days = (point.end - point.start).days + 1
    if days > 300:
        return format_date(point.start, "yyyy", locale=locale_of())
    if days > 80:
        return format_skeleton("yQQQ", point.start, locale=locale_of())
    if days > 26:
        return format_skeleton("yMMM" if year else "MMM", point.start, locale=locale_of())
    return day_label(point.start, year=year)


def time_ticks(points: Sequence[Point], most: int = 6) -> tuple[list[date], list[str]]:
    """Where to put words on a time axis, and the words: at most `most`, evenly spread, the year where it changes."""
    if not points:
        return [], []
    every = -(-len(points) // most)
    chosen = [p for i, p in enumerate(points) if (len(points) - 1 - i) % every == 0]
    words = []
    spoken: int | None = None
    for point in chosen:
        text = _tick(point, year=False)
        with_year = point.start.year != spoken and (spoken is not None or chosen[0].start.year != chosen[-1].start.year)
        words.append(f"{text}<br>{point.start.year}" if with_year and str(point.start.year) not in text else text)
        spoken = point.start.year
    return [p.start for p in chosen], words


def duration_step(rough: float) -> float:
    """The smallest round length of time of at least so many seconds; days are 1, 2 or 5 times a power of ten."""
    known = next((step for step in _LENGTHS if step >= rough * (1 - 1e-9)), None)
    if known is not None:
        return known
    days = 10.0 ** math.floor(math.log10(rough / 86_400))
    return next(86_400 * days * factor for factor in (1, 2, 5, 10) if 86_400 * days * factor >= rough * (1 - 1e-9))


def value_ticks(low: float, high: float, unit: str, most: int = 5) -> dict[str, Any]:
    """What Plotly is told of the numbers on a value axis: shares carry "%", lengths of time are said in words."""
    if unit != "s":
        return {"nticks": most, "ticksuffix": unit if unit == "%" else ""}
    step = duration_step((high - low) / most)
    places = [index * step for index in range(max(0, math.ceil(low / step)), math.floor(high / step) + 1)]
    return {"tickvals": places, "ticktext": [exact_duration(place) for place in places]}


def plain(text: str) -> str:
    """Text that Plotly shows as it is: Plotly reads a few HTML tags and knows no entity but these three."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def wrap(text: str, width: int = 22, lines: int = 2) -> str:
    """A label on at most `lines` lines, escaped for Plotly; what does not fit ends in “…”."""
    rows = textwrap.wrap(text, width, break_long_words=True) or [""]
    if len(rows) > lines:
        rows = [*rows[: lines - 1], rows[lines - 1][: width - 1].rstrip() + "…"]
    return "<br>".join(plain(row) for row in rows)
