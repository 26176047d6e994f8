"""The process `cxdash serve` turns into: Streamlit's own command, with an end that says nothing when nothing is wrong.

The server finishes its work when it is told to stop, and then raises the signal once more for whoever ran it. That is
answered here with a quiet exit: by default it would be a traceback or “Aborted!”, and DuckDB's bindings would list
every object they still hold.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys


def run_server(arguments: list[str]) -> None:
    """Run `streamlit` with these arguments; ends the process."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: _leave(0))
    sys.argv = ["streamlit", *arguments]
    code: object = 1
    try:
        runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        code = ended.code
    _leave(code if isinstance(code, int) else 0)


def _leave(code: int) -> None:
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    run_server(sys.argv[1:])
