"""An app that says nothing, on the same tuned server: what Streamlit itself costs for a page of this many elements."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from cxdash.faces.screen import server


def health(_request: Request) -> PlainTextResponse:
    """There is nothing to be ill."""
    return PlainTextResponse("ok")


app = st.App(
    Path(__file__).with_name("empty_page.py"),
    lifespan=server.warm,
    routes=[Route("/healthz", health)],
    middleware=[Middleware(server.Guard)],
)
