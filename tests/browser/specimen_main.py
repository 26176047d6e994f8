"""The specimen on the screen, with the same style and drawing as the product; no edition is needed."""

from __future__ import annotations

import streamlit as st

from cxdash.faces.screen.address import Address, read_query
from cxdash.faces.screen.drawing import Surroundings, draw_report, on_phone, theme_name
from cxdash.faces.screen.style import style_sheet
from cxdash.language import speaking
from tests.faces.specimen import specimen

st.set_page_config(page_title="Specimen", page_icon="📈", layout="wide")
st.html(f"<style>{style_sheet()}</style>")
code = str(read_query().get("lang", "en"))
with speaking(code):
    address = Address("overview", {"overview": "", "channels": "channels"})
    around = Surroundings(
        theme_name(), ("specimen", code), address.href, lambda link: st.toast(str(link)), compact=on_phone()
    )
    draw_report(specimen(), around)
