"""Figures for the screen: report blocks drawn by Plotly, with nothing on them that the block does not say.

Titles, captions and tables stay outside (a screen reader cannot read them inside a figure). Every text a figure shows
comes escaped from a block. Figures are plain values: same block and tokens, same figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from cxdash.faces.charts.labels import plain, separators, time_ticks, value_ticks
from cxdash.faces.charts.sparks import runs, value_range
from cxdash.faces.charts.tokens import Tokens
from cxdash.language import _
from cxdash.report.blocks import Point, Trend

CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showTips": False}
"""How figures behave in a browser: they answer to pointing and clicking, and have no toolbar."""

ROW = 34
"""Height of one row of a lying chart, in px."""

Spec = dict[str, Any]


def layout(tokens: Tokens, height: int, **more: Any) -> Spec:
    """What all figures have in common."""
    return {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": tokens.font, "size": tokens.size_note, "color": tokens.muted},
        "separators": separators(),
        "showlegend": False,
        "dragmode": False,
        "hoverlabel": {
            "bgcolor": tokens.panel,
            "bordercolor": tokens.hairline,
            "font": {"family": tokens.font, "size": tokens.size_note, "color": tokens.ink},
            "align": "left",
        },
        **more,
    }


def axis(tokens: Tokens, **more: Any) -> Spec:
    """An axis without lines of its own."""
    return {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"color": tokens.muted, "size": tokens.size_note},
        **more,
    }


def note(text: str, x: Any, y: Any, colour: str, **more: Any) -> Spec:
    """Words on a figure; `text` is escaped already."""
    return {"text": text, "x": x, "y": y, "showarrow": False, "font": {"color": colour}, **more}


def hover(*parts: str) -> str:
    """What pointing at a mark says, one part per line."""
    return "<br>".join(plain(part) for part in parts if part)


def rule(colour: str, *, dash: str = "solid", width: float = 1, **ends: Any) -> Spec:
    """A straight line; across the whole figure in the direction that is not given."""
    whole = {"xref": "paper", "x0": 0, "x1": 1} if "x0" not in ends else {"yref": "paper", "y0": 0, "y1": 1}
    return {"type": "line", "line": {"color": colour, "width": width, "dash": dash}, **whole, **ends}


def _bands(points: Sequence[Point], colour: str) -> list[Spec]:
    shapes = []
    for stretch in runs(points):
        held = [p for _index, p in stretch if p.low is not None and p.high is not None]
        if len(held) < 2:
            continue
        shapes.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [p.start for p in held] + [p.start for p in reversed(held)],
                "y": [p.high for p in held] + [p.low for p in reversed(held)],
                "fill": "toself",
                "fillcolor": colour,
                "opacity": 0.16,
                "line": {"width": 0},
                "hoverinfo": "skip",
            }
        )
    return shapes


def _line(points: Sequence[Point], tokens: Tokens, colour: str) -> Spec:
    alone = {index for stretch in runs(points) if len(stretch) == 1 for index, _point in stretch}
    last = max((i for i, p in enumerate(points) if p.value is not None), default=-1)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [p.start for p in points],
        "y": [p.value for p in points],
        "line": {"color": colour, "width": 2.25},
        "marker": {
            "size": [8 if i == last else 6 if p.state == "low_base" or i in alone else 3 for i, p in enumerate(points)],
            "color": [tokens.paper if p.state == "low_base" else colour for p in points],
            "line": {"color": colour, "width": [1.5 if p.state == "low_base" else 0 for p in points]},
        },
        "cliponaxis": False,
        "hovertext": [
            hover(p.label, p.text, _("n = {n}").format(n=f"{p.n:,}") if p.n is not None else "") for p in points
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _counts(points: Sequence[Point], tokens: Tokens) -> Spec:
    return {
        "type": "bar",
        "x": [p.start for p in points],
        "y": [p.n for p in points],
        "yaxis": "y2",
        # a first week cut short by the period must not make every bar as thin as its own distance
        "width": _step(points).total_seconds() * 1000 * 0.6,
        "marker": {"color": tokens.faint},
        "hoverinfo": "skip",
    }


def _step(points: Sequence[Point]) -> timedelta:
    """Usual distance between two points."""
    apart = sorted(later.start - earlier.start for earlier, later in pairwise(points))
    return apart[len(apart) // 2] if apart else timedelta(days=7)


def _reach(points: Sequence[Point]) -> list[datetime]:
    """Ends of the time axis: half a step of air on both sides."""
    first, last = (datetime.combine(p.start, time.min) for p in (points[0], points[-1]))
    return [first - _step(points) * 0.6, last + _step(points) * 0.6]


def events_shown(block: Trend) -> list[tuple[date, str]]:
    """Events inside the time drawn, in order; a flag carries its place in this list, the words stand below."""
    if not block.points:
        return []
    return [event for event in block.events if block.points[0].start <= event[0] <= block.points[-1].end]


def _events(block: Trend, tokens: Tokens) -> tuple[list[Spec], list[Spec]]:
    """Events as numbered flags on two alternating levels, so that neighbours do not cover each other."""
    lines, flags = [], []
    for index, (day, _label) in enumerate(events_shown(block)):
        top = 1 - 0.07 * (index % 2)
        lines.append(rule(tokens.context, dash="dot", x0=day, x1=day, y1=top))
        place = {"yref": "paper", "xanchor": "left", "yanchor": "top", "xshift": 2}
        flags.append(note(f"⚑{index + 1}", day, top, tokens.muted, **place))
    return lines, flags


def spans_shown(block: Trend) -> list[tuple[date, date, str]]:
    """Stretches that lie inside the time drawn, cut to it, in order; the words stand below."""
    if not block.points:
        return []
    first, last = block.points[0].start, block.points[-1].end
    inside = (span for span in block.spans if span[0] <= last and span[1] >= first)
    return [(max(start, first), min(end, last), label) for start, end, label in sorted(inside)]


def _spans(block: Trend, tokens: Tokens) -> tuple[list[Spec], list[Spec]]:
    """Shaded stretches behind the line, lettered like the list below: colour alone would not tell two apart."""
    shapes, letters = [], []
    for index, (start, end, _label) in enumerate(spans_shown(block)):
        box = {
            "type": "rect",
            "x0": start,
            "x1": end + timedelta(days=1),
            "yref": "y domain",
            "y0": 0,
            "y1": 1,
            "layer": "below",
        }
        shapes.append({**box, "fillcolor": tokens.faint, "opacity": 0.45, "line": {"width": 0}})
        place = {"yref": "y domain", "xanchor": "left", "yanchor": "bottom", "xshift": 2}
        letters.append(note(span_letter(index), start, 0, tokens.muted, **place))
    return shapes, letters


def span_letter(index: int) -> str:
    """How a shaded stretch is called on the figure and in the list below: A, B, … and A again after Z."""
    return chr(ord("A") + index % 26)


def _last(points: Sequence[Point]) -> Point | None:
    return next((p for p in reversed(points) if p.value is not None), None)


def _end_labels(block: Trend, tokens: Tokens, colour: str) -> list[Spec]:
    """The last value of the line and the name of the reference, one above and one below, by which is higher."""
    own, other = _last(block.points), _last(block.reference)
    above = own is None or other is None or (own.value or 0) >= (other.value or 0)
    labels = []
    for point, text, tint, up in (
        (other, plain(block.reference_label), tokens.muted, not above),
        (own, f"<b>{plain(own.text)}</b>" if own else "", colour, above),
    ):
        if point is not None and text:
            side = {"yanchor": "bottom", "yshift": 6} if up else {"yanchor": "top", "yshift": -6}
            labels.append(note(text, point.start, point.value, tint, xanchor="right", **side))
    return labels


def trend(block: Trend, tokens: Tokens, *, compact: bool = False) -> go.Figure:
    """A line over time with interval band; n as faint bars; target, reference and events as quiet lines."""
    points = block.points
    colour = tokens.colour(block.colour)
    days, words = time_ticks(points, most=4 if compact else 7)
    shaded, letters = _spans(block, tokens)
    rules, notes = _events(block, tokens)
    shapes = shaded + rules
    notes += letters
    low, high = value_range(points, block.reference, also=(block.target,))
    if block.target is not None:
        shapes.append(rule(tokens.target, dash="dash", width=1.25, y0=block.target, y1=block.target))
        text = plain(block.target_label)
        notes.append(note(text, 0, block.target, tokens.target, xref="paper", xanchor="left", yanchor="bottom"))
    traces = [*_bands(points, colour), _counts(points, tokens)]
    if block.reference:
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [p.start for p in block.reference],
                "y": [p.value for p in block.reference],
                "line": {"color": tokens.context, "width": 1.5},
                "hoverinfo": "skip",
            }
        )
    traces.append(_line(points, tokens, colour))
    most = max((p.n or 0 for p in points), default=0)
    days_axis = axis(
        tokens,
        tickvals=days,
        ticktext=words,
        showline=True,
        linecolor=tokens.hairline,
        anchor="y2",
        range=_reach(points) if points else None,
        showspikes=True,
        spikemode="across",
        spikethickness=1,
        spikedash="solid",
        spikecolor=tokens.hairline,
    )
    values = axis(
        tokens,
        domain=[0.2, 1],
        range=[low, high],
        showgrid=True,
        gridcolor=tokens.hairline,
        **value_ticks(low, high, block.unit),
    )
    counts = axis(tokens, domain=[0, 0.14], range=[0, (most or 1) * 1.02], showticklabels=False)
    described = layout(
        tokens,
        304 if compact else 336,
        hovermode="x",
        bargap=0.35,
        shapes=shapes,
        annotations=[*notes, *_end_labels(block, tokens, colour)],
        xaxis=days_axis,
        yaxis=values,
        yaxis2=counts,
    )
    return go.Figure({"data": traces, "layout": described})
