"""Figures: what is drawn is what the block says, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from cxdash.faces.charts.bar_figures import bars
from cxdash.faces.charts.dot_figures import dots
from cxdash.faces.charts.labels import plain, time_ticks, value_ticks, wrap
from cxdash.faces.charts.plotly_figures import events_shown, spans_shown, trend
from cxdash.faces.charts.sparks import runs, spark, value_range
from cxdash.faces.charts.tokens import ThemeName, tokens
from cxdash.language import speaking
from tests.faces import specimen as sample

THEMES: tuple[ThemeName, ...] = ("light", "dark")


def spec(figure: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(figure.to_json())
    return found


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("compact", [False, True])
def test_every_figure_draws_in_every_state(theme: ThemeName, compact: bool) -> None:
    """Empty, thin, hidden and long: none breaks, none says hostile markup."""
    drawn = tokens(theme)
    empty = replace(sample.dots(), dots=()), replace(sample.bars(), bars=())
    figures = [
        trend(sample.trend(), drawn, compact=compact),
        trend(sample.trend(points=(), reference=(), events=()), drawn, compact=compact),
        trend(sample.trend(points=sample.series(1)), drawn, compact=compact),
        dots(sample.dots(), drawn, compact=compact),
        dots(empty[0], drawn, compact=compact),
        bars(sample.bars(), drawn, compact=compact),
        bars(empty[1], drawn, compact=compact),
    ]
    for figure in figures:
        assert "<script" not in figure.to_json().replace("\\u003c", "<")


def test_a_trend_never_draws_across_a_hole() -> None:
    """Hidden and missing weeks have no value, so the line and the band break there."""
    block = sample.trend()
    data = spec(trend(block, tokens()))["data"]
    line = next(trace for trace in data if trace.get("hovertext"))
    assert line["y"] == [point.value for point in block.points]
    assert line["y"][4] is None
    bands = [trace for trace in data if trace.get("fill") == "toself"]
    assert [len(band["x"]) // 2 for band in bands] == [len(stretch) for stretch in runs(block.points)]


def test_a_trend_shows_n_target_reference_and_events() -> None:
    """All that gives the line its meaning is there: bars of n, a level, a grey line and flags."""
    block = sample.trend()
    found = spec(trend(block, tokens()))
    counts = next(trace for trace in found["data"] if trace["type"] == "bar")
    assert counts["y"] == [point.n for point in block.points]
    levels = [shape for shape in found["layout"]["shapes"] if shape.get("y0") == shape.get("y1") == 40.0]
    assert len(levels) == 1
    texts = [note["text"] for note in found["layout"]["annotations"]]
    assert "Target 40" in texts
    assert "All channels" in texts
    assert {"⚑1", "⚑2"} <= set(texts)
    assert [label for _day, label in events_shown(block)] == ["New tariff", sample.HOSTILE]
    assert events_shown(sample.trend(points=())) == []


def test_a_trend_shades_its_spans() -> None:
    """A campaign is a stretch behind the line, cut to the time drawn and named by the letter of its legend."""
    block = sample.trend()
    found = spec(trend(block, tokens()))["layout"]
    (box,) = [shape for shape in found["shapes"] if shape["type"] == "rect"]
    first, last, label = block.spans[0]
    assert (box["x0"], box["x1"]) == (str(first), str(last + timedelta(days=1)))
    assert "A" in [note["text"] for note in found["annotations"]]
    start, end = block.points[0].start, block.points[-1].end
    long = replace(
        block, spans=((start - timedelta(90), end + timedelta(90), label), (end + timedelta(1),) * 2 + ("",))
    )
    assert spans_shown(long) == [(start, end, label)]
    assert spans_shown(sample.trend(points=())) == []


def test_the_index_of_a_mark_is_the_index_of_its_row() -> None:
    """A click is told by its index: hidden rows keep their place although they have no mark."""
    block = sample.dots()
    marks = spec(dots(block, tokens()))["data"][0]
    assert marks["y"] == list(range(len(block.dots)))
    assert marks["x"] == [dot.number.raw for dot in block.dots]
    assert len(set(zip(marks["marker"]["symbol"], marks["marker"]["color"], strict=True))) >= 4


def test_a_low_base_has_no_colour() -> None:
    """Too few answers: a hollow grey mark, whatever the value."""
    block = sample.dots()
    marks = spec(dots(block, tokens()))["data"][0]
    row = next(i for i, dot in enumerate(block.dots) if dot.number.state == "low_base")
    assert marks["marker"]["color"][row] == tokens().paper
    assert marks["marker"]["line"]["color"][row] == tokens().context


def test_bars_begin_at_zero() -> None:
    """The length of a bar is its share."""
    found = spec(bars(sample.bars(), tokens()))
    assert found["layout"]["yaxis"]["range"][0] == 0
    assert found["data"][0]["y"] == [bar.share for bar in sample.bars().bars]
    lying = replace(sample.bars(), bars=tuple(replace(bar, label=bar.label * 9) for bar in sample.bars().bars))
    assert spec(bars(lying, tokens()))["layout"]["xaxis"]["range"][0] == 0


def test_a_spark_is_a_picture_with_one_line_per_stretch() -> None:
    """Well-formed SVG; the line breaks where a value is not shown."""
    points = sample.series()
    root = ET.fromstring(spark(points, tokens(), target=40.0, reference=sample.series(holes=False)))
    paths = [element.get("d") or "" for element in root.iter("{http://www.w3.org/2000/svg}path")]
    assert sum(path.endswith("Z") for path in paths) == 2
    assert ET.fromstring(spark((), tokens())) is not None
    assert value_range(()) == (0.0, 1.0)


def test_one_thin_week_does_not_flatten_the_line() -> None:
    """The range of a picture ignores the interval of a rare low base, and keeps it when most are thin."""
    low, high = value_range(sample.series())
    assert high - low < 25
    thin = tuple(replace(point, state="low_base", low=-60.0, high=90.0) for point in sample.series(holes=False))
    assert value_range(thin)[0] < -60


def test_ticks_are_few_and_in_the_readers_language() -> None:
    """At most as many words as asked, the last point among them, months as CLDR writes them."""
    days, words = time_ticks(sample.series(26), most=6)
    assert len(days) <= 6
    assert days[-1] == sample.series(26)[-1].start
    assert words[0].startswith("Aug")
    with speaking("de"):
        assert "Aug" in time_ticks(sample.series(13))[1][0]
        assert time_ticks(sample.series(13))[1][0] != words[0]


def test_an_axis_of_times_is_said_in_words() -> None:
    """Seconds become minutes where they are many; shares keep their sign, other numbers stay as they are."""
    assert value_ticks(20, 190, "s") == {
        "tickvals": [60, 120, 180],
        "ticktext": ["1 min", "2 min", "3 min"],
    }
    assert value_ticks(0, 4 * 86_400, "s")["ticktext"][:2] == ["0 s", "1 day"]
    assert value_ticks(0, 1, "%") == {"nticks": 5, "ticksuffix": "%"}
    drawn = spec(trend(sample.trend(unit="s"), tokens()))["layout"]["yaxis"]
    assert [words.endswith(" s") for words in drawn["ticktext"]] == [True] * len(drawn["tickvals"])


def test_labels_fit_and_are_escaped() -> None:
    """Long names end in an ellipsis, names without a space too; only the three entities Plotly reads are used."""
    assert wrap("a" * 90, 20, 1) == "a" * 19 + "…"
    assert all(len(row) <= 22 for row in wrap(sample.LONG).split("<br>"))
    assert plain('<b>"x" & y') == '&lt;b&gt;"x" &amp; y'
