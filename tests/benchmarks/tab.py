"""One browser tab without the drawing: Streamlit's websocket protocol, as the app's frame speaks it.

A run is finished when the server says so, which comes after its last element. The tab keeps the state of every widget
and the messages the server may refer to again, both as a browser does.
"""

from __future__ import annotations

import time
import urllib.request
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlparse

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

_PATIENCE = 600


@dataclass
class Run:
    """What one run of a page sent.

    Attributes:
        milliseconds: from sending the change to the server's word that the run is over.
        kinds: how many elements and containers of each kind.
        texts: the HTML elements, in order.
        size: bytes.
    """

    milliseconds: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    texts: list[str] = field(default_factory=list)
    size: int = 0


class Tab:
    """A session; `open()` draws the page, `choose()` changes a widget."""

    def __init__(self, address: str, query: str = "") -> None:
        self.query = query
        self._address, self._page = address, ""
        self._widgets: dict[str, tuple[str, Any]] = {}
        self._values: dict[str, tuple[str, Any]] = {}
        self._kept: dict[str, ForwardMsg] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with urllib.request.urlopen(f"{self._address}/_stcore/health", timeout=_PATIENCE) as reply:
            cookies = dict(c.split(";")[0].split("=", 1) for c in reply.headers.get_all("set-cookie") or [])
        token = cookies.get("_streamlit_xsrf", "PLACEHOLDER_AUTH_TOKEN")
        options: dict[str, Any] = {
            "subprotocols": ["streamlit", token],
            "origin": self._address,
            "additional_headers": {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())},
            "max_size": None,
        }
        place = f"ws://{urlparse(self._address).netloc}/_stcore/stream"
        self._socket: ClientConnection = self._open.enter_context(connect(place, **options))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def open(self) -> Run:
        """Draw the page for the first time."""
        return self._rerun()

    def choose(self, key: str, values: list[str]) -> Run:
        """Choose these pills of the widget with this key."""
        name = next(name for name, (known, _) in self._widgets.items() if known == key)
        self._values[name] = ("string_array_value", values)
        return self._rerun()

    def go(self, page: str, query: str = "") -> Run:
        """Follow a link to another page; widgets of the page before are gone."""
        self.query, self._page = query, ""
        self._values.clear()
        self._widgets.clear()
        return self._rerun(page)

    def _rerun(self, page: str = "") -> Run:
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_script_hash = self.query, self._page
        if page:
            asked.page_name = page
        asked.context_info.timezone, asked.context_info.locale = "Europe/Berlin", "en-US"
        asked.context_info.url, asked.context_info.color_scheme = f"{self._address}/", "light"
        asked.widget_states.SetInParent()
        for name, (kind, value) in self._values.items():
            state = asked.widget_states.widgets.add()
            state.id = name
            if kind == "string_array_value":
                state.string_array_value.data.extend(value)
            else:
                setattr(state, kind, value)
        asked.cached_message_hashes.extend(self._kept)
        started = time.perf_counter()
        self._socket.send(message.SerializeToString())
        run = self._read(Run())
        run.milliseconds = (time.perf_counter() - started) * 1e3
        return run

    def _read(self, run: Run) -> Run:
        while True:
            raw = self._socket.recv(_PATIENCE)
            assert isinstance(raw, bytes)
            run.size += len(raw)
            message = ForwardMsg()
            message.ParseFromString(raw)
            match message.WhichOneof("type"):
                case "ref_hash":
                    self._take(self._kept[message.ref_hash], run)
                case "delta":
                    self._take(message, run)
                case "new_session":
                    self._page = message.new_session.page_script_hash or self._page
                case "navigation":
                    self._page = message.navigation.page_script_hash or self._page
                case "page_info_changed":
                    self.query = message.page_info_changed.query_string
                case "script_finished" if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    return run
            if message.metadata.cacheable:
                self._kept[message.hash] = message

    def _take(self, message: ForwardMsg, run: Run) -> None:
        delta = message.delta
        if delta.WhichOneof("type") == "add_block":
            run.kinds[delta.add_block.WhichOneof("type") or "block"] += 1
            return
        if delta.WhichOneof("type") != "new_element":
            return
        element = delta.new_element
        kind = element.WhichOneof("type") or "nothing"
        assert kind != "exception", element.exception.message
        run.kinds[kind] += 1
        if kind == "html":
            run.texts.append(element.html.body)
        name = getattr(getattr(element, kind), "id", "")
        if isinstance(name, str) and name.startswith("$$ID-"):
            self._widgets[name] = (name.removeprefix("$$ID-").partition("-")[2], element)
            if name not in self._values and (value := _first_value(kind, getattr(element, kind))) is not None:
                self._values[name] = value


def _first_value(kind: str, widget: Any) -> tuple[str, Any] | None:
    """What a browser holds of a widget nobody has touched."""
    if kind == "radio":
        return ("string_value", widget.options[widget.default]) if widget.HasField("default") else None
    if kind == "button_group":
        return "string_array_value", [widget.options[place].content for place in widget.default]
    if kind == "multiselect":
        return "string_array_value", [widget.options[place] for place in widget.default]
    return ("string_array_value", list(widget.default)) if kind == "date_input" else None
