"""The look of our own blocks: the rules of `style.css` with the colours of the design tokens, for both themes.

Colours are written `light-dark(…, …)`: the browser picks by the theme the reader chose, without asking the server.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from cxdash.faces.charts.shades import shades
from cxdash.faces.charts.tokens import Tokens, tokens

_RULES = Path(__file__).with_name("style.css")

_COLOURS = (
    "paper",
    "panel",
    "ink",
    "muted",
    "hairline",
    "accent",
    "good",
    "bad",
    "good_band",
    "bad_band",
    "context",
    "faint",
    "target",
    "warning",
    "warning_band",
)


@lru_cache(maxsize=1)
def style_sheet() -> str:
    """The whole sheet, as the content of a `style` element."""
    light, dark = tokens("light"), tokens("dark")
    pairs = (
        f"--cx-{name.replace('_', '-')}:light-dark({getattr(light, name)},{getattr(dark, name)})" for name in _COLOURS
    )
    return f".stApp, .stSidebar {{{';'.join(pairs)}}}\n{_RULES.read_text(encoding='utf-8')}\n{_shades(light, dark)}"


def _shades(light: Tokens, dark: Tokens) -> str:
    """A class for every shade of a heatmap: `s1` … better, `b1` … worse."""
    rules = []
    for (step, ground, ink), (_step, dark_ground, dark_ink) in zip(shades(light), shades(dark), strict=True):
        name = f"s{step}" if step >= 0 else f"b{-step}"
        rules.append(
            f".cx-heat .{name}, .cx-legend .scale .{name} "
            f"{{background:light-dark({ground},{dark_ground});color:light-dark({ink},{dark_ink})}}"
        )
    return "\n".join(rules)
