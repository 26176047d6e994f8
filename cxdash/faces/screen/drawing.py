"""A report drawn on the screen: a `match` over its blocks, the widest statement first.

Words go out as our own HTML in one piece per block; Plotly draws only what people point at (trends, dots, bars),
because each figure costs a browser more than everything else on the page together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import assert_never

import plotly.graph_objects as go
import streamlit as st

from cxdash.faces.charts.bar_figures import bars
from cxdash.faces.charts.dot_figures import dots
from cxdash.faces.charts.plotly_figures import CONFIG, trend
from cxdash.faces.charts.tokens import ThemeName, Tokens, tokens
from cxdash.faces.screen import markup
from cxdash.faces.screen.contributions import contributions, contributions_legend
from cxdash.faces.screen.doors import doors
from cxdash.faces.screen.elements import Html, tag
from cxdash.faces.screen.flow import flow, flow_legend
from cxdash.faces.screen.heatmap import heatmap, heatmap_legend
from cxdash.faces.screen.rows import draw_rows
from cxdash.faces.screen.tables import Href, table_csv, table_html
from cxdash.language import _, language
from cxdash.report.blocks import (
    Bars,
    Block,
    Brief,
    Chart,
    Contributions,
    Definition,
    Dots,
    Flow,
    Footer,
    Headline,
    Heatmap,
    Link,
    Notice,
    Panels,
    Report,
    Rows,
    Section,
    Table,
    Tiles,
    Trend,
)
from cxdash.report.view import View


@dataclass(frozen=True)
class Surroundings:
    """What a block needs to know about the page it is drawn on.

    Attributes:
        theme: "light" or "dark", as the reader chose.
        view: what the report answers (edition, page, query, language); figures are kept under it.
        href: address of a link.
        follow: goes to a link; called from a click on a figure.
        compact: whether figures are drawn for a phone.
        asked: what the page answers, for blocks that ask again; None where nothing can be asked.
        level: of a chart's heading: below that of a section, or of the page where nothing stands between.
    """

    theme: ThemeName
    view: tuple[str, ...]
    href: Href
    follow: Callable[[Link], None]
    compact: bool = False
    asked: View | None = None
    level: int = 3

    @property
    def tokens(self) -> Tokens:
        """The design tokens of the theme."""
        return tokens(self.theme)


def theme_name() -> ThemeName:
    """The theme the reader's browser shows; light until it has said."""
    return "dark" if st.context.theme.type == "dark" else "light"


def on_phone() -> bool:
    """Whether the browser says it runs on a phone; figures cannot be laid out again by CSS."""
    return "Mobi" in (st.context.headers.get("User-Agent") or "")


@st.cache_resource(max_entries=512, show_spinner=False)
def _figure(view: tuple[str, ...], key: str, theme: ThemeName, compact: bool, _block: Trend | Dots | Bars) -> go.Figure:
    drawn = tokens(theme)
    match _block:
        case Trend():
            return trend(_block, drawn, compact=compact)
        case Dots():
            return dots(_block, drawn, compact=compact)
        case Bars():
            return bars(_block, drawn, compact=compact)
        case _:
            assert_never(_block)


def _data(block: Chart, around: Surroundings) -> None:
    with st.expander(_("Summary and data")):
        links = doors(block, around.href)
        st.html(markup.wrapped(tag("p", block.summary), links, table_html(block.data, around.href)))
        _download(block.data, f"csv_{block.key}")


def _download(table: Table, key: str) -> None:
    if table.rows and len(table.columns) > 1:
        st.download_button(
            _("Download as CSV"),
            table_csv(table),
            file_name=f"{table.key}.csv",
            mime="text/csv",
            key=key,
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )


def _clicked(key: str, block: Dots, around: Surroundings) -> None:
    points = st.session_state[key].selection.points
    row = points[0]["point_index"] if points else None
    if row is not None and (link := block.dots[row].link) is not None:
        around.follow(link)


def _chart(block: Trend | Dots | Bars, around: Surroundings) -> None:
    head = markup.chart_head(block.title, block.subtitle, around.level)
    empty = not (block.points if isinstance(block, Trend) else block.dots if isinstance(block, Dots) else block.bars)
    if empty:
        st.html(markup.wrapped(head, tag("p", block.summary, class_="cx-note")))
        return
    st.html(markup.wrapped(head, markup.dots_legend(block) if isinstance(block, Dots) else ""))
    figure = _figure(around.view, block.key, around.theme, around.compact, block)
    key = f"chart_{block.key}"
    if isinstance(block, Dots) and any(dot.link for dot in block.dots):
        st.plotly_chart(
            figure, theme=None, key=key, config=CONFIG, alt=block.summary, selection_mode="points",
            on_select=lambda: _clicked(key, block, around),
        )  # fmt: skip
    else:
        st.plotly_chart(figure, theme=None, key=key, config=CONFIG, alt=block.summary)
    if isinstance(block, Trend) and (legends := markup.events_legend(block) + markup.spans_legend(block)):
        st.html(markup.wrapped(Html(legends)))
    _data(block, around)


def _worded_chart(block: Heatmap | Flow | Contributions, around: Surroundings) -> None:
    """A chart that is HTML: its marks are links and table cells, so it needs no engine in the browser."""
    head = markup.chart_head(block.title, block.subtitle, around.level)
    match block:
        case Heatmap():
            marks = any(block.cells)
            legend, drawn = heatmap_legend(block), heatmap(block, around.href, compact=around.compact)
        case Flow():
            marks = any(stream.count for stream in block.streams)
            legend, drawn = flow_legend(block, around.href), flow(block, around.tokens, around.href)
        case Contributions():
            marks = bool(block.parts)
            legend, drawn = contributions_legend(block), contributions(block, around.href)
        case _:
            assert_never(block)
    if not marks:
        st.html(markup.wrapped(head, tag("p", block.summary, class_="cx-note")))
        return
    st.html(markup.wrapped(head, legend, drawn))
    _data(block, around)


def _draw_chart(block: Chart, around: Surroundings) -> None:
    match block:
        case Trend() | Dots() | Bars():
            _chart(block, around)
        case Panels():
            head = markup.chart_head(block.title, block.subtitle, around.level)
            st.html(markup.wrapped(head, markup.panels(block, around.tokens)))
            _data(block, around)
        case Heatmap() | Flow() | Contributions():
            _worded_chart(block, around)
        case _:
            assert_never(block)


def draw_block(block: Block, around: Surroundings) -> None:
    """One block."""
    match block:
        case Headline():
            st.html(markup.wrapped(markup.headline(block)))
        case Brief():
            st.html(markup.wrapped(markup.brief(block)))
        case Section():
            st.html(markup.wrapped(markup.section(block)))
        case Notice():
            st.html(markup.wrapped(markup.notice(block)))
        case Tiles():
            st.html(markup.wrapped(markup.tiles(block, around.tokens, around.href)))
        case Table():
            st.html(markup.wrapped(markup.table(block, around.href, around.level)))
            _download(block, f"csv_{block.key}")
        case Trend() | Dots() | Bars() | Panels() | Heatmap() | Flow() | Contributions():
            _draw_chart(block, around)
        case Definition():
            st.html(markup.wrapped(markup.definition(block)))
        case Footer():
            st.html(markup.wrapped(markup.footer(block)))
        case Rows():
            draw_rows(block, around)
        case _:
            assert_never(block)


def draw_report(report: Report, around: Surroundings) -> None:
    """All blocks in reading order; ends with an invisible mark that says which view is complete."""
    level = 2
    for block in report.blocks:
        draw_block(block, replace(around, level=level))
        if isinstance(block, Brief | Section | Tiles):
            level = 3
    end = tag(
        "span",
        class_="cx-sr cx-end",
        data_page=report.key,
        data_query="&".join(f"{name}={value}" for name, value in report.query),
        data_edition=report.edition,
        data_language=language(),
        data_theme=around.theme,
    )
    st.html(end)
