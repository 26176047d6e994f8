"""Blocks as HTML: the words of a report. Pure functions; nothing here knows a browser session."""

from __future__ import annotations

from typing import Final

from cxdash.faces.charts.dot_figures import MARKS
from cxdash.faces.charts.labels import day_label
from cxdash.faces.charts.plotly_figures import events_shown, span_letter, spans_shown
from cxdash.faces.charts.sparks import as_data_uri, spark, value_range
from cxdash.faces.charts.tokens import Tokens
from cxdash.faces.screen.doors import printed
from cxdash.faces.screen.elements import Html, joined, tag
from cxdash.faces.screen.tables import Href, anchor, table_html
from cxdash.language import _, direction, language
from cxdash.report.blocks import (
    Brief,
    Change,
    Definition,
    Dots,
    Footer,
    Headline,
    Link,
    Notice,
    Panels,
    Section,
    Table,
    Tile,
    Tiles,
    Tone,
    Trend,
    Word,
)

ARROWS: Final[dict[Word, str]] = {"up": "▲", "down": "▼", "no clear change": "≈", "too few answers": "○"}
SIGNS: Final = {"info": "i", "warning": "!", "critical": "✕"}
_SHAPES: Final = {"circle": "●", "diamond": "◆", "square": "■"}
_NOTHING: Final = tag("span")
"""Keeps a place in a grid."""


def wrapped(*body: str) -> Html:
    """One block, in the reader's language and writing direction."""
    return tag("div", *body, class_="cx", dir=direction(), lang=language())


def _note(text: str, *more: str) -> Html:
    return tag("p", text, class_=" ".join(("cx-note", *more))) if text else Html("")


def _sign(glyph: str, css: str | None = None) -> Html:
    return tag("span", glyph, class_=css, aria_hidden="true")


def headline(block: Headline) -> Html:
    """The sentence that answers the page's question."""
    return tag("header", tag("h1", block.text), tag("p", block.detail) if block.detail else "", class_="cx-headline")


def brief(block: Brief) -> Html:
    """A few sentences in order of weight."""
    return tag("section", tag("h2", block.title), *(tag("p", text) for text in block.sentences), class_="cx-brief")


def section(block: Section) -> Html:
    """A heading inside the page."""
    return tag("div", tag("h2", block.title), tag("p", block.text) if block.text else "", class_="cx-section")


def notice(block: Notice) -> Html:
    """Something the reader must know; its weight is said by sign, colour, word and role."""
    level = {"info": _("Note"), "warning": _("Take care"), "critical": _("Important")}[block.level]
    text = tag("p", tag("span", f"{level}: ", class_="cx-sr"), tag("strong", block.text))
    return tag(
        "div",
        _sign(SIGNS[block.level], "sign"),
        tag("div", text, tag("p", block.detail) if block.detail else ""),
        class_=f"cx-notice {block.level}",
        role="alert" if block.level == "critical" else "status",
    )


def _change(change: Change | None, label: str, href: Href) -> Html:
    if change is None:
        return _NOTHING
    why = _("Why {metric} moved").format(metric=label)
    text = anchor(change.text, change.link, href, aria_label=f"{change.text}. {why}", title=why)
    return tag("p", _sign(ARROWS[change.word]), " ", text, class_=f"change {change.tone}", data_word=change.word)


def _tile(tile: Tile, tokens: Tokens, href: Href) -> Html:
    number = tile.number
    definition = Link("definitions", (("metric", tile.key),))
    exact = " · ".join(text for text in (number.interval, number.n) if text)
    notes = (exact, number.note, tile.target, tile.period, tile.as_of)
    picture = door = _NOTHING
    if tile.spark:
        picture = tag("img", class_="spark", alt="", src=as_data_uri(spark(tile.spark, tokens)))
    if tile.link is not None and tile.link.page != definition.page:
        label = _("Look into it: {metric}").format(metric=tile.label)
        door = tag("p", anchor(_("Look into it"), tile.link, href, aria_label=label), class_="door")
    return tag(
        "li",
        tag("h2", anchor(tile.label, definition, href, title=_("How it is defined"))),
        tag("p", printed(number, href), class_=f"value cx-number {number.state}"),
        _change(tile.change, tile.label, href),
        picture,
        tag("div", *(_note(note, "cx-number") for note in notes)),
        door,
        class_="cx-tile",
        data_metric=tile.key,
        data_state=number.state,
    )


def tiles(block: Tiles, tokens: Tokens, href: Href) -> Html:
    """Metrics at a glance."""
    return tag("ul", *(_tile(tile, tokens, href) for tile in block.tiles), class_="cx-tiles")


def chart_head(title: str, subtitle: str, level: int) -> Html:
    """What a chart found, and what it plots. `level`: of its heading on this page, for those who hear it."""
    return tag("div", tag("h3", title, aria_level=str(level)), _note(subtitle), class_="cx-chart")


def dots_legend(block: Dots) -> Html:
    """What the shapes mean, only those that occur."""
    words: tuple[tuple[Tone, str], ...] = (
        ("good", _("better")),
        ("neutral", _("no clear difference")),
        ("bad", _("worse")),
    )
    items = [
        tag("span", _sign(_SHAPES[MARKS[tone]], tone), f" {word}")
        for tone, word in words
        if any(dot.tone == tone and dot.number.state == "shown" for dot in block.dots)
    ]
    if any(dot.number.state == "low_base" for dot in block.dots):
        items.append(tag("span", _sign("○"), " " + _("too few answers to judge")))
    told = len(items) > 1 or any(dot.tone != "neutral" or dot.number.state == "low_base" for dot in block.dots)
    return tag("p", *items, class_="cx-note cx-legend") if told else Html("")


def events_legend(block: Trend) -> Html:
    """What the numbered flags of a trend mean."""
    items = [
        tag("li", _sign(f"⚑{number}"), f" {day_label(day)}: {label}")
        for number, (day, label) in enumerate(events_shown(block), start=1)
    ]
    return tag("ol", *items, class_="cx-note cx-legend", aria_label=_("Events")) if items else Html("")


def spans_legend(block: Trend) -> Html:
    """What the shaded stretches of a trend are."""
    items = [
        tag("li", _sign(span_letter(index), "span"), f" {day_label(start)} – {day_label(end)}: {label}")
        for index, (start, end, label) in enumerate(spans_shown(block))
    ]
    return tag("ul", *items, class_="cx-note cx-legend", aria_label=_("Shaded")) if items else Html("")


def _panel(panel: Trend, tokens: Tokens, bounds: tuple[float, float]) -> Html:
    last = next((p for p in reversed(panel.points) if p.value is not None), None)
    if last is None:
        return tag("li", tag("h4", tag("span", panel.title)), _note(_("No data.")), class_="cx-panel")
    picture = spark(
        panel.points, tokens, width=280, height=96, colour=tokens.colour(panel.colour), reference=panel.reference,
        target=panel.target, bounds=bounds, weight=2,
    )  # fmt: skip
    first, end = day_label(panel.points[0].start), day_label(panel.points[-1].end)
    return tag(
        "li",
        tag("h4", tag("span", panel.title), tag("span", last.text, class_="cx-number")),
        tag("img", alt=panel.summary, src=as_data_uri(picture)),
        tag("p", tag("span", first), tag("span", end), class_="cx-note ends"),
        class_="cx-panel",
    )


def panels(block: Panels, tokens: Tokens) -> Html:
    """Small multiples on the same axes."""
    targets = [panel.target for panel in block.panels]
    bounds = value_range(*(p.points for p in block.panels), *(p.reference for p in block.panels), also=targets)
    return tag("ul", *(_panel(panel, tokens, bounds) for panel in block.panels), class_="cx-panels")


def table(block: Table, href: Href, level: int) -> Html:
    """A table under its title. `level`: of that heading on this page."""
    title = tag("h3", block.title, class_="cx-table-title", aria_level=str(level)) if block.title else ""
    return tag("div", title, table_html(block, href), class_="cx-chart")


def _lines(lines: tuple[tuple[str, str], ...]) -> Html:
    return tag("dl", *(joined(tag("dt", key), tag("dd", value)) for key, value in lines), class_="cx-lines")


def definition(block: Definition) -> Html:
    """How a metric is defined and computed."""
    sql = tag("details", tag("summary", _("SQL")), tag("pre", tag("code", block.sql))) if block.sql else ""
    return tag(
        "section",
        tag("h2", block.label),
        tag("p", block.description),
        tag("p", tag("code", block.formula, dir="ltr")) if block.formula else "",
        _lines(block.lines),
        sql,
        class_="cx-definition",
        data_metric=block.key,
    )


def footer(block: Footer) -> Html:
    """What is needed to trust the report."""
    return tag("footer", _lines(block.lines), class_="cx-footer")


def message(title: str, *sentences: str) -> Html:
    """A page that has nothing to show but a reason."""
    return tag(
        "div", tag("h1", title), *(tag("p", text) for text in sentences if text), class_="cx-message", role="alert"
    )
