"""Printed charts: every chart in every state, the same bytes each time, labels that stay on the sheet and apart."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cxdash.faces.charts.pictures import chart_png, chart_svg, spark_png
from cxdash.faces.charts.pictures.scale import fit_scale, spread
from cxdash.faces.charts.pictures.sheet import measure, shorten, wrap
from cxdash.faces.charts.tokens import ThemeName, tokens
from cxdash.report.blocks import Bar, Chart, Dot, Number, Panels
from tests.faces import sample_maps
from tests.faces.specimen import HOSTILE, bars, dots, panels, series, trend

SVG = "{http://www.w3.org/2000/svg}"
CHARTS: dict[str, Chart] = {
    "trend": trend(),
    "dots": dots(),
    "bars": bars(),
    "panels": panels(),
    "empty trend": trend(points=(), reference=(), events=()),
    "one value": trend(points=series(1), reference=(), target=None),
    "empty dots": replace(dots(), dots=()),
    "only hidden": replace(dots(), dots=dots().dots[-2:]),
    "empty bars": replace(bars(), bars=()),
    "zero bars": replace(bars(), bars=(Bar("0", 0.0, 0),)),
    "long bars": replace(bars(), bars=tuple(Bar(HOSTILE * 2, 50.0, 5) for _ in range(3))),
    "no panels": replace(panels(), panels=()),
    "heatmap": sample_maps.heatmap(),
    "week": sample_maps.week(),
    "empty heatmap": replace(sample_maps.heatmap(), cells=(), rows=()),
    "flow": sample_maps.flow(),
    "empty flow": replace(sample_maps.flow(), streams=()),
    "contributions": sample_maps.contributions(),
    "no parts": replace(sample_maps.contributions(), parts=()),
    "two panels": Panels("p", "T", "s", "%", panels().panels[:2], "", panels().data),
}


def size(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_chart_is_drawn_in_every_state(name: str, theme: ThemeName) -> None:
    """A valid picture of the size asked for, on the theme's own opaque paper, with title and summary in words."""
    block = CHARTS[name]
    svg = chart_svg(block, theme=theme)
    root = ET.fromstring(svg)
    assert root.find(f"{SVG}title").text == block.title  # type: ignore[union-attr]
    assert (root.find(f"{SVG}desc").text or "") == block.summary  # type: ignore[union-attr]
    assert root.find(f"{SVG}rect").get("fill") == tokens(theme).paper  # type: ignore[union-attr]
    png = chart_png(block, theme=theme)
    width, height = size(png)
    assert (width, height) == (1104, 2 * int(root.get("height", "0")))
    assert png == chart_png(block, theme=theme)
    assert "nan" not in svg.lower().replace(block.title.lower(), "")


@pytest.mark.parametrize("name", CHARTS)
def test_words_stay_on_the_sheet(name: str) -> None:
    """No label leaves the picture at either side, whatever it is called."""
    for width in (460, 552):
        root = ET.fromstring(chart_svg(CHARTS[name], width=width, titled=False))
        group = root.find(f"{SVG}g")
        assert group is not None
        left = float(re.findall(r"[-\d.]+", group.get("transform", ""))[0])
        for text in root.iter(f"{SVG}text"):
            wide = measure(text.text or "", float(text.get("font-size", "0")), bold="font-weight" in text.attrib)
            start = {"start": 0.0, "middle": -wide / 2, "end": -wide}[text.get("text-anchor", "start")]
            at = left + float(text.get("x", "0")) + start
            assert at >= -3, text.text
            assert at + wide <= width + 3, text.text


def test_a_line_is_not_drawn_over_what_is_hidden() -> None:
    """The specimen has a hidden and a missing week: the line has two parts, and so has its band."""
    svg = chart_svg(trend(reference=(), events=(), target=None))
    colour = tokens().accent
    assert len(re.findall(rf'<path d="M[^"]+" stroke="{colour}" stroke-width="2.4"', svg)) == 2
    assert len(re.findall(rf'<path d="M[^"]+Z" fill="{tokens().band}"', svg)) == 2


def test_a_low_base_is_an_open_ring_without_colour() -> None:
    """Filled with paper, drawn in grey; its interval stands beside it and a key below says what the ring means."""
    root = ET.fromstring(chart_svg(dots()))
    theme = tokens()
    rings = [c for c in root.iter(f"{SVG}circle") if c.get("fill") == theme.paper]
    assert [ring.get("stroke") for ring in rings] == [theme.context, theme.context]
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert "−14 to 38" in words
    assert "low base" in words


def test_what_is_hidden_has_no_mark() -> None:
    """A hidden number leaves no dot and no whisker, even if its value were there."""
    secret = Dot("Secret", Number("–", raw=44.0, low=41.0, high=47.0, state="hidden", note="hidden"))
    with_secret = ET.fromstring(chart_svg(replace(dots(), dots=(*dots().dots, secret))))
    without = ET.fromstring(chart_svg(dots()))
    assert len(list(with_secret.iter(f"{SVG}circle"))) == len(list(without.iter(f"{SVG}circle")))


def test_bars_begin_at_zero() -> None:
    """Heights are proportional to shares, and the axis says 0%."""
    root = ET.fromstring(chart_svg(bars(), titled=False))
    heights = [float(rect.get("height", "0")) for rect in root.iter(f"{SVG}rect")][1:]
    shares = [bar.share for bar in bars().bars]
    for height, share in zip(heights, shares, strict=True):
        assert height / heights[-1] == pytest.approx(share / shares[-1], abs=0.01)
    assert "0%" in [text.text for text in root.iter(f"{SVG}text")]


def test_hostile_words_are_words() -> None:
    """Text from a customer's system makes no element, and characters XML cannot hold do not break the picture."""
    root = ET.fromstring(chart_svg(dots()))
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg",
        "title",
        "desc",
        "rect",
        "g",
        "path",
        "circle",
        "text",
    }
    broken = chart_svg(trend(title="a\x00b\x0bc\ud800d]]>&"))
    assert ET.fromstring(broken).find(f"{SVG}title").text == "a b c d]]>&"  # type: ignore[union-attr]


def test_a_chart_takes_less_than_a_third_of_a_second() -> None:
    """Of processor time, so that a busy machine does not matter; after a first one, the best of three."""
    for block in (trend(), dots(), bars(), panels()):
        chart_png(block)
        times = []
        for _ in range(3):
            start = time.process_time()
            chart_png(block)
            times.append(time.process_time() - start)
        assert min(times) < 0.3


def test_sparklines_are_pictures_of_their_own() -> None:
    """Twice the size they are shown at."""
    assert size(spark_png(series(), width=152, height=36)) == (304, 72)


HIDE_FONTS = """
for folder in /usr/share/fonts /usr/local/share/fonts; do [ -d $folder ] && mount -t tmpfs none $folder; done
test -z "$(ls /usr/share/fonts)" && exec "$@"
"""


def test_a_machine_without_fonts_draws_the_same_words(tmp_path: Path) -> None:
    """The typeface comes with the rasteriser: with the system's fonts out of sight every word is still there."""
    script = (
        "import sys; from tests.faces.specimen import trend; from cxdash.faces.charts.pictures import chart_png;"
        "open(sys.argv[1], 'wb').write(chart_png(trend()))"
    )
    draw = [sys.executable, "-c", script]
    hidden = ["unshare", "--mount", "--map-root-user", "sh", "-c", HIDE_FONTS, "sh", *draw, str(tmp_path / "bare.png")]
    bare = subprocess.run(
        hidden, capture_output=True, text=True, env={**os.environ, "HOME": str(tmp_path)}, check=False
    )
    if bare.returncode and ("unshare" in bare.stderr or "mount" in bare.stderr):
        pytest.skip(f"cannot hide the system's fonts here: {bare.stderr.strip()}")
    assert bare.returncode == 0, bare.stderr
    (tmp_path / "full.png").write_bytes(chart_png(trend()))
    pictures = [np.asarray(Image.open(tmp_path / name).convert("L")) for name in ("bare.png", "full.png")]
    assert pictures[0].shape == pictures[1].shape
    dark = [float((picture < 200).mean()) for picture in pictures]
    assert dark[0] == pytest.approx(dark[1], rel=0.02), "words are missing where no font is installed"


@given(st.lists(st.floats(-1e6, 1e6), max_size=20), st.booleans(), st.integers(2, 6))
def test_a_scale_holds_what_is_drawn(values: list[float], zero: bool, intervals: int) -> None:
    """Every value lies on the axis, ticks are evenly spaced round steps, and there are few of them."""
    scale = fit_scale(values, zero=zero, intervals=intervals)
    hair = 1e-6 * (scale.high - scale.low)  # of the axis: nothing anybody could see
    assert all(scale.low - hair <= value <= scale.high + hair for value in values)
    assert not zero or scale.low <= 0 <= scale.high
    assert 2 <= len(scale.ticks) <= intervals + 3
    steps = [b - a for a, b in pairwise(scale.ticks)]
    assert max(steps) == pytest.approx(min(steps), rel=1e-6)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=100))
def test_shares_stay_between_nothing_and_everything(values: list[float]) -> None:
    """An axis of shares never shows −10% or 120%."""
    scale = fit_scale(values, unit="%")
    assert scale.low >= 0
    assert scale.high <= 100
    assert all(scale.low <= value <= scale.high for value in values)


@given(st.lists(st.floats(-40, 400) | st.sampled_from([100.0, 104.0]), min_size=1, max_size=20))
def test_a_percentage_may_lie_beyond_the_whole(values: list[float]) -> None:
    """Revenue kept and more is above 100%: it lies on the axis, however few values there are, and none is cut off."""
    scale = fit_scale(values, unit="%")
    hair = 1e-6 * (scale.high - scale.low)
    assert all(scale.low - hair <= value <= scale.high + hair for value in values)
    assert len(scale.ticks) >= 2
    assert all(0 <= scale.share(value) <= 1 for value in values)


@given(st.lists(st.floats(0, 3e6), min_size=1, max_size=20), st.integers(2, 6))
def test_lengths_of_time_have_round_steps(values: list[float], intervals: int) -> None:
    """Seconds, minutes, hours or days that a clock face has; nothing below zero, no label twice."""
    scale = fit_scale(values, unit="s", intervals=intervals)
    assert 0 <= scale.low <= min(values)
    assert max(values) <= scale.high
    assert 2 <= len(scale.ticks) <= intervals + 3
    words = [scale.words(tick) for tick in scale.ticks]
    assert len(set(words)) == len(words)
    steps = {round(b - a, 6) for a, b in pairwise(scale.ticks)}
    assert len(steps) == 1
    assert min(steps) in {1, 2, 5, 10, 15, 20, 30} or min(steps) % 60 == 0


@given(st.lists(st.floats(0, 200), min_size=1, max_size=6))
def test_labels_do_not_collide(wanted: list[float]) -> None:
    """Labels keep their distance and their order, and stay on the plot."""
    placed = spread(wanted, 18, 4, 196)
    ordered = sorted(placed)
    assert all(b - a >= 18 - 1e-6 for a, b in pairwise(ordered))
    assert ordered[0] >= 4 - 1e-6
    assert ordered[-1] <= 196 + 1e-6
    for (a, at), (b, other) in pairwise(sorted(zip(wanted, placed, strict=True))):
        assert a == b or at < other


@given(st.text(max_size=80), st.floats(20, 400))
def test_fitted_words_fit(text: str, width: float) -> None:
    """Shortened and wrapped words are never wider than their place."""
    assert measure(shorten(text, width)) <= width
    assert all(measure(line) <= width for line in wrap(text, width, most=2))
    assert len(wrap(text, width, most=2)) <= 2
