"""The look of our own blocks: the rules of `style.css` with the colours of the design tokens, for both themes.

Colours are written `light-dark(…, …)`: the browser picks by the theme the reader chose, without asking the server.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from cxdash.faces.charts.tokens import tokens

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
    return f".stApp, .stSidebar {{{';'.join(pairs)}}}\n{_RULES.read_text(encoding='utf-8')}"
