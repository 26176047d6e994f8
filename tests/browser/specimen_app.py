"""The server of `specimen_main.py`, with the product's guard."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

from cxdash.faces.screen import server

app = st.App(
    Path(__file__).parent / "specimen_main.py",
    lifespan=server.warm,
    routes=[Route("/healthz", server.health)],
    middleware=[Middleware(server.Guard)],
)
