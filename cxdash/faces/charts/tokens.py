"""Design tokens: what a colour means, read from the one file in which it is written.

Streamlit takes its theme from `.streamlit/config.toml`; charts, mail and documents take the same values from here, so
that a colour is changed in one place and the same channel looks the same everywhere.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from cxdash.errors import SettingsError
from cxdash.schema.vocabularies import CHANNEL

ThemeName = Literal["light", "dark"]

THEME_FILE = Path(__file__).resolve().parents[3] / ".streamlit" / "config.toml"

FONT = '"Source Sans", "Source Sans 3", "Source Sans Pro", "Vazirmatn", "Segoe UI", system-ui, sans-serif'
"""What the theme's `sans-serif` stands for; the first is served by the app itself."""


@dataclass(frozen=True)
class Tokens:
    """The colours, type and rhythm of one theme. Colours are `#rrggbb`.

    Attributes:
        name: "light" or "dark".
        paper, panel, ink, muted, hairline: page, raised surface, text, secondary text, thin lines.
        accent: our own value and what can be clicked; reaches 4.5:1 on the paper.
        good, bad: significant, in the good / the bad direction; always beside a sign or a word, never colour alone.
        good_band, bad_band, band: pale surfaces behind text and lines; `band` is the interval of the accent.
        context: other series and low base. target, benchmark: quiet reference lines.
        warning, warning_band: notices.
        faint: bars of n under a trend.
        categorical: ten colours in fixed order, the last means "other".
        channel: channel code → colour, the same everywhere.
        sequential, diverging: little → much, bad → good.
        font: CSS font stack. size_display, size_section, size_text, size_note: the four sizes, in px.
        step: the rhythm; every gap is a multiple, in px.
    """

    name: ThemeName
    paper: str
    panel: str
    ink: str
    muted: str
    hairline: str
    accent: str
    good: str
    bad: str
    good_band: str
    bad_band: str
    band: str
    context: str
    target: str
    benchmark: str
    warning: str
    warning_band: str
    faint: str
    categorical: tuple[str, ...]
    channel: Mapping[str, str]
    sequential: tuple[str, ...]
    diverging: tuple[str, ...]
    font: str = FONT
    size_display: int = 32
    size_section: int = 20
    size_text: int = 16
    size_note: int = 14
    step: int = 8

    def colour(self, code: str) -> str:
        """Colour of a category by its code: a channel's own colour, and the accent for anything else."""
        return self.channel.get(code, self.accent)


def mix(over: str, under: str, share: float) -> str:
    """The opaque colour that `over` gives at opacity `share` on `under`; mail readers know no opacity."""
    parts = [round(int(over[i : i + 2], 16) * share + int(under[i : i + 2], 16) * (1 - share)) for i in range(1, 7, 2)]
    return "#" + "".join(f"{part:02x}" for part in parts)


def _read(path: Path, name: ThemeName) -> dict[str, Any]:
    try:
        theme: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))["theme"]
        return {**theme, **theme[name]}
    except (OSError, KeyError, tomllib.TOMLDecodeError) as bad:
        raise SettingsError(
            f"The {name} theme cannot be read.",
            known=f"Looked for [theme.{name}] in {path}.",
            action="Restore the file from the distribution.",
        ) from bad


@lru_cache(maxsize=4)
def tokens(name: ThemeName = "light", path: Path = THEME_FILE) -> Tokens:
    """The tokens of a theme; raises `SettingsError` when the theme file is missing or incomplete."""
    theme = _read(path, name)
    try:
        paper, accent, grey = theme["backgroundColor"], theme["blueColor"], theme["grayColor"]
        categorical = tuple(theme["chartCategoricalColors"])
        return Tokens(
            name=name,
            paper=paper,
            panel=theme["secondaryBackgroundColor"],
            ink=theme["textColor"],
            muted=theme["grayTextColor"],
            hairline=theme["borderColor"],
            accent=accent,
            good=theme["greenTextColor"],
            bad=theme["redTextColor"],
            good_band=theme["greenBackgroundColor"],
            bad_band=theme["redBackgroundColor"],
            band=mix(accent, paper, 0.18),
            context=grey,
            target=theme["violetTextColor"],
            benchmark=theme["violetColor"],
            warning=theme["orangeTextColor"],
            warning_band=theme["orangeBackgroundColor"],
            faint=mix(grey, paper, 0.28),
            categorical=categorical,
            channel=dict(zip(CHANNEL, categorical, strict=False)),
            sequential=tuple(theme["chartSequentialColors"]),
            diverging=tuple(theme["chartDivergingColors"]),
        )
    except KeyError as missing:
        raise SettingsError(
            f"The {name} theme has no value for {missing}.", known=f"Read {path}.", action="Add it to the file."
        ) from missing
