"""The server: `streamlit run app.py` (or any ASGI server with `app:app`) serves the project named by `CXDASH_PROJECT`.

The script that draws lies elsewhere on purpose: beside a script with a `pages/` folder Streamlit would serve those
pages without the frame, and without whatever guards it, to the first visitor of a deep link.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

from cxdash.faces.screen import server

server.set_clock(datetime.now)
app = st.App(
    Path(__file__).parent / "cxdash" / "faces" / "screen" / "main.py",
    lifespan=server.warm,
    routes=[Route("/healthz", server.health)],
    middleware=[Middleware(server.Guard)],
    on_script_error=server.script_error,
)
