"""The script Streamlit runs for every visitor: page settings, style, the list of pages, then the page itself."""

from __future__ import annotations

import streamlit as st

from cxdash.faces.screen.navigation import screen_pages
from cxdash.faces.screen.style import style_sheet

st.set_page_config(page_title="cxdash", page_icon="📈", layout="wide", initial_sidebar_state="auto")
st.html(f"<style>{style_sheet()}</style>")
st.navigation(screen_pages(), position="hidden").run()
