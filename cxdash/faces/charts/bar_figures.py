"""Distributions of answers for the screen: bars from zero, upright for the steps of a scale, lying for words."""

from __future__ import annotations

import plotly.graph_objects as go

from cxdash.faces.charts.labels import wrap
from cxdash.faces.charts.plotly_figures import ROW, axis, hover, layout
from cxdash.faces.charts.tokens import Tokens, mix
from cxdash.language import _
from cxdash.report.blocks import Bar, Bars


def _bar_colour(bar: Bar, tokens: Tokens) -> str:
    strong = {"good": tokens.good, "bad": tokens.bad, "neutral": tokens.context}[bar.tone]
    return mix(strong, tokens.paper, 0.82)


def bars(block: Bars, tokens: Tokens, *, compact: bool = False) -> go.Figure:
    """A distribution: bars from zero; upright while the labels are short, lying when they are not."""
    lying = max((len(bar.label) for bar in block.bars), default=0) > 4 or len(block.bars) > 12
    places = list(range(len(block.bars)))
    shares = [bar.share for bar in block.bars]
    labels = [wrap(bar.label, 14 if compact else 22) for bar in block.bars]
    trace = {
        "type": "bar",
        "orientation": "h" if lying else "v",
        "x": shares if lying else places,
        "y": places if lying else shares,
        "marker": {"color": [_bar_colour(bar, tokens) for bar in block.bars]},
        "text": [f"{share:.0f}" if compact and not lying else f"{share:.0f}%" for share in shares],
        "textposition": "outside",
        "textfont": {"color": tokens.ink},
        "cliponaxis": False,
        "hovertext": [
            hover(bar.label, bar.group, f"{bar.share:.1f}%", _("n = {n}").format(n=f"{bar.count:,}"))
            for bar in block.bars
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    category = axis(tokens, tickvals=places, ticktext=labels, tickfont={"color": tokens.ink, "size": tokens.size_note})
    amount = axis(tokens, range=[0, max([*shares, 1.0]) * 1.12], showticklabels=False)
    if lying:
        category["range"] = [len(places) - 0.5, -0.5]
    else:
        category |= {"showline": True, "linecolor": tokens.hairline}
    described = layout(
        tokens,
        ROW * max(len(places), 1) + 16 if lying else 264,
        bargap=0.28,
        xaxis=amount if lying else category,
        yaxis=category if lying else amount,
    )
    return go.Figure({"data": [trace], "layout": described})
