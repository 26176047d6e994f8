"""The design tokens: readable in both themes, and apart for people who see few colours.

Colour vision: Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
Distances: Euclidean in OKLab (Ottosson 2020).
Contrast: WCAG 2.2, 1.4.3 (text 4.5:1) and 1.4.11 (graphics 3:1).
"""

from __future__ import annotations

import itertools
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from streamlit import config

Array = NDArray[np.float64]

VISION = {
    "full": np.eye(3),
    "red-blind": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "green-blind": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "blue-blind": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
APART = 0.06
"""Smallest OKLab distance of two categorical colours. Okabe and Ito's eight reach 0.09, Tol's "muted" ten 0.05."""


def linear(colour: str) -> Array:
    """Linear RGB of a hex colour."""
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def oklab(colour: str, vision: str = "full") -> Array:
    """OKLab of a hex colour as seen with a kind of colour vision."""
    seen = np.clip(VISION[vision] @ linear(colour), 0, 1)
    return np.asarray(TO_LAB @ np.cbrt(TO_LMS @ seen))


def distance(one: str, other: str, vision: str) -> float:
    """How far apart two colours are for that vision."""
    return float(np.linalg.norm(oklab(one, vision) - oklab(other, vision)))


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio."""
    low, high = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.fixture(scope="module")
def settings(root: Path) -> dict[str, Any]:
    """The whole configuration of the server and its looks."""
    return tomllib.loads((root / ".streamlit/config.toml").read_text("utf-8"))


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest, settings: dict[str, Any]) -> dict[str, Any]:
    """One theme after the other."""
    tokens: dict[str, Any] = settings["theme"][request.param]
    return tokens


def keys(table: dict[str, Any], prefix: str = "") -> set[str]:
    """Dotted names of all values of a table."""
    nested = (
        keys(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}"}
        for name, value in table.items()
    )
    return set().union(*nested)


def test_streamlit_knows_every_key(settings: dict[str, Any]) -> None:
    """No setting is misspelt or gone: Streamlit would only warn, and look like itself."""
    assert not keys(settings) - set(config.get_config_options())


def test_both_themes_have_the_same_tokens(settings: dict[str, Any]) -> None:
    """A token that one theme has, the other has too."""
    assert keys(settings["theme"]["light"]) == keys(settings["theme"]["dark"])


def test_colours_are_plain_hex(theme: dict[str, Any]) -> None:
    """Every colour is #rrggbb, which charts, mail and documents can all read; palettes have ten of them."""
    palettes = {name: value for name, value in theme.items() if isinstance(value, list)}
    colours = [value for value in theme.values() if isinstance(value, str)] + [c for p in palettes.values() for c in p]
    assert not [colour for colour in colours if not re.fullmatch("#[0-9a-f]{6}", colour)]
    assert {name: len(set(palette)) for name, palette in palettes.items()} == {
        "chartCategoricalColors": 10,
        "chartSequentialColors": 10,
        "chartDivergingColors": 10,
    }


def test_text_can_be_read(theme: dict[str, Any]) -> None:
    """Words reach 4.5:1 on paper, panel and the background of their own colour; white words reach it on the accent."""
    for paper in (theme["backgroundColor"], theme["secondaryBackgroundColor"]):
        for token in (
            "textColor",
            "linkColor",
            "grayTextColor",
            "dataframeHeaderTextColor",
            "redTextColor",
            "greenTextColor",
        ):
            assert contrast(theme[token], paper) >= 4.5, token
    for colour in ("gray", "red", "green", "orange", "yellow", "blue", "violet"):
        assert contrast(theme[f"{colour}TextColor"], theme[f"{colour}BackgroundColor"]) >= 4.5, colour
    assert contrast("#ffffff", theme["primaryColor"]) >= 4.5


def test_graphics_can_be_seen(theme: dict[str, Any]) -> None:
    """Every categorical and every meaning colour reaches 3:1 on the paper."""
    meanings = [
        theme[f"{colour}Color"] for colour in ("gray", "red", "green", "orange", "yellow", "blue", "violet", "primary")
    ]
    faint = {c: contrast(c, theme["backgroundColor"]) for c in [*theme["chartCategoricalColors"], *meanings]}
    assert not {colour: ratio for colour, ratio in faint.items() if ratio < 3}


@pytest.mark.parametrize("vision", VISION)
def test_categories_stay_apart(theme: dict[str, Any], vision: str) -> None:
    """Any two of the ten categorical colours differ for every kind of colour vision; so do good and bad, clearly."""
    pairs = itertools.combinations(theme["chartCategoricalColors"], 2)
    assert min(distance(one, other, vision) for one, other in pairs) >= APART
    assert distance(theme["greenColor"], theme["redColor"], vision) >= 0.11


@pytest.mark.parametrize("vision", VISION)
def test_scales_are_ordered(theme: dict[str, Any], vision: str) -> None:
    """Sequential steps go one way in lightness; a diverging scale goes to its middle and back, with different ends."""
    light = [oklab(colour, vision)[0] for colour in theme["chartSequentialColors"]]
    steps = np.diff(light)
    assert (steps > 0).all() or (steps < 0).all()
    diverging = theme["chartDivergingColors"]
    left, right = (
        np.diff([oklab(c, vision)[0] for c in diverging[:5]]),
        np.diff([oklab(c, vision)[0] for c in diverging[5:]]),
    )
    assert ((left > 0).all() and (right < 0).all()) or ((left < 0).all() and (right > 0).all())
    assert distance(diverging[0], diverging[-1], vision) >= 0.1


def test_the_server_keeps_to_itself(settings: dict[str, Any]) -> None:
    """No statistics, no outside links, no tracebacks on pages, and only this machine may connect by default."""
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["client"]["showErrorDetails"] == "none"
    assert settings["client"]["showErrorLinks"] is False
    assert settings["server"]["address"] == "127.0.0.1"
    assert "://" not in str(settings)
