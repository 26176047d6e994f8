"""Estimates with whiskers, one row each: the chart people click to go on from.

On a phone the label stands above its row, so that long names and wide intervals both keep the whole width.
"""

from __future__ import annotations

import plotly.graph_objects as go

from cxdash.faces.charts.labels import plain, value_ticks, wrap
from cxdash.faces.charts.plotly_figures import ROW, Spec, axis, hover, layout, note, rule
from cxdash.faces.charts.tokens import Tokens
from cxdash.report.blocks import Dot, Dots, Tone

MARKS: dict[Tone, str] = {"good": "diamond", "bad": "square", "neutral": "circle"}
"""Shape of an estimate: colour is never the only sign."""


def _colour(dot: Dot, tokens: Tokens) -> str:
    if dot.number.state != "shown":
        return tokens.context
    return {"good": tokens.good, "bad": tokens.bad, "neutral": tokens.accent}[dot.tone]


def _marks(block: Dots, tokens: Tokens) -> Spec:
    colours = [_colour(dot, tokens) for dot in block.dots]
    hollow = [dot.number.state == "low_base" for dot in block.dots]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [dot.number.raw for dot in block.dots],
        "y": list(range(len(block.dots))),
        "marker": {
            "symbol": [MARKS[dot.tone] for dot in block.dots],
            "size": 11,
            "color": [tokens.paper if empty else colour for empty, colour in zip(hollow, colours, strict=True)],
            "line": {"color": colours, "width": 1.75},
            "opacity": 1,
        },
        "cliponaxis": False,
        "hovertext": [hover(d.label, d.number.text, d.number.interval, d.number.n, d.number.note) for d in block.dots],
        "hovertemplate": "%{hovertext}<extra></extra>",
        # A click selects a row; neither the chosen nor the other rows change their looks.
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
    }


def _values(block: Dots, tokens: Tokens, *, compact: bool) -> list[Spec]:
    """Printed numbers at the end of each row; where there is none, the row says why."""
    notes = []
    for row, dot in enumerate(block.dots):
        if dot.number.raw is None:
            why = wrap(dot.number.note or dot.number.text, 44 if compact else 80, 1)
            notes.append(note(why, 0, row, tokens.muted, xref="paper", xanchor="left", bgcolor=tokens.paper))
            continue
        ink = tokens.ink if dot.number.state == "shown" else tokens.muted
        place = {"y": row - 0.33, "xshift": 0} if compact else {"y": row, "xshift": _room(block)}
        notes.append(note(plain(dot.number.text), 1, place.pop("y"), ink, xref="paper", xanchor="right", **place))
    return notes


def _room(block: Dots) -> int:
    """Width kept for the printed numbers, in px."""
    return 16 + 8 * max((len(dot.number.text) for dot in block.dots), default=2)


def dots(block: Dots, tokens: Tokens, *, compact: bool = False) -> go.Figure:
    """Rows in the order given.

    The one trace holds one marker per row (hidden rows too, without a mark), so that the index of a click is the index
    of the row.
    """
    rows = list(range(len(block.dots)))
    numbers = [dot.number for dot in block.dots]
    drawn = [v for n in numbers for v in (n.raw, n.low, n.high) if v is not None]
    drawn += [block.reference] if block.reference is not None else []
    low, high = (min(drawn), max(drawn)) if drawn else (0.0, 1.0)
    pad = (high - low) * 0.05 or 1.0
    shapes = [rule(tokens.hairline, y0=row + 0.5, y1=row + 0.5, layer="below") for row in rows[:-1]]
    shapes += [
        rule(
            _colour(dot, tokens),
            width=2,
            x0=dot.number.low,
            x1=dot.number.high,
            yref="y",
            y0=row,
            y1=row,
            layer="below",
        )
        for row, dot in enumerate(block.dots)
        if dot.number.low is not None and dot.number.high is not None
    ]
    notes = _values(block, tokens, compact=compact)
    if compact:
        notes += [
            note(wrap(dot.label, 34, 1), 0, row - 0.33, tokens.ink, xref="paper", xanchor="left")
            for row, dot in enumerate(block.dots)
        ]
    if block.reference is not None:
        late = block.reference > (low + high) / 2
        shapes.append(rule(tokens.benchmark, dash="dash", width=1.25, x0=block.reference, x1=block.reference))
        notes.append(
            note(
                plain(block.reference_label),
                block.reference,
                1,
                tokens.benchmark,
                yref="paper",
                yanchor="bottom",
                xanchor="right" if late else "left",
            )
        )
    described = layout(
        tokens,
        (52 if compact else ROW) * max(len(rows), 1) + 64,
        hovermode="closest",
        clickmode="event+select",
        shapes=shapes,
        annotations=notes,
        margin={"l": 0 if compact else 8, "r": 0 if compact else _room(block), "t": 28, "b": 8},
        xaxis=axis(tokens, range=[low - pad, high + pad], **value_ticks(low - pad, high + pad, block.unit)),
        yaxis=axis(
            tokens,
            range=[len(rows) - 0.5, -0.5],
            tickvals=rows,
            ticktext=[wrap(dot.label, 26) + "  " for dot in block.dots],
            tickfont={"color": tokens.ink, "size": tokens.size_note},
            showticklabels=not compact,
        ),
    )
    return go.Figure({"data": [_marks(block, tokens)], "layout": described})
