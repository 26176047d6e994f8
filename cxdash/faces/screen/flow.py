"""A flow as HTML: two columns of places and, between them, every stream as a link cut to its shape.

Not a Plotly figure: Streamlit reports no click on a Sankey, nobody reaches its streams with the keyboard, and its
labels cannot be wrapped. Here a stream is an ordinary link, so that click, back, another tab and Tab all work.
"""

from __future__ import annotations

from cxdash.faces.charts.streams import Band, Layout, Place, lay_out, stream_ground
from cxdash.faces.charts.tokens import Tokens
from cxdash.faces.screen.elements import Html, tag
from cxdash.faces.screen.tables import Href, anchor
from cxdash.language import _, direction
from cxdash.report.blocks import Flow, Stream


def stream_name(stream: Stream) -> str:
    """Where a stream comes from and where it goes."""
    return _("{origin} to {target}").format(origin=stream.origin, target=stream.target)


def _band(band: Band, tokens: Tokens, href: Href, *, mirrored: bool) -> Html:
    stream = band.stream
    corners = ",".join(f"{100 * (1 - x if mirrored else x):.1f}% {y:.1f}px" for x, y in band.outline())
    style = f"clip-path:polygon({corners});background:{stream_ground(stream, tokens)}"
    detail = f"{stream_name(stream)}: {stream.text}"
    attributes = {"style": style, "title": detail, "class_": f"stream {stream.tone}"}
    if stream.link is None:
        return tag("span", aria_hidden="true", **attributes)
    return tag("a", aria_label=detail, href=href(stream.link), target="_self", data_cx_link=True, **attributes)


def _places(title: str, places: tuple[Place, ...], tall: float, colours: dict[str, str], side: str) -> Html:
    items = []
    for place in places:
        bar = f"top:{place.top:.1f}px;height:{max(place.tall, 1):.1f}px;background:{colours[place.name]}"
        name = tag("span", tag("span", place.name, title=place.name), style=f"top:{place.middle:.1f}px", class_="name")
        items.append(tag("li", tag("span", style=bar, class_="bar"), name))
    head = tag("p", title, class_="cx-note")
    return tag("div", head, tag("ul", *items, style=f"height:{tall:.0f}px"), class_=f"places {side}")


def flow(block: Flow, tokens: Tokens, href: Href) -> Html:
    """Places, streams, and below them the streams that are clearly worse, by name."""
    layout = lay_out(block)
    mirrored = direction() == "rtl"
    # thin streams are drawn last: a click on a crossing means the one that is hard to hit otherwise
    bands = sorted(layout.bands, key=lambda band: (band.stream.tone == "bad", -band.tall))
    streams = tag(
        "div",
        tag("p", Html("&nbsp;"), class_="cx-note", aria_hidden="true"),
        tag(
            "div",
            *(_band(band, tokens, href, mirrored=mirrored) for band in bands),
            style=f"height:{layout.tall:.0f}px",
            class_="area",
        ),
        class_="streams",
    )
    colours = _place_colours(layout, tokens)
    return tag(
        "div",
        _places(block.origin_title, layout.origins, layout.tall, colours[0], "from"),
        streams,
        _places(block.target_title, layout.targets, layout.tall, colours[1], "to"),
        class_="cx-flow",
        data_flow=block.key,
    )


def _place_colours(layout: Layout, tokens: Tokens) -> tuple[dict[str, str], dict[str, str]]:
    """The colour of each bar: that of the channel its streams carry, else grey."""
    codes = {band.stream.origin: band.stream.colour for band in layout.bands if band.stream.colour}
    leaving, arriving = (
        {p.name: tokens.colour(codes[p.name]) if p.name in codes else tokens.context for p in places}
        for places in (layout.origins, layout.targets)
    )
    return leaving, arriving


def flow_legend(block: Flow, href: Href) -> Html:
    """The streams in which clearly more goes wrong, by name."""
    bad = [s for s in block.streams if s.tone == "bad"]
    if not bad:
        return Html("")
    sign = tag("span", "■", class_="bad", aria_hidden="true")
    items = (tag("li", sign, " ", anchor(stream_name(s), s.link, href), f": {s.text}") for s in bad)
    return tag("ul", *items, class_="cx-note cx-legend", aria_label=_("Clearly worse than the others"))
