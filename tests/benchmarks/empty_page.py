"""The overview's elements, kind by kind and in its order, with nothing in them; the pills change what little is said.

How many of each kind is held against the real page by `test_filter_change`; whoever changes the page changes this.
"""

from __future__ import annotations

from datetime import date

import plotly.graph_objects as go
import streamlit as st


def words(text: str) -> None:
    """A block of HTML."""
    st.html(f"<p>{text}</p>")


def figure(key: str, title: str) -> None:
    """A chart with two points and its data below."""
    words(title)
    st.plotly_chart(go.Figure(go.Scatter(x=[0, 1], y=[0, len(title)])), theme=None, key=f"chart_{key}")
    with st.expander("Data"):
        words(title)
        st.download_button("CSV", "a,b", key=f"csv_{key}", on_click="ignore")


def leave() -> None:
    """Follow nothing."""


st.set_page_config(page_title="empty", layout="wide")
words("style")
empty = st.Page(leave, title="Empty", url_path="empty", default=True)
others = [st.Page(lambda: None, title=f"Other {n}", url_path=f"other{n}") for n in range(7)]
st.navigation([empty, *others], position="hidden").run()
with st.sidebar:
    for line in range(5):
        words(f"section {line}")
    for page in (empty, *others):
        st.page_link(page)
    words("saved views")
    with st.popover("Save", key="save_view"):
        st.text_input("Name", key="view_name")
        st.text_input("Owner", key="view_owner")
        st.button("Save", key="view_save")
words("toggle")
words("trail")
with st.container(key="bar", horizontal=True):
    with st.popover("Time", key="time"):
        st.radio("Period", ["4", "13", "26", "52"], key="period")
        st.date_input("Dates", (date(2026, 1, 1), date(2026, 2, 1)), key="dates")
        st.radio("Compared with", ["previous", "year", "none"], key="compare")
    chosen: list[str] = []
    for dimension in ("channel", "region", "segment", "product", "stage"):
        with st.popover(dimension, key=f"open_{dimension}"):
            chosen += st.pills(
                dimension, [f"{dimension} {n:02}" for n in range(12)], selection_mode="multi", key=f"filter_{dimension}"
            )
said = ", ".join(chosen)
for block in range(5):
    words(f"block {block} {said}")
figure("one", said)
words(f"table {said}")
st.download_button("CSV", "a,b", key="csv_table", on_click="ignore")
words(f"section {said}")
figure("two", said)
figure("three", said)
words(f"footer {said}")
st.html(f'<span class="cx-end" data-query="{said}"></span>')
